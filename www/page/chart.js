/** Bars and lines over time, as SVG with a table of the same numbers beside them. */
import { h, s } from './dom.js';

const WIDTH = 720;
const HEIGHT = 180;
const [LEFT, BOTTOM, TOP] = [64, 24, 10];

/** The end of an axis: 1, 2 or 5 times a power of ten. */
export function roof(most) {
  if (most <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 2, 5, 10].map((times) => times * power).find((end) => end >= most);
}

/** Times at equal steps, each with its row or zeros: times without traffic have no row. */
export function filled(rows, from, until, step) {
  const byTime = new Map(rows.map((row) => [row.at, row]));
  const times = [];
  for (let at = from - (from % step); at < until; at += step) times.push(byTime.get(at) ?? { at, reads: 0, writes: 0, bytes_in: 0, bytes_out: 0, bytes: null, objects: null });
  // What is held stays held until it is counted again.
  let held = { bytes: 0, objects: 0 };
  return times.map((row) => {
    held = row.bytes === null ? held : { bytes: row.bytes, objects: row.objects };
    return { ...row, ...held };
  });
}

/**
 * @param {{ title: string, rows: object[], series: { key: string, name: string }[], print: (n: number) => string, time: (at: number) => string, line?: number, kind?: 'bars' | 'area' }} of
 * `line` is drawn across: a quota.
 */
export function chart({ title, rows, series, print, time, limit, kind = 'bars' }) {
  const most = roof(Math.max(...rows.map((row) => (kind === 'bars' ? series.reduce((sum, { key }) => sum + row[key], 0) : Math.max(...series.map(({ key }) => row[key])))), limit ?? 0));
  const [plotWidth, plotHeight] = [WIDTH - LEFT - 4, HEIGHT - TOP - BOTTOM];
  const x = (i) => LEFT + (i / rows.length) * plotWidth;
  const y = (value) => TOP + plotHeight * (1 - value / most);
  const marks = [0, 0.5, 1].filter((part) => !/^\d+\.\d+$/.test(print(part * most))).map((part) => [s('line', { class: 'grid-line', x1: LEFT, x2: WIDTH - 4, y1: y(part * most), y2: y(part * most) }), s('text', { class: 'tick', x: LEFT - 8, y: y(part * most) + 4, 'text-anchor': 'end' }, print(part * most))]);
  const every = Math.max(1, Math.ceil(rows.length / 6));
  const times = rows.map((row, i) => i % every === 0 && s('text', { class: 'tick', x: x(i), y: HEIGHT - 6 }, time(row.at)));
  const width = Math.max(plotWidth / rows.length - 1.5, 1);
  const bars = () => rows.map((row, i) => {
    let base = 0;
    return series.map(({ key, name }, n) => {
      const value = row[key];
      const bar = value > 0 && s('rect', { class: `series-${n}`, x: x(i), width, y: y(base + value), height: Math.max(y(base) - y(base + value), 1), rx: 1 }, s('title', {}, `${time(row.at)}: ${print(value)} ${name}`));
      base += value;
      return bar;
    });
  });
  const area = () => series.map(({ key }, n) => s('path', { class: `series-${n} area`, d: `M${LEFT},${y(0)} ${rows.map((row, i) => `L${x(i)},${y(row[key])} L${x(i + 1)},${y(row[key])}`).join(' ')} L${x(rows.length)},${y(0)}Z` }));
  const legend = h('ul', { class: 'legend' }, series.map(({ name }, n) => h('li', {}, h('span', { class: `swatch series-${n}` }), name)), limit && h('li', {}, h('span', { class: 'swatch quota' }), `quota, ${print(limit)}`));
  const table = h('details', { class: 'numbers' }, h('summary', {}, 'The same as a table'), h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': `${title}, table` }, h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Time'), series.map(({ name }) => h('th', { scope: 'col' }, name)))),
    h('tbody', {}, rows.filter((row) => series.some(({ key }) => row[key])).map((row) => h('tr', {}, h('th', { scope: 'row' }, time(row.at)), series.map(({ key }) => h('td', {}, print(row[key])))))))));
  const sum = series.map(({ key, name }) => `${name}: ${print(kind === 'bars' ? rows.reduce((all, row) => all + row[key], 0) : rows.at(-1)?.[key] ?? 0)}`).join(', ');
  return h('figure', { class: 'card chart' }, h('figcaption', {}, h('h2', {}, title), legend),
    s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': `${title}. ${sum}.` }, marks, times, kind === 'bars' ? bars() : area(),
      limit && s('line', { class: 'quota', x1: LEFT, x2: WIDTH - 4, y1: y(limit), y2: y(limit) })), table);
}

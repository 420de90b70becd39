// Prints the results as an aligned table, and the bars as reached or missed.
const MB = 1024 * 1024;
const mb = (bytes) => (bytes / MB).toFixed(1);

const HEAD = ['job', 'contender', 'min ms', 'median', 'bytes', 'x Limn', 'memory'];
const TEXT = [0, 1, 6];

export function table(results) {
  const rows = [HEAD];
  for (const { title, lines, memory } of results) {
    lines.forEach((line, i) => {
      const name = line.note ? `${line.name} (${line.note})` : line.name;
      const held = line.name === 'limn' && memory ? `${mb(memory.total)} MB, ${mb(memory.beside)} beside the source` : '';
      rows.push(line.error
        ? [i ? '' : title, name, '-', '-', '-', '-', `failed: ${line.error}`]
        : [i ? '' : title, name, line.min.toFixed(1), line.median.toFixed(1), String(line.bytes), line.ratio ? line.ratio.toFixed(2) : '-', held]);
    });
  }
  const widths = HEAD.map((_, c) => Math.max(...rows.map((row) => (c === 6 ? 0 : row[c].length))));
  const print = (row) => row.map((cell, c) => (TEXT.includes(c) ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join('  ').trimEnd();
  return [print(rows[0]), widths.map((w) => '-'.repeat(w || HEAD[6].length)).join('  '), ...rows.slice(1).map(print)].join('\n');
}

// Each bar is held against every job it is about, and one miss misses it; progressive JPEGs are shown for information.
export function bars(results) {
  const ratio = (result, name) => result.lines.find((line) => line.name === name)?.ratio;
  const jpeg = results.filter((result) => result.baseline && result.format === 'jpg');
  const large = results.filter((result) => result.baseline && Math.abs(result.pixels - 24) < 1.5);
  return [
    // Photon's WebP is lossless, which is other work.
    bar('>= 10x photon', jpeg, (r) => ratio(r, 'photon'), (x) => x >= 10, (x) => `${x.toFixed(1)}x`),
    bar('<= 1.6x sharp native', jpeg, (r) => 1 / ratio(r, 'sharp native'), (x) => x <= 1.6, (x) => `${x.toFixed(2)}x`),
    bar('<= 1.6x sharp native, WebP', results.filter((r) => r.format === 'webp'), (r) => 1 / ratio(r, 'sharp native'), (x) => x <= 1.6, (x) => `${x.toFixed(2)}x`),
    bar('24 MP baseline JPEG <= 24 MB beside the source', large, (r) => r.memory?.beside, (x) => x <= 24 * MB, (x) => `${mb(x)} MB`),
  ];
}

function bar(name, results, measure, holds, show) {
  const parts = results.map((result) => ({ title: result.title, value: measure(result) }));
  const known = parts.filter(({ value }) => Number.isFinite(value));
  const state = known.length < parts.length || !parts.length ? 'not measured' : known.every(({ value }) => holds(value)) ? 'reached' : 'missed';
  const each = parts.map(({ title, value }) => `    ${Number.isFinite(value) ? `${holds(value) ? 'reached' : 'missed '}  ${show(value).padStart(8)}` : 'not measured     '}  ${title}`);
  return { name, state, text: [`${name}: ${state}`, ...each].join('\n') };
}

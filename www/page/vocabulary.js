/** What kind of control a parameter wants, read from the sentence by which `/-/ops.json` tells its values. */

/** Words of sentences, none of which is a value. */
const PROSE = new Set(['a', 'an', 'any', 'as', 'at', 'in', 'so', 'px', 'bytes', 'text']);

/** `max, inside (clip, contain), outside (min)` → its words; null where the sentence lists none. */
function words(sentence) {
  const plain = sentence.replace(/\([^)]*\)/g, ' ');
  const found = plain.split(/,\s+|\s+/).filter((word) => word !== '' && word !== 'or');
  const listed = found.length > 1 && found.every((word) => /^[a-z0-9,]+$/.test(word) && !PROSE.has(word));
  return listed ? found : null;
}

/**
 * The control of one parameter.
 * @param {{ name: string, values: string }} parameter
 * @returns {{ kind: 'flag' } | { kind: 'choice', choices: string[] } | { kind: 'colour' } | { kind: 'colours' }
 *   | { kind: 'number', min: number, max: number, step: number, usual: string | null, words: string[] } | { kind: 'text' }}
 */
export function control({ name, values }, effects = []) {
  if (name === 'effect' && effects.length) return { kind: 'choice', choices: effects };
  if (values === '0 or 1') return { kind: 'flag' };
  if (/^two colours/.test(values)) return { kind: 'colours' };
  if (/^(rgb\b|a colour)/.test(values)) return { kind: 'colour' };
  const range = /(-?[\d.]+) to (-?[\d.]+)/.exec(values);
  if (range) {
    const [min, max] = [Number(range[1]), Number(range[2])];
    const rest = values.slice(range.index + range[0].length);
    // What else may stand there, such as `auto`, `max for a circle`, `low, med or high`.
    const others = rest.replace(/\(.*?\)/g, '').match(/(?<=^|or |, )(auto|max|low|med|high)\b/g) ?? [];
    const whole = Number.isInteger(min) && Number.isInteger(max) && !/ratio/.test(rest);
    const fine = max - min <= 5 && !(whole && max > 1);
    return { kind: 'number', min, max, step: fine ? 0.01 : 1, usual: /\(([\d.]+)\)/.exec(values)?.[1] ?? null, words: others, ratio: /ratio/.test(rest) };
  }
  const choices = words(values);
  return choices ? { kind: 'choice', choices } : { kind: 'text' };
}

/** How parameters are grouped; one that no group names stands in the last. */
export const GROUPS = [
  { title: 'Size', names: ['w', 'h', 'fit', 'en', 'dpr', 'ls', 'ss', 'pct'] },
  { title: 'Crop and focus', names: ['g', 'fx', 'fy', 'rect', 'trim'] },
  { title: 'Shape', names: ['bg', 'pad', 'r', 'rot', 'flip', 'or'] },
  { title: 'Colour', names: ['bri', 'con', 'sat', 'gam', 'hue', 'gray', 'duotone', 'effect'] },
  { title: 'Detail', names: ['blur', 'sharp', 'pixelate'] },
  { title: 'Marks', names: ['wm', 'wmt', 'wmg', 'wmx', 'wmy', 'wmo', 'wms', 'wmf', 'wmc', 'wmz', 'wmr', 'wmsh', 'tile'] },
  { title: 'Output', names: ['f', 'q', 'qr', 'll', 'mb', 'prog', 'effort', 'meta', 'cs', 'dl', 'v'] },
  { title: 'Animation', names: ['anim', 'n', 'frame'] },
  { title: 'Styles, facts, more', names: [] },
];

/** The parameters by group, in the order of the table. */
export function grouped(parameters) {
  const groups = GROUPS.map(({ title, names }) => ({ title, parameters: parameters.filter(({ name }) => names.includes(name)) }));
  const known = GROUPS.flatMap(({ names }) => names);
  groups.at(-1).parameters = parameters.filter(({ name }) => !known.includes(name));
  return groups.filter(({ parameters: found }) => found.length);
}

/** The key of a mark by its number: `wmg` of mark 2 is `wm2g`, `tile` is `tile2`. */
export function numbered(name, mark) {
  if (mark === 1) return name;
  return name.startsWith('wm') ? `wm${mark}${name.slice(2)}` : `${name}${mark}`;
}

/** Numbers and times as people read them. */

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** 1536 → `1.5 kB`. */
export function bytes(count) {
  let [value, unit] = [count, 0];
  while (Math.abs(value) >= 1000 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, '')} ${UNITS[unit]}`;
}

export const count = (value) => value.toLocaleString('en');

/** `1 object`, `2 objects`. */
export const some = (value, word) => `${count(value)} ${word}${value === 1 ? '' : 's'}`;

/** How much smaller or larger: `−96 %`. */
export function change(before, after) {
  if (!before) return '';
  const exact = (after / before - 1) * 100;
  // A thumbnail of a photo is not nothing.
  const percent = exact < -99 ? Math.ceil(exact * 10) / 10 : Math.round(exact);
  return percent === 0 ? '±0 %' : `${percent < 0 ? '−' : '+'}${Math.abs(percent)} %`;
}

/** A format's name from a content type: `image/jpeg` → `JPEG`. */
export const format = (type) => (type ?? '').split(';')[0].replace(/^image\//, '').replace(/\+xml$/, '').toUpperCase() || 'unknown';

export const date = (time) => new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });

const CACHES = { 'limn-l0': 'memory (L0)', 'limn-l1': 'this data centre (L1)', 'limn-l2': 'derived store (L2)' };

/** What `Cache-Status` says, as a sentence. */
export function verdict(header) {
  const [first] = (header ?? '').split(',');
  const [tier, ...facts] = first.split(';').map((part) => part.trim());
  const detail = /detail=([\w-]+)/.exec(header ?? '')?.[1];
  const beside = detail ? `, ${detail.replaceAll('-', ' ')}` : '';
  if (!header) return 'not told';
  if (facts.includes('hit')) return `Hit in ${CACHES[tier] ?? tier}${beside}`;
  if (facts.includes('fwd=bypass')) return `Original, straight from its node${beside}`;
  const kept = facts.includes('stored') ? ', now kept' : ', not kept';
  return `Made for this request${facts.includes('collapsed') ? ' together with another' : kept}${beside}`;
}

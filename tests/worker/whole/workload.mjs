// What is asked of Limn: a list of operations, the same for the same seed.
import { random } from '../../../scripts/demo/random.mjs';

/** Of a hundred operations. */
const usual = { put: 24, cut: 3, create: 5, replace: 5, get: 24, head: 6, image: 13, delete: 9, list: 6, purge: 5 };
const nodes = ['a', 'b', 'c'];
/** Widths in which images are asked for. */
const widths = [6, 12, 18];

/** A few bytes, some kilobytes, or a hundred. */
function length(next) {
  const [few, some] = [1 + Math.floor(next() * 64), 1 + Math.floor(next() * 5_000)];
  return next() < 0.3 ? few : next() < 0.8 ? some : 1 + Math.floor(next() * 100_000);
}

export const keysOf = (prefix, { files = 5, images = 3 } = {}) => ({
  files: Array.from({ length: files }, (_, i) => `${prefix}file-${i}`),
  images: Array.from({ length: images }, (_, i) => `${prefix}image-${i}.png`),
});

/** `count` operations: `{ at, kind, key, from, strict, length, width, cutAfter, scope }`. `value` names a write. */
export function workload({ seed, count, keys: { files, images }, shares = usual }) {
  const kinds = Object.entries(shares).flatMap(([kind, share]) => Array(share).fill(kind));
  const next = random(seed);
  const pick = (all) => all[Math.floor(next() * all.length)];
  return Array.from({ length: count }, (_, i) => {
    const kind = pick(kinds);
    const image = kind === 'image' || kind === 'purge' || next() < 0.3;
    return {
      kind,
      image,
      key: pick(image ? images : files),
      // Zero is nothing, and colours repeat after many.
      value: i + 1,
      from: pick(nodes),
      strict: next() < 0.25,
      length: length(next),
      width: pick(widths),
      cutAfter: Math.floor(next() * 60),
      scope: pick(['file', 'file', 'prefix']),
    };
  });
}

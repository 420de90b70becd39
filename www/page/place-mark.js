/** Where a mark stands: from the corner that it holds on to and two margins to pixels, and back. */

const COLUMNS = { w: ['nw', 'w', 'sw'], c: ['n', 'c', 's'], e: ['ne', 'e', 'se'] };
const column = (gravity) => Object.keys(COLUMNS).find((name) => COLUMNS[name].includes(gravity)) ?? 'e';
const row = (gravity) => ['n', 'c', 's'][COLUMNS[column(gravity)].indexOf(gravity)] ?? 's';

/** A margin in pixels of the image, of a parameter that may be a ratio of a side. */
export function margin(text, side, dpr = 1) {
  const value = Number(text ?? 10);
  return value > 0 && value < 1 ? Math.round(value * side) : Math.round(value * dpr);
}

/** The nearest of two sides, and how far from it: the same side as before unless the middle was crossed. */
function along(at, length, side, held, before, moved) {
  const middle = at + length / 2;
  const near = middle < side / 2;
  if (held === 'near' && near) return ['near', before + moved];
  if (held === 'far' && !near) return ['far', before - moved];
  return near ? ['near', at] : ['far', side - at - length];
}

/**
 * Parameters of a mark that was dragged.
 * @param {{ x: number, y: number, width: number, height: number }} box Where it is seen now, before the move, in pixels of the image.
 * @param {{ dx: number, dy: number }} move
 * @param {{ width: number, height: number, dpr?: number }} image
 * @param {{ wmg?: string, wmx?: string, wmy?: string }} now
 * @returns {{ wmg: string, wmx: string, wmy: string }}
 */
export function moved(box, { dx, dy }, image, now) {
  const dpr = image.dpr ?? 1;
  const gravity = now.wmg ?? 'se';
  const held = { w: 'near', n: 'near', c: null, e: 'far', s: 'far' };
  const x = Math.min(Math.max(box.x + dx, 0), Math.max(image.width - box.width, 0));
  const y = Math.min(Math.max(box.y + dy, 0), Math.max(image.height - box.height, 0));
  const [side, left] = along(x, box.width, image.width, held[column(gravity)], margin(now.wmx, image.width, dpr), x - box.x);
  const [end, top] = along(y, box.height, image.height, held[row(gravity)], margin(now.wmy, image.height, dpr), y - box.y);
  const text = (pixels) => String(Math.min(Math.max(Math.round(pixels / dpr), 0), 4096));
  return { wmg: `${end === 'near' ? 'n' : 's'}${side === 'near' ? 'w' : 'e'}`, wmx: text(left), wmy: text(top) };
}

/**
 * The box in which two pictures of one size differ: where a mark is seen.
 * @param {Uint8ClampedArray} a RGBA
 * @param {Uint8ClampedArray} b RGBA
 */
export function difference(a, b, width, height, least = 12) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      const apart = Math.abs(a[at] - b[at]) + Math.abs(a[at + 1] - b[at + 1]) + Math.abs(a[at + 2] - b[at + 2]) + Math.abs(a[at + 3] - b[at + 3]);
      if (apart < least) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

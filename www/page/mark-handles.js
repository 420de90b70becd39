/** Handles over the marks of a preview: dragged, or moved by arrow keys. */
import { h } from './dom.js';
import { fetchPicture, pixels } from './picture.js';
import { difference, moved } from './place-mark.js';
import { numbered } from './vocabulary.js';

const OWN = ['wm', 'wmt', 'wmg', 'wmx', 'wmy', 'wmo', 'wms', 'wmf', 'wmc', 'wmz', 'wmr', 'wmsh', 'tile'];

/** The same image, exactly. */
const lossless = (params) => ({ ...Object.fromEntries(Object.entries(params).filter(([name]) => !['q', 'qr', 'mb', 'll', 'prog', 'effort'].includes(name))), f: 'png' });

/** The numbers of the marks that stand at one place; tiles lie everywhere. */
const placed = (params) => [1, 2, 3].filter((number) => (params[numbered('wm', number)] ?? params[numbered('wmt', number)]) !== undefined && (params[numbered('tile', number)] ?? '0') === '0');

export class MarkHandles {
  #under = null;
  #focused = null;
  /** Pictures without a mark: moving the mark does not change them. */
  #known = new Map();

  constructor({ bucket, object, change }) {
    Object.assign(this, { bucket, object, change });
  }

  stop() {
    this.#under?.abort();
  }

  /** Lays a handle over each mark. Where it is seen is told by the same image without it. */
  async attach(frame, result, params) {
    this.#under?.abort();
    const under = (this.#under = new AbortController());
    const marks = params.p === undefined && params['x-oss-process'] === undefined ? placed(params) : [];
    if (!marks.length) return;
    try {
      // Lossy formats differ a little everywhere.
      const whole = await this.#pixelsOf(lossless(params), result.size, under.signal);
      for (const number of marks) {
        const bare = Object.fromEntries(Object.entries(params).filter(([name]) => !OWN.some((own) => numbered(own, number) === name)));
        const without = await this.#pixelsOf(lossless(bare), result.size, under.signal);
        const box = whole && without && difference(whole, without, result.size.width, result.size.height);
        if (under.signal.aborted) return;
        if (box) frame.append(this.#handle(number, box, result.size, params));
      }
      if (this.#focused) frame.querySelector(`[data-mark="${this.#focused}"]`)?.focus();
    } catch {
      // The preview stands; its marks are moved by their controls.
    }
  }

  /** The pixels of the image by these parameters; none where it has another size. */
  async #pixelsOf(params, size, signal) {
    const key = JSON.stringify([params, size]);
    if (this.#known.has(key)) return this.#known.get(key);
    const bare = await fetchPicture(this.bucket, this.object, params, signal);
    const same = bare.size?.width === size.width && bare.size.height === size.height;
    const data = same ? await pixels(bare.url, size) : null;
    bare.release();
    // One for each mark, and the whole.
    if (this.#known.size > 3) this.#known.delete(this.#known.keys().next().value);
    this.#known.set(key, data);
    return data;
  }

  #handle(number, seen, size, params) {
    let box = seen;
    const part = (value, side) => `${(value / side) * 100}%`;
    const handle = h('button', {
      type: 'button', class: 'handle', 'data-mark': String(number),
      'aria-label': `Mark ${number}: drag it, or move it by arrow keys, with Shift by ten pixels`,
      style: { left: part(box.x, size.width), top: part(box.y, size.height), width: part(box.width, size.width), height: part(box.height, size.height) },
    });
    let now = Object.fromEntries(['wmg', 'wmx', 'wmy'].map((name) => [name, params[numbered(name, number)]]));
    const stand = ({ x, y }) => {
      handle.style.left = part(x, size.width);
      handle.style.top = part(y, size.height);
    };
    // Keys come faster than pictures, so each move goes on from the one before.
    const drop = ({ dx, dy }) => {
      now = moved(box, { dx, dy }, { ...size, dpr: Number(params.dpr ?? 1) }, now);
      box = { ...box, x: Math.min(Math.max(box.x + dx, 0), size.width - box.width), y: Math.min(Math.max(box.y + dy, 0), size.height - box.height) };
      stand(box);
      this.#focused = number;
      this.change(Object.fromEntries(Object.entries(now).map(([name, value]) => [numbered(name, number), value])));
    };
    handle.addEventListener('pointerdown', (down) => {
      down.preventDefault();
      handle.focus();
      handle.setPointerCapture(down.pointerId);
      const scale = size.width / handle.parentElement.getBoundingClientRect().width;
      const shift = (event) => ({ dx: (event.clientX - down.clientX) * scale, dy: (event.clientY - down.clientY) * scale });
      const move = (event) => {
        const { dx, dy } = shift(event);
        stand({ x: box.x + dx, y: box.y + dy });
      };
      const end = (event) => {
        handle.removeEventListener('pointermove', move);
        const { dx, dy } = shift(event);
        if (event.type === 'pointerup' && Math.hypot(dx, dy) >= 2) drop({ dx, dy });
      };
      handle.addEventListener('pointermove', move);
      handle.addEventListener('pointerup', end, { once: true });
      handle.addEventListener('pointercancel', end, { once: true });
    });
    handle.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      drop({ dx: step[0] * far, dy: step[1] * far });
    });
    handle.addEventListener('blur', () => (this.#focused = null));
    return handle;
  }
}

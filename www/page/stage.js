/** The preview: the result, before and after under a slider, the source with its focal point; marks are dragged on it. */
import { failure, h } from './dom.js';
import { MarkHandles } from './mark-handles.js';
import { fetchPicture } from './picture.js';

/** Enough for a screen; the whole source may be 100 megapixels. */
const BEFORE = { ls: '1600', f: 'webp' };

export class Stage {
  #views = {};
  #mode = 'result';
  #result = null;
  #before = null;
  #under = null;
  #params = {};

  /** `change(params)` is called with parameters that the reader set on the picture itself. */
  constructor({ bucket, object, change, facts, signIn }) {
    Object.assign(this, { bucket, object, change, facts, signIn });
    this.#views.result = h('figure', { class: 'view result' });
    this.#views.compare = h('figure', { class: 'view compare', hidden: true });
    this.#views.focus = h('figure', { class: 'view focus', hidden: true });
    this.tabs = h('div', { class: 'segments', role: 'group', 'aria-label': 'Preview' },
      [['result', 'Result'], ['compare', 'Before and after'], ['focus', 'Focal point']].map(([mode, title]) =>
        h('button', { type: 'button', 'data-mode': mode, 'aria-pressed': String(mode === 'result'), onclick: () => this.show(mode) }, title)));
    this.busy = h('p', { class: 'busy', hidden: true }, 'Making the image…');
    this.element = h('div', { class: 'stage' }, Object.values(this.#views), this.busy);
    this.handles = new MarkHandles({ bucket, object, change });
  }

  show(mode) {
    this.#mode = mode;
    for (const button of this.tabs.children) button.setAttribute('aria-pressed', String(button.dataset.mode === mode));
    for (const [name, view] of Object.entries(this.#views)) view.hidden = name !== mode;
    if (mode !== 'result') this.#needBefore();
  }

  /** The parameters have changed: a picture of those before, drawn now, would set back what keys and pointer hold. */
  expect(params) {
    this.#params = params;
    this.#giveUp();
  }

  /** Asks for the image of these parameters; what was asked before is given up. */
  async update(params) {
    this.expect(params);
    const under = (this.#under = new AbortController());
    this.busy.hidden = false;
    try {
      const made = await fetchPicture(this.bucket, this.object, params, under.signal);
      if (under.signal.aborted) return made.release();
      this.#result?.release();
      this.#result = made;
      this.#drawResult();
      this.#drawCompare();
      this.#drawFocus();
      this.facts(made);
    } catch (error) {
      if (error.name === 'AbortError') return;
      const help = error.wantsKey && h('button', { type: 'button', class: 'main', onclick: this.signIn }, 'Sign in');
      this.#views.result.replaceChildren(failure(error, help));
      this.#views.compare.replaceChildren();
      this.facts(null);
      if (this.#mode === 'compare') this.show('result');
    } finally {
      if (this.#under === under) this.busy.hidden = true;
    }
  }

  stop() {
    this.#giveUp();
    this.#result?.release();
    this.#before?.then((before) => before?.release(), () => {});
  }

  #giveUp() {
    this.#under?.abort();
    this.handles.stop();
  }

  #drawResult() {
    const { url, json, type, size } = this.#result;
    if (json !== null) return this.#views.result.replaceChildren(h('pre', { class: 'facts-json', tabindex: '0' }, json));
    if (!url || !size) return this.#views.result.replaceChildren(h('p', { class: 'note' }, `The browser cannot show ${type || 'this'}; the link below leads to it.`));
    const image = h('img', { src: url, alt: `${this.object}, as it comes out`, width: size.width, height: size.height });
    const frame = h('div', { class: 'frame' }, image);
    this.#views.result.replaceChildren(frame);
    return this.handles.attach(frame, this.#result, this.#params);
  }

  /** The source is fetched when a view first wants it. */
  #needBefore() {
    this.#before ??= fetchPicture(this.bucket, this.object, BEFORE).catch(() => fetchPicture(this.bucket, this.object, {})).then((before) => {
      if (!before.size) throw new Error(`The browser cannot show the source, which is ${before.type}.`);
      return before;
    });
    this.#before.then(() => (this.#drawCompare(), this.#drawFocus()), (error) => {
      this.#views.focus.replaceChildren(failure(error));
      this.#views.compare.replaceChildren(failure(error));
      this.#before = null;
    });
  }

  async #drawCompare() {
    const before = await this.#before?.catch(() => null);
    const after = this.#result;
    if (!before || !after?.size) return;
    const slider = h('input', { type: 'range', min: '0', max: '100', value: '50', class: 'divider', 'aria-label': 'How much of the image before is shown' });
    const frame = h('div', { class: 'frame both', style: { '--part': '50%', '--width': String(after.size.width), '--height': String(after.size.height) } },
      h('img', { class: 'after', src: after.url, alt: 'After', width: after.size.width, height: after.size.height }),
      h('img', { class: 'before', src: before.url, alt: 'Before' }),
      h('span', { class: 'line', 'aria-hidden': 'true' }),
      h('span', { class: 'tag left', 'aria-hidden': 'true' }, 'Before'), h('span', { class: 'tag right', 'aria-hidden': 'true' }, 'After'),
      slider);
    slider.addEventListener('input', () => frame.style.setProperty('--part', `${slider.value}%`));
    this.#views.compare.replaceChildren(frame);
  }

  async #drawFocus() {
    const before = await this.#before?.catch(() => null);
    if (!before) return;
    const { g, fx = '0.5', fy = '0.5' } = this.#params;
    let at = g === 'fp' ? [Number(fx), Number(fy)] : [0.5, 0.5];
    const cross = h('button', { type: 'button', class: g === 'fp' ? 'cross' : 'cross idle', style: { '--x': `${at[0] * 100}%`, '--y': `${at[1] * 100}%` }, 'aria-label': `Focal point at ${Math.round(at[0] * 100)} % from the left, ${Math.round(at[1] * 100)} % from the top; arrow keys move it` });
    const set = (...point) => {
      const [x, y] = (at = point.map((part) => Math.min(Math.max(part, 0), 1)));
      cross.style.setProperty('--x', `${x * 100}%`);
      cross.style.setProperty('--y', `${y * 100}%`);
      const text = (part) => String(Math.round(part * 1000) / 1000);
      // A focal point is for what cuts; without that it would change nothing.
      const cuts = ['cover', 'crop'].includes(this.#params.fit);
      this.change({ g: 'fp', fx: text(x), fy: text(y), ...(cuts ? {} : { fit: 'cover', w: this.#params.w ?? '400', h: this.#params.h ?? '400' }) });
    };
    const frame = h('div', { class: 'frame aim' }, h('img', { src: before.url, alt: 'The source', width: before.size.width, height: before.size.height }), cross);
    frame.addEventListener('click', (event) => {
      if (event.target === cross) return;
      const box = frame.getBoundingClientRect();
      set((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
    });
    cross.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const size = event.shiftKey ? 0.1 : 0.01;
      set(at[0] + step[0] * size, at[1] + step[1] * size);
    });
    const held = document.activeElement?.classList.contains('cross');
    this.#views.focus.replaceChildren(frame, h('figcaption', { class: 'note' }, 'Click on what must stay in the picture when it is cropped. Arrow keys move the point by one per cent, with Shift by ten.'));
    if (held) cross.focus();
  }
}

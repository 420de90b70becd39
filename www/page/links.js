/** The link to an image in both grammars, signed or not, and code that shows it. */
import { Limn, base64url, ossProgram } from '../limn.js';
import { copyButton, freshId, h } from './dom.js';
import { session } from './session.js';
import { SNIPPETS, isOpen } from './snippets.js';

const OSS = 'x-oss-process';
const TERMS = [[600, '10 minutes'], [3600, '1 hour'], [86_400, '1 day'], [604_800, '7 days'], [31_536_000, '1 year']];

export class Links {
  size = null;
  #params = {};
  #signs = Boolean(session.keyId);
  #shown = 0;
  #snippet = 0;
  coded = base64url;

  constructor({ bucket, object }) {
    Object.assign(this, { bucket, object });
    const sign = freshId('sign');
    const term = freshId('term');
    const toggle = h('input', { type: 'checkbox', id: sign, checked: this.#signs, disabled: !session.keyId, onchange: () => ((this.#signs = toggle.checked), (ends.disabled = !this.#signs), this.update(this.#params)) });
    const ends = h('select', { id: term, disabled: !this.#signs, onchange: () => ((session.linkSeconds = Number(ends.value)), this.update(this.#params)) },
      TERMS.map(([seconds, text]) => h('option', { value: seconds, selected: seconds === session.linkSeconds }, text)));
    this.short = this.#line('Short parameters', 'short');
    this.oss = this.#line('OSS program', 'oss');
    this.element = h('section', { class: 'card links', 'aria-label': 'Link' },
      h('div', { class: 'bar' }, h('h2', {}, 'Link'), h('span', { class: 'signing' },
        h('label', { for: sign }, toggle, ' Sign'), h('label', { for: term }, 'Good for'), ends)),
      this.short.row, this.oss.row,
      !session.keyId && h('p', { class: 'note' }, 'Sign in to sign links: the secret stays in this tab, and what it signs is made here.'));
    const tabs = (this.tabs = h('div', { class: 'segments wrap', role: 'group', 'aria-label': 'Kind of code' }, SNIPPETS.map(([name], i) =>
      h('button', { type: 'button', 'aria-pressed': String(i === 0), onclick: () => {
        this.#snippet = i;
        Array.from(tabs.children).forEach((button, at) => button.setAttribute('aria-pressed', String(at === i)));
        this.#drawCode();
      } }, name))));
    this.source = h('pre', { class: 'code-block', tabindex: '0', 'aria-label': 'Code' });
    this.hint = h('p', { class: 'note' });
    this.code = h('section', { class: 'card snippets', 'aria-label': 'Code' }, h('div', { class: 'bar' }, h('h2', {}, 'Code'), copyButton(() => this.source.textContent, 'the code')), tabs, this.source, this.hint);
  }

  #line(title, name) {
    const id = freshId('link');
    const field = h('input', { id, type: 'text', readonly: true, 'data-link': name, class: 'url', onfocus: () => field.select() });
    const note = h('p', { class: 'note', hidden: true });
    const open = h('a', { class: 'button quiet', target: '_blank', rel: 'noreferrer', 'aria-label': `Open the link, ${title}` }, 'Open');
    const copy = copyButton(() => field.value, `the link, ${title}`);
    const row = h('div', { class: 'link-row' }, h('label', { for: id }, title), h('span', { class: 'pair' }, field, copy, open), note);
    const show = (url, words) => {
      field.value = url ?? '';
      field.disabled = !url;
      open.hidden = copy.hidden = !url;
      if (url) open.href = url;
      note.textContent = words ?? '';
      note.hidden = !words;
    };
    return { row, show };
  }

  async #link(params) {
    const client = session.client(this.bucket);
    return this.#signs && session.keyId ? client.signedUrl(this.object, params, { expires: session.linkSeconds }) : client.url(this.object, params);
  }

  async #set(params, widths) {
    const client = session.client(this.bucket);
    return this.#signs && session.keyId ? client.signedSrcset(this.object, params, widths, { expires: session.linkSeconds }) : client.srcset(this.object, params, widths);
  }

  async update(params) {
    this.#params = params;
    const turn = ++this.#shown;
    const isOss = OSS in params;
    const { program, beside, lacks } = isOss ? { program: params[OSS], beside: {}, lacks: [] } : ossProgram(params);
    const oss = isOss ? params : program ? { [OSS]: program, ...beside } : beside;
    const [short, other] = await Promise.all([isOss ? null : this.#link(params), this.#link(oss)]);
    if (turn !== this.#shown) return;
    this.short.show(short, isOss ? 'A program has an order that keys do not have. Choose Parameters for short ones.' : null);
    this.oss.show(other, lacks.length ? `OSS has no word for ${lacks.join(', ')}; this link leaves ${lacks.length > 1 ? 'them' : 'it'} out.` : null);
    await this.#drawCode();
  }

  async #drawCode() {
    // Beside a program or a style no other key may stand: such an image has one size.
    const open = isOpen(this.#params);
    Array.from(this.tabs.children).forEach((button, at) => (button.disabled = !open && at > 0));
    const [name, make] = SNIPPETS[open ? this.#snippet : 0];
    const isLoader = ['Next.js', 'Nuxt', 'Astro'].includes(name);
    const base = new Limn({ endpoint: location.origin, bucket: this.bucket }).url('x').slice(0, -2);
    const turn = this.#shown;
    const text = await make({ params: this.#params, size: this.size, base, link: (params) => this.#link(params), set: (params, widths) => this.#set(params, widths) });
    if (turn !== this.#shown) return;
    this.source.textContent = text;
    const signs = this.#signs && session.keyId;
    this.hint.textContent = isLoader
      ? 'Images are named by their key in the bucket. The loader signs nothing: the bucket must let strangers ask for these parameters.'
      : !open ? 'Nothing may stand beside a program or a style, so this image has one size; parameters give a srcset and loaders.' : signs ? 'These links end with the time chosen above; sign them on a server for a page that stays.' : '';
  }
}

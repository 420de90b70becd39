/** A folder of a bucket: thumbnails, folders, pages, uploads. */
import { failure, freshId, h, say, settled } from './dom.js';
import * as place from './place.js';
import { purgeButton } from './purge.js';
import { list } from './server.js';
import { session } from './session.js';
import { uploadPanel } from './upload-panel.js';
import { bytes, date, some } from './words.js';

const PAGE = 60;
const PICTURES = /\.(jpe?g|png|webp|gif|avif|bmp|tiff?|svg|ico|qoi|p[bgpn]m)$/i;

function crumbs(bucket, prefix) {
  const parts = prefix.split('/').filter(Boolean);
  const links = parts.map((part, i) => [part, `${parts.slice(0, i + 1).join('/')}/`]);
  return h('nav', { class: 'crumbs', 'aria-label': 'Folders' }, h('ol', {},
    [[bucket, ''], ...links].map(([text, to], i, all) => h('li', {}, i === all.length - 1 ? h('span', { 'aria-current': 'page' }, text) : h('a', { href: place.folder(bucket, to) }, text)))));
}

/** A card shows its picture when it comes near the screen; what cannot be shown keeps its letters. */
function card(bucket, prefix, { key, bytes: length, stored }) {
  const name = key.slice(prefix.length);
  const letters = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? 'file';
  const frame = h('span', { class: 'thumb' }, h('span', { class: 'letters', 'aria-hidden': 'true' }, letters));
  if (PICTURES.test(name)) {
    session.target('GET', `/${bucket}/${key}`, { w: '480', h: '360', fit: 'crop', f: 'webp', anim: '0' }).then((src) => {
      const image = h('img', { src, alt: '', loading: 'lazy', decoding: 'async', width: '480', height: '360', onload: () => frame.classList.add('seen'), onerror: () => image.remove() });
      frame.append(image);
    });
  }
  return h('li', {}, h('a', { class: 'tile', href: place.object(bucket, key), 'data-object': key }, frame, h('span', { class: 'name' }, name), h('span', { class: 'meta' }, `${bytes(length)} · ${date(stored)}`)));
}

export async function gallery(main, { bucket, prefix }, { signIn }) {
  /** Tokens of the pages up to this one; the first page has none. */
  let pages = [null];
  let under = null;
  const status = h('p', { class: 'status', role: 'status' });
  const grid = h('ul', { class: 'grid', 'aria-label': 'Objects' });
  const folders = h('ul', { class: 'folders', 'aria-label': 'Folders here' });
  const find = freshId('find');
  const begins = h('input', { id: find, type: 'search', placeholder: 'Begins with…', autocomplete: 'off', spellcheck: 'false', oninput: settled(() => ((pages = [null]), load()), 250) });
  const back = h('button', { type: 'button', class: 'quiet', onclick: () => (pages.pop(), load(true)) }, '← Previous');
  const on = h('button', { type: 'button', class: 'quiet', onclick: () => (pages.push(on.token), load(true)) }, 'Next →');
  const pager = h('nav', { class: 'pager', 'aria-label': 'Pages' }, back, h('span', { class: 'page' }), on);

  async function load(moved = false) {
    under?.abort();
    under = new AbortController();
    const mine = under;
    grid.setAttribute('aria-busy', 'true');
    try {
      const found = await list(bucket, { prefix: prefix + begins.value, token: pages.at(-1), max: PAGE, signal: mine.signal });
      if (mine.signal.aborted) return;
      folders.replaceChildren(...found.folders.map((to) => h('li', {}, h('a', { class: 'folder', href: place.folder(bucket, to) }, to.slice(prefix.length)))));
      folders.hidden = !found.folders.length;
      grid.replaceChildren(...found.objects.map((object) => card(bucket, prefix, object)));
      grid.hidden = !found.objects.length;
      on.token = found.next;
      on.disabled = !found.next;
      back.disabled = pages.length === 1;
      pager.hidden = pages.length === 1 && !found.next;
      pager.querySelector('.page').textContent = `Page ${pages.length}`;
      const more = found.next || pages.length > 1 ? ' on this page' : '';
      status.textContent = found.objects.length || found.folders.length
        ? `${some(found.objects.length, 'object')}${more}`
        : begins.value ? 'Nothing here begins so.' : 'Nothing is here yet.';
      if (moved) main.querySelector('h1').focus();
    } catch (error) {
      if (error.name === 'AbortError') return;
      pager.hidden = true;
      grid.replaceChildren();
      const help = error.wantsKey && h('button', { type: 'button', class: 'main', onclick: signIn }, session.keyId ? 'Use another key' : 'Sign in');
      status.replaceChildren(failure(error, help));
    } finally {
      if (under === mine) grid.removeAttribute('aria-busy');
    }
  }

  const panel = uploadPanel({ bucket, prefix, signIn, stored: settled(() => (say('An upload is stored.'), load()), 300) });
  const what = prefix ? `everything made of ${bucket}/${prefix}` : `everything made of the bucket ${bucket}`;
  document.title = `${bucket}/${prefix} · Limn`;
  main.replaceChildren(...[
    prefix && crumbs(bucket, prefix),
    h('div', { class: 'title-row' }, h('h1', { tabindex: '-1' }, prefix.split('/').filter(Boolean).at(-1) ?? bucket),
      h('div', { class: 'actions' }, h('label', { for: find, class: 'unseen' }, 'Names that begin with'), begins, purgeButton(bucket, prefix ? { prefixes: [prefix] } : { everything: true }, what))),
    panel.element, folders, status, grid, pager].filter(Boolean));
  await load();
  return () => (under?.abort(), panel.stop());
}

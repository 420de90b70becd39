/** What is shown before a bucket is chosen. */
import { freshId, h } from './dom.js';
import * as place from './place.js';
import { buckets } from './server.js';
import { session } from './session.js';

export async function welcome(main, _, { signIn }) {
  const id = freshId('bucket');
  const name = h('input', { id, type: 'text', required: true, pattern: '[a-z0-9][a-z0-9\\-]{1,61}[a-z0-9]', title: '3 to 63 of a-z, 0-9 and -', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none' });
  const mine = h('ul', { class: 'folders', 'aria-label': 'Buckets of this key' });
  document.title = 'Limn';
  main.replaceChildren(h('div', { class: 'welcome' },
    h('h1', { tabindex: '-1' }, 'Open a bucket'),
    h('p', {}, 'Look at its images, try every operation, take the links with you.'),
    h('form', { class: 'pair', onsubmit: (event) => (event.preventDefault(), (location.hash = place.folder(name.value))) }, h('label', { for: id, class: 'unseen' }, 'Name of a bucket'), name, h('button', { type: 'submit', class: 'main' }, 'Open')),
    mine,
    !session.keyId && h('p', { class: 'note' }, 'An access key lists its buckets. ', h('button', { type: 'button', class: 'link', onclick: signIn }, 'Sign in'))));
  if (session.keyId) {
    const found = await buckets().catch((error) => (mine.replaceChildren(h('li', { class: 'note' }, error.message)), []));
    if (found.length) mine.replaceChildren(...found.map((bucket) => h('li', {}, h('a', { class: 'folder', href: place.folder(bucket) }, bucket))));
  }
  return () => {};
}

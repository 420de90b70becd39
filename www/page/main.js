/** The frame around every view: which one is shown, the bucket, the key. */
import { editor } from './editor.js';
import { failure, h, say } from './dom.js';
import { gallery } from './gallery.js';
import { nodesView } from './nodes.js';
import * as place from './place.js';
import { buckets } from './server.js';
import { session } from './session.js';
import { signInDialog } from './sign-in.js';
import { usageView } from './usage.js';
import { welcome } from './welcome.js';

const VIEWS = { welcome, folder: gallery, object: editor, usage: usageView, nodes: nodesView };
/** The bucket of a development deployment, which listens on this machine alone. */
const LOCAL = ['127.0.0.1', 'localhost', '[::1]'].includes(location.hostname) ? 'demo' : null;

const main = document.getElementById('main');
const links = Object.fromEntries(['images', 'usage', 'nodes'].map((name) => [name, document.getElementById(`to-${name}`)]));
const chooser = document.getElementById('bucket');
const key = document.getElementById('key');

let bucket = null;
let stop = () => {};
let turn = 0;

function frame(where) {
  bucket = where.bucket ?? bucket;
  chooser.value = bucket ?? '';
  links.images.href = bucket ? place.folder(bucket) : '#';
  links.usage.href = bucket ? place.usage(bucket) : '#';
  links.usage.hidden = !bucket;
  const current = { usage: 'usage', nodes: 'nodes' }[where.view] ?? 'images';
  for (const [name, link] of Object.entries(links)) {
    if (name === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  key.textContent = session.keyId ?? 'Sign in';
  key.classList.toggle('known', Boolean(session.keyId));
  key.setAttribute('aria-label', session.keyId ? `Access key ${session.keyId}` : 'Sign in');
}

async function show({ first = false } = {}) {
  const mine = ++turn;
  stop();
  stop = () => {};
  const where = place.parse(location.hash);
  frame(where);
  // Each view fills an element of its own, so that one that was left cannot write over the next.
  const room = h('div', { class: `view-${where.view}` });
  main.replaceChildren(room);
  window.scrollTo(0, 0);
  try {
    const stopThis = await VIEWS[where.view](room, where, { signIn: signInDialog });
    if (mine === turn) stop = stopThis;
    else stopThis();
  } catch (error) {
    if (mine !== turn) return;
    room.replaceChildren(h('h1', { tabindex: '-1' }, 'That did not work'), failure(error));
  }
  if (mine !== turn || first) return;
  main.querySelector('h1')?.focus({ preventScroll: true });
  say(document.title);
}

async function offerBuckets() {
  const names = session.keyId ? await buckets().catch(() => []) : [];
  document.getElementById('buckets').replaceChildren(...names.map((name) => h('option', { value: name })));
}

document.getElementById('choose').addEventListener('submit', (event) => {
  event.preventDefault();
  if (chooser.value) location.hash = place.folder(chooser.value);
});
chooser.addEventListener('change', () => chooser.checkValidity() && chooser.value && (location.hash = place.folder(chooser.value)));
key.addEventListener('click', signInDialog);
// The part behind # is the view's, so the link moves the focus itself.
document.getElementById('skip').addEventListener('click', (event) => (event.preventDefault(), main.focus()));
// A file that misses the place for uploads must not open instead of the page.
for (const type of ['dragover', 'drop']) window.addEventListener(type, (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault());
window.addEventListener('hashchange', () => show());
session.addEventListener('change', () => {
  say(session.keyId ? `Signed in as ${session.keyId}.` : 'Signed out.', { shown: true });
  offerBuckets();
  show();
});

if (!location.hash && LOCAL) history.replaceState(null, '', place.folder(LOCAL));
offerBuckets();
show({ first: true });

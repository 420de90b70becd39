/** Where files are dropped, how they are named, what is left of the quota, and how each upload goes. */
import { freshId, h } from './dom.js';
import * as place from './place.js';
import { usage } from './server.js';
import { session } from './session.js';
import { uploads } from './uploads.js';
import { bytes, count, some } from './words.js';

const STATES = { waiting: 'waiting', sending: 'sending', done: 'stored', failed: 'failed', cancelled: 'cancelled' };
const NAMES = [['{name}.{ext}', 'as the file is called'], ['{yyyy}/{mm}/{dd}/{version}.{ext}', 'by day and version'], ['{sha256:16}.{ext}', 'by content']];

/** One line of the list. */
function line(upload) {
  const bar = h('progress', { max: upload.file.size || 1, value: 0, 'aria-label': `Sent of ${upload.file.name}` });
  const state = h('span', { class: 'state' });
  const actions = h('span', { class: 'actions' });
  const said = h('p', { class: 'said' });
  const row = h('li', { class: 'upload', 'data-name': upload.file.name },
    h('span', { class: 'name' }, upload.file.name), h('span', { class: 'size' }, bytes(upload.file.size)), bar, state, actions, said);
  const button = (text, f) => h('button', { type: 'button', class: 'quiet small', 'aria-label': `${text} ${upload.file.name}`, onclick: f }, text);
  const draw = () => {
    const { receipt } = upload;
    row.dataset.state = upload.state;
    bar.value = upload.state === 'done' ? bar.max : upload.sent;
    const percent = upload.file.size ? Math.floor((upload.sent / upload.file.size) * 100) : 0;
    state.textContent = upload.state === 'sending' ? (percent < 100 ? `${percent} %` : 'storing…') : STATES[upload.state];
    said.replaceChildren(...(upload.error ? [upload.error.message] : receipt ? [
      h('a', { href: place.object(receipt.bucket, receipt.key) }, receipt.key),
      ` · ${receipt.width ? `${receipt.width} × ${receipt.height} · ` : ''}on ${receipt.nodes.join(', ')} (${receipt.nodes.length} of ${receipt.replicas} ${receipt.replicas === 1 ? 'copy' : 'copies'})`,
    ] : []));
    actions.replaceChildren(...({
      waiting: [button('Cancel', () => upload.cancel())],
      sending: [button('Cancel', () => upload.cancel())],
      failed: [button('Retry', () => uploads.retry(upload))],
      cancelled: [button('Retry', () => uploads.retry(upload))],
    }[upload.state] ?? []));
  };
  // Progress alone redraws no button, so that none is taken from under a finger.
  upload.addEventListener('progress', () => {
    bar.value = upload.sent;
    const percent = Math.floor((upload.sent / (upload.file.size || 1)) * 100);
    state.textContent = percent < 100 ? `${percent} %` : 'storing…';
  });
  upload.addEventListener('change', draw);
  draw();
  return row;
}

const lines = new WeakMap();
const lineOf = (upload) => lines.get(upload) ?? (lines.set(upload, line(upload)), lines.get(upload));

/** `stored` is called when something came into the bucket. */
export function uploadPanel({ bucket, prefix, stored, signIn }) {
  if (!session.keyId) {
    return { element: h('p', { class: 'card hint' }, 'Uploading needs an access key with the grant “write”. ', h('button', { type: 'button', class: 'link', onclick: signIn }, 'Sign in')), stop() {} };
  }
  const pattern = freshId('pattern');
  const replace = freshId('replace');
  const name = h('input', { id: pattern, type: 'text', list: 'patterns', value: NAMES[0][0], spellcheck: 'false', autocomplete: 'off' });
  const overwrite = h('input', { id: replace, type: 'checkbox' });
  const picker = h('input', { type: 'file', multiple: true, class: 'unseen', tabindex: '-1', 'aria-label': 'Files to upload', onchange: () => (send(picker.files), (picker.value = '')) });
  const left = h('p', { class: 'left-over' });
  const list = h('ul', { class: 'uploads', 'aria-label': 'Uploads' });
  const clear = h('button', { type: 'button', class: 'quiet small', onclick: () => uploads.clear() }, 'Clear the list');
  const element = h('section', { class: 'card upload-panel', 'aria-label': 'Upload' },
    h('div', { class: 'drop' },
      h('p', {}, h('strong', {}, 'Drop files here'), ' or ', h('button', { type: 'button', class: 'main', onclick: () => picker.click() }, 'Choose files'), picker), left),
    h('div', { class: 'options' },
      h('label', { for: pattern }, 'Named ', name), h('datalist', { id: 'patterns' }, NAMES.map(([value, text]) => h('option', { value, label: text }))),
      h('label', { for: replace }, overwrite, ' Replace what has the same name')),
    list, clear);

  function send(files) {
    uploads.add(files, { bucket, name: `${prefix}${name.value}`, overwrite: overwrite.checked });
  }

  async function tellQuota() {
    try {
      const { quota, held, pending } = await usage(bucket, { span: 'day' });
      const facts = [];
      if (quota.bytes) facts.push(`${bytes(Math.max(quota.bytes - held.bytes - pending.bytes, 0))} of ${bytes(quota.bytes)}`);
      if (quota.objects) facts.push(`${count(Math.max(quota.objects - held.objects - pending.objects, 0))} of ${count(quota.objects)} objects`);
      left.textContent = facts.length ? `Quota left: ${facts.join(', ')}` : `No quota; ${bytes(held.bytes)} in ${some(held.objects, 'object')}`;
    } catch (error) {
      left.textContent = error.code === 'access_denied' ? '' : error.message;
    }
  }

  const draw = () => {
    list.replaceChildren(...uploads.items.map(lineOf));
    list.hidden = clear.hidden = uploads.items.length === 0;
  };
  const arrived = ({ detail }) => {
    tellQuota();
    if (detail.bucket === bucket) stored(detail);
  };
  uploads.addEventListener('change', draw);
  uploads.addEventListener('stored', arrived);

  // A whole window takes drops, so that nothing opens in place of the page.
  let depth = 0;
  const drag = (event) => {
    if (!Array.from(event.dataTransfer?.types ?? []).includes('Files')) return;
    event.preventDefault();
    depth = event.type === 'drop' ? 0 : depth + ({ dragenter: 1, dragleave: -1 }[event.type] ?? 0);
    document.body.classList.toggle('dropping', depth > 0);
    if (event.type === 'drop') send(event.dataTransfer.files);
  };
  const EVENTS = ['dragenter', 'dragover', 'dragleave', 'drop'];
  for (const type of EVENTS) window.addEventListener(type, drag);
  draw();
  tellQuota();
  return {
    element,
    stop() {
      uploads.removeEventListener('change', draw);
      uploads.removeEventListener('stored', arrived);
      for (const type of EVENTS) window.removeEventListener(type, drag);
      document.body.classList.remove('dropping');
    },
  };
}

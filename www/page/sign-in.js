/** The dialog that takes an access key. Nothing of it leaves the page. */
import { freshId, h } from './dom.js';
import { session } from './session.js';

export function signInDialog() {
  const [title, id, secret, keep] = ['sign-in', 'key-id', 'secret', 'keep'].map(freshId);
  const idField = h('input', { id, type: 'text', required: true, autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none', value: session.keyId ?? '' });
  const secretField = h('input', { id: secret, type: 'password', required: true, autocomplete: 'off' });
  const keepField = h('input', { id: keep, type: 'checkbox' });
  const form = h('form', { onsubmit: (event) => {
    event.preventDefault();
    session.signIn(idField.value.trim(), secretField.value, keepField.checked);
    dialog.close();
  } },
    h('h2', { id: title }, 'Sign in with an access key'),
    h('p', { class: 'note' }, 'The page signs in this browser and never sends the secret.'),
    h('div', { class: 'control' }, h('label', { for: id }, 'Access key id'), idField),
    h('div', { class: 'control' }, h('label', { for: secret }, 'Secret'), secretField),
    h('label', { for: keep, class: 'check' }, keepField, ' Keep it until this tab is closed; otherwise until the page is left'),
    h('div', { class: 'actions' },
      session.keyId && h('button', { type: 'button', class: 'quiet', onclick: () => (session.signOut(), dialog.close()) }, 'Sign out'),
      h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel'), h('button', { type: 'submit', class: 'main' }, 'Sign in')));
  const dialog = h('dialog', { 'aria-labelledby': title, onclose: () => dialog.remove() }, form);
  document.body.append(dialog);
  dialog.showModal();
}

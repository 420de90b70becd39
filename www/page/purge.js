/** Dialogs that ask before something goes. */
import { failure, freshId, h, say } from './dom.js';
import { purge } from './server.js';
import { session } from './session.js';

/** Asks, then runs; a failure is told in the dialog. */
export function confirmation({ title, text, action, run }) {
  const id = freshId('dialog');
  const wrong = h('div', {});
  const go = h('button', { type: 'button', class: 'main danger', onclick: async () => {
    go.disabled = true;
    try {
      await run();
      dialog.close();
    } catch (error) {
      wrong.replaceChildren(failure(error));
      go.disabled = false;
    }
  } }, action);
  const dialog = h('dialog', { 'aria-labelledby': id, onclose: () => dialog.remove() },
    h('h2', { id }, title), h('p', {}, text), wrong,
    h('div', { class: 'actions' }, h('button', { type: 'button', class: 'quiet', onclick: () => dialog.close() }, 'Cancel'), go));
  document.body.append(dialog);
  dialog.showModal();
}

/** Purges files, prefixes or a whole bucket from the caches. */
export function purgeButton(bucket, what, words) {
  return h('button', { type: 'button', class: 'quiet', disabled: !session.keyId, title: session.keyId ? null : 'Sign in to purge', onclick: () => confirmation({
    title: 'Purge the caches?',
    text: `All caches forget ${words}. The objects themselves stay.`,
    action: 'Purge',
    run: async () => {
      await purge({ bucket, ...what });
      say(`Purged ${words}.`, { shown: true });
    },
  }) }, 'Purge');
}

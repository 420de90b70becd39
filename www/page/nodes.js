/** The storage nodes and how they are. */
import { failure, h } from './dom.js';
import { health } from './server.js';

const STATES = { closed: ['well', 'Answers'], 'half-open': ['unsure', 'Is being tried again'], open: ['ill', 'Fails; it is left alone for a while'] };

const every = 10_000;

export async function nodesView(main) {
  const body = h('div', {});
  const asked = h('p', { class: 'note', role: 'status' });

  async function load() {
    try {
      const { status, nodes } = await health();
      body.replaceChildren(h('ul', { class: 'nodes' }, nodes.map(({ name, managed, drain, breaker }) => {
        const [mood, words] = STATES[breaker.replace('_', '-')] ?? ['unsure', breaker];
        return h('li', { class: `card node ${mood}`, 'data-node': name }, h('h2', {}, h('span', { class: 'lamp', 'aria-hidden': 'true' }), name),
          h('p', {}, words), h('p', { class: 'note' }, [managed ? 'filled by Limn' : 'read as it is', drain && 'drains: takes nothing new'].filter(Boolean).join(' · ')));
      })));
      asked.textContent = `Limn says ${status}. As the isolate that answered at ${new Date().toLocaleTimeString('en-GB')} sees its nodes.`;
    } catch (error) {
      body.replaceChildren(failure(error));
    }
  }

  document.title = 'Nodes · Limn';
  main.replaceChildren(h('div', { class: 'title-row' }, h('h1', { tabindex: '-1' }, 'Nodes'), h('button', { type: 'button', class: 'quiet', onclick: load }, 'Ask again')), body, asked);
  await load();
  const timer = setInterval(() => !document.hidden && load(), every);
  return () => clearInterval(timer);
}

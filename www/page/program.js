/** An OSS program as a list of steps, each from the operation table: its arguments, its examples, its place in the order. */
import { freshId, h } from './dom.js';

/** Steps of `image/a,b/c`; null of what is another kind of program, which is then edited as text. */
function steps(program) {
  if (!program.startsWith('image/') || program.includes('|')) return null;
  return program.slice(6).split('/').filter(Boolean);
}

export function programEditor(operations, program, report) {
  const known = operations.filter(({ oss }) => oss);
  const id = freshId('program');
  const whole = h('textarea', { id, rows: '3', spellcheck: 'false', oninput: () => (report(whole.value), draw()) }, program);
  whole.value = program;
  const list = h('ol', { class: 'steps' });
  const set = (next, focus) => {
    whole.value = next.length ? `image/${next.join('/')}` : '';
    report(whole.value || null);
    draw(focus);
  };

  function step(text, i, all) {
    const name = text.split(',')[0];
    const spec = known.find((operation) => operation.name === name);
    const field = freshId('step');
    const input = h('input', { id: field, type: 'text', value: text, spellcheck: 'false', 'aria-describedby': `${field}-help`, oninput: () => {
      all[i] = input.value;
      whole.value = `image/${all.join('/')}`;
      report(whole.value);
    } });
    const swap = (with_) => {
      const next = [...all];
      [next[i], next[with_]] = [next[with_], next[i]];
      set(next, with_);
    };
    return h('li', { class: 'step' },
      h('label', { for: field }, `${i + 1}. ${name}`),
      h('span', { class: 'pair' }, input,
        h('button', { type: 'button', class: 'quiet icon', disabled: i === 0, 'aria-label': `Move ${name} up`, onclick: () => swap(i - 1) }, '↑'),
        h('button', { type: 'button', class: 'quiet icon', disabled: i === all.length - 1, 'aria-label': `Move ${name} down`, onclick: () => swap(i + 1) }, '↓'),
        h('button', { type: 'button', class: 'quiet icon', 'aria-label': `Remove ${name}`, onclick: () => set(all.filter((_, at) => at !== i)) }, '×')),
      h('p', { class: 'help', id: `${field}-help` }, spec ? `${spec.doc} Arguments: ${spec.args}.` : 'The table has no such operation.'),
      spec && h('div', { class: 'chips' }, spec.examples.map((example) => h('button', { type: 'button', class: 'chip', title: example, onclick: () => set(all.map((one, at) => (at === i ? example : one)), i) }, example.length > 34 ? `${example.slice(0, 32)}…` : example))));
  }

  function draw(focus) {
    const all = steps(whole.value);
    list.replaceChildren(...(all ?? []).map(step));
    if (focus !== undefined) list.children[focus]?.querySelector('input')?.focus();
  }

  const choose = freshId('add');
  const add = h('select', { id: choose, onchange: () => {
    const spec = known.find(({ name }) => name === add.value);
    const all = steps(whole.value) ?? [];
    add.value = '';
    if (spec) set([...all, spec.examples[0]], all.length);
  } }, h('option', { value: '' }, 'Choose…'), known.map(({ name }) => h('option', { value: name }, name)));
  draw();
  return h('div', { class: 'program' },
    h('p', { class: 'help' }, 'Done strictly in the order written.'), list,
    h('div', { class: 'control' }, h('label', { for: choose }, 'Add an operation'), add),
    h('div', { class: 'control' }, h('label', { for: id }, 'The program as text'), whole));
}

/** One control a parameter, as `vocabulary` says. A control reports null where the parameter is to be left out. */
import { freshId, h } from './dom.js';
import { control } from './vocabulary.js';

/** `#fc0` for a colour picker, from what a parameter holds; black where it holds a name. */
function picked(text) {
  const digits = (text ?? '').replace(/^#/, '');
  if (/^[0-9a-f]{3}$/i.test(digits)) return `#${digits.replace(/./g, '$&$&')}`.toLowerCase();
  return /^[0-9a-f]{6}/i.test(digits) ? `#${digits.slice(0, 6)}`.toLowerCase() : '#000000';
}

const blank = (text) => (text === '' ? null : text);

function choice(id, { choices }, value, report) {
  const options = [['', 'not set'], ...choices.map((word) => [word, word])];
  // What is no choice of the table, such as an alias of the address bar, is shown all the same.
  if (value && !choices.includes(value)) options.push([value, value]);
  return h('select', { id, onchange: ({ target }) => report(blank(target.value)) }, options.map(([word, text]) => h('option', { value: word, selected: (value ?? '') === word }, text)));
}

function colour(id, value, report, label) {
  const text = h('input', { id, type: 'text', value: value ?? '', placeholder: 'not set', spellcheck: 'false', autocomplete: 'off', oninput: () => ((picker.value = picked(text.value)), report(blank(text.value))) });
  const picker = h('input', { type: 'color', value: picked(value), 'aria-label': `Pick ${label}`, oninput: () => ((text.value = picker.value.slice(1)), report(text.value)) });
  return h('span', { class: 'pair' }, text, picker);
}

function colours(id, value, report, label) {
  const pair = (value ?? ',').split(',');
  const tell = (index) => (one) => {
    pair[index] = one ?? '';
    report(pair[0] && pair[1] ? pair.join(',') : null);
  };
  return h('span', { class: 'stack' }, colour(id, blank(pair[0]), tell(0), `${label}, shadows`), colour(freshId(id), blank(pair[1] ?? ''), tell(1), `${label}, lights`));
}

/** A field for any value, and a slider where the range is one that a slider can show. */
function number(id, { min, max, step, usual, words, ratio }, value, report, label) {
  const slides = (max - min <= 400 || max <= 1000) && !ratio;
  const slid = () => (value !== undefined && /^-?[\d.]+$/.test(value) ? value : (usual ?? (min > 0 && min < 1 ? 1 : Math.max(min, Math.min(max, 0)))));
  const hint = [`${min} to ${max}`, ...words, ratio && 'or a ratio'].filter(Boolean).join(', ');
  const text = h('input', {
    id, type: 'text', inputmode: 'decimal', value: value ?? '', placeholder: usual ?? hint, autocomplete: 'off', class: slides ? 'short' : '',
    oninput: () => {
      if (slider && /^-?[\d.]+$/.test(text.value)) slider.value = text.value;
      report(blank(text.value.trim()));
    },
  });
  const slider = slides && h('input', {
    type: 'range', min, max, step, value: slid(), 'aria-label': `${label}, slider`,
    oninput: () => ((text.value = slider.value), report(slider.value)),
  });
  return h('span', { class: slides ? 'pair slide' : 'pair' }, slider, text);
}

function text(id, value, report, { placeholder, list } = {}) {
  return h('input', { id, type: 'text', value: value ?? '', placeholder, list, autocomplete: 'off', spellcheck: 'false', oninput: ({ target }) => report(target.value === '' ? null : target.value) });
}

/** The value that an example shows: `w=100&f=webp` of `f` is `webp`. */
const shown = ({ name, example }) => new URLSearchParams(example).get(name);

/**
 * A labelled control.
 * @param parameter An entry of the table.
 * @param {string | undefined} value The present value; an empty one counts.
 * @param {(value: string | null) => void} report
 */
export function parameterControl(parameter, { key = parameter.name, value, report, effects, list }) {
  const id = freshId(`p-${key}`);
  const help = `${id}-help`;
  const wanted = control(parameter, effects);
  // The first words are the label, what follows them is the help.
  const label = parameter.doc.replace(/[.;:,].*$/s, '');
  const rest = parameter.doc.slice(label.length).replace(/^[.;:,\s]+/, '');
  const make = {
    flag: () => choice(id, { choices: ['0', '1'] }, value, report),
    choice: () => choice(id, wanted, value, report),
    colour: () => colour(id, value, report, label),
    colours: () => colours(id, value, report, label),
    number: () => number(id, wanted, value, report, label),
    text: () => text(id, value, report, { placeholder: shown(parameter) ?? '', list }),
  }[wanted.kind];
  const made = make();
  const field = made.id === id ? made : made.querySelector(`#${id}`);
  field.setAttribute('aria-describedby', help);
  return h('div', { class: value === undefined ? 'control' : 'control set', 'data-key': key },
    h('label', { for: id }, h('code', {}, key), ' ', h('span', {}, label)),
    made,
    h('p', { class: 'help', id: help }, `${rest && `${rest} `}Values: ${parameter.values}.`));
}

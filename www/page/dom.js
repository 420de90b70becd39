/** Elements made in one call, and what every view tells the reader. */

const SVG = 'http://www.w3.org/2000/svg';

function dress(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.setAttribute('class', value);
    // The policy refuses style attributes; the object model may set properties.
    else if (name === 'style') for (const [property, set] of Object.entries(value)) element.style.setProperty(property, set);
    else if (name === 'value' || name === 'checked' || name === 'indeterminate') element[name] = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** An HTML element: `h('button', { class: 'quiet', onclick: f }, 'Copy')`. */
export const h = (tag, props, ...children) => dress(document.createElement(tag), props, children);

/** An SVG element. */
export const s = (tag, props, ...children) => dress(document.createElementNS(SVG, tag), props, children);

let ids = 0;
/** An id that no other element has, for labels. */
export const freshId = (stem) => `${stem}-${++ids}`;

/** Says something to screen readers, and to everybody where `shown`. */
export function say(text, { shown = false, bad = false } = {}) {
  document.getElementById('said').textContent = text;
  if (!shown) return;
  const toast = h('p', { class: bad ? 'toast bad' : 'toast' }, text);
  document.getElementById('toasts').append(toast);
  setTimeout(() => toast.remove(), bad ? 9000 : 4000);
}

/** A failure in words, where it happened. */
export const failure = (error, ...actions) =>
  h('div', { class: 'failure', role: 'alert' }, h('p', {}, error.message), error.code && h('p', { class: 'code' }, error.code), actions);

/** A button that copies what `text` tells when it is pressed. */
export function copyButton(text, what) {
  return h('button', {
    type: 'button',
    class: 'quiet',
    'aria-label': `Copy ${what}`,
    onclick: async () => {
      try {
        await navigator.clipboard.writeText(text());
        say(`Copied ${what}.`, { shown: true });
      } catch {
        say('The browser did not let the page copy; select the text and copy it yourself.', { shown: true, bad: true });
      }
    },
  }, 'Copy');
}

/** Calls `f` once its callers have been quiet for a while. */
export function settled(f, milliseconds) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => f(...args), milliseconds);
  };
}

/** Ready-made code for one image: HTML, CSS, and loaders of frameworks. */
export const WIDTHS = [320, 640, 960, 1280, 1920];

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
const without = (params, ...names) => Object.fromEntries(Object.entries(params).filter(([name]) => !names.includes(name)));
/** A string as JavaScript writes it, in single quotes. */
const literal = (value) => `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;

/** Parameters as lines of code that set them. */
const settings = (params, indent) => Object.entries(params).map(([name, value]) => `${indent}url.searchParams.set(${literal(name)}, ${literal(value)});`).join('\n');

/** Widths up to the one that is asked for, and twice it for dense screens. */
function widths({ w }) {
  const wanted = Number(w);
  return wanted >= 1 ? [...new Set([wanted / 2, wanted, wanted * 2].map(Math.round))].filter((width) => width >= 16 && width <= 16384) : WIDTHS;
}

const sizes = ({ w }) => (Number(w) >= 1 ? `(max-width: ${w}px) 100vw, ${w}px` : '100vw');
const ratio = (size) => (size ? ` width="${size.width}" height="${size.height}"` : '');

/** Whether other keys may stand beside these: not beside a program, nor beside a style. */
export const isOpen = (params) => !('x-oss-process' in params) && !('p' in params);

/** A srcset's entries, each on a line of its own. */
const lines = (text, indent) => escaped(text).replaceAll(', ', `,\n${indent}`);

/** What all HTML snippets are made of; `link` makes one URL, `set` a srcset. */
export async function img({ params, size, link, set }) {
  if (!isOpen(params)) return `<img src="${escaped(await link(params))}"${ratio(size)} alt="" loading="lazy" decoding="async">`;
  return `<img src="${escaped(await link(params))}"
     srcset="${lines(await set(params, widths(params)), '             ')}"
     sizes="${sizes(params)}"${ratio(size)}
     alt="" loading="lazy" decoding="async">`;
}

/** No AVIF here: a large one is answered when it has been made, and a source that fails has no fallback. f=auto has. */
export async function picture({ params, size, link, set }) {
  const plain = without(params, 'f');
  return `<picture>
  <source type="image/webp" sizes="${sizes(params)}"
    srcset="${lines(await set({ ...plain, f: 'webp' }, widths(params)), '            ')}">
  <img src="${escaped(await link(plain))}"${ratio(size)} alt="" loading="lazy" decoding="async">
</picture>`;
}

export async function css({ params, link }) {
  const at = async (dpr) => `url("${await link({ ...params, dpr })}") ${dpr}x`;
  return `.hero {
  background-image: image-set(${await at(1)}, ${await at(2)});
  background-size: cover;
}`;
}

export function next({ params, base }) {
  return `// limn-loader.js; in next.config.js: images: { loader: 'custom', loaderFile: './limn-loader.js' }
export default function limn({ src, width, quality }) {
  const url = new URL(src.replace(/^\\//, ''), ${literal(`${base}/`)});
${settings(without(params, 'w', 'h', 'q'), '  ')}
  url.searchParams.set('w', String(width));
  if (quality) url.searchParams.set('q', String(quality));
  return url.href;
}`.replace('\n\n', '\n');
}

export function nuxt({ params, base }) {
  return `// providers/limn.ts; in nuxt.config.ts:
// image: { provider: 'limn', providers: { limn: { provider: '~/providers/limn.ts', options: { baseURL: ${literal(`${base}/`)} } } } }
import { defineProvider } from '@nuxt/image/runtime';

export default defineProvider<{ baseURL?: string }>({
  getImage(src, { modifiers, baseURL = ${literal(`${base}/`)} }) {
    const url = new URL(src.replace(/^\\//, ''), baseURL);
${settings(without(params, 'w', 'h', 'q'), '    ')}
    const { width: w, height: h, quality: q, format, fit } = modifiers;
    const f = format === 'jpeg' ? 'jpg' : format;
    for (const [name, value] of Object.entries({ w, h, q, f, fit })) if (value) url.searchParams.set(name, String(value));
    return { url: url.href };
  },
});`.replace('\n\n    const', '\n    const');
}

export function astro({ params, base }) {
  return `// src/limn.js; in astro.config.mjs: image: { service: { entrypoint: './src/limn.js' } }
export default {
  getURL({ src, width: w, height: h, quality, format, fit: fitting }) {
    // Astro's words where they are not Limn's.
    const q = { mid: 'med', max: 100 }[quality] ?? quality;
    const f = format === 'jpeg' ? 'jpg' : format;
    const fit = { 'scale-down': 'max', none: '' }[fitting] ?? fitting;
    const url = new URL(src.replace(/^\\//, ''), ${literal(`${base}/`)});
${settings(without(params, 'w', 'h', 'q'), '    ')}
    for (const [name, value] of Object.entries({ w, h, q, f, fit })) if (value) url.searchParams.set(name, String(value));
    return url.href;
  },
  getHTMLAttributes({ src, width, height, quality, format, fit, ...attributes }) {
    return { ...attributes, width, height, loading: attributes.loading ?? 'lazy', decoding: 'async' };
  },
};`.replace('\n\n    for', '\n    for');
}

export const SNIPPETS = [
  ['<img>', img],
  ['<picture>', picture],
  ['CSS', css],
  ['Next.js', next],
  ['Nuxt', nuxt],
  ['Astro', astro],
];

// The pages of the documentation and their fenced blocks.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** README.md and everything under docs, as paths from the root. */
export function pages() {
  const below = readdirSync(`${root}docs`, { recursive: true }).filter((name) => name.endsWith('.md')).sort();
  return ['README.md', ...below.map((name) => `docs/${name}`)];
}

export const textOf = (page) => readFileSync(root + page, 'utf8');

/** `{ page, line, heading, lang, words, text }` of each block; a fence that is not closed is an error. */
export function blocks(page) {
  const found = [];
  let open = null, heading = '';
  textOf(page).split('\n').forEach((line, at) => {
    const fence = /^```(\S*) ?(.*)$/.exec(line);
    if (open && line === '```') {
      found.push({ ...open, text: `${open.lines.join('\n')}\n` });
      open = null;
    } else if (open) open.lines.push(line);
    else if (fence) open = { page, line: at + 1, heading, lang: fence[1], words: fence[2].split(' ').filter(Boolean), lines: [] };
    else heading = /^#+ (.*)$/.exec(line)?.[1] ?? heading;
  });
  if (open) throw new Error(`${page}:${open.line}: the block is not closed`);
  return found;
}

/** Links to files of the repository: `{ page, target, anchor }`. */
export function links(page) {
  const prose = textOf(page).replace(/^```[^]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  const all = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target).filter((target) => !/^[a-z]+:/.test(target));
  return all.map((target) => ({ page, target: target.split('#')[0], anchor: target.split('#')[1] }));
}

/** The anchors of a page's headings, as GitHub makes them. */
export const anchors = (page) =>
  [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, text]) => text.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));

// Every command, URL, setting and program that the documents show is run; links lead somewhere.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, normalize } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { builtCli } from '../../scripts/limn/cli.mjs';
import { anchors, blocks, links, pages, textOf } from './docs/blocks.mjs';
import { runners, shell } from './docs/runners.mjs';
import { site } from './docs/site.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Blocks that another test runs: page, language, heading above it, and where. */
const ELSEWHERE = [
  ['docs/page.md', 'js', 'A client for the web', 'tests/client-web.test.mjs'],
  ['docs/signing.md', 'rust', 'Rust', 'a doctest of limn-core'],
  ...[['js', 'JavaScript'], ['python', 'Python'], ['sh', 'Shell']].map((of) => ['docs/signing.md', ...of, 'tests/signing.test.mjs']),
];
const elsewhere = ({ page, lang, heading }) => ELSEWHERE.find(([p, l, h]) => p === page && l === lang && h === heading);
const runnerOf = ({ lang, words }) => (lang === 'json' ? runners.json : runners[[lang, ...words].join(' ')]);

let cli;
before(async () => (cli = await builtCli()));

test('every block has a runner', () => {
  const all = pages().flatMap(blocks);
  const lost = all.filter((block) => !elsewhere(block) && !runnerOf(block)).map(({ page, line, lang, words }) => `${page}:${line}: ${[lang || 'no language', ...words].join(' ')}`);
  assert.deepEqual(lost, []);
  for (const [page, lang, heading, where] of ELSEWHERE) assert.ok(all.some((b) => b.page === page && b.lang === lang && b.heading === heading), `${where} runs what ${page} no longer has`);
});

test('links lead to files and headings that are there', () => {
  for (const { page, target, anchor } of pages().flatMap(links)) {
    const file = target ? normalize(`${dirname(page)}/${target}`) : page;
    assert.ok(existsSync(root + file), `${page}: ${target}`);
    if (anchor && file.endsWith('.md')) assert.ok(anchors(file).includes(anchor), `${page}: ${target}#${anchor}`);
  }
});

for (const page of pages()) {
  const own = blocks(page).filter((block) => !elsewhere(block) && runnerOf(block) && block.lang !== 'text');
  if (!own.length) continue;
  describe(page, () => {
    const state = { last: '' };
    let it;
    before(async () => {
      if (own.every(({ lang }) => lang === 'json')) return;
      // What scripts/serve starts is a development deployment.
      const development = own.some(({ text }) => text.includes('http://127.0.0.1:8787'));
      it = await site(own.filter(({ lang }) => lang === 'toml').map(({ text }) => text).join('\n'), { cli, development, text: textOf(page) });
      state.tools = shell(it, cli);
    });
    after(() => it?.stop());
    for (const block of own) {
      test(`line ${block.line}: ${[block.lang, ...block.words].join(' ')}`, { timeout: 300_000 }, async (t) => {
        const told = await runnerOf(block)(block, it, state);
        if (told === 'skipped') return t.skip('what runs it is not installed');
        if (typeof told === 'string') state.last = told;
      });
    }
  });
}

// `scripts/NAME …` in a document: serve is started, asked and ended; of the others the options must be theirs.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guard } from '../../../scripts/limn/guard.mjs';
import { freePort } from '../../../scripts/limn/ports.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const [name, ...args] = process.argv.slice(2);
const text = readFileSync(`${root}scripts/${name}`, 'utf8');
for (const option of args.filter((arg) => arg.startsWith('--'))) assert.ok(text.includes(option), `scripts/${name} knows no ${option}`);

if (name === 'serve' && !args.includes('--nodes')) {
  const port = await freePort();
  const child = spawn(`${root}scripts/serve`, ['--port', String(port)], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const unguard = guard(child.pid);
  let told = '';
  const over = once(child, 'exit');
  child.stdout.on('data', (chunk) => (told += chunk));
  while (!told.includes('Ctrl-C ends it.') && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 100));
  try {
    assert.ok(told.includes(`Limn is ready on http://127.0.0.1:${port}`), told);
    for (const [, words, url] of told.matchAll(/^ {4}(.+?) +(http:\S+)$/gm)) {
      const answer = await fetch(url, { headers: { accept: words.startsWith('the page') ? 'text/html' : '*/*' } });
      assert.equal(answer.status, words.startsWith('private: refused') ? 403 : 200, `${words}: ${url}`);
      await answer.arrayBuffer();
    }
  } finally {
    process.kill(-child.pid, 'SIGTERM');
    await over;
    unguard();
  }
}

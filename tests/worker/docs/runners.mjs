// How a block is run, by its language.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { key } from './site.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const drawn = `${root}.tools/demo`;
const venv = `${root}.tools/venv/bin/python`;
const photo = readFileSync(`${drawn}/progressive.jpg`);

/** Folder and environment of a page's commands. */
export function shell(site, cli) {
  const home = `${site.dir}/home`;
  mkdirSync(`${home}/bin`, { recursive: true });
  mkdirSync(`${home}/scripts`);
  const tool = (name, text) => writeFileSync(`${home}/${name}`, `#!/usr/bin/env bash\nset -euo pipefail\n${text}\n`, { mode: 0o755 });
  tool('bin/limn', `exec '${cli}' "$@"`);
  // Whatever host is named, Limn is meant; it speaks no TLS here.
  tool('bin/curl', `exec /usr/bin/env -S PATH="\${PATH#*:}" curl --silent --show-error --fail-with-body --connect-to ::127.0.0.1:${site.port} "\${@//https:/http:}"`);
  // Without an account no more can be known than that the command and its options exist.
  tool('bin/npx', `exec node '${root}tests/worker/docs/known.mjs' "$@"`);
  // The command is the one that the tests built.
  tool('bin/cargo', `[ "$1 $2 $3" = 'install --locked --path' ] && [ -f "${root}$4/Cargo.toml" ]`);
  for (const name of ['serve', 'test', 'check', 'bench', 'bless']) tool(`scripts/${name}`, `exec node '${root}tests/worker/docs/script.mjs' ${name} "$@"`);
  tool('scripts/deploy', `exec '${root}scripts/deploy' --dry-run "$@"`);
  for (const [name, file] of Object.entries({ 'cat.jpg': 'progressive.jpg', 'photo.jpg': 'photo.jpg', 'logo.png': 'logo.png' })) copyFileSync(`${drawn}/${file}`, `${home}/${name}`);
  copyFileSync(`${root}wrangler.toml`, `${home}/wrangler.toml`);
  const env = {
    ...process.env,
    PATH: `${home}/bin:${process.env.PATH}`,
    LIMN_CLI: cli,
    LIMN_ENDPOINT: `http://127.0.0.1:${site.port}`,
    LIMN_KEY: key.kid,
    LIMN_SECRET: key.secret,
    METRICS_TOKEN: 'metrics-token',
    NO_COLOR: '1',
  };
  // What an interactive shell would read first.
  delete env.BASH_ENV;
  return { home, env };
}

/** Runs a command as a page would; gives what it printed. */
export async function run(command, args, { home, env }) {
  try {
    return (await promisify(execFile)(command, args, { cwd: home, env, timeout: 240_000, maxBuffer: 16 << 20 })).stdout;
  } catch (error) {
    throw new Error(`${error.message}\n${error.stdout ?? ''}${error.stderr ?? ''}`);
  }
}

/** A URL that a program printed is good for reading, or for uploading what it was signed for. */
async function good(site, url, method) {
  const read = await site.ask(url);
  if (read.status === 200) return;
  if (method !== 'PUT') assert.equal(read.headers['x-limn-error'], 'bad_signature', `${url}: ${read.status} ${read.body}`);
  const written = await site.ask(url, { method: 'PUT', body: photo, headers: { 'content-type': 'image/jpeg' } });
  assert.equal(written.status, 200, `${url}: ${written.status} ${written.body}`);
}

/** URLs that `limn sign` printed go by its `--method`; what a POST is for is left to the block behind. */
async function allGood(site, printed, commands = '') {
  const methods = (commands.match(/limn sign .*/g) ?? []).map((line) => /--method (\w+)/.exec(line)?.[1]);
  for (const [i, url] of (printed.match(/^https?:\/\/\S+$/gm) ?? []).entries()) if (methods[i] !== 'POST') await good(site, url, methods[i]);
  return printed;
}

/** `METHOD URL   # STATUS CODE`; without a method GET, without a status 200 and an image. */
async function urls({ text }, site) {
  for (const line of text.split('\n').filter(Boolean)) {
    const [, method = 'GET', url, status, code] = /^(?:([A-Z]+) )?(https?:\S+)(?:\s+# (\d{3})(?: (\w+))?.*)?$/.exec(line) ?? [];
    assert.ok(url, `not a URL: ${line}`);
    const answer = await site.ask(url, { method });
    assert.equal(answer.status, Number(status ?? 200), `${line}: ${answer.status} ${answer.headers['x-limn-error'] ?? ''}`);
    if (code) assert.equal(answer.headers['x-limn-error'], code, line);
    if (!status) assert.match(answer.headers['content-type'], /^image\//, line);
  }
}

/** A page's own script: what it asks goes to the page's Limn; `form` is what the last command printed, `file` a photo. */
async function inPage({ text }, site, { last }) {
  const fetch = async (url, init = {}) => {
    const request = new Request(url, { ...init, ...(init.body && { duplex: 'half' }) });
    const body = request.body ? Buffer.from(await request.arrayBuffer()) : undefined;
    const answer = await site.ask(url, { method: request.method, headers: Object.fromEntries(request.headers), body });
    assert.ok(answer.status < 400, `${url}: ${answer.status} ${answer.body}`);
    return new Response(answer.status === 204 ? null : answer.body, { status: answer.status, headers: answer.headers });
  };
  const file = new File([photo], 'cat.jpg', { type: 'image/jpeg' });
  const form = /^\{.*\}$/ms.test(last) ? JSON.parse(last) : undefined;
  const AsyncFunction = (async () => {}).constructor;
  await new AsyncFunction('fetch', 'file', 'form', 'signedUrl', text)(fetch, file, form, last.trim());
}

/** Every address of Limn's that a page's mark-up names. */
async function markup({ text }, site) {
  const all = [...text.matchAll(/https:\/\/img\.example\.com\/[^\s"'<>]+/g)].map(([url]) => url.replaceAll('&amp;', '&').replace(/,$/, ''));
  assert.ok(all.length, 'no address of Limn is in it');
  const page = { referer: 'https://www.example.com/' };
  for (const url of all) {
    const method = text.includes(`action="${url}"`) ? 'OPTIONS' : 'GET';
    const answer = await site.ask(url, { method, headers: page });
    if (method === 'GET') assert.equal(answer.status, 200, `${url}: ${answer.status} ${answer.body}`);
  }
}

/** By language, and where a block's first word names another way, by both. */
export const runners = {
  sh: async ({ text }, site, { tools }) => allGood(site, await run('bash', ['-euo', 'pipefail', '-c', text], tools), text),
  url: urls,
  // Limn runs with it already, and `limn check` has read it.
  toml: async () => {},
  js: async ({ text }, site, { tools }) => {
    const name = `${root}.wrangler/tests/block-${process.pid}-${Math.random().toString(36).slice(2)}.mjs`;
    // Beside the checkout's packages, which it imports.
    writeFileSync(name, text);
    try {
      return await allGood(site, await run(process.execPath, [name], tools));
    } finally {
      rmSync(name);
    }
  },
  'js page': inPage,
  python: async ({ text }, site, { tools }) => {
    if (!existsSync(venv)) return 'skipped';
    return allGood(site, await run(venv, ['-c', text], tools));
  },
  /** A word behind it is the file that it is kept in. */
  json: async ({ text, words: [file] }, site, { tools }) => {
    JSON.parse(text);
    if (file) writeFileSync(`${tools.home}/${file}`, text);
  },
  html: markup,
  // Nothing that could be run.
  text: async () => {},
};

// The programs of docs/signing.md: each signs the published vectors, and all sign alike what is awkward.
// The Rust one is a doctest of limn-core.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

const page = readFileSync(new URL('../docs/signing.md', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'limn-signing-'));
after(() => rmSync(folder, { recursive: true }));

const is = (tool, ...args) => spawnSync(tool, args).status === 0;

/** A program of the page: the first block of its language behind the heading. */
function program(heading, language, file, command, needs) {
  const [, code] = new RegExp(`^### ${heading}\\n[^#]*?^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'ms').exec(page) ?? [];
  assert.ok(code, `docs/signing.md has no ${language} block under ${heading}`);
  writeFileSync(join(folder, file), code);
  const missing = needs.filter(([tool, ...args]) => !is(tool, ...args)).map(([tool]) => tool);
  const run = async (method, path, params, { kid = 'limn-dev', secret = 'limn-dev-secret' } = {}) => {
    const env = { ...process.env, LIMN_KEY: kid, LIMN_SECRET: secret };
    const { stdout } = await promisify(execFile)(command, [join(folder, file), method, path, ...params], { env });
    return stdout.replace(/\n$/, '');
  };
  return { heading, run, skip: missing.length > 0 && `${missing.join(' and ')} not installed` };
}

const programs = [
  program('JavaScript', 'js', 'sign.mjs', process.execPath, []),
  program('Python', 'python', 'sign.py', 'python3', [['python3', '--version']]),
  program('Shell', 'sh', 'sign.sh', 'bash', [['bash', '--version'], ['openssl', 'version']]),
];

const VECTORS = [
  ['GET', '/vault/cat.jpg', ['w=200', 'exp=1790000000'], 'dJ_7qGbQOYgZAcm7kQSrmlieBFRz3wFpVwcgf3EXSPA'],
  ['HEAD', '/vault/a b/图+1.png', ['exp=1790000000', 'w=320', 'wmt=© Acme'], 'vvSixfKAdF5GJwuwEcCJsLqEEnzwybXMS23-QMe-12Y'],
  ['PUT', '/vault/cat.jpg', ['exp=1790000000'], 'CBUKIDDoZdItVG7kfDGwFMQNRefWs7jwjBiBeVPqm9I'],
];

const AWKWARD = [
  ['spaces', 'GET', '/vault/ a  b .jpg', ['wmt= two  spaces ', 'exp=1790000000']],
  ['plus', 'GET', '/vault/a+b.jpg', ['wmt=1+1', 'a+b=c']],
  ['per cent', 'GET', '/vault/100%.jpg', ['wmt=100%', 'x=%41%2f']],
  ['unicode', 'GET', '/vault/naïve/图片/🐈.jpg', ['wmt=©️ Größe 猫 🐈', 'é=è']],
  ['composed and not', 'GET', '/vault/\u00e9e\u0301.jpg', []],
  ['empty value', 'GET', '/vault/cat.jpg', ['trim=', 'v']],
  ['out of order', 'GET', '/vault/cat.jpg', ['z=1', 'w=2', 'exp=1790000000', 'A=3', 'a=4', '10=5', '9=6']],
  ['names that begin alike', 'GET', '/vault/cat.jpg', ['wm2=b', 'wm=a', 'wm-x=c', 'wm.y=d', 'wm z=e', 'w=1']],
  ['style suffix', 'GET', '/vault/cat.jpg!thumb', ['exp=1790000000']],
  ['sub-delims', 'GET', "/vault/!$&'()*+,;=:@.jpg", ["wmt=!$&'()*,;:@", 'rect=1,2,3,4']],
  ['separators', 'GET', '/vault/a?b#c&d=e.jpg', ['wmt=a&b=c?d#e/f', 'eq==', 'two==a=b']],
  ['unreserved and neighbours', 'GET', '/vault/-._~@[`{/0:9.jpg', ['wmt=-._~,^_`{|}"<>']],
  ['backslash and quotes', 'GET', '/vault/a\\b"c\'d.jpg', ['wmt=\\x41 $HOME `id` "q"', 'v=%s\\n']],
  ['dashes and slashes', 'GET', '/vault//a///b/', ['-n=-e', 'path=/a/b']],
  ['no parameters', 'GET', '/vault/cat.jpg', []],
  ['HEAD', 'HEAD', '/vault/cat.jpg', ['w=1']],
  ['PUT', 'PUT', '/vault/a b.jpg', ['exp=1790000000', 'ct=image/svg+xml; charset=utf-8', 'len=10']],
  ['DELETE', 'DELETE', '/vault/cat.jpg', ['exp=1790000000']],
];

for (const { heading, run, skip } of programs) {
  test(`${heading}: the published vectors`, { skip }, async () => {
    for (const [method, path, params, s] of VECTORS) {
      assert.equal(new URL(await run(method, path, params), 'http://h').searchParams.get('s'), s, `${method} ${path}`);
    }
  });
}

const there = programs.filter(({ skip }) => !skip);
const alone = there.length < 2 && 'there is nothing to compare with';

/** What each program prints; all must print the same. */
async function agreed(...call) {
  const [first, ...others] = await Promise.all(there.map(async ({ heading, run }) => ({ heading, url: await run(...call) })));
  for (const other of others) assert.equal(other.url, first.url, `${other.heading} against ${first.heading}`);
  return first.url;
}

for (const [what, method, path, params] of AWKWARD) {
  test(`All sign alike: ${what}`, { skip: alone }, async () => {
    const url = await agreed(method, path, params);
    const [target, query] = url.split('?');
    assert.equal(decodeURIComponent(target), path);
    const wanted = params.map((p) => [p.split('=')[0], p.split('=').slice(1).join('=')]);
    const got = [...new URLSearchParams(query)].filter(([name]) => name !== 's' && name !== 'kid');
    assert.deepEqual(got.sort(), wanted.sort());
    assert.match(url, /^[\w.~%/?&=-]+&s=[\w-]{43}$/);
  });
}

test('All sign alike: a key and secrets of any bytes and length', { skip: alone }, async () => {
  const secrets = ['12345678', '6\\x36%s %% \\\\6', 'пароль 🔑 $HOME', 'a'.repeat(63), 'b'.repeat(64), 'c'.repeat(65), 'é'.repeat(100), '-n -e abc'];
  await Promise.all(secrets.map((secret) => agreed('GET', '/vault/cat.jpg', ['w=1'], { kid: 'a key/+%&=', secret })));
});

test('GET and HEAD share a signature, other methods do not', async () => {
  const [get, head, put] = await Promise.all(['GET', 'HEAD', 'PUT'].map((method) => agreed(method, '/vault/cat.jpg', ['exp=1790000000'])));
  assert.equal(get, head);
  assert.notEqual(get, put);
});

// Agreement alone would not tell whether all sorted by `name=value`, which limn-core does not.
test('A name sorts before what it begins', async () => {
  const url = await agreed('GET', '/vault/cat.jpg', ['wm2=b', 'wm=a']);
  assert.equal(url, '/vault/cat.jpg?kid=limn-dev&wm=a&wm2=b&s=M6fPWppqUullYGd8Xl9MyLPsdjtkluewqB1YkTAqqgg');
});

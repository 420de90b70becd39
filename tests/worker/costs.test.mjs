// What a request costs in calls of the platform's services: docs/cost.md tells it, and this counts it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { settings } from '../../scripts/limn/config.mjs';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const photo = readFileSync(new URL('../../.tools/demo/progressive.jpg', import.meta.url));
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
const COLUMNS = ['r2_reads', 'r2_writes', 'ledger_calls', 'rows_read', 'rows_written', 'cache_reads', 'cache_writes'];
let it;

/** The table under "Calls of a request": a kind, then numbers in the order of COLUMNS. */
function table() {
  const page = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8');
  const [, text] = /^## Calls of a request$(.*?)^## /ms.exec(page);
  const rows = text.split('\n').filter((line) => /^\| [^-]/.test(line)).slice(1).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
  return new Map(rows.map(([kind, ...numbers]) => [kind, numbers.map(Number)]));
}

async function counted(work) {
  const calls = async () => (await fetch(`${it.base}/-test/calls`, { method: 'POST' })).json();
  await pause(300);
  await calls();
  await work();
  // What follows behind the answer belongs to it.
  await pause(700);
  const told = await calls();
  return COLUMNS.map((name) => told[name] ?? 0);
}

const get = async (path, host = '127.0.0.1') => {
  const answer = await raw(it.port, { path, headers: { host } });
  assert.equal(answer.status, 200, `${path}: ${answer.body}`);
  return answer.headers['cache-status'];
};
const put = (key) => fetch(it.base + signed('PUT', `/demo/${key}`, { exp: soon() }), { method: 'PUT', body: photo }).then((answer) => assert.equal(answer.status, 200));

before(async () => {
  // A row that is believed all along: how often it is asked for has a line of its own.
  const demo = { ...settings().vars.LIMN_BUCKET_DEMO, row_fresh_seconds: 3600, row_stale_seconds: 3600 };
  it = await limn({ LIMN_BUCKET_DEMO: demo }, { entry: 'watched.mjs' });
  await put('cat.jpg');
  await get('/demo/cat.jpg?w=50');
});
after(() => it.stop());

const made = (told) => assert.match(told, /^limn; fwd=uri-miss/);
const from = (tier) => (told) => assert.match(told, new RegExp(`^limn-${tier}; hit`));
/** An image that is asked for again is kept in R2, too; the larger ones are not in the isolate's memory at first. */
async function kept(path) {
  for (let i = 0; i < 2; i++) await get(path);
  await pause(700);
  return path;
}
const kinds = {
  'an image that is made': () => get('/demo/cat.jpg?w=51').then(made),
  'the same image the second time': () => get('/demo/cat.jpg?w=51').then(from('l0')),
  'an image in the isolate’s memory': () => get('/demo/cat.jpg?w=51').then(from('l0')),
  'an image in the data centre’s cache': async () => {
    const path = await kept('/demo/cat.jpg?w=52');
    await it.restart();
    await get('/demo/cat.jpg?w=51');
    return () => get(path).then(from('l1'));
  },
  'an image in R2': async () => {
    const path = await kept('/demo/cat.jpg?w=53');
    await it.restart();
    await get('/demo/cat.jpg?w=51');
    // Each host has a cache of its own, as each data centre has.
    return () => get(path, '127.0.1.9').then(from('l2'));
  },
  'an original the first time': async () => {
    await put('plain.jpg');
    return () => get('/demo/plain.jpg');
  },
  'an original again': () => get('/demo/plain.jpg'),
  'a refusal at the gate': () => raw(it.port, { path: '/vault/cat.jpg' }).then(({ status }) => assert.equal(status, 403)),
  'a row looked up': async () => {
    await put('row.jpg');
    await it.restart();
    return () => raw(it.port, { method: 'HEAD', path: '/demo/row.jpg' }).then(({ status }) => assert.equal(status, 200));
  },
  'an upload': () => put('new.jpg'),
  'an upload over an old object': () => put('new.jpg'),
  'a deletion': () => fetch(it.base + signed('DELETE', '/demo/new.jpg', { exp: soon() }), { method: 'DELETE' }).then(({ status }) => assert.equal(status, 204)),
};

test('the table names what is counted', () => assert.deepEqual([...table().keys()], Object.keys(kinds)));

for (const [kind, work] of Object.entries(kinds)) {
  test(kind, async () => {
    // A kind that must be prepared gives back what is counted.
    const prepared = work.constructor.name === 'AsyncFunction' ? await work() : work;
    const told = await counted(prepared);
    assert.deepEqual(Object.fromEntries(COLUMNS.map((name, i) => [name, told[i]])), Object.fromEntries(COLUMNS.map((name, i) => [name, table().get(kind)?.[i]])));
  });
}

// Faults F23 and F24: the same upload twice, another under the same key, replies that get lost.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signed } from '../../scripts/limn/sign.mjs';
import { cluster } from './cluster.mjs';

const times = process.env.LIMN_TEST_FULL ? 100 : 10;
const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const nonce = () => randomBytes(8).toString('hex');
let it;

before(async () => {
  it = await cluster({ nodes: 1, vars: { LIMN_KEY_OTHER: JSON.stringify({ id: 'other', secrets: ['other-secret-1'], user: 'other', grants: [{ actions: ['read', 'write'] }] }) } });
});
after(() => it.stop());

const call = (method, path, { params = {}, body, headers, as } = {}) => fetch(it.base + signed(method, path, { exp: exp(), ...params }, as), { method, body, headers });
const told = async (answer) => ({ status: answer.status, error: answer.headers.get('x-limn-error'), etag: answer.headers.get('etag'), version: answer.headers.get('x-limn-version'), text: await answer.text() });
const names = async (prefix) => {
  const answer = await call('GET', '/vault', { params: { 'list-type': '2', prefix } });
  return [...(await answer.text()).matchAll(/<Key>([^<]+)/g)].map(([, key]) => key);
};
/** Writes of blobs since this was asked last. */
const puts = async () => (await it.calls()).filter(({ binding, method, side }) => binding === 'NODE_A' && method === 'put' && side === 'worker').length;

test(`F23: the same PUT again, ${times} times, and others under its key`, async () => {
  for (let i = 0; i < times; i++) {
    const path = `/vault/f23/${nonce()}`;
    const headers = { 'idempotency-key': nonce() };
    await puts();
    const first = await told(await call('PUT', path, { body: `one ${i}`, headers }));
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(await told(await call('PUT', path, { body: `one ${i}`, headers })), first, path);
    assert.equal(await puts(), 1, 'stored once');
    for (const [at, body] of [[path, 'two'], [`${path}x`, `one ${i}`]]) {
      const other = await told(await call('PUT', at, { body, headers }));
      assert.deepEqual([other.status, other.error], [422, 'idempotency_mismatch'], at);
    }
    assert.equal(await puts(), 0, 'nothing of what was refused is stored');
    assert.equal(await (await call('GET', path)).text(), `one ${i}`);
    assert.deepEqual(await names(path.slice(7)), [path.slice(7)]);
  }
});

test(`F23: the same to /-/upload, with tokens and keys`, async () => {
  for (let i = 0; i < times; i++) {
    const folder = `f23up/${nonce()}/`;
    const headers = { 'idempotency-key': `${nonce()} ~!` };
    // Each time with another token, since the first may have ended.
    const post = (body, name = `${folder}{version}`) => call('POST', '/-/upload/vault', { body, headers, params: { name, nonce: nonce() } }).then(told);
    const first = await post(`one ${i}`);
    assert.equal(first.status, 201, first.text);
    assert.deepEqual(await post(`one ${i}`), first);
    assert.deepEqual([(await post('two')).error, (await post(`one ${i}`, `${folder}x{version}`)).status], ['idempotency_mismatch', 422]);
    assert.deepEqual(await names(folder), [JSON.parse(first.text).key]);
  }
});

test('at once: one is stored, all are told the same', async () => {
  const headers = { 'idempotency-key': nonce() };
  const all = await Promise.all(Array.from({ length: 20 }, () => call('PUT', '/vault/at-once', { body: 'same', headers }).then(told)));
  for (const one of all) assert.deepEqual(one, all[0]);
  assert.equal(all[0].status, 200, all[0].text);
  const other = { 'idempotency-key': nonce() };
  const mixed = await Promise.all(Array.from({ length: 10 }, (_, i) => call('PUT', '/vault/mixed', { body: `body ${i}`, headers: other }).then(told)));
  assert.deepEqual(mixed.map(({ status }) => status).sort(), [200, ...Array(9).fill(422)]);
});

test('keys of other users are other keys', async () => {
  const headers = { 'idempotency-key': 'mine' };
  const as = { kid: 'other', secret: 'other-secret-1' };
  assert.equal((await call('PUT', '/vault/users', { body: 'a', headers })).status, 200);
  assert.equal((await call('PUT', '/vault/users', { body: 'b', headers, as })).status, 200);
  for (const one of [{ body: 'b' }, { body: 'a', as }]) assert.equal((await call('PUT', '/vault/users', { ...one, headers })).status, 422);
  for (const bad of ['', 'x'.repeat(256)]) assert.equal((await call('PUT', '/vault/users', { body: 'a', headers: { 'idempotency-key': bad } })).headers.get('x-limn-error'), 'bad_arg');
});

test(`F24: the ledger's word is lost after the commit, ${times} times`, async () => {
  const sum = async () => (await names('f24/')).length;
  for (let i = 0; i < times; i++) {
    const before = await sum();
    const headers = { 'idempotency-key': nonce() };
    const path = `/vault/f24/${nonce()}`;
    await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: 'after', match: '^commit', count: 1, side: 'worker' }]);
    const lost = await told(await call('PUT', path, { body: `f24 ${i}`, headers }));
    assert.deepEqual([lost.status, lost.error], [503, 'unavailable']);
    const again = await told(await call('PUT', path, { body: `f24 ${i}`, headers }));
    assert.equal(again.status, 200, again.text);
    assert.deepEqual(await told(await call('PUT', path, { body: `f24 ${i}`, headers })), again);
    assert.equal(await sum(), before + 1);
    const back = await call('GET', path);
    assert.deepEqual([await back.text(), back.headers.get('etag')], [`f24 ${i}`, again.etag]);
  }
});

test(`F24: a token after a lost word, ${times} times`, async () => {
  for (let i = 0; i < times; i++) {
    const folder = `f24up/${nonce()}/`;
    const target = signed('POST', '/-/upload/vault', { exp: exp(), name: `${folder}{version}` });
    const post = (body) => fetch(it.base + target, { method: 'POST', body }).then(told);
    await it.fault([{ binding: 'LEDGER', method: 'fetch', mode: i % 2 ? 'before' : 'after', match: '^commit', count: 1, side: 'worker' }]);
    assert.deepEqual([(await post('bytes')).status, await names(folder).then((found) => found.length)], [503, i % 2 ? 0 : 1]);
    const again = await post('bytes');
    assert.equal(again.status, 201, again.text);
    assert.deepEqual(await post('bytes'), again);
    assert.equal((await post('other')).error, 'token_used');
    assert.deepEqual(await names(folder), [JSON.parse(again.text).key]);
  }
  await it.fault([]);
});

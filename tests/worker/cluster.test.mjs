// The machinery of several nodes itself: servers that die and come back, bindings that break where a rule says so.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { signed } from '../../scripts/limn/sign.mjs';
import { cluster } from './cluster.mjs';

let it;
before(async () => {
  it = await cluster({ nodes: 1 });
});
after(() => it.stop());

const put = (key, body) => fetch(it.base + signed('PUT', key, { exp: String(Math.floor(Date.now() / 1000) + 600) }), { method: 'PUT', body });
const get = async (key) => {
  const answer = await fetch(it.base + signed('GET', key, { exp: String(Math.floor(Date.now() / 1000) + 600) }));
  return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
};
const blobs = async () => (await it.nodes.a.list('vault/')).length;

test('R2 fails before or after it writes, or says nothing of it', async () => {
  const body = randomBytes(1000);
  for (const [mode, left] of [['before', 0], ['after', 1]]) {
    const had = await blobs();
    await it.fault([{ binding: 'NODE_A', method: 'put', mode, match: '^vault/', count: 1 }]);
    assert.ok((await put(`/vault/${mode}.bin`, body)).status >= 500, mode);
    assert.equal((await blobs()) - had, left, mode);
    assert.equal((await get(`/vault/${mode}.bin`)).status, 404, mode);
    // The count is used up.
    assert.equal((await put(`/vault/${mode}.bin`, body)).status, 200, mode);
    assert.deepEqual((await get(`/vault/${mode}.bin`)).body, body, mode);
  }
});

test('the ledger fails by what it is asked, before and after', async () => {
  const body = randomBytes(1000);
  for (const [ask, mode, kept] of [['reserve', 'before', 404], ['commit', 'before', 404], ['commit', 'after', 200]]) {
    await it.fault([{ binding: 'LEDGER', method: 'fetch', mode, match: `^${ask} vault`, count: 1 }]);
    assert.equal((await put(`/vault/${ask}-${mode}.bin`, body)).status, 503, `${ask} ${mode}`);
    assert.equal((await get(`/vault/${ask}-${mode}.bin`)).status, kept, `${ask} ${mode}`);
  }
  await it.fault([{ binding: 'LEDGER', method: 'getByName', mode: 'before' }]);
  assert.equal((await put('/vault/none.bin', body)).status, 503);
  await it.fault([]);
});

test('calls are late when they are told to be, and all are written down', async () => {
  await it.calls();
  await it.fault([{ binding: 'NODE_A', method: 'put', mode: 'delay', delay: 400 }]);
  const begun = performance.now();
  assert.equal((await put('/vault/slow.bin', Buffer.from('slow'))).status, 200);
  assert.ok(performance.now() - begun >= 390);
  await it.fault([]);
  const calls = await it.calls();
  assert.deepEqual(calls.filter(({ method }) => method === 'put').map(({ side, binding, mode }) => [side, binding, mode]), [['worker', 'NODE_A', 'delay']]);
  assert.ok(calls.some(({ binding, name }) => binding === 'LEDGER' && name === 'commit vault'));
  await assert.rejects(it.fault({ binding: 'NODE_A', method: 'put', mode: 'burn' }), /no mode burn/);
});

test('R2 is looked into and changed behind Limn\'s back', async () => {
  const body = randomBytes(70_000);
  const version = (await put('/vault/seen.bin', body)).headers.get('x-limn-version');
  const [{ key, size }] = await it.nodes.a.list(`vault/${version.split('/').at(-1)}`);
  assert.equal(size, 70_000);
  assert.deepEqual(await it.nodes.a.read(key), body);
  await it.nodes.a.corrupt(key, 5);
  const other = await it.nodes.a.read(key);
  assert.deepEqual([...body.keys()].filter((i) => body[i] !== other[i]), [5]);
  await it.nodes.a.write('stray', Buffer.from('s'));
  assert.deepEqual(await it.nodes.a.list('stray'), [{ key: 'stray', size: 1 }]);
  await it.nodes.a.remove('stray');
  assert.equal(await it.nodes.a.read('stray'), null);
});

test('S3 nodes beside it: what they acknowledged survives a kill, what they are sent goes through their proxies', async () => {
  const two = await cluster({ nodes: 3 });
  const { b, c } = two.nodes;
  const body = randomBytes(300_000);
  try {
    assert.deepEqual(Object.keys(two.nodes), ['a', 'b', 'c']);
    for (const node of [b, c]) {
      const md5 = createHash('md5').update(body).digest('hex');
      assert.equal((await node.ask('PUT', 'demo/v1', { body })).headers.etag, `"${md5}"`);
      assert.deepEqual((await node.ask('GET', 'demo/v1', { endpoint: node.proxy.url })).body, body);
      assert.equal(node.proxy.count(/^GET \/limn\/demo\/v1$/), 1);
    }
    // Nothing is taken over whose hash is not the one that was signed.
    const wrong = createHash('sha256').update('other').digest('hex');
    assert.ok((await b.ask('PUT', 'demo/wrong', { body, digest: wrong })).status >= 400);
    assert.deepEqual(await b.list(), [{ key: 'demo/v1', size: 300_000 }]);

    await b.kill();
    await assert.rejects(b.ask('GET', 'demo/v1'), { code: 'ECONNREFUSED' });
    await assert.rejects(b.ask('GET', 'demo/v1', { endpoint: b.proxy.url }), { code: 'ECONNRESET' });
    assert.equal((await c.ask('HEAD', 'demo/v1')).status, 200);
    await b.restart();
    assert.deepEqual((await b.ask('GET', 'demo/v1')).body, body);

    c.pause();
    const answered = c.ask('HEAD', 'demo/v1');
    assert.equal(await Promise.race([answered, new Promise((resolve) => setTimeout(resolve, 300, 'paused'))]), 'paused');
    c.resume();
    assert.equal((await answered).status, 200);

    await b.corrupt('demo/v1', 7);
    assert.equal((await b.ask('GET', 'demo/v1')).body[7], body[7] ^ 1);
    await b.write('demo/v1', body);
    assert.deepEqual(await b.read('demo/v1'), body);
    await b.remove('demo/v1');
    assert.equal((await b.ask('GET', 'demo/v1')).status, 404);
    c.wipe();
    assert.deepEqual(await c.list(), []);
    assert.equal((await c.ask('PUT', 'demo/v2', { body })).status, 200);
    assert.deepEqual(await two.nodes.a.list(), []);
  } finally {
    await two.stop();
  }
});

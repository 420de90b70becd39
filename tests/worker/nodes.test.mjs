// Several nodes: where uploads go, who answers reads, what is repaired.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { signed } from '../../scripts/limn/sign.mjs';
import { cluster } from './cluster.mjs';

const photo = readFileSync(new URL('../../.tools/demo/photo.jpg', import.meta.url));
/** Near node b, near node c, near node a. */
const places = { a: '50,9', b: '35,140', c: '39,-77' };
let it;
before(async () => {
  it = await cluster();
});
after(() => it.stop());

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
async function put(key, body, { from = 'a', type = 'application/octet-stream' } = {}) {
  const target = signed('PUT', key, { exp: exp() });
  const answer = await fetch(it.base + target, { method: 'PUT', body, headers: { 'x-limn-place': places[from], 'content-type': type } });
  const text = await answer.text();
  return { status: answer.status, version: answer.headers.get('x-limn-version'), text };
}
async function get(target, from = 'a', headers = {}) {
  const answer = await fetch(it.base + target, { headers: { 'x-limn-place': places[from], ...headers } });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()), error: answer.headers.get('x-limn-error') };
}
const holders = async (blob) => {
  const found = await Promise.all(Object.entries(it.nodes).map(async ([name, node]) => ((await node.read(blob)) ? name : null)));
  return found.filter(Boolean).join('');
};
const eventually = async (what, say) => {
  for (let i = 0; i < 100; i++) {
    if (await what()) return;
    await pause(100);
  }
  assert.fail(say);
};

test('an upload enters at the nearest node, is acknowledged by a quorum, and gets its other copies', async () => {
  for (const from of ['a', 'b', 'c']) {
    await it.fault([{ binding: 'NODE_A', method: 'put', mode: 'delay', delay: 1_000, side: 'ledger' }]);
    const body = randomBytes(50_000);
    const stored = await put(`/demo/from-${from}.bin`, body, { from });
    assert.equal(stored.status, 200, stored.text);
    const blob = `demo/${stored.version}`;
    const now = await holders(blob);
    assert.ok(now.includes(from) && now.length >= 2, `${from}: ${now}`);
    await eventually(async () => (await holders(blob)) === 'abc', `three copies of ${blob}, not ${await holders(blob)}`);
    for (const node of Object.values(it.nodes)) assert.ok((await node.read(blob)).equals(body));
  }
});

test('a read asks the nearest node, and the next one when it is gone', async () => {
  const body = randomBytes(60_000);
  const { version } = await put('/demo/near.bin', body);
  await eventually(async () => (await holders(`demo/${version}`)) === 'abc', 'three copies');
  await pause(6_000);
  it.nodes.b.proxy.forget();
  assert.ok((await get('/demo/near.bin', 'b')).bytes.equals(body));
  assert.equal(it.nodes.b.proxy.count(/GET .*/), 1);
  await it.nodes.b.kill();
  for (let i = 0; i < 20; i++) assert.ok((await get('/demo/near.bin', 'b')).bytes.equals(body));
  const stored = await put('/demo/while-down.bin', body, { from: 'b' });
  assert.equal(stored.status, 200, stored.text);
  assert.equal(await holders(`demo/${stored.version}`), 'ac');
  await it.nodes.b.restart();
  await eventually(async () => (await holders(`demo/${stored.version}`)) === 'abc', 'the copy is made later');
});

test('a long body goes on as it comes, to a quorum', async () => {
  const body = randomBytes(18 << 20);
  const stored = await put('/demo/long.bin', body, { from: 'c' });
  assert.equal(stored.status, 200, stored.text);
  await eventually(async () => (await holders(`demo/${stored.version}`)) === 'abc', 'three copies');
  assert.ok((await get('/demo/long.bin', 'b')).bytes.equals(body));
  const part = await get('/demo/long.bin', 'b', { range: 'bytes=1000000-1000009' });
  assert.deepEqual([part.status, part.bytes], [206, body.subarray(1_000_000, 1_000_010)]);
});

test('a wrong and a missing copy are passed over and made anew', async () => {
  const { version } = await put('/demo/a.jpg', photo, { type: 'image/jpeg' });
  const blob = `demo/${version}`;
  await eventually(async () => (await holders(blob)) === 'abc', 'three copies');
  await it.nodes.b.corrupt(blob);
  await it.nodes.c.remove(blob);
  assert.ok((await get('/demo/a.jpg', 'b')).bytes.equals(photo));
  assert.ok((await get('/demo/a.jpg', 'c')).bytes.equals(photo));
  await eventually(async () => (await it.nodes.b.read(blob))?.equals(photo) && (await it.nodes.c.read(blob))?.equals(photo), 'repaired');
});

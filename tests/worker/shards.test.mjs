// A bucket whose ledger lies in several shards answers as one whose ledger does not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { settings } from '../../scripts/limn/config.mjs';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn } from './limn.mjs';

let it;
before(async () => {
  it = await limn({ LIMN_BUCKET_DEMO: { ...settings().vars.LIMN_BUCKET_DEMO, shards: 5 } });
});
after(() => it.stop());

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const ask = (method, path, params = {}, body) => fetch(it.base + signed(method, path, { exp: exp(), ...params }), { method, body });
const keys = Array.from({ length: 40 }, (_, i) => `s/${i % 4}/${i}.txt`).sort();

async function listed(params) {
  const found = [];
  for (let token; ; ) {
    const text = await (await ask('GET', '/demo', { 'list-type': '2', ...params, ...(token && { 'continuation-token': token }) })).text();
    found.push(...[...text.matchAll(/<(?:Key|CommonPrefixes><Prefix)>([^<]+)</g)].map(([, name]) => name));
    token = text.match(/<NextContinuationToken>([^<]+)</)?.[1];
    if (!token) return found;
  }
}

test('objects are stored, read, listed page by page, purged and deleted whichever shard holds them', async () => {
  const versions = new Set();
  await Promise.all(keys.map(async (key) => {
    const stored = await ask('PUT', `/demo/${key}`, {}, key);
    assert.equal(stored.status, 200, await stored.text());
    versions.add(stored.headers.get('x-limn-version'));
  }));
  assert.equal(versions.size, keys.length);
  assert.ok(new Set([...versions].map((version) => version.slice(11))).size > 2, 'several shards made them');
  assert.deepEqual(await listed({ prefix: 's/', 'max-keys': '7' }), keys);
  assert.deepEqual(await listed({ prefix: 's/', delimiter: '/', 'max-keys': '3' }), ['s/0/', 's/1/', 's/2/', 's/3/']);
  for (const key of keys) assert.equal(await (await fetch(`${it.base}/demo/${key}`)).text(), key);
  const body = JSON.stringify({ bucket: 'demo', prefixes: ['s/'] });
  const sha256 = createHash('sha256').update(body).digest('hex');
  assert.equal((await ask('POST', '/-/purge', { sha256 }, body)).status, 200);
  for (const key of keys.slice(0, 20)) assert.equal((await ask('DELETE', `/demo/${key}`)).status, 204);
  assert.deepEqual(await listed({ prefix: 's/' }), keys.slice(20));
  for (const key of keys) assert.equal((await fetch(`${it.base}/demo/${key}`)).status, keys.indexOf(key) < 20 ? 404 : 200);
});

// Who may ask for what: ladders, styles alone, caps, damping, buckets that users make, host names.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed, signedOss } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const photo = readFileSync(new URL('../../.tools/demo/progressive.jpg', import.meta.url));
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
const cdnSecret = 'aliyuncdnexp1234';
let it;

before(async () => {
  it = await limn({
    LIMN_BUCKET_STEPS: { name: 'steps', nodes: ['a'], access: 'public-read', parameters: 'ladder', ladder: { w: [100, 200], q: [60, 80] }, styles: ['demo'] },
    LIMN_BUCKET_STALL: { name: 'stall', nodes: ['a'], access: 'public-read', parameters: 'styles-only', styles: ['demo'], cdn: { key: 'cdn' }, hosts: ['stall.localhost'] },
    LIMN_BUCKET_FEW: { name: 'few', nodes: ['a'], access: 'public-read', parameters: 'open', styles: ['demo'], limits: { max_variants: 3 } },
    LIMN_KEY_CDN: JSON.stringify({ id: 'cdn', secrets: [cdnSecret], user: 'cdn', grants: [{ actions: ['read'], bucket: 'stall' }] }),
    LIMN_KEY_PART: JSON.stringify({ id: 'part', secrets: ['part-secret-1', 'part-secret-2'], user: 'part', grants: [{ actions: ['read', 'list', 'write'], bucket: 'vault', prefix: 'part/' }] }),
  });
  for (const path of ['/steps/a.jpg', '/stall/a.jpg', '/few/a.jpg', '/vault/a.jpg', '/club/a.jpg', '/demo/a.jpg']) {
    const answer = await fetch(it.base + signed('PUT', path, { exp: soon() }), { method: 'PUT', body: photo });
    assert.equal(answer.status, 200, await answer.text());
  }
});
after(() => it.stop());

const get = (target, headers = {}) => fetch(it.base + target, { headers });
const code = async (answer) => {
  const found = answer.headers.get('x-limn-error') ?? '';
  await answer.arrayBuffer();
  return found;
};
const width = async (answer) => {
  assert.equal(answer.status, 200, answer.status === 200 ? '' : await answer.clone().text());
  return (await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width;
};

test('a ladder: only its steps, the nearest is named, styles and signatures are free', async () => {
  assert.equal(await width(await get('/steps/a.jpg?w=100&q=80')), 100);
  assert.equal(await width(await get('/steps/a.jpg?w=50&dpr=2')), 100);
  const off = await get('/steps/a.jpg?w=120');
  assert.match((await off.clone().json()).message, /100, 200; 120 came, the nearest is 100/);
  assert.equal(await code(off), 'bad_arg');
  assert.equal(await code(await get('/steps/a.jpg?x-oss-process=image/resize,w_101')), 'bad_arg');
  assert.equal(await code(await get('/steps/a.jpg?w=100&q=79')), 'bad_arg');
  assert.equal(await width(await get('/steps/a.jpg!thumb')), 160);
  assert.equal(await width(await get(signed('GET', '/steps/a.jpg', { w: '123' }))), 123);
  assert.equal(await width(await get(signedOss('GET', '/steps/a.jpg', Number(soon()), { 'x-oss-process': 'image/resize,w_124' }))), 124);
});

test('styles alone: no other parameter without a signature, no cache buster', async () => {
  assert.equal(await width(await get('/stall/a.jpg?p=thumb')), 160);
  assert.equal(await width(await get('/stall/a.jpg?x-oss-process=style/thumb')), 160);
  for (const target of ['/stall/a.jpg?w=100', '/stall/a.jpg?x-oss-process=image/resize,w_100', '/stall/a.jpg!thumb?v=2', '/stall/a.jpg?p=thumb&w=10']) {
    assert.equal(await code(await get(target)), 'access_denied', target);
  }
  assert.equal(await width(await get(signed('GET', '/stall/a.jpg', { w: '101' }))), 101);
});

test('the CDN\'s type A: the path alone is signed', async () => {
  const link = (path, at = Math.floor(Date.now() / 1000), secret = cdnSecret) => {
    const md5 = createHash('md5').update(`${path}-${at}-0-0-${secret}`).digest('hex');
    return `${path}?auth_key=${at}-0-0-${md5}`;
  };
  assert.equal(await width(await get(link('/stall/a.jpg!thumb'))), 160);
  assert.equal(await code(await get(`${link('/stall/a.jpg')}&w=10`)), 'access_denied');
  assert.equal(await code(await get(link('/stall/a.jpg', 1_444_435_200))), 'link_expired');
  assert.equal(await code(await get(link('/stall/a.jpg', undefined, 'other-secret')))  , 'bad_signature');
  assert.notEqual(await code(await get(link('/vault/a.jpg'))), '');
});

test('a cap on what strangers have made of one object', async () => {
  const ask = (w) => get(`/few/a.jpg?w=${w}`);
  for (const w of [10, 11, 12, 10]) assert.equal(await width(await ask(w)), w);
  const over = await ask(13);
  assert.equal(over.status, 429);
  assert.equal(await code(over), 'too_many_variants');
  assert.equal(await width(await ask(11)), 11);
  assert.equal(await width(await get('/few/a.jpg!thumb')), 160);
  assert.equal(await width(await get(signed('GET', '/few/a.jpg', { w: '14' }))), 14);
  await fetch(it.base + signed('PUT', '/few/a.jpg', { exp: soon() }), { method: 'PUT', body: photo });
  assert.equal(await width(await ask(13)), 13);
});

test('grants by bucket and prefix, two live secrets', async () => {
  const as = (secret) => ({ kid: 'part', secret });
  const put = (path, secret) => fetch(it.base + signed('PUT', path, { exp: soon() }, as(secret)), { method: 'PUT', body: photo });
  assert.equal((await put('/vault/part/a.jpg', 'part-secret-1')).status, 200);
  assert.equal((await put('/vault/part/a.jpg', 'part-secret-2')).status, 200);
  assert.equal(await code(await put('/vault/part/a.jpg', 'part-secret-3')), 'bad_signature');
  assert.equal(await code(await put('/vault/other.jpg', 'part-secret-1')), 'access_denied');
  assert.equal(await code(await put('/demo/part/a.jpg', 'part-secret-1')), 'access_denied');
  const list = (prefix, secret = 'part-secret-1') => get(signed('GET', '/vault', { exp: soon(), 'list-type': '2', prefix }, as(secret)));
  assert.match(await (await list('part/')).text(), /<Key>part\/a.jpg<\/Key>/);
  assert.equal(await code(await list('')), 'access_denied');
  const remove = await fetch(it.base + signed('DELETE', '/vault/part/a.jpg', { exp: soon() }, as('part-secret-1')), { method: 'DELETE' });
  assert.equal(await code(remove), 'access_denied');
});

test('access is decided before any cache: a filled variant opens nothing', async () => {
  const link = signed('GET', '/vault/a.jpg', { exp: String(Math.floor(Date.now() / 1000) + 2), w: '77' });
  for (let i = 0; i < 2; i++) assert.equal(await width(await get(link)), 77);
  assert.equal(await code(await get('/vault/a.jpg?w=77')), 'signature_required');
  assert.equal(await code(await get(link.replace('w=77', 'w=78'))), 'bad_signature');
  await new Promise((resolve) => setTimeout(resolve, 3200));
  assert.equal(await code(await get(link)), 'link_expired');
  const page = { referer: 'https://www.example.com/' };
  for (let i = 0; i < 2; i++) assert.equal(await width(await get('/club/a.jpg?w=77', page)), 77);
  assert.equal(await code(await get('/club/a.jpg?w=77')), 'referer_refused');
  assert.equal(await code(await get('/club/a.jpg?w=77', { referer: 'https://evil.org/?https://www.example.com/' })), 'referer_refused');
});

test('an OSS V1 signature covers no short parameter', async () => {
  const end = Number(soon());
  assert.equal(await width(await get(`${signedOss('GET', '/demo/a.jpg', end)}&w=50`)), 50, 'open parameters need no cover');
  assert.equal(await code(await get(`${signedOss('GET', '/vault/a.jpg', end)}&w=50`)), 'access_denied');
});

test('buckets by host: a mapped name, and a first label', async () => {
  const ask = (host, path) => raw(it.port, { path, headers: { host } });
  assert.equal((await ask('demo.localhost', '/a.jpg?w=60')).status, 200);
  assert.equal((await ask('stall.localhost', '/a.jpg!thumb')).status, 200);
  assert.equal((await ask('demo.oss-cn-hangzhou.aliyuncs.com', '/a.jpg?w=60')).status, 200);
  assert.equal((await ask('demo.oss-cn-hangzhou.aliyuncs.com.evil.org', '/a.jpg?w=60')).status, 503);
  assert.equal((await ask('vault.localhost', '/a.jpg')).status, 403);
});

test('users make buckets: private, up to ten, deleted when empty', async () => {
  const call = (method, path, params = {}, body) => fetch(it.base + signed(method, path, { ...params, exp: soon() }), { method, body });
  assert.equal((await call('PUT', '/made-one')).status, 200);
  assert.equal((await call('PUT', '/made-one')).status, 200, 'again is no error for its owner');
  assert.equal(await code(await call('PUT', '/demo')), 'bucket_exists');
  assert.equal(await code(await fetch(it.base + signed('PUT', '/made-x', { exp: soon() }, { kid: 'part', secret: 'part-secret-1' }), { method: 'PUT' })), 'access_denied');
  assert.equal((await call('PUT', '/made-one/a.jpg', {}, photo)).status, 200);
  assert.equal(await code(await get('/made-one/a.jpg')), 'signature_required');
  assert.equal(await code(await call('DELETE', '/made-one')), 'bucket_not_empty');
  assert.match(await (await call('GET', '/')).text(), /<Name>made-one<\/Name>/);
  assert.equal((await call('DELETE', '/made-one/a.jpg')).status, 204);
  assert.equal((await call('DELETE', '/made-one')).status, 204);
  assert.equal(await code(await call('PUT', '/made-one/b.jpg', {}, photo)), 'no_such_bucket');
  for (let i = 0; i < 10; i++) assert.equal((await call('PUT', `/made-${i}${i}`)).status, 200);
  assert.equal(await code(await call('PUT', '/made-more')), 'too_many_buckets');
  for (let i = 0; i < 10; i++) assert.equal((await call('DELETE', `/made-${i}${i}`)).status, 204);
});

// The tiers of derived images: who answers, what breaks, what is shared, and what never gets into a key.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const photo = readFileSync(new URL('../../.tools/demo/photo.jpg', import.meta.url));
const large = 'w=1000&q=80';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let origin, it, junk;
/** Requests to the origin by path, and how each path answers: a list is used up, the last one stays. */
const hits = {};
const manners = {};

before(async () => {
  // A PNG whose pixels do not unpack.
  junk = await sharp(photo).resize(64).png().toBuffer();
  junk.fill(0xff, 200, 1_000);
  origin = http.createServer(async (request, response) => {
    const path = request.url.slice('/base/'.length);
    hits[path] = (hits[path] ?? 0) + 1;
    const all = manners[path] ?? ['slow'];
    const manner = all.length > 1 ? all.shift() : all[0];
    if (manner === 'hang') return;
    await pause(manner === 'quick' ? 0 : 300);
    if (manner === 'fail') return response.writeHead(500).end();
    const body = manner === 'junk' ? junk : photo;
    response.writeHead(200, { 'content-length': body.length, etag: '"v1"' }).end(body);
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const url = `http://127.0.0.1:${origin.address().port}/base`;
  it = await limn(
    {
      LIMN_NODE_WEB: { name: 'web', kind: 'http', url, managed: false },
      LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open', styles: ['demo'] },
      LIMN_BUCKET_BRIEF: { name: 'brief', nodes: ['web'], access: 'public-read', parameters: 'open', source_fresh_seconds: 1, stale_while_revalidate_seconds: 0 },
    },
    { entry: 'faulty.mjs' },
  );
  const exp = String(Math.floor(Date.now() / 1000) + 600);
  for (const path of ['/demo/a/photo.jpg', '/demo/b.jpg']) {
    const stored = await fetch(it.base + signed('PUT', path, { exp }), { method: 'PUT', body: photo });
    assert.equal(stored.status, 200, await stored.text());
  }
});
after(async () => {
  await it.stop();
  origin.close();
  origin.closeAllConnections();
});

const ask = async (target, headers = {}) => {
  const answer = await fetch(it.base + target, { headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { status: answer.status, told: answer.headers.get('cache-status') ?? '', error: answer.headers.get('x-limn-error'), etag: answer.headers.get('etag'), type: answer.headers.get('content-type'), bytes };
};
const fine = async (target, told, headers) => {
  const answer = await ask(target, headers);
  assert.equal(answer.status, 200, answer.bytes.toString('latin1', 0, 300));
  if (told) assert.match(answer.told, told);
  return answer;
};
const deed = async (name, wish = null) => (await fetch(`${it.base}/-test/${name}`, { method: 'POST', body: JSON.stringify(wish) })).json();
/** Writes to the store since this was asked last. */
const calls = async () => (await deed('calls')).filter(({ binding, method }) => binding === 'DERIVED' && method === 'put');
/** What is done behind an answer needs a moment. */
const eventually = async (what, say) => {
  for (let i = 0; i < 50; i++) {
    if (await what()) return;
    await pause(50);
  }
  assert.fail(say);
};
const last = async () => (await deed('kept')).at(-1);
const elsewhere = (target) => raw(it.port, { path: target, headers: { host: `localhost:${it.port}` } });

test('made, then from memory if small, from the data centre, and from the store', async () => {
  const small = '/demo/a/photo.jpg?w=100';
  await fine(small, /^limn; fwd=uri-miss; stored$/);
  await fine(small, /^limn-l0; hit$/);
  const target = `/demo/a/photo.jpg?${large}`;
  const first = await fine(target, /^limn; fwd=uri-miss; stored$/);
  assert.ok(first.bytes.length > 65_536);
  assert.ok(!(await deed('stored')).some(({ size }) => size === first.bytes.length), 'a stranger asked once');
  assert.deepEqual((await fine(target, /^limn-l1; hit, limn-l0; fwd=uri-miss$/)).bytes, first.bytes);
  let object;
  await eventually(async () => (object = (await deed('stored')).find(({ size }) => size === first.bytes.length)), 'a stranger asked twice');
  assert.match(object.key, /^demo\/a\/photo\.jpg\/\d+-[0-9a-f]{64}$/);
  assert.deepEqual(Object.keys(object.customMetadata).sort(), ['enc', 'etag', 'len', 'modified', 'sha256', 'type', 'version']);
  await fine(target, /^limn-l0; hit$/);
  await it.restart();
  await fine(small, /^limn-l1; hit/);
  const held = await ask(target, { 'if-none-match': first.etag });
  assert.deepEqual([held.status, held.told, held.bytes.length], [304, 'limn-l1; hit, limn-l0; fwd=uri-miss', 0]);
  const other = await elsewhere(target);
  assert.equal(other.headers['cache-status'], 'limn-l2; hit, limn-l1; fwd=uri-miss, limn-l0; fwd=uri-miss');
  assert.deepEqual([other.body, other.headers.etag], [first.bytes, first.etag]);
  assert.match((await elsewhere(target)).headers['cache-status'], /^limn-l[01]; hit/);
});

test('who signs, and a style, are stored at once', async () => {
  await calls();
  await fine(signed('GET', '/demo/b.jpg', { w: '90' }), /stored/);
  await fine('/demo/b.jpg!card', /stored/);
  await fine('/demo/b.jpg?w=91', /stored/);
  let puts = 0;
  const counted = async () => (puts += (await calls()).length);
  await eventually(async () => (await counted()) >= 2, 'two puts');
  await pause(100);
  assert.equal(await counted(), 2);
});

test('F13: a store that fails costs no answer and is tried once a fill', async () => {
  await deed('fault', ['put', 'get', 'delete'].map((method) => ({ binding: 'DERIVED', method, mode: 'before' })));
  await calls();
  for (let i = 0; i < 40; i++) await fine(signed('GET', '/demo/b.jpg', { w: '120' }));
  for (let i = 0; i < 40; i++) await fine(`/demo/b.jpg?w=900`, i ? /^limn-l[01]; hit/ : /fwd=uri-miss/);
  for (let i = 0; i < 40; i++) await fine(`/demo/b.jpg?w=121`);
  await pause(200);
  assert.equal((await calls()).length, 3);
  await deed('fault', []);
  await deed('forget', (await deed('kept')).find((url) => url.includes('/demo/')));
  await fine('/demo/b.jpg?w=901', /fwd=uri-miss/);
});

test('F15: what is broken in the store is deleted and made anew', async () => {
  for (const metadata of [undefined, { len: '5' }, { sha256: '0'.repeat(64) }]) {
    const target = signed('GET', '/demo/b.jpg', { w: '990', v: String(Math.random()) });
    const known = (await deed('stored')).map(({ key }) => key);
    const first = await fine(target, /fwd=uri-miss/);
    let object;
    await eventually(async () => (object = (await deed('stored')).find(({ key }) => !known.includes(key))), 'it is stored');
    await deed('corrupt', { key: object.key, metadata });
    const again = await elsewhere(target);
    assert.deepEqual([again.status, again.headers['cache-status'], again.headers.etag], [200, 'limn; fwd=uri-miss; stored', first.etag]);
    assert.deepEqual(again.body, first.bytes);
    await eventually(async () => {
      const now = (await deed('stored')).find(({ key }) => key === object.key);
      return now && now.customMetadata.sha256 !== '0'.repeat(64) && now.customMetadata.len === String(first.bytes.length);
    }, 'it is stored anew');
  }
});

test('what a purge put out of reach is deleted from the store behind it', async () => {
  const under = async (prefix) => (await deed('stored')).filter(({ key }) => key.startsWith(prefix)).length;
  for (const w of ['140', '141']) await fine(signed('GET', '/demo/a/photo.jpg', { w }), /fwd=uri-miss/);
  await fine(signed('GET', '/demo/b.jpg', { w: '140' }), /fwd=uri-miss/);
  await eventually(async () => (await under('demo/a/')) >= 2 && (await under('demo/b.jpg/')) >= 1, 'all are stored');
  const spared = await under('demo/b.jpg/');
  const body = JSON.stringify({ bucket: 'demo', prefixes: ['a/'] });
  const sha256 = createHash('sha256').update(body).digest('hex');
  const target = signed('POST', '/-/purge', { exp: String(Math.floor(Date.now() / 1000) + 600), sha256 });
  assert.equal((await fetch(it.base + target, { method: 'POST', body })).status, 200);
  await eventually(async () => (await under('demo/a/')) === 0, 'they are deleted');
  assert.equal(await under('demo/b.jpg/'), spared);
});

test('F29: what the Cache API returns is believed only if it is what was kept', async () => {
  const spoils = [{ flip: true }, { cut: 10 }, { headers: { 'x-limn-sha256': null } }, { headers: { 'x-limn-len': '7' } }];
  for (const [i, spoil] of spoils.entries()) {
    const target = `/demo/b.jpg?w=${980 + i}`;
    const first = await fine(target, /fwd=uri-miss/);
    const url = await last();
    await pause(100);
    await deed('spoil', { url, ...spoil });
    const again = await fine(target, /^limn; fwd=uri-miss/);
    assert.deepEqual(again.bytes, first.bytes);
    await pause(100);
    await fine(target, /^limn-l[01]; hit/);
  }
});

test('100 who ask at once cause one fetch and one decode', async () => {
  for (const target of ['/web/crowd.jpg?w=100', `/web/throng.jpg?${large}`]) {
    const all = await Promise.all(Array.from({ length: 100 }, () => fine(target)));
    const made = all.filter(({ told }) => told === 'limn; fwd=uri-miss; stored').length;
    const collapsed = all.filter(({ told }) => told === 'limn; fwd=uri-miss; collapsed').length;
    const hit = all.filter(({ told }) => /; hit/.test(told)).length;
    assert.deepEqual([made, collapsed + hit], [1, 99]);
    assert.ok(collapsed > 50, `${collapsed} waited`);
    assert.ok(all.every(({ bytes }) => bytes.equals(all[0].bytes)));
  }
  assert.deepEqual([hits['crowd.jpg'], hits['throng.jpg']], [1, 1]);
});

test('different variants of one original share its fetch', async () => {
  const all = await Promise.all([40, 50, 60, 70, 80].map((w) => fine(`/web/shared.jpg?w=${w}`, /^limn; fwd=uri-miss; stored$/)));
  assert.equal(hits['shared.jpg'], 1);
  assert.deepEqual(await Promise.all(all.map(async ({ bytes }) => (await sharp(bytes).metadata()).width)), [40, 50, 60, 70, 80]);
});

test('an origin that has not changed costs a fetch and no render', async () => {
  const first = await fine('/brief/same.jpg?w=60', /^limn; fwd=uri-miss; stored$/);
  await pause(2_200);
  const again = await fine('/brief/same.jpg?w=60', /^limn-l0; hit$/);
  assert.equal(again.etag, first.etag);
  // It may be asked behind the answer.
  await eventually(() => hits['same.jpg'] === 2, 'the origin is asked once more');
  await fine('/brief/same.jpg?w=60', /^limn-l0; hit$/);
});

test('F32: a leader that fails or hangs harms nobody but itself', async () => {
  manners['fails.jpg'] = ['fail', 'slow'];
  let all = await Promise.all(Array.from({ length: 20 }, () => ask('/web/fails.jpg?w=50')));
  assert.deepEqual(all.map(({ status }) => status).sort(), [...Array(19).fill(200), 502]);
  assert.equal(hits['fails.jpg'], 2);
  manners['hangs.jpg'] = ['hang', 'quick'];
  all = await Promise.all(Array.from({ length: 5 }, () => ask('/web/hangs.jpg?w=50')));
  assert.deepEqual(all.map(({ status }) => status).sort(), [...Array(4).fill(200), 504]);
  assert.ok(hits['hangs.jpg'] <= 5);
  await fine('/web/hangs.jpg?w=50', /; hit/);
});

test('a source that nothing can be made of is read once', async () => {
  manners['junk.jpg'] = ['junk'];
  const all = await Promise.all(Array.from({ length: 10 }, () => ask('/web/junk.jpg?w=50')));
  all.push(await ask('/web/junk.jpg?w=50'));
  assert.ok(all.every(({ status, error, bytes }) => status === 422 && error === 'image_corrupt' && bytes.equals(all[0].bytes)), JSON.stringify(all[0]));
  assert.equal(hits['junk.jpg'], 1);
  await it.restart();
  assert.equal((await ask('/web/junk.jpg?w=50')).status, 422);
  assert.equal(hits['junk.jpg'], 1, 'the data centre knows it');
  manners['down.jpg'] = ['fail'];
  for (let i = 0; i < 3; i++) assert.equal((await ask('/web/down.jpg?w=50')).status, 502);
  assert.equal(hits['down.jpg'], 3, 'a failure is not kept');
});

test('A10: nothing of a request but its class gets into an answer', async () => {
  const odd = {
    'x-forwarded-host': 'evil.example', 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https', 'x-forwarded-port': '1', 'x-forwarded-scheme': 'nothttps', 'x-forwarded-prefix': '/x', 'x-host': 'evil.example', 'x-original-url': '/vault/cat.jpg', 'x-rewrite-url': '/vault/cat.jpg', 'x-http-method-override': 'DELETE', 'x-method-override': 'PUT', 'x-http-method': 'HEAD', forwarded: 'host=evil.example', referer: 'https://evil.example/', origin: 'https://evil.example', cookie: 'a=b', 'user-agent': 'x'.repeat(500), 'accept-language': 'zz', 'accept-charset': 'utf-7', 'accept-encoding': 'br;q=1', accept: `${'a/b,'.repeat(800)}*/*;q=0.1`, dpr: '3', width: '9999', 'viewport-width': '1', 'save-data': 'on', 'sec-ch-dpr': '4', 'sec-ch-width': '1', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', 'cache-control': 'no-cache', pragma: 'no-cache', 'x-limn-etag': '"x"', 'x-limn-negotiated': '1', 'x-limn-place': 'no,where', 'x-original-host': 'evil', 'true-client-ip': '::1', 'x-real-ip': '::1', via: '1.1 evil', warning: '199', te: 'trailers', 'x-wap-profile': 'http://evil/', 'x-requested-with': 'x', 'x-custom': '\u00e9', priority: 'u=0', downlink: '0', rtt: '1', ect: '2g', 'content-type': 'text/html', 'x-timer': '1', 'surrogate-capability': 'x="ESI/1.0"', 'x-amz-website-redirect-location': '/x', 'if-range': '"no"',
  };
  assert.ok(Object.keys(odd).length >= 50);
  for (const path of ['/demo/b.jpg?w=77', '/demo/b.jpg?w=78&f=auto', '/demo/b.jpg!thumb', '/demo/b.jpg?x-oss-process=image/resize,w_79']) {
    let plain;
    for (const [name, value] of [['x-nothing', '1'], ...Object.entries(odd)]) {
      const answer = await raw(it.port, { path, headers: { host: `127.0.0.1:${it.port}`, [name]: value } });
      plain ??= answer;
      assert.deepEqual([answer.status, answer.headers['content-type'], answer.headers.etag], [200, plain.headers['content-type'], plain.headers.etag], `${path} ${name}`);
      assert.ok(answer.body.equals(plain.body), `${path} ${name}`);
    }
    const later = await fine(path, /^limn-l0; hit$/);
    assert.ok(later.bytes.equals(plain.body), path);
  }
});

test('an AVIF takes the place of its stand-in, and serves who asks for it by name', async () => {
  const accept = { accept: 'image/avif,image/webp,*/*' };
  const target = '/demo/b.jpg?w=1000&f=auto';
  assert.equal((await ask('/demo/b.jpg?w=1000&f=avif')).status, 422, 'too large to be waited for');
  const standIn = await fine(target, /fwd=uri-miss/, accept);
  assert.equal(standIn.type, 'image/webp');
  await eventually(async () => {
    await pause(1_000);
    return (await fine(target, /; hit/, accept)).type === 'image/avif';
  }, 'the AVIF takes its place');
  const avif = await fine(target, null, accept);
  const named = await fine('/demo/b.jpg?w=1000&f=avif', /; hit/);
  assert.equal(named.type, 'image/avif');
  assert.ok(named.bytes.equals(avif.bytes));
  await eventually(async () => (await deed('stored')).some(({ size }) => size === avif.bytes.length), 'it is stored');
});

test('where the Cache API keeps nothing, the store alone is told of and used', async () => {
  const url = `http://127.0.0.1:${origin.address().port}/base`;
  const there = await limn({
    LIMN: { mode: 'production' },
    LIMN_KEY_DEV: null,
    LIMN_KEY_READER: null,
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url, managed: false },
    LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open' },
  });
  try {
    const told = async (path) => {
      const answer = await raw(there.port, { path, headers: { host: 'limn.me.workers.dev' } });
      await pause(300);
      return [answer.status, answer.headers['cache-status']];
    };
    const made = (stored) => [200, `limn; fwd=uri-miss${stored}; detail=no-cache-api`];
    assert.deepEqual(await told(`/web/dev.jpg?${large}`), made(''));
    assert.deepEqual(await told(`/web/dev.jpg?${large}`), made('; stored'));
    const store = 'limn-l2; hit, limn-l1; fwd=uri-miss; detail=no-cache-api, limn-l0; fwd=uri-miss';
    assert.deepEqual(await told(`/web/dev.jpg?${large}`), [200, 'limn-l0; hit']);
    await there.restart();
    assert.deepEqual(await told(`/web/dev.jpg?${large}`), [200, store]);
  } finally {
    await there.stop();
  }
});

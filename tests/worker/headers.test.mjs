// Headers as browsers and caches meet them: CORS, client hints, tags, ranges, validators, stored encodings.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const photo = readFileSync(new URL('../../.tools/demo/progressive.jpg', import.meta.url));
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
const page = 'https://www.example.com';
let it;

const get = (path, headers = {}, method = 'GET') => raw(it.port, { method, path, headers });
const put = async (path, body, headers = {}) => {
  const answer = await raw(it.port, { method: 'PUT', path: signed('PUT', path, { exp: soon() }), body, headers });
  assert.equal(answer.status, 200, answer.body.toString());
};
const width = async (answer) => {
  assert.equal(answer.status, 200, answer.status === 200 ? '' : answer.body.toString());
  return (await sharp(answer.body).metadata()).width;
};
const some = (answer, ...names) => names.map((name) => answer.headers[name]);

before(async () => {
  const open = { nodes: ['a'], access: 'public-read', parameters: 'open' };
  it = await limn({
    LIMN_BUCKET_SITE: {
      ...open, name: 'site', cache_tags: true, timing_allow_origin: [page, 'https://cdn.example.com'],
      cors: { origins: ['https://*.example.com'], methods: ['GET', 'HEAD', 'PUT', 'POST'], headers: ['content-type', 'x-oss-*'], expose: ['etag', 'x-limn-error'], max_age_seconds: 600 },
    },
    LIMN_BUCKET_ALL: { ...open, name: 'all', cors: { origins: ['*'], headers: ['*'] }, client_hints: true },
    LIMN_BUCKET_STEPS: { ...open, name: 'steps', parameters: 'ladder', ladder: { w: [100, 200, 250] }, client_hints: true },
    LIMN_BUCKET_CLOSED: { name: 'closed', nodes: ['a'], cache_tags: true, cors: { origins: [page] } },
  });
  for (const path of ['/demo/a.jpg', '/site/f/a.jpg', '/all/a.jpg', '/steps/a.jpg', '/closed/a.jpg']) await put(path, photo);
});
after(() => it.stop());

const preflight = (path, origin, method, headers) =>
  get(path, { ...(origin && { origin }), ...(method && { 'access-control-request-method': method }), ...(headers && { 'access-control-request-headers': headers }) }, 'OPTIONS');

test('a preflight is answered from the rules, without credentials', async () => {
  const put = await preflight(signed('PUT', '/site/new.jpg', { exp: soon() }), page, 'PUT', 'content-type,x-oss-meta-a');
  assert.equal(put.status, 204);
  assert.deepEqual(some(put, 'access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers', 'access-control-max-age'), [page, 'GET, HEAD, PUT, POST', 'content-type, x-oss-meta-a', '600']);
  assert.match(put.headers.vary, /Origin/);
  assert.equal((await preflight('/site', page, 'POST')).status, 204, 'a bucket, for forms');
  assert.equal((await preflight('/closed/a.jpg', page, 'GET')).status, 204, 'a private bucket too');
  const any = await preflight('/all/a.jpg', 'https://anybody.org', 'GET', 'x-what');
  assert.deepEqual([any.status, ...some(any, 'access-control-allow-origin', 'access-control-allow-headers')], [204, '*', 'x-what']);
  for (const [answer, status, code] of [
    [await preflight('/site/a.jpg', 'https://example.org', 'GET'), 403, 'cors_refused'],
    [await preflight('/site/a.jpg', page, 'DELETE'), 403, 'cors_refused'],
    [await preflight('/site/a.jpg', page, 'PUT', 'authorization'), 403, 'cors_refused'],
    [await preflight('/demo/a.jpg', page, 'GET'), 403, 'cors_refused'],
    [await preflight('/site/a.jpg', page), 400, 'bad_arg'],
    [await preflight('/nowhere/a.jpg', page, 'GET'), 404, 'no_such_bucket'],
    [await preflight('/-/health', page, 'GET'), 405, 'method'],
  ]) {
    assert.deepEqual([answer.status, answer.headers['x-limn-error'], answer.headers['access-control-allow-origin']], [status, code, undefined]);
  }
});

test('answers and refusals can be read by the pages that the rules name, from the cache too', async () => {
  const cors = (answer) => some(answer, 'access-control-allow-origin', 'access-control-expose-headers', 'vary');
  for (const path of ['/site/f/a.jpg', '/site/f/a.jpg?w=50', '/site/f/a.jpg?w=50', '/site/none.jpg', '/site/f/a.jpg?w=0', '/site/f/a.jpg?w=1&w=%zz']) {
    const known = path.includes('%zz');
    assert.deepEqual(cors(await get(path, { origin: page })), known ? [undefined, undefined, undefined] : [page, 'etag, x-limn-error', 'Origin'], path);
    assert.deepEqual(cors(await get(path, { origin: 'https://evil.org' })), [undefined, undefined, known ? undefined : 'Origin'], path);
  }
  assert.deepEqual(cors(await get('/site/f/a.jpg?w=50&f=auto', { origin: page, accept: 'image/webp' })), [page, 'etag, x-limn-error', 'Accept, Origin']);
  assert.match((await get('/site/f/a.jpg?w=50', { origin: 'https://b.example.com' })).headers['cache-status'], /hit/, 'Origin is in no key');
  assert.deepEqual(cors(await get('/all/a.jpg')), ['*', undefined, undefined], 'for a cache that an <img> fills');
  const refused = await get('/closed/a.jpg', { origin: page });
  assert.deepEqual([refused.status, ...cors(refused)], [403, page, undefined, 'Origin']);
  const write = await get('/site/x.jpg', { origin: page }, 'PUT');
  assert.deepEqual([write.status, write.headers['access-control-allow-origin']], [403, page]);
  assert.deepEqual(cors(await get('/demo/a.jpg', { origin: page })), [undefined, undefined, undefined]);
});

test('the rules are told to SDKs, and timing to the origins of the setting', async () => {
  const rules = await get(signed('GET', '/site', { cors: '', exp: soon() }));
  assert.match(rules.body.toString(), /<CORSRule><AllowedOrigin>https:\/\/\*\.example\.com<\/AllowedOrigin><AllowedMethod>GET/);
  const none = await get(signed('GET', '/demo', { cors: '', exp: soon() }));
  assert.deepEqual([none.status, none.headers['x-limn-error']], [404, 'no_such_setting']);
  assert.equal((await get('/site?cors')).headers['x-limn-error'], 'signature_required');
  assert.equal((await get('/site/f/a.jpg')).headers['timing-allow-origin'], 'https://www.example.com, https://cdn.example.com');
  assert.equal((await get('/all/a.jpg')).headers['timing-allow-origin'], undefined);
});

test('cache tags name the scopes of public objects and nothing readable', async () => {
  const tags = async (path) => (await get(path)).headers['cache-tag']?.split(',');
  const whole = await tags('/site/f/a.jpg');
  assert.equal(whole.length, 3);
  assert.deepEqual(await tags('/site/f/a.jpg?w=40'), whole);
  await put('/site/f/b.jpg', photo);
  const other = await tags('/site/f/b.jpg');
  assert.deepEqual(other.slice(0, 2), whole.slice(0, 2));
  assert.notEqual(other[2], whole[2]);
  assert.equal(await tags('/all/a.jpg'), undefined);
  assert.equal(await tags(signed('GET', '/closed/a.jpg', { exp: soon() })), undefined);
});

test('client hints stand for what the URL leaves open, where the bucket wants them', async () => {
  const plain = await get('/all/a.jpg?w=100');
  assert.deepEqual(some(plain, 'accept-ch', 'vary'), ['Sec-CH-DPR, Sec-CH-Width', 'Sec-CH-DPR, DPR']);
  assert.equal(await width(plain), 100);
  assert.equal(await width(await get('/all/a.jpg?w=100', { 'sec-ch-dpr': '1.7' })), 200);
  const shared = await get('/all/a.jpg?w=200', { dpr: '1' });
  assert.match(shared.headers['cache-status'], /hit/, 'the plan is the key');
  assert.equal(await width(await get('/all/a.jpg?w=100&dpr=1', { 'sec-ch-dpr': '2' })), 100);
  assert.equal(await width(await get('/all/a.jpg?w=auto', { 'sec-ch-width': '101', 'sec-ch-dpr': '3' })), 200);
  assert.equal((await get('/all/a.jpg?w=auto')).headers.vary, 'Sec-CH-DPR, DPR, Sec-CH-Width, Width');
  assert.equal(await width(await get('/steps/a.jpg?w=100', { 'sec-ch-dpr': '1.1' })), 200, 'up to a step');
  assert.equal(await width(await get('/steps/a.jpg?w=100', { 'sec-ch-dpr': '3' })), 250);
  assert.equal(await width(await get('/steps/a.jpg?w=auto', { width: '9000' })), 250);
  const shut = await get('/demo/a.jpg?w=100', { 'sec-ch-dpr': '2' });
  assert.deepEqual([await width(shut), ...some(shut, 'accept-ch', 'vary')], [100, undefined, undefined]);
});

test('an original that is stored encoded goes out as it is stored', async () => {
  const text = 'body { color: red }\n'.repeat(500);
  const zipped = gzipSync(text);
  await put('/demo/site.txt', zipped, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
  for (const headers of [{ 'accept-encoding': 'gzip' }, { 'accept-encoding': 'br, gzip;q=0.5' }, {}, { 'accept-encoding': 'gzip;q=0' }, { 'accept-encoding': 'identity' }]) {
    const answer = await get('/demo/site.txt', headers);
    assert.deepEqual(some(answer, 'content-encoding', 'content-length'), ['gzip', String(zipped.length)], JSON.stringify(headers));
    assert.deepEqual(answer.body, zipped);
  }
  const fetched = await fetch(`${it.base}/demo/site.txt`);
  assert.equal(await fetched.text(), text);
  const part = await get('/demo/site.txt', { range: 'bytes=2-9', 'accept-encoding': 'gzip' });
  assert.deepEqual([part.status, part.headers['content-encoding'], part.body], [206, 'gzip', zipped.subarray(2, 10)]);
  const head = await get('/demo/site.txt', { 'accept-encoding': 'gzip' }, 'HEAD');
  assert.deepEqual(some(head, 'content-encoding', 'content-length'), ['gzip', String(zipped.length)]);
});

test('ranges of an image and of an original', async () => {
  for (const path of ['/demo/a.jpg?w=150', '/demo/a.jpg']) {
    const whole = await get(path);
    const length = whole.body.length;
    const etag = whole.headers.etag;
    const of = (range, headers = {}) => get(path, { range, ...headers });
    const is = async (answer, start, end) => {
      assert.deepEqual([answer.status, answer.headers['content-range'], answer.headers['content-length']], [206, `bytes ${start}-${end}/${length}`, String(end - start + 1)], path);
      assert.deepEqual(answer.body, whole.body.subarray(start, end + 1));
      assert.equal(answer.headers.etag, etag);
    };
    await is(await of('bytes=0-9'), 0, 9);
    await is(await of('bytes=100-'), 100, length - 1);
    await is(await of('bytes=-7'), length - 7, length - 1);
    await is(await of('bytes=5-5', { 'if-range': etag }), 5, 5);
    await is(await of('bytes=5-5', { 'if-range': whole.headers['last-modified'] }), 5, 5);
    for (const answer of [await of('bytes=5-5', { 'if-range': '"other"' }), await of('bytes=5-5', { 'if-range': 'Sun, 12 Nov 2023 16:43:40 GMT' }), await of('bytes=0-1,5-6'), await of('lines=1-2')]) {
      assert.deepEqual([answer.status, answer.headers['content-range'], answer.body.length], [200, undefined, length]);
    }
    const beyond = await of(`bytes=${length}-`);
    assert.deepEqual([beyond.status, ...some(beyond, 'content-range', 'x-limn-error')], [416, `bytes */${length}`, 'bad_range']);
  }
});

test('HEAD says what GET says, and a 304 what a client takes over', async () => {
  await put('/demo/kept.jpg', photo, { 'cache-control': 'max-age=7', 'content-language': 'de' });
  const moving = ['date', 'x-limn-request-id', 'cache-status', 'connection', 'keep-alive', 'transfer-encoding'];
  const still = (answer) => Object.fromEntries(Object.entries(answer.headers).filter(([name]) => !moving.includes(name)));
  for (const path of ['/demo/a.jpg?w=130&f=auto', '/demo/a.jpg', '/demo/kept.jpg', '/site/f/a.jpg?v=3', '/all/a.jpg?w=90']) {
    const whole = await get(path);
    assert.deepEqual(still(await get(path, {}, 'HEAD')), still(whole), path);
    const same = await get(path, { 'if-none-match': whole.headers.etag });
    assert.equal(same.status, 304);
    for (const name of ['etag', 'cache-control', 'vary', 'last-modified', 'x-content-type-options', 'access-control-allow-origin', 'timing-allow-origin', 'cache-tag']) {
      assert.equal(same.headers[name], whole.headers[name], `${path} ${name}`);
    }
  }
  assert.equal((await get('/demo/kept.jpg')).headers['cache-control'], 'max-age=7');
});

test('what a browser could run is saved, everything is nosniff, versions are immutable', async () => {
  await put('/demo/x.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', { 'content-type': 'image/svg+xml' });
  await put('/demo/x.html', '<script>1</script>', { 'content-type': 'text/html' });
  for (const path of ['/demo/x.svg', '/demo/x.html']) {
    assert.deepEqual(some(await get(path), 'content-disposition', 'content-security-policy'), ['attachment', "default-src 'none'; sandbox"]);
  }
  for (const path of ['/demo/a.jpg?w=80&dl=cat.jpg', '/demo/a.jpg?dl=cat.jpg']) {
    assert.equal((await get(path)).headers['content-disposition'], 'attachment; filename="cat.jpg"');
  }
  const policy = async (path) => (await get(path)).headers['cache-control'];
  assert.equal(await policy('/demo/a.jpg?w=80&v=1'), 'public, max-age=86400, immutable');
  assert.equal(await policy('/demo/a.jpg?w=80'), 'public, max-age=86400');
  assert.match(await policy(signed('GET', '/vault/a.jpg', { exp: soon(), v: '1' })), /no-store/, 'a refusal is never kept');
  const list = signed('GET', '/demo', { 'list-type': '2', exp: soon() });
  const gone = raw(it.port, { method: 'DELETE', path: signed('DELETE', '/demo/x.html', { exp: soon() }) });
  for (const answer of [await get('/demo/none'), await get('/nowhere/a'), await get('/-/health'), await get('/'), await get('/robots.txt'), await get(list), await preflight('/all/a', page, 'GET'), await gone]) {
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', JSON.stringify(answer.headers));
  }
});

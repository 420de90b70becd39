// From a URL to an image: transform, cache, access, upload, as a client meets them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed, signedOss } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const demo = (file) => readFileSync(new URL(`../../.tools/demo/${file}`, import.meta.url));
const soon = () => String(Math.floor(Date.now() / 1000) + 600);
const page = { referer: 'https://www.example.com/' };
let it;

const get = (target, headers = {}, method = 'GET') => fetch(it.base + target, { method, headers });
const put = (path, body, headers = {}) => fetch(it.base + signed('PUT', path, { exp: soon() }), { method: 'PUT', body, headers });
const remove = (path) => fetch(it.base + signed('DELETE', path, { exp: soon() }), { method: 'DELETE' });
const picture = async (answer) => {
  assert.equal(answer.status, 200, answer.status === 200 ? '' : await answer.clone().text());
  const bytes = Buffer.from(await answer.arrayBuffer());
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { ...(await sharp(bytes).metadata()), bytes, data, channels: info.channels };
};
const refused = async (answer, status, code) => {
  assert.equal(answer.headers.get('x-limn-error'), code);
  assert.equal(answer.status, status);
  if (![415, 422].includes(status)) assert.equal(answer.headers.get('cache-control'), 'no-store');
};

before(async () => {
  it = await limn();
  for (const [path, file] of [['/demo/photo.jpg', 'photo.jpg'], ['/demo/rotated.jpg', 'rotated.jpg'], ['/demo/marks/logo.png', 'logo.png'], ['/demo/cmyk.jpg', 'cmyk.jpg'], ['/demo/animated.gif', 'animated.gif'], ['/demo/screenshot.png', 'screenshot.png'], ['/vault/cat.jpg', 'progressive.jpg'], ['/club/cat.jpg', 'progressive.jpg']]) {
    const answer = await put(path, demo(file));
    assert.equal(answer.status, 200, await answer.text());
  }
});
after(() => it.stop());

test('a resized JPEG with a logo, then the same from the cache', async () => {
  const plain = await picture(await get('/demo/photo.jpg?w=200'));
  const first = await get('/demo/photo.jpg?w=200&wm=logo');
  assert.match(first.headers.get('cache-status'), /fwd=uri-miss/);
  const marked = await picture(first);
  assert.deepEqual([marked.format, marked.width, marked.height], ['jpeg', 200, 150]);
  const differs = (x, y) => [0, 1, 2].some((c) => Math.abs(marked.data[(y * 200 + x) * 3 + c] - plain.data[(y * 200 + x) * 3 + c]) > 40);
  const where = [];
  for (let y = 0; y < 150; y++) for (let x = 0; x < 200; x++) if (differs(x, y)) where.push([x, y]);
  assert.ok(where.length > 50, 'the mark is to be seen');
  // 25 % of 200 px, 10 px from the south-east corner; JPEG blocks blur the edge.
  assert.ok(where.every(([x, y]) => x >= 130 && x < 200 && y >= 115), 'and nothing else changes');
  const again = await get('/demo/photo.jpg?wm=logo&w=200');
  assert.equal(again.headers.get('cache-status'), 'limn-l0; hit');
  assert.deepEqual(Buffer.from(await again.arrayBuffer()), marked.bytes);
});

test('the OSS form and a style share the variant of the short form', async () => {
  const short = await get('/demo/photo.jpg?w=160&h=160&fit=crop');
  await short.arrayBuffer();
  for (const target of ['/demo/photo.jpg?x-oss-process=image/resize,h_160,w_160,m_fill', '/demo/photo.jpg!thumb', '/demo/photo.jpg?p=thumb', '/demo/photo.jpg?x-oss-process=style/thumb']) {
    const answer = await get(target);
    assert.equal(answer.headers.get('cache-status'), 'limn-l0; hit', target);
    assert.equal(answer.headers.get('etag'), short.headers.get('etag'));
    await answer.arrayBuffer();
  }
});

test('orientation is applied, CMYK becomes sRGB, metadata is gone but for the copyright', async () => {
  const upright = await picture(await get('/demo/rotated.jpg?w=300'));
  assert.deepEqual([upright.width, upright.height, upright.orientation], [300, 400, undefined]);
  // The copyright stays, and nothing else: one entry, tag 0x8298.
  assert.deepEqual([upright.exif.readUInt16LE(14), upright.exif.readUInt16LE(16)], [1, 0x8298]);
  assert.equal((await picture(await get('/demo/rotated.jpg?w=300&meta=none'))).exif, undefined);
  const stored = await picture(await get('/demo/rotated.jpg?w=300&or=0'));
  assert.deepEqual([stored.width, stored.height], [300, 225]);
  assert.equal((await picture(await get('/demo/cmyk.jpg?w=90'))).space, 'srgb');
});

test('formats, and negotiation by Accept', async () => {
  for (const [query, format] of [['f=webp', 'webp'], ['f=webp&ll=1', 'webp'], ['f=png', 'png'], ['f=jpg', 'jpeg'], ['f=gif', 'gif']]) {
    assert.equal((await picture(await get(`/demo/marks/logo.png?w=100&${query}`))).format, format, query);
  }
  const webp = await get('/demo/photo.jpg?w=100&f=auto', { accept: 'image/avif,image/webp,*/*' });
  assert.deepEqual([webp.headers.get('content-type'), webp.headers.get('vary')], ['image/webp', 'Accept']);
  const jpeg = await get('/demo/photo.jpg?w=100&f=auto', { accept: '*/*' });
  assert.deepEqual([jpeg.headers.get('content-type'), jpeg.headers.get('vary')], ['image/jpeg', 'Accept']);
  assert.equal((await get('/demo/photo.jpg?w=100')).headers.get('vary'), null);
});

test('validators: 304 by ETag, HEAD with the length of GET', async () => {
  for (const target of ['/demo/photo.jpg?w=120', '/demo/photo.jpg']) {
    const first = await get(target);
    const length = (await first.arrayBuffer()).byteLength;
    const etag = first.headers.get('etag');
    assert.match(etag, /^"[^"]+"$/);
    const same = await get(target, { 'if-none-match': `"x", ${etag}` });
    assert.equal(same.status, 304);
    assert.equal(same.headers.get('etag'), etag);
    const other = await get(target, { 'if-none-match': '"x"' });
    assert.equal(other.status, 200);
    await other.arrayBuffer();
    const head = await raw(it.port, { method: 'HEAD', path: target });
    assert.deepEqual([head.status, head.headers['content-length'], head.headers.etag, head.body.length], [200, String(length), etag, 0]);
  }
});

test('an overwritten object, an overwritten mark and a deleted object are seen by the next request', async () => {
  const red = await sharp({ create: { width: 80, height: 40, channels: 3, background: '#ff0000' } }).png().toBuffer();
  const blue = await sharp({ create: { width: 80, height: 40, channels: 3, background: '#0000ff' } }).png().toBuffer();
  const mark = `b64:${Buffer.from('over/mark.png').toString('base64url')}`;
  const target = `/demo/over/a.png?w=40&wm=${mark}&wms=50&wmx=0&wmy=0`;
  await put('/demo/over/a.png', red);
  await put('/demo/over/mark.png', red);
  const pixel = async (x, y) => [...(await picture(await get(target))).data.subarray((y * 40 + x) * 3, (y * 40 + x) * 3 + 3)];
  assert.deepEqual(await pixel(39, 19), [255, 0, 0]);
  assert.deepEqual(await pixel(39, 19), [255, 0, 0]);
  await put('/demo/over/mark.png', blue);
  assert.deepEqual(await pixel(39, 19), [0, 0, 255]);
  assert.deepEqual(await pixel(0, 0), [255, 0, 0]);
  await put('/demo/over/a.png', blue);
  assert.deepEqual(await pixel(0, 0), [0, 0, 255]);
  assert.equal((await remove('/demo/over/a.png')).status, 204);
  await refused(await get(target), 404, 'no_such_key');
  assert.equal((await remove('/demo/over/a.png')).status, 204);
});

test('access: private, signed, expired, altered; Referer rules; before any cache', async () => {
  await refused(await get('/vault/cat.jpg?w=100'), 403, 'signature_required');
  await refused(await get('/vault/none.jpg'), 403, 'signature_required');
  const url = signed('GET', '/vault/cat.jpg', { exp: soon(), w: '100' });
  const answer = await get(url);
  assert.match(answer.headers.get('cache-control'), /^private, max-age=\d+$/);
  assert.equal((await picture(answer)).width, 100);
  await refused(await get(url.replace('w=100', 'w=101')), 403, 'bad_signature');
  await refused(await get('/vault/cat.jpg?w=100'), 403, 'signature_required');
  await refused(await get(signed('GET', '/vault/cat.jpg', { exp: '1', w: '100' })), 403, 'link_expired');
  await refused(await get(signed('GET', '/vault/cat.jpg', { exp: soon() }, { kid: 'stranger' })), 403, 'bad_signature');
  await refused(await get('/club/cat.jpg?w=100'), 403, 'referer_refused');
  const club = await get('/club/cat.jpg?w=100', page);
  assert.equal(club.headers.get('cache-control'), 'private, no-cache');
  await club.arrayBuffer();
  await refused(await get('/club/cat.jpg?w=100', { referer: 'https://www.example.com.evil.org/' }), 403, 'referer_refused');
});

test('OSS V1 URL signatures: GET, HEAD, PUT, DELETE, with XML refusals', async () => {
  const end = Number(soon());
  const url = signedOss('GET', '/vault/cat.jpg', end, { 'x-oss-process': 'image/resize,w_90' });
  assert.equal((await picture(await get(url))).width, 90);
  assert.equal((await get(signedOss('HEAD', '/vault/cat.jpg', end), {}, 'HEAD')).status, 200);
  const wrong = await get(url.replace('w_90', 'w_91'));
  assert.equal(wrong.status, 403);
  assert.match(await wrong.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
  const late = await get(signedOss('GET', '/vault/cat.jpg', 1));
  assert.match(await late.text(), /<Code>AccessDenied<\/Code><Message>Request has expired\./);
  const body = demo('gradient.png');
  const stored = await fetch(it.base + signedOss('PUT', '/vault/o/ü 1.png', end, {}, { contentType: 'image/png' }), { method: 'PUT', body, headers: { 'content-type': 'image/png' } });
  assert.equal(stored.status, 200, await stored.text());
  assert.equal((await fetch(it.base + signedOss('DELETE', '/vault/o/ü 1.png', end), { method: 'DELETE' })).status, 204);
});

test('uploads: what lies, is cut or is too large stores nothing', async () => {
  const jpeg = demo('progressive.jpg');
  await refused(await fetch(`${it.base}/demo/bad.jpg`, { method: 'PUT', body: jpeg }), 403, 'signature_required');
  await refused(await fetch(it.base + signed('PUT', '/demo/bad.jpg', { exp: soon() }, { kid: 'limn-reader', secret: 'limn-reader-secret' }), { method: 'PUT', body: jpeg }), 403, 'access_denied');
  await refused(await put('/demo/bad.jpg', 'not a picture'), 415, 'upload_not_an_image');
  await refused(await put('/demo/bad.png', jpeg), 415, 'upload_not_an_image');
  await refused(await put('/demo/bad.jpg', jpeg.subarray(0, jpeg.length / 2)), 422, 'image_corrupt');
  await refused(await put('/demo/bad.jpg', jpeg, { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }), 400, 'bad_digest');
  await refused(await put('/demo/big.bin', Buffer.alloc(21 << 20)), 413, 'upload_too_large');
  const target = signed('PUT', '/demo/bad.jpg', { exp: soon() });
  await new Promise((resolve) => {
    const socket = net.connect(it.port, '127.0.0.1', () => {
      socket.write(`PUT ${target} HTTP/1.1\r\nhost: 127.0.0.1:${it.port}\r\ncontent-length: ${jpeg.length}\r\n\r\n`);
      socket.write(jpeg.subarray(0, 1000), () => setTimeout(() => resolve(socket.destroy()), 200));
    });
    socket.on('error', () => {});
  });
  for (const path of ['/demo/bad.jpg', '/demo/bad.png', '/demo/big.bin']) await refused(await get(path), 404, 'no_such_key');
  const text = await put('/demo/notes.html', '<script>1</script>', { 'content-type': 'text/html' });
  assert.equal(text.status, 200);
  const served = await get('/demo/notes.html');
  assert.deepEqual([served.headers.get('content-disposition'), served.headers.get('x-content-type-options')], ['attachment', 'nosniff']);
  await served.arrayBuffer();
  await refused(await get('/demo/notes.html?w=10'), 415, 'format_unsupported');
});

test('bad input is a 4xx that names the parameter', async () => {
  for (const [query, status, code, word] of [['w=0', 400, 'bad_arg', 'w must'], ['wd=1', 400, 'unknown_param', 'wd'], ['w=1&w=2', 400, 'repeated_key', ' w '], ['wm=nope', 404, 'no_such_mark', 'nope'], ['p=nope', 404, 'no_such_style', 'nope'], ['blur=0', 400, 'bad_arg', 'blur'], ['w=%zz', 400, 'malformed_url', '%']]) {
    const answer = await get(`/demo/photo.jpg?${query}`);
    const { message } = await answer.clone().json();
    assert.ok(message.includes(word), message);
    await refused(answer, status, code);
  }
  const oss = await get('/demo/photo.jpg?x-oss-process=image/resize,w_99999');
  assert.match(await oss.text(), /<Code>InvalidArgument<\/Code><Message>resize: w must be/);
  for (const path of ['/demo//a.jpg', '/demo/a%2f..%2fb', '/demo/a%5cb', '/demo/%00']) {
    assert.equal((await raw(it.port, { path })).status, 400, path);
  }
  assert.equal((await raw(it.port, { path: '/demo/photo.jpg', method: 'POST' })).status, 405);
});

test('the operation table and health are open, and unmetered hosts are not', async () => {
  assert.ok((await (await get('/-/ops.json')).json()).operations.some((o) => o.name === 'resize'));
  assert.equal((await (await get('/-/health')).json()).status, 'ok');
  const elsewhere = await raw(it.port, { path: '/demo/photo.jpg?w=10', headers: { host: 'images.example.com' } });
  assert.deepEqual([elsewhere.status, elsewhere.headers['x-limn-error']], [503, 'misconfigured']);
});

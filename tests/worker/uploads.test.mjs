// Bodies long and short, of known and unknown length, in parts, copied, cut: what is acknowledged is there whole, what is not is not.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed } from '../../scripts/limn/sign.mjs';
import { limn, raw } from './limn.mjs';

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const md5 = (bytes) => createHash('md5').update(bytes).digest();
let it;

before(async () => {
  it = await limn();
});
after(() => it.stop());

const call = (method, path, { params = {}, body, headers } = {}) => fetch(it.base + signed(method, path, { ...params, exp: exp() }), { method, body, headers });
const code = async (answer) => {
  const found = answer.headers.get('x-limn-error') ?? '';
  await answer.arrayBuffer();
  return found;
};
const stored = async (path, want, headers = {}) => {
  const answer = await call('GET', path, { headers });
  assert.equal(answer.status, 200, path);
  const bytes = Buffer.from(await answer.arrayBuffer());
  assert.ok(bytes.equals(want), `${path} came back with ${bytes.length} bytes`);
  return answer.headers;
};
/** Sends a body without a length, in chunks. */
const unannounced = (path, body, cut = false) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(it.port, '127.0.0.1', () => {
      socket.write(`PUT ${signed('PUT', path, { exp: exp() })} HTTP/1.1\r\nhost: 127.0.0.1:${it.port}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`);
      for (let at = 0; at < body.length; at += 1 << 20) {
        const chunk = body.subarray(at, at + (1 << 20));
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        socket.write('\r\n');
      }
      if (cut) setTimeout(() => resolve(socket.destroy()), 500);
      else socket.write('0\r\n\r\n');
    });
    let text = '';
    socket.on('data', (data) => (text += data));
    socket.on('end', () => resolve(Number(text.split(' ')[1])));
    socket.on('error', (error) => (cut ? resolve() : reject(error)));
  });

test('long bodies, announced or not, come back as they went', async () => {
  const body = randomBytes((12 << 20) + 7);
  const answer = await call('PUT', '/vault/long/known.bin', { body });
  assert.equal(answer.status, 200, await answer.text());
  assert.equal(answer.headers.get('etag'), `"${md5(body).toString('hex')}"`);
  await stored('/vault/long/known.bin', body);
  assert.equal(await unannounced('/vault/long/unknown.bin', body), 200);
  const headers = await stored('/vault/long/unknown.bin', body);
  assert.equal(headers.get('etag'), `"${md5(body).toString('hex')}"`);
  const part = await call('GET', '/vault/long/unknown.bin', { headers: { range: 'bytes=8388600-8388620' } });
  assert.equal(part.status, 206);
  assert.ok(Buffer.from(await part.arrayBuffer()).equals(body.subarray(8388600, 8388621)));
});

test('a long body that lies, is cut or is too large stores nothing', async () => {
  const body = randomBytes(10 << 20);
  assert.equal(await code(await call('PUT', '/vault/bad/a.bin', { body, headers: { 'content-md5': md5('other').toString('base64') } })), 'bad_digest');
  assert.equal(await code(await call('PUT', '/vault/bad/b.bin', { body, params: { sha256: createHash('sha256').update('other').digest('hex') } })), 'bad_digest');
  await unannounced('/vault/bad/c.bin', body, true);
  assert.equal(await unannounced('/vault/bad/d.bin', randomBytes(21 << 20)), 413);
  for (const name of 'abcd') assert.equal(await code(await call('GET', `/vault/bad/${name}.bin`)), 'no_such_key');
});

test('a large image is looked at whole, whatever it is called', async () => {
  const noise = await sharp(randomBytes(2000 * 1500 * 3), { raw: { width: 2000, height: 1500, channels: 3 } }).png({ compressionLevel: 0 }).toBuffer();
  assert.ok(noise.length > 8 << 20);
  assert.equal((await call('PUT', '/vault/noise.bin', { body: noise })).status, 200);
  assert.equal((await stored('/vault/noise.bin', noise)).get('content-type'), 'image/png');
  assert.equal(await code(await call('PUT', '/vault/noise2.png', { body: noise.subarray(0, noise.length - 50_000) })), 'image_corrupt');
});

test('a multipart upload: parts again, in any order, completed twice, and what is wrong with it', async () => {
  const path = '/vault/parts/a.bin';
  const pieces = [randomBytes(5 << 20), randomBytes(300 << 10), randomBytes(17)];
  const open = async () => /<UploadId>([^<]+)/.exec(await (await call('POST', path, { params: { uploads: '' } })).text())[1];
  const uploadId = await open();
  const put = async (number, body, id = uploadId) => (await call('PUT', path, { params: { uploadId: id, partNumber: String(number) }, body })).headers.get('etag');
  const finish = (list, id = uploadId) => call('POST', path, { params: { uploadId: id }, body: `<CompleteMultipartUpload>${list.map(([n, etag]) => `<Part><PartNumber>${n}</PartNumber><ETag>${etag}</ETag></Part>`).join('')}</CompleteMultipartUpload>` });
  await put(2, randomBytes(200 << 10));
  const etags = [];
  for (const number of [3, 1, 2]) etags[number] = await put(number, pieces[number - 1]);
  assert.equal(etags[1], `"${md5(pieces[0]).toString('hex')}"`);
  const list = [1, 2, 3].map((n) => [n, etags[n]]);
  assert.equal(await code(await finish([list[1], list[0]])), 'invalid_part_order');
  assert.equal(await code(await finish([[1, etags[2]]])), 'invalid_part');
  assert.equal(await code(await finish([[1, etags[1]], [9, etags[1]]])), 'invalid_part');
  assert.equal(await code(await finish([list[0], list[2], [4, await put(4, Buffer.from('x'))]])), 'part_too_small');
  assert.equal(await code(await call('GET', path)), 'no_such_key', 'nothing is there before it is completed');
  const done = await (await finish(list)).text();
  const etag = `${md5(Buffer.concat(pieces.map(md5))).toString('hex')}-3`;
  assert.ok(done.includes(etag), done);
  assert.equal((await stored(path, Buffer.concat(pieces))).get('etag'), `"${etag}"`);
  assert.ok((await (await finish(list)).text()).includes(etag), 'asked again it answers the same');
  const other = await open();
  await put(1, pieces[1], other);
  assert.equal((await call('DELETE', path, { params: { uploadId: other } })).status, 204);
  assert.equal(await code(await finish([[1, etags[1]]], other)), 'no_such_upload');
  assert.equal(await code(await call('PUT', path, { params: { uploadId: other, partNumber: '1' }, body: 'x' })), 'no_such_upload');
});

test('copies, and headers that no signature covers', async () => {
  const body = randomBytes(9 << 20);
  await call('PUT', '/vault/copy/from.bin', { body, headers: { 'content-type': 'application/x-thing', 'x-amz-meta-a': '1' } });
  const headers = { 'x-amz-copy-source': '/vault/copy/from.bin' };
  assert.equal(await code(await call('PUT', '/vault/copy/to.bin', { headers })), 'access_denied', 'a link signs no header');
  assert.equal(await code(await call('GET', '/vault/copy/to.bin')), 'no_such_key');
});

test('conditions are checked where the object is written', async () => {
  const put = (headers, body) => call('PUT', '/vault/if.txt', { body, headers });
  assert.equal((await put({ 'if-none-match': '*' }, 'one')).status, 200);
  assert.equal(await code(await put({ 'if-none-match': '*' }, 'two')), 'precondition');
  assert.equal(await code(await put({ 'if-match': `"${md5('two').toString('hex')}"` }, 'three')), 'precondition');
  assert.equal((await put({ 'if-match': `"${md5('one').toString('hex')}"` }, 'four')).status, 200);
  await stored('/vault/if.txt', Buffer.from('four'));
  const race = await Promise.all(Array.from({ length: 12 }, (_, i) => call('PUT', '/vault/race.txt', { body: `writer ${i}`, headers: { 'if-none-match': '*' } })));
  assert.equal(race.filter((answer) => answer.status === 200).length, 1, 'one of twelve is first');
  const winner = race.findIndex((answer) => answer.status === 200);
  await stored('/vault/race.txt', Buffer.from(`writer ${winner}`));
});

test('a bucket as a whole: what is not there, what is not to be written', async () => {
  for (const [method, target, params, want] of [
    ['GET', '/vault', { lifecycle: '' }, 'no_such_setting'],
    ['PUT', '/vault', { acl: '' }, 'not_implemented'],
    ['DELETE', '/vault', {}, 'not_implemented'],
    ['GET', '/vault', { nonsense: '' }, 'unknown_param'],
    ['GET', '/nowhere', { 'list-type': '2' }, 'no_such_bucket'],
    ['GET', '/Vault', { 'list-type': '2' }, 'bad_bucket_name'],
    ['PUT', '/vault/a', { symlink: '' }, 'not_implemented'],
  ]) {
    assert.equal(await code(await call(method, target, { params })), want, `${method} ${target} ${JSON.stringify(params)}`);
  }
  assert.equal(await code(await fetch(`${it.base}/vault?list-type=2`)), 'signature_required');
  assert.equal((await fetch(`${it.base}/demo?list-type=2`)).status, 200, 'demo may be listed by anybody');
  assert.equal((await raw(it.port, { path: '/' })).status, 403);
});

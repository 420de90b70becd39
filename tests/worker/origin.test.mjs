// Storage that Limn only reads: a web server, honest and hostile.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { limn } from './limn.mjs';

const jpeg = readFileSync(new URL('../../.tools/demo/grey.jpg', import.meta.url));
const asked = [];
let origin, it;

/** Raw replies, so that framing can be wrong on purpose. */
const replies = {
  '/base/good.jpg': () => [head(200, jpeg.length, 'ETag: "v1"'), jpeg],
  '/base/short.jpg': () => [head(200, jpeg.length), jpeg.subarray(0, 500)],
  '/base/closed.jpg': () => ['HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n', jpeg.subarray(0, jpeg.length - 100)],
  '/base/moved.jpg': () => [`${head(302, 0, 'Location: /base/secret.jpg')}`],
  '/base/large.jpg': () => [head(200, 30 << 20)],
  '/base/page.jpg': () => [head(200, 20), '<html>sign in</html>'],
  '/base/broken.jpg': () => [head(500, 0)],
};
const head = (status, length, extra) => `HTTP/1.1 ${status} X\r\nContent-Length: ${length}\r\nConnection: close\r\n${extra ? `${extra}\r\n` : ''}\r\n`;

before(async () => {
  origin = net.createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (data) => {
      const path = data.toString().split(' ')[1];
      asked.push(path);
      for (const part of (replies[path] ?? (() => [head(404, 0)]))()) socket.write(part);
      socket.end();
    });
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  const url = `http://127.0.0.1:${origin.address().port}/base`;
  it = await limn({
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url, managed: false },
    LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open' },
    LIMN_NODE_OLD: { name: 'old', kind: 'r2', binding: 'NODE_A', managed: false, prefix: 'demo/' },
    LIMN_BUCKET_OLD: { name: 'old', nodes: ['old'], access: 'public-read', parameters: 'open' },
  });
});
after(async () => {
  await it.stop();
  origin.close();
});

const get = (path) => fetch(`${it.base}${path}`);

test('an image is made of an origin\'s, kept, and the origin not asked again', async () => {
  for (const verdict of [/uri-miss/, /hit/]) {
    const answer = await get('/web/good.jpg?w=100');
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('cache-status'), verdict);
    assert.equal((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width, 100);
  }
  assert.equal(asked.filter((p) => p === '/base/good.jpg').length, 1);
  assert.deepEqual(Buffer.from(await (await get('/web/good.jpg')).arrayBuffer()), jpeg);
});

test('what is cut, redirected, too large or no image is refused and never kept', async () => {
  for (const [file, status] of [['short', 502], ['closed', 502], ['moved', 502], ['large', 422], ['page', 415], ['broken', 502], ['none', 404]]) {
    for (let i = 0; i < 2; i++) {
      const answer = await get(`/web/${file}.jpg?w=100`);
      assert.equal(answer.status, status, `${file}: ${await answer.text()}`);
    }
  }
  assert.ok(!asked.includes('/base/secret.jpg'));
  assert.equal(asked.filter((p) => p === '/base/short.jpg').length, 2);
});

test('an R2 bucket that others filled is fronted under its prefix', async () => {
  const { signed } = await import('../../scripts/limn/sign.mjs');
  const exp = String(Math.floor(Date.now() / 1000) + 600);
  const stored = await fetch(it.base + signed('PUT', '/demo/a.jpg', { exp }), { method: 'PUT', body: jpeg });
  const version = stored.headers.get('x-limn-version');
  const answer = await get(`/old/${version}?w=50`);
  assert.equal(answer.status, 200);
  assert.equal((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width, 50);
  assert.equal((await get('/old/none?w=50')).status, 404);
  const write = await fetch(it.base + signed('PUT', '/old/a.jpg', { exp }), { method: 'PUT', body: jpeg });
  assert.equal(write.headers.get('x-limn-error'), 'access_denied');
});

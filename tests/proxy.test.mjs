// The proxy that breaks answers does to the byte what its rules say; the static web server says what an origin says.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { after, afterEach, before, test } from 'node:test';
import { startStatic } from '../scripts/limn/nodes.mjs';
import { freePort } from '../scripts/limn/ports.mjs';
import { serveDirectory } from '../scripts/limn/static.mjs';
import { proxy, schedule } from './worker/proxy.mjs';

const file = createHash('shake256', { outputLength: 5000 }).update('limn').digest();
const dir = mkdtempSync(`${tmpdir()}/limn-proxy-`);
let origin, it;

before(async () => {
  writeFileSync(`${dir}/a.bin`, file);
  writeFileSync(`${dir}/b c.txt`, 'b');
  origin = await serveDirectory(dir);
  it = await proxy({ target: origin.url });
});
after(async () => {
  await it.close();
  await origin.close();
  rmSync(dir, { recursive: true });
});
afterEach(() => {
  it.set();
  it.forget();
});

/** Everything that comes for a request, and how it ends: `end`, a socket's error, or `open` where nothing more comes. */
function bytes(port, { method = 'GET', path = '/a.bin', headers = [], body = '', patience = 5000 } = {}) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    const parts = [];
    const times = [];
    const done = (ended) => {
      clearTimeout(timer);
      socket.destroy();
      const all = Buffer.concat(parts);
      const gap = all.indexOf('\r\n\r\n');
      const lines = all.subarray(0, Math.max(0, gap)).toString().split('\r\n');
      const told = Object.fromEntries(lines.slice(1).map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]));
      resolve({ ended, status: Number(lines[0].split(' ')[1]), headers: told, body: gap < 0 ? Buffer.alloc(0) : all.subarray(gap + 4), times });
    };
    const timer = setTimeout(() => done('open'), patience);
    socket.on('data', (part) => (parts.push(part), times.push(performance.now())));
    socket.on('end', () => done('end'));
    socket.on('error', (error) => done(error.code));
    const lines = [`${method} ${path} HTTP/1.1`, 'Host: x', ...headers, ...(body ? [`Content-Length: ${body.length}`] : [])];
    socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  });
}

test('without rules all goes through, and is written down', async () => {
  const [direct, forwarded] = [await bytes(origin.port, { headers: ['Connection: close'] }), await bytes(it.port)];
  assert.equal(forwarded.status, 200);
  assert.deepEqual(forwarded.body, file);
  for (const name of ['content-length', 'etag', 'last-modified', 'content-type']) assert.equal(forwarded.headers[name], direct.headers[name]);
  const headed = await bytes(it.port, { method: 'HEAD' });
  assert.equal(headed.headers['content-length'], '5000');
  assert.equal(headed.body.length, 0);
  assert.equal((await bytes(it.port, { headers: [`If-None-Match: ${direct.headers.etag}`] })).status, 304);
  assert.equal((await bytes(it.port, { path: '/none' })).status, 404);
  assert.deepEqual(it.log.map(({ method, path, kind, status }) => [method, path, kind, status]), [
    ['GET', '/a.bin', null, 200],
    ['HEAD', '/a.bin', null, 200],
    ['GET', '/a.bin', null, 304],
    ['GET', '/none', null, 404],
  ]);
});

test('refuse and hang never reach the target, hang-after and reset-after do', async () => {
  const seen = await proxy({ target: origin.url });
  it.target = seen.url;
  for (const [kind, ended, reached] of [['refuse', 'ECONNRESET', 0], ['hang', 'open', 0], ['hang-after', 'open', 1], ['reset-after', 'ECONNRESET', 1]]) {
    seen.forget();
    it.set({ kind });
    const got = await bytes(it.port, ended === 'open' ? { patience: 300 } : {});
    assert.equal(got.ended, ended, kind);
    assert.equal(got.status || got.body.length, 0, kind);
    assert.equal(seen.log.length, reached, kind);
  }
  it.target = origin.url;
  await seen.close();
});

test('what breaks the body\'s framing', async () => {
  for (const at of [0, 1, 2500, 4999]) {
    it.set({ kind: 'cut-response', at });
    const short = await bytes(it.port);
    assert.deepEqual([short.headers['content-length'], short.body.length, short.ended], ['5000', at, 'end']);

    it.set({ kind: 'small-length', at });
    const more = await bytes(it.port);
    assert.deepEqual([more.headers['content-length'], more.body.length], [String(at), 5000]);

    it.set({ kind: 'no-length', at });
    const open = await bytes(it.port);
    assert.deepEqual([open.headers['content-length'], open.headers['transfer-encoding'], open.ended], [undefined, undefined, 'end']);
    assert.deepEqual(open.body, file.subarray(0, at));

    it.set({ kind: 'cut-chunked', at });
    const chunked = await bytes(it.port);
    assert.deepEqual([chunked.headers['content-length'], chunked.headers['transfer-encoding'], chunked.ended], [undefined, 'chunked', 'end']);
    const want = at ? Buffer.concat([Buffer.from(`${at.toString(16)}\r\n`), file.subarray(0, at), Buffer.from('\r\n')]) : Buffer.alloc(0);
    assert.deepEqual(chunked.body, want);
  }
});

test('corrupt flips one bit and keeps the length', async () => {
  for (const at of [undefined, 0, 4999]) {
    it.set({ kind: 'corrupt', at });
    const { body, headers } = await bytes(it.port);
    assert.equal(headers['content-length'], '5000');
    assert.deepEqual([...body.keys()].filter((i) => body[i] !== file[i]), [at ?? 2500]);
  }
});

test('slow stalls in the body, late before the head', async () => {
  it.set({ kind: 'slow', at: 10, delay: 200 });
  const slow = await bytes(it.port);
  assert.deepEqual(slow.body, file);
  assert.ok(slow.times.at(-1) - slow.times[0] > 190, 'a stall between head and rest');
  it.set({ kind: 'slow', delay: 2000 });
  const stalled = await bytes(it.port, { patience: 500 });
  assert.deepEqual([stalled.ended, stalled.body.length], ['open', 2500]);
  it.set({ kind: 'late', delay: 200 });
  const begun = performance.now();
  const late = await bytes(it.port);
  assert.deepEqual(late.body, file);
  assert.ok(late.times[0] - begun > 190, 'a stall before the head');
});

test('status and html answer in the target\'s place', async () => {
  it.set({ kind: 'status', status: 429, retryAfter: 3, body: 'wait' });
  const busy = await bytes(it.port, { method: 'PUT', body: 'x'.repeat(100_000) });
  assert.deepEqual([busy.status, busy.headers['retry-after'], busy.body.toString(), busy.ended], [429, '3', 'wait', 'end']);
  it.set({ kind: 'html' });
  const page = await bytes(it.port);
  assert.match(page.headers['content-type'], /^text\/html/);
  assert.match(page.body.toString(), /^<!DOCTYPE html>/);
  assert.equal(page.headers['content-length'], String(page.body.length));
});

test('cut-request breaks off towards the target, which never sees the whole', async () => {
  const came = [];
  const target = net.createServer((socket) => {
    const parts = [];
    socket.on('data', (part) => parts.push(part)).on('end', () => (came.push(Buffer.concat(parts).toString()), socket.end())).on('error', () => {});
  });
  await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
  it.target = `http://127.0.0.1:${target.address().port}`;
  it.set({ kind: 'cut-request', match: /^PUT/, at: 300 }, { kind: 'cut-request' });
  assert.equal((await bytes(it.port, { method: 'PUT', path: '/x', body: 'y'.repeat(1000) })).ended, 'ECONNRESET');
  assert.match(came[0], /^PUT \/x HTTP\/1\.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\ny{300}$/);
  assert.equal((await bytes(it.port)).ended, 'ECONNRESET');
  assert.ok(came[1].length > 0 && !came[1].includes('\r\n\r\n'), 'a head that is cut');
  it.target = origin.url;
  target.close();
});

test('a target that is gone resets the client', async () => {
  it.target = `http://127.0.0.1:${await freePort()}`;
  assert.equal((await bytes(it.port)).ended, 'ECONNRESET');
  it.target = origin.url;
});

test('rules choose by method, path, count and share; the first that applies holds', async () => {
  it.set({ kind: 'status', status: 500, match: /^GET \/a/, count: 2 }, { kind: 'status', status: 404, match: (method) => method === 'HEAD' });
  const statuses = [];
  for (const method of ['GET', 'HEAD', 'GET', 'GET']) statuses.push((await bytes(it.port, { method })).status);
  assert.deepEqual(statuses, [500, 404, 500, 200]);
  assert.deepEqual([it.count(), it.count(/^HEAD/), it.count(/^GET/, 'status'), it.count(undefined, true)], [4, 1, 2, 3]);

  const rule = { kind: 'status', share: 0.3, seed: 7 };
  it.set(rule);
  const [broken, next] = [[], schedule(rule)];
  for (let i = 0; i < 200; i++) broken.push((await bytes(it.port)).status === 503);
  assert.deepEqual(broken, broken.map(next));
  const share = broken.filter(Boolean).length;
  assert.ok(share > 40 && share < 80, `${share} of 200`);
  assert.throws(() => it.set({ kind: 'burn' }), /no kind burn/);
});

test('keeps a client\'s header order and spelling, which signatures cover', async () => {
  let raw;
  const target = http.createServer((request, response) => ((raw = request.rawHeaders), request.resume(), response.end()));
  await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
  it.target = `http://127.0.0.1:${target.address().port}`;
  await bytes(it.port, { method: 'PUT', path: '/a%20b?x=%2F', headers: ['X-Amz-Date: 1', 'authorization: s'], body: 'b' });
  assert.deepEqual(raw.slice(0, 6), ['Host', 'x', 'X-Amz-Date', '1', 'authorization', 's']);
  it.target = origin.url;
  target.close();
});

test('the static server: validators, methods, and no way out of its directory', async () => {
  const get = (path, headers = {}, method = 'GET') => fetch(`${origin.url}${path}`, { headers, method });
  const first = await get('/a.bin');
  const [etag, modified] = [first.headers.get('etag'), first.headers.get('last-modified')];
  assert.deepEqual(Buffer.from(await first.arrayBuffer()), file);
  for (const headers of [{ 'if-none-match': etag }, { 'if-none-match': '*' }, { 'if-none-match': `"x", W/${etag}` }, { 'if-modified-since': modified }]) assert.equal((await get('/a.bin', headers)).status, 304);
  for (const headers of [{ 'if-none-match': '"x"' }, { 'if-none-match': '"x"', 'if-modified-since': modified }, { 'if-modified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }, { 'if-modified-since': 'never' }]) assert.equal((await get('/a.bin', headers)).status, 200);
  assert.equal((await get('/b%20c.txt?v=1')).status, 200);
  assert.equal((await get('/a.bin', {}, 'PUT')).status, 405);
  const [, folder] = dir.match(/([^/]+)$/);
  for (const path of ['/', '/none', `/../${folder}/a.bin/..`, '/..%2f..%2fetc%2fpasswd', '/%00', '/%zz']) assert.equal((await bytes(origin.port, { path, headers: ['Connection: close'] })).status, 404, path);
  writeFileSync(`${dir}/a.bin`, Buffer.alloc(5000));
  assert.notEqual((await get('/a.bin')).headers.get('etag'), etag);
  writeFileSync(`${dir}/a.bin`, file);
});

test('a server as a child is killed, paused, started again; a busy port is told', async () => {
  const ends = [];
  const child = startStatic({ name: 'web', port: await freePort(), dir, ended: (code) => ends.push(code) });
  await child.ready;
  const status = () => fetch(`${child.endpoint}/a.bin`, { signal: AbortSignal.timeout(1000) }).then((answer) => answer.status, (error) => error.name);
  assert.equal(await status(), 200);
  const busy = startStatic({ name: 'other', port: child.port, dir });
  await assert.rejects(busy.ready, { message: `node other cannot listen: port ${child.port} is busy.` });
  child.pause();
  assert.equal(await status(), 'TimeoutError');
  child.resume();
  assert.equal(await status(), 200);
  await child.kill();
  assert.equal(await status(), 'TypeError');
  await child.restart();
  assert.equal(await status(), 200);
  assert.deepEqual(ends, []);
  process.kill(child.pid, 'SIGKILL');
  for (let i = 0; i < 100 && !ends.length; i++) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(ends, ['SIGKILL']);
  await child.restart();
  child.pause();
  await child.stop();
  assert.equal(await status(), 'TypeError');
});

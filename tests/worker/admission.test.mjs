// An isolate's memory: what is asked for at once and does not fit beside one another waits, or is told to come again.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { eventually, granted, pause, random, rig, serve, sha256 } from './rig.mjs';

/** A photo of 12 MP with a camera's noise, and smaller ones. */
let photo, smaller, turned, vast;
let origin, it;

/** A photograph's shapes and noise; `seed` makes it another one. */
async function drawn(width, height, seed) {
  const next = random(seed);
  const noise = Buffer.from(Array.from({ length: 1 << 16 }, () => 96 + next() * 64));
  const grain = await sharp(noise, { raw: { width: 256, height: 256, channels: 1 } }).png().toBuffer();
  return sharp({ create: { width, height, channels: 3, background: '#7a8a9a' } })
    .composite([{ input: grain, tile: true, blend: 'overlay' }])
    .jpeg({ quality: 92 })
    .toBuffer();
}

before(async () => {
  photo = await drawn(4000, 3000, 1);
  [smaller, turned, vast] = [await drawn(3000, 2000, 2), await drawn(3400, 2600, 3), await drawn(3700, 2900, 4)];
  origin = await serve((path, _, response) => {
    const file = path.startsWith('turned') ? turned : path.startsWith('vast') ? vast : photo;
    response.writeHead(200, { 'content-length': file.length, etag: `"${path}"` }).end(file);
  });
  const open = { access: 'public-read', parameters: 'open' };
  it = await rig({
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url: origin.url, managed: false },
    LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], ...open },
    LIMN_BUCKET_HUGE: { name: 'huge', nodes: ['web'], ...open, limits: { max_memory_bytes: 72 << 20 } },
    LIMN_BUCKET_MINE: { name: 'mine', nodes: ['a'], ...open },
  });
});
after(async () => {
  await it?.stop();
  await origin?.close();
});

/** No instance of the module ended: each would have taken all its requests along. */
const unhurt = () => assert.doesNotMatch(it.log(), /instantiated anew|RuntimeError/);
const served = ({ status, error, bytes }) => {
  assert.ok(status === 200 || (status === 503 && error === 'busy'), `${status} ${error} ${bytes.toString('latin1', 0, 200)}`);
  return status === 200;
};
/** Whoever is refused before all was sent may find the connection closed instead. */
const put = (path, body) => it.ask(granted('PUT', path), { method: 'PUT', body }).catch(() => ({ status: 503, error: 'busy', bytes: Buffer.alloc(0) }));

test('F33: fifty photos of 12 MP at once end no instance, and whoever finds no place is told when to come again', async () => {
  assert.ok(photo.length * 50 > 96 << 20, `${photo.length} bytes each would fit all at once`);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => it.ask(`/web/photo-${i}.jpg?w=${200 + i}`)));
  const made = answers.filter(served);
  assert.ok(made.length >= 8, `${made.length} made`);
  const { width } = await sharp(made[0].bytes).metadata();
  assert.ok(width >= 200 && width < 250);
  unhurt();
  await it.fine('/web/photo-0.jpg?w=100');
});

test('what is refused for want of a place says when to come again', async () => {
  // The queue holds 64; all ask for what only one of them can have.
  const answers = await Promise.all(Array.from({ length: 120 }, (_, i) => fetch(`${it.base}/web/queue-${i}.jpg?w=64`)));
  const busy = answers.filter(({ status }) => status === 503);
  for (const answer of answers) await answer.arrayBuffer();
  for (const answer of busy) assert.deepEqual([answer.headers.get('retry-after'), answer.headers.get('cache-control')], ['2', 'no-store']);
  unhurt();
});

test('photos that are uploaded at once are stored whole or refused', async () => {
  const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => put(`/mine/up-${i}.jpg`, photo)));
  const stored = answers.map(served);
  assert.ok(stored.some(Boolean));
  for (const [i, is] of stored.entries()) {
    const { status, bytes } = await it.ask(`/mine/up-${i}.jpg`);
    assert.deepEqual(is ? [status, sha256(bytes)] : status, is ? [200, sha256(photo)] : 404);
  }
  unhurt();
});

test('uploads that stand still keep nobody from an image', async () => {
  await put('/mine/seen.jpg', smaller);
  const stuck = Array.from({ length: 6 }, (_, i) => {
    const socket = net.connect(it.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write(`PUT ${granted('PUT', `/mine/stuck-${i}.jpg`)} HTTP/1.1\r\nHost: 127.0.0.1:${it.port}\r\nContent-Length: ${photo.length}\r\n\r\n`);
    socket.write(photo.subarray(0, photo.length - 1_000));
    return socket;
  });
  await pause(300);
  await it.fine('/mine/seen.jpg?w=320');
  for (const socket of stuck) socket.destroy();
  unhurt();
});

test('a render that needs nearly all memory waits until others have left', async () => {
  // A picture and its turned copy: nearly the most that one render may take, which does not fit beside all the others' originals.
  const answers = await Promise.all([
    ...Array.from({ length: 8 }, (_, i) => it.ask(`/web/beside-${i}.jpg?w=${300 + i}`)),
    it.ask('/web/turned.jpg?rotate=90'),
  ]);
  answers.forEach(served);
  // Where memory lies in pieces by now, whoever comes next finds a fresh one.
  const made = await eventually(async () => [await it.ask('/web/turned.jpg?rotate=90')].find(served), 'it is never made');
  assert.equal(made.type, 'image/jpeg');
  unhurt();
});

test('what finds no room with nobody beside it is too large, and not busy', async () => {
  // 72 MB beside the source itself are more than there are.
  const refused = await eventually(async () => [await it.ask('/huge/vast.jpg?rotate=90')].find(({ error }) => error !== 'busy'), 'it is told to come again for ever');
  assert.deepEqual([refused.status, refused.error], [422, 'image_too_large'], refused.bytes.toString());
  assert.match(refused.bytes.toString(), /more memory than the \d+ MB that there are beside its files of \d+ bytes/);
  await it.fine('/huge/vast.jpg?w=320');
  unhurt();
});

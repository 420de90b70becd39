// Images that are changed before they are stored, and variants that are made before they are asked for.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { signed } from '../../scripts/limn/sign.mjs';
import { cluster } from './cluster.mjs';

const exp = () => String(Math.floor(Date.now() / 1000) + 600);
const digest = (name, bytes, form = 'hex') => createHash(name).update(bytes).digest(form);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
let it, photo;

/** A photo on its side with a place, as a camera writes it. */
async function drawn() {
  const noise = await sharp(randomBytes(60 * 40 * 3), { raw: { width: 60, height: 40, channels: 3 } }).resize(600, 400).jpeg({ quality: 95 }).toBuffer();
  return sharp(noise).withExif({ IFD0: { Copyright: 'somebody' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '48/1 51/1 3000/100' } }).withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
}

before(async () => {
  const bucket = (name, normalise, more) => ({ name, nodes: ['a'], access: 'public-read', parameters: 'open', styles: ['demo'], normalise, ...more });
  it = await cluster({
    nodes: 1,
    vars: {
      LIMN_BUCKET_STRIP: bucket('strip', { strip_gps: true }),
      LIMN_BUCKET_UPRIGHT: bucket('upright', { strip_gps: true, orient: true, max_side: 300 }),
      LIMN_BUCKET_READY: bucket('ready', {}, { premade: ['thumb', 'card'] }),
    },
  });
  photo = await drawn();
  const { orientation, exif } = await sharp(photo).metadata();
  assert.equal(orientation, 6);
  assert.ok(exif.includes(Buffer.from([0x88, 0x25])) || exif.includes(Buffer.from([0x25, 0x88])), 'the test photo has a place');
});
after(() => it.stop());

const hasPlace = (exif) => exif !== undefined && (exif.includes(Buffer.from([0x88, 0x25, 0, 4])) || exif.includes(Buffer.from([0x25, 0x88, 4, 0])));
const call = (method, path, { params = {}, body, headers } = {}) => fetch(it.base + signed(method, path, { ...params, exp: exp() }), { method, body, headers });
async function upload(bucket, body, params = {}, headers = {}) {
  const answer = await call('POST', `/-/upload/${bucket}`, { body, params: { nonce: randomBytes(8).toString('hex'), ...params }, headers });
  const text = await answer.text();
  assert.equal(answer.status, 201, text);
  const receipt = JSON.parse(text);
  const stored = Buffer.from(await (await fetch(receipt.url)).arrayBuffer());
  assert.deepEqual([receipt.size, receipt.sha256, receipt.etag], [stored.length, digest('sha256', stored), digest('md5', stored)], 'the receipt is of what is stored');
  const blob = await it.nodes.a.read(`${bucket}/${receipt.version}`);
  assert.ok(blob.equals(stored), 'and so is the blob');
  return { receipt, stored };
}

test('a place is stripped and pixels stay', async () => {
  // What is promised is what came in.
  const headers = { 'content-md5': digest('md5', photo, 'base64'), 'content-type': 'image/jpeg' };
  const { receipt, stored } = await upload('strip', photo, { sha256: digest('sha256', photo), len: String(photo.length) }, headers);
  const [before, now] = [await sharp(photo).metadata(), await sharp(stored).metadata()];
  assert.deepEqual([hasPlace(before.exif), hasPlace(now.exif), now.orientation], [true, false, 6]);
  assert.ok((await sharp(stored).raw().toBuffer()).equals(await sharp(photo).raw().toBuffer()), 'not encoded anew');
  assert.deepEqual([receipt.width, receipt.height], [400, 600], 'as shown');
  assert.notEqual(receipt.sha256, digest('sha256', photo));
  const plain = await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } }).jpeg().toBuffer();
  assert.ok((await upload('strip', plain)).stored.equals(plain), 'what needs nothing stays as it came');
  assert.equal((await upload('strip', Buffer.from('no image'))).stored.toString(), 'no image');
  const lie = await call('POST', '/-/upload/strip', { body: photo, params: { sha256: receipt.sha256 } });
  assert.equal(lie.headers.get('x-limn-error'), 'bad_digest');
});

test('pictures are turned upright and made smaller', async () => {
  for (const format of ['jpeg', 'png', 'webp']) {
    const body = await sharp(photo).keepMetadata()[format]().toBuffer();
    assert.equal((await sharp(body).metadata()).orientation, 6, format);
    const { receipt, stored } = await upload('upright', body);
    const { width, height, orientation = 1, exif, format: kept } = await sharp(stored).metadata();
    assert.deepEqual([kept, width, height, orientation, hasPlace(exif)], [format, 200, 300, 1, false], format);
    assert.deepEqual([receipt.width, receipt.height, receipt.content_type], [200, 300, `image/${format}`]);
  }
});

test('a PUT is normalised too; its ETag is that of what is stored', async () => {
  const answer = await call('PUT', '/upright/put.jpg', { body: photo });
  assert.equal(answer.status, 200, await answer.text());
  const stored = Buffer.from(await (await fetch(`${it.base}/upright/put.jpg`)).arrayBuffer());
  assert.deepEqual([(await sharp(stored).metadata()).width, answer.headers.get('etag')], [200, `"${digest('md5', stored)}"`]);
});

const real = process.env.LIMN_FIXTURES && join(process.env.LIMN_FIXTURES, 'jpeg/small/exif_gps.jpg');
test('a real photo with a place', { skip: real ? false : 'LIMN_FIXTURES is not set' }, async () => {
  const body = readFileSync(real);
  assert.equal(hasPlace((await sharp(body).metadata()).exif), true);
  const { stored } = await upload('strip', body);
  assert.equal(hasPlace((await sharp(stored).metadata()).exif), false);
  assert.ok((await sharp(stored).raw().toBuffer()).equals(await sharp(body).raw().toBuffer()), 'not encoded anew');
});

test('the first GET of a premade variant is a hit', async () => {
  const { receipt } = await upload('ready', photo);
  const there = async () => {
    const answer = await fetch(`${it.base}/-test/r2`, { method: 'POST', body: JSON.stringify({ op: 'list', binding: 'DERIVED', prefix: `ready/${receipt.key}/` }) });
    return (await answer.json()).length;
  };
  for (let i = 0; (await there()) < 2; i++) {
    assert.ok(i < 300, 'the variants never came');
    await sleep(100);
  }
  for (const style of ['thumb', 'card']) {
    const answer = await fetch(`${receipt.url}!${style}`);
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('cache-status'), /hit/, style);
    assert.doesNotMatch(answer.headers.get('cache-status'), /fwd/, style);
    assert.ok((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width <= 400);
  }
  const other = await fetch(`${receipt.url}?w=77`);
  assert.match(other.headers.get('cache-status'), /fwd/, 'what was not made is no hit');
});

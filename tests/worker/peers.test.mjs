// Real files through the built Worker and through sharp: the same jobs, pictures that are alike.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import { ciede2000, colourDistance, ssim } from './compare.mjs';
import { limn } from './limn.mjs';

const folder = process.env.LIMN_FIXTURES;
const skip = folder ? false : 'LIMN_FIXTURES is not set';
const drawn = new Map();
let it, origin;

before(async () => {
  if (skip) return;
  origin = http.createServer((request, response) => {
    const path = decodeURIComponent(request.url).slice(1);
    response.end(drawn.get(path) ?? readFileSync(join(folder, path)));
  });
  origin.listen(0, '127.0.0.1');
  await once(origin, 'listening');
  it = await limn({
    LIMN_NODE_WEB: { name: 'web', kind: 'http', url: `http://127.0.0.1:${origin.address().port}`, managed: false },
    LIMN_BUCKET_WEB: { name: 'web', nodes: ['web'], access: 'public-read', parameters: 'open' },
  });
});

after(async () => {
  await it?.stop();
  origin?.closeAllConnections();
  origin?.close();
});

async function ours(path, query) {
  const answer = await fetch(`${it.base}/web/${path.split('/').map(encodeURIComponent).join('/')}?${query}`);
  const body = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, 200, `${path}?${query}: ${body}`);
  return body;
}

const raw = (input, options) => sharp(input, options).flatten({ background: '#fff' }).toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
const bytes = (path) => drawn.get(path) ?? readFileSync(join(folder, path));

const photos = [
  'photos/1-2mp/2mp-baseline420-1920x1080-road.jpg', 'photos/1-2mp/northern_cardinal_bird.jpg', 'photos/1-2mp/test_square.jpg',
  'photos/kodak/kodim03.png', 'photos/kodak/kodim15.png', 'photos/kodak/kodim20.png',
  'photos/large/12mp-baseline420-4048x3036-landscape-pixel.jpg', 'photos/large/24mp-progressive420-6000x4000-clownfish-rachel-hisko.jpg',
];

test('the measure of colours is the published one', () => {
  // Pairs 1, 7 and 17 of the data that goes with the paper.
  for (const [a, b, want] of [[[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, 0, 0], [50, -1, 2], 2.3669], [[50, 2.5, 0], [73, 25, -18], 27.1492]]) {
    assert.ok(Math.abs(ciede2000(a, b) - want) < 1e-4);
  }
});

// The whole filter, not a shrunken decode: what a resized photo should be.
const exact = { withoutEnlargement: true, fastShrinkOnLoad: false };

test('resized photos are alike by SSIM of 0.99', { skip }, async () => {
  for (const path of photos) {
    for (const [query, job] of [
      ['w=400&f=png', (s) => s.resize({ width: 400, ...exact }).png()],
      // OSS cuts at floor((W-w)/2), sharp half a pixel later: the cut is made as OSS says.
      ['w=320&h=240&fit=cover&f=png', async (s) => {
        const { data, info } = await s.resize(320, 240, { fit: 'outside', fastShrinkOnLoad: false }).png().toBuffer({ resolveWithObject: true });
        return sharp(data).extract({ left: (info.width - 320) >> 1, top: (info.height - 240) >> 1, width: 320, height: 240 }).png();
      }],
      ['w=640&f=webp&ll=1', (s) => s.resize({ width: 640, ...exact }).webp({ lossless: true })],
      ['w=500&f=jpg&q=90', (s) => s.resize({ width: 500, ...exact }).jpeg({ quality: 90 })],
    ]) {
      // A JPEG's own quality bounds what is made of it, which is another job than sharp's.
      const lossy = query.includes('f=jpg');
      if (lossy && path.endsWith('.jpg')) continue;
      const theirs = await raw(await (await job(sharp(bytes(path)).autoOrient())).toBuffer());
      const mine = await raw(await ours(path, query));
      const { width, height } = mine.info;
      assert.deepEqual([width, height], [theirs.info.width, theirs.info.height], `${path}?${query}`);
      // Two lossy files err each in its own way: they are measured against the picture before it was encoded.
      const before = lossy ? await raw(await sharp(bytes(path)).resize({ width, ...exact }).png().toBuffer()) : null;
      const alike = lossy ? ssim(mine.data, before.data, width, height) / ssim(theirs.data, before.data, width, height) : ssim(mine.data, theirs.data, width, height);
      console.log(`SSIM ${alike.toFixed(4)} ${path}?${query}`);
      assert.ok(alike >= 0.99, `${path}?${query}: ${alike}`);
    }
  }
});

test('ICC and CMYK colours are those of libvips with the same profile, by CIEDE2000 of 1.5', { skip }, async () => {
  for (const [name, space] of [['cmyk', 'cmyk'], ['p3', 'p3']]) {
    const source = sharp(bytes(photos[3])).resize(300);
    drawn.set(`drawn/${name}.jpg`, await source.toColourspace(space === 'cmyk' ? 'cmyk' : 'srgb').withIccProfile(space).jpeg({ quality: 95 }).toBuffer());
  }
  const icc = readdirSync(join(folder, 'icc')).filter((f) => /\.(jpg|png)$/.test(f)).map((f) => `icc/${f}`);
  for (const path of [...icc, ...drawn.keys()]) {
    const theirs = await raw(await sharp(bytes(path)).autoOrient().resize({ width: 200, withoutEnlargement: true }).png().toBuffer());
    const mine = await raw(await ours(path, 'w=200&f=png'));
    assert.deepEqual([mine.info.width, mine.info.height], [theirs.info.width, theirs.info.height], path);
    const far = colourDistance(mine.data, theirs.data);
    console.log(`CIEDE2000 ${far.toFixed(3)} ${path}`);
    assert.ok(far <= 1.5, `${path}: ${far}`);
  }
});

test('animations are those of another decoder, frame by frame', { skip }, async () => {
  const gifs = ['gif/animated', 'gif/disposal'].flatMap((at) => readdirSync(join(folder, at)).filter((f) => f.endsWith('.gif')).map((f) => `${at}/${f}`));
  let compared = 0;
  for (const path of gifs) {
    // libvips leaves frames standing that are to be cleared (disposal method 2), which browsers and Pillow do
    // not; the unit tests of the GIF codec stand in for it there.
    if (['issue_1455_undersized.gif', 'dispose_bgnd.gif'].some((name) => path.endsWith(name))) continue;
    const meta = await sharp(bytes(path), { animated: true }).metadata().catch(() => null);
    if (!meta || (meta.pages ?? 1) < 2) continue;
    const answer = await fetch(`${it.base}/web/${path}?f=webp&ll=1`);
    const body = Buffer.from(await answer.arrayBuffer());
    // What sharp forgives, Limn may refuse, but by name.
    if (answer.status !== 200) {
      assert.equal(answer.headers.get('x-limn-error'), 'image_corrupt', path);
      console.log(`refused: ${path}`);
      continue;
    }
    const mine = await sharp(body, { animated: true }).metadata();
    assert.deepEqual([mine.pages, mine.width, mine.pageHeight], [meta.pages, meta.width, meta.pageHeight], path);
    const far = (a, b) => a.data.reduce((most, v, i) => Math.max(most, Math.abs(v - b.data[i])), 0);
    const reference = `gif/reference/${path.split('/').pop()}.png`;
    if (existsSync(join(folder, reference))) {
      const [first, other] = await Promise.all([raw(body, { page: 0 }), raw(bytes(reference))]);
      assert.ok(far(first, other) <= 2, `${path} is not its reference`);
      // Where sharp itself is not, it is no judge of the other frames.
      if (far(await raw(bytes(path), { page: 0 }), other) > 2) continue;
    }
    for (let page = 0; page < meta.pages; page++) {
      const [a, b] = await Promise.all([raw(body, { page }), raw(bytes(path), { page })]);
      const worst = far(a, b);
      assert.ok(worst <= 2, `${path} frame ${page}: ${worst}`);
      compared++;
    }
  }
  console.log(`${compared} frames compared`);
  assert.ok(compared > 30);
});

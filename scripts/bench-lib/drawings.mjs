// The sources that the bench draws itself, each once, and again when what draws them changes.
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { boat } from '../demo/drawings.mjs';
import { screenshot } from '../demo/screenshot.mjs';

const PHOTO = '.tools/demo/photo.jpg';
const [WIDTH, HEIGHT] = [4000, 3000];

/** The demo photo at a size; beyond its own it is mirrored at its edges, as enlarging would leave it soft, and soft files decode too fast. */
function photo(width, height) {
  const whole = sharp(PHOTO);
  if (width <= WIDTH && height <= HEIGHT) return whole.resize(width, height);
  const [x, y] = [width - WIDTH, height - HEIGHT];
  return whole.extend({ left: x >> 1, right: x - (x >> 1), top: y >> 1, bottom: y - (y >> 1), extendWith: 'mirror' });
}

const jpeg = (width, height, { progressive = false, quality = 88 } = {}) => () => photo(width, height).jpeg({ quality, progressive });

const frames = async () => {
  const drawn = await Promise.all(Array.from({ length: 12 }, (_, i) => sharp(Buffer.from(boat(i / 12))).flatten().resize(640).png().toBuffer()));
  return sharp(drawn, { join: { animated: true } });
};

const mask = '<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><defs><radialGradient id="a"><stop offset=".6"/><stop offset="1" stop-opacity="0"/></radialGradient></defs><ellipse cx="800" cy="600" rx="800" ry="600" fill="url(#a)"/></svg>';

const DRAWN = {
  '2mp.jpg': jpeg(1920, 1080),
  '6mp.jpg': jpeg(3000, 2000),
  '12mp.jpg': jpeg(4000, 3000),
  '24mp.jpg': jpeg(6000, 4000),
  '24mp-4mb.jpg': jpeg(6000, 4000, { quality: 78 }),
  '24mp-12mb.jpg': jpeg(6000, 4000, { quality: 98 }),
  '50mp.jpg': jpeg(8660, 5774),
  '100mp.jpg': jpeg(12_000, 8334, { quality: 82 }),
  '6mp-progressive.jpg': jpeg(3000, 2000, { progressive: true }),
  '24mp-progressive.jpg': jpeg(6000, 4000, { progressive: true }),
  '50mp-progressive.jpg': jpeg(8660, 5774, { progressive: true }),
  '2mp.png': () => photo(1920, 1080).png(),
  '6mp.png': () => photo(3000, 2000).png(),
  'screenshot.png': () => sharp(Buffer.from(screenshot)).flatten().png(),
  'alpha.png': () => photo(1600, 1200).ensureAlpha().composite([{ input: Buffer.from(mask), blend: 'dest-in' }]).png(),
  '6mp.webp': () => photo(3000, 2000).webp({ quality: 80 }),
  'lossless.webp': () => photo(1920, 1080).webp({ lossless: true }),
  'animated.gif': async () => (await frames()).gif({ loop: 0 }),
  'animated.webp': async () => (await frames()).webp({ quality: 80, loop: 0 }),
};

/** Draws what of `names` is missing or old into `folder`. */
export async function draw(folder, names) {
  const from = await readFile(PHOTO).catch(() => {
    throw new Error(`${PHOTO} is missing: run node scripts/demo-images.mjs .tools/demo`);
  });
  const version = createHash('sha256').update(from).update(await readFile(new URL(import.meta.url))).digest('hex').slice(0, 16);
  await mkdir(folder, { recursive: true });
  for (const name of names) {
    const path = join(folder, name), stamp = `${path}.drawn-from`;
    const done = await stat(path).then(() => readFile(stamp, 'utf8')).catch(() => '');
    if (done === version) continue;
    process.stderr.write(`drawing ${name}\n`);
    await (await DRAWN[name]()).toFile(path);
    await writeFile(stamp, version);
  }
}

// Draws Limn's demo images into a folder, the same ones every time: node scripts/demo-images.mjs OUT_DIR
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import sharp from 'sharp';
import { bmp } from './demo/bmp.mjs';
import { balloons, boat, hills, lighthouse, orange } from './demo/drawings.mjs';
import { gradient } from './demo/gradients.mjs';
import { DUSK, EVENING, FOG, MORNING, landscape } from './demo/landscape.mjs';
import { logo } from './demo/logo.mjs';
import { screenshot } from './demo/screenshot.mjs';

const raw = (data, width, height, channels = 3) => sharp(data, { raw: { width, height, channels } });
const drawn = (text) => sharp(Buffer.from(text));

const inThread = (width, height, look) => new Promise((resolve, reject) => {
  const worker = new Worker(new URL('./demo/thread.mjs', import.meta.url), { workerData: { width, height, look } });
  worker.once('message', (data) => resolve(raw(Buffer.from(data.buffer, data.byteOffset, data.length), width, height)));
  worker.once('error', reject);
});

const PLACE = { GPSLatitudeRef: 'N', GPSLatitude: '46/1 33/1 2700/100', GPSLongitudeRef: 'E', GPSLongitude: '7/1 58/1 4800/100' };

const IMAGES = {
  'photo.jpg': async () => (await inThread(4000, 3000, DUSK)).jpeg({ quality: 88 }),
  'progressive.jpg': async () => (await inThread(2000, 1500, MORNING)).jpeg({ quality: 84, progressive: true }),
  'photo.webp': () => raw(landscape(1200, 900, EVENING), 1200, 900).webp({ quality: 82 }),
  'grey.jpg': () => raw(landscape(800, 600, FOG), 800, 600).toColourspace('b-w').jpeg({ quality: 85 }),
  // Stored on its side: orientation 6 asks the reader to turn it a quarter to the right.
  'rotated.jpg': () => drawn(lighthouse()).flatten().rotate(270).jpeg({ quality: 88 })
    .withExif({ IFD0: { Copyright: 'Limn demo' }, IFD3: PLACE }).withMetadata({ orientation: 6 }),
  'logo.png': () => drawn(logo).png(),
  'screenshot.png': () => drawn(screenshot).flatten().png(),
  'gradient.png': () => raw(gradient(1024, 768, 3), 1024, 768).png(),
  'gradient-alpha.png': () => raw(gradient(1024, 768, 4), 1024, 768, 4).png(),
  'cmyk.jpg': () => drawn(balloons()).flatten().toColourspace('cmyk').jpeg({ quality: 88 }),
  'palette.png': () => drawn(orange()).png({ palette: true }),
  'animated.gif': async () => {
    const frames = await Promise.all(Array.from({ length: 6 }, (_, i) => drawn(boat(i / 6)).flatten().png().toBuffer()));
    return sharp(frames, { join: { animated: true } }).gif({ delay: frames.map(() => 130), loop: 0 });
  },
  'drawing.bmp': async () => bmp(await drawn(hills()).flatten().raw().toBuffer(), 640, 480),
};

// BMP is outside what sharp reads, so its size comes from its own header.
async function size(file) {
  if (file.toString('latin1', 0, 2) === 'BM') return `${file.readInt32LE(18)}x${file.readInt32LE(22)}`;
  const { width, height, orientation } = await sharp(file).metadata();
  return `${width}x${height}${orientation > 1 ? `, orientation ${orientation}` : ''}`;
}

async function sources() {
  const folder = new URL('./demo/', import.meta.url);
  const names = (await readdir(folder)).sort();
  const hash = createHash('sha256').update(await readFile(new URL(import.meta.url)));
  for (const name of names) hash.update(await readFile(new URL(name, folder)));
  return hash.digest('hex');
}

const out = process.argv[2];
if (!out) {
  console.error('usage: node scripts/demo-images.mjs OUT_DIR');
  process.exit(2);
}
const stamp = join(out, '.drawn-from'), version = await sources();
const present = await Promise.all(Object.keys(IMAGES).map((name) => stat(join(out, name)).then(() => true, () => false)));
if (present.every(Boolean) && (await readFile(stamp, 'utf8').catch(() => '')).trim() === version) {
  console.log(`demo images are up to date in ${out}`);
  process.exit(0);
}
await mkdir(out, { recursive: true });
await Promise.all(Object.entries(IMAGES).map(async ([name, make]) => {
  const image = await make();
  const file = Buffer.isBuffer(image) ? image : await image.toBuffer();
  await writeFile(join(out, name), file);
  console.log(`${name.padEnd(20)}${(await size(file)).padEnd(26)}${file.length} bytes`);
}));
await writeFile(stamp, `${version}\n`);

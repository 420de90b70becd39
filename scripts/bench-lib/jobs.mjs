// What is measured: a source, the size and format to make of it, at quality 80.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { draw } from './drawings.mjs';
import { pixels } from './pixels.mjs';

const QUALITY = 80;

/** `series` ties jobs whose cost is fitted against megapixels, `quick` is what --quick keeps, `linear` is done in linear light too. */
const DRAWN = [
  { file: '2mp.jpg', width: 320, format: 'jpg', series: 'baseline JPEG -> 320 jpg', quick: true },
  { file: '6mp.jpg', width: 320, format: 'jpg', series: 'baseline JPEG -> 320 jpg', quick: true, linear: true },
  { file: '12mp.jpg', width: 320, format: 'jpg', series: 'baseline JPEG -> 320 jpg' },
  { file: '24mp.jpg', width: 320, format: 'jpg', series: 'baseline JPEG -> 320 jpg', quick: true },
  // The same pixels in other files: memory is to follow neither.
  { file: '24mp-4mb.jpg', width: 320, format: 'jpg' },
  { file: '24mp-12mb.jpg', width: 320, format: 'jpg' },
  { file: '50mp.jpg', width: 320, format: 'jpg', series: 'baseline JPEG -> 320 jpg' },
  { file: '100mp.jpg', width: 320, format: 'jpg', series: 'baseline JPEG -> 320 jpg' },
  { file: '6mp-progressive.jpg', width: 320, format: 'jpg', series: 'progressive JPEG -> 320 jpg' },
  { file: '24mp-progressive.jpg', width: 320, format: 'jpg', series: 'progressive JPEG -> 320 jpg', quick: true },
  { file: '50mp-progressive.jpg', width: 320, format: 'jpg', series: 'progressive JPEG -> 320 jpg' },
  // At an eighth a progressive file's DC scans are enough; these need more of the coefficients.
  { file: '24mp-progressive.jpg', width: 400, format: 'jpg' },
  { file: '24mp.jpg', width: 1280, format: 'jpg' },
  { file: '24mp-progressive.jpg', width: 1280, format: 'jpg' },
  { file: '6mp.jpg', width: 640, format: 'webp' },
  { file: '2mp.png', width: 640, format: 'webp', quick: true, linear: true },
  { file: '6mp.png', width: 640, format: 'webp' },
  { file: 'screenshot.png', width: 640, format: 'png', quick: true },
  { file: 'alpha.png', width: 640, format: 'webp' },
  { file: '6mp.webp', width: 320, format: 'jpg' },
  { file: 'lossless.webp', width: 640, format: 'jpg' },
  { file: 'animated.gif', width: 240, format: 'webp' },
  { file: 'animated.webp', width: 240, format: 'webp' },
];

/** Encoding alone, of the photo's pixels at a width. */
const ENCODED = [
  { width: 640, format: 'webp', quick: true },
  { width: 640, format: 'jpg' },
  { width: 1280, format: 'webp' },
];

/** Real pictures, where `LIMN_FIXTURES` has them. */
const REAL = [['photos/large', /\.jpe?g$/i], ['photos/1-2mp', /\.jpe?g$/i]];

/** All jobs, with their sources drawn into `folder`. */
export async function jobs(folder, { fixtures, quick, only }) {
  const kept = ({ quick: fast }) => fast || !quick;
  const drawn = DRAWN.filter(kept).map((job) => ({ ...job, path: join(folder, job.file) }));
  const real = fixtures && !quick ? await found(fixtures) : [];
  await draw(folder, drawn.map(({ file }) => file));
  const list = [...await Promise.all([...drawn, ...real].map(described)), ...await Promise.all(ENCODED.filter(kept).map(encoded))];
  return list.filter(({ title }) => !only || title.includes(only));
}

async function found(fixtures) {
  const all = await Promise.all(REAL.map(async ([folder, wanted]) => {
    const names = await readdir(join(fixtures, folder)).catch(() => []);
    if (!names.length) process.stderr.write(`LIMN_FIXTURES has no ${folder}\n`);
    return names.filter((name) => wanted.test(name)).sort().map((file) => ({ file, path: join(fixtures, folder, file), width: 320, format: 'jpg' }));
  }));
  return all.flat();
}

async function described(job) {
  const { width, pageHeight, height: whole, format, isProgressive, pages = 1 } = await sharp(job.path, { animated: true }).metadata();
  const height = pageHeight ?? whole, animated = pages > 1;
  const megapixels = (width * height * pages) / 1e6;
  const words = [animated && `animated, ${pages} frames`, isProgressive && format === 'jpeg' && 'progressive'].filter(Boolean);
  return {
    ...job, quality: QUALITY, kind: format, animated, megapixels, baseline: format === 'jpeg' && !isProgressive, progressive: format === 'jpeg' && isProgressive,
    height: Math.round((height * job.width) / width), sourceBytes: (await stat(job.path)).size,
    title: `${job.file}, ${[`${megapixels.toFixed(1)} MP`, ...words].join(', ')} -> ${job.width} ${job.format}`,
  };
}

async function encoded(job) {
  const source = await pixels(await sharp('.tools/demo/photo.jpg').resize(job.width).png().toBuffer());
  return { ...job, quality: QUALITY, pixels: source, height: source.height, sourceBytes: source.data.length, megapixels: (source.width * source.height) / 1e6, title: `pixels ${source.width}x${source.height} -> ${job.format}` };
}

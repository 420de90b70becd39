// Bytes at equal SSIM: each encoder's files of one picture over a ladder of qualities, compared where their SSIM meet.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { makeRare } from '../../src/edge/rare.mjs';
import { engine, uncompressed } from './contenders/limn.mjs';
import { pixels } from './pixels.mjs';
import { ssim } from './ssim.mjs';

const LADDER = [40, 55, 70, 80, 88];
/** AVIF's scale is its own, and each step takes seconds. */
const LADDER_AVIF = [40, 60, 78, 92];
const LADDER_AVIF_QUICK = [40, 60, 78];
/** The same range by libaom's scale. */
const LADDER_LIBAOM = [30, 50, 66, 82];

/** The encoders by name, each `(picture, quality)` to a file. */
async function encoders({ wasm, rare, quick }) {
  // libaom's time stands beside ours, which has one thread.
  sharp.concurrency(1);
  const limn = await engine(wasm);
  const own = (program) => (picture, quality) => limn(`${program}&q=${quality}`, uncompressed(picture));
  const peer = (encode) => (picture, quality) => encode(sharp(picture.data, { raw: picture }), quality).toBuffer();
  const all = {
    'limn webp': own('f=webp'),
    'limn jpg': own('f=jpg'),
    'limn jpg, progressive': own('f=jpg&prog=1'),
    'limn jpg, high effort': own('f=jpg&effort=high'),
    'limn png': own('f=png'),
    'libwebp, method 4': peer((image, quality) => image.webp({ quality, effort: 4 })),
    'libjpeg-turbo': peer((image, quality) => image.jpeg({ quality, optimiseCoding: true })),
    mozjpeg: peer((image, quality) => image.jpeg({ quality, mozjpeg: true })),
    'sharp png': peer((image) => image.png()),
  };
  if (rare) {
    const { run } = makeRare(new WebAssembly.Module(await readFile(rare)));
    all['limn avif'] = async ({ data, width, height }, quality) => {
      const rgba = await sharp(data, { raw: { width, height, channels: 3 } }).ensureAlpha().raw().toBuffer();
      const { ok, bytes } = run(JSON.stringify({ job: 'avif_encode', width, height, quality }), rgba);
      if (!ok) throw new Error(Buffer.from(bytes).toString());
      return bytes;
    };
    if (!quick) all['libaom, effort 4'] = peer((image, quality) => image.avif({ quality, effort: 4, chromaSubsampling: '4:2:0' }));
  }
  return all;
}

/** The pictures: the drawn photo, a screenshot's text and lines, and real photos where `LIMN_FIXTURES` has them. */
async function pictures({ fixtures, quick }) {
  const cut = async (name, make) => ({ name, ...await pixels(await make.png().toBuffer()) });
  const list = [await cut('drawn photo 640x480', sharp('.tools/demo/photo.jpg').resize(640, 480))];
  const kodak = fixtures ? join(fixtures, 'photos/kodak') : '';
  const real = kodak ? (await readdir(kodak).catch(() => [])).filter((name) => name.endsWith('.png')).sort() : [];
  for (const name of quick ? real.slice(0, 1) : real) list.push({ name, ...await pixels(join(kodak, name)) });
  if (quick) return list;
  list.push(await cut('screenshot 640x360', sharp('.tools/demo/screenshot.png').extract({ left: 0, top: 0, width: 640, height: 360 })));
  list.push(await cut('drawn photo 1152x864', sharp('.tools/demo/photo.jpg').resize(1152, 864)));
  return list;
}

async function climbed(encode, picture, ladder) {
  const steps = [];
  for (const quality of ladder) {
    const begun = performance.now();
    const file = await encode(picture, quality);
    const ms = performance.now() - begun;
    const { data, width, height } = await pixels(Buffer.from(file));
    steps.push({ quality, ms, bytes: file.length, ssim: ssim(data, picture.data, width, height) });
  }
  return steps;
}

// Near 1 a little SSIM costs many bytes; in this measure both grow evenly.
const measure = ({ ssim: s }) => -Math.log(1 - s);

function bytesAt(steps, wanted) {
  const sorted = [...steps].sort((a, b) => a.ssim - b.ssim);
  const above = Math.max(1, sorted.findIndex((step) => measure(step) >= wanted));
  const [low, high] = [sorted[above - 1], sorted[above]];
  const share = (wanted - measure(low)) / (measure(high) - measure(low));
  return Math.exp(Math.log(low.bytes) + share * (Math.log(high.bytes) - Math.log(low.bytes)));
}

/** Mean of ours to theirs at seven SSIM that both ladders reach, or nothing where they do not meet. */
export function atEqualSsim(ours, theirs) {
  const range = (steps) => [Math.min(...steps.map(measure)), Math.max(...steps.map(measure))];
  const [[a, b], [c, d]] = [range(ours), range(theirs)];
  const [low, high] = [Math.max(a, c), Math.min(b, d)];
  if (!(high > low)) return undefined;
  const at = Array.from({ length: 7 }, (_, i) => low + ((high - low) * i) / 6);
  const logs = at.map((wanted) => Math.log(bytesAt(ours, wanted) / bytesAt(theirs, wanted)));
  return { ratio: Math.exp(logs.reduce((x, y) => x + y) / logs.length), from: 1 - Math.exp(-low), to: 1 - Math.exp(-high) };
}

const PAIRS = [
  ['limn webp', 'libwebp, method 4'],
  ['limn jpg', 'libjpeg-turbo'],
  ['limn jpg, progressive', 'limn jpg'],
  ['limn jpg, high effort', 'mozjpeg'],
  ['limn avif', 'limn webp'],
  ['limn avif', 'libaom, effort 4'],
];

/** For each picture the ladders, ours to theirs at equal SSIM, and the bytes of lossless PNG. */
export async function ladders(options) {
  const all = await encoders(options);
  const own = { 'limn avif': options.quick ? LADDER_AVIF_QUICK : LADDER_AVIF, 'libaom, effort 4': LADDER_LIBAOM };
  const results = [];
  for (const picture of await pictures(options)) {
    process.stderr.write(`ladders of ${picture.name}\n`);
    const steps = {};
    for (const [name, encode] of Object.entries(all)) {
      if (name.endsWith('png')) continue;
      steps[name] = await climbed(encode, picture, own[name] ?? LADDER);
    }
    const pairs = PAIRS.filter(([, theirs]) => theirs in all).map(([ours, theirs]) => ({ ours, theirs, ...(steps[ours] && atEqualSsim(steps[ours], steps[theirs])) }));
    const [png, sharpPng] = [(await all['limn png'](picture, 80)).length, (await all['sharp png'](picture)).length];
    results.push({ picture: picture.name, megapixels: (picture.width * picture.height) / 1e6, steps, pairs: [...pairs, { ours: 'limn png', theirs: 'sharp png', ratio: png / sharpPng, bytes: [png, sharpPng] }] });
  }
  return results;
}

// Measures the JPEG encoder beside libjpeg-turbo and mozjpeg, bytes at equal SSIM and time: node scripts/bench-jpeg.mjs [--wasm FILE] [--photos FOLDER] [--widths 640,320]
// scripts/bench builds the WASM file.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { ssim } from '../tests/worker/compare.mjs';

const { values } = parseArgs({
  options: { wasm: { type: 'string', default: '.tools/bench/limn.wasm' }, photos: { type: 'string', default: '.tools/demo' }, widths: { type: 'string', default: '640,320' } },
});
const QUALITIES = [60, 65, 70, 75, 80, 85, 90];
// A file of equal SSIM may have a quality beyond the peer's.
const AROUND = [40, 45, 50, 55, ...QUALITIES, 95];
const RUNS = 9;

sharp.concurrency(1);
sharp.cache(false);
const { instance } = await WebAssembly.instantiate(await readFile(values.wasm));
const wasm = instance.exports;

function put(bytes) {
  const at = wasm.limn_alloc(bytes.length) >>> 0;
  new Uint8Array(wasm.memory.buffer, at, bytes.length).set(bytes);
  return at;
}

function limn(source, query) {
  const text = Buffer.from(query);
  const [image, words] = [put(source), put(text)];
  const code = wasm.limn_render(image, source.length, words, text.length);
  const out = Buffer.from(new Uint8Array(wasm.memory.buffer, wasm.limn_out_ptr() >>> 0, wasm.limn_out_len() >>> 0));
  wasm.limn_free(image, source.length);
  wasm.limn_free(words, text.length);
  if (code) throw new Error(out.toString());
  return out;
}

const turbo = { chromaSubsampling: '4:2:0', optimiseCoding: true };
const ENCODERS = {
  'fast': (photo, quality) => limn(photo.ppm, `f=jpg&q=${quality}`),
  'fast progressive': (photo, quality) => limn(photo.ppm, `f=jpg&prog=1&q=${quality}`),
  'high': (photo, quality) => limn(photo.ppm, `f=jpg&effort=high&q=${quality}`),
  'libjpeg-turbo': (photo, quality) => photo.sharp().jpeg({ ...turbo, quality }).toBuffer(),
  'libjpeg-turbo progressive': (photo, quality) => photo.sharp().jpeg({ ...turbo, quality, progressive: true }).toBuffer(),
  'mozjpeg': (photo, quality) => photo.sharp().jpeg({ ...turbo, quality, mozjpeg: true }).toBuffer(),
};
const OURS = ['fast', 'fast progressive', 'high'];
const PAIRS = [
  ['fast', 'libjpeg-turbo'], ['fast progressive', 'libjpeg-turbo'], ['fast progressive', 'libjpeg-turbo progressive'],
  ['high', 'libjpeg-turbo'], ['high', 'mozjpeg'],
];

async function photos() {
  const found = [];
  for (const name of (await readdir(values.photos)).filter((name) => /\.(jpe?g|png)$/i.test(name)).sort()) {
    for (const width of values.widths.split(',').map(Number)) {
      const { data, info } = await sharp(join(values.photos, name)).resize(width).flatten().toColourspace('srgb').removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const raw = { raw: { width: info.width, height: info.height, channels: 3 } };
      found.push({ name: `${name} ${width}`, data, width: info.width, height: info.height, ppm: Buffer.concat([Buffer.from(`P6 ${info.width} ${info.height} 255\n`), data]), sharp: () => sharp(data, raw) });
    }
  }
  return found;
}

/** Quality, bytes and SSIM of the files of an encoder. */
async function curve(encode, photo) {
  const points = [];
  for (const quality of AROUND) {
    const file = await encode(photo, quality);
    const shown = await sharp(file).toColourspace('srgb').raw().toBuffer();
    points.push({ quality, bytes: file.length, ssim: ssim(photo.data, shown, photo.width, photo.height) });
  }
  return points;
}

/** Bytes at an SSIM, between two files; undefined beyond them. */
function bytesAt(points, wanted) {
  const place = (value) => -Math.log(1 - value);
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    if (a.ssim <= wanted && wanted <= b.ssim) {
      const t = a.ssim === b.ssim ? 0 : (place(wanted) - place(a.ssim)) / (place(b.ssim) - place(a.ssim));
      return Math.exp(Math.log(a.bytes) * (1 - t) + Math.log(b.bytes) * t);
    }
  }
  return undefined;
}

/** A cut of 8 px takes what reading the source takes. */
const reading = (photo) => limn(photo.ppm, 'f=jpg&rect=0,0,8,8');

async function milliseconds(encode, photo) {
  let best = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    await encode(photo, 80);
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

const ratios = new Map(PAIRS.map((pair) => [pair, []]));
const times = new Map(Object.keys(ENCODERS).map((name) => [name, 0]));
let pixels = 0;
for (const photo of await photos()) {
  const curves = {};
  for (const [name, encode] of Object.entries(ENCODERS)) {
    curves[name] = await curve(encode, photo);
    const read = OURS.includes(name) ? await milliseconds(reading, photo) : 0;
    times.set(name, times.get(name) + await milliseconds(encode, photo) - read);
  }
  pixels += photo.width * photo.height;
  for (const [pair, list] of ratios) {
    const [mine, theirs] = pair.map((name) => curves[name]);
    for (const { bytes, ssim: wanted } of theirs.filter((point) => QUALITIES.includes(point.quality))) {
      const at = bytesAt(mine, wanted);
      if (at) list.push(at / bytes);
    }
  }
}
console.log('bytes at equal SSIM of luma, mean (worst)');
for (const [[mine, theirs], list] of ratios) {
  const mean = Math.exp(list.reduce((sum, ratio) => sum + Math.log(ratio), 0) / list.length);
  console.log(`  ${mine} / ${theirs}: ${mean.toFixed(3)} (${Math.max(...list).toFixed(3)})`);
}
console.log('milliseconds a megapixel at quality 80; ours in WASM');
for (const [name, spent] of times) console.log(`  ${name}: ${(spent / (pixels / 1e6)).toFixed(1)}`);

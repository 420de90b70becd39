// The peers, each with the same work to do: decode, resize to the job's width, encode at quality 80.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const QUALITY = 80;

async function sharpNative() {
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  sharp.cache(false);
  return (job) => {
    const small = sharp(job.source).resize(job.width);
    return (job.format === 'jpg' ? small.jpeg({ quality: QUALITY }) : small.webp({ quality: QUALITY })).toBuffer();
  };
}

async function wasmVips() {
  const { default: start } = await import('wasm-vips');
  const vips = await start({ dynamicLibraries: [] });
  vips.concurrency(1);
  vips.Cache.max(0);
  return (job) => {
    // Without a height the thumbnail would be fitted into a square.
    const small = vips.Image.thumbnailBuffer(job.source, job.width, { height: 10000000, no_rotate: true });
    const options = { Q: QUALITY, keep: vips.ForeignKeep.none };
    const out = job.format === 'jpg' ? small.jpegsaveBuffer(options) : small.webpsaveBuffer(options);
    small.delete();
    return out;
  };
}

async function photon() {
  const { PhotonImage, SamplingFilter, resize } = await import('@cf-wasm/photon/node');
  return (job) => {
    const image = PhotonImage.new_from_byteslice(job.source);
    const small = resize(image, job.width, job.height, SamplingFilter.Lanczos3);
    const out = job.format === 'jpg' ? small.get_bytes_jpeg(QUALITY) : small.get_bytes_webp();
    image.free();
    small.free();
    return out;
  };
}

// It only encodes: the small picture is made beforehand, outside the measured time.
async function jsquash() {
  const require = createRequire(import.meta.url);
  const { default: sharp } = await import('sharp');
  const { default: encode, init } = await import('@jsquash/webp/encode.js');
  const { simd } = await import('wasm-feature-detect');
  const file = `@jsquash/webp/codec/enc/webp_enc${await simd() ? '_simd' : ''}.wasm`;
  await init(await WebAssembly.compile(await readFile(require.resolve(file))));
  const pictures = new Map();
  return async (job) => {
    if (!pictures.has(job.title)) {
      const { data, info } = await sharp(job.source).resize(job.width).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
      pictures.set(job.title, { data: new Uint8ClampedArray(data), width: info.width, height: info.height });
    }
    return new Uint8Array(await encode(pictures.get(job.title), { quality: QUALITY }));
  };
}

const PEERS = [
  { name: 'sharp native', load: sharpNative },
  { name: 'wasm-vips', load: wasmVips },
  { name: 'photon', load: photon, note: (job) => (job.format === 'webp' ? 'lossless' : '') },
  { name: 'jsquash/webp', load: jsquash, only: (job) => job.format === 'webp', note: () => 'encode only' },
];

export async function peers() {
  const loaded = [], missing = [];
  for (const { load, ...peer } of PEERS) {
    try {
      loaded.push({ only: () => true, note: () => '', ...peer, run: await load() });
    } catch (error) {
      missing.push(`${peer.name} did not load: ${error.message}`);
    }
  }
  return { loaded, missing };
}

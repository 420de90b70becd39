// jSquash: a decoder, a resizer and an encoder, each a WASM module of its own.
import { peer } from './peer.mjs';

const KINDS = { jpg: 'jpeg', webp: 'webp', png: 'png' };

/** Gives what reads a JPEG or a PNG. */
async function decoder({ load, wasm }, kind) {
  const { default: decode, init } = await load(`@jsquash/${kind}/decode.js`);
  await init(await wasm(kind === 'png' ? '@jsquash/png/codec/pkg/squoosh_png_bg.wasm' : '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'));
  return (source) => decode(source.buffer.slice(source.byteOffset, source.byteOffset + source.length));
}

async function encoder({ load, wasm }, format, quality) {
  const { default: encode, init } = await load(`@jsquash/${KINDS[format]}/encode.js`);
  const { simd } = await load('wasm-feature-detect');
  const files = {
    jpg: '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm',
    webp: `@jsquash/webp/codec/enc/webp_enc${await simd() ? '_simd' : ''}.wasm`,
    png: '@jsquash/png/codec/pkg/squoosh_png_bg.wasm',
  };
  await init(await wasm(files[format]));
  return async (image) => new Uint8Array(await encode(image, { quality }));
}

/** The contender. */
export async function load({ peers }, job) {
  globalThis.ImageData ??= class ImageData {
    constructor(data, width, height) {
      Object.assign(this, { data, width, height, colorSpace: 'srgb' });
    }
  };
  const packages = peer(peers);
  const encode = await encoder(packages, job.format, job.quality);
  if (job.pixels) return ({ data, width, height }) => encode(new ImageData(new Uint8ClampedArray(data.buffer, data.byteOffset, data.length), width, height));
  const decode = await decoder(packages, job.kind);
  const { default: resize, initResize } = await packages.load('@jsquash/resize');
  await initResize(await packages.wasm('@jsquash/resize/lib/resize/pkg/squoosh_resize_bg.wasm'));
  const { width, height } = job;
  return async (source) => encode(await resize(await decode(source), { width, height, method: 'lanczos3', linearRGB: false, premultiply: true }));
}

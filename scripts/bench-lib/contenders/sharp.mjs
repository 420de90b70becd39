// sharp on one thread: the native build, and the one for WebAssembly where it alone may be found.
import { peer } from './peer.mjs';

/** How each format is written: nothing but the quality is set. */
const encoders = {
  jpg: (image, quality) => image.jpeg({ quality }),
  webp: (image, quality) => image.webp({ quality }),
  png: (image) => image.png(),
};

async function started(sharp, job) {
  sharp.concurrency(1);
  sharp.cache(false);
  const encode = encoders[job.format];
  // The library readies itself at its first picture, which is no part of any job.
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).resize(4).jpeg().toBuffer();
  return (source) => {
    if (job.pixels) return encode(sharp(source.data, { raw: source }), job.quality).toBuffer();
    return encode(sharp(source, { animated: Boolean(job.animated) }).resize(job.width, null, { kernel: 'lanczos3' }), job.quality).toBuffer();
  };
}

/** The native build, which the checkout has for its own images. */
export const load = async (_, job) => started((await import('sharp')).default, job);

/** The WebAssembly build: sharp takes a native one wherever it finds one, so none may be found. */
export async function loadWasm({ peers }, job) {
  const { registerHooks } = await import('node:module');
  registerHooks({
    resolve(name, context, next) {
      if (/^@img\/sharp-(?!wasm32)/.test(name)) throw Object.assign(new Error(`${name} is hidden`), { code: 'MODULE_NOT_FOUND' });
      return next(name, context);
    },
  });
  const { default: sharp } = await peer(peers).load('sharp');
  if (!sharp.versions.emscripten) throw new Error('sharp took a native build');
  return started(sharp, job);
}

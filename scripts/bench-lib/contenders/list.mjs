// Who contends: where it is loaded from, which jobs it can do, and what is to be known of what it does.

const always = () => true, nothing = () => '';

/** Each is loaded in processes of its own; `memory` is what its peak is read from, `rgba` how it takes pixels. */
export const CONTENDERS = [
  { name: 'limn', file: 'limn.mjs', memory: 'wasm' },
  // Where a bucket resizes in linear light, the same job is done so.
  { name: 'limn, linear light', file: 'limn.mjs', memory: 'wasm', asked: 'linear=1', can: (job) => job.linear },
  { name: 'sharp native', file: 'sharp.mjs', memory: 'rss' },
  { name: 'wasm-vips', file: 'vips.mjs', memory: 'wasm' },
  { name: 'sharp-wasm32', file: 'sharp.mjs', load: 'loadWasm', memory: 'wasm' },
  { name: 'jsquash', file: 'jsquash.mjs', memory: 'wasm', rgba: true, can: (job) => !job.animated, note: (job) => (job.format === 'jpg' ? 'mozjpeg' : '') },
  { name: 'photon', file: 'photon.mjs', memory: 'wasm', rgba: true, can: (job) => !job.animated, note: (job) => (job.format === 'webp' ? 'lossless' : '') },
].map((contender) => ({ load: 'load', can: always, note: nothing, ...contender }));

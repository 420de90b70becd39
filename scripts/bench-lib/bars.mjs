// The bars that Limn is to reach: each is held against every job that it is about, and one miss misses it.

const MB = 1024 * 1024;
const named = (result, name) => result.lines.find((line) => line.name === name && !line.error);

/** Limn's minimum over another's. */
const time = (name, own = 'limn') => (result) => named(result, own)?.min / named(result, name)?.min;
const beside = (result) => named(result, 'limn')?.beside / MB;
const near = (megapixels) => (result) => Math.abs(result.megapixels - megapixels) < megapixels / 10;
const ratio = (value) => value.toFixed(3);
const mb = (value) => `${value.toFixed(1)} MB`;

function thumbnails(results) {
  const made = results.filter(({ file, width, format }) => file && width === 320 && format === 'jpg');
  const usual = made.filter((result) => result.baseline && [6, 12, 24].some((megapixels) => near(megapixels)(result)));
  const progressive = made.filter(({ progressive: scans, megapixels }) => scans && megapixels > 5);
  const baseline = made.filter((result) => result.baseline);
  return [
    most('baseline JPEG, 6 to 24 MP: time of sharp native', 0.85, usual, time('sharp native'), ratio),
    most('baseline JPEG, 6 to 24 MP: time of wasm-vips', 0.55, usual, time('wasm-vips'), ratio),
    most('baseline JPEG, 6 to 24 MP: time of photon', 0.05, usual, time('photon'), ratio),
    most('progressive JPEG, 6 MP and more: time of sharp native', 0.9, progressive, time('sharp native'), ratio),
    most('24 MP baseline JPEG: memory beside the source, MB', 16, baseline.filter(near(24)), beside, mb),
    most('24 MP progressive JPEG: memory beside the source, MB', 64, progressive.filter(near(24)), beside, mb),
    most('100 MP baseline JPEG: memory beside the source, MB', 32, baseline.filter(near(100)), beside, mb),
    most('100 MP baseline JPEG: memory beside the source, MB, goal', 20, baseline.filter(near(100)), beside, mb),
  ];
}

function others(results) {
  const png = results.filter(({ file, format }) => file === '2mp.png' && format === 'webp');
  const webp = results.filter(({ pixels, format }) => pixels && format === 'webp');
  return [
    most('2 MP PNG -> 640 webp: time of sharp native', 1.2, png, time('sharp native'), ratio),
    most('WebP encoding: time of jSquash, with SIMD', 1, webp, time('jsquash'), ratio),
    most('linear light: time of the plain resize', 1.5, results.filter(({ linear }) => linear), time('limn', 'limn, linear light'), ratio),
  ];
}

/** Bytes over those of another encoder at equal SSIM, of PNG at the same pixels. */
function sizes(results, ladders) {
  const rows = (ours, theirs, fits = () => true) => ladders.filter(fits).map(({ picture, pairs }) => ({ title: picture, ...pairs.find((pair) => pair.ours === ours && pair.theirs === theirs) }));
  const pngs = results.filter(({ format }) => format === 'png').map((result) => ({ title: result.title, ratio: named(result, 'limn')?.bytes / named(result, 'sharp native')?.bytes }));
  const clear = results.filter(({ file, format }) => file === 'alpha.png' && format === 'webp');
  const alpha = (key) => (result) => [named(result, 'limn')?.[key], named(result, 'sharp native')?.[key]];
  const bytes = (name, limit, list) => most(name, limit, list, (row) => row.ratio, ratio);
  return [
    bytes('WebP: bytes of libwebp, method 4, at equal SSIM', 1.05, rows('limn webp', 'libwebp, method 4')),
    most('WebP with alpha: bytes of libwebp, method 4, at its quality', 1.05, clear, (result) => alpha('bytes')(result).reduce((ours, theirs) => ours / theirs), ratio),
    most('WebP with alpha: its SSIM less ours', 0.0005, clear, (result) => alpha('ssim')(result).reduce((ours, theirs) => theirs - ours), (value) => value.toFixed(4)),
    bytes('JPEG: bytes of libjpeg-turbo at equal SSIM', 1, rows('limn jpg', 'libjpeg-turbo')),
    bytes('JPEG, progressive: bytes of baseline', 1, rows('limn jpg, progressive', 'limn jpg')),
    bytes('JPEG, effort=high: bytes of mozjpeg at equal SSIM', 1.02, rows('limn jpg, high effort', 'mozjpeg')),
    bytes('AVIF up to 1 MP: bytes of our WebP at equal SSIM', 0.8, rows('limn avif', 'limn webp', ({ megapixels }) => megapixels <= 1)),
    bytes('PNG: bytes of sharp at its default', 1, [...rows('limn png', 'sharp png'), ...pngs]),
  ];
}

/** All bars, with what was measured. */
export function bars({ results, ladders, reductions, start }) {
  const once = start ? [{ title: '2 MP JPEG -> 320 jpg', ...start }] : [];
  return [
    ...thumbnails(results), ...others(results), ...sizes(results, ladders),
    bar('reduced to a quarter or less: SSIM with the full filter', '>=', 0.99, reductions, (row) => row.limn, (value) => value.toFixed(4)),
    most('first image in a fresh instance: time of a warm one', 1.3, once, (row) => row.ratio, ratio),
    most('global initialisation of the main module, ms', 5, once, (row) => row.initialisation, (value) => `${value.toFixed(2)} ms`),
  ];
}

const most = (name, limit, rows, value, show) => bar(name, '<=', limit, rows, value, show);

function bar(name, sense, limit, rows, value, show) {
  const parts = rows.map((row) => {
    const measured = value(row);
    const known = Number.isFinite(measured);
    const state = !known ? 'not measured' : (sense === '<=' ? measured <= limit : measured >= limit) ? 'reached' : 'missed';
    return { title: row.title, value: known ? measured : null, shown: known ? show(measured) : '-', state };
  });
  const state = parts.some((part) => part.state === 'missed') ? 'missed' : !parts.length || parts.some((part) => !(part.state === 'reached')) ? 'not measured' : 'reached';
  return { name, sense, limit, state, parts };
}

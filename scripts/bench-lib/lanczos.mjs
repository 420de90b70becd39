// The full filter: Lanczos3 over every pixel of the source, which no contender's short cuts touch.

const LOBES = 3;
const sinc = (x) => (x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x));
const kernel = (x) => (Math.abs(x) < LOBES ? sinc(x) * sinc(x / LOBES) : 0);

/** For each pixel of the result, the first pixel of the source that it is made of, and the weights from there on. */
function weights(from, to) {
  const scale = from / to, wide = Math.max(1, scale), reach = LOBES * wide;
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(center - reach)), end = Math.min(from, Math.ceil(center + reach));
    const raw = Float32Array.from({ length: end - first }, (_, k) => kernel((first + k + 0.5 - center) / wide));
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, taps: raw.map((weight) => weight / sum) };
  });
}

/** RGB of `width`×`height` made of RGB of another size. */
export function lanczos(source, { width, height }) {
  const columns = weights(source.width, width), rows = weights(source.height, height);
  const across = new Float32Array(width * source.height * 3);
  for (let y = 0, out = 0; y < source.height; y++) {
    const line = y * source.width * 3;
    for (const { first, taps } of columns) {
      let [r, g, b] = [0, 0, 0];
      for (let k = 0, at = line + first * 3; k < taps.length; k++, at += 3) {
        const tap = taps[k];
        r += tap * source.data[at]; g += tap * source.data[at + 1]; b += tap * source.data[at + 2];
      }
      across[out++] = r; across[out++] = g; across[out++] = b;
    }
  }
  const data = new Uint8ClampedArray(width * height * 3), stride = width * 3;
  rows.forEach(({ first, taps }, y) => {
    const sums = new Float32Array(stride);
    taps.forEach((tap, k) => {
      const line = (first + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] += tap * across[line + x];
    });
    data.set(sums, y * stride);
  });
  return { data, width, height };
}

// A seeded random number generator and smooth noise, so that every run draws the same picture.
export function random(seed) {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Cheaper than the generator where a value must depend on a place and not on the order of calls.
export function hash(x, y) {
  let h = Math.imul(x | 0, 0x27d4eb2d) ^ Math.imul(y | 0, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

export const mix = (a, b, t) => a + (b - a) * t;

export function smoothstep(from, to, value) {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

// A square of random values that noise interpolates; it repeats every 256 units.
export function lattice(seed) {
  const next = random(seed);
  return Float32Array.from({ length: 65536 }, next);
}

export function noise(table, x, y) {
  const xi = Math.floor(x), yi = Math.floor(y);
  const fx = x - xi, fy = y - yi;
  const u = fx * fx * (3 - 2 * fx), v = fy * fy * (3 - 2 * fy);
  const x0 = xi & 255, x1 = (xi + 1) & 255, y0 = (yi & 255) << 8, y1 = ((yi + 1) & 255) << 8;
  const top = mix(table[y0 | x0], table[y0 | x1], u);
  return mix(top, mix(table[y1 | x0], table[y1 | x1], u), v);
}

export function fbm(table, x, y, octaves) {
  let sum = 0, amplitude = 0.5;
  for (let i = 0; i < octaves; i++) {
    sum += amplitude * noise(table, x, y);
    amplitude *= 0.5;
    // Turning each octave hides the grid.
    const turned = 1.6 * x - 1.2 * y + 7.3;
    y = 1.2 * x + 1.6 * y + 3.1;
    x = turned;
  }
  return sum;
}

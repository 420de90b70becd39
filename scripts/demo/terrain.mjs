// The height and slope of mountains: noise whose steep places get less detail, as eroded rock has.
import { hash, lattice, noise, smoothstep } from './random.mjs';

const OCTAVES = 12;
const SCALE = 0.34;

export function terrain(seed) {
  const table = lattice(seed);
  const turns = new Float64Array(OCTAVES * 4);
  for (let i = 0, m = [SCALE, 0, 0, SCALE]; i < OCTAVES; i++) {
    turns.set(m, i * 4);
    m = [1.6 * m[0] - 1.2 * m[2], 1.6 * m[1] - 1.2 * m[3], 1.2 * m[0] + 1.6 * m[2], 1.2 * m[1] + 1.6 * m[3]];
  }

  // A basin with the lake before the viewer, walls at both sides, the highest peaks far behind.
  function relief(x, z) {
    const away = z + 0.55 * Math.abs(x + 0.25 * z) - 4 + 1.5 * noise(table, x * 0.55 + 11, z * 0.55);
    const massif = noise(table, x * 0.27 + 90, z * 0.3 + 41);
    return smoothstep(0, 8, away) * (1.6 + 3.2 * massif) + 0.5 * noise(table, x * 0.8 + 5, z * 0.8 + 60) * smoothstep(-0.6, 1.2, away) + 0.07;
  }

  // out: height, slope along x, slope along z.
  function sample(x, z, octaves, out) {
    let sum = 0, amplitude = 0.62, dampX = 0, dampZ = 0, slopeX = 0, slopeZ = 0;
    for (let i = 0; i < octaves; i++) {
      const k = i << 2;
      const px = turns[k] * x + turns[k + 1] * z + 17.7 * i, pz = turns[k + 2] * x + turns[k + 3] * z + 9.2 * i;
      const xi = Math.floor(px), zi = Math.floor(pz);
      const fx = px - xi, fz = pz - zi;
      const u = fx * fx * (3 - 2 * fx), v = fz * fz * (3 - 2 * fz);
      const du = 6 * fx * (1 - fx), dv = 6 * fz * (1 - fz);
      const x0 = xi & 255, x1 = (xi + 1) & 255, z0 = (zi & 255) << 8, z1 = ((zi + 1) & 255) << 8;
      const a = table[z0 | x0], b = table[z0 | x1] - a, c = table[z1 | x0] - a, d = table[z1 | x1] - a - b - c;
      const nx = du * (b + d * v), nz = dv * (c + d * u);
      dampX += nx;
      dampZ += nz;
      const weight = amplitude / (1 + dampX * dampX + dampZ * dampZ);
      sum += weight * (a + b * u + c * v + d * u * v);
      slopeX += weight * (nx * turns[k] + nz * turns[k + 2]);
      slopeZ += weight * (nx * turns[k + 1] + nz * turns[k + 3]);
      amplitude *= 0.5;
    }
    const high = relief(x, z);
    out[0] = high * sum - 0.1;
    out[1] = high * slopeX;
    out[2] = high * slopeZ;
  }

  return { sample, octaves: OCTAVES };
}

const CELL = 0.014;

// The height of a conifer's cone at a place, 0 between the trees.
export function tree(x, z) {
  // Turned and bent, or the eye finds the rows of the grid.
  const u = (0.8 * x - 0.6 * z + 0.02 * Math.sin(z * 23 + 3 * Math.sin(x * 7))) / CELL;
  const v = (0.6 * x + 0.8 * z + 0.02 * Math.sin(x * 19 + 3 * Math.sin(z * 11))) / CELL;
  const cu = Math.floor(u), cv = Math.floor(v);
  const size = hash(cu + 5, cv);
  const du = u - cu - 0.5 + (hash(cu, cv) - 0.5) * 0.5;
  const dv = v - cv - 0.5 + (hash(cv, cu + 77) - 0.5) * 0.5;
  const near = 1 - Math.sqrt(du * du + dv * dv) / 0.42;
  return near > 0 && size > 0.12 ? near * (0.008 + 0.022 * size) : 0;
}

// How far a slope lies in shadow: a sweep over a coarse grid along the light, which comes from the left.
export function shadows(land, light, size = 900) {
  const left = -16, width = 32, depth = 26;
  const cellX = width / size, cellZ = depth / size;
  const top = new Float32Array(size * size), height = new Float32Array(size * size), out = new Float64Array(3);
  const drop = (cellX * light[1]) / -light[0];
  const shift = (cellX * light[2]) / -light[0] / cellZ;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      land.sample(left + i * cellX, j * cellZ, 8, out);
      height[i * size + j] = out[0];
      const from = Math.min(size - 1.001, Math.max(0, j + shift)), low = Math.floor(from);
      const before = i ? top[(i - 1) * size + low] * (1 - from + low) + top[(i - 1) * size + low + 1] * (from - low) - drop : -9;
      top[i * size + j] = Math.max(out[0], before);
    }
  }
  const lit = (i, j) => 1 - smoothstep(0.005, 0.05, top[i * size + j] - height[i * size + j]);
  return (x, z) => {
    const fi = Math.min(size - 1.001, Math.max(0, (x - left) / cellX)), fj = Math.min(size - 1.001, Math.max(0, z / cellZ));
    const i = Math.floor(fi), j = Math.floor(fj), u = fi - i, v = fj - j;
    return (lit(i, j) * (1 - v) + lit(i, j + 1) * v) * (1 - u) + (lit(i + 1, j) * (1 - v) + lit(i + 1, j + 1) * v) * u;
  };
}

// A landscape like a photograph: sky, mountains, a lake that mirrors them, a meadow in front, film grain.
import { fbm, hash, lattice, mix, noise, smoothstep } from './random.mjs';
import { shadows, terrain, tree } from './terrain.mjs';
import { meadow } from './meadow.mjs';

const EYE = 0.06;
const NEAR = 2.2, FAR = 24;
const HORIZON = 0.57;
const FOCAL = 0.92;

export const DUSK = {
  seed: 21, light: [-0.86, 0.27, -0.3], sun: [3.4, 1.7, 0.75], shade: [0.13, 0.2, 0.36],
  zenith: [0.05, 0.12, 0.3], low: [0.95, 0.52, 0.3], glow: [1.3, 0.55, 0.12], cloud: [1.45, 0.62, 0.4],
  haze: [0.4, 0.36, 0.46], mist: 0.024, snow: 1.35, exposure: 0.95,
};

export const MORNING = {
  seed: 3, light: [-0.7, 0.5, -0.5], sun: [2.3, 2.0, 1.6], shade: [0.3, 0.4, 0.55],
  zenith: [0.08, 0.24, 0.56], low: [0.6, 0.76, 0.9], glow: [0.9, 0.85, 0.7], cloud: [1.2, 1.2, 1.2],
  haze: [0.5, 0.62, 0.76], mist: 0.026, snow: 1.5, exposure: 0.74,
};

export const EVENING = {
  ...DUSK, seed: 5, light: [-0.8, 0.3, -0.55], sun: [1.9, 1.15, 1.1], shade: [0.16, 0.24, 0.5],
  zenith: [0.03, 0.1, 0.32], low: [0.5, 0.42, 0.62], glow: [0.9, 0.4, 0.45], cloud: [0.95, 0.5, 0.62],
  haze: [0.3, 0.34, 0.55], mist: 0.035,
};

export const FOG = { ...MORNING, seed: 8, haze: [0.7, 0.74, 0.8], mist: 0.1 };

export function landscape(width, height, look) {
  const image = new Float32Array(width * height * 3);
  const scene = { width, height, image, look, horizon: Math.round(height * HORIZON), focal: width * FOCAL };
  const depth = march(scene, terrain(look.seed));
  sky(scene, depth);
  lake(scene, depth);
  meadow(scene);
  return develop(scene);
}

// Column by column from near to far, so that each pixel is set once; then every pixel is lit by its own slope.
function march(scene, land) {
  const { width, horizon, focal, look } = scene;
  const rows = Math.min(scene.height, horizon + Math.ceil((EYE / NEAR) * focal) + 2);
  const depth = new Float32Array(width * rows);
  const out = new Float64Array(3);
  const lit = shadows(land, look.light);
  for (let x = 0; x < width; x++) {
    const side = (x - width / 2) / focal;
    let edge = rows, lastY = rows, lastZ = NEAR;
    for (let z = NEAR; z < FAR; z *= 1 + 0.0016 + 0.00007 * z) {
      // Nothing low can show behind what is drawn already: the coarse shape decides before the fine one is made.
      land.sample(side * z, z, 4, out);
      const ceiling = horizon - ((out[0] + 0.3 - EYE) * focal) / z;
      let y = rows;
      if (ceiling < edge) {
        land.sample(side * z, z, 9, out);
        const h = out[0];
        if (h <= 0) {
          edge = Math.min(edge, Math.ceil(horizon + (EYE * focal) / z));
        } else {
          const wooded = h < 0.75 && z < 12 ? tree(side * z, z) * smoothstep(0.75, 0.5, h) * smoothstep(0, 0.02, h) : 0;
          y = horizon - ((h + wooded - EYE) * focal) / z;
        }
      }
      if (y < edge) {
        const start = Math.max(0, Math.ceil(y)), span = Math.max(1e-3, lastY - y);
        for (let row = start; row < edge && row < rows; row++) {
          const t = Math.min(1, Math.max(0, (lastY - row) / span));
          depth[row * width + x] = lastY > edge + 40 ? z : mix(lastZ, z, t);
        }
        edge = Math.min(edge, start);
      }
      lastY = y;
      lastZ = z;
    }
  }
  shadeLand(scene, land, depth, lit, rows);
  return { values: depth, rows };
}

function shadeLand(scene, land, depth, lit, rows) {
  const { width, horizon, focal, look, image } = scene;
  const grit = lattice(look.seed + 1), out = new Float64Array(3);
  const [lx, ly, lz] = unit(look.light);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < width; x++) {
      const z = depth[y * width + x];
      if (!z) continue;
      const wx = ((x - width / 2) / focal) * z;
      const h = EYE + ((horizon - y) * z) / focal;
      land.sample(wx, z, z < 9 ? land.octaves : land.octaves - 1, out);
      const length = 1 / Math.sqrt(1 + out[1] * out[1] + out[2] * out[2]);
      const flat = length;
      const sun = Math.max(0, (-out[1] * lx + ly - out[2] * lz) * length);
      const broad = noise(grit, wx * 9, z * 9), fine = noise(grit, wx * 160, h * 160 + z * 60);
      let r = mix(0.17, 0.3, broad) * (0.75 + 0.5 * fine), g = r * 0.88, b = r * 0.8;
      const meadow = smoothstep(0.6, 0.85, flat) * smoothstep(1.15, 0.7, h + 0.3 * broad);
      r = mix(r, 0.1 + 0.06 * broad, meadow); g = mix(g, 0.12 + 0.05 * broad, meadow); b = mix(b, 0.035, meadow);
      const cone = tree(wx, z) / 0.03;
      const stand = noise(grit, wx * 2.3 + 50, z * 2.3);
      const wood = smoothstep(0.8, 0.6, h + 0.2 * (broad - 0.5) + 0.9 * (stand - 0.4)) * smoothstep(0.45, 0.6, flat);
      const leaf = (0.4 + 1.5 * cone) * (0.6 + 0.5 * fine + 0.5 * broad);
      r = mix(r, 0.055 * leaf, wood); g = mix(g, 0.085 * leaf, wood); b = mix(b, 0.04 * leaf, wood);
      const white = smoothstep(look.snow - 0.3, look.snow + 0.2, h + 0.5 * (broad - 0.5)) * smoothstep(0.3, 0.52, flat + 0.12 * (fine - 0.5) + 0.2 * (broad - 0.5));
      r = mix(r, 0.82, white); g = mix(g, 0.85, white); b = mix(b, 0.92, white);
      const direct = sun * lit(wx, z), open = 0.45 + 0.55 * flat;
      const far = 1 - Math.exp(-look.mist * z * Math.exp(-0.35 * Math.max(0, h)) - 0.22 * Math.exp(-14 * Math.max(0, h)) * smoothstep(4, 9, z));
      const warm = 0.5 - 0.5 * ((x / width) * 2 - 1);
      const o = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        const own = c === 0 ? r : c === 1 ? g : b;
        const colour = own * (direct * look.sun[c] + open * look.shade[c]);
        image[o + c] = mix(colour, mix(look.haze[c] * 0.82, mix(look.haze[c], look.glow[c], 0.4), warm), far);
      }
    }
  }
}

// Clouds are soft, so a quarter of the resolution is enough for them.
function sky(scene, depth) {
  const { width, horizon, look, image, focal } = scene;
  const table = lattice(look.seed + 2);
  const step = Math.max(1, Math.round(width / 1000)), w = Math.ceil(width / step) + 2, h = Math.ceil(horizon / step) + 2;
  const small = new Float32Array(w * h * 3);
  for (let y = 0; y < h; y++) {
    const up = Math.max(0.004, (horizon - y * step) / focal);
    for (let x = 0; x < w; x++) {
      const side = (x * step - width / 2) / focal;
      const u = side / (up + 0.13), v = 1 / (up + 0.13);
      const bend = fbm(table, u * 0.9 + 40, v * 0.9, 3);
      const dense = fbm(table, u * 1.15 + bend * 1.6, v * 1.9 + bend * 0.8, 7);
      const lit = fbm(table, u * 1.15 + bend * 1.6 - 0.12, v * 1.9 + bend * 0.8 + 0.1, 5);
      const veil = smoothstep(0.44, 0.76, dense) * smoothstep(0.0, 0.16, up);
      const bright = 0.62 + 2.6 * Math.max(-0.12, Math.min(0.2, dense - lit));
      const fall = Math.exp(-up * 5.2), glow = Math.exp(-up * 6) * smoothstep(0.75, -0.75, side);
      for (let c = 0; c < 3; c++) {
        const clear = mix(look.zenith[c], look.low[c], fall) + look.glow[c] * glow * 0.75;
        small[(y * w + x) * 3 + c] = mix(clear, look.cloud[c] * bright + clear * 0.15, veil * 0.85);
      }
    }
  }
  for (let y = 0; y <= horizon; y++) {
    const fy = y / step, sy = Math.floor(fy), v = fy - sy;
    for (let x = 0; x < width; x++) {
      if (y < depth.rows && depth.values[y * width + x]) continue;
      const fx = x / step, sx = Math.floor(fx), u = fx - sx;
      const a = (sy * w + sx) * 3, o = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        image[o + c] = mix(mix(small[a + c], small[a + 3 + c], u), mix(small[a + w * 3 + c], small[a + w * 3 + 3 + c], u), v);
      }
    }
  }
}

function lake(scene, depth) {
  const { width, height, horizon, focal, look, image } = scene;
  const table = lattice(look.seed + 3);
  for (let y = horizon + 1; y < height; y++) {
    const z = (EYE * focal) / (y - horizon);
    const steep = Math.min(1, (y - horizon) / focal / 0.4);
    const clear = 0.93 - 0.5 * steep;
    for (let x = 0; x < width; x++) {
      if (y < depth.rows && depth.values[y * width + x]) continue;
      const wx = ((x - width / 2) / focal) * z;
      const calm = smoothstep(0.35, 0.65, noise(table, wx * 2.2 + 5, z * 2.5));
      const wave = noise(table, wx * 55, z * 210) - 0.5 + 0.5 * (noise(table, wx * 150 + 9, z * 520) - 0.5);
      const swing = wave * (0.006 + 0.03 * calm) * focal * Math.min(1, 0.15 + steep);
      const from = Math.max(0, Math.min(horizon, 2 * horizon - y - Math.abs(swing) * 0.5 + swing)), row = Math.floor(from);
      const column = Math.max(0, Math.min(width - 1, Math.round(x + swing * 0.15)));
      const a = (row * width + column) * 3, b = (Math.min(horizon, row + 1) * width + column) * 3, t = from - row;
      const o = (y * width + x) * 3, shine = 1 + wave * 0.25 * calm;
      image[o] = mix(0.012, mix(image[a], image[b], t) * shine, clear);
      image[o + 1] = mix(0.03, mix(image[a + 1], image[b + 1], t) * shine, clear);
      image[o + 2] = mix(0.05, mix(image[a + 2], image[b + 2], t) * shine, clear);
    }
  }
}

// A film curve, a slight vignette and grain that is strongest in the middle tones.
function develop({ width, height, image, look }) {
  const bytes = Buffer.allocUnsafe(width * height * 3);
  const curve = Uint8Array.from({ length: 4097 }, (_, i) => {
    const v = (i / 4096) * 4 * look.exposure;
    const film = (v * (2.51 * v + 0.03)) / (v * (2.43 * v + 0.59) + 0.14);
    return Math.round(255 * Math.min(1, film) ** (1 / 2.2));
  });
  for (let y = 0, o = 0; y < height; y++) {
    const dy = y / height - 0.5;
    for (let x = 0; x < width; x++) {
      const dx = x / width - 0.5, light = 1 - 0.5 * (dx * dx + dy * dy);
      const grain = (hash(x, y) + hash(x + 9001, y) - 1) * 5;
      for (let c = 0; c < 3; c++, o++) {
        const tone = curve[Math.min(4096, Math.max(0, image[o] * light * 1024)) | 0];
        const noisy = tone + grain * (0.4 + (tone * (255 - tone)) / 16256 * 0.6);
        bytes[o] = noisy < 0 ? 0 : noisy > 255 ? 255 : noisy + 0.5;
      }
    }
  }
  return bytes;
}

function unit([x, y, z]) {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

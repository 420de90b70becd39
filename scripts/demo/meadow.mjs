// The foreground of the landscape: grass blade by blade and flowers, from the far edge to the near one.
import { fbm, lattice, mix, random } from './random.mjs';

export function meadow(scene) {
  const { width, height, look } = scene;
  const next = random(look.seed + 4), table = lattice(look.seed + 5);
  const unit = height / 3000;
  const edge = (x) => height * (0.835 + 0.1 * (fbm(table, (x / width) * 3 + 2, 1, 4) - 0.47) + 0.05 * Math.cos((x / width) * 5.2));
  ground(scene, edge);
  const rows = 90;
  for (let i = 0; i < rows; i++) {
    const near = i / (rows - 1);
    const count = Math.round(mix(900, 170, near ** 0.7));
    for (let k = 0; k < count; k++) {
      const x = next() * width * 1.06 - width * 0.03;
      const base = mix(edge(x), height * 1.07, near ** 1.5) + next() * 14 * unit;
      const patch = fbm(table, (x / width) * 9, near * 5 + 20, 4);
      const tall = unit * mix(26, 330, near ** 1.4) * (0.45 + 0.75 * next()) * (0.6 + 0.8 * patch);
      blade(scene, next, x, base, tall, unit * mix(2.2, 13, near ** 1.3), patch, near);
      if (next() < 0.16 * Math.max(0, patch - 0.5) * 4 * (1 - 0.6 * near)) flower(scene, next, x, base - tall * 0.9, tall, unit * mix(2.5, 17, near ** 1.3));
    }
  }
}

function ground({ width, height, image }, edge) {
  for (let x = 0; x < width; x++) {
    for (let y = Math.max(0, Math.round(edge(x))); y < height; y++) {
      const o = (y * width + x) * 3;
      image[o] = 0.02; image[o + 1] = 0.028; image[o + 2] = 0.01;
    }
  }
}

function blade(scene, next, x, base, tall, wide, patch, near) {
  const lean = (next() - 0.42) * tall * 0.75, curl = (next() - 0.5) * tall * 0.3;
  const dry = next() * 0.55 + patch * 0.5, bright = 0.5 + 0.8 * next();
  const { sun, shade } = scene.look;
  const own = [mix(0.045, 0.17, dry), mix(0.105, 0.15, dry), mix(0.02, 0.045, dry)];
  const parts = 6;
  let px = x, py = base, pw = wide / 2;
  for (let i = 1; i <= parts; i++) {
    const t = i / parts;
    const qx = x + lean * t * t + curl * t * (1 - t) * 2, qy = base - tall * (t - 0.18 * t * t * Math.abs(lean / tall));
    const qw = (wide / 2) * (1 - t) ** 0.7;
    // Light comes through the tips; the foot of the blade lies in the others' shade.
    const light = t * t * mix(0.5, 0.85, near) * bright;
    stroke(scene, px, py, qx, qy, pw, qw, own.map((c, k) => c * (light * (0.5 * sun[k] + 0.85) + (0.15 + 0.6 * t) * shade[k])));
    px = qx; py = qy; pw = qw;
  }
}

const PETALS = [[0.75, 0.16, 0.3], [0.42, 0.2, 0.62], [0.95, 0.62, 0.1], [0.85, 0.8, 0.78]];

// A spike of blossoms, larger at its foot.
function flower(scene, next, x, y, tall, size) {
  const own = PETALS[Math.floor(next() * PETALS.length)];
  const { sun, shade } = scene.look;
  for (let i = 0; i < 26; i++) {
    const t = i / 26, spread = size * (1.25 - t) * 0.8;
    const cx = x + (next() - 0.5) * 2 * spread, cy = y - tall * 0.28 * t + (next() - 0.5) * size * 0.6;
    const light = 0.2 + 0.55 * next() + (cx < x ? 0.15 : 0);
    const r = size * (0.42 - 0.26 * t);
    stroke(scene, cx, cy, cx + r * (next() - 0.5), cy - r * 0.8, r, r * 0.6, own.map((c, k) => c * (light * sun[k] * 0.6 + shade[k] * 0.7)));
  }
}

// A line whose width changes from one end to the other, with soft edges.
function stroke({ width, height, image }, x0, y0, x1, y1, w0, w1, [r, g, b]) {
  const pad = Math.max(w0, w1) + 1;
  const left = Math.max(0, Math.floor(Math.min(x0, x1) - pad)), right = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + pad));
  const top = Math.max(0, Math.floor(Math.min(y0, y1) - pad)), bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + pad));
  const dx = x1 - x0, dy = y1 - y0, square = dx * dx + dy * dy + 1e-6;
  const tilt = Math.abs(dy) > 1e-3 ? dx / dy : 0, reach = pad * Math.sqrt(1 + tilt * tilt);
  for (let y = top; y <= bottom; y++) {
    // A steep line touches few pixels of each row of its box.
    const centre = x0 + Math.min(Math.max((y - y0) * tilt, Math.min(0, dx)), Math.max(0, dx));
    const flat = Math.abs(dy) < Math.abs(dx);
    const start = flat ? left : Math.max(left, Math.floor(centre - reach)), end = flat ? right : Math.min(right, Math.ceil(centre + reach));
    for (let x = start; x <= end; x++) {
      const t = Math.min(1, Math.max(0, ((x - x0) * dx + (y - y0) * dy) / square));
      const ax = x - x0 - dx * t, ay = y - y0 - dy * t;
      const cover = Math.min(1, mix(w0, w1, t) + 0.5 - Math.sqrt(ax * ax + ay * ay));
      if (cover <= 0) continue;
      const o = (y * width + x) * 3;
      image[o] += (r - image[o]) * cover;
      image[o + 1] += (g - image[o + 1]) * cover;
      image[o + 2] += (b - image[o + 2]) * cover;
    }
  }
}

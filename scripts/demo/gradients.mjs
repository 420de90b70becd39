// Smooth ramps, opaque and fading out, on which banding and wrong blending show at once.
import { mix, smoothstep } from './random.mjs';

const CORNERS = [[18, 38, 92], [232, 92, 120], [36, 150, 170], [255, 214, 140]];

export function gradient(width, height, channels) {
  const bytes = Buffer.alloc(width * height * channels);
  for (let y = 0, o = 0; y < height; y++) {
    const v = smoothstep(0, 1, y / (height - 1));
    for (let x = 0; x < width; x++, o += channels) {
      const u = x / (width - 1);
      for (let c = 0; c < 3; c++) {
        bytes[o + c] = Math.round(mix(mix(CORNERS[0][c], CORNERS[1][c], u), mix(CORNERS[2][c], CORNERS[3][c], u), v));
      }
      if (channels === 4) bytes[o + 3] = Math.round(255 * u);
    }
  }
  return bytes;
}

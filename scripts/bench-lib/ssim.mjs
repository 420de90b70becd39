// How alike two pictures are in structure.

/** Mean structural similarity (Wang et al. 2004) of luma over 8×8 windows, 4 px apart, of RGB pictures of one size. */
export function ssim(a, b, width, height) {
  const luma = (data) => Float64Array.from({ length: width * height }, (_, i) => 0.299 * data[i * 3] + 0.587 * data[i * 3 + 1] + 0.114 * data[i * 3 + 2]);
  const [x, y] = [luma(a), luma(b)];
  const [c1, c2, n] = [6.5025, 58.5225, 64];
  let [sum, windows] = [0, 0];
  for (let top = 0; top + 8 <= height; top += 4) {
    for (let left = 0; left + 8 <= width; left += 4) {
      let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
      for (let i = 0; i < n; i++) {
        const at = (top + (i >> 3)) * width + left + (i & 7);
        const [p, q] = [x[at], y[at]];
        sx += p; sy += q; sxx += p * p; syy += q * q; sxy += p * q;
      }
      const [mx, my] = [sx / n, sy / n];
      const [vx, vy, cov] = [sxx / n - mx * mx, syy / n - my * my, sxy / n - mx * my];
      sum += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
      windows++;
    }
  }
  return sum / windows;
}

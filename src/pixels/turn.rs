//! A picture turned about its middle by any angle.

/// Width and height, pixels.
pub type Sides = (u32, u32);

/// Makes `out` of RGBA with straight alpha, turned clockwise by the angle of this cosine and sine about the middle of
/// both; what lies outside the source is clear.
#[inline(never)]
pub fn turn((source, from): (&[u8], Sides), (cos, sin): (f64, f64), (out, to): (&mut [u8], Sides)) {
    let (cx, cy) = (f64::from(from.0) / 2.0, f64::from(from.1) / 2.0);
    let (ox, oy) = (f64::from(to.0) / 2.0, f64::from(to.1) / 2.0);
    for (y, row) in (0..).zip(out.chunks_exact_mut((to.0 as usize * 4).max(1))) {
        let dy = f64::from(y) + 0.5 - oy;
        for (x, pixel) in (0..).zip(row.as_chunks_mut::<4>().0) {
            let dx = f64::from(x) + 0.5 - ox;
            let (sx, sy) = (dx * cos + dy * sin + cx - 0.5, dy * cos - dx * sin + cy - 0.5);
            *pixel = sample(source, from, sx, sy);
        }
    }
}

/// Bilinear, colour weighted by alpha.
fn sample(data: &[u8], (width, height): Sides, x: f64, y: f64) -> [u8; 4] {
    let (left, top) = (x.floor(), y.floor());
    if left < -1.0 || top < -1.0 || left >= f64::from(width) || top >= f64::from(height) {
        return [0; 4];
    }
    let (fx, fy) = ((x - left) as f32, (y - top) as f32);
    let (left, top) = (left as i64, top as i64);
    let mut sum = [0f32; 4];
    for (px, py, weight) in [
        (left, top, (1.0 - fx) * (1.0 - fy)),
        (left + 1, top, fx * (1.0 - fy)),
        (left, top + 1, (1.0 - fx) * fy),
        (left + 1, top + 1, fx * fy),
    ] {
        if px < 0 || py < 0 || px >= i64::from(width) || py >= i64::from(height) {
            continue;
        }
        let at = (py as usize * width as usize + px as usize) * 4;
        if let Some([r, g, b, a]) = data.get(at..at + 4) {
            let alpha = f32::from(*a) * weight;
            sum[0] += f32::from(*r) * alpha;
            sum[1] += f32::from(*g) * alpha;
            sum[2] += f32::from(*b) * alpha;
            sum[3] += alpha;
        }
    }
    let [r, g, b, a] = sum;
    let part = |c: f32| if a > 0.0 { (c / a).round() as u8 } else { 0 };
    [part(r), part(g), part(b), a.round() as u8]
}

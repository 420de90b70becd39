//! Segments: macroblocks sorted by how well errors show in them, each group with its own quantiser.

use super::blocks::{load_chroma, load_luma};
use super::filter;
use super::measure::subtract;
use super::modes::{DC, TRUE_MOTION};
use super::predict::{whole, Border, Edges};
use super::quant::{fineness, ChromaOffsets, Quantiser};
use super::transform::{forward, Lanes};
use super::yuv::Planes;
use super::Vp8Error;
use crate::vector::Vector;

/// Number of segments a frame can have.
pub const SEGMENTS: usize = 4;

/// How far the quantisers of smooth and busy areas part, 0..=1; libwebp's default of 50 %.
const SPREAD: f64 = 0.5;

/// The plan for a frame's quantisers.
pub struct Segments {
    /// The segment of each macroblock in raster order.
    pub map: Vec<u8>,
    /// Their quantisers; only the first `count` are used.
    pub quantisers: [Quantiser; SEGMENTS],
    /// Their loop filter levels, 0..=63.
    pub filters: [u8; SEGMENTS],
    /// How many there are, 1..=4.
    pub count: usize,
    /// The chroma offsets of all.
    pub chroma: ChromaOffsets,
}

/// The source samples around a square of `N` pixels.
fn source_border<const N: usize>(plane: &[u8], columns: usize, column: usize, row: usize) -> Border<N> {
    let stride = columns * N;
    let (x, y) = (column * N, row * N);
    let at = |x: usize, y: usize| plane.get(y * stride + x).copied().unwrap_or(0);
    let mut border = Border { above: [127; N], left: [129; N], corner: 127, has_above: row > 0, has_left: column > 0 };
    if row > 0 {
        border.above = std::array::from_fn(|i| at(x + i, y - 1));
        border.corner = if column > 0 { at(x - 1, y - 1) } else { 129 };
    }
    if column > 0 {
        border.left = std::array::from_fn(|i| at(x - 1, y + i));
    }
    border
}

/// How busy blocks are after prediction: how far their coefficients scatter, about 0..=255.
fn scatter<const V: usize>(source: &Lanes<V>, edges: &Edges<V>) -> u32 {
    [DC, TRUE_MOTION]
        .into_iter()
        .map(|mode| {
            let coefficients = forward(&subtract(source, &whole(mode, edges)));
            let mut histogram = [0u32; 32];
            let most = Vector::splat(31);
            for row in coefficients.as_flattened().chunks_exact(2) {
                let bins = [0, 1].map(|i| row[i].abs().shr(3).min(most));
                for bin in bins[0].narrow(bins[1]).bytes() {
                    histogram[usize::from(bin & 31)] += 1;
                }
            }
            let peak = histogram.iter().copied().max().unwrap_or(0);
            let farthest = histogram.iter().rposition(|&n| n > 0).unwrap_or(0) as u32;
            if peak > 1 {
                510 * farthest / peak
            } else {
                0
            }
        })
        .max()
        .unwrap_or(0)
}

impl Segments {
    /// Looks at every macroblock and plans quantisers for a quality, 1..=100.
    ///
    /// # Errors
    /// Memory is short.
    pub fn plan(planes: &Planes, quality: u8) -> Result<Self, Vp8Error> {
        let total = planes.columns * planes.rows;
        let mut map = Vec::new();
        map.try_reserve_exact(total).map_err(|_| Vp8Error::OutOfMemory)?;
        let mut histogram = [0u32; 256];
        let mut chroma_sum = 0u64;
        for row in 0..planes.rows {
            for column in 0..planes.columns {
                let luma =
                    scatter(&load_luma(planes, column, row).lanes, &Edges::luma(&source_border(&planes.y, planes.columns, column, row)));
                let borders = [&planes.u, &planes.v].map(|plane| source_border(plane, planes.columns, column, row));
                let chroma = scatter(&load_chroma(planes, column, row), &Edges::chroma(&borders));
                chroma_sum += u64::from(chroma);
                let smooth = 255u32.saturating_sub((3 * luma + chroma + 2) >> 2) as u8;
                histogram[usize::from(smooth)] += 1;
                map.push(smooth);
            }
        }
        let chroma_mean = (chroma_sum / total.max(1) as u64) as i32;
        // Busy chroma hides errors; smooth chroma gets finer steps.
        let ac = ((chroma_mean - 64) * 10 / 70) as f64 * SPREAD;
        let chroma = ChromaOffsets { dc: -2, ac: (ac as i32).clamp(-4, 6) };
        let (centres, nearest) = cluster(&histogram);
        for smooth in &mut map {
            *smooth = nearest[usize::from(*smooth)];
        }
        Ok(Self::new(map, centres, &histogram, &nearest, quality, chroma))
    }

    fn new(
        map: Vec<u8>,
        centres: [i32; SEGMENTS],
        histogram: &[u32; 256],
        nearest: &[u8; 256],
        quality: u8,
        chroma: ChromaOffsets,
    ) -> Self {
        let (low, high) = (centres[0], centres[SEGMENTS - 1].max(centres[0] + 1));
        let (mut sum, mut count) = (0i64, 0i64);
        for (&n, &segment) in histogram.iter().zip(nearest) {
            sum += i64::from(n) * i64::from(centres[usize::from(segment & 3)]);
            count += i64::from(n);
        }
        let middle = ((sum + count / 2) / count.max(1)) as i32;
        let base = fineness(quality);
        let mut quantisers = [Quantiser::default(); SEGMENTS];
        let mut filters = [0; SEGMENTS];
        for (i, &centre) in centres.iter().enumerate() {
            let off = (255 * (centre - middle) / (high - low)).clamp(-127, 127);
            let exponent = 1.0 - 0.9 * SPREAD / 128.0 * f64::from(off);
            let index = (127.0 * (1.0 - base.powf(exponent))) as i32;
            quantisers[i] = Quantiser::new(index, chroma);
            let above_low = (255 * (centre - low) / (high - low)).clamp(0, 255) as u32;
            filters[i] = filter::level(&quantisers[i], above_low);
        }
        let mut segments = Self { map, quantisers, filters, count: SEGMENTS, chroma };
        segments.merge();
        segments
    }

    /// Raises the loop filter where flat blocks meet at edges of so many levels.
    pub fn soften(&mut self, edges: &[u16; SEGMENTS]) {
        for ((level, quantiser), &edge) in self.filters.iter_mut().zip(&self.quantisers).zip(edges) {
            *level = (*level).max(filter::level_for_edge(quantiser, edge));
        }
    }

    /// Joins segments that came out alike, since naming a segment costs bits in each macroblock.
    fn merge(&mut self) {
        let mut target = [0u8; SEGMENTS];
        let mut count = 0;
        for (i, target) in target.iter_mut().enumerate() {
            let alike = (0..count).find(|&j| self.quantisers[j].index == self.quantisers[i].index && self.filters[j] == self.filters[i]);
            let j = alike.unwrap_or(count);
            if j == count {
                self.quantisers[j] = self.quantisers[i];
                self.filters[j] = self.filters[i];
                count += 1;
            }
            *target = j as u8;
        }
        for segment in &mut self.map {
            *segment = target[usize::from(*segment & 3)];
        }
        self.count = count;
    }
}

/// Four centres of a histogram by k-means, rising, and the nearest centre of each value.
fn cluster(histogram: &[u32; 256]) -> ([i32; SEGMENTS], [u8; 256]) {
    let low = histogram.iter().position(|&n| n > 0).unwrap_or(0) as i32;
    let high = histogram.iter().rposition(|&n| n > 0).unwrap_or(0) as i32;
    let mut centres: [i32; SEGMENTS] = std::array::from_fn(|k| low + (2 * k as i32 + 1) * (high - low) / (2 * SEGMENTS as i32));
    let mut nearest = [0u8; 256];
    for _ in 0..6 {
        let mut sums = [(0i64, 0i64); SEGMENTS];
        for (value, (&n, nearest)) in (0i32..).zip(histogram.iter().zip(nearest.iter_mut())) {
            let best = (0..SEGMENTS).min_by_key(|&k| (centres[k] - value).abs()).unwrap_or(0);
            *nearest = best as u8;
            sums[best].0 += i64::from(n) * i64::from(value);
            sums[best].1 += i64::from(n);
        }
        let mut moved = 0;
        for (centre, (sum, n)) in centres.iter_mut().zip(sums) {
            if n > 0 {
                let mean = ((sum + n / 2) / n) as i32;
                moved += (mean - *centre).abs();
                *centre = mean;
            }
        }
        if moved < 5 {
            break;
        }
    }
    (centres, nearest)
}

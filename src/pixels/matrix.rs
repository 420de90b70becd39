//! Colours through curves and a matrix: from one RGB space to another.

/// How samples are converted: to light, mixed, and back.
pub struct Tables<T> {
    /// The light of each sample of red, green and blue, 0.0 to 1.0.
    pub light: [Vec<f32>; 3],
    /// Rows of what red, green and blue of the result are made of.
    pub mix: [[f32; 3]; 3],
    /// Samples of the result by light, from 0.0 to 1.0 in even steps.
    pub samples: Vec<T>,
}

/// A sample of 8 or 16 bits.
pub trait Sample: Copy + Default {
    /// Its number.
    fn number(self) -> usize;

    /// Converts interleaved pixels of 3 or 4 channels in place; a fourth one stays.
    fn convert(tables: &Tables<Self>, pixels: &mut [Self], channels: usize)
    where
        Self: Sized;
}

impl Sample for u8 {
    #[inline(always)]
    fn number(self) -> usize {
        self.into()
    }

    #[inline(never)]
    fn convert(tables: &Tables<u8>, pixels: &mut [u8], channels: usize) {
        convert(tables, pixels, channels);
    }
}

impl Sample for u16 {
    #[inline(always)]
    fn number(self) -> usize {
        self.into()
    }

    #[inline(never)]
    fn convert(tables: &Tables<u16>, pixels: &mut [u16], channels: usize) {
        convert(tables, pixels, channels);
    }
}

#[inline(always)]
fn convert<T: Sample>(tables: &Tables<T>, pixels: &mut [T], channels: usize) {
    let last = tables.samples.len().saturating_sub(1) as f32;
    for pixel in pixels.chunks_exact_mut(channels.max(3)) {
        let Some(rgb) = pixel.first_chunk_mut::<3>() else { return };
        let mut light = [0.0; 3];
        for ((light, table), sample) in light.iter_mut().zip(&tables.light).zip(rgb.iter()) {
            *light = table.get(sample.number()).copied().unwrap_or(0.0);
        }
        for (sample, mix) in rgb.iter_mut().zip(&tables.mix) {
            let value = mix[0] * light[0] + mix[1] * light[1] + mix[2] * light[2];
            // A conversion to a whole number clips what is below.
            let step = (value.min(1.0) * last + 0.5) as u32;
            *sample = tables.samples.get(step as usize).copied().unwrap_or_default();
        }
    }
}

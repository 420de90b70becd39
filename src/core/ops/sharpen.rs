//! Unsharp masking.

use super::{convolve, Op, Spec, Step};
use crate::image::{Image, Size};
use crate::kit::Kit;
use crate::params::args::{integer, refuse, Args};
use crate::Result;
use std::fmt;

/// `sharpen,N`.
pub const SPEC: Spec = Spec {
    name: "sharpen",
    args: "50…399, 100 is usual",
    doc: "Sharpens: an unsharp mask of sigma N/100 px and amount 1.",
    examples: &["sharpen,100", "sharpen,300"],
    in_oss: true,
    parse,
};

/// The operation.
#[derive(Debug, PartialEq, Eq)]
pub struct Sharpen {
    /// Hundredths of a pixel, 50 to 399.
    pub sigma: u32,
    /// Per cent, 1 to 100.
    pub amount: u32,
}

fn parse(args: &mut Args) -> Result<Step> {
    let amount = if args.is_canonical() { args.integer("amount", 1..=100)?.map_or(100, |a| a as u32) } else { 100 };
    let wanted = "an integer from 50 to 399";
    let text = args.only(wanted)?;
    let sigma = integer(text, &(50..=399)).ok_or_else(|| refuse("sharpen", wanted, text))? as u32;
    Ok(Step::Pixels(Box::new(Sharpen { sigma, amount })))
}

impl Sharpen {
    fn radius(&self) -> u32 {
        (self.sigma * 3).div_ceil(100)
    }
}

impl Op for Sharpen {
    fn bytes(&self, size: Size) -> u64 {
        size.pixels() * 8
    }

    fn work(&self, size: Size) -> u64 {
        size.pixels() * convolve::work(self.radius())
    }

    fn apply(&self, image: Image, _: &Kit) -> Result<Image> {
        let soft = convolve::gaussian(image.clone(), self.sigma as f32 / 100.0, self.radius())?.into_data();
        let n = image.layout().channels();
        let amount = self.amount as i32;
        let mut soft = soft.chunks_exact(n);
        Ok(image.map_pixels(|pixel| {
            let Some(below) = soft.next() else { return };
            // Alpha, the fourth sample, keeps its edge.
            for (sample, below) in pixel.iter_mut().take(3).zip(below) {
                let value = i32::from(*sample);
                *sample = (value + ((value - i32::from(*below)) * amount) / 100).clamp(0, 255) as u8;
            }
        }))
    }
}

impl fmt::Display for Sharpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.amount {
            100 => write!(f, "sharpen,{}", self.sigma),
            amount => write!(f, "sharpen,{},amount_{amount}", self.sigma),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Layout;

    #[test]
    fn an_edge_gets_steeper_and_flat_areas_stay() {
        let data: Vec<u8> = (0..20).map(|x| if x < 10 { 100 } else { 150 }).collect();
        let image = Image::new(Size::new(20, 1), Layout::Gray, data).unwrap();
        let full = Sharpen { sigma: 100, amount: 100 }.apply(image.clone(), &Kit::default()).unwrap();
        assert_eq!((full.data()[0], full.data()[19]), (100, 150));
        assert!(full.data()[9] < 95 && full.data()[10] > 155, "{:?}", full.data());
        let less = Sharpen { sigma: 100, amount: 20 }.apply(image, &Kit::default()).unwrap();
        assert!(less.data()[9] > full.data()[9] && less.data()[9] < 100);
    }
}

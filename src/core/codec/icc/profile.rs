//! What an ICC profile says of RGB and grey: curves and primaries (ICC.1:2022 sections 7, 9 and 10). Of others it is told
//! only what they are for.

/// What samples a profile is for, and how they are converted.
pub enum Profile {
    /// RGB, by a curve for each channel and the place of each in XYZ, adapted to D50.
    Rgb {
        /// Red, green, blue.
        curves: [Curve; 3],
        /// Red, green, blue.
        primaries: [[f64; 3]; 3],
    },
    /// RGB, by tables or in other ways that only the rare job knows.
    OtherRgb,
    /// Grey, by a curve.
    Gray(Curve),
    /// CMYK.
    Cmyk,
}

/// From a sample to light, both 0.0 to 1.0.
pub enum Curve {
    /// Values in even steps.
    Table(Vec<u16>),
    /// (a·x + b)^g + e from d on, and c·x + f below.
    Formula {
        /// g, a, b, c, d, e, f.
        numbers: [f64; 7],
    },
}

impl Curve {
    /// The light of a sample.
    pub fn at(&self, x: f64) -> f64 {
        let light = match self {
            Curve::Table(values) => {
                let place = x * values.len().saturating_sub(1) as f64;
                let at = |i: usize| values.get(i).or(values.last()).map_or(0.0, |v| f64::from(*v) / 65535.0);
                let (first, part) = (place.floor() as usize, place.fract());
                at(first) * (1.0 - part) + at(first + 1) * part
            }
            Curve::Formula { numbers: [g, a, b, c, d, e, f] } => match x >= *d {
                true => (a * x + b).max(0.0).powf(*g) + e,
                false => c * x + f,
            },
        };
        light.clamp(0.0, 1.0)
    }

    /// Section 10.6 and 10.18.
    pub(super) fn read(data: &[u8]) -> Option<Curve> {
        match data.get(..4)? {
            b"curv" => {
                let count = long(data, 8)? as usize;
                let values = data.get(12..12usize.checked_add(count.checked_mul(2)?)?)?;
                let values: Vec<u16> = values.chunks_exact(2).map(|v| u16::from_be_bytes([v[0], v[1]])).collect();
                Some(match values[..] {
                    [] => Curve::power(1.0),
                    [gamma] => Curve::power(f64::from(gamma) / 256.0),
                    _ => Curve::Table(values),
                })
            }
            b"para" => {
                let kind = u16::from_be_bytes(data.get(8..10)?.try_into().ok()?);
                let number = |i: usize| fixed(data, 12 + 4 * i);
                let g = number(0)?;
                let (a, b, zero) = (number(1), number(2), 0.0);
                let numbers = match kind {
                    0 => [g, 1.0, zero, zero, zero, zero, zero],
                    1 => [g, a?, b?, zero, -b? / a?, zero, zero],
                    2 => [g, a?, b?, zero, -b? / a?, number(3)?, number(3)?],
                    3 => [g, a?, b?, number(3)?, number(4)?, zero, zero],
                    4 => [g, a?, b?, number(3)?, number(4)?, number(5)?, number(6)?],
                    _ => return None,
                };
                numbers.iter().all(|n| n.is_finite()).then_some(Curve::Formula { numbers })
            }
            _ => None,
        }
    }

    fn power(gamma: f64) -> Curve {
        Curve::Formula { numbers: [gamma, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0] }
    }
}

impl Profile {
    /// Reads one; `None` for one that is broken or for other samples.
    pub fn read(profile: &[u8]) -> Option<Profile> {
        let tag = |name: &[u8; 4]| {
            let count = long(profile, 128)? as usize;
            let entry = profile.get(132..)?.chunks_exact(12).take(count).find(|entry| entry.starts_with(name))?;
            profile.get(long(entry, 4)? as usize..)?.get(..long(entry, 8)? as usize)
        };
        if profile.get(36..40)? != b"acsp" {
            return None;
        }
        match profile.get(16..20)? {
            b"GRAY" => Curve::read(tag(b"kTRC")?).map(Profile::Gray),
            b"CMYK" => Some(Profile::Cmyk),
            b"RGB " => {
                // Where it has tables too, they are better. Light beyond white is told by its curve's number: PQ or HLG (ITU-T H.273).
                let tables = [b"A2B0", b"A2B1", b"A2B2", b"D2B0", b"D2B1", b"D2B2"];
                let beyond = tag(b"cicp").is_some_and(|data| matches!(data.get(9), Some(16 | 18)));
                if beyond || tables.into_iter().any(|name| tag(name).is_some()) {
                    return Some(Profile::OtherRgb);
                }
                let primary = |name| {
                    tag(name)
                        .filter(|data| data.starts_with(b"XYZ "))
                        .and_then(|data| Some([fixed(data, 8)?, fixed(data, 12)?, fixed(data, 16)?]))
                };
                let curve = |name| tag(name).and_then(Curve::read);
                Some(Profile::Rgb {
                    curves: [curve(b"rTRC")?, curve(b"gTRC")?, curve(b"bTRC")?],
                    primaries: [primary(b"rXYZ")?, primary(b"gXYZ")?, primary(b"bXYZ")?],
                })
            }
            _ => None,
        }
    }
}

fn long(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// A number with 16 bits behind the point (section 4.6).
fn fixed(data: &[u8], at: usize) -> Option<f64> {
    long(data, at).map(|number| f64::from(number as i32) / 65536.0)
}

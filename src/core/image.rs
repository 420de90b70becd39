//! The one working pixel format: 8-bit sRGB samples, interleaved, as few channels as the picture needs.

use crate::{Error, Result};

/// Width and height in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Size {
    /// 1 or more.
    pub width: u32,
    /// 1 or more.
    pub height: u32,
}

impl Size {
    /// A size; no check.
    pub fn new(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    /// Width × height.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Width and height exchanged.
    pub fn turned(self) -> Size {
        Size { width: self.height, height: self.width }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}×{}", self.width, self.height)
    }
}

/// The channels of a pixel, in memory order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One luma sample.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Red, green, blue and straight (not premultiplied) alpha.
    Rgba,
}

impl Layout {
    /// Samples a pixel, which are bytes a pixel.
    pub fn channels(self) -> usize {
        match self {
            Layout::Gray => 1,
            Layout::Rgb => 3,
            Layout::Rgba => 4,
        }
    }
}

/// A colour with straight alpha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color {
    /// Red, green, blue, alpha.
    pub rgba: [u8; 4],
}

impl Color {
    /// Opaque white.
    pub const WHITE: Color = Color { rgba: [255; 4] };

    /// `RRGGBB` or `RRGGBBAA`, hex digits of either case.
    pub fn from_hex(text: &str) -> Option<Color> {
        if !matches!(text.len(), 6 | 8) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        let mut rgba = [255; 4];
        for (out, pair) in rgba.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            *out = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Color { rgba })
    }

    /// `rgb`, `rrggbb`, `rrggbbaa`, `transparent` or a colour name of CSS level 1 to 4.
    pub fn parse(text: &str) -> Option<Color> {
        match text.len() {
            3 => Color::from_hex(&text.chars().flat_map(|c| [c, c]).collect::<String>()).or_else(|| Color::named(text)),
            _ => Color::from_hex(text).or_else(|| Color::named(text)),
        }
    }

    fn named(text: &str) -> Option<Color> {
        if !text.bytes().all(|b| b.is_ascii_alphabetic()) {
            return None;
        }
        csscolorparser::parse(text).ok().map(|c| Color { rgba: c.to_rgba8() })
    }

    /// True when nothing shines through.
    pub fn is_opaque(self) -> bool {
        self.rgba[3] == 255
    }
}

impl std::fmt::Display for Color {
    /// `rrggbb`, or `rrggbbaa` when not opaque.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digits = if self.is_opaque() { 3 } else { 4 };
        self.rgba.iter().take(digits).try_for_each(|c| write!(f, "{c:02x}"))
    }
}

/// Pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    held: Size,
    nominal: Size,
    layout: Layout,
    data: Vec<u8>,
}

impl Image {
    /// Wraps rows from top to bottom, without padding.
    ///
    /// # Errors
    /// `internal` when `data` is not exactly width × height × channels bytes long.
    pub fn new(size: Size, layout: Layout, data: Vec<u8>) -> Result<Image> {
        match data.len() as u64 == size.pixels() * layout.channels() as u64 {
            true => Ok(Image { held: size, nominal: size, layout, data }),
            false => Err(Error::Internal),
        }
    }

    /// An image of one colour.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn filled(size: Size, layout: Layout, color: Color) -> Result<Image> {
        let mut data = buffer(size.pixels() * layout.channels() as u64)?;
        let pixel = color.rgba;
        let pixel = pixel.get(..layout.channels()).unwrap_or(&pixel);
        for _ in 0..size.pixels() {
            data.extend_from_slice(pixel);
        }
        Image::new(size, layout, data)
    }

    /// Says that these pixels stand for a larger source that was decoded at a reduced scale.
    pub fn standing_for(mut self, nominal: Size) -> Image {
        self.nominal = nominal;
        self
    }

    /// The size that operations compute with: the source's, even where it was decoded at a reduced scale.
    pub fn size(&self) -> Size {
        self.nominal
    }

    /// The size of the pixels that are held.
    pub fn held(&self) -> Size {
        self.held
    }

    /// What a pixel is made of.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Samples, interleaved, rows from top to bottom.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The samples themselves.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// The same picture as RGBA.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn into_rgba(self) -> Result<Image> {
        let mut data = match self.layout {
            Layout::Rgba => return Ok(self),
            _ => buffer(self.held.pixels() * 4)?,
        };
        match self.layout {
            Layout::Gray => self.data.iter().for_each(|&l| data.extend_from_slice(&[l, l, l, 255])),
            _ => self.data.chunks_exact(3).for_each(|p| data.extend_from_slice(&[p[0], p[1], p[2], 255])),
        }
        Ok(Image { layout: Layout::Rgba, data, ..self })
    }

    /// The same picture as RGB; alpha is dropped, which is right for opaque pictures only.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn into_rgb(self) -> Result<Image> {
        let mut data = match self.layout {
            Layout::Rgb => return Ok(self),
            _ => buffer(self.held.pixels() * 3)?,
        };
        match self.layout {
            Layout::Gray => self.data.iter().for_each(|&l| data.extend_from_slice(&[l, l, l])),
            _ => self.data.chunks_exact(4).for_each(|p| data.extend_from_slice(&p[..3])),
        }
        Ok(Image { layout: Layout::Rgb, data, ..self })
    }

    /// RGB if no pixel is transparent, else the picture as it is.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn without_idle_alpha(self) -> Result<Image> {
        match self.has_transparency() {
            true => Ok(self),
            false if self.layout == Layout::Rgba => self.into_rgb(),
            false => Ok(self),
        }
    }

    /// True when some pixel is not opaque.
    pub fn has_transparency(&self) -> bool {
        self.layout == Layout::Rgba && self.data.chunks_exact(4).any(|p| p[3] != 255)
    }
}

/// An empty buffer with room for `bytes`.
///
/// # Errors
/// `image_too_large` when there is no memory for it: an allocation that aborts would take the whole
/// instance, and every request in it, along.
pub fn buffer(bytes: u64) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    let bytes = usize::try_from(bytes).map_err(|_| too_large(bytes))?;
    data.try_reserve_exact(bytes).map_err(|_| too_large(bytes as u64))?;
    Ok(data)
}

/// A buffer of `bytes` zeros.
///
/// # Errors
/// As [`buffer`].
pub fn zeroed(bytes: u64) -> Result<Vec<u8>> {
    let mut data = buffer(bytes)?;
    data.resize(bytes as usize, 0);
    Ok(data)
}

fn too_large(bytes: u64) -> Error {
    Error::ImageTooLarge(format!("The image needs {bytes} bytes more than there is memory for."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_and_printed() {
        for (text, want) in
            [("f00", "ff0000"), ("FF000080", "ff000080"), ("transparent", "00000000"), ("rebeccapurple", "663399"), ("red", "ff0000")]
        {
            assert_eq!(Color::parse(text).unwrap().to_string(), want);
        }
        for bad in ["", "ff", "ggg", "#fff", "rgb(1,2,3)", "ff00000"] {
            assert_eq!(Color::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn channels_are_added_and_dropped() {
        let gray = Image::new(Size::new(2, 1), Layout::Gray, vec![0, 200]).unwrap();
        let rgba = gray.clone().into_rgba().unwrap();
        assert_eq!(rgba.data(), [0, 0, 0, 255, 200, 200, 200, 255]);
        assert_eq!(rgba.without_idle_alpha().unwrap().layout(), Layout::Rgb);
        assert!(Image::new(Size::new(2, 1), Layout::Rgb, vec![0; 5]).is_err());
    }
}

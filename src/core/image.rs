//! The one working pixel format: 8-bit sRGB samples, interleaved, as few channels as the picture needs.

use crate::{Error, Result};
use limn_pixels::channels;

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

/// A part of the pixels that are held, in their own coordinates; not whole numbers where it was cut
/// out of a picture that stands for a larger one.
#[derive(Debug, Clone, Copy, PartialEq)]
#[allow(missing_docs)]
pub struct Window {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    held: Size,
    nominal: Size,
    window: Option<Window>,
    layout: Layout,
    data: Vec<u8>,
    /// The samples where they have 16 bits; then `data` is empty.
    wide: Option<Vec<u16>>,
}

impl Image {
    /// Wraps rows from top to bottom, without padding.
    ///
    /// # Errors
    /// `internal` when `data` is not exactly width × height × channels bytes long.
    pub fn new(size: Size, layout: Layout, data: Vec<u8>) -> Result<Image> {
        match data.len() as u64 == size.pixels() * layout.channels() as u64 {
            true => Ok(Image { held: size, nominal: size, window: None, layout, data, wide: None }),
            false => Err(Error::Internal),
        }
    }

    /// Wraps 16-bit samples: what deep sources keep until they are resized.
    ///
    /// # Errors
    /// `internal` when `data` is not exactly width × height × channels samples long.
    pub fn deep(size: Size, layout: Layout, data: Vec<u16>) -> Result<Image> {
        match data.len() as u64 == size.pixels() * layout.channels() as u64 {
            true => Ok(Image { held: size, nominal: size, window: None, layout, data: Vec::new(), wide: Some(data) }),
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

    /// The same pixels, of which only a part counts from now on: `nominal` px of the picture that they stand for.
    pub fn seen_through(mut self, window: Window, nominal: Size) -> Image {
        (self.window, self.nominal) = (Some(window), nominal);
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

    /// The part of the held pixels that counts.
    pub fn window(&self) -> Window {
        self.window.unwrap_or(Window { x: 0.0, y: 0.0, width: f64::from(self.held.width), height: f64::from(self.held.height) })
    }

    /// Whether not all that is held counts.
    pub fn is_windowed(&self) -> bool {
        self.window.is_some()
    }

    /// What a pixel is made of.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// 8-bit samples, interleaved, rows from top to bottom; empty where they have 16 bits.
    pub fn data(&self) -> &[u8] {
        &self.data
    }

    /// The samples where they have 16 bits.
    pub fn wide(&self) -> Option<&[u16]> {
        self.wide.as_deref()
    }

    /// The 8-bit samples themselves.
    pub fn into_data(self) -> Vec<u8> {
        self.data
    }

    /// What most operations want: 8-bit samples, all of which count.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn settled(self) -> Result<Image> {
        let image = match &self.wide {
            Some(wide) => {
                let mut data = buffer(wide.len() as u64)?;
                data.extend(wide.iter().map(|s| narrow(*s)));
                Image { data, wide: None, ..self }
            }
            None => self,
        };
        let Some(w) = image.window else { return Ok(image) };
        let (x, width) = whole(w.x.round(), (w.x + w.width).round(), image.held.width);
        let (y, height) = whole(w.y.round(), (w.y + w.height).round(), image.held.height);
        let nominal = image.nominal;
        Ok(image.cut(x, y, Size::new(width, height))?.standing_for(nominal))
    }

    /// The same picture without the pixels that lie wholly outside its window: what is cut away must not
    /// bleed into what is resized.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn tightened(self) -> Result<Image> {
        let Some(w) = self.window else { return Ok(self) };
        let (x, width) = whole(w.x.floor(), (w.x + w.width - 1e-6).ceil(), self.held.width);
        let (y, height) = whole(w.y.floor(), (w.y + w.height - 1e-6).ceil(), self.held.height);
        let nominal = self.nominal;
        let inner = Window { x: w.x - f64::from(x), y: w.y - f64::from(y), ..w };
        Ok(self.cut(x, y, Size::new(width, height))?.seen_through(inner, nominal))
    }

    /// A part of the held pixels, cut out. The part must lie within.
    ///
    /// # Errors
    /// `internal` when it does not, `image_too_large` when there is no memory for it.
    pub fn cut(self, x: u32, y: u32, size: Size) -> Result<Image> {
        if size == self.held {
            return Ok(Image { window: None, nominal: size, ..self });
        }
        let n = self.layout.channels();
        let (columns, row) = (x as usize * n..(x + size.width) as usize * n, (self.held.width as usize * n).max(1));
        let rows = y as usize..(y + size.height) as usize;
        match &self.wide {
            Some(wide) => Image::deep(size, self.layout, part(wide, row, columns, rows)?),
            None => Image::new(size, self.layout, part(&self.data, row, columns, rows)?),
        }
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
            Layout::Gray => channels::gray_to_rgba(&self.data, &mut data),
            _ => channels::rgb_to_rgba(&self.data, &mut data),
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
            Layout::Gray => channels::gray_to_rgb(&self.data, &mut data),
            _ => channels::rgba_to_rgb(&self.data, &mut data),
        }
        Ok(Image { layout: Layout::Rgb, data, ..self })
    }

    /// RGB where it was grey, else as it is: for operations that bring colour.
    ///
    /// # Errors
    /// `image_too_large` when there is no memory for it.
    pub fn with_colour(self) -> Result<Image> {
        match self.layout {
            Layout::Gray => self.into_rgb(),
            _ => Ok(self),
        }
    }

    /// Changes the 8-bit samples in place, a pixel at a time.
    pub fn map_pixels(mut self, mut change: impl FnMut(&mut [u8])) -> Image {
        self.data.chunks_exact_mut(self.layout.channels()).for_each(&mut change);
        self
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
        self.layout == Layout::Rgba && channels::has_transparency(&self.data)
    }
}

/// From and length of a span of whole pixels within a side, at least one pixel.
fn whole(from: f64, to: f64, side: u32) -> (u32, u32) {
    let from = (from.max(0.0) as u32).min(side.saturating_sub(1));
    (from, (to as u32).clamp(from + 1, side.max(from + 1)) - from)
}

/// Some columns of some rows.
fn part<T: Copy>(data: &[T], row: usize, columns: std::ops::Range<usize>, rows: std::ops::Range<usize>) -> Result<Vec<T>> {
    let mut out = buffer(((columns.end - columns.start) * (rows.end - rows.start)) as u64)?;
    for line in data.chunks_exact(row).skip(rows.start).take(rows.len()) {
        out.extend_from_slice(line.get(columns.clone()).ok_or(Error::Internal)?);
    }
    Ok(out)
}

/// 16 bits to 8, rounded: 65535 is 255 × 257.
pub fn narrow(sample: u16) -> u8 {
    ((u32::from(sample) + 128) / 257) as u8
}

/// An empty buffer with room for `len` samples.
///
/// # Errors
/// `image_too_large` when there is no memory for it: an allocation that aborts would take the whole
/// instance, and every request in it, along.
pub fn buffer<T>(len: u64) -> Result<Vec<T>> {
    let mut data = Vec::new();
    let bytes = len.saturating_mul(std::mem::size_of::<T>() as u64);
    let len = usize::try_from(len).map_err(|_| no_memory(bytes))?;
    data.try_reserve_exact(len).map_err(|_| no_memory(bytes))?;
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

fn no_memory(bytes: u64) -> Error {
    Error::NoMemory(format!("The image needs {bytes} bytes more than there is memory for."))
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

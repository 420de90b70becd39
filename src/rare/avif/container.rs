//! The boxes around an AVIF's AV1 data: which item is the picture, which its alpha, and where they lie.

use super::boxes::{boxes, Cursor};
use limn_core::image::Size;
use limn_core::{Error, Result};

/// What a still AVIF holds.
#[derive(Debug, PartialEq)]
pub struct Still {
    /// As the container states it, before it is turned.
    pub size: Size,
    /// How to show it.
    pub turn: Turn,
    /// AV1 data of the colours.
    pub color: Vec<u8>,
    /// AV1 data of the alpha, if any.
    pub alpha: Option<Vec<u8>>,
    /// Whether the colours are multiplied by alpha.
    pub premultiplied: bool,
}

/// How a picture is to be turned, then mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Turn {
    /// Anticlockwise, 0 to 3.
    pub quarters: u8,
    /// Whether afterwards top and bottom change places.
    pub upside_down: bool,
    /// Whether afterwards left and right change places.
    pub sideways: bool,
}

/// Entries that any table may have; a file of a few megabytes could state billions.
const MAX_ENTRIES: u32 = 4_096;
const ALPHA: &[u8] = b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha";
const ALPHA_OF_HEVC: &[u8] = b"urn:mpeg:hevc:2015:auxid:1";

/// Where an item's data lies: in the file (method 0) or in the list itself (1), in pieces of start and length.
struct Place {
    item: u32,
    method: u8,
    extents: Vec<(u64, u64)>,
}

/// What one item is to others.
struct Link {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

#[derive(Default)]
struct Meta<'a> {
    primary: Option<u32>,
    kinds: Vec<(u32, [u8; 4])>,
    places: Vec<Place>,
    links: Vec<Link>,
    properties: Vec<([u8; 4], &'a [u8])>,
    owned: Vec<(u32, Vec<usize>)>,
    inner: &'a [u8],
}

/// Reads the boxes. Image sequences give their first picture; grids of tiles are refused.
///
/// # Errors
/// `image_corrupt` for boxes that make no sense, `format_unsupported` for kinds that are not read.
pub fn read(file: &[u8]) -> Result<Still> {
    let body = boxes(file).find(|(kind, _)| kind == b"meta").map(|(_, body)| body);
    let meta = meta(body.ok_or_else(|| corrupt("it has no list of items"))?).ok_or_else(|| corrupt("its boxes make no sense"))?;
    let primary = meta.primary.ok_or_else(|| corrupt("it names no primary item"))?;
    match meta.kinds.iter().find(|k| k.0 == primary).map(|k| &k.1) {
        Some(b"av01") => {}
        Some(b"grid") => return Err(Error::FormatUnsupported("An AVIF that is a grid of tiles is not read.".into())),
        _ => return Err(Error::FormatUnsupported("The primary item of the AVIF is no AV1 picture.".into())),
    }
    let size = meta.property(primary, b"ispe").and_then(size_of).ok_or_else(|| corrupt("it states no size"))?;
    let alpha = meta.links.iter().find(|l| &l.kind == b"auxl" && l.to.contains(&primary) && meta.is_alpha(l.from)).map(|l| l.from);
    let premultiplied = alpha.is_some_and(|a| meta.links.iter().any(|l| &l.kind == b"prem" && l.from == primary && l.to.contains(&a)));
    let data = |item| meta.data(item, file).ok_or_else(|| corrupt("its data is not where it says"));
    let first = |kind| meta.property(primary, kind).and_then(|p| p.first()).copied();
    let turn = Turn {
        quarters: first(b"irot").unwrap_or(0) & 3,
        upside_down: first(b"imir").is_some_and(|m| m & 1 == 0),
        sideways: first(b"imir").is_some_and(|m| m & 1 == 1),
    };
    Ok(Still { size, turn, color: data(primary)?, alpha: alpha.map(data).transpose()?, premultiplied })
}

/// Says what is wrong with an AVIF.
pub fn corrupt(why: &str) -> Error {
    Error::ImageCorrupt(format!("The AVIF cannot be read: {why}."))
}

impl Meta<'_> {
    fn property(&self, item: u32, kind: &[u8; 4]) -> Option<&[u8]> {
        let owned = &self.owned.iter().find(|o| o.0 == item)?.1;
        owned.iter().filter_map(|i| self.properties.get(i.checked_sub(1)?)).find(|p| &p.0 == kind).map(|p| p.1)
    }

    fn is_alpha(&self, item: u32) -> bool {
        let name = self.property(item, b"auxC").and_then(|p| p.get(4..)).unwrap_or_default();
        name.starts_with(ALPHA) || name.starts_with(ALPHA_OF_HEVC)
    }

    fn data(&self, item: u32, file: &[u8]) -> Option<Vec<u8>> {
        let place = self.places.iter().find(|p| p.item == item)?;
        let from = match place.method {
            0 => file,
            1 => self.inner,
            _ => return None,
        };
        let mut data = Vec::new();
        for &(start, length) in &place.extents {
            let rest = from.get(usize::try_from(start).ok()?..)?;
            // A length of 0 means up to the end.
            let part = if length == 0 { rest } else { rest.get(..usize::try_from(length).ok()?)? };
            // Extents may overlap; all of them together are no longer than the file in a sane one.
            if data.len() + part.len() > file.len() {
                return None;
            }
            data.try_reserve(part.len()).ok()?;
            data.extend_from_slice(part);
        }
        Some(data)
    }
}

fn meta(body: &[u8]) -> Option<Meta<'_>> {
    let mut meta = Meta::default();
    for (kind, body) in boxes(body.get(4..)?) {
        let mut at = Cursor(body);
        match &kind {
            b"pitm" => {
                let version = at.version()?;
                meta.primary = at.number(if version == 0 { 2 } else { 4 });
            }
            b"iinf" => {
                let version = at.version()?;
                at.number(if version == 0 { 2 } else { 4 })?;
                meta.kinds = boxes(at.0).filter(|b| &b.0 == b"infe").take(MAX_ENTRIES as usize).filter_map(|b| kind_of(b.1)).collect();
            }
            b"iloc" => meta.places = places(at)?,
            b"iref" => meta.links = links(at)?,
            b"idat" => meta.inner = body,
            b"iprp" => {
                for (kind, body) in boxes(body) {
                    match &kind {
                        b"ipco" => meta.properties = boxes(body).take(MAX_ENTRIES as usize).collect(),
                        b"ipma" => meta.owned.extend(owned(Cursor(body))?),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    Some(meta)
}

fn size_of(body: &[u8]) -> Option<Size> {
    let mut at = Cursor(body.get(4..)?);
    Some(Size::new(at.number(4)?, at.number(4)?))
}

fn kind_of(body: &[u8]) -> Option<(u32, [u8; 4])> {
    let mut at = Cursor(body);
    let version = at.version()?;
    let item = at.number(if version == 3 { 4 } else { 2 })?;
    at.number(2)?;
    Some((item, at.take(4)?.try_into().ok()?))
}

fn places(mut at: Cursor) -> Option<Vec<Place>> {
    let version = at.version()?;
    let sizes = at.number(2)?;
    let nibble = |shift: u32| ((sizes >> shift) & 15) as usize;
    let (offset, length, base, index) = (nibble(12), nibble(8), nibble(4), if version == 0 { 0 } else { nibble(0) });
    let count = at.number(if version < 2 { 2 } else { 4 })?;
    let mut found = Vec::new();
    for _ in 0..count.min(MAX_ENTRIES) {
        let item = at.number(if version < 2 { 2 } else { 4 })?;
        let method = if version == 0 { 0 } else { (at.number(2)? & 15) as u8 };
        at.number(2)?;
        let base = at.wide(base)?;
        let mut extents = Vec::new();
        for _ in 0..at.number(2)?.min(MAX_ENTRIES) {
            at.take(index)?;
            extents.push((base.checked_add(at.wide(offset)?)?, at.wide(length)?));
        }
        found.push(Place { item, method, extents });
    }
    Some(found)
}

fn links(mut at: Cursor) -> Option<Vec<Link>> {
    let wide = if at.version()? == 0 { 2 } else { 4 };
    let mut found = Vec::new();
    for (kind, body) in boxes(at.0).take(MAX_ENTRIES as usize) {
        let mut at = Cursor(body);
        let from = at.number(wide)?;
        let count = at.number(2)?;
        let to = (0..count.min(MAX_ENTRIES)).map(|_| at.number(wide)).collect::<Option<_>>()?;
        found.push(Link { kind, from, to });
    }
    Some(found)
}

fn owned(mut at: Cursor) -> Option<Vec<(u32, Vec<usize>)>> {
    let flags = at.number(4)?;
    let (version, wide) = (flags >> 24, flags & 1 == 1);
    let mut found = Vec::new();
    for _ in 0..at.number(4)?.min(MAX_ENTRIES) {
        let item = at.number(if version < 1 { 2 } else { 4 })?;
        let count = at.number(1)?;
        // The top bit says that a property is essential.
        let index = |at: &mut Cursor| Some(if wide { at.number(2)? & 0x7fff } else { at.number(1)? & 0x7f } as usize);
        found.push((item, (0..count).map(|_| index(&mut at)).collect::<Option<_>>()?));
    }
    Some(found)
}

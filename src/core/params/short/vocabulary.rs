//! The keys: what is parsed, documented and shown.

/// One key of the vocabulary.
pub struct Key {
    /// As it is printed.
    pub name: &'static str,
    /// Other spellings.
    pub aliases: &'static [&'static str],
    /// What it takes.
    pub values: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// A value that shows it, as a whole query.
    pub example: &'static str,
}

const fn key(name: &'static str, aliases: &'static [&'static str], values: &'static str, doc: &'static str, example: &'static str) -> Key {
    Key { name, aliases, values, doc, example }
}

/// The vocabulary.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("w", &["width"], "1 to 16384 px, a ratio below 1, or auto", "Width. auto follows from the height.", "w=120"),
    key("h", &["height"], "as w", "Height.", "h=0.5"),
    key("fit", &[], "max, inside (clip, contain), outside (min), cover, crop, pad, fill (stretch, squeeze, scale)", "How the image meets w and h. max never enlarges; crop is cover without enlarging.", "w=90&h=90&fit=cover"),
    key("en", &["enlarge", "up"], "0 or 1", "Whether enlarging is allowed; absent: as fit says.", "w=300&en=1"),
    key("dpr", &[], "0.5 to 5", "Multiplies all lengths in pixels but rect and blur.", "w=60&dpr=2"),
    key("ls", &[], "1 to 16384 px", "Longer side.", "ls=100"),
    key("ss", &[], "1 to 16384 px", "Shorter side.", "ss=60"),
    key("pct", &[], "1 to 1000 %", "Size in per cent; enlarges too.", "pct=40"),
    key("g", &["gravity", "a"], "n ne e se s sw w nw c, fp or auto", "What cover and crop hold on to: a point of the grid, the focal point fx, fy, or what draws the eye; pad takes the grid.", "w=60&h=100&fit=cover&g=auto"),
    key("fx", &["fp-x"], "0 to 1 (0.5)", "Focal point from the left, with g=fp.", "w=60&h=100&fit=cover&g=fp&fx=0.8"),
    key("fy", &["fp-y"], "0 to 1 (0.5)", "Focal point from the top, with g=fp.", "w=100&h=30&fit=cover&g=fp&fy=0.2"),
    key("rect", &["crop"], "x,y,w,h in px or as ratios", "Cuts out a rectangle before anything is resized.", "rect=0.25,0.25,0.5,0.5"),
    key("trim", &[], "1 to 254, or empty for 10", "Cuts away a border of one colour that differs by no more.", "trim=10"),
    key("bg", &["cbg", "bgcolor"], "rgb, rrggbb, rrggbbaa or a CSS name", "Colour behind transparency and around pad.", "w=90&h=90&fit=pad&bg=fc0"),
    key("pad", &[], "px, or top,right,bottom,left", "A border of the colour bg, or white.", "w=100&pad=10,20&bg=222"),
    key("r", &["round", "corner-radius"], "1 to 4096 px, or max for a circle", "Round corners.", "r=max"),
    key("rot", &["ro", "rotate"], "0 to 360 degrees", "Turns clockwise.", "w=100&rot=15"),
    key("flip", &[], "h, v or hv", "Mirrors.", "w=100&flip=h"),
    key("or", &[], "0 or 1", "Whether EXIF orientation is applied.", "w=100&or=0"),
    key("blur", &[], "sigma, 0.3 to 100 px", "Gaussian blur.", "w=100&blur=3"),
    key("sharp", &[], "0 to 100", "Sharpens by an unsharp mask of sigma 1 px.", "w=100&sharp=80"),
    key("bri", &[], "-100 to 100", "Brightness.", "w=100&bri=30"),
    key("con", &[], "-100 to 100", "Contrast.", "w=100&con=40"),
    key("sat", &[], "-100 to 100", "Saturation.", "w=100&sat=-60"),
    key("gam", &[], "1 to 3", "Lifts the middle tones.", "w=100&gam=1.8"),
    key("hue", &[], "-100 to 100", "Turns hues; 100 is half a turn.", "w=100&hue=40"),
    key("gray", &[], "0 or 1", "Greyscale.", "w=100&gray=1"),
    key("effect", &[], "a named colour effect", "Photon's effects by name.", "w=100&effect=sepia"),
    key("pixelate", &[], "2 to 1000 px", "Averages squares.", "w=100&pixelate=8"),
    key("duotone", &[], "two colours, for shadows and lights", "Replaces luminance by two colours.", "w=100&duotone=102040,fc6"),
    key("f", &["fm", "format", "output"], "auto, jpg, pjpg (progressive), png, png8, webp, avif, gif, json or keep", "Format; auto takes the best that Accept names.", "w=100&f=webp"),
    key("q", &["quality"], "1 to 100, low, med or high", "Quality of JPEG, WebP and AVIF; never above a JPEG source's own.", "w=100&f=jpg&q=30"),
    key("qr", &[], "1 to 100 %", "Quality relative to a JPEG source's own.", "w=100&f=jpg&qr=50"),
    key("ll", &["lossless"], "0 or 1", "Lossless WebP.", "w=100&f=webp&ll=1"),
    key("mb", &[], "bytes, or with k for 1024", "Lowers the quality until the file is not larger.", "w=100&f=jpg&mb=2k"),
    key("prog", &["il"], "0 or 1", "Progressive JPEG.", "w=100&f=jpg&prog=1"),
    key("effort", &[], "fast or high (fast)", "What is spent on a JPEG: high has fewer bytes at the same quality and takes several times as long.", "w=100&f=jpg&effort=high"),
    key("anim", &[], "0 or 1", "0 takes an animation's first frame.", "w=100&anim=0"),
    key("n", &[], "1 to 1000", "At most so many frames; the others are shown longer.", "w=100&n=4"),
    key("frame", &[], "0 or more", "One frame of an animation.", "w=100&frame=0"),
    key("meta", &[], "none, copyright, keep, or keep,gps", "What is kept of EXIF and XMP; the place only where it is named.", "w=100&meta=none"),
    key("cs", &[], "srgb or keep", "Whether the colour profile is converted to sRGB or handed on.", "w=100&cs=keep"),
    key("wm", &[], "a mark's name or b64:KEY", "Watermark: a picture of the same bucket.", "w=150&wm=logo"),
    key("wmt", &[], "text of at most 64 bytes, or b64:TEXT", "Watermark: text; beside wm to its right.", "w=150&wmt=%C2%A9%20Limn&wmc=fff"),
    key("wmg", &[], "n ne e se s sw w nw c (se)", "Where the mark stands.", "w=150&wm=logo&wmg=nw"),
    key("wmx", &[], "0 to 4096 px or a ratio below 1 (10)", "Margin from the side.", "w=150&wm=logo&wmx=0.05"),
    key("wmy", &[], "as wmx", "Margin from top or bottom.", "w=150&wm=logo&wmy=0"),
    key("wmo", &[], "0 to 100 % (100)", "Opacity of the mark.", "w=150&wm=logo&wmo=50"),
    key("wms", &[], "0 to 100 %", "Size of the picture against the image; 0 is its natural size.", "w=150&wm=logo&wms=50"),
    key("wmf", &[], "a font's name (sans)", "Font of the text.", "w=150&wmt=Limn&wmf=sans-bold&wmc=fff"),
    key("wmc", &[], "a colour (000)", "Colour of the text.", "w=150&wmt=Limn&wmc=fc0"),
    key("wmz", &[], "1 to 1000 px (40)", "Size of the text.", "w=150&wmt=Limn&wmz=20&wmc=fff"),
    key("wmr", &[], "0 to 360 degrees", "Turns the text.", "w=150&wmt=Limn&wmr=330&wmc=fff"),
    key("wmsh", &[], "0 to 100 %", "Shadow of the text.", "w=150&wmt=Limn&wmsh=60&wmc=fff"),
    key("tile", &["wmfill"], "1, or dx,dy px between tiles", "Repeats the mark over the image.", "w=150&wm=logo&wms=20&tile=8,4"),
    key("p", &["preset", "style"], "a style's name", "A named style; stands alone, unless the bucket lets other keys override it.", "p=thumb"),
    key("info", &[], "1, hue, palette or blurhash", "Answers facts as JSON instead of the image.", "info=1"),
    key("dl", &[], "a file name", "Makes browsers save the answer under this name.", "w=100&dl=cat.jpg"),
    key("default", &["fb", "onerror"], "a registered fallback's name, or redirect", "What is shown when the image cannot be made: another image with the same status, or a redirect to the original.", "w=100&default=redirect"),
    key("explain", &[], "0 or 1", "Answers the plan instead of the image; for administrators.", "w=100&explain=1"),
    key("v", &["cb"], "any text", "Cache buster, part of key and signature.", "w=100&v=2"),
];

/// `width` → `w`, `wm2fill` → `tile2`; `None` for what is not in the vocabulary. Marks 2 and 3 take the
/// keys of the first with their number: `wm2`, `wm2g`, `tile3`.
pub fn canonical_name(name: &str) -> Option<String> {
    let plain = |name: &str| KEYS.iter().find(|k| k.name == name || k.aliases.contains(&name)).map(|k| k.name);
    if let Some(known) = plain(name) {
        return Some(known.to_string());
    }
    for number in ['2', '3'] {
        let unnumbered = match name.strip_prefix("wm").and_then(|rest| rest.strip_prefix(number)) {
            Some(rest) => format!("wm{rest}"),
            None if name.strip_suffix(number) == Some("tile") => "tile".into(),
            None => continue,
        };
        let known = plain(&unnumbered).filter(|known| known.starts_with("wm") || *known == "tile")?;
        return Some(numbered(known, number.to_digit(10).unwrap_or(1)));
    }
    None
}

/// The key of a mark by its number: `wmg` → `wm2g`.
pub fn numbered(key: &str, mark: u32) -> String {
    match (mark, key.strip_prefix("wm")) {
        (1, _) => key.to_string(),
        (n, Some(rest)) => format!("wm{n}{rest}"),
        (n, None) => format!("{key}{n}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_and_numbers_lead_to_one_name() {
        for (name, want) in [
            ("width", Some("w")),
            ("wm2", Some("wm2")),
            ("wm3g", Some("wm3g")),
            ("wm2fill", Some("tile2")),
            ("tile3", Some("tile3")),
            ("wm1", None),
            ("wm4", None),
            ("wm2w", None),
            ("w2", None),
            ("W", None),
        ] {
            assert_eq!(canonical_name(name).as_deref(), want, "{name}");
        }
    }
}

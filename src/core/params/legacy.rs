//! The older `@` form of OSS's image service: `cat.jpg@100w_80h_1e_1c_90Q.jpg`, put into today's words.

use super::args::integer;
use crate::{hash, Error, Result};

/// Formats that an extension behind the parts may name.
const EXTENSIONS: [(&str, &str); 6] = [("jpg", "jpg"), ("jpeg", "jpg"), ("png", "png"), ("webp", "webp"), ("bmp", "bmp"), ("gif", "gif")];

/// The program of today's grammar that means the same.
///
/// # Errors
/// `bad_arg`, `unknown_param`, naming the part.
pub fn translate(text: &str) -> Result<String> {
    let pipes: Result<Vec<String>> = text.split('|').map(pipe).collect();
    Ok(pipes?.join("|"))
}

fn pipe(text: &str) -> Result<String> {
    match text {
        "imageInfo" => return Ok("image/info".into()),
        "imageAve" => return Ok("image/average-hue".into()),
        _ => {}
    }
    if let Some(name) = text.strip_prefix('!') {
        return Ok(format!("style/{name}"));
    }
    if let Some(query) = text.strip_prefix("watermark=") {
        return watermark(query);
    }
    let (parts, format) = match text.rsplit_once('.') {
        Some((parts, extension)) => (parts, Some(extension)),
        // The extension alone converts.
        None if EXTENSIONS.iter().any(|(e, _)| *e == text) => ("", Some(text)),
        None => (text, None),
    };
    let mut legacy = Legacy::default();
    for part in parts.split('_').filter(|part| !part.is_empty()) {
        legacy.read(part)?;
    }
    let mut actions = legacy.actions();
    // The older service answered JPEG unless the extension said something else.
    let format = match format {
        None => "jpg",
        Some(e) => EXTENSIONS.iter().find(|(name, _)| *name == e).map(|(_, format)| *format).ok_or_else(|| unknown(e))?,
    };
    actions.push(format!("format,{format}"));
    Ok(format!("image/{}", actions.join("/")))
}

fn unknown(part: &str) -> Error {
    Error::UnknownParam(format!("The part {:?} of the @ form is not known.", part.chars().take(64).collect::<String>()))
}

/// The parts as they were read.
#[derive(Default)]
struct Legacy<'a> {
    width: Option<&'a str>,
    height: Option<&'a str>,
    percent: Option<&'a str>,
    edge: u8,
    /// `c`: cut to the box.
    cut: bool,
    /// `l`: 1 does not enlarge; the older service enlarged by default.
    limit: bool,
    color: Option<String>,
    /// `o`: 1 resizes, then turns; 2 turns, then resizes; 0 does not turn.
    orient: Option<u8>,
    /// Actions behind the resize, in the order written.
    rest: Vec<String>,
    crop: Option<String>,
}

impl<'a> Legacy<'a> {
    fn read(&mut self, part: &'a str) -> Result<()> {
        let split = part.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(part.len());
        let (value, name) = part.split_at(split);
        let numbers: Vec<&str> = value.split('-').collect();
        let flag =
            |max: i64| integer(value, &(0..=max)).map(|n| n as u8).ok_or_else(|| super::args::refuse(name, &format!("0 to {max}"), value));
        match (name, numbers.as_slice()) {
            ("w", [_]) => self.width = Some(value),
            ("h", [_]) => self.height = Some(value),
            ("p", [_]) => self.percent = Some(value),
            ("e", [_]) => self.edge = flag(4)?,
            ("c", [_]) => self.cut = flag(1)? == 1,
            ("l", [_]) => self.limit = flag(1)? == 1,
            ("o", [_]) => self.orient = Some(flag(2)?),
            ("bgc", [r, g, b]) => {
                let channel = |t: &str| integer(t, &(0..=255)).ok_or_else(|| super::args::refuse("bgc", "R-G-B of 0 to 255", value));
                self.color = Some(format!("{:02x}{:02x}{:02x}", channel(r)?, channel(g)?, channel(b)?));
            }
            ("a", [x, y, w, h]) => self.crop = Some(format!("crop,x_{x},y_{y},w_{w},h_{h}")),
            ("q", [_]) => self.rest.push(format!("quality,q_{value}")),
            ("Q", [_]) => self.rest.push(format!("quality,Q_{value}")),
            ("pr", [_]) => self.rest.push(format!("interlace,{value}")),
            ("ci", [r, "0" | "1"]) => self.rest.push(format!("circle,r_{r}")),
            ("ci", [r, "2"]) => self.rest.push(format!("rounded-corners,r_{r}")),
            ("r", [_]) => self.rest.push(format!("rotate,{value}")),
            ("bl", [r, s]) => self.rest.push(format!("blur,r_{r},s_{s}")),
            ("b", _) => self.rest.push(format!("bright,{value}")),
            ("d", _) => self.rest.push(format!("contrast,{value}")),
            ("sh", [_]) => self.rest.push(format!("sharpen,{value}")),
            _ => return Err(unknown(part)),
        }
        Ok(())
    }

    fn actions(self) -> Vec<String> {
        let mut actions = Vec::new();
        actions.extend((self.orient == Some(0)).then(|| "auto-orient,0".to_string()));
        actions.extend(self.crop);
        let mode = match (self.edge, self.cut) {
            (_, true) => "fill",
            (1, _) => "mfit",
            (2, _) => "fixed",
            (4, _) => "pad",
            _ => "lfit",
        };
        if let (Some(percent), None, None) = (self.percent, self.width, self.height) {
            actions.push(format!("resize,p_{percent}"));
        } else if self.width.is_some() || self.height.is_some() {
            let side = |key: &str, value: Option<&str>| value.map_or(String::new(), |v| format!(",{key}_{v}"));
            let color = self.color.filter(|_| mode == "pad").map_or(String::new(), |c| format!(",color_{c}"));
            let limit = u8::from(self.limit);
            actions.push(format!("resize,m_{mode}{}{},limit_{limit}{color}", side("w", self.width), side("h", self.height)));
        }
        actions.extend(self.rest);
        actions
    }
}

/// `1&object=…&t=…`: 1 is a picture, 2 text, 3 both.
fn watermark(query: &str) -> Result<String> {
    let mut args = Vec::new();
    for pair in query.split('&').skip(1) {
        let (name, value) = pair.split_once('=').ok_or_else(|| unknown(pair))?;
        let name = match name {
            "object" => "image",
            "s" => "shadow",
            "p" => {
                let points = ["nw", "north", "ne", "west", "center", "east", "sw", "south", "se"];
                let at = integer(value, &(1..=9)).and_then(|p| points.get(p as usize - 1));
                args.push(format!("g_{}", at.ok_or_else(|| super::args::refuse("p", "1 to 9", value))?));
                continue;
            }
            // Written as base64 of `#RRGGBB`.
            "color" => {
                let decoded = hash::from_base64url(value).and_then(|b| String::from_utf8(b).ok()).unwrap_or_default();
                args.push(format!("color_{}", decoded.trim_start_matches('#')));
                continue;
            }
            "t" | "x" | "y" | "voffset" | "text" | "type" | "size" | "rotate" | "order" | "align" | "interval" | "fill" => name,
            other => return Err(unknown(other)),
        };
        args.push(format!("{name}_{value}"));
    }
    match query.split('&').next() {
        Some("1" | "2" | "3") => Ok(format!("image/watermark,{}", args.join(","))),
        other => Err(super::args::refuse("watermark", "1, 2 or 3", other.unwrap_or(""))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_older_form_in_todays_words() {
        for (older, today) in [
            ("100w_100h_1e_1c_90Q_1pr.jpg", "image/resize,m_fill,w_100,h_100,limit_0/quality,Q_90/interlace,1/format,jpg"),
            ("100w_1l.png", "image/resize,m_lfit,w_100,limit_1/format,png"),
            ("100w_100h_4e_255-0-0bgc", "image/resize,m_pad,w_100,h_100,limit_0,color_ff0000/format,jpg"),
            ("50p", "image/resize,p_50/format,jpg"),
            ("10-20-30-40a", "image/crop,x_10,y_20,w_30,h_40/format,jpg"),
            ("100-1ci.png", "image/circle,r_100/format,png"),
            ("30-2ci.png", "image/rounded-corners,r_30/format,png"),
            ("90r_3-2bl_50sh", "image/rotate,90/blur,r_3,s_2/sharpen,50/format,jpg"),
            ("-30b_20d", "image/bright,-30/contrast,20/format,jpg"),
            ("imageInfo", "image/info"),
            ("imageAve", "image/average-hue"),
            ("!thumb", "style/thumb"),
            ("100w|watermark=2&text=SGk&p=5&t=60", "image/resize,m_lfit,w_100,limit_0/format,jpg|image/watermark,text_SGk,g_center,t_60"),
            ("webp", "image/format,webp"),
        ] {
            assert_eq!(translate(older).unwrap(), today, "{older}");
        }
        for bad in ["100z", "w", "5e", "100w.exe", "watermark=4&text=x", "1-2bgc"] {
            assert!(translate(bad).is_err() || bad == "w", "{bad}");
        }
    }
}

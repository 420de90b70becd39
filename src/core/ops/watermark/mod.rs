//! Watermarks: a picture of the same bucket, a line of text, or both side by side.

mod compose;
mod picture;
mod place;
mod text;

pub use picture::Picture;
pub use place::Place;
pub use text::Text;

use super::gravity::{self, Gravity};
use super::length::Length;
use super::{Op, Spec, Step};
use crate::image::{Image, Layout, Size};
use crate::kit::{FileRef, Kit};
use crate::params::args::Args;
use crate::{Error, Result};
use compose::{beside, compose};
use std::fmt;

/// `watermark,image_…,text_…,t_…,g_…,x_…,y_…,voffset_…,fill_…`.
pub const SPEC: Spec = Spec {
    name: "watermark",
    args: "image_KEY (base64url of an object key of the same bucket, with ?x-oss-process=image/… for its own resize, crop, indexcrop, rounded-corners, rotate; resize,P_1…100 is per cent of the main image), text_TEXT (base64url, at most 64 bytes) with type_FONT (base64url of a font's name), color_RRGGBB (000000), size_1…1000 px (40), shadow_0…100 % (0), rotate_0…360 (0); both: order_0|1 (0: image first), align_0|1|2 (2: bottom), interval_0…1000 px (0); t_0…100 % opacity (100), g_ one of nine points (se), x_, y_ 0…4096 px (10), voffset_-1000…1000 px (0), fill_0|1 (0) with padx_, pady_ 0…4096 px (0)",
    doc: "Lays a mark over the image: a picture, a line of text, or both side by side. x is the margin from the west or east side, y from the north or south side, voffset moves a mark of the middle row down; fill repeats it over the whole image. At most three marks.",
    examples: &[
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsUF8yNQ",
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsUF81MA,t_60,g_center,voffset_20",
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsd180MA,g_nw,x_0,y_4",
        "watermark,text_wqkgw4lsb2RpZSDOqc68zrXOs86x,size_24,color_ffffff,shadow_60,g_sw",
        "watermark,image_bWFya3MvbG9nby5wbmc_eC1vc3MtcHJvY2Vzcz1pbWFnZS9yZXNpemUsd180MA,text_TGltbg,size_20,color_ffffff,align_1,interval_6,g_north",
        "watermark,text_TGltbg,size_18,color_ffffff,rotate_330,t_50,fill_1,padx_20,pady_10",
    ],
    in_oss: true,
    parse,
};

/// Which of picture and text stands left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    ImageFirst,
    TextFirst,
}

/// The operation.
#[derive(Debug)]
pub struct Watermark {
    picture: Option<Picture>,
    text: Option<Text>,
    order: Order,
    /// 0 top, 1 middle, 2 bottom.
    align: u8,
    /// Between picture and text, px.
    interval: u32,
    /// Per cent, 0 to 100.
    pub opacity: u8,
    /// Where it stands.
    pub place: Place,
    /// Repeated over the whole image with so many px between columns and rows.
    pub tile: Option<(u32, u32)>,
}

impl Watermark {
    /// A mark at the default place: south-east, 10 px from both sides.
    pub fn new(picture: Option<Picture>, text: Option<Text>) -> Watermark {
        let (order, place) = (Order::ImageFirst, Place::default());
        Watermark { picture, text, order, align: 2, interval: 0, opacity: 100, place, tile: None }
    }

    /// The mark's pixels, RGBA, for a main image of this size.
    fn open(&self, main: Size, kit: &Kit) -> Result<Image> {
        let picture = self.picture.as_ref().map(|p| p.open(main, kit)).transpose()?;
        let text = self.text.as_ref().map(|t| t.open(kit)).transpose()?;
        match (picture, text, self.order) {
            (Some(picture), Some(text), Order::ImageFirst) => beside(&picture, &text, self.interval, self.align),
            (Some(picture), Some(text), Order::TextFirst) => beside(&text, &picture, self.interval, self.align),
            (Some(one), None, _) | (None, Some(one), _) => Ok(one),
            (None, None, _) => Err(Error::Internal),
        }
    }
}

fn parse(args: &mut Args) -> Result<Step> {
    let picture = args.base64("image")?.map(|reference| Picture::parse(&reference, args)).transpose()?;
    let text = Text::parse(args)?;
    if picture.is_none() && text.is_none() {
        return Err(Error::MissingArg("watermark: image or text is wanted.".into()));
    }
    let both = picture.is_some() && text.is_some();
    let mut mark = Watermark::new(picture, text);
    mark.opacity = args.integer("t", 0..=100)?.map_or(100, |t| t as u8);
    mark.place.gravity = args.one_of("g", gravity::WORDS)?.unwrap_or(mark.place.gravity);
    mark.place.x = Length::read(args, "x", 0..=4_096)?.unwrap_or(mark.place.x);
    mark.place.y = Length::read(args, "y", 0..=4_096)?.unwrap_or(mark.place.y);
    mark.place.voffset = args.integer("voffset", -1_000..=1_000)?.map_or(0, |v| v as i32);
    let fill = args.one_of("fill", &[("0", false), ("1", true)])?.unwrap_or(false);
    let gap = |args: &mut Args, key: &str| Ok::<_, Error>(args.integer(key, args.range(0..=4_096, 0..=20_480))?.map_or(0, |n| n as u32));
    let (padx, pady) = (gap(args, "padx")?, gap(args, "pady")?);
    mark.tile = fill.then_some((padx, pady));
    let order = args.one_of("order", &[("0", Order::ImageFirst), ("1", Order::TextFirst)])?;
    let align = args.integer("align", 0..=2)?;
    let interval = args.integer("interval", 0..=1_000)?;
    // What a lone mark makes idle is not kept, so that it cannot split the cache.
    if both {
        mark.order = order.unwrap_or(mark.order);
        mark.align = align.map_or(mark.align, |a| a as u8);
        mark.interval = interval.map_or(0, |i| i as u32);
    }
    Ok(Step::Pixels(Box::new(mark)))
}

impl Op for Watermark {
    fn files(&self) -> Vec<FileRef> {
        self.picture.iter().map(Picture::file).chain(self.text.iter().map(|t| t.font.clone())).collect()
    }

    fn is_mark(&self) -> bool {
        true
    }

    fn draws_text(&self) -> bool {
        self.text.is_some()
    }

    fn apply(&self, image: Image, kit: &Kit) -> Result<Image> {
        let main = image.size();
        let mark = self.open(main, kit)?;
        let at = self.place.corner(mark.held(), main);
        let image = image.with_colour()?;
        debug_assert_eq!(mark.layout(), Layout::Rgba);
        match self.tile {
            None => compose(image, &mark, at, self.opacity),
            Some(gap) => place::tiles(at, mark.held(), main, gap).try_fold(image, |image, at| compose(image, &mark, at, self.opacity)),
        }
    }
}

impl fmt::Display for Watermark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("watermark")?;
        if let Some(picture) = &self.picture {
            write!(f, ",image_{}", picture.reference())?;
        }
        if let Some(text) = &self.text {
            write!(f, "{text}")?;
        }
        if self.order == Order::TextFirst {
            f.write_str(",order_1")?;
        }
        if self.align != 2 {
            write!(f, ",align_{}", self.align)?;
        }
        if self.interval != 0 {
            write!(f, ",interval_{}", self.interval)?;
        }
        if self.opacity != 100 {
            write!(f, ",t_{}", self.opacity)?;
        }
        let Place { gravity, x, y, voffset } = self.place;
        if gravity != Gravity::SouthEast {
            write!(f, ",g_{gravity}")?;
        }
        // What the gravity makes idle is not printed either.
        if gravity.column() != 0 && x != Length::Pixels(10) {
            write!(f, ",x_{x}")?;
        }
        if gravity.row() != 0 && y != Length::Pixels(10) {
            write!(f, ",y_{y}")?;
        }
        if gravity.row() == 0 && voffset != 0 {
            write!(f, ",voffset_{voffset}")?;
        }
        match self.tile {
            None => Ok(()),
            Some((0, 0)) => f.write_str(",fill_1"),
            Some((padx, pady)) => write!(f, ",fill_1,padx_{padx},pady_{pady}"),
        }
    }
}

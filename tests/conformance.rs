//! Every worked number of the OSS documents: sizes, positions, qualities, errors.

mod common;

use common::{bucket, kit, pixels, png};
use limn_core::accept::Class;
use limn_core::codec::{self, EncodeSettings, Format, Header};
use limn_core::image::{Color, Image, Layout, Size};
use limn_core::kit::FileRef;
use limn_core::params::{oss, short, Program};
use limn_core::plan::Quality;
use limn_core::render::{render, Encoded, Scene};
use limn_core::{hash, Error, Result};

fn blank(width: u32, height: u32) -> Image {
    Image::filled(Size::new(width, height), Layout::Rgb, Color::from_hex("808080").unwrap()).unwrap()
}

fn make(source: &[u8], program: &str) -> Result<Encoded> {
    let mut kit = kit();
    kit.add(
        FileRef::Mark("m.png".into()),
        png(Image::filled(Size::new(100, 100), Layout::Rgb, Color::from_hex("ff0000").unwrap()).unwrap()),
    );
    let plan = oss::compile(program, bucket().bucket("demo").unwrap())?;
    render(&plan, source, &Scene::new(Class::Base, &kit, Quality::Default))
}

fn size(width: u32, height: u32, program: &str) -> (u32, u32) {
    let made = make(&png(blank(width, height)), &format!("image/{program}")).unwrap_or_else(|e| panic!("{program}: {e}"));
    (made.size.width, made.size.height)
}

#[test]
fn sizes() {
    for (w, h, program, want) in [
        // The table of modes: 200×100 with w_150,h_80.
        (200, 100, "resize,m_lfit,w_150,h_80", (150, 75)),
        (200, 100, "resize,m_mfit,w_150,h_80", (160, 80)),
        (200, 100, "resize,m_fill,w_150,h_80", (150, 80)),
        (200, 100, "resize,m_pad,w_150,h_80", (150, 80)),
        (200, 100, "resize,m_fixed,w_150,h_80", (150, 80)),
        (200, 100, "resize,m_fixed,h_100", (100, 100)),
        (200, 100, "resize,m_fixed,h_100,limit_0", (100, 100)),
        (200, 100, "resize,m_fixed,h_50", (50, 50)),
        // One side keeps the ratio; l and s are the longer and the shorter one.
        (400, 300, "resize,w_100", (100, 75)),
        (400, 300, "resize,h_100", (133, 100)),
        (400, 300, "resize,l_100", (100, 75)),
        (400, 300, "resize,m_lfit,s_100", (133, 100)),
        (300, 400, "resize,l_100", (75, 100)),
        (400, 200, "resize,m_fixed,w_800,h_100,limit_0", (800, 100)),
        // limit_1 leaves alone what would have to grow, limit_0 enlarges.
        (100, 50, "resize,w_200", (100, 50)),
        (100, 50, "resize,w_200,limit_0", (200, 100)),
        (100, 50, "resize,m_pad,w_200,h_200", (100, 50)),
        (100, 50, "resize,p_200", (200, 100)),
        (100, 50, "resize,p_10", (10, 5)),
        // m together with w or h: l and s are ignored.
        (400, 300, "resize,m_lfit,w_100,l_50", (100, 75)),
        // Crops: to the edge, with origins, clipped.
        (800, 600, "crop,w_100,h_100,x_100,y_50", (100, 100)),
        (800, 600, "crop,x_700,y_550", (100, 50)),
        (800, 600, "crop,w_200,h_200,g_se", (200, 200)),
        (800, 600, "crop,w_0,h_200", (800, 200)),
        (800, 600, "crop,w_200,h_200,g_se,x_100,y_100", (100, 100)),
        // Slices: the remainder is one, a number beyond the last is the whole.
        (1000, 300, "indexcrop,x_300,i_0", (300, 300)),
        (1000, 300, "indexcrop,x_300,i_3", (100, 300)),
        (1000, 300, "indexcrop,x_300,i_4", (1000, 300)),
        (1000, 300, "indexcrop,x_300,y_100,i_1", (1000, 100)),
        // The circle's canvas is the square that holds it.
        (400, 300, "circle,r_100", (200, 200)),
        (400, 300, "circle,r_4096", (300, 300)),
        (400, 300, "rounded-corners,r_4096", (400, 300)),
        // Turning.
        (400, 300, "rotate,90", (300, 400)),
        (400, 300, "rotate,180", (400, 300)),
        (400, 300, "rotate,360", (400, 300)),
        (400, 300, "rotate,0", (400, 300)),
        (100, 100, "rotate,45", (141, 141)),
    ] {
        assert_eq!(size(w, h, program), want, "{w}×{h} {program}");
    }
}

#[test]
fn orientation_comes_first_wherever_it_stands() {
    // The documented photo: 424×333 as stored, turned by its tag; 127 = 424 · 100 / 333, rounded.
    let jpeg = codec::encode(blank(424, 333), Format::Jpeg, &EncodeSettings::default(), &kit()).unwrap();
    let exif = b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let turned = [&jpeg[..2], exif, &jpeg[2..]].concat();
    for (program, want) in [
        ("image/resize,w_100/auto-orient,1", (100, 127)),
        ("image/resize,w_100", (100, 127)),
        ("image/resize,w_100/auto-orient,0", (100, 79)),
    ] {
        let made = make(&turned, program).unwrap();
        assert_eq!((made.size.width, made.size.height), want, "{program}");
    }
}

#[test]
fn qualities() {
    let source =
        |quality| codec::encode(blank(64, 64), Format::Jpeg, &EncodeSettings { quality, ..EncodeSettings::default() }, &kit()).unwrap();
    let out = |quality, program: &str| Header::read(&make(&source(quality), program).unwrap().bytes, &kit()).unwrap().quality;
    for (own, program, want) in [
        // 80 & q_90 is 72; 80 & Q_90 stays 80; Q wins over q.
        (80, "image/quality,q_90", 72),
        (80, "image/quality,Q_90", 80),
        (90, "image/quality,Q_80", 80),
        (80, "image/quality,q_50,Q_60", 60),
        (95, "image/resize,w_10", 80),
        (60, "image/resize,w_10", 60),
        // Format, quality and interlace set the encoder; the last one wins.
        (95, "image/quality,Q_30/quality,Q_70", 70),
    ] {
        assert_eq!(out(own, program), Some(want), "{own} {program}");
    }
}

#[test]
fn formats() {
    let opaque = png(blank(20, 20));
    for (program, want) in [
        ("image/format,jpg", Format::Jpeg),
        ("image/format,webp", Format::WebP),
        ("image/format,bmp", Format::Bmp),
        ("image/format,tiff", Format::Tiff),
        ("image/format,avif", Format::Avif),
        // gif only if the source is gif, else the source's format is kept.
        ("image/format,gif", Format::Png),
        ("image/resize,w_10", Format::Png),
        ("image/format,jpg/format,png", Format::Png),
    ] {
        assert_eq!(make(&opaque, program).unwrap().format, Some(want), "{program}");
    }
    // jpg lays transparency on white.
    let clear = png(Image::new(Size::new(1, 1), Layout::Rgba, vec![0, 0, 0, 0]).unwrap());
    assert!(pixels(&make(&clear, "image/format,jpg").unwrap().bytes, &kit()).data().starts_with(&[255, 255, 255]));
    let progressive = make(&opaque, "image/format,jpg/interlace,1").unwrap().bytes;
    assert!(progressive.windows(2).any(|w| w == [0xff, 0xc2]));
}

#[test]
fn a_mark_stands_where_the_documents_say() {
    let b64 = |text: &str| hash::base64url(text.as_bytes());
    let red = |program: &str| {
        let made = make(&png(blank(400, 300)), &format!("image/{program}/format,png")).unwrap();
        let image = pixels(&made.bytes, &kit());
        let at: Vec<(u32, u32)> = (0..300)
            .flat_map(|y| (0..400).map(move |x| (x, y)))
            .filter(|(x, y)| image.data()[((y * 400 + x) * 4) as usize..][..3] == [255, 0, 0])
            .collect();
        let (left, right) = (at.iter().map(|p| p.0).min().unwrap(), at.iter().map(|p| p.0).max().unwrap());
        let (top, bottom) = (at.iter().map(|p| p.1).min().unwrap(), at.iter().map(|p| p.1).max().unwrap());
        (left, top, right + 1 - left, bottom + 1 - top)
    };
    let (plain, tenth) = (b64("m.png"), b64("m.png?x-oss-process=image/resize,P_10"));
    for (args, want) in [
        // Natural size, 10 px from the south-east corner.
        (format!("image_{plain}"), (290, 190, 100, 100)),
        (format!("image_{plain},g_nw,x_20,y_30"), (20, 30, 100, 100)),
        (format!("image_{plain},g_north,x_99,y_5"), (150, 5, 100, 100)),
        (format!("image_{plain},g_ne,x_0,y_0"), (300, 0, 100, 100)),
        (format!("image_{plain},g_west,x_7,voffset_-20"), (7, 80, 100, 100)),
        (format!("image_{plain},g_center,voffset_15"), (150, 115, 100, 100)),
        (format!("image_{plain},g_east"), (290, 100, 100, 100)),
        (format!("image_{plain},g_sw,x_1,y_2"), (1, 198, 100, 100)),
        (format!("image_{plain},g_south"), (150, 190, 100, 100)),
        // P_10 of 400×300 is the box 40×30, into which a square fits as 30×30.
        (format!("image_{tenth}"), (360, 260, 30, 30)),
        // The mark's own program.
        (format!("image_{}", b64("m.png?x-oss-process=image/crop,w_50,h_20/rotate,90")), (370, 240, 20, 50)),
        // A mark larger than its image is cut.
        (format!("image_{},g_nw,x_0,y_0", b64("m.png?x-oss-process=image/resize,w_1000,limit_0")), (0, 0, 400, 300)),
        (format!("image_{plain},fill_1,padx_0,pady_0"), (0, 0, 400, 300)),
    ] {
        assert_eq!(red(&format!("watermark,{args}")), want, "{args}");
    }
}

#[test]
fn opacity_of_a_mark() {
    let made =
        make(&png(blank(400, 300)), &format!("image/watermark,image_{},t_50,g_nw,x_0,y_0/format,png", hash::base64url(b"m.png"))).unwrap();
    let image = pixels(&made.bytes, &kit());
    assert_eq!(image.data()[..3], [192, 64, 64]);
}

#[test]
fn facts() {
    let source = png(blank(400, 267));
    let info: serde_json::Value = serde_json::from_slice(&make(&source, "image/info").unwrap().bytes).unwrap();
    assert_eq!(info["ImageWidth"]["value"], "400");
    assert_eq!(info["ImageHeight"]["value"], "267");
    assert_eq!(info["Format"]["value"], "png");
    assert_eq!(info["FileSize"]["value"], source.len().to_string());
    let hue = make(&source, "image/average-hue").unwrap();
    assert_eq!((hue.mime, hue.bytes.as_slice()), ("application/json", &br#"{"RGB":"0x808080"}"#[..]));
}

#[test]
fn errors() {
    let long = format!("image/watermark,text_{}", hash::base64url(&[b'a'; 65]));
    let nested =
        |action: &str| format!("image/watermark,image_{}", hash::base64url(format!("m.png?x-oss-process=image/{action}").as_bytes()));
    let mark = format!("watermark,image_{}", hash::base64url(b"m.png"));
    let four = format!("image/{mark}/{mark}/{mark}/{mark}");
    for (program, status, code) in [
        ("image/slim,1", 400, "InvalidArgument"),
        ("image/", 400, "MissingArgument"),
        ("image/format", 400, "MissingArgument"),
        ("image/sharpen", 400, "MissingArgument"),
        ("image/sharpen,10", 400, "InvalidArgument"),
        ("image/sharpen,400", 400, "InvalidArgument"),
        ("image/rotate,1,2", 400, "InvalidArgument"),
        ("image/rotate,361", 400, "InvalidArgument"),
        ("image/auto-orient,2", 400, "InvalidArgument"),
        ("image/resize,m_other,w_1", 400, "InvalidArgument"),
        ("image/resize,w_16385", 400, "InvalidArgument"),
        ("image/resize,w_0", 400, "InvalidArgument"),
        ("image/resize,l_0", 400, "InvalidArgument"),
        ("image/resize,s_16385", 400, "InvalidArgument"),
        ("image/resize,p_1001", 400, "InvalidArgument"),
        ("image/crop,w_-1", 400, "InvalidArgument"),
        ("image/crop,w_a", 400, "InvalidArgument"),
        ("image/crop,x_400", 400, "BadRequest"),
        ("image/crop,y_300", 400, "BadRequest"),
        ("image/indexcrop,x_0", 400, "InvalidArgument"),
        ("image/indexcrop,i_0", 400, "MissingArgument"),
        ("image/circle,r_0", 400, "InvalidArgument"),
        ("image/circle,r_4097", 400, "InvalidArgument"),
        ("image/rounded-corners,r_x", 400, "InvalidArgument"),
        ("image/blur,r_51,s_1", 400, "InvalidArgument"),
        ("image/blur,r_3", 400, "MissingArgument"),
        ("image/bright,101", 400, "InvalidArgument"),
        ("image/contrast,-101", 400, "InvalidArgument"),
        ("image/quality,q_101", 400, "InvalidArgument"),
        ("image/format,heic", 400, "InvalidArgument"),
        ("image/interlace,2", 400, "InvalidArgument"),
        ("image/watermark,text_", 400, "InvalidArgument"),
        ("image/watermark,text_!!", 400, "InvalidArgument"),
        ("image/watermark,t_50", 400, "MissingArgument"),
        ("image/watermark,text_YQ,t_101", 400, "InvalidArgument"),
        ("image/watermark,text_YQ,size_1001", 400, "InvalidArgument"),
        ("image/watermark,text_YQ,g_face", 400, "InvalidArgument"),
        ("image/watermark,text_YQ,voffset_1001", 400, "InvalidArgument"),
        ("image/watermark,text_YQ,fill_2", 400, "InvalidArgument"),
        ("image/watermark,text_YQ,type_bm9uZQ", 404, "NoSuchKey"),
        ("image/watermark,image_bm9uZQ", 404, "NoSuchKey"),
        (&long, 400, "WatermarkError"),
        (&nested("watermark,text_YQ"), 400, "WatermarkError"),
        (&nested("info"), 400, "WatermarkError"),
        (&four, 400, "WatermarkError"),
        ("image/info|image/info|image/info|image/info|image/info|image/info|image/info", 400, "TooManyPipes"),
        ("style/none", 404, "NoSuchStyle"),
        ("image/resize,w_9000,h_9000,m_fixed,limit_0", 400, "ImageTooLarge"),
    ] {
        let error = make(&png(blank(400, 300)), program).err().unwrap_or(Error::Internal);
        assert_eq!(error.cloud(), (status, code), "{program}: {error}");
    }
    assert_eq!(make(b"not a picture", "image/resize,w_1").unwrap_err().cloud(), (400, "InvalidArgument"));
}

/// Short parameters and OSS programs that mean the same have one print, and so the same bytes.
#[test]
fn both_grammars_meet() {
    let config = bucket();
    let demo = config.bucket("demo").unwrap();
    let compile = |query: &str| {
        let pairs = query.split('&').filter_map(|p| p.split_once('=')).map(|(n, v)| (short::canonical_name(n).unwrap(), v.to_string()));
        Program::Short(pairs.collect()).compile(demo).unwrap_or_else(|e| panic!("{query}: {e}"))
    };
    let source = png(blank(90, 60));
    let kit = kit();
    let text = hash::base64url("© Acme".as_bytes());
    for (query, program) in [
        ("w=40", "image/resize,w_40".to_string()),
        ("h=30&w=40&fit=cover", "image/resize,m_fill,w_40,h_30,limit_0".into()),
        ("w=40&h=30&fit=crop", "image/resize,m_fill,h_30,w_40".into()),
        ("w=40&h=50&fit=pad&bg=fff", "image/resize,m_pad,w_40,h_50,limit_0".into()),
        ("ls=40", "image/resize,l_40".into()),
        ("ss=40", "image/resize,s_40".into()),
        ("pct=50", "image/resize,p_50".into()),
        ("rect=5,6,40,30", "image/crop,x_5,y_6,w_40,h_30".into()),
        ("r=12", "image/rounded-corners,r_12".into()),
        ("r=max", "image/circle,r_4096".into()),
        ("rot=90", "image/rotate,90".into()),
        ("or=0", "image/auto-orient,0".into()),
        ("blur=2", "image/blur,r_6,s_2".into()),
        ("sharp=100", "image/sharpen,100".into()),
        ("bri=20&con=-30", "image/bright,20/contrast,-30".into()),
        ("f=jpg&q=70", "image/format,jpg/quality,Q_70".into()),
        ("f=jpg&qr=70", "image/quality,q_70/format,jpg".into()),
        ("f=webp&ll=1", "image/format,webp/quality,lossless".into()),
        ("f=jpg&prog=1", "image/interlace,1/format,jpg".into()),
        ("f=pjpg", "image/format,jpg/interlace,1".into()),
        ("info=hue", "image/average-hue".into()),
        ("wmt=© Acme&wmg=nw&wmz=20&wmo=60", format!("image/watermark,text_{text},size_20,t_60,g_nw")),
    ] {
        let (short, program) = (compile(query), oss::compile(&program, demo).unwrap());
        // A background behind an opaque picture is the one thing that OSS cannot say.
        if !query.contains("bg=") {
            assert_eq!(short.to_string(), program.to_string(), "{query}");
        }
        let scene = Scene::new(Class::Base, &kit, Quality::Default);
        let (a, b) = (render(&short, &source, &scene).unwrap(), render(&program, &source, &scene).unwrap());
        assert_eq!(a.bytes, b.bytes, "{query}");
    }
}

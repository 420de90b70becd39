use super::*;

const FONT: &[u8] = include_bytes!("../../../www/fonts/sans.ttf");
const OPEN: &str = r#"<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 100 50">"#;

fn svg(inside: &str) -> String {
    format!("{OPEN}{inside}</svg>")
}

fn drawn(inside: &str) -> Result<Made> {
    draw(100, 50, 0, svg(inside).as_bytes())
}

fn code(inside: &str) -> Option<&'static str> {
    drawn(inside).err().map(|e| e.code())
}

fn pixel(made: &Made, x: usize, y: usize) -> [u8; 4] {
    let at = (y * made.size.width as usize + x) * 4;
    made.bytes[at..at + 4].try_into().unwrap()
}

#[test]
fn sizes_are_natural_and_bounded() {
    let of = |attributes: &str| size(format!("<svg xmlns='{}' {attributes}/>", expand::SVG).as_bytes()).map(|m| m.size);
    assert_eq!(of("width='30' height='20.6'").unwrap(), Size::new(30, 21));
    assert_eq!(of("viewBox='0 0 0.2 7'").unwrap(), Size::new(1, 7));
    assert_eq!(of("width='20000' height='10'").unwrap_err().code(), "image_too_large");
    assert_eq!(of("width='0' height='10'").unwrap_err().code(), "image_corrupt");
    assert_eq!(size(b"<html/>").unwrap_err().code(), "image_corrupt");
    assert_eq!(size(b"<svg").unwrap_err().code(), "image_corrupt");
}

#[test]
fn shapes_are_drawn_with_straight_alpha() {
    let made = drawn("<rect width='50' height='50' fill='#f00'/><rect x='50' width='50' height='50' fill='#00f' opacity='.5'/>").unwrap();
    assert_eq!(pixel(&made, 10, 10), [255, 0, 0, 255]);
    let [r, g, b, a] = pixel(&made, 80, 10);
    assert_eq!((r, g), (0, 0));
    assert!(b > 250 && (126..=129).contains(&a), "{b} {a}");
    assert_eq!(draw(30, 70, 0, svg("").as_bytes()).unwrap().size, Size::new(30, 70));
}

#[test]
fn text_takes_the_font_that_comes_along() {
    let inside = "<text x='5' y='30' font-family='Nothing' font-size='20'>Hello</text>";
    assert_eq!(code(inside), Some("format_unsupported"));
    let data = [svg(inside).as_bytes(), FONT].concat();
    let made = draw(100, 50, FONT.len(), &data).unwrap();
    assert!(made.bytes.chunks(4).filter(|p| p[3] == 255).count() > 50);
    assert_eq!(draw(100, 50, data.len() + 1, &data), Err(Error::Internal));
    let broken = [svg(inside).as_bytes(), b"no font".as_slice()].concat();
    assert_eq!(draw(100, 50, 7, &broken).unwrap_err().code(), "image_corrupt");
}

#[test]
fn images_are_left_out_wherever_they_come_from() {
    let dot = "data:image/svg+xml;utf8,<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='9' height='9'/></svg>";
    for href in [
        "http://127.0.0.1/x.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "data:image/png;base64,iVBORw0KGgo=",
        &dot.replace('<', "&lt;").replace('"', "&quot;"),
    ] {
        let made = drawn(&format!("<image width=\"50\" height=\"50\" xlink:href=\"{href}\"/>")).unwrap();
        assert!(made.bytes.iter().all(|b| *b == 0), "{href}");
        let filter = format!("<filter id='f'><feImage xlink:href=\"{href}\"/></filter><rect width='50' height='50' filter='url(#f)'/>");
        assert!(drawn(&filter).unwrap().bytes.iter().all(|b| *b == 0), "{href} in a filter");
    }
    assert!(drawn("<script>alert(1)</script><foreignObject><p/></foreignObject>").is_ok());
}

#[test]
fn entities_of_its_own_are_refused() {
    let bomb = "<!DOCTYPE svg [<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>";
    let error = draw(9, 9, 0, format!("{bomb}{}", svg("<text>&b;</text>")).as_bytes()).unwrap_err();
    assert_eq!(error.code(), "format_unsupported");
    let public = "<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd'>";
    assert!(draw(9, 9, 0, format!("{public}{}", svg("<path d='M0 0h9v9z'/>")).as_bytes()).is_ok());
}

#[test]
fn deep_nesting_is_refused_before_anything_recurses() {
    assert_eq!(code(&("<g>".repeat(200_000) + &"</g>".repeat(20))), Some("image_too_large"));
    assert_eq!(code(&("<g>".repeat(97) + &"</g>".repeat(97))), Some("image_too_large"));
    assert_eq!(code(&("<g>".repeat(90) + "<rect width='9' height='9'/>" + &"</g>".repeat(90))), None);
}

#[test]
fn bombs_of_references_are_refused() {
    let uses = |i: usize| format!("<g id='u{i}'>{}</g>", format!("<use xlink:href='#u{}'/>", i - 1).repeat(10));
    let all: String = (1..=9).map(uses).collect();
    assert_eq!(code(&format!("<rect id='u0' width='1' height='1'/>{all}")), Some("image_too_large"));
    for (tag, by) in [("pattern", "fill"), ("mask", "mask"), ("clipPath", "clip-path"), ("marker", "marker-mid")] {
        let of = |i: usize| {
            let inside = format!("<path d='M0 0h9l1 1v9z' {by}='url(#m{})'/>", i - 1).repeat(10);
            format!("<{tag} id='m{i}' width='9' height='9' patternUnits='userSpaceOnUse'>{inside}</{tag}>")
        };
        let all: String = (1..=9).map(of).collect();
        assert_eq!(code(&format!("{all}<path d='M0 0h9v9z' {by}='url(#m9)'/>")), Some("image_too_large"), "{tag}");
        let styled = all.replace(&format!("{by}='url(#m"), "class='c").replace(")'/>", "'/>");
        let rules: String = (0..10).map(|i| format!(".c{i}{{{by}:url(#m{i})}}")).collect();
        assert_eq!(
            code(&format!("<style>{rules}</style>{styled}<path d='M0 0h9v9z' class='c9'/>")),
            Some("image_too_large"),
            "{tag} by class"
        );
    }
    let chain: String = (1..5_000).map(|i| format!("<g id='u{i}'><use xlink:href='#u{}'/></g>", i - 1)).collect();
    assert_eq!(code(&format!("<rect id='u0'/>{chain}")), Some("image_too_large"));
    assert_eq!(code("<g id='a'><use xlink:href='#b'/></g><g id='b'><use xlink:href='#a'/></g>"), Some("image_corrupt"), "circles");
}

#[test]
fn what_is_inherited_or_copied_counts_for_all_that_take_it() {
    let shapes = "<path d='M0 0h9v9h9v9h9v9'/>".repeat(2_000);
    let marker = format!("<marker id='m'>{}</marker>", "<rect width='1' height='1'/>".repeat(20));
    assert_eq!(code(&format!("{marker}<g marker-mid='url(#m)'>{shapes}</g>")), Some("image_too_large"));
    let pattern = format!("<pattern id='p' width='9' height='9'>{}</pattern>", "<rect width='1' height='1'/>".repeat(200));
    assert_eq!(code(&format!("{pattern}<g fill='url(#p)'>{shapes}</g>")), Some("image_too_large"));
    let gradient = format!("<linearGradient id='g'>{}</linearGradient>", "<stop offset='.5'/>".repeat(10));
    assert_eq!(code(&format!("{gradient}<g fill='url(#g)'>{shapes}</g>")), None, "many shapes with one gradient are common");
    let long = format!("<path id='l' d='M0 0{}'/>", "h1".repeat(100_000));
    assert_eq!(code(&long), None);
    assert_eq!(code(&format!("{long}{}", "<use xlink:href='#l'/>".repeat(200))), Some("image_too_large"));
    assert_eq!(code(&format!("<text>{}</text>", "x".repeat(200_000))), Some("image_too_large"));
}

#[test]
fn filters_and_layers_are_weighed_at_the_size_they_are_drawn() {
    let filtered = |inside: &str| {
        format!("<filter id='f' x='-9' y='-9' width='20' height='20'>{inside}</filter><rect width='90' height='40' filter='url(#f)'/>")
    };
    let blur = svg(&filtered("<feGaussianBlur stdDeviation='2'/>"));
    assert!(draw(100, 50, 0, blur.as_bytes()).is_ok());
    assert_eq!(draw(6_000, 2_000, 0, blur.as_bytes()).unwrap_err().code(), "image_too_large");
    assert_eq!(code(&filtered("<feMorphology radius='5000'/>")), Some("image_too_large"));
    assert_eq!(code(&filtered("<feTurbulence numOctaves='100000000' baseFrequency='.1'/>")), Some("image_too_large"));
    let layers = "<g opacity='.9'>".repeat(80) + "<rect width='100' height='50'/>" + &"</g>".repeat(80);
    assert!(drawn(&layers).is_ok());
    assert_eq!(draw(2_000, 1_000, 0, svg(&layers).as_bytes()).unwrap_err().code(), "image_too_large");
    let dashed = |path: &str| format!("<path d='{path}' stroke='red' stroke-dasharray='1e-4'/>");
    assert_eq!(code(&dashed("M0 0h1e6").repeat(20)), Some("image_too_large"));
    assert_eq!(code(&dashed("M0 0h1")), None);
    let tile = "<pattern id='p' width='1e7' height='1e7' patternUnits='userSpaceOnUse'><rect width='9' height='9'/></pattern>";
    assert_eq!(code(&format!("{tile}<rect width='9' height='9' fill='url(#p)'/>")), Some("image_too_large"));
}

#[test]
fn length_and_coding_are_checked() {
    assert_eq!(code(&" ".repeat(1 << 20)), Some("image_too_large"));
    assert_eq!(code(&"<g/>".repeat(70_000)), Some("image_too_large"));
    assert_eq!(size(&[0x1f, 0x8b, 8, 0]).unwrap_err().code(), "format_unsupported");
    assert_eq!(size(&[0xff, 0xfe, 60, 0]).unwrap_err().code(), "image_corrupt");
}

#[test]
fn a_file_cut_anywhere_never_panics() {
    let whole = svg("<style>.a{fill:url(#g)}</style><linearGradient id='g'><stop stop-color='red'/></linearGradient><text class='a'>x</text><path class='a' d='M0 0 9 9a1 2 3 0 1 4 5z'/>");
    for cut in (0..whole.len()).filter(|cut| whole.is_char_boundary(*cut)) {
        let _ = draw(9, 9, 0, &whole.as_bytes()[..cut]);
    }
}

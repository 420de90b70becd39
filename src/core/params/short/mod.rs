//! Limn's own short parameters: `?w=200&fit=cover&wm=logo`. Order-independent; each key stands once.

mod colours;
mod marks;
mod output;
mod pairs;
mod shape;
mod vocabulary;

pub use vocabulary::{canonical_name, Key, KEYS};

use super::{Names, Program};
use crate::ops::background::Background;
use crate::ops::Setting;
use crate::plan::Plan;
use crate::{Error, Result};
use pairs::Pairs;

/// Compiles pairs of canonical name and value, in the fixed order of the vocabulary's operations:
/// orient, trim, cut, resize and pad, turn, colour, blur, mask, background, watermarks, encode.
///
/// # Errors
/// `bad_arg`, `no_such_mark`, `no_such_font`, `no_such_style`.
pub fn compile(pairs: &[(String, String)], names: &dyn Names) -> Result<Plan> {
    if let Some((_, style)) = pairs.iter().find(|(name, _)| name == "p") {
        return preset(style, pairs, names);
    }
    let keys = Pairs::new(pairs)?;
    let mut plan = Plan::default();
    if keys.flag("or")? == Some(false) {
        plan.set(Setting::Orient(false));
    }
    let bg = keys.color("bg")?;
    shape::cut(&keys, &mut plan)?;
    shape::resize(&keys, bg, &mut plan)?;
    shape::turn(&keys, &mut plan)?;
    colours::compile(&keys, &mut plan)?;
    shape::mask(&keys, &mut plan)?;
    if let Some(color) = bg {
        plan.push(Box::new(Background { color }));
    }
    marks::compile(&keys, names, &mut plan)?;
    output::compile(&keys, names, &mut plan)?;
    plan.check()?;
    Ok(plan)
}

/// A style, with the keys beside it where the bucket lets them override its own.
fn preset(style: &str, pairs: &[(String, String)], names: &dyn Names) -> Result<Plan> {
    let program = names.style(style)?;
    if pairs.len() == 1 {
        return program.compile(names);
    }
    match program {
        Program::Short(own) if names.overrides() => {
            let beside = pairs.iter().filter(|(name, _)| name != "p");
            let kept = own.iter().filter(|(name, _)| !pairs.iter().any(|(n, _)| n == name));
            compile(&kept.chain(beside).cloned().collect::<Vec<_>>(), names)
        }
        _ if names.overrides() => Err(Error::BadArg("p stands alone: this style is an OSS program, whose parts have no keys.".into())),
        _ => Err(Error::BadArg("p stands alone: the keys beside it would change what the style means.".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;
    use crate::params::Program;

    fn compiled(query: &str) -> Result<String> {
        let pairs = query.split('&').map(|p| p.split_once('=').unwrap()).map(|(n, v)| (canonical_name(n).unwrap(), v.into())).collect();
        Program::Short(pairs).compile(sample().bucket("demo").unwrap()).map(|p| p.to_string())
    }

    #[test]
    fn short_parameters_print_as_the_oss_program_that_means_the_same() {
        for (query, print) in [
            ("w=200", "image/resize,w_200"),
            ("h=150&w=200", "image/resize,w_200,h_150"),
            ("w=200&fit=contain", "image/resize,w_200,limit_0"),
            ("w=200&h=100&fit=cover", "image/resize,m_fill,w_200,h_100,limit_0"),
            ("w=200&h=100&fit=crop&g=n", "image/resize,m_fill,w_200,h_100,g_north"),
            ("w=200&h=100&fit=pad&bg=f00", "image/resize,m_pad,w_200,h_100,limit_0,color_ff0000/background,ff0000"),
            ("w=0.5", "image/resize,w_0.5"),
            ("w=100&dpr=2", "image/resize,w_200"),
            ("w=200&f=webp&q=high", "image/resize,w_200/format,webp/quality,Q_85"),
            ("w=200&f=pjpg", "image/resize,w_200/format,jpg/interlace,1"),
            ("w=200&f=jpg&effort=high", "image/resize,w_200/format,jpg/effort,high"),
            ("w=200&f=jpg&effort=fast", "image/resize,w_200/format,jpg"),
            ("w=200&or=0&ll=1", "image/auto-orient,0/resize,w_200/quality,lossless"),
            ("w=auto&h=10&v=1", "image/resize,h_10"),
            ("p=thumb", "image/resize,w_200"),
            ("p=card", "image/resize,m_fill,w_400,h_300,limit_0"),
        ] {
            assert_eq!(compiled(query).unwrap(), print, "{query}");
        }
    }

    #[test]
    fn a_mark_by_name_is_the_oss_watermark_of_its_key() {
        let mark = crate::hash::base64url(b"marks/logo.png?x-oss-process=image/resize,P_25");
        assert_eq!(compiled("w=200&wm=logo").unwrap(), format!("image/resize,w_200/watermark,image_{mark}"));
        let key = crate::hash::base64url(b"marks/logo.png");
        assert_eq!(compiled("wm=logo&wms=0&wmg=nw&wmx=0.1&wmo=40").unwrap(), format!("image/watermark,image_{key},t_40,g_nw,x_0.1"));
    }

    #[test]
    fn an_error_names_the_parameter() {
        for (query, code, name) in [
            ("w=0", "bad_arg", "w must"),
            ("w=20000", "bad_arg", "w must"),
            ("w=10000&dpr=2", "bad_arg", "w must"),
            ("w=-1", "bad_arg", "w must"),
            ("w=1.5", "bad_arg", "w must"),
            ("w=nan", "bad_arg", "w must"),
            ("w=1e2", "bad_arg", "w must"),
            ("h=", "bad_arg", "h must"),
            ("w=1&fit=zoom", "bad_arg", "fit must"),
            ("w=1&bg=blurple", "bad_arg", "bg must"),
            ("w=1&q=0", "bad_arg", "q must"),
            ("w=1&f=heic", "bad_arg", "f must"),
            ("w=1&wmo=20", "bad_arg", "wmo"),
            ("wm=nope", "no_such_mark", "nope"),
            ("wm=b64:Li4vYQ", "bad_arg", "wm must"),
            ("p=nope", "no_such_style", "nope"),
            ("p=thumb&w=3", "bad_arg", "p stands alone"),
            ("w=1&dpr=9", "bad_arg", "dpr must"),
            ("w=1&en=yes", "bad_arg", "en must"),
            ("w=1&effort=most", "bad_arg", "effort must"),
        ] {
            let e = compiled(query).unwrap_err();
            assert_eq!(e.code(), code, "{query}");
            assert!(e.to_string().contains(name), "{query}: {e}");
        }
    }

    #[test]
    fn every_example_compiles_and_shows_its_own_key() {
        for key in KEYS {
            assert!(key.example.split('&').any(|p| p.starts_with(&format!("{}=", key.name))), "{}", key.name);
            if key.name != "v" {
                compiled(key.example).unwrap();
            }
            assert!(!key.doc.is_empty());
        }
    }
}

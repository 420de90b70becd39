//! What a URL asks to be made of an object: three grammars, one [`Plan`].

pub mod args;
pub mod clouds;
pub mod hints;
pub mod legacy;
pub mod oss;
pub mod short;
pub mod style;

use crate::api::meta::Overrides;
use crate::api::operation::is_beside;
use crate::config::{Bucket, Mark};
use crate::kit::{FileRef, SHIPPED_FONTS};
use crate::parts::Parts;
use crate::plan::Plan;
use crate::route::ObjectPath;
use crate::{percent, Error, Result};
use std::fmt;

/// A transformation as written, in one of the grammars.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Program {
    /// The object as it is.
    None,
    /// Short parameters: name (canonical, not alias) and value.
    Short(Vec<(String, String)>),
    /// The value of `x-oss-process`.
    Oss(String),
}

impl fmt::Display for Program {
    /// As a style's body is written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Program::None => Ok(()),
            Program::Oss(text) => f.write_str(text),
            Program::Short(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(n, v)| format!("{n}={}", percent::encode(v, ","))).collect();
                f.write_str(&pairs.join("&"))
            }
        }
    }
}

/// What a request on an object asks for, beside who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The transformation.
    pub program: Program,
    /// Whether it is a style that its bucket's owner named.
    pub by_style: bool,
    /// Whether nothing but `x-oss-process` and the path says what is to be done: what OSS V1 signs.
    pub only_oss: bool,
    /// `v`: an opaque cache buster, part of the key.
    pub buster: Option<String>,
    /// `dl`: the file name that a browser saves the answer under.
    pub download: Option<String>,
    /// `default`: what is shown when the image cannot be made.
    pub fallback: Option<Fallback>,
    /// `explain=1`: the plan instead of the image.
    pub explain: bool,
}

/// What is shown when an image cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fallback {
    /// A redirect to the original.
    Redirect,
    /// A fallback that the bucket registers: the key of another object.
    Object(String),
}

/// Prefixes of parameters that OSS and S3 clients send and that nothing here answers to.
const CLOUD_PREFIXES: [&str; 2] = ["x-oss-", "response-"];

impl Ask {
    /// The object as it is.
    pub fn nothing() -> Ask {
        Ask { program: Program::None, by_style: false, only_oss: true, buster: None, download: None, fallback: None, explain: false }
    }

    /// Sorts the query into grammars; every parameter must belong to one, to a signature or to the
    /// bucket's `ignore` list.
    ///
    /// # Errors
    /// `unknown_param`, `repeated_key` (an alias beside its name), `bad_arg` when two grammars meet,
    /// `not_implemented`.
    pub fn parse(parts: &Parts, path: &ObjectPath, bucket: &Bucket) -> Result<Ask> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut cloud: Option<(&str, String)> = None;
        for (name, value) in &parts.query {
            if bucket.ignores(name) || is_beside(name) || Overrides::is_parameter(name) {
                continue;
            }
            if let Some(known) = short::canonical_name(name) {
                if pairs.iter().any(|(n, _)| *n == known) {
                    return Err(Error::RepeatedKey(format!("The parameter {known} stands twice, once as {name}; each may stand once.")));
                }
                pairs.push((known, value.clone()));
            } else if let Some(dialect) = clouds::find(name) {
                if cloud.is_some() {
                    return Err(Error::BadArg(format!("{name} stands beside another cloud's parameter; one is wanted.")));
                }
                cloud = Some((dialect.param, dialect.translate(value)));
            } else if CLOUD_PREFIXES.iter().any(|p| name.starts_with(p)) {
                return Err(Error::NotImplemented(format!("The parameter {name} is not implemented.")));
            } else {
                return Err(Error::UnknownParam(format!("The parameter {name} is not known.")));
            }
        }
        let only_oss = pairs.is_empty() && cloud.as_ref().is_none_or(|(param, _)| *param == clouds::OSS);
        let mut take = |name: &str| pairs.iter().position(|(n, _)| n == name).map(|at| pairs.remove(at).1);
        let (buster, download, fallback) = (take("v"), take("dl"), take("default"));
        let explain = match take("explain").as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(other) => return Err(args::refuse("explain", "0 or 1", other)),
        };
        let download = download.map(|name| file_name(&name)).transpose()?;
        let fallback = fallback.map(|name| bucket.fallback(&name)).transpose()?;
        hints::apply(&mut pairs, parts, bucket);
        let by_style = path.style.is_some()
            || matches!(pairs.as_slice(), [(name, _)] if name == "p")
            || cloud.as_ref().is_some_and(|(_, text)| text.starts_with("style/") && !text.contains('|'));
        let short = (!pairs.is_empty()).then_some(Program::Short(pairs));
        let style = path.style.as_deref().map(|name| style::find(bucket, name)).transpose()?;
        let legacy = path.legacy.as_deref().map(legacy::translate).transpose()?.map(Program::Oss);
        let mut asked = [short, cloud.map(|(_, text)| Program::Oss(text)), style, legacy].into_iter().flatten();
        let program = asked.next().unwrap_or(Program::None);
        match asked.next() {
            Some(_) => {
                Err(Error::BadArg("Short parameters, x-oss-process and a style in the path exclude one another; one is wanted.".into()))
            }
            None => Ok(Ask { program, by_style, only_oss, buster, download, fallback, explain }),
        }
    }

    /// Whether anything but the object as it is is asked for.
    pub fn is_plain(&self) -> bool {
        self.program == Program::None && self.buster.is_none() && self.download.is_none() && self.fallback.is_none() && !self.explain
    }
}

/// A name that a browser may save a file under: no path, no control characters.
fn file_name(name: &str) -> Result<String> {
    let legal =
        (1..=255).contains(&name.len()) && !name.chars().any(|c| c.is_control() || "/\\".contains(c)) && name != "." && name != "..";
    match legal {
        true => Ok(name.to_string()),
        false => Err(args::refuse("dl", "a file name of 1 to 255 bytes without a path", name)),
    }
}

impl Program {
    /// Compiles to a plan, with the bucket's marks, styles and defaults resolved.
    ///
    /// # Errors
    /// `bad_arg`, `unknown_param`, `no_such_style`, `no_such_mark`, `not_implemented`.
    pub fn compile(&self, names: &dyn Names) -> Result<Plan> {
        match self {
            Program::None => Ok(Plan::default()),
            Program::Short(pairs) => short::compile(pairs, names),
            Program::Oss(text) => oss::compile(text, names),
        }
    }
}

/// Font names of the OSS documentation.
#[rustfmt::skip]
const OSS_FONTS: [&str; 7] = [
    "wqy-zenhei", "wqy-microhei", "fangzhengshusong", "fangzhengkaiti", "fangzhengheiti", "fangzhengfangsong", "droidsansfallback",
];

/// What a bucket gives names to.
pub trait Names {
    /// A registered mark.
    ///
    /// # Errors
    /// `no_such_mark`.
    fn mark(&self, name: &str) -> Result<Mark>;
    /// A style's program.
    ///
    /// # Errors
    /// `no_such_style`.
    fn style(&self, name: &str) -> Result<Program>;
    /// Whether short parameters without `f` mean `f=auto`.
    fn auto_format(&self) -> bool;
    /// A font by its name.
    ///
    /// # Errors
    /// `no_such_font`.
    fn font(&self, name: &str) -> Result<FileRef>;
    /// Whether keys beside a style override its own.
    fn overrides(&self) -> bool;
}

impl Names for Bucket {
    fn mark(&self, name: &str) -> Result<Mark> {
        self.marks.get(name).cloned().ok_or_else(|| Error::NoSuchMark(name.into()))
    }

    fn style(&self, name: &str) -> Result<Program> {
        style::find(self, name)
    }

    fn auto_format(&self) -> bool {
        self.auto_format
    }

    /// OSS's own font names stand for the shipped font where the bucket names no file for them.
    fn font(&self, name: &str) -> Result<FileRef> {
        if let Some(key) = self.fonts.get(name) {
            return Ok(FileRef::Font(key.clone()));
        }
        let name = if OSS_FONTS.contains(&name) { SHIPPED_FONTS[0].0 } else { name };
        FileRef::shipped(name).ok_or_else(|| Error::NoSuchFont(name.chars().take(64).collect()))
    }

    fn overrides(&self) -> bool {
        self.style_override
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    fn ask(query: &str) -> Result<Ask> {
        let config = sample();
        let parts = Parts::new("GET", &format!("http://localhost/demo/cat.jpg?{query}"), []).unwrap();
        let path = ObjectPath { bucket: "demo".into(), key: "cat.jpg".into(), style: None, legacy: None };
        Ask::parse(&parts, &path, config.bucket("demo").unwrap())
    }

    #[test]
    fn every_parameter_must_be_known() {
        for (query, code) in [
            ("w=200&W=3", "unknown_param"),
            ("wide=200", "unknown_param"),
            ("w=200&width=300", "repeated_key"),
            ("w=200&x-oss-process=image/resize,w_1", "bad_arg"),
            ("x-oss-nonsense=1", "not_implemented"),
        ] {
            assert_eq!(ask(query).unwrap_err().code(), code, "{query}");
        }
        assert_eq!(ask("utm_source=x&fbclid=1").unwrap().program, Program::None);
        assert_eq!(ask("v=7").unwrap().buster.as_deref(), Some("7"));
        assert_eq!(ask("width=200&kid=a&s=b&exp=1").unwrap().program, Program::Short(vec![("w".into(), "200".into())]));
    }
}

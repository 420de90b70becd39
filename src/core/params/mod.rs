//! What a URL asks to be made of an object: three grammars, one [`Plan`].

pub mod args;
pub mod oss;
pub mod short;
pub mod style;

use crate::config::{Bucket, Mark};
use crate::parts::Parts;
use crate::plan::Plan;
use crate::route::ObjectPath;
use crate::{Error, Result};

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

/// What a request on an object asks for, beside who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The transformation.
    pub program: Program,
    /// `v`: an opaque cache buster, part of the key.
    pub buster: Option<String>,
}

/// Query parameters that belong to a signature and not to a grammar.
const SIGNATURE_PARAMS: [&str; 10] = ["s", "kid", "exp", "ct", "len", "sha256", "OSSAccessKeyId", "Expires", "Signature", "security-token"];

/// Prefixes of parameters that OSS and S3 clients send and that are not built yet.
const CLOUD_PREFIXES: [&str; 4] = ["x-oss-", "X-Amz-", "response-", "x-amz-"];

impl Ask {
    /// Sorts the query into grammars; every parameter must belong to one, to a signature or to the
    /// bucket's `ignore` list.
    ///
    /// # Errors
    /// `unknown_param`, `repeated_key` (an alias beside its name), `bad_arg` when two grammars meet,
    /// `not_implemented`.
    pub fn parse(parts: &Parts, path: &ObjectPath, bucket: &Bucket) -> Result<Ask> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let (mut oss, mut buster) = (None, None);
        for (name, value) in &parts.query {
            if bucket.ignores(name) || SIGNATURE_PARAMS.contains(&name.as_str()) {
                continue;
            }
            match short::canonical_name(name) {
                Some("v") => buster = Some(value.clone()),
                Some(known) if pairs.iter().any(|(n, _)| n == known) => {
                    return Err(Error::RepeatedKey(format!("The parameter {known} stands twice, once as {name}; each may stand once.")));
                }
                Some(known) => pairs.push((known.to_string(), value.clone())),
                None if name == "x-oss-process" => oss = Some(value.clone()),
                None if short::is_later(name) || CLOUD_PREFIXES.iter().any(|p| name.starts_with(p)) => {
                    return Err(Error::NotImplemented(format!("The parameter {name} is not built yet.")));
                }
                None => return Err(Error::UnknownParam(format!("The parameter {name} is not known."))),
            }
        }
        let short = (!pairs.is_empty()).then_some(Program::Short(pairs));
        let style = path.style.as_deref().map(|name| style::find(bucket, name)).transpose()?;
        let mut asked = [short, oss.map(Program::Oss), style].into_iter().flatten();
        let program = asked.next().unwrap_or(Program::None);
        match asked.next() {
            Some(_) => {
                Err(Error::BadArg("Short parameters, x-oss-process and a style in the path exclude one another; one is wanted.".into()))
            }
            None => Ok(Ask { program, buster }),
        }
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    fn ask(query: &str) -> Result<Ask> {
        let config = sample();
        let parts = Parts::new("GET", &format!("http://localhost/demo/cat.jpg?{query}"), []).unwrap();
        let path = ObjectPath { bucket: "demo".into(), key: "cat.jpg".into(), style: None };
        Ask::parse(&parts, &path, config.bucket("demo").unwrap())
    }

    #[test]
    fn every_parameter_must_be_known() {
        for (query, code) in [
            ("w=200&W=3", "unknown_param"),
            ("wide=200", "unknown_param"),
            ("w=200&width=300", "repeated_key"),
            ("w=200&x-oss-process=image/resize,w_1", "bad_arg"),
            ("blur=3", "not_implemented"),
            ("x-oss-traffic-limit=1", "not_implemented"),
        ] {
            assert_eq!(ask(query).unwrap_err().code(), code, "{query}");
        }
        assert_eq!(ask("utm_source=x&fbclid=1").unwrap().program, Program::None);
        assert_eq!(ask("v=7").unwrap(), Ask { program: Program::None, buster: Some("7".into()) });
        assert_eq!(ask("width=200&kid=a&s=b&exp=1").unwrap().program, Program::Short(vec![("w".into(), "200".into())]));
    }
}

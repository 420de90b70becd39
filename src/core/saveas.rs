//! `sys/saveas`: a program whose result is stored instead of sent (OSS: the body of a POST on the source).

use crate::params::clouds::OSS;
use crate::percent::{self, Plus};
use crate::route::{check_key, is_bucket_name, ObjectPath};
use crate::{hash, Error, Result};

/// What is to be made and where it goes.
#[derive(Debug, PartialEq, Eq)]
pub struct SaveAs {
    /// The program without its last pipe.
    pub program: String,
    /// Where the result is stored.
    pub target: ObjectPath,
}

/// Reads `x-oss-process=image/…|sys/saveas,o_KEY[,b_BUCKET]`; key and bucket are base64url, and the bucket
/// is the source's where none is named.
///
/// # Errors
/// `bad_arg`, `unknown_param`, `repeated_key`.
pub fn parse(body: &[u8], source: &ObjectPath) -> Result<SaveAs> {
    let wanted = || Error::BadArg(format!("The body must be {OSS}=image/…|sys/saveas,o_KEY with KEY in base64url."));
    let text = std::str::from_utf8(body).map_err(|_| wanted())?.trim();
    // Some SDKs encode the body as a form; the pipe, which stands in every body, tells.
    let decoded = match text.contains('|') {
        true => text.to_string(),
        false => percent::decode(text, Plus::Literal)?,
    };
    let (program, last) =
        decoded.strip_prefix(OSS).and_then(|t| t.strip_prefix('=')).and_then(|t| t.rsplit_once('|')).ok_or_else(wanted)?;
    let args = last.strip_prefix("sys/saveas,").ok_or_else(wanted)?;
    let (mut key, mut bucket) = (None, None);
    for arg in args.split(',') {
        let (name, value) = arg.split_once('_').ok_or_else(wanted)?;
        // Some SDKs write the other alphabet of base64.
        let value = hash::from_base64url(&value.replace('+', "-").replace('/', "_"))
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| Error::BadArg(format!("Input is not base64 decoding. sys/saveas: {name} must be base64url.")))?;
        let slot = match name {
            "o" => &mut key,
            "b" => &mut bucket,
            other => return Err(Error::UnknownParam(format!("sys/saveas: the argument {other:?} is not known."))),
        };
        if slot.replace(value).is_some() {
            return Err(Error::RepeatedKey(format!("sys/saveas: the argument {name} stands twice; it may stand once.")));
        }
    }
    let key = key.ok_or_else(|| Error::MissingArg("sys/saveas: o is wanted.".into()))?;
    check_key(&key)?;
    let bucket = bucket.unwrap_or_else(|| source.bucket.clone());
    if !is_bucket_name(&bucket) {
        return Err(Error::BadArg("sys/saveas: b must be a bucket's name.".into()));
    }
    Ok(SaveAs { program: program.to_string(), target: ObjectPath { bucket, key, style: None, legacy: None } })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> ObjectPath {
        ObjectPath { bucket: "demo".into(), key: "cat.jpg".into(), style: None, legacy: None }
    }

    #[test]
    fn the_documented_body_is_read() {
        let saved = parse(b"x-oss-process=image/resize,w_100|sys/saveas,o_dGVzdC5qcGc,b_dGVzdA", &source()).unwrap();
        assert_eq!(
            (saved.program.as_str(), saved.target.key.as_str(), saved.target.bucket.as_str()),
            ("image/resize,w_100", "test.jpg", "test")
        );
        let encoded = parse(b"x-oss-process=image%2Fresize%2Cw_100%7Csys%2Fsaveas%2Co_dGVzdC5qcGc", &source()).unwrap();
        assert_eq!((encoded.program, encoded.target.key), (saved.program, saved.target.key));
        assert_eq!(parse(b"x-oss-process=image/info|sys/saveas,o_dGVzdC5qcGc", &source()).unwrap().target.bucket, "demo");
    }

    #[test]
    fn what_is_wrong_is_told() {
        for bad in [
            &b"image/resize,w_1|sys/saveas,o_dA"[..],
            b"x-oss-process=image/resize,w_1",
            b"x-oss-process=image/resize,w_1|sys/saveas,b_dGVzdA",
            b"x-oss-process=image/resize,w_1|sys/saveas,o_Li4vYQ",
            b"x-oss-process=image/resize,w_1|sys/saveas,o_dA,o_dA",
            b"x-oss-process=image/resize,w_1|sys/saveas,o_!",
            b"\xff",
        ] {
            assert_eq!(parse(bad, &source()).unwrap_err().status(), 400, "{bad:?}");
        }
    }
}

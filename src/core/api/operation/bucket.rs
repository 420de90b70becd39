//! Operations on a bucket as a whole.

use super::known;
use super::settings::{self, Answer, Unset};
use crate::api::asked;
use crate::api::list;
use crate::dialect::Dialect;
use crate::error::CloudCode;
use crate::parts::{Method, Parts};
use crate::{Error, Result};

/// What is wanted of a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BucketOp {
    /// A list of objects.
    List(list::Query),
    /// A list of open multipart uploads.
    ListUploads(list::UploadsQuery),
    /// Whether it is there.
    Head,
    /// Make it.
    Create,
    /// Delete it.
    Delete,
    /// Delete the objects that the body names.
    DeleteMany,
    /// A form upload (OSS PostObject, S3 POST).
    Form,
    /// Its region.
    Location,
    /// OSS `?bucketInfo`.
    Info,
    /// OSS `?stat`.
    Stat,
    /// Who may read it.
    Acl,
    /// OSS: its Referer rule.
    Referer,
    /// OSS: its styles.
    Styles,
    /// OSS: one style.
    Style(String),
    /// Whether it keeps versions; it does not.
    Versioning,
    /// A setting that is not there and whose absence is a document.
    Unset(Unset),
}

/// Settings that can be read, and are written in the settings tables only.
const READABLE: [&str; 7] = ["acl", "referer", "style", "versioning", "location", "bucketInfo", "stat"];

impl BucketOp {
    /// Reads a request whose path names a bucket and no key.
    ///
    /// # Errors
    /// `no_such_setting` for a read of a setting that is not there, `not_implemented` for a write of one,
    /// `unknown_param`, `bad_arg`, `method`; those of [`asked::check_write`] for a bucket that is made.
    pub fn of(parts: &Parts) -> Result<BucketOp> {
        let dialect = Dialect::of(parts);
        let has = |name: &str| parts.param(name).is_some();
        let setting = parts.query.iter().find_map(|(name, _)| Some((name.as_str(), settings::of(name, dialect)?)));
        match (parts.method, setting) {
            (Method::Get, Some((name, answer))) => read(name, answer),
            (Method::Get, None) => get(parts),
            (Method::Head, _) => known::check(parts, &["bucketInfo"]).map(|()| BucketOp::Head),
            (Method::Post, None) if has("delete") => known::check(parts, &["delete", "encoding-type"]).map(|()| BucketOp::DeleteMany),
            (Method::Post, None) if is_form(parts) => known::check(parts, &[]).map(|()| BucketOp::Form),
            (Method::Options, _) => Err(Error::Method("OPTIONS is answered from the bucket's CORS rules.".into())),
            (_, Some((name, _))) => Err(written_elsewhere(name)),
            (Method::Post, None) => Err(Error::Method("A POST to a bucket is a form upload or has ?delete.".into())),
            (Method::Put | Method::Delete, None) => {
                if let Some(name) = READABLE.into_iter().find(|name| has(name)) {
                    return Err(written_elsewhere(name));
                }
                known::check(parts, &[])?;
                if parts.method == Method::Delete {
                    return Ok(BucketOp::Delete);
                }
                asked::check_write(parts)?;
                Ok(BucketOp::Create)
            }
        }
    }
}

fn get(parts: &Parts) -> Result<BucketOp> {
    let has = |name: &str| parts.param(name).is_some();
    let plain = |name: &'static str, op: BucketOp| known::check(parts, &[name]).map(|()| op);
    let Some(name) = READABLE.into_iter().chain(["uploads"]).find(|name| has(name)) else {
        let own =
            ["list-type", "prefix", "delimiter", "max-keys", "encoding-type", "marker", "continuation-token", "start-after", "fetch-owner"];
        known::check(parts, &own)?;
        return Ok(BucketOp::List(list::Query::of(parts)?));
    };
    match name {
        "uploads" => {
            known::check(parts, &["uploads", "prefix", "delimiter", "key-marker", "upload-id-marker", "max-uploads", "encoding-type"])?;
            Ok(BucketOp::ListUploads(list::UploadsQuery::of(parts)?))
        }
        "style" => {
            known::check(parts, &["style", "styleName"])?;
            Ok(parts.param("styleName").map_or(BucketOp::Styles, |name| BucketOp::Style(name.into())))
        }
        "acl" => plain(name, BucketOp::Acl),
        "referer" => plain(name, BucketOp::Referer),
        "versioning" => plain(name, BucketOp::Versioning),
        "location" => plain(name, BucketOp::Location),
        "bucketInfo" => plain(name, BucketOp::Info),
        _ => plain(name, BucketOp::Stat),
    }
}

fn read(name: &str, answer: Answer) -> Result<BucketOp> {
    match answer {
        Answer::Empty(unset) => Ok(BucketOp::Unset(unset)),
        Answer::None(code) => Err(Error::NoSuchSetting(CloudCode(code))),
        Answer::Never => Err(Error::NotImplemented(format!("?{name} of a bucket is not implemented."))),
    }
}

fn written_elsewhere(name: &str) -> Error {
    Error::NotImplemented(format!(
        "?{name} is not written through the API; it is a setting of the bucket (its LIMN_BUCKET_ table in wrangler.toml)."
    ))
}

fn is_form(parts: &Parts) -> bool {
    let essence = parts.header("content-type").and_then(|t| t.split(';').next()).unwrap_or("");
    essence.trim().eq_ignore_ascii_case("multipart/form-data")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, query: &str, headers: &[(&str, &str)]) -> Result<BucketOp> {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
        BucketOp::of(&Parts::new(method, &format!("http://h/b{query}"), headers).unwrap())
    }

    #[test]
    fn operations_by_method_and_query() {
        for (method, query, want) in [
            ("HEAD", "", BucketOp::Head),
            ("PUT", "", BucketOp::Create),
            ("DELETE", "?x-id=DeleteBucket", BucketOp::Delete),
            ("POST", "?delete", BucketOp::DeleteMany),
            ("POST", "?delete=&encoding-type=url", BucketOp::DeleteMany),
            ("GET", "?location", BucketOp::Location),
            ("GET", "?bucketInfo=", BucketOp::Info),
            ("GET", "?stat", BucketOp::Stat),
            ("GET", "?acl", BucketOp::Acl),
            ("GET", "?referer", BucketOp::Referer),
            ("GET", "?style", BucketOp::Styles),
            ("GET", "?style&styleName=thumb", BucketOp::Style("thumb".into())),
            ("GET", "?versioning&x-id=GetBucketVersioning", BucketOp::Versioning),
            ("GET", "?logging", BucketOp::Unset(Unset::Logging)),
        ] {
            assert_eq!(of(method, query, &[]).unwrap(), want, "{method} {query}");
        }
        let form = [("content-type", "multipart/form-data; boundary=x")];
        assert_eq!(of("POST", "", &form).unwrap(), BucketOp::Form);
        assert!(matches!(of("GET", "?list-type=2&prefix=a&x-id=ListObjectsV2&kid=a&s=b", &[]), Ok(BucketOp::List(_))));
        assert!(matches!(of("GET", "", &[]), Ok(BucketOp::List(_))));
        assert!(matches!(of("GET", "?uploads&max-uploads=3", &[]), Ok(BucketOp::ListUploads(_))));
    }

    #[test]
    fn settings_that_are_not_there_are_refused_with_each_clouds_code() {
        for (query, oss, s3) in [
            ("?cors", "NoSuchCORSConfiguration", "NoSuchCORSConfiguration"),
            ("?lifecycle", "NoSuchLifecycle", "NoSuchLifecycleConfiguration"),
            ("?policy", "NoSuchBucketPolicy", "NoSuchBucketPolicy"),
            ("?encryption", "NoSuchServerSideEncryptionRule", "ServerSideEncryptionConfigurationNotFoundError"),
        ] {
            let e = of("GET", query, &[("authorization", "OSS a:b")]).unwrap_err();
            assert_eq!(e.cloud(), (404, oss), "{query}");
            assert_eq!(of("GET", query, &[("authorization", "AWS4-HMAC-SHA256 a")]).unwrap_err().cloud(), (404, s3), "{query}");
        }
    }

    #[test]
    fn what_is_not_done_is_refused() {
        for (method, query, headers, code) in [
            ("PUT", "?acl", &[][..], "not_implemented"),
            ("PUT", "?cors", &[], "not_implemented"),
            ("PUT", "?style&styleName=a", &[], "not_implemented"),
            ("DELETE", "?lifecycle", &[], "not_implemented"),
            ("DELETE", "?style&styleName=a", &[], "not_implemented"),
            ("POST", "?metaQuery", &[], "not_implemented"),
            ("GET", "?versions", &[], "not_implemented"),
            ("GET", "?max-key=1", &[], "unknown_param"),
            ("GET", "?acl&prefix=a", &[], "unknown_param"),
            ("PUT", "?what", &[], "unknown_param"),
            ("POST", "", &[], "method"),
            ("GET", "?max-keys=a", &[], "bad_arg"),
            ("PUT", "", &[("x-oss-acl", "public-read-write")], "access_denied"),
        ] {
            let e = of(method, query, headers).unwrap_err();
            assert_eq!(e.code(), code, "{method} {query}");
            if code == "not_implemented" && method == "PUT" {
                assert!(e.to_string().contains("LIMN_BUCKET_"), "{e}");
            }
        }
    }
}

//! In whose words an answer is given: Limn's JSON, or the XML and headers of OSS or S3.

use crate::parts::{Method, Parts};

/// The words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// JSON, Limn's codes.
    Limn,
    /// Alibaba Cloud OSS.
    Oss,
    /// Amazon S3.
    S3,
}

impl Dialect {
    /// The scheme that signed the request decides; unsigned ones by what they name.
    pub fn of(parts: &Parts) -> Dialect {
        let named = |prefix: &str| parts.query.iter().any(|(n, _)| n.starts_with(prefix));
        let authorization = parts.header("authorization").unwrap_or("");
        let oss = authorization.starts_with("OSS")
            || ["OSSAccessKeyId", "Signature"].iter().all(|p| parts.param(p).is_some())
            || named("x-oss-")
            || parts.headers_with_prefix("x-oss-").next().is_some();
        let s3 = authorization.starts_with("AWS")
            || named("X-Amz-")
            || parts.param("AWSAccessKeyId").is_some()
            || parts.headers_with_prefix("x-amz-").next().is_some();
        // The policy of a form tells its scheme only in the body; both clouds answer in much the same XML.
        let form = parts.method == Method::Post && parts.header("content-type").is_some_and(|t| t.starts_with("multipart/form-data"));
        match (oss || form, s3) {
            (true, _) => Dialect::Oss,
            (false, true) => Dialect::S3,
            (false, false) => Dialect::Limn,
        }
    }

    /// The header that carries the id of a request.
    pub fn request_id_header(self) -> &'static str {
        match self {
            Dialect::Limn => "x-limn-request-id",
            Dialect::Oss => "x-oss-request-id",
            Dialect::S3 => "x-amz-request-id",
        }
    }

    /// What stands before the names of user metadata and of the dialect's own headers.
    pub fn header_prefix(self) -> &'static str {
        match self {
            Dialect::Limn => "x-limn-",
            Dialect::Oss => "x-oss-",
            Dialect::S3 => "x-amz-",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_answered_in_its_own_words() {
        for (query, header, want) in [
            ("", ("accept", "*/*"), Dialect::Limn),
            ("?w=1&kid=a&s=b", ("accept", "*/*"), Dialect::Limn),
            ("?x-oss-process=x", ("accept", "*/*"), Dialect::Oss),
            ("?OSSAccessKeyId=a&Expires=1&Signature=b", ("accept", "*/*"), Dialect::Oss),
            ("?AWSAccessKeyId=a&Expires=1&Signature=b", ("accept", "*/*"), Dialect::S3),
            ("?X-Amz-Date=1", ("accept", "*/*"), Dialect::S3),
            ("", ("authorization", "AWS4-HMAC-SHA256 x"), Dialect::S3),
            ("", ("authorization", "OSS4-HMAC-SHA256 x"), Dialect::Oss),
            ("", ("x-oss-date", "x"), Dialect::Oss),
        ] {
            let parts = Parts::new("GET", &format!("http://h/a/b{query}"), [(header.0.to_string(), header.1.to_string())]).unwrap();
            assert_eq!(Dialect::of(&parts), want, "{query} {header:?}");
        }
    }
}

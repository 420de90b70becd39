//! Operations on one object.

use super::known;
use crate::api::{asked, copy, list, multipart};
use crate::parts::{Method, Parts};
use crate::{Error, Result};

/// What is wanted of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectOp {
    /// Its bytes, or an image made from it: the query is the grammars' to check.
    Get,
    /// As `Get`, without bytes.
    Head,
    /// Store the body.
    Put,
    /// Store what another object holds.
    Copy(copy::Source),
    /// Delete it.
    Delete,
    /// OSS `?objectMeta`: ETag, length and date only.
    Meta,
    /// Who may read it.
    Acl,
    /// Its tags; it has none.
    Tags,
    /// OSS: a POST whose body is a program.
    Process,
    /// Begin a multipart upload.
    InitiateUpload,
    /// Store the body as a part.
    UploadPart {
        /// The upload's id.
        upload: String,
        /// 1 to 10,000.
        number: u16,
    },
    /// Store some of another object as a part.
    CopyPart {
        /// The upload's id.
        upload: String,
        /// 1 to 10,000.
        number: u16,
        /// Of what.
        source: copy::Source,
    },
    /// The parts of an upload.
    ListParts(list::PartsQuery),
    /// Make the object of its parts.
    CompleteUpload {
        /// The upload's id.
        upload: String,
    },
    /// Forget an upload.
    AbortUpload {
        /// The upload's id.
        upload: String,
    },
}

/// Parameters that name what no object here has. Reads and writes of it are refused alike; none is a
/// parameter of a grammar.
const NEVER: [&str; 12] = [
    "append",
    "attributes",
    "asyncFetch",
    "legal-hold",
    "renameObject",
    "restore",
    "retention",
    "select",
    "select-type",
    "symlink",
    "torrent",
    "x-oss-async-process",
];

impl ObjectOp {
    /// Reads a request whose path names an object.
    ///
    /// # Errors
    /// `not_implemented` for what no object here has (versions, links, locks, tags, appends), `unknown_param`
    /// for a write (a read's parameters may be a grammar's), `bad_arg`, `method`; those of
    /// [`asked::check_write`], [`copy::Source::of`] and [`list::PartsQuery::of`].
    pub fn of(parts: &Parts) -> Result<ObjectOp> {
        if let Some(name) = NEVER.into_iter().find(|name| parts.param(name).is_some()) {
            return Err(Error::NotImplemented(format!("?{name} of an object is not implemented.")));
        }
        if parts.param("versionId").is_some_and(|v| v != "null") {
            return Err(Error::NotImplemented("Objects have no versions here; versionId may only be null.".into()));
        }
        match parts.method {
            Method::Get | Method::Head => read(parts),
            Method::Put => put(parts),
            Method::Post => post(parts),
            Method::Delete => delete(parts),
            Method::Options => Err(Error::Method("OPTIONS is answered from the bucket's CORS rules.".into())),
        }
    }
}

fn read(parts: &Parts) -> Result<ObjectOp> {
    asked::check_read(parts)?;
    let has = |name: &str| parts.param(name).is_some();
    let own = |own: &[&str], op: ObjectOp| known::check(parts, own).map(|()| op);
    match parts.method {
        _ if has("objectMeta") => own(&["objectMeta", "versionId"], ObjectOp::Meta),
        Method::Get if has("acl") => own(&["acl", "versionId"], ObjectOp::Acl),
        Method::Get if has("tagging") => own(&["tagging", "versionId"], ObjectOp::Tags),
        Method::Get if has("uploadId") => {
            let query = list::PartsQuery::of(parts)?;
            own(&["uploadId", "max-parts", "part-number-marker", "encoding-type"], ObjectOp::ListParts(query))
        }
        _ if has("partNumber") => Err(Error::NotImplemented("An object is read by Range, not by partNumber.".into())),
        Method::Head => Ok(ObjectOp::Head),
        _ => Ok(ObjectOp::Get),
    }
}

fn put(parts: &Parts) -> Result<ObjectOp> {
    let has = |name: &str| parts.param(name).is_some();
    if has("acl") {
        return Err(Error::NotImplemented(
            "Access is a setting of the bucket (access in its LIMN_BUCKET_ table); objects have no ACL of their own.".into(),
        ));
    }
    if has("tagging") {
        return Err(Error::NotImplemented("Objects have no tags.".into()));
    }
    known::check(parts, &["uploadId", "partNumber"])?;
    asked::check_write(parts)?;
    let source = copy::Source::of(parts)?;
    match (upload(parts), parts.param("partNumber")) {
        (None, None) => Ok(source.map_or(ObjectOp::Put, ObjectOp::Copy)),
        (Some(upload), Some(number)) => {
            let number = multipart::number(number)?;
            Ok(match source {
                Some(source) => ObjectOp::CopyPart { upload, number, source },
                None => ObjectOp::UploadPart { upload, number },
            })
        }
        _ => Err(Error::BadArg("A part has both uploadId and partNumber.".into())),
    }
}

fn post(parts: &Parts) -> Result<ObjectOp> {
    let has = |name: &str| parts.param(name).is_some();
    if has("uploads") {
        // OSS: `sequential` asks for an MD5 of the whole, which is not promised to those who do not ask either.
        known::check(parts, &["uploads", "sequential", "encoding-type"])?;
        asked::check_write(parts)?;
        return Ok(ObjectOp::InitiateUpload);
    }
    if let Some(upload) = upload(parts) {
        known::check(parts, &["uploadId", "encoding-type"])?;
        asked::check_write(parts)?;
        return Ok(ObjectOp::CompleteUpload { upload });
    }
    if has("x-oss-process") {
        return known::check(parts, &["x-oss-process"]).map(|()| ObjectOp::Process);
    }
    Err(Error::Method("A POST to an object has ?uploads, ?uploadId or ?x-oss-process.".into()))
}

fn delete(parts: &Parts) -> Result<ObjectOp> {
    if parts.param("tagging").is_some() {
        return Err(Error::NotImplemented("Objects have no tags.".into()));
    }
    known::check(parts, &["uploadId", "versionId"])?;
    Ok(upload(parts).map_or(ObjectOp::Delete, |upload| ObjectOp::AbortUpload { upload }))
}

/// An empty id is one: to read it as none would delete the object where an upload was to be aborted.
fn upload(parts: &Parts) -> Option<String> {
    parts.param("uploadId").map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, query: &str, headers: &[(&str, &str)]) -> Result<ObjectOp> {
        let headers = headers.iter().map(|(n, v)| (n.to_string(), v.to_string()));
        ObjectOp::of(&Parts::new(method, &format!("http://h/b/k{query}"), headers).unwrap())
    }

    #[test]
    fn operations_by_method_query_and_headers() {
        let source = || copy::Source { bucket: "photos".into(), key: "a".into() };
        let copied = [("x-amz-copy-source", "photos/a"), ("authorization", "AWS4-HMAC-SHA256 a")];
        for (method, query, headers, want) in [
            ("GET", "?w=200&x-oss-process=image/resize,w_1", &[][..], ObjectOp::Get),
            ("GET", "?x-id=GetObject", &[], ObjectOp::Get),
            ("HEAD", "?versionId=null", &[], ObjectOp::Head),
            ("HEAD", "?objectMeta", &[], ObjectOp::Meta),
            ("GET", "?objectMeta=", &[], ObjectOp::Meta),
            ("GET", "?acl", &[], ObjectOp::Acl),
            ("GET", "?tagging", &[], ObjectOp::Tags),
            ("PUT", "?x-id=PutObject", &[], ObjectOp::Put),
            ("PUT", "?x-amz-checksum-crc32=AAAAAA%3D%3D&X-Amz-Date=1", &[], ObjectOp::Put),
            ("PUT", "", &copied, ObjectOp::Copy(source())),
            ("PUT", "?uploadId=u&partNumber=7", &[], ObjectOp::UploadPart { upload: "u".into(), number: 7 }),
            ("PUT", "?uploadId=u&partNumber=7", &copied, ObjectOp::CopyPart { upload: "u".into(), number: 7, source: source() }),
            ("POST", "?uploads", &[], ObjectOp::InitiateUpload),
            ("POST", "?uploads=&sequential=", &[], ObjectOp::InitiateUpload),
            ("POST", "?uploadId=u", &[], ObjectOp::CompleteUpload { upload: "u".into() }),
            ("POST", "?x-oss-process", &[], ObjectOp::Process),
            ("DELETE", "?uploadId=u", &[], ObjectOp::AbortUpload { upload: "u".into() }),
            ("DELETE", "?uploadId=", &[], ObjectOp::AbortUpload { upload: String::new() }),
            ("DELETE", "", &[], ObjectOp::Delete),
        ] {
            assert_eq!(of(method, query, headers).unwrap(), want, "{method} {query}");
        }
        assert!(matches!(of("GET", "?uploadId=u&max-parts=2", &[]), Ok(ObjectOp::ListParts(_))));
    }

    #[test]
    fn what_is_not_done_is_refused() {
        for (method, query, headers, code) in [
            ("PUT", "?acl", &[][..], "not_implemented"),
            ("PUT", "?tagging", &[], "not_implemented"),
            ("DELETE", "?tagging", &[], "not_implemented"),
            ("PUT", "?symlink", &[], "not_implemented"),
            ("GET", "?symlink", &[], "not_implemented"),
            ("POST", "?append&position=0", &[], "not_implemented"),
            ("POST", "?restore", &[], "not_implemented"),
            ("POST", "?select&select-type=2", &[], "not_implemented"),
            ("GET", "?versionId=3", &[], "not_implemented"),
            ("DELETE", "?versionId=3", &[], "not_implemented"),
            ("GET", "?partNumber=1", &[], "not_implemented"),
            ("POST", "", &[], "method"),
            ("PUT", "?w=200", &[], "unknown_param"),
            ("DELETE", "?uploadID=u", &[], "unknown_param"),
            ("PUT", "?uploadId=u", &[], "bad_arg"),
            ("PUT", "?partNumber=1", &[], "bad_arg"),
            ("PUT", "?uploadId=u&partNumber=0", &[], "bad_arg"),
            ("PUT", "", &[("x-oss-object-acl", "public-read-write")], "access_denied"),
            ("PUT", "?kid=a&s=b", &[("x-amz-copy-source", "photos/a")], "access_denied"),
            ("PUT", "", &[("x-amz-object-lock-mode", "GOVERNANCE")], "not_implemented"),
            ("GET", "", &[("x-amz-server-side-encryption-customer-algorithm", "AES256")], "not_implemented"),
        ] {
            assert_eq!(of(method, query, headers).unwrap_err().code(), code, "{method} {query} {headers:?}");
        }
    }
}

//! Every way in which Limn says no, with its status, its stable code and its sentence.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A refusal. Its [`Display`](fmt::Display) text is public: it names the parameter, what was wanted
/// and what came, and never holds a secret, an upstream's text or a node's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs)] // the code in `row` names each one
pub enum Error {
    MalformedUrl(String),
    UnknownParam(String),
    BadArg(String),
    RepeatedKey(String),
    MissingArg(String),
    TooManyPipes(String),
    BadMark(String),
    OutsideImage(String),
    SignatureRequired(String),
    UnknownAccessKey,
    BadSignature,
    LinkExpired,
    ClockSkewed,
    AccessDenied(String),
    SchemeRefused(String),
    TokenRefused,
    RefererRefused,
    /// 403: no CORS rule allows what a preflight asks.
    CorsRefused(String),
    BadBucketName(String),
    NoSuchBucket(String),
    NoSuchKey,
    NoSuchStyle(String),
    NoSuchMark(String),
    NoSuchFont(String),
    /// 404: a part of a bucket's settings that SDKs ask for by name; the code is the one they map.
    #[serde(skip)]
    NoSuchSetting(CloudCode),
    NoSuchUpload,
    Method(String),
    Conflict(String),
    /// 409: a bucket that somebody has.
    BucketExists(String),
    /// 409: one's own, as S3 tells it.
    BucketOwned(String),
    BucketNotEmpty,
    TooManyBuckets(String),
    /// 409: the object is there and was not to be overwritten.
    ObjectExists,
    /// 409: a single-use token served another upload.
    TokenUsed,
    /// 422: an Idempotency-Key served another upload.
    IdempotencyMismatch,
    Precondition(String),
    /// 304: a copy whose source the client holds already (OSS).
    NotModified,
    /// 416: the sentence, and how many bytes there are.
    BadRange(String, u64),
    MalformedXml(String),
    MalformedForm(String),
    /// 403: a form's field is not what its policy allows.
    PolicyRefused(String),
    InvalidPart(String),
    InvalidPartOrder,
    PartTooSmall(String),
    MetadataTooLarge(String),
    RateLimited(String),
    QuotaExceeded(String),
    TooManyVariants(String),
    UploadTooLarge(String),
    UploadNotAnImage(String),
    LengthRequired,
    BadDigest(String),
    FormatUnsupported(String),
    ImageTooLarge(String),
    /// Memory ended in the midst of it, which may be others' doing: nothing is said of the image.
    NoMemory(String),
    ImageCorrupt(String),
    OriginFailed(String),
    OriginTimeout,
    Busy,
    Unavailable(String),
    Misconfigured(String),
    NotImplemented(String),
    Internal,
}

/// A code that OSS or S3 clients map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloudCode(pub &'static str);

/// The result of every fallible step of the core.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// How one error is answered: HTTP status, Limn's code, and the status and code that OSS and S3
/// clients map (their too-large images and undecodable sources are 400).
struct Row(u16, &'static str, u16, &'static str);

impl Error {
    #[rustfmt::skip]
    fn row(&self) -> Row {
        use Error::*;
        match self {
            MalformedUrl(_)      => Row(400, "malformed_url", 400, "InvalidURI"),
            UnknownParam(_)      => Row(400, "unknown_param", 400, "InvalidArgument"),
            BadArg(_)            => Row(400, "bad_arg", 400, "InvalidArgument"),
            RepeatedKey(_)       => Row(400, "repeated_key", 400, "InvalidArgument"),
            MissingArg(_)        => Row(400, "bad_arg", 400, "MissingArgument"),
            TooManyPipes(_)      => Row(400, "bad_arg", 400, "TooManyPipes"),
            BadMark(_)           => Row(400, "bad_arg", 400, "WatermarkError"),
            OutsideImage(_)      => Row(400, "bad_arg", 400, "BadRequest"),
            SignatureRequired(_) => Row(403, "signature_required", 403, "AccessDenied"),
            UnknownAccessKey     => Row(403, "bad_signature", 403, "InvalidAccessKeyId"),
            BadSignature         => Row(403, "bad_signature", 403, "SignatureDoesNotMatch"),
            LinkExpired          => Row(403, "link_expired", 403, "AccessDenied"),
            ClockSkewed          => Row(403, "clock_skewed", 403, "RequestTimeTooSkewed"),
            AccessDenied(_)      => Row(403, "access_denied", 403, "AccessDenied"),
            SchemeRefused(_)     => Row(400, "signature_unsupported", 400, "InvalidRequest"),
            TokenRefused         => Row(403, "signature_unsupported", 403, "InvalidSecurityToken"),
            RefererRefused       => Row(403, "referer_refused", 403, "AccessDenied"),
            CorsRefused(_)       => Row(403, "cors_refused", 403, "AccessForbidden"),
            BadBucketName(_)     => Row(400, "bad_bucket_name", 400, "InvalidBucketName"),
            NoSuchBucket(_)      => Row(404, "no_such_bucket", 404, "NoSuchBucket"),
            NoSuchKey            => Row(404, "no_such_key", 404, "NoSuchKey"),
            NoSuchStyle(_)       => Row(404, "no_such_style", 404, "NoSuchStyle"),
            NoSuchMark(_)        => Row(404, "no_such_mark", 404, "NoSuchKey"),
            NoSuchFont(_)        => Row(404, "no_such_font", 404, "NoSuchKey"),
            NoSuchSetting(code)  => Row(404, "no_such_setting", 404, code.0),
            NoSuchUpload         => Row(404, "no_such_upload", 404, "NoSuchUpload"),
            Method(_)            => Row(405, "method", 405, "MethodNotAllowed"),
            Conflict(_)          => Row(409, "conflict", 409, "OperationAborted"),
            BucketExists(_)      => Row(409, "bucket_exists", 409, "BucketAlreadyExists"),
            BucketOwned(_)       => Row(409, "bucket_exists", 409, "BucketAlreadyOwnedByYou"),
            BucketNotEmpty       => Row(409, "bucket_not_empty", 409, "BucketNotEmpty"),
            TooManyBuckets(_)    => Row(400, "too_many_buckets", 400, "TooManyBuckets"),
            ObjectExists         => Row(409, "object_exists", 409, "FileAlreadyExists"),
            TokenUsed            => Row(409, "token_used", 409, "InvalidRequest"),
            IdempotencyMismatch  => Row(422, "idempotency_mismatch", 422, "IdempotentParameterMismatch"),
            Precondition(_)      => Row(412, "precondition", 412, "PreconditionFailed"),
            NotModified          => Row(304, "not_modified", 304, "NotModified"),
            BadRange(..)         => Row(416, "bad_range", 416, "InvalidRange"),
            MalformedXml(_)      => Row(400, "malformed_xml", 400, "MalformedXML"),
            MalformedForm(_)     => Row(400, "malformed_form", 400, "MalformedPOSTRequest"),
            PolicyRefused(_)     => Row(403, "policy_refused", 403, "AccessDenied"),
            InvalidPart(_)       => Row(400, "invalid_part", 400, "InvalidPart"),
            InvalidPartOrder     => Row(400, "invalid_part_order", 400, "InvalidPartOrder"),
            PartTooSmall(_)      => Row(400, "part_too_small", 400, "EntityTooSmall"),
            MetadataTooLarge(_)  => Row(400, "metadata_too_large", 400, "MetadataTooLarge"),
            RateLimited(_)       => Row(429, "rate_limited", 503, "SlowDown"),
            QuotaExceeded(_)     => Row(507, "quota_exceeded", 507, "QuotaExceeded"),
            TooManyVariants(_)   => Row(429, "too_many_variants", 503, "SlowDown"),
            LengthRequired       => Row(411, "length_required", 411, "MissingContentLength"),
            BadDigest(_)         => Row(400, "bad_digest", 400, "InvalidDigest"),
            UploadTooLarge(_)    => Row(413, "upload_too_large", 400, "EntityTooLarge"),
            UploadNotAnImage(_)  => Row(415, "upload_not_an_image", 400, "InvalidArgument"),
            FormatUnsupported(_) => Row(415, "format_unsupported", 400, "InvalidArgument"),
            ImageTooLarge(_)     => Row(422, "image_too_large", 400, "ImageTooLarge"),
            NoMemory(_)          => Row(422, "image_too_large", 400, "ImageTooLarge"),
            ImageCorrupt(_)      => Row(422, "image_corrupt", 400, "BadRequest"),
            OriginFailed(_)      => Row(502, "origin_failed", 502, "InternalError"),
            OriginTimeout        => Row(504, "origin_timeout", 504, "InternalError"),
            Busy                 => Row(503, "busy", 503, "ServiceUnavailable"),
            Unavailable(_)       => Row(503, "unavailable", 503, "ServiceUnavailable"),
            Misconfigured(_)     => Row(503, "misconfigured", 503, "ServiceUnavailable"),
            NotImplemented(_)    => Row(501, "not_implemented", 501, "NotImplemented"),
            Internal             => Row(500, "internal", 500, "InternalError"),
        }
    }

    /// The error of a [`code`](Error::code) that came back from the second module with its sentence;
    /// none for a code that no job there answers.
    pub fn from_code(code: &str, message: String) -> Option<Error> {
        Some(match code {
            "bad_arg" => Error::BadArg(message),
            "image_too_large" => Error::ImageTooLarge(message),
            "image_corrupt" => Error::ImageCorrupt(message),
            "format_unsupported" => Error::FormatUnsupported(message),
            "not_implemented" => Error::NotImplemented(message),
            "internal" => Error::Internal,
            _ => return None,
        })
    }

    /// HTTP status, 304 to 507.
    pub fn status(&self) -> u16 {
        self.row().0
    }

    /// The stable code of `x-limn-error` and of the JSON body.
    pub fn code(&self) -> &'static str {
        self.row().1
    }

    /// Status and code as OSS and S3 clients expect them.
    pub fn cloud(&self) -> (u16, &'static str) {
        let row = self.row();
        (row.2, row.3)
    }

    /// True when somebody may be trying keys and signatures.
    pub fn is_forgery(&self) -> bool {
        matches!(self, Error::BadSignature | Error::UnknownAccessKey | Error::PolicyRefused(_))
    }

    /// True when another image, or the original, may stand in for the one that could not be made.
    pub fn has_stand_in(&self) -> bool {
        self.is_about_source()
            || matches!(
                self,
                Error::NoSuchKey | Error::NoMemory(_) | Error::OriginFailed(_) | Error::OriginTimeout | Error::Unavailable(_) | Error::Busy
            )
    }

    /// True when the answer depends on the source's bytes alone, so that a short time in a shared
    /// cache is safe; every other refusal is `no-store`.
    pub fn is_about_source(&self) -> bool {
        matches!(self, Error::FormatUnsupported(_) | Error::ImageTooLarge(_) | Error::ImageCorrupt(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use Error::*;
        match self {
            MalformedUrl(s) | UnknownParam(s) | BadArg(s) | RepeatedKey(s) | MissingArg(s) | TooManyPipes(s) | BadMark(s)
            | OutsideImage(s) | AccessDenied(s) | Method(s) | SignatureRequired(s) | Conflict(s) | UploadTooLarge(s)
            | UploadNotAnImage(s) | BadDigest(s) | FormatUnsupported(s) | ImageTooLarge(s) | NoMemory(s) | ImageCorrupt(s)
            | OriginFailed(s) | Unavailable(s) | Misconfigured(s) | NotImplemented(s) | SchemeRefused(s) | TooManyBuckets(s)
            | Precondition(s) | CorsRefused(s) | MalformedXml(s) | MalformedForm(s) | PolicyRefused(s) | InvalidPart(s)
            | PartTooSmall(s) | MetadataTooLarge(s) | RateLimited(s) | QuotaExceeded(s) | TooManyVariants(s) => f.write_str(s),
            BadRange(s, _) => f.write_str(s),
            TokenRefused => f.write_str("Security tokens are not taken; sign with an access key, with OSS V4 or AWS Signature Version 4."),
            NoSuchSetting(code) => write!(f, "The bucket has no such setting ({}).", code.0),
            NotModified => f.write_str("The source is the one that the client holds."),
            NoSuchUpload => f.write_str("The upload does not exist; it may have been completed or aborted."),
            BucketExists(b) => write!(f, "The bucket {b:?} exists already."),
            BucketOwned(b) => write!(f, "The bucket {b:?} exists already and is yours."),
            BucketNotEmpty => f.write_str("The bucket still holds objects."),
            ObjectExists => f.write_str("The object exists already and was not to be overwritten."),
            TokenUsed => f.write_str("This upload token has stored a file already; each is for one use."),
            IdempotencyMismatch => f.write_str("This Idempotency-Key came before with another bucket, key or body."),
            InvalidPartOrder => f.write_str("The parts must be listed in ascending order, each once."),
            UnknownAccessKey => f.write_str("The access key id is not known here."),
            BadSignature => f.write_str("The signature does not match this request."),
            LinkExpired => f.write_str("Request has expired."),
            ClockSkewed => f.write_str("The request's date is more than 15 minutes from the server's."),
            RefererRefused => f.write_str("You are denied by bucket referer policy."),
            BadBucketName(b) => write!(f, "No bucket can be named {b:?}: 3 to 63 of a-z, 0-9 and inner - are wanted."),
            NoSuchBucket(b) => write!(f, "The bucket {b:?} does not exist."),
            NoSuchKey => f.write_str("The object does not exist."),
            NoSuchStyle(s) => write!(f, "No such image style: {s:?}."),
            NoSuchMark(m) => write!(f, "No such mark: {m:?}."),
            NoSuchFont(n) => write!(f, "No such font: {n:?}."),
            LengthRequired => f.write_str("An upload must state its Content-Length."),
            OriginTimeout => f.write_str("The origin did not answer in time."),
            Busy => f.write_str("Too much work at once; try again shortly."),
            Internal => f.write_str("Something went wrong inside Limn."),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_snake_case_and_statuses_are_errors() {
        for e in [Error::NoSuchKey, Error::Busy, Error::BadSignature, Error::ImageTooLarge("x".into())] {
            assert!(e.code().bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
            assert!((400..=504).contains(&e.status()) && (400..=504).contains(&e.cloud().0));
        }
    }

    #[test]
    fn a_code_and_its_sentence_come_back_as_the_same_error() {
        for e in [Error::BadArg("a".into()), Error::ImageTooLarge("b".into()), Error::ImageCorrupt("c".into()), Error::Internal] {
            assert_eq!(Error::from_code(e.code(), e.to_string()), Some(e));
        }
        assert_eq!(Error::from_code("link_expired", String::new()), None);
    }

    #[test]
    fn wrong_key_and_wrong_signature_look_alike_in_limns_own_scheme() {
        assert_eq!(Error::UnknownAccessKey.code(), Error::BadSignature.code());
        assert_eq!(Error::UnknownAccessKey.status(), Error::BadSignature.status());
    }
}

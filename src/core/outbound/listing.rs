//! What S3 and OSS nodes answer in XML: lists of keys, and codes of errors. What they say is bounded, and
//! of their texts nothing goes on to a client.

use crate::api::read;
use crate::config::NodeKind;
use crate::percent::{self, Plus};
use crate::{Error, Result};
use roxmltree::Node as Element;

/// Most keys of a page, here and at the nodes.
pub const MAX_KEYS: usize = 1_000;
/// Most bytes of a page: 1,000 of the longest keys, each of their bytes escaped as three.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most bytes of an error that are looked at.
pub const MAX_ERROR_BYTES: usize = 64 * 1024;

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// Its ETag without quotes, as the node tells it.
    pub etag: Option<String>,
}

/// A page of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Objects, in order.
    pub objects: Vec<Object>,
    /// What asks for the next page, where there is more.
    pub next: Option<String>,
}

/// Reads `ListBucketResult` of the second form.
///
/// # Errors
/// `origin_failed` for what is none, has more keys or bytes than a page, or is cut off without saying how
/// it goes on: objects that are not seen would be taken for lost.
pub fn parse(kind: NodeKind, body: &[u8]) -> Result<Listed> {
    let broken = || Error::OriginFailed("The node's list cannot be read.".into());
    let document = read::document(body, MAX_BYTES, "ListBucketResult").ok_or_else(broken)?;
    let root = document.root_element();
    let is = |name, want: &str| read::text(root, name).is_some_and(|t| t.trim().eq_ignore_ascii_case(want));
    let escaped = is("EncodingType", "url");
    let objects = read::elements(root, "Contents").take(MAX_KEYS + 1).map(|e| object(kind, escaped, e)).collect::<Option<Vec<_>>>();
    let objects = objects.filter(|o| o.len() <= MAX_KEYS).ok_or_else(broken)?;
    let next = match is("IsTruncated", "true") {
        true => Some(read::text(root, "NextContinuationToken").filter(|t| !t.is_empty()).ok_or_else(broken)?),
        false => None,
    };
    Ok(Listed { objects, next })
}

fn object(kind: NodeKind, escaped: bool, element: Element<'_, '_>) -> Option<Object> {
    let key = read::text(element, "Key").filter(|key| !key.is_empty())?;
    // S3 escapes as forms do, a blank as a plus; OSS escapes a blank as %20 and may leave a plus.
    let plus = if kind == NodeKind::Oss { Plus::Literal } else { Plus::Space };
    let key = if escaped { percent::decode(&key, plus).ok()? } else { key };
    let size = read::text(element, "Size")?.trim().parse().ok()?;
    let etag = read::text(element, "ETag").map(|e| e.trim().trim_matches('"').to_string());
    Some(Object { key, size, etag })
}

/// The code of an error's body, such as `NoSuchKey`; none for what is no such body.
pub fn error_code(body: &[u8]) -> Option<String> {
    let document = read::document(body, MAX_ERROR_BYTES, "Error")?;
    let code = read::text(document.root_element(), "Code")?.trim().to_string();
    ((1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.')).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::list::{Entry, Listing, Query};
    use crate::dialect::Dialect;
    use crate::outbound::{sign, Page, Wanted};
    use crate::parts::Parts;

    fn contents(inner: &str) -> String {
        format!("<ListBucketResult>{inner}</ListBucketResult>")
    }

    #[test]
    fn what_limn_writes_is_read() {
        let node = crate::config::node::tests::node(r#"{"name":"t","kind":"s3","endpoint":"http://127.0.0.1","bucket":"pics"}"#).unwrap();
        let signed = sign(&node, &Wanted::list("a", Page::First, 2), 0);
        let query = Query::of(&Parts::new("GET", &signed.unwrap().url, []).unwrap()).unwrap();
        let entry = |key: &str| Entry { key: key.into(), etag: "ab".into(), length: 5, stored: 1_699_807_420_123, user: "dev".into() };
        let keys = ["a b+c/图&<>.jpg", "a\u{1}%2B"];
        let listing = Listing { entries: keys.map(entry).into(), prefixes: Vec::new(), next: Some("a".into()) };
        for (kind, dialect) in [(NodeKind::S3, Dialect::S3), (NodeKind::Oss, Dialect::Oss)] {
            let page = parse(kind, listing.xml(&query, "pics", dialect).as_bytes()).unwrap();
            let want = keys.map(|key| Object { key: key.into(), size: 5, etag: Some("ab".into()) });
            assert!(page.objects == want && page.next.is_some(), "{page:?}");
        }
    }

    #[test]
    fn a_blank_and_a_plus() {
        let body = contents("<EncodingType>url</EncodingType><Contents><Key>a+b%2Bc%20d</Key><Size>1</Size></Contents>");
        let key = |kind| parse(kind, body.as_bytes()).unwrap().objects[0].key.clone();
        assert_eq!((key(NodeKind::S3).as_str(), key(NodeKind::Oss).as_str()), ("a b+c d", "a+b+c d"));
        let plain = body.replace("<EncodingType>url</EncodingType>", "");
        let page = parse(NodeKind::S3, plain.as_bytes()).unwrap();
        assert_eq!((page.objects[0].key.as_str(), page.objects[0].etag.as_deref(), page.next), ("a+b%2Bc%20d", None, None));
    }

    #[test]
    fn what_is_no_whole_page_is_refused() {
        let one = "<Contents><Key>k</Key><Size>1</Size></Contents>";
        assert_eq!(parse(NodeKind::S3, contents(&one.repeat(MAX_KEYS)).as_bytes()).unwrap().objects.len(), MAX_KEYS);
        for body in [
            String::new(),
            "<html></html>".into(),
            "<Error><Code>NoSuchBucket</Code></Error>".into(),
            contents(one).replace("</ListBucketResult>", ""),
            contents(&one.repeat(MAX_KEYS + 1)),
            contents("<IsTruncated>true</IsTruncated>"),
            contents("<IsTruncated>true</IsTruncated><NextContinuationToken/>"),
            contents("<Contents><Size>1</Size></Contents>"),
            contents("<Contents><Key/><Size>1</Size></Contents>"),
            contents("<Contents><Key>k</Key></Contents>"),
            contents("<Contents><Key>k</Key><Size>-1</Size></Contents>"),
            contents("<EncodingType>url</EncodingType><Contents><Key>%zz</Key><Size>1</Size></Contents>"),
            format!("<!DOCTYPE d [<!ENTITY a \"k\">]>{}", contents("<Contents><Key>&a;</Key><Size>1</Size></Contents>")),
            contents(&" ".repeat(MAX_BYTES)),
        ] {
            assert_eq!(parse(NodeKind::S3, body.as_bytes()).unwrap_err().code(), "origin_failed", "{:.80}", body);
        }
    }

    #[test]
    fn codes_of_errors() {
        let s3 = "<?xml version=\"1.0\"?><Error><Code>NoSuchKey</Code><Message>x</Message></Error>";
        assert_eq!(error_code(s3.as_bytes()).as_deref(), Some("NoSuchKey"));
        for body in ["", "<html/>", "<Error/>", "<Error><Code></Code></Error>", "<Error><Code>a b</Code></Error>", "NoSuchKey"] {
            assert_eq!(error_code(body.as_bytes()), None, "{body}");
        }
    }
}

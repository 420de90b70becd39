//! How a list of objects is written.

use super::collect::Entry;
use super::query::{token, Query, Version};
use crate::api::xml::{time, Xml};
use crate::dialect::Dialect;
use crate::percent;

/// The answer to a list of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Listing {
    /// Objects, in order.
    pub entries: Vec<Entry>,
    /// Common prefixes, in order.
    pub prefixes: Vec<String>,
    /// The last key or common prefix, where there is more.
    pub next: Option<String>,
}

/// How OSS and S3 name the class in which objects lie; there is only one.
pub(in crate::api) fn storage_class(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Oss => "Standard",
        Dialect::S3 | Dialect::Limn => "STANDARD",
    }
}

/// `Owner` or `Initiator`.
pub(in crate::api) fn person(xml: &mut Xml, name: &str, user: &str) {
    xml.element(name, |xml| {
        xml.text("ID", user);
        xml.text("DisplayName", user);
    });
}

/// Writes texts as the client asked for them. OSS escapes slashes, S3 does not; readers take both.
pub(super) struct Coding {
    url: bool,
    keep: &'static str,
}

impl Coding {
    pub(super) fn new(url: bool, dialect: Dialect) -> Coding {
        Coding { url, keep: if dialect == Dialect::Oss { "" } else { "/" } }
    }

    pub(super) fn text(&self, xml: &mut Xml, name: &str, text: &str) {
        match self.url {
            true => xml.text(name, &percent::encode(text, self.keep)),
            false => xml.text(name, text),
        }
    }

    pub(super) fn prefixes(&self, xml: &mut Xml, prefixes: &[String]) {
        for prefix in prefixes {
            xml.element("CommonPrefixes", |xml| self.text(xml, "Prefix", prefix));
        }
    }

    pub(super) fn named(&self, xml: &mut Xml) {
        if self.url {
            xml.text("EncodingType", "url");
        }
    }
}

impl Listing {
    /// `ListBucketResult` of either form.
    pub fn xml(&self, query: &Query, bucket: &str, dialect: Dialect) -> String {
        let coding = Coding::new(query.url, dialect);
        Xml::document("ListBucketResult", dialect, |xml| {
            xml.text("Name", bucket);
            coding.text(xml, "Prefix", &query.prefix);
            match query.version {
                Version::V1 => coding.text(xml, "Marker", &query.after),
                Version::V2 => {
                    if !query.after.is_empty() {
                        coding.text(xml, "StartAfter", &query.after);
                    }
                    if let Some(token) = &query.token {
                        xml.text("ContinuationToken", token);
                    }
                    xml.value("KeyCount", self.entries.len() + self.prefixes.len());
                }
            }
            xml.value("MaxKeys", query.max);
            // oss2 and ali-oss read an absent delimiter as none; S3's own answer leaves it out as well.
            if !query.delimiter.is_empty() {
                coding.text(xml, "Delimiter", &query.delimiter);
            }
            coding.named(xml);
            xml.value("IsTruncated", self.next.is_some());
            match (&self.next, query.version) {
                (None, _) => {}
                // S3 writes it with a delimiter only; its clients take the last key in its absence, which is the same.
                (Some(next), Version::V1) => coding.text(xml, "NextMarker", next),
                (Some(next), Version::V2) => xml.text("NextContinuationToken", &token(next)),
            }
            let owned = query.version == Version::V1 || query.owner;
            for entry in &self.entries {
                xml.element("Contents", |xml| {
                    coding.text(xml, "Key", &entry.key);
                    xml.text("LastModified", &time(entry.stored));
                    xml.text("ETag", &format!("\"{}\"", entry.etag));
                    if dialect == Dialect::Oss {
                        xml.text("Type", if entry.etag.contains('-') { "Multipart" } else { "Normal" });
                    }
                    xml.value("Size", entry.length);
                    xml.text("StorageClass", storage_class(dialect));
                    if owned {
                        person(xml, "Owner", &entry.user);
                    }
                });
            }
            coding.prefixes(xml, &self.prefixes);
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parts::Parts;

    fn parts(query: &str) -> Parts {
        Parts::new("GET", &format!("http://h/b?{query}"), []).unwrap()
    }

    fn listing(next: Option<&str>) -> Listing {
        let entry = Entry { key: "a/b c&.jpg".into(), etag: "ab".into(), length: 5, stored: 1_699_807_420_123, user: "dev".into() };
        Listing { entries: vec![entry], prefixes: vec!["a/d+/".into()], next: next.map(Into::into) }
    }

    #[test]
    fn the_first_form_as_oss_writes_it() {
        let query = Query::of(&parts("prefix=a/&delimiter=/&encoding-type=url")).unwrap();
        let xml = listing(Some("a/d+/")).xml(&query, "photos", Dialect::Oss);
        let want =
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult><Name>photos</Name><Prefix>a%2F</Prefix><Marker></Marker>\
             <MaxKeys>1000</MaxKeys><Delimiter>%2F</Delimiter><EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>\
             <NextMarker>a%2Fd%2B%2F</NextMarker><Contents><Key>a%2Fb%20c%26.jpg</Key><LastModified>2023-11-12T16:43:40.000Z</LastModified>\
             <ETag>&quot;ab&quot;</ETag><Type>Normal</Type><Size>5</Size><StorageClass>Standard</StorageClass>\
             <Owner><ID>dev</ID><DisplayName>dev</DisplayName></Owner></Contents>\
             <CommonPrefixes><Prefix>a%2Fd%2B%2F</Prefix></CommonPrefixes></ListBucketResult>";
        assert_eq!(xml, want);
    }

    #[test]
    fn the_second_form_as_s3_writes_it() {
        let query = Query::of(&parts("list-type=2&start-after=a&max-keys=2")).unwrap();
        let xml = listing(Some("a/d+/")).xml(&query, "photos", Dialect::S3);
        let read = roxmltree::Document::parse(&xml).unwrap();
        let text = |name: &str| read.descendants().find(|n| n.tag_name().name() == name).map(|n| n.text().unwrap_or("").to_string());
        for (name, want) in [
            ("Key", Some("a/b c&.jpg")),
            ("KeyCount", Some("2")),
            ("StartAfter", Some("a")),
            ("StorageClass", Some("STANDARD")),
            ("NextContinuationToken", Some(token("a/d+/").as_str())),
            ("NextMarker", None),
            ("Owner", None),
            ("Type", None),
            ("EncodingType", None),
            ("ContinuationToken", None),
        ] {
            assert_eq!(text(name).as_deref(), want, "{name}");
        }
        assert!(listing(None).xml(&query, "photos", Dialect::S3).contains("<IsTruncated>false</IsTruncated>"));
    }
}

//! How lists of uploads and of their parts are written.

use super::collect::Upload;
use super::query::{PartsQuery, UploadsQuery};
use super::xml::{person, storage_class, Coding};
use crate::api::multipart::Part;
use crate::api::xml::{time, Xml};
use crate::dialect::Dialect;

/// The answer to a list of uploads.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct UploadsListing {
    /// Uploads, in order.
    pub uploads: Vec<Upload>,
    /// Common prefixes, in order.
    pub prefixes: Vec<String>,
    /// The last key or common prefix and the last upload's id (empty for a common prefix), where there is more.
    pub next: Option<(String, String)>,
}

/// The answer to a list of parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PartsListing {
    /// Parts in the order of their numbers.
    pub parts: Vec<Part>,
    /// The last part's number, where there is more.
    pub next: Option<u16>,
}

impl UploadsListing {
    /// `ListMultipartUploadsResult`. oss2 wants both of the next markers even where there is no next.
    pub fn xml(&self, query: &UploadsQuery, bucket: &str, dialect: Dialect) -> String {
        let coding = Coding::new(query.url, dialect);
        Xml::document("ListMultipartUploadsResult", dialect, |xml| {
            xml.text("Bucket", bucket);
            coding.named(xml);
            coding.text(xml, "KeyMarker", &query.key_marker);
            xml.text("UploadIdMarker", &query.upload_marker);
            let next = self.next.as_ref().map(|(key, id)| (key.as_str(), id.as_str()));
            if let Some((key, id)) = next.or((dialect == Dialect::Oss).then_some(("", ""))) {
                coding.text(xml, "NextKeyMarker", key);
                xml.text("NextUploadIdMarker", id);
            }
            coding.text(xml, "Delimiter", &query.delimiter);
            coding.text(xml, "Prefix", &query.prefix);
            xml.value("MaxUploads", query.max);
            xml.value("IsTruncated", self.next.is_some());
            for upload in &self.uploads {
                xml.element("Upload", |xml| {
                    coding.text(xml, "Key", &upload.key);
                    xml.text("UploadId", &upload.id);
                    if dialect != Dialect::Oss {
                        person(xml, "Initiator", &upload.user);
                        person(xml, "Owner", &upload.user);
                    }
                    xml.text("StorageClass", storage_class(dialect));
                    xml.text("Initiated", &time(upload.started));
                });
            }
            coding.prefixes(xml, &self.prefixes);
        })
    }
}

impl PartsListing {
    /// The answer from all parts of an upload, in the order of their numbers.
    pub fn of(query: &PartsQuery, stored: impl IntoIterator<Item = Part>) -> PartsListing {
        let mut rest = stored.into_iter().filter(|part| part.number > query.after);
        let parts: Vec<Part> = rest.by_ref().take(query.max).collect();
        let more = query.max > 0 && rest.next().is_some();
        PartsListing { next: parts.last().map(|part| part.number).filter(|_| more), parts }
    }

    /// `ListPartsResult`. oss2 wants the next marker even where there is no next.
    pub fn xml(&self, query: &PartsQuery, bucket: &str, key: &str, user: &str, dialect: Dialect) -> String {
        let coding = Coding::new(query.url, dialect);
        Xml::document("ListPartsResult", dialect, |xml| {
            xml.text("Bucket", bucket);
            coding.named(xml);
            coding.text(xml, "Key", key);
            xml.text("UploadId", &query.upload);
            if dialect != Dialect::Oss {
                person(xml, "Initiator", user);
                person(xml, "Owner", user);
            }
            xml.text("StorageClass", storage_class(dialect));
            xml.value("PartNumberMarker", query.after);
            // OSS's SDKs read it from the last page too; S3's ask on as long as it is there.
            let last = self.parts.last().map_or(0, |part| part.number);
            if let Some(next) = self.next.or((dialect == Dialect::Oss).then_some(last)) {
                xml.value("NextPartNumberMarker", next);
            }
            xml.value("MaxParts", query.max);
            xml.value("IsTruncated", self.next.is_some());
            for part in &self.parts {
                xml.element("Part", |xml| {
                    xml.value("PartNumber", part.number);
                    xml.text("LastModified", &time(part.stored));
                    xml.text("ETag", &format!("\"{}\"", part.etag));
                    xml.value("Size", part.length);
                });
            }
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

    #[test]
    fn parts_are_cut_off_behind_the_most() {
        let stored = |n: u16| Part { number: n, etag: "ab".into(), length: 1, stored: 0 };
        for (query, numbers, next) in [
            ("", &[1, 2, 5][..], None),
            ("max-parts=2", &[1, 2], Some(2)),
            ("max-parts=2&part-number-marker=1", &[2, 5], None),
            ("max-parts=0", &[], None),
        ] {
            let query = PartsQuery::of(&parts(&format!("uploadId=u&{query}"))).unwrap();
            let got = PartsListing::of(&query, [1, 2, 5].map(stored));
            assert_eq!((got.parts.iter().map(|p| p.number).collect::<Vec<_>>().as_slice(), got.next), (numbers, next));
            let xml = got.xml(&query, "b", "k", "dev", Dialect::Oss);
            assert!(xml.contains("<NextPartNumberMarker>") && !xml.contains("Initiator"));
            assert_eq!(got.xml(&query, "b", "k", "dev", Dialect::S3).contains("<NextPartNumberMarker>"), next.is_some());
        }
    }

    #[test]
    fn uploads_name_their_next_markers_always() {
        let query = UploadsQuery::of(&parts("uploads")).unwrap();
        let upload = Upload { key: "k".into(), id: "u1".into(), started: 0, user: "dev".into() };
        let listing = UploadsListing { uploads: vec![upload], prefixes: vec![], next: None };
        let xml = listing.xml(&query, "b", Dialect::Oss);
        assert!(xml.contains("<NextKeyMarker></NextKeyMarker><NextUploadIdMarker></NextUploadIdMarker>"), "{xml}");
        assert!(listing.xml(&query, "b", Dialect::S3).contains("<Initiator><ID>dev</ID>"));
    }
}

//! The list of a user's buckets.

use crate::api::list::MAX_ENTRIES;
use crate::api::list::{person, storage_class};
use crate::api::xml::{time, Xml};
use crate::dialect::Dialect;
use crate::parts::Parts;
use crate::sort;
use crate::{Error, Result};

/// A bucket in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// When it was made, unix milliseconds; 0 for one of the settings.
    pub created: u64,
    /// The region that it is said to be in.
    pub region: String,
}

/// What a list of buckets is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What names must begin with.
    pub prefix: String,
    /// Names up to here are left out.
    pub after: String,
    /// Most buckets.
    pub max: usize,
}

impl Query {
    /// Reads `prefix`, OSS's `marker` and `max-keys`, S3's `continuation-token` (the last name) and
    /// `max-buckets`. Regions and tags are not told apart.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn of(parts: &Parts) -> Result<Query> {
        let text = |name: &str| parts.param(name).filter(|v| !v.is_empty());
        let max = match text("max-keys").or(text("max-buckets")) {
            None => MAX_ENTRIES,
            Some(number) => match number.parse() {
                Ok(number @ 1..=10_000) => number,
                _ => return Err(Error::BadArg("The most buckets must be a whole number from 1 to 1000.".into())),
            },
        };
        Ok(Query {
            prefix: text("prefix").unwrap_or("").into(),
            after: text("marker").or(text("continuation-token")).unwrap_or("").into(),
            max: max.min(MAX_ENTRIES),
        })
    }
}

/// `ListAllMyBucketsResult` from all buckets that the user may list, in any order. `endpoint` is this
/// server's host, which OSS's clients are told as the address of each bucket.
pub fn buckets_xml(query: &Query, user: &str, buckets: &[Bucket], endpoint: &str, dialect: Dialect) -> String {
    let mut found: Vec<&Bucket> = buckets.iter().filter(|b| b.name.starts_with(&query.prefix) && b.name > query.after).collect();
    sort::by(&mut found, |a, b| a.name.cmp(&b.name));
    let more = found.len() > query.max;
    found.truncate(query.max);
    let next = found.last().map(|b| b.name.as_str()).filter(|_| more);
    Xml::document("ListAllMyBucketsResult", dialect, |xml| {
        person(xml, "Owner", user);
        if dialect == Dialect::Oss && (more || !query.prefix.is_empty() || !query.after.is_empty()) {
            xml.text("Prefix", &query.prefix);
            xml.text("Marker", &query.after);
            xml.value("MaxKeys", query.max);
            xml.value("IsTruncated", more);
            xml.text("NextMarker", next.unwrap_or(""));
        }
        xml.element("Buckets", |xml| {
            for bucket in found {
                xml.element("Bucket", |xml| entry(xml, bucket, endpoint, dialect));
            }
        });
        if let Some(next) = next.filter(|_| dialect != Dialect::Oss) {
            xml.text("ContinuationToken", next);
        }
    })
}

fn entry(xml: &mut Xml, bucket: &Bucket, endpoint: &str, dialect: Dialect) {
    xml.text("Name", &bucket.name);
    xml.text("CreationDate", &time(bucket.created));
    match dialect {
        Dialect::Oss => {
            xml.text("Location", &bucket.region);
            xml.text("Region", &bucket.region);
            xml.text("ExtranetEndpoint", endpoint);
            xml.text("IntranetEndpoint", endpoint);
            xml.text("StorageClass", storage_class(dialect));
        }
        Dialect::S3 | Dialect::Limn => xml.text("BucketRegion", &bucket.region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(query: &str, dialect: Dialect) -> String {
        let query = Query::of(&Parts::new("GET", &format!("http://h/?{query}"), []).unwrap()).unwrap();
        let buckets = ["demo", "club", "dune"].map(|name| Bucket { name: name.into(), created: 0, region: "auto".into() });
        buckets_xml(&query, "dev", &buckets, "h.example", dialect)
    }

    #[test]
    fn each_cloud_has_its_elements() {
        let oss = list("", Dialect::Oss);
        assert!(oss.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult><Owner><ID>dev</ID>"), "{oss}");
        assert!(oss.contains("<Bucket><Name>club</Name><CreationDate>1970-01-01T00:00:00.000Z</CreationDate><Location>auto</Location>"));
        let s3 = list("", Dialect::S3);
        assert!(s3.contains("xmlns=") && s3.contains("<BucketRegion>auto</BucketRegion>") && !s3.contains("Endpoint"), "{s3}");
    }

    #[test]
    fn pages() {
        let oss = list("prefix=d&max-keys=1", Dialect::Oss);
        assert!(oss.contains("<IsTruncated>true</IsTruncated><NextMarker>demo</NextMarker>") && !oss.contains("dune"), "{oss}");
        let s3 = list("max-buckets=2&continuation-token=club", Dialect::S3);
        assert!(!s3.contains("club") && s3.contains("dune") && !s3.contains("ContinuationToken"), "{s3}");
        for bad in ["max-keys=0", "max-keys=x", "max-buckets=10001"] {
            assert!(Query::of(&Parts::new("GET", &format!("http://h/?{bad}"), []).unwrap()).is_err(), "{bad}");
        }
    }
}

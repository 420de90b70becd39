//! What is told of a bucket.

use crate::api::list::{person, storage_class};
use crate::api::operation::Unset;
use crate::api::xml::{time, Xml};
use crate::cors::Rule;
use crate::dialect::Dialect;

/// `LocationConstraint`: the region alone, as the text of the root.
pub fn location_xml(region: &str, dialect: Dialect) -> String {
    Xml::document("LocationConstraint", dialect, |xml| xml.chars(region))
}

/// What OSS's `?bucketInfo` tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Its name.
    pub name: String,
    /// When it was made, unix milliseconds.
    pub created: u64,
    /// The region that it is said to be in.
    pub region: String,
    /// This server's host.
    pub endpoint: String,
    /// Whose it is.
    pub owner: String,
    /// Whether anybody may read it.
    pub public: bool,
}

impl Info {
    /// `BucketInfo`.
    pub fn xml(&self) -> String {
        Xml::document("BucketInfo", Dialect::Oss, |xml| {
            xml.element("Bucket", |xml| {
                xml.text("Name", &self.name);
                xml.text("CreationDate", &time(self.created));
                xml.text("Location", &self.region);
                xml.text("ExtranetEndpoint", &self.endpoint);
                xml.text("IntranetEndpoint", &self.endpoint);
                xml.text("StorageClass", storage_class(Dialect::Oss));
                xml.text("DataRedundancyType", "LRS");
                person(xml, "Owner", &self.owner);
                xml.element("AccessControlList", |xml| xml.text("Grant", canned(self.public)));
                xml.text("Comment", "");
            });
        })
    }
}

/// What OSS's `?stat` tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stat {
    /// Bytes of all objects.
    pub bytes: u64,
    /// How many objects there are.
    pub objects: u64,
    /// How many multipart uploads are open.
    pub uploads: u64,
    /// When the counts were taken, unix seconds.
    pub counted: u64,
}

impl Stat {
    /// `BucketStat`. The classes that no object here has stand at 0: some clients look for each.
    pub fn xml(&self) -> String {
        Xml::document("BucketStat", Dialect::Oss, |xml| {
            xml.value("Storage", self.bytes);
            xml.value("ObjectCount", self.objects);
            xml.value("MultipartUploadCount", self.uploads);
            xml.value("LiveChannelCount", 0);
            xml.value("LastModifiedTime", self.counted);
            xml.value("StandardStorage", self.bytes);
            xml.value("StandardObjectCount", self.objects);
            for class in ["InfrequentAccess", "Archive", "ColdArchive", "DeepColdArchive"] {
                for count in ["Storage", "RealStorage", "ObjectCount"] {
                    xml.value(&format!("{class}{count}"), 0);
                }
            }
        })
    }
}

/// The canned ACL of a bucket in OSS's words.
fn canned(public: bool) -> &'static str {
    if public {
        "public-read"
    } else {
        "private"
    }
}

/// `AccessControlPolicy` of a bucket.
pub fn acl_xml(owner: &str, public: bool, dialect: Dialect) -> String {
    policy(owner, canned(public), public, dialect)
}

/// `AccessControlPolicy` of an object, which is its bucket's: OSS has a word for that.
pub fn object_acl_xml(owner: &str, public: bool, dialect: Dialect) -> String {
    policy(owner, "default", public, dialect)
}

fn policy(owner: &str, word: &str, public: bool, dialect: Dialect) -> String {
    const XSI: &str = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let grant = |xml: &mut Xml, kind: &str, permission: &str, who: &dyn Fn(&mut Xml)| {
        xml.element("Grant", |xml| {
            xml.element_with("Grantee", &format!("{XSI} xsi:type=\"{kind}\""), who);
            xml.text("Permission", permission);
        });
    };
    Xml::document("AccessControlPolicy", dialect, |xml| {
        person(xml, "Owner", owner);
        xml.element("AccessControlList", |xml| match dialect {
            Dialect::Oss => xml.text("Grant", word),
            Dialect::S3 | Dialect::Limn => {
                grant(xml, "CanonicalUser", "FULL_CONTROL", &|xml| {
                    xml.text("ID", owner);
                    xml.text("DisplayName", owner);
                });
                if public {
                    grant(xml, "Group", "READ", &|xml| xml.text("URI", "http://acs.amazonaws.com/groups/global/AllUsers"));
                }
            }
        });
    })
}

/// `CORSConfiguration`.
pub fn cors_xml(rules: &[Rule], dialect: Dialect) -> String {
    Xml::document("CORSConfiguration", dialect, |xml| {
        for rule in rules {
            xml.element("CORSRule", |xml| {
                rule.origins.iter().for_each(|origin| xml.text("AllowedOrigin", &origin.to_string()));
                rule.methods.iter().for_each(|method| xml.text("AllowedMethod", method.as_str()));
                rule.headers.iter().for_each(|header| xml.text("AllowedHeader", &header.to_string()));
                rule.expose.iter().for_each(|header| xml.text("ExposeHeader", header));
                xml.value("MaxAgeSeconds", rule.max_age_seconds);
            });
        }
        if dialect == Dialect::Oss {
            xml.value("ResponseVary", true);
        }
    })
}

/// `RefererConfiguration`, as OSS has it.
pub fn referer_xml(allow_empty: bool, allow: &[String], deny: &[String]) -> String {
    let list = |xml: &mut Xml, name: &str, patterns: &[String]| {
        xml.element(name, |xml| patterns.iter().for_each(|pattern| xml.text("Referer", pattern)));
    };
    Xml::document("RefererConfiguration", Dialect::Oss, |xml| {
        xml.value("AllowEmptyReferer", allow_empty);
        xml.value("AllowTruncateQueryString", true);
        list(xml, "RefererList", allow);
        if !deny.is_empty() {
            list(xml, "RefererBlacklist", deny);
        }
    })
}

/// `Style`, as OSS has it: name and program.
pub fn style_xml(name: &str, program: &str) -> String {
    Xml::document("Style", Dialect::Oss, |xml| style(xml, name, program))
}

/// `StyleList` of names and programs.
pub fn styles_xml<'a>(styles: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    Xml::document("StyleList", Dialect::Oss, |xml| {
        for (name, program) in styles {
            xml.element("Style", |xml| style(xml, name, program));
        }
    })
}

/// A style stands in the settings, which tell no times; oss2 wants the elements.
fn style(xml: &mut Xml, name: &str, program: &str) {
    xml.text("Name", name);
    xml.text("Content", program);
    xml.text("CreateTime", "");
    xml.text("LastModifyTime", "");
}

/// `VersioningConfiguration` of a bucket that never kept versions.
pub fn versioning_xml(dialect: Dialect) -> String {
    Xml::document("VersioningConfiguration", dialect, |_| {})
}

/// The document of a setting that is not there.
pub fn unset_xml(unset: Unset, dialect: Dialect) -> String {
    match unset {
        Unset::Logging => Xml::document("BucketLoggingStatus", dialect, |_| {}),
        Unset::Accelerate => Xml::document("AccelerateConfiguration", dialect, |_| {}),
        Unset::Notification => Xml::document("NotificationConfiguration", dialect, |_| {}),
        Unset::RequestPayment => Xml::document("RequestPaymentConfiguration", dialect, |xml| xml.text("Payer", "BucketOwner")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text at a path of element names, as oss2 finds it.
    fn at(xml: &str, path: &str) -> Option<String> {
        let read = roxmltree::Document::parse(xml).unwrap();
        let mut node = read.root_element();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            node = node.children().find(|n| n.tag_name().name() == name)?;
        }
        Some(node.text().unwrap_or("").into())
    }

    #[test]
    fn what_oss2_looks_for_is_there() {
        let info = Info {
            name: "demo".into(),
            created: 1_699_807_420_000,
            region: "auto".into(),
            endpoint: "h.example".into(),
            owner: "dev".into(),
            public: true,
        };
        for (path, want) in [
            ("Name", "demo"),
            ("CreationDate", "2023-11-12T16:43:40.000Z"),
            ("StorageClass", "Standard"),
            ("ExtranetEndpoint", "h.example"),
            ("IntranetEndpoint", "h.example"),
            ("Location", "auto"),
            ("Owner/ID", "dev"),
            ("AccessControlList/Grant", "public-read"),
        ] {
            assert_eq!(at(&info.xml(), &format!("Bucket/{path}")).as_deref(), Some(want), "{path}");
        }
        let stat = Stat { bytes: 5, objects: 2, uploads: 1, counted: 9 }.xml();
        for (path, want) in [("Storage", "5"), ("ObjectCount", "2"), ("MultipartUploadCount", "1"), ("ColdArchiveRealStorage", "0")] {
            assert_eq!(at(&stat, path).as_deref(), Some(want), "{path}");
        }
        assert_eq!(at(&style_xml("thumb", "image/resize,w_1"), "Content").as_deref(), Some("image/resize,w_1"));
        assert_eq!(at(&styles_xml([("a", "x"), ("b", "y")]), "Style/Name").as_deref(), Some("a"));
        assert_eq!(at(&location_xml("auto", Dialect::Oss), "").as_deref(), Some("auto"));
    }

    #[test]
    fn access_in_each_clouds_words() {
        assert_eq!(at(&acl_xml("dev", false, Dialect::Oss), "AccessControlList/Grant").as_deref(), Some("private"));
        assert_eq!(at(&object_acl_xml("dev", true, Dialect::Oss), "AccessControlList/Grant").as_deref(), Some("default"));
        let s3 = acl_xml("dev", true, Dialect::S3);
        assert_eq!(at(&s3, "AccessControlList/Grant/Grantee/ID").as_deref(), Some("dev"));
        assert!(s3.contains("xsi:type=\"Group\"") && s3.contains("AllUsers") && s3.contains("<Permission>READ</Permission>"), "{s3}");
        assert!(!acl_xml("dev", false, Dialect::S3).contains("AllUsers"));
    }

    #[test]
    fn referers_and_what_is_not_set() {
        let xml = referer_xml(false, &["http://*.example.com".into()], &[]);
        assert_eq!(at(&xml, "AllowEmptyReferer").as_deref(), Some("false"));
        assert_eq!(at(&xml, "RefererList/Referer").as_deref(), Some("http://*.example.com"));
        assert_eq!(at(&xml, "RefererBlacklist"), None);
        assert!(referer_xml(true, &[], &["a".into()]).contains("<RefererList></RefererList><RefererBlacklist>"));
        assert!(versioning_xml(Dialect::Oss).ends_with("<VersioningConfiguration></VersioningConfiguration>"));
        assert_eq!(at(&unset_xml(Unset::RequestPayment, Dialect::S3), "Payer").as_deref(), Some("BucketOwner"));
    }
}

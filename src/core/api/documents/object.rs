//! What is told of objects that were copied, deleted or posted.

use crate::api::xml::{time, Xml};
use crate::dialect::Dialect;
use crate::{percent, Error};

/// `CopyObjectResult`; `etag` without quotes, `stored` in unix milliseconds.
pub fn copied_xml(etag: &str, stored: u64, dialect: Dialect) -> String {
    copy("CopyObjectResult", etag, stored, dialect)
}

/// `CopyPartResult`.
pub fn part_copied_xml(etag: &str, stored: u64, dialect: Dialect) -> String {
    copy("CopyPartResult", etag, stored, dialect)
}

fn copy(root: &str, etag: &str, stored: u64, dialect: Dialect) -> String {
    Xml::document(root, dialect, |xml| {
        xml.text("LastModified", &time(stored));
        xml.text("ETag", &format!("\"{etag}\""));
    })
}

/// `DeleteResult` from each key and what became of it. A quiet answer names only what failed; `url` is
/// `encoding-type=url` of the request.
pub fn deleted_xml(outcomes: &[(String, Result<(), Error>)], quiet: bool, url: bool, dialect: Dialect) -> String {
    let key = |xml: &mut Xml, key: &str| match url {
        true => xml.text("Key", &percent::encode(key, "")),
        false => xml.text("Key", key),
    };
    Xml::document("DeleteResult", dialect, |xml| {
        if url {
            xml.text("EncodingType", "url");
        }
        for (name, outcome) in outcomes {
            match outcome {
                Ok(()) if quiet => {}
                Ok(()) => xml.element("Deleted", |xml| key(xml, name)),
                Err(error) => xml.element("Error", |xml| {
                    key(xml, name);
                    xml.text("Code", error.cloud().1);
                    xml.text("Message", &error.to_string());
                }),
            }
        }
    })
}

/// `PostResponse`: the answer to a form whose policy asks for a 201. `location` is the object's URL.
pub fn posted_xml(location: &str, bucket: &str, key: &str, etag: &str) -> String {
    Xml::bare("PostResponse", |xml| {
        xml.text("Location", location);
        xml.text("Bucket", bucket);
        xml.text("Key", key);
        xml.text("ETag", &format!("\"{etag}\""));
    })
}

/// `Tagging` of an object: it has none.
pub fn no_tags_xml(dialect: Dialect) -> String {
    Xml::document("Tagging", dialect, |xml| xml.element("TagSet", |_| {}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies() {
        let xml = copied_xml("ab-2", 1_699_807_420_000, Dialect::Oss);
        let want =
            "<CopyObjectResult><LastModified>2023-11-12T16:43:40.000Z</LastModified><ETag>&quot;ab-2&quot;</ETag></CopyObjectResult>";
        assert!(xml.ends_with(want), "{xml}");
        assert!(part_copied_xml("ab", 0, Dialect::S3).contains("<CopyPartResult xmlns="));
    }

    #[test]
    fn deletions_name_what_was_done_unless_quiet() {
        let outcomes = [("a/b c".to_string(), Ok(())), ("d".to_string(), Err(Error::AccessDenied("No.".into())))];
        let loud = deleted_xml(&outcomes, false, true, Dialect::Oss);
        assert!(loud.contains("<EncodingType>url</EncodingType><Deleted><Key>a%2Fb%20c</Key></Deleted>"), "{loud}");
        let quiet = deleted_xml(&outcomes, true, false, Dialect::S3);
        assert!(!quiet.contains("Deleted"));
        assert!(quiet.contains("<Error><Key>d</Key><Code>AccessDenied</Code><Message>No.</Message></Error>"), "{quiet}");
    }

    #[test]
    fn forms_and_tags() {
        let xml = posted_xml("http://h/b/k", "b", "k", "ab");
        assert!(xml.ends_with(
            "<PostResponse><Location>http://h/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;ab&quot;</ETag></PostResponse>"
        ));
        assert!(no_tags_xml(Dialect::Oss).ends_with("<Tagging><TagSet></TagSet></Tagging>"));
    }
}

//! What is told of a multipart upload.

use crate::api::xml::Xml;
use crate::dialect::Dialect;
use crate::percent;

/// `InitiateMultipartUploadResult`; `url` is `encoding-type=url` of the request.
pub fn initiated_xml(bucket: &str, key: &str, upload: &str, url: bool, dialect: Dialect) -> String {
    Xml::document("InitiateMultipartUploadResult", dialect, |xml| {
        named(xml, bucket, key, url);
        xml.text("UploadId", upload);
    })
}

/// `CompleteMultipartUploadResult`; `location` is the object's URL, `etag` without quotes.
pub fn completed_xml(location: &str, bucket: &str, key: &str, etag: &str, url: bool, dialect: Dialect) -> String {
    Xml::document("CompleteMultipartUploadResult", dialect, |xml| {
        xml.text("Location", location);
        named(xml, bucket, key, url);
        xml.text("ETag", &format!("\"{etag}\""));
    })
}

fn named(xml: &mut Xml, bucket: &str, key: &str, url: bool) {
    if url {
        xml.text("EncodingType", "url");
    }
    xml.text("Bucket", bucket);
    match url {
        true => xml.text("Key", &percent::encode(key, "")),
        false => xml.text("Key", key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_from_begin_to_end() {
        let xml = initiated_xml("b", "a/k", "u1", true, Dialect::Oss);
        assert!(xml.ends_with(
            "<EncodingType>url</EncodingType><Bucket>b</Bucket><Key>a%2Fk</Key><UploadId>u1</UploadId></InitiateMultipartUploadResult>"
        ));
        let xml = completed_xml("http://h/b/k", "b", "k", "ab-2", false, Dialect::S3);
        assert!(xml.contains("<Location>http://h/b/k</Location><Bucket>b</Bucket><Key>k</Key><ETag>&quot;ab-2&quot;</ETag>"), "{xml}");
    }
}

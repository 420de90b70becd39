//! The body of a refusal.

use crate::api::xml::Xml;
use crate::dialect::Dialect;

/// `Error`: code, sentence, request id and host, in the places where SDKs look for them. `extra` are further
/// elements, such as S3's `Resource` and `BucketName`. Neither cloud gives it a namespace.
pub fn error_xml(code: &str, message: &str, request_id: &str, host: &str, dialect: Dialect, extra: &[(&str, &str)]) -> String {
    Xml::bare("Error", |xml| {
        xml.text("Code", code);
        xml.text("Message", message);
        let after = |xml: &mut Xml| extra.iter().for_each(|(name, text)| xml.text(name, text));
        match dialect {
            Dialect::Oss => {
                xml.text("RequestId", request_id);
                xml.text("HostId", host);
                after(xml);
            }
            Dialect::S3 | Dialect::Limn => {
                after(xml);
                xml.text("RequestId", request_id);
                xml.text("HostId", host);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_have_what_sdks_read() {
        let xml = error_xml("NoSuchKey", "The <object> \"a\u{1}\" is not there.", "r1", "h.example", Dialect::S3, &[("Resource", "/b/k")]);
        let read = roxmltree::Document::parse(&xml).unwrap();
        let children: Vec<_> = read.root_element().children().map(|n| (n.tag_name().name(), n.text().unwrap())).collect();
        let message = "The <object> \"a\u{fffd}\" is not there.";
        let want = [("Code", "NoSuchKey"), ("Message", message), ("Resource", "/b/k"), ("RequestId", "r1"), ("HostId", "h.example")];
        assert_eq!(children, want);
        assert!(error_xml("A", "b", "c", "d", Dialect::Oss, &[])
            .contains("<Error><Code>A</Code><Message>b</Message><RequestId>c</RequestId><HostId>d</HostId></Error>"));
    }
}

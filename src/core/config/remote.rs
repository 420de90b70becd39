//! What an S3 or OSS node has beside the others: where its API answers, and how a bucket is named there.

use super::bad;
use super::node::plain_url;
use super::NodeKind;
use crate::Result;
use serde::Deserialize;
use url::Host;

/// Where the bucket's name stands in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Addressing {
    /// `https://endpoint/bucket/key`.
    Path,
    /// `https://bucket.endpoint/key`.
    Host,
}

/// The part of a node's table; checked, its region and addressing are there.
pub(super) struct Remote {
    pub endpoint: String,
    pub bucket: String,
    pub region: Option<String>,
    pub addressing: Option<Addressing>,
}

impl Remote {
    /// Checks and fills in defaults.
    ///
    /// # Errors
    /// `misconfigured`, also for a node of another kind that has any of it.
    pub(super) fn check(self, table: &str, kind: NodeKind) -> Result<Remote> {
        if !kind.is_remote() {
            let bare = self.endpoint.is_empty() && self.bucket.is_empty() && self.region.is_none() && self.addressing.is_none();
            return match bare {
                true => Ok(self),
                false => Err(bad(table, "endpoint, bucket, region and addressing: only an s3 or oss node has them")),
            };
        }
        let wanted = || bad(table, "endpoint: an http or https URL without user, query and fragment is wanted");
        let url = plain_url(&self.endpoint).ok_or_else(wanted)?;
        let host = url.host().ok_or_else(wanted)?;
        // OSS signs bucket and key, whatever the path; a gateway below a path is known for S3 alone.
        if kind == NodeKind::Oss && url.path() != "/" {
            return Err(bad(table, "endpoint: that of an oss node has no path"));
        }
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let inner = |b: u8| is_name(b) || b == b'.' || b == b'_';
        if !(3..=63).contains(&self.bucket.len())
            || !self.bucket.bytes().all(inner)
            || !self.bucket.starts_with(|c: char| c.is_alphanumeric())
        {
            return Err(bad(table, "bucket: the name of the bucket there is wanted, 3 to 63 letters, digits, dots, - and _"));
        }
        let region = self.region.unwrap_or_else(|| match (kind, &host) {
            (NodeKind::Oss, Host::Domain(host)) => oss_region(host).unwrap_or("cn-hangzhou").into(),
            (NodeKind::Oss, _) => "cn-hangzhou".into(),
            _ => "us-east-1".into(),
        });
        if !(1..=64).contains(&region.len()) || !region.bytes().all(is_name) {
            return Err(bad(table, "region: letters, digits and - are wanted"));
        }
        let is_address = !matches!(host, Host::Domain(_));
        let usual = if kind == NodeKind::Oss && !is_address { Addressing::Host } else { Addressing::Path };
        let addressing = self.addressing.unwrap_or(usual);
        if addressing == Addressing::Host && is_address {
            return Err(bad(table, "addressing: \"host\" needs an endpoint with a name, not an address"));
        }
        let endpoint = url.as_str().trim_end_matches('/').to_string();
        Ok(Remote { endpoint, bucket: self.bucket, region: Some(region), addressing: Some(addressing) })
    }
}

/// The region of one of OSS's own hosts: `oss-cn-hangzhou.aliyuncs.com`, `oss-cn-hangzhou-internal.…`.
fn oss_region(host: &str) -> Option<&str> {
    let region = host.strip_prefix("oss-")?.strip_suffix(".aliyuncs.com")?;
    Some(region.strip_suffix("-internal").unwrap_or(region)).filter(|r| !r.is_empty() && !r.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::node::tests::node;

    #[test]
    fn defaults_follow_the_kind_and_the_host() {
        for (more, endpoint, region, addressing) in [
            (r#""kind":"s3","endpoint":"http://127.0.0.1:9000""#, "http://127.0.0.1:9000", "us-east-1", Addressing::Path),
            (
                r#""kind":"s3","endpoint":"https://X.example/storage/v1/s3/""#,
                "https://x.example/storage/v1/s3",
                "us-east-1",
                Addressing::Path,
            ),
            (
                r#""kind":"s3","endpoint":"https://s3.example","addressing":"host","region":"eu-west-1""#,
                "https://s3.example",
                "eu-west-1",
                Addressing::Host,
            ),
            (
                r#""kind":"oss","endpoint":"https://oss-cn-beijing.aliyuncs.com""#,
                "https://oss-cn-beijing.aliyuncs.com",
                "cn-beijing",
                Addressing::Host,
            ),
            (
                r#""kind":"oss","endpoint":"https://oss-cn-beijing-internal.aliyuncs.com""#,
                "https://oss-cn-beijing-internal.aliyuncs.com",
                "cn-beijing",
                Addressing::Host,
            ),
            (r#""kind":"oss","endpoint":"https://oss.example""#, "https://oss.example", "cn-hangzhou", Addressing::Host),
            (
                r#""kind":"oss","endpoint":"https://oss.example","addressing":"path""#,
                "https://oss.example",
                "cn-hangzhou",
                Addressing::Path,
            ),
            (r#""kind":"oss","endpoint":"http://[::1]:90""#, "http://[::1]:90", "cn-hangzhou", Addressing::Path),
        ] {
            let n = node(&format!(r#"{{"name":"t","bucket":"b-1","managed":false,{more}}}"#)).unwrap();
            assert_eq!((n.endpoint.as_str(), n.region.as_str(), n.addressing), (endpoint, region, addressing), "{more}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (more, word) in [
            (r#""kind":"s3""#, "endpoint"),
            (r#""kind":"s3","endpoint":"s3.example""#, "endpoint"),
            (r#""kind":"s3","endpoint":"ftp://s3.example""#, "endpoint"),
            (r#""kind":"s3","endpoint":"https://me@s3.example""#, "endpoint"),
            (r#""kind":"s3","endpoint":"https://s3.example?a""#, "endpoint"),
            (r##""kind":"s3","endpoint":"https://s3.example#a""##, "endpoint"),
            (r#""kind":"oss","endpoint":"https://oss.example/a""#, "endpoint"),
            (r#""kind":"s3","endpoint":"https://s3.example","region":"a b""#, "region"),
            (r#""kind":"s3","endpoint":"https://s3.example","region":"""#, "region"),
            (r#""kind":"s3","endpoint":"https://1.2.3.4","addressing":"host""#, "addressing"),
            (r#""kind":"s3","endpoint":"https://s3.example","addressing":"virtual""#, "virtual"),
        ] {
            let e = node(&format!(r#"{{"name":"t","bucket":"b-1",{more}}}"#)).unwrap_err();
            assert!(e.to_string().contains(word), "{more}: {e}");
        }
        for bucket in ["", "ab", "..a", "a/b", "a b c", &"x".repeat(64)] {
            let table = serde_json::json!({ "name": "t", "kind": "s3", "endpoint": "https://s3.example", "bucket": bucket });
            assert!(node(&table.to_string()).unwrap_err().to_string().contains("bucket"), "{bucket}");
        }
    }
}

//! Which bucket and which key a request names: by path, by a mapped host, or by the first label of a host.

use crate::config::{Config, Mode};
use crate::parts::Parts;

/// The address. Bucket and key are as they stand, decoded once and not yet checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Bucket; empty for the service as a whole.
    pub bucket: String,
    /// What follows; empty for the bucket as a whole.
    pub key: String,
    /// Whether the host names the bucket.
    pub by_host: bool,
}

/// What stands behind the bucket in hosts that some SDKs make up, whatever address they are told.
const CLOUD_HOSTS: [(&str, &str); 1] = [("oss-", ".aliyuncs.com")];

impl Address {
    /// Reads host and path.
    pub fn of(parts: &Parts, config: &Config) -> Address {
        let path = parts.path.strip_prefix('/').unwrap_or(&parts.path);
        if let Some(bucket) = bucket_of_host(&parts.host, config) {
            return Address { bucket, key: path.into(), by_host: true };
        }
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        Address { bucket: bucket.into(), key: key.into(), by_host: false }
    }

    /// The resource that the OSS schemes sign, whatever the form of the address: `/bucket/key`,
    /// `/bucket/`, or `/`.
    pub fn resource(&self) -> String {
        match self.bucket.as_str() {
            "" => "/".into(),
            bucket => format!("/{bucket}/{}", self.key),
        }
    }
}

fn bucket_of_host(host: &str, config: &Config) -> Option<String> {
    if let Some(bucket) = config.bucket_of_host(host) {
        return Some(bucket.name.clone());
    }
    let (label, rest) = host.split_once('.')?;
    let ours = config.site.endpoint.as_deref() == Some(rest) || (config.site.mode == Mode::Development && is_development_host(rest));
    (ours && crate::route::is_bucket_name(label)).then(|| label.to_string())
}

/// `{bucket}.localhost` is this machine for browsers and curl; some SDKs send a cloud's own host name
/// whatever address they connect to. Neither can be a Worker's public name.
fn is_development_host(rest: &str) -> bool {
    rest == "localhost" || CLOUD_HOSTS.iter().any(|(start, end)| rest.starts_with(start) && rest.ends_with(end))
}

/// Whether a request came to this machine, as far as its host tells.
pub fn is_local(parts: &Parts) -> bool {
    let bucket = |(_, rest)| is_development_host(rest);
    parts.is_loopback() || is_development_host(&parts.host) || parts.host.split_once('.').is_some_and(bucket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;

    #[test]
    fn paths_and_hosts() {
        let config = sample();
        for (url, bucket, key, by_host) in [
            ("http://localhost/demo/a/b", "demo", "a/b", false),
            ("http://127.0.0.1:8787/demo", "demo", "", false),
            ("http://127.0.0.1:8787/", "", "", false),
            ("http://demo.localhost:8787/a/b", "demo", "a/b", true),
            ("http://demo.oss-cn-hangzhou.aliyuncs.com/a%2Fb", "demo", "a/b", true),
            ("http://demo.oss-cn-hangzhou.aliyuncs.com.evil.org/demo/a", "demo", "a", false),
            ("http://oss-cn-hangzhou.aliyuncs.com/demo/a", "demo", "a", false),
            ("http://images.example.com/a", "photos", "a", true),
            ("http://club.img.example.com/a", "club", "a", true),
            ("http://img.example.com/club/a", "club", "a", false),
        ] {
            let parts = Parts::new("GET", url, []).unwrap();
            let want = Address { bucket: bucket.into(), key: key.into(), by_host };
            assert_eq!(Address::of(&parts, &config), want, "{url}");
        }
    }

    #[test]
    fn the_resource_is_the_same_in_each_form() {
        let of = |bucket: &str, key: &str| Address { bucket: bucket.into(), key: key.into(), by_host: true }.resource();
        assert_eq!((of("", ""), of("b", ""), of("b", "k/l")), ("/".into(), "/b/".into(), "/b/k/l".into()));
    }
}

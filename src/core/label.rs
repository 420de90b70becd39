//! What is written beside a kept derived image, and what must agree before it is believed again.

use crate::key::{Key, ENCODER_VERSION};
use crate::reply::Representation;
use crate::{hash, percent};

/// Longest source version that is written down, bytes; it is told to people, the key holds the truth.
const MAX_VERSION: usize = 256;

/// Names and values beside bytes of this digest: printable ASCII, well below the 2,048 bytes that R2 allows.
pub fn write(representation: &Representation, sha256: &[u8; 32], key: &Key) -> Vec<(&'static str, String)> {
    let version = percent::encode(key.version(), "");
    let mut labels = vec![
        ("sha256", hash::hex(sha256)),
        ("len", representation.length.to_string()),
        ("type", representation.content_type.clone()),
        ("etag", representation.etag.clone()),
        ("version", version.chars().take(MAX_VERSION).collect()),
        ("enc", ENCODER_VERSION.to_string()),
    ];
    labels.extend(representation.modified.map(|modified| ("modified", modified.to_string())));
    labels.extend(representation.negotiated.then(|| ("negotiated", "1".into())));
    labels
}

/// What labels say of the bytes beside them, and the digest, in lower-case hex, that those bytes must have; `None`
/// where a label is missing.
pub fn read(label: impl Fn(&str) -> Option<String>) -> Option<(Representation, String)> {
    let length = label("len")?.parse().ok()?;
    let representation = Representation {
        content_type: label("type")?,
        etag: label("etag")?,
        length,
        modified: label("modified").and_then(|m| m.parse().ok()),
        negotiated: label("negotiated").is_some(),
        immutable: false,
        stored: Vec::new(),
    };
    Some((representation, label("sha256")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accept::Class;
    use crate::config::tests::sample;
    use crate::key::Ingredients;
    use crate::params::oss::parse_canonical;

    #[test]
    fn what_was_written_is_read_and_nothing_less() {
        let config = sample();
        let bucket = config.bucket("demo").unwrap();
        let of = Ingredients { bucket, object: "a", version: "W/\"é\"", files: &[], class: Class::Base, buster: None, generation: 0 };
        let key = Key::new(&parse_canonical("image/resize,w_200").unwrap(), &of);
        let representation = Representation {
            content_type: "image/png".into(),
            etag: "\"e\"".into(),
            length: 5,
            modified: Some(7),
            negotiated: true,
            immutable: false,
            stored: Vec::new(),
        };
        let sha256 = hash::sha256(b"image");
        let labels = write(&representation, &sha256, &key);
        assert!(labels.iter().all(|(_, value)| value.is_ascii()));
        let label = |name: &str| labels.iter().find(|(n, _)| *n == name).map(|(_, value)| value.clone());
        assert_eq!(read(label), Some((representation, hash::hex(&sha256))));
        for lost in ["sha256", "len", "type", "etag"] {
            assert_eq!(read(|name| label(name).filter(|_| name != lost)), None, "{lost}");
        }
    }
}

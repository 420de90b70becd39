//! The cache key of a derived image: what its pixels depend on, and nothing else.

use crate::accept::Class;
use crate::config::Bucket;
use crate::hash;
use crate::plan::Plan;

/// Changed whenever a decoder, operation or encoder makes other pixels or bytes than before.
pub const ENCODER_VERSION: u32 = 10;
/// Changed whenever the layout of cached entries does.
const SCHEMA: u32 = 2;
/// Longest key of an R2 object, bytes (the platform's bound is 1,024).
const MAX_STORE_KEY: usize = 1_000;

/// The key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    bucket: String,
    object: String,
    version: String,
    generation: u64,
    digest: String,
}

/// What a key is made of, beside the plan.
pub struct Ingredients<'a> {
    /// The bucket, for its name and the settings that change pixels.
    pub bucket: &'a Bucket,
    /// Key of the object.
    pub object: &'a str,
    /// Version of the object.
    pub version: &'a str,
    /// Version of every mark and font that the plan reads, by name.
    pub files: &'a [(String, String)],
    /// The client's class.
    pub class: Class,
    /// `v` of the URL.
    pub buster: Option<&'a str>,
    /// The purge generation of the object.
    pub generation: u64,
}

impl Key {
    /// Hashes the ingredients, each with its length before it, so that no two lists run together.
    pub fn new(plan: &Plan, of: &Ingredients) -> Key {
        let mut text = Vec::new();
        let mut add = |field: &str| {
            text.extend_from_slice(&(field.len() as u64).to_be_bytes());
            text.extend_from_slice(field.as_bytes());
        };
        add(&ENCODER_VERSION.to_string());
        add(of.object);
        add(of.version);
        add(&plan.to_string());
        add(of.class.as_str());
        add(of.buster.unwrap_or(""));
        add(&format!("{:?}", of.bucket.default_quality()));
        add(if of.bucket.linear { "linear" } else { "gamma" });
        for (key, version) in of.files {
            add(key);
            add(version);
        }
        Key {
            bucket: of.bucket.name.clone(),
            object: of.object.into(),
            version: of.version.into(),
            generation: of.generation,
            digest: hash::hex(&hash::sha256(&text)),
        }
    }

    /// The version of the source.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What tells it from every other key of this isolate.
    pub fn name(&self) -> String {
        format!("{}/{}/{}", self.bucket, self.generation, self.digest)
    }

    /// Where the derived store keeps everything that was made of an object: a purge lists by it.
    pub fn store_prefix(bucket: &str, object: &str) -> String {
        let prefix = format!("{bucket}/{object}/");
        // Room for a generation and a digest; a hash begins with what no object's key may.
        match prefix.len() + 20 + 1 + 64 > MAX_STORE_KEY {
            true => format!("{bucket}//{}/", hash::hex(&hash::sha256(object.as_bytes()))),
            false => prefix,
        }
    }

    /// Its key in the derived store.
    pub fn store_key(&self) -> String {
        format!("{}{}-{}", Key::store_prefix(&self.bucket, &self.object), self.generation, self.digest)
    }

    /// The synthetic URL under which the Cache API keeps it; `host` is the Worker's own.
    pub fn url(&self, host: &str) -> String {
        format!("https://{host}/__c/{SCHEMA}/{}/{}/{}", self.bucket, self.generation, self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::sample;
    use crate::params::oss::parse_canonical;

    #[test]
    fn each_ingredient_moves_the_key() {
        let config = sample();
        let bucket = config.bucket("demo").unwrap();
        let marks = [("m".to_string(), "1".to_string())];
        let base = || Ingredients { bucket, object: "a", version: "1", files: &[], class: Class::Base, buster: None, generation: 0 };
        let plan = parse_canonical("image/resize,w_200").unwrap();
        let keys = [
            Key::new(&plan, &base()),
            Key::new(&parse_canonical("image/resize,w_201").unwrap(), &base()),
            Key::new(&plan, &Ingredients { object: "b", ..base() }),
            Key::new(&plan, &Ingredients { version: "2", ..base() }),
            Key::new(&plan, &Ingredients { object: "a1", version: "", ..base() }),
            Key::new(&plan, &Ingredients { files: &marks, ..base() }),
            Key::new(&plan, &Ingredients { class: Class::WebP, ..base() }),
            Key::new(&plan, &Ingredients { buster: Some("1"), ..base() }),
            Key::new(&plan, &Ingredients { generation: 1, ..base() }),
        ];
        for (i, a) in keys.iter().enumerate() {
            assert!(keys.iter().skip(i + 1).all(|b| a.url("h") != b.url("h")), "{i}");
        }
        assert_eq!(keys[0], Key::new(&parse_canonical("image/resize,limit_1,w_200").unwrap(), &base()));
    }

    #[test]
    fn the_store_lists_what_was_made_of_an_object_however_long_its_key() {
        let config = sample();
        let bucket = config.bucket("demo").unwrap();
        let plan = parse_canonical("image/resize,w_200").unwrap();
        for (object, prefix) in [("a/b.jpg".to_string(), "demo/a/b.jpg/"), ("é".repeat(500), "demo//")] {
            let of =
                Ingredients { bucket, object: &object, version: "1", files: &[], class: Class::Base, buster: None, generation: u64::MAX };
            let key = Key::new(&plan, &of).store_key();
            assert!(key.starts_with(prefix) && key.starts_with(&Key::store_prefix("demo", &object)) && key.len() <= MAX_STORE_KEY, "{key}");
        }
    }
}

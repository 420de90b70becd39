//! What a purge reaches: a file, a prefix or a whole bucket, by a generation that is part of every key.
//!
//! A purge counts one scope's generation up by one. The generation of an object is the sum over its
//! scopes, which no purge that reaches it leaves the same; so an image made before a purge, or under way
//! while it happens, lies under a key that nobody asks for any more.

use crate::route::check_key;
use crate::{hash, Error, Result};
use serde::{Deserialize, Serialize};

/// Deepest prefix that can be purged, in folders.
pub const MAX_DEPTH: usize = 16;
/// Most files and prefixes of one request.
pub const MAX_SCOPES: usize = 100;

/// The scopes of an object: its bucket, each folder above it, itself.
pub fn scopes(key: &str) -> Vec<String> {
    let folders = key.match_indices('/').take(MAX_DEPTH).map(|(at, _)| key.get(..=at).unwrap_or(key));
    // A folder marker is its own last folder; a file is told from a folder of its name.
    std::iter::once("").chain(folders).map(String::from).chain([file_scope(key)]).collect()
}

/// The scope of one file, which no prefix can name.
fn file_scope(key: &str) -> String {
    format!("={key}")
}

/// The `Cache-Tag` values of an object, one for each of its [`scopes`]: what a purge of a zone's cache by
/// tag names.
pub fn tags(bucket: &str, key: &str) -> Vec<String> {
    scopes(key).iter().map(|scope| tag(bucket, scope)).collect()
}

/// A `Cache-Tag` value with the tags of more objects of the bucket; none stands twice.
pub fn more_tags<'a>(tags: String, bucket: &str, keys: impl Iterator<Item = &'a str>) -> String {
    keys.flat_map(|key| self::tags(bucket, key)).fold(tags, |all, tag| if all.contains(&tag) { all } else { format!("{all},{tag}") })
}

/// The tag of one scope: short, and telling nobody a name.
pub fn tag(bucket: &str, scope: &str) -> String {
    let text = format!("{bucket}\0{scope}");
    hash::base32(&hash::sha256(text.as_bytes())).chars().take(16).collect()
}

/// A purge as it is asked for: `POST /-/purge`, JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purge {
    /// The bucket.
    pub bucket: String,
    /// Keys.
    #[serde(default)]
    pub files: Vec<String>,
    /// Folders: `a/b/`.
    #[serde(default)]
    pub prefixes: Vec<String>,
    /// The whole bucket.
    #[serde(default)]
    pub everything: bool,
}

impl Purge {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// `bad_arg`.
    pub fn parse(body: &[u8]) -> Result<Purge> {
        let purge: Purge = serde_json::from_slice(body)
            .map_err(|e| Error::BadArg(format!("The body must be JSON {{bucket, files, prefixes, everything}}: {e}.")))?;
        let count = purge.files.len() + purge.prefixes.len();
        match (count, purge.everything) {
            (0, false) => return Err(Error::BadArg("The purge names nothing: files, prefixes or everything is wanted.".into())),
            (1.., true) => return Err(Error::BadArg("everything stands beside files or prefixes; one is wanted.".into())),
            (n, _) if n > MAX_SCOPES => {
                return Err(Error::BadArg(format!("At most {MAX_SCOPES} files and prefixes are taken at a time; {n} came.")))
            }
            _ => {}
        }
        for file in &purge.files {
            check_key(file)?;
        }
        for prefix in &purge.prefixes {
            let folder = prefix.strip_suffix('/').filter(|f| !f.is_empty()).ok_or_else(|| {
                Error::BadArg(format!("A prefix is a folder and ends with /; {prefix:?} came. everything purges the whole bucket."))
            })?;
            check_key(folder)?;
            if prefix.matches('/').count() > MAX_DEPTH {
                return Err(Error::BadArg(format!("A prefix may be {MAX_DEPTH} folders deep at most.")));
            }
        }
        Ok(purge)
    }

    /// The scopes whose generations go up.
    pub fn scopes(&self) -> Vec<String> {
        match self.everything {
            true => vec![String::new()],
            false => self.files.iter().map(|f| file_scope(f)).chain(self.prefixes.iter().cloned()).collect(),
        }
    }

    /// What must be granted: each file and prefix, or all.
    pub fn keys(&self) -> Vec<&str> {
        match self.everything {
            true => vec![""],
            false => self.files.iter().chain(&self.prefixes).map(String::as_str).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purge(json: &str) -> Result<Purge> {
        Purge::parse(json.as_bytes())
    }

    #[test]
    fn a_purge_reaches_what_it_names_and_nothing_else() {
        for (json, reached, spared) in [
            (r#"{"bucket":"demo","files":["a/b.jpg"]}"#, vec!["a/b.jpg"], vec!["a/b.jpg2", "a/b", "b.jpg", "a/b.jpg/c"]),
            (r#"{"bucket":"demo","prefixes":["a/"]}"#, vec!["a/b.jpg", "a/b/c", "a/"], vec!["a", "ab/c", "b/a/c"]),
            (r#"{"bucket":"demo","prefixes":["a/b/"]}"#, vec!["a/b/c"], vec!["a/b", "a/c"]),
            (r#"{"bucket":"demo","everything":true}"#, vec!["a", "a/b"], vec![]),
        ] {
            let scopes_purged = purge(json).unwrap().scopes();
            let hits = |key: &str| scopes(key).iter().any(|s| scopes_purged.contains(s));
            assert!(reached.iter().all(|k| hits(k)) && !spared.iter().any(|k| hits(k)), "{json}");
        }
    }

    #[test]
    fn tags_are_those_of_the_scopes_and_fit_a_header() {
        let deep = format!("{}x.jpg", "f/".repeat(400));
        let header = tags("demo", &deep).join(",");
        assert!(header.len() <= 18 * 17 && header.bytes().all(|b| b.is_ascii_alphanumeric() || b == b','), "{header}");
        let purged = purge(r#"{"bucket":"demo","prefixes":["a/"]}"#).unwrap();
        let purged: Vec<String> = purged.scopes().iter().map(|scope| tag("demo", scope)).collect();
        let hits = |bucket: &str, key: &str| tags(bucket, key).iter().any(|t| purged.contains(t));
        assert!(hits("demo", "a/b.jpg") && !hits("demo", "b/a.jpg") && !hits("other", "a/b.jpg"));
    }

    #[test]
    fn marks_add_their_tags_once() {
        let own = tags("demo", "a/b.jpg").join(",");
        let all = more_tags(own.clone(), "demo", ["a/logo.png", "a/b.jpg", "m/logo.png"].into_iter());
        let listed: Vec<&str> = all.split(',').collect();
        assert!(all.starts_with(&own) && listed.len() == 3 + 1 + 2, "{all}");
        assert!(tags("demo", "m/logo.png").iter().all(|tag| listed.contains(&tag.as_str())));
    }

    #[test]
    fn what_is_wrong_is_told() {
        for json in [
            "{}",
            r#"{"bucket":"demo"}"#,
            r#"{"bucket":"demo","files":["../a"]}"#,
            r#"{"bucket":"demo","prefixes":["/"]}"#,
            r#"{"bucket":"demo","prefixes":["a"]}"#,
            r#"{"bucket":"demo","prefixes":[""]}"#,
            r#"{"bucket":"demo","everything":true,"files":["a"]}"#,
            r#"{"bucket":"demo","file":["a"]}"#,
        ] {
            assert_eq!(purge(json).unwrap_err().status(), 400, "{json}");
        }
    }
}

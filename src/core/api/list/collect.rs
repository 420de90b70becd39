//! Which keys answer a list, rolled up at a delimiter, read page by page.

use super::query::{Query, UploadsQuery, Version};
use super::{Listing, UploadsListing};

/// An object in a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    /// Its key.
    pub key: String,
    /// Without quotes.
    pub etag: String,
    /// Bytes.
    pub length: u64,
    /// When it was stored, unix milliseconds.
    pub stored: u64,
    /// Who stored it.
    pub user: String,
}

/// An open multipart upload in a list.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Upload {
    /// The key that it is to have.
    pub key: String,
    /// Its id.
    pub id: String,
    /// When it was begun, unix milliseconds.
    pub started: u64,
    /// Who began it.
    pub user: String,
}

/// Which rows a page may hold, in the byte order of their keys (uploads of one key in that of their ids).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Bound {
    /// Keys from here on.
    pub from: String,
    /// Whether `from` itself belongs to the page.
    pub inclusive: bool,
    /// Uploads: of `from` itself those with a larger id belong to the page, although it is not inclusive.
    pub after_id: Option<String>,
    /// Keys before this; none for no end. With `from` it holds the prefix, so a page needs no other test.
    pub until: Option<String>,
}

/// What a list is made of.
trait Item {
    fn key(&self) -> &str;
    /// What tells items of one key apart.
    fn id(&self) -> Option<&str>;
}

impl Item for Entry {
    fn key(&self) -> &str {
        &self.key
    }
    fn id(&self) -> Option<&str> {
        None
    }
}

impl Item for Upload {
    fn key(&self) -> &str {
        &self.key
    }
    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

/// Answers a list of objects. `page` gives at most so many rows within a bound, in order; fewer mean that
/// there are no more.
///
/// # Errors
/// Those of `page`.
pub fn collect<E>(query: &Query, page: impl FnMut(&Bound, usize) -> Result<Vec<Entry>, E>) -> Result<Listing, E> {
    let after = match (query.version, &query.resume) {
        (Version::V2, Some(place)) => place,
        _ => &query.after,
    };
    let rolled = roll_up(&query.prefix, &query.delimiter, (after, None), query.max, page)?;
    let next = rolled.next.map(|(key, _)| key);
    Ok(Listing { entries: rolled.items, prefixes: rolled.prefixes, next })
}

/// Answers a list of uploads; `page` as in [`collect`].
///
/// # Errors
/// Those of `page`.
pub fn collect_uploads<E>(query: &UploadsQuery, page: impl FnMut(&Bound, usize) -> Result<Vec<Upload>, E>) -> Result<UploadsListing, E> {
    let id = Some(query.upload_marker.as_str()).filter(|id| !id.is_empty() && !query.key_marker.is_empty());
    let rolled = roll_up(&query.prefix, &query.delimiter, (&query.key_marker, id), query.max, page)?;
    Ok(UploadsListing { uploads: rolled.items, prefixes: rolled.prefixes, next: rolled.next })
}

struct Rolled<T> {
    items: Vec<T>,
    prefixes: Vec<String>,
    /// The last key or common prefix of a list that is cut off, and the id of the upload.
    next: Option<(String, String)>,
}

/// Rows of the first page where keys are rolled up: a page that ends inside a common prefix was read too
/// far, so pages shrink while prefixes are long and grow while they are short.
const FIRST_STEP: usize = 64;
const LEAST_STEP: usize = 4;

fn roll_up<T: Item, E>(
    prefix: &str,
    delimiter: &str,
    (after, after_id): (&str, Option<&str>),
    max: usize,
    mut page: impl FnMut(&Bound, usize) -> Result<Vec<T>, E>,
) -> Result<Rolled<T>, E> {
    let mut out = Rolled { items: Vec::new(), prefixes: Vec::new(), next: None };
    let Some(mut bound) = first(prefix, delimiter, after, after_id).filter(|_| max > 0) else { return Ok(out) };
    let mut last = None;
    let mut step = if delimiter.is_empty() { max + 1 } else { FIRST_STEP };
    loop {
        let limit = step.min(max + 1 - out.items.len() - out.prefixes.len());
        let rows = page(&bound, limit)?;
        let full = rows.len() >= limit;
        let mut passed = 0;
        for row in rows {
            if out.prefixes.last().is_some_and(|p| row.key().starts_with(p.as_str())) {
                passed += 1;
                continue;
            }
            if out.items.len() + out.prefixes.len() == max {
                out.next = last;
                return Ok(out);
            }
            match common(row.key(), prefix, delimiter) {
                Some(common) => {
                    last = Some((common.to_string(), String::new()));
                    let Some(end) = successor(common) else {
                        out.prefixes.push(common.into());
                        return Ok(out);
                    };
                    bound = Bound { from: end, inclusive: true, after_id: None, ..bound };
                    out.prefixes.push(common.into());
                }
                None => {
                    let id = row.id().map(String::from);
                    last = Some((row.key().into(), id.clone().unwrap_or_default()));
                    bound = Bound { from: row.key().into(), inclusive: false, after_id: id, ..bound };
                    out.items.push(row);
                }
            }
        }
        let ended = bound.until.as_ref().is_some_and(|until| bound.from >= *until);
        if !full || ended {
            return Ok(out);
        }
        step = if passed * 2 > limit { (step / 4).max(LEAST_STEP) } else { step.saturating_mul(4) };
    }
}

/// Where a list begins; `None` where nothing can be in it. A marker that is a common prefix stands for all
/// keys below it, since that is what an earlier answer ended with.
fn first(prefix: &str, delimiter: &str, after: &str, after_id: Option<&str>) -> Option<Bound> {
    let until = successor(prefix);
    let bound = |from: &str, inclusive, after_id: Option<&str>| Bound {
        from: from.into(),
        inclusive,
        after_id: after_id.map(Into::into),
        until: until.clone(),
    };
    let bound = match common(after, prefix, delimiter) {
        Some(common) if common == after && after_id.is_none() => bound(&successor(common)?, true, None),
        _ if after < prefix || after.is_empty() => bound(prefix, true, None),
        _ => bound(after, false, after_id),
    };
    match &bound.until {
        Some(until) if bound.from >= *until => None,
        _ => Some(bound),
    }
}

/// The part of a key up to the first delimiter behind the prefix.
fn common<'a>(key: &'a str, prefix: &str, delimiter: &str) -> Option<&'a str> {
    let rest = key.strip_prefix(prefix).filter(|_| !delimiter.is_empty())?;
    let end = prefix.len() + rest.find(delimiter)? + delimiter.len();
    key.get(..end)
}

/// The first text behind all those that begin with `prefix`, in the order of bytes, which is that of
/// characters in UTF-8; `None` where there is none.
pub fn successor(prefix: &str) -> Option<String> {
    let mut text = prefix.to_string();
    while let Some(last) = text.pop() {
        let next = match last {
            '\u{d7ff}' => Some('\u{e000}'),
            c => char::from_u32(u32::from(c) + 1),
        };
        if let Some(next) = next {
            text.push(next);
            return Some(text);
        }
    }
    None
}

#[cfg(test)]
#[path = "collect_tests.rs"]
mod tests;

//! Lists of a bucket whose keys lie in several shards: each shard's page put together.

use super::{Listing, UploadsListing};
use std::collections::BTreeMap;

/// The first `max` objects and common prefixes, out of each shard's first `max`.
pub fn merge(max: usize, shards: Vec<Listing>) -> Listing {
    let mut more = shards.iter().any(|listing| listing.next.is_some());
    let mut all = BTreeMap::new();
    for listing in shards {
        all.extend(listing.entries.into_iter().map(|entry| (entry.key.clone(), Some(entry))));
        all.extend(listing.prefixes.into_iter().map(|prefix| (prefix, None)));
    }
    more |= all.len() > max;
    let mut merged = Listing { entries: Vec::new(), prefixes: Vec::new(), next: None };
    for (name, item) in all.into_iter().take(max) {
        if more {
            merged.next = Some(name.clone());
        }
        match item {
            Some(entry) => merged.entries.push(entry),
            None => merged.prefixes.push(name),
        }
    }
    merged
}

/// As [`merge`], of uploads under way.
pub fn merge_uploads(max: usize, shards: Vec<UploadsListing>) -> UploadsListing {
    let mut more = shards.iter().any(|listing| listing.next.is_some());
    let mut all = BTreeMap::new();
    for listing in shards {
        all.extend(listing.uploads.into_iter().map(|upload| ((upload.key.clone(), upload.id.clone()), Some(upload))));
        all.extend(listing.prefixes.into_iter().map(|prefix| ((prefix, String::new()), None)));
    }
    more |= all.len() > max;
    let mut merged = UploadsListing::default();
    for (name, item) in all.into_iter().take(max) {
        if more {
            merged.next = Some(name.clone());
        }
        match item {
            Some(upload) => merged.uploads.push(upload),
            None => merged.prefixes.push(name.0),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::super::{collect, Bound, Entry, Query, Version};
    use super::*;
    use crate::ledger::shard;

    fn query(prefix: &str, delimiter: &str, resume: Option<String>, max: usize) -> Query {
        let (prefix, delimiter) = (prefix.to_string(), delimiter.to_string());
        Query { version: Version::V2, prefix, delimiter, after: String::new(), token: None, resume, max, url: false, owner: false }
    }

    fn page<'a>(keys: &'a [String]) -> impl Fn(&Bound, usize) -> Result<Vec<Entry>, ()> + 'a {
        move |bound, limit| {
            let fits = |k: &&String| {
                (**k > bound.from || bound.inclusive && **k == bound.from) && bound.until.as_ref().is_none_or(|until| *k < until)
            };
            let entry = |k: &String| Entry { key: k.clone(), etag: String::new(), length: 1, stored: 0, user: String::new() };
            Ok(keys.iter().filter(fits).take(limit).map(entry).collect())
        }
    }

    #[test]
    fn pages_of_shards_are_those_of_one_ledger() {
        let mut keys: Vec<String> =
            (0..200).map(|i| format!("{}/{}/{i}.jpg", i % 7, i % 5)).chain((0..30).map(|i| format!("z{i}"))).collect();
        keys.sort();
        let split: Vec<Vec<String>> = (0..5).map(|n| keys.iter().filter(|k| shard::of_key(k, 5) == n).cloned().collect()).collect();
        for (prefix, delimiter) in [("", ""), ("", "/"), ("3/", "/"), ("z", ""), ("3/", ""), ("none", "/")] {
            for max in [1, 3, 10, 1_000] {
                let (mut resume, mut pages) = (None, 0);
                loop {
                    let asked = query(prefix, delimiter, resume.clone(), max);
                    let whole = collect(&asked, page(&keys)).unwrap();
                    let merged = merge(max, split.iter().map(|keys| collect(&asked, page(keys)).unwrap()).collect());
                    assert_eq!(merged, whole, "{prefix:?} {delimiter:?} {max} {resume:?}");
                    resume = whole.next;
                    pages += 1;
                    if resume.is_none() {
                        break;
                    }
                }
                assert!(pages > 0);
            }
        }
    }
}

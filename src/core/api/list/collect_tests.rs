use super::*;
use crate::parts::Parts;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::convert::Infallible;

fn entry(key: &str) -> Entry {
    Entry { key: key.into(), etag: "e".into(), length: 1, stored: 0, user: "u".into() }
}

fn query(text: &str) -> Query {
    Query::of(&Parts::new("GET", &format!("http://h/b?{text}"), []).unwrap()).unwrap()
}

/// What a ledger does, and how many rows it read.
fn page<'a>(keys: &'a BTreeSet<String>, read: &'a mut usize) -> impl FnMut(&Bound, usize) -> Result<Vec<Entry>, Infallible> + 'a {
    move |bound, limit| {
        let within = |k: &&String| {
            let from = if bound.inclusive { **k >= bound.from } else { **k > bound.from };
            from && bound.until.as_ref().is_none_or(|until| *k < until)
        };
        let rows: Vec<Entry> = keys.iter().filter(within).take(limit).map(|k| entry(k)).collect();
        *read += rows.len();
        Ok(rows)
    }
}

fn list(query: &Query, keys: &BTreeSet<String>) -> Listing {
    collect(query, page(keys, &mut 0)).unwrap()
}

/// Everything that a list without end would hold: keys and common prefixes, in order.
fn model(keys: &BTreeSet<String>, prefix: &str, delimiter: &str) -> Vec<String> {
    let roll = |k: &String| match k[prefix.len()..].find(delimiter).filter(|_| !delimiter.is_empty()) {
        Some(at) => k[..prefix.len() + at + delimiter.len()].to_string(),
        None => k.clone(),
    };
    let mut out: Vec<String> = keys.iter().filter(|k| k.starts_with(prefix)).map(roll).collect();
    out.dedup();
    out
}

fn all(mut query: Query, keys: &BTreeSet<String>) -> Vec<String> {
    let mut out = Vec::new();
    loop {
        let listing = list(&query, keys);
        let mut names: Vec<String> = listing.entries.into_iter().map(|e| e.key).chain(listing.prefixes).collect();
        names.sort();
        assert!(names.len() <= query.max);
        out.extend(names);
        match listing.next {
            None => return out,
            Some(next) => match query.version {
                Version::V1 => query.after = next,
                Version::V2 => query.resume = Some(next),
            },
        }
        assert!(out.len() < 1_000, "a list that does not end");
    }
}

proptest! {
    #[test]
    fn pages_together_are_the_whole_list(
        keys in proptest::collection::btree_set("[ab/\u{d7ff}\u{e000}\u{10ffff}]{1,6}", 0..40),
        prefix in "[ab/\u{10ffff}]{0,2}",
        delimiter in "(|/|a|//)",
        max in 1usize..7,
        v2 in any::<bool>(),
    ) {
        let mut q = query(if v2 { "list-type=2" } else { "" });
        (q.prefix, q.delimiter, q.max) = (prefix.clone(), delimiter.clone(), max);
        prop_assert_eq!(all(q, &keys), model(&keys, &prefix, &delimiter));
    }

    #[test]
    fn a_marker_leaves_out_what_is_up_to_it(
        keys in proptest::collection::btree_set("[ab/]{1,5}", 0..40),
        marker in "[ab/]{0,4}",
        prefix in "[ab/]{0,2}",
    ) {
        let mut q = query("");
        (q.prefix, q.after) = (prefix.clone(), marker.clone());
        let want: Vec<String> = keys.iter().filter(|k| k.starts_with(&prefix) && **k > marker).cloned().collect();
        prop_assert_eq!(all(q, &keys), want);
    }
}

#[test]
fn common_prefixes_are_passed_over_without_reading_their_keys() {
    let keys: BTreeSet<String> = (0..50).flat_map(|d| (0..500).map(move |f| format!("d{d:02}/{f:03}"))).collect();
    let mut read = 0;
    let listing = collect(&query("delimiter=/"), page(&keys, &mut read)).unwrap();
    assert_eq!((listing.prefixes.len(), listing.next), (50, None));
    assert!(read < 500, "{read} rows");
}

#[test]
fn lists_end_as_clients_expect() {
    let keys: BTreeSet<String> = ["a/1", "a/2", "b", "c"].map(String::from).into();
    let names = |l: &Listing| (l.prefixes.len(), l.entries.len(), l.next.clone());
    assert_eq!(names(&list(&query("max-keys=0"), &keys)), (0, 0, None));
    assert_eq!(names(&list(&query("delimiter=/&max-keys=1"), &keys)), (1, 0, Some("a/".into())));
    assert_eq!(names(&list(&query("delimiter=/&marker=a/"), &keys)), (0, 2, None));
    assert_eq!(names(&list(&query("delimiter=/&marker=a/1"), &keys)), (1, 2, None));
    assert_eq!(names(&list(&query("delimiter=/&max-keys=3"), &keys)), (1, 2, None));
    assert_eq!(names(&list(&query("prefix=a/&delimiter=/"), &keys)), (0, 2, None));
    assert_eq!(names(&list(&query("prefix=a/&marker=b"), &keys)), (0, 0, None));
}

#[test]
fn uploads_of_one_key_go_on_from_an_id() {
    let uploads: Vec<Upload> = [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("d/x", "1"), ("d/y", "1")]
        .map(|(key, id)| Upload { key: key.into(), id: id.into(), started: 0, user: "u".into() })
        .into();
    let page = |bound: &Bound, limit: usize| -> Result<Vec<Upload>, Infallible> {
        let within = |u: &&Upload| {
            let beyond = bound.after_id.as_ref().is_some_and(|id| u.id > *id);
            let from = u.key > bound.from || u.key == bound.from && (bound.inclusive || beyond);
            from && bound.until.as_ref().is_none_or(|until| u.key < *until)
        };
        Ok(uploads.iter().filter(within).take(limit).cloned().collect())
    };
    for (text, want, prefixes, next) in [
        ("", "a1 a2 a3 b1 d/x1 d/y1", 0, None),
        ("max-uploads=2", "a1 a2", 0, Some(("a", "2"))),
        ("key-marker=a&upload-id-marker=2", "a3 b1 d/x1 d/y1", 0, None),
        ("key-marker=a", "b1 d/x1 d/y1", 0, None),
        ("upload-id-marker=2", "a1 a2 a3 b1 d/x1 d/y1", 0, None),
        ("delimiter=/&max-uploads=5", "a1 a2 a3 b1", 1, None),
        ("delimiter=/&key-marker=d/", "", 0, None),
        ("prefix=d/&max-uploads=1", "d/x1", 0, Some(("d/x", "1"))),
    ] {
        let q = UploadsQuery::of(&Parts::new("GET", &format!("http://h/b?uploads&{text}"), []).unwrap()).unwrap();
        let got = collect_uploads(&q, page).unwrap();
        let names: Vec<String> = got.uploads.iter().map(|u| format!("{}{}", u.key, u.id)).collect();
        assert_eq!((names.join(" ").as_str(), got.prefixes.len()), (want, prefixes), "{text}");
        assert_eq!(got.next.as_ref().map(|(k, i)| (k.as_str(), i.as_str())), next, "{text}");
    }
}

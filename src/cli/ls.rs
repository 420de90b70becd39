//! `limn ls`: buckets, or what lies in one.

use crate::remote::{self, path_of, Remote};
use limn_core::percent::{decode, Plus};
use roxmltree::{Document, Node};
use serde_json::{json, Value};

/// Arguments of `limn ls`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  limn ls\n  limn ls photos/2026/\n  limn ls photos --recursive --json")]
pub struct Args {
    /// BUCKET or BUCKET/PREFIX; absent: the buckets.
    target: Option<String>,
    /// Folders are looked into.
    #[arg(short, long)]
    recursive: bool,
    /// Prints JSON, an object a line.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    remote: remote::Args,
}

/// The list; its pages are printed as they come.
pub fn run(args: &Args) -> Result<String, String> {
    let remote = Remote::new(&args.remote);
    let Some(target) = &args.target else {
        return print(&buckets(&remote.document("/", &[])?)?, args.json);
    };
    let (bucket, prefix) = target.split_once('/').unwrap_or((target, ""));
    let mut token = String::new();
    loop {
        let mut query = vec![("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)];
        query.extend((!args.recursive).then_some(("delimiter", "/")));
        query.extend((!token.is_empty()).then_some(("continuation-token", token.as_str())));
        let (rows, next) = objects(&remote.document(&path_of(bucket), &query)?)?;
        match next {
            Some(next) if next != token => {
                println!("{}", print(&rows, args.json)?);
                token = next;
            }
            _ => return print(&rows, args.json),
        }
    }
}

fn parse(text: &str) -> Result<Document<'_>, String> {
    Document::parse(text).map_err(|e| format!("the answer is no list: {e}."))
}

fn all<'a, 'i>(document: &'a Document<'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    document.root().descendants().filter(move |node| node.tag_name().name() == name)
}

fn buckets(answer: &str) -> Result<Vec<Value>, String> {
    let document = parse(answer)?;
    let buckets = all(&document, "Bucket").map(|bucket| json!({ "bucket": child(&bucket, "Name") })).collect();
    Ok(buckets)
}

/// Names are compared without the document's namespace.
fn child<'a>(node: &Node<'a, '_>, name: &str) -> &'a str {
    node.children().find(|child| child.tag_name().name() == name).and_then(|child| child.text()).unwrap_or("")
}

fn objects(answer: &str) -> Result<(Vec<Value>, Option<String>), String> {
    let document = parse(answer)?;
    let decoded = |text: &str| decode(text, Plus::Literal).map_err(|e| e.to_string());
    let mut rows = Vec::new();
    for folder in all(&document, "CommonPrefixes") {
        rows.push(json!({ "prefix": decoded(child(&folder, "Prefix"))? }));
    }
    for object in all(&document, "Contents") {
        let size: Option<u64> = child(&object, "Size").parse().ok();
        rows.push(json!({ "key": decoded(child(&object, "Key"))?, "size": size, "modified": child(&object, "LastModified") }));
    }
    let next = all(&document, "NextContinuationToken").next().and_then(|token| token.text()).map(String::from);
    Ok((rows, next))
}

fn print(rows: &[Value], as_json: bool) -> Result<String, String> {
    let word = |row: &Value, name: &str| row[name].as_str().map(String::from);
    let line = |row: &Value| match (as_json, word(row, "key"), word(row, "prefix").or_else(|| word(row, "bucket"))) {
        (true, ..) => row.to_string(),
        (false, Some(key), _) => format!("{:>12}  {}  {key}", row["size"], word(row, "modified").unwrap_or_default()),
        (false, None, name) => format!("{:>12}  {:24}  {}", "-", "", name.unwrap_or_default()),
    };
    Ok(rows.iter().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read() {
        let answer = r#"<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>true</IsTruncated>
            <NextContinuationToken>t1</NextContinuationToken><Contents><Key>a/b%20c.jpg</Key><Size>12</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>
            <CommonPrefixes><Prefix>a/d/</Prefix></CommonPrefixes></ListBucketResult>"#;
        let (rows, next) = objects(answer).unwrap();
        assert_eq!(rows, [json!({ "prefix": "a/d/" }), json!({ "key": "a/b c.jpg", "size": 12, "modified": "2026-01-01T00:00:00.000Z" })]);
        assert_eq!(next.as_deref(), Some("t1"));
        assert!(print(&rows, false).unwrap().ends_with("12  2026-01-01T00:00:00.000Z  a/b c.jpg"));
    }

    #[test]
    fn buckets_are_read() {
        let answer = r#"<R xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets><Bucket><Name>demo</Name></Bucket></Buckets></R>"#;
        assert_eq!(buckets(answer).unwrap(), [json!({ "bucket": "demo" })]);
        assert!(buckets("no").is_err());
    }
}

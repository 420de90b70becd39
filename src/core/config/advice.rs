//! What is legal and yet worth a word before it is deployed.

use super::{Access, Bucket, Config, Mode, Parameters};
use crate::sort;

impl Config {
    /// Sentences for whoever deploys, bucket by bucket in the order of their names.
    pub fn advice(&self) -> Vec<String> {
        let mut buckets: Vec<&Bucket> = self.buckets().collect();
        sort::by(&mut buckets, |a, b| a.name.cmp(&b.name));
        buckets.into_iter().flat_map(|bucket| self.advice_on(bucket)).collect()
    }

    fn advice_on(&self, bucket: &Bucket) -> Vec<String> {
        let mut told = Vec::new();
        let mut say = |text: String| told.push(format!("bucket {:?}: {text}.", bucket.name));
        match (bucket.node.managed, bucket.nodes.as_slice()) {
            (true, [only]) => say(format!("it lies on one node, {:?}, so its durability is that node's", only.name)),
            (true, _) if bucket.replicas == 1 => say("each object lies on one node, so its durability is that node's".into()),
            (true, _) if bucket.quorum == 1 => {
                say("an upload is acknowledged when one node holds it, and gone if that node is lost before the copies are made".into())
            }
            _ => {}
        }
        for rule in bucket.placement.iter().filter(|_| bucket.nodes.len() > 1 && bucket.replicas > 1) {
            if let [only] = rule.nodes.as_slice() {
                say(format!("keys under {:?} lie on one node, {only:?}, so their durability is that node's", rule.prefix));
            }
        }
        let open = bucket.access == Access::PublicRead && bucket.parameters == Parameters::Open;
        if open && self.site.mode == Mode::Production {
            say("anybody may have any image made at your cost; parameters = \"signed\", \"ladder\" or \"styles-only\" bounds it".into());
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn advice(mode: &str, more: &str) -> Vec<String> {
        let node = |name: &str| format!(r#"{{"name":"{name}","kind":"r2","binding":"NODE"}}"#);
        let (site, a, b, c) = (format!(r#"{{"mode":"{mode}"}}"#), node("a"), node("b"), node("c"));
        let bucket = format!(r#"{{"name":"pics",{more}}}"#);
        let tables = [("LIMN", site), ("LIMN_NODE_A", a), ("LIMN_NODE_B", b), ("LIMN_NODE_C", c), ("LIMN_BUCKET_PICS", bucket)];
        Config::parse(tables.iter().map(|(name, json)| (*name, json.as_str()))).unwrap().advice()
    }

    #[test]
    fn what_lies_on_one_node_is_told() {
        for (more, words) in [
            (r#""nodes":["a"]"#, &["one node, \"a\""][..]),
            (r#""nodes":["a","b"],"replicas":1"#, &["each object lies on one node"]),
            (r#""nodes":["a","b"],"quorum":1"#, &["acknowledged when one node"]),
            (r#""nodes":["a","b"],"placement":[{"prefix":"eu/","nodes":["b"]}]"#, &["\"eu/\" lie on one node, \"b\""]),
            (r#""nodes":["a","b"],"quorum":1,"placement":[{"prefix":"eu/","nodes":["b"]}]"#, &["acknowledged", "\"eu/\""]),
            (r#""nodes":["a","b","c"]"#, &[]),
        ] {
            let told = advice("production", more);
            assert_eq!(told.len(), words.len(), "{more}: {told:?}");
            for (sentence, word) in told.iter().zip(words) {
                assert!(sentence.starts_with("bucket \"pics\": ") && sentence.contains(word), "{sentence}");
            }
        }
    }

    #[test]
    fn open_parameters_are_told_where_they_cost() {
        let open = r#""nodes":["a","b"],"access":"public-read","parameters":"open""#;
        assert_eq!((advice("production", open).len(), advice("development", open).len()), (1, 0));
    }
}

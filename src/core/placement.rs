//! Which nodes hold a key, in which order an upload tries them, and in which order a reader asks them.
//!
//! Homes are the first nodes in weighted rendezvous order (Thaler & Ravishankar 1998; weights by the
//! logarithmic method of Schindelhauer & Schomaker 2005): each node draws a number from its own name and
//! the key alone, so that a node that comes or goes moves no key between two others.

use crate::config::{Bucket, Node};
use crate::hash;
use crate::place::Place;
use crate::sort;

/// A node's number for a key, above 0: the smaller, the nearer to home. An exponential variable of the
/// rate `weight`, for which the chance to be the least of several is its share of their sum.
fn score(node: &Node, bucket_key: &str) -> f64 {
    // A NUL stands in no name, so that no other node and key make the same text.
    let digest = hash::sha256(format!("{}\0{bucket_key}", node.name).as_bytes());
    // A double holds 53 bits exactly; one more than the number keeps 0, which has no logarithm, out.
    let bits = digest.iter().take(8).fold(0u64, |bits, b| bits << 8 | u64::from(*b)) >> 11;
    let drawn = (bits + 1) as f64 / (1u64 << 53) as f64;
    -drawn.ln() / node.weight
}

/// The first `count` nodes for `{bucket}/{key}`, best first, those left out that drain. Fewer where there
/// are fewer.
pub fn homes<'a>(nodes: impl IntoIterator<Item = &'a Node>, bucket_key: &str, count: usize) -> Vec<&'a Node> {
    let mut scored: Vec<(f64, &Node)> = nodes.into_iter().filter(|n| !n.drain).map(|n| (score(n, bucket_key), n)).collect();
    // Names tell equal scores apart, so that every isolate agrees.
    sort::by(&mut scored, |(a, m), (b, n)| a.total_cmp(b).then_with(|| m.name.cmp(&n.name)));
    scored.into_iter().take(count).map(|(_, node)| node).collect()
}

/// Kilometres from a place; a node whose place is unknown is farther than any other.
fn distance(node: &Node, from: &Place) -> f64 {
    node.place.as_ref().map_or(f64::INFINITY, |place| place.distance_km(from))
}

/// Sorts by distance; equal ones stay as they stand, and so do all when the place is unknown.
fn nearest_first(nodes: &mut Vec<&Node>, from: Option<Place>) {
    if let Some(from) = from {
        sort::by(nodes, |a, b| distance(a, &from).total_cmp(&distance(b, &from)));
    }
}

/// The nodes to try for an upload, each once: the nearest (from an unknown place the first home), then the
/// homes, then all others by distance. Nodes that drain, that are not `usable` or that a placement rule
/// does not name are left out, so that it may be empty.
///
/// `usable` is asked of nodes that may never be tried: hand over [`Breaker::lets`](crate::breaker::Breaker::lets),
/// which takes no probe.
pub fn entry_order<'a>(bucket: &'a Bucket, key: &str, from: Option<Place>, usable: impl Fn(&Node) -> bool) -> Vec<&'a Node> {
    let ranked = bucket.ranked(key);
    let mut near: Vec<&Node> = ranked.iter().copied().filter(|n| usable(n)).collect();
    nearest_first(&mut near, from);
    let entry = near.first().copied();
    let homes = ranked.iter().copied().take(bucket.replicas).filter(|n| usable(n));
    let mut order: Vec<&Node> = Vec::with_capacity(near.len());
    for node in entry.into_iter().chain(homes).chain(near.iter().copied()) {
        if !order.iter().any(|n| n.name == node.name) {
            order.push(node);
        }
    }
    order
}

/// The nodes to ask for an object, out of those that hold it: the nearest usable one first, from an
/// unknown place in the order given. Those that are not usable come last instead of never: where all
/// breakers are open, a try is better than a refusal.
pub fn read_order<'a>(holders: &[&'a Node], from: Option<Place>, usable: impl Fn(&Node) -> bool) -> Vec<&'a Node> {
    let (mut order, mut rest): (Vec<&Node>, Vec<&Node>) = holders.iter().copied().partition(|n| usable(n));
    nearest_first(&mut order, from);
    nearest_first(&mut rest, from);
    order.extend(rest);
    order
}

impl Bucket {
    /// The nodes that a key may lie on: those of the rule with the longest fitting prefix, else all.
    fn allowed<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a Node> {
        let fits = self.placement.iter().filter(|rule| key.starts_with(&rule.prefix));
        let rule = fits.max_by_key(|rule| rule.prefix.len());
        self.nodes.iter().filter(move |node| rule.is_none_or(|rule| rule.nodes.contains(&node.name)))
    }

    /// All of them that do not drain, best home first.
    fn ranked(&self, key: &str) -> Vec<&Node> {
        homes(self.allowed(key), &format!("{}/{key}", self.name), usize::MAX)
    }

    /// Where copies of an object belong, best first: at most `replicas`, fewer where a placement rule or
    /// draining nodes leave fewer.
    pub fn homes(&self, key: &str) -> Vec<&Node> {
        homes(self.allowed(key), &format!("{}/{key}", self.name), self.replicas)
    }

    /// Verified copies of this object before its upload is acknowledged: the bucket's `quorum`, or fewer
    /// where a placement rule names fewer nodes. Nodes that drain count: what is too few of others is
    /// refused, not acknowledged with less than was asked for.
    pub fn quorum_of(&self, key: &str) -> usize {
        self.quorum.min(self.allowed(key).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, PlacementRule};
    use std::collections::HashMap;

    const KEYS: usize = 10_000;

    fn node(name: &str, more: &str) -> Node {
        crate::config::node::tests::node(&format!(r#"{{"name":"{name}","kind":"r2","binding":"B"{more}}}"#)).unwrap()
    }

    fn plain(count: usize) -> Vec<Node> {
        (0..count).map(|i| node(&format!("n{i}"), "")).collect()
    }

    fn keys() -> impl Iterator<Item = String> {
        (0..KEYS).map(|i| format!("bucket/photos/{i}.jpg"))
    }

    fn names(nodes: &[&Node]) -> Vec<String> {
        nodes.iter().map(|n| n.name.clone()).collect()
    }

    /// `paris`, `tokyo`, `lima`, and `where` without a place; two replicas.
    fn bucket() -> Bucket {
        let config = Config::parse([
            ("LIMN_NODE_A", r#"{"name":"paris","kind":"r2","binding":"A","place":[48.86,2.35]}"#),
            ("LIMN_NODE_B", r#"{"name":"tokyo","kind":"r2","binding":"B","place":[35.68,139.69]}"#),
            ("LIMN_NODE_C", r#"{"name":"lima","kind":"r2","binding":"C","place":[-12.05,-77.04]}"#),
            ("LIMN_NODE_D", r#"{"name":"where","kind":"r2","binding":"D"}"#),
        ])
        .unwrap();
        let nodes: Vec<&Node> = config.nodes.values().collect();
        Bucket { replicas: 2, quorum: 2, ..Bucket::made("pics", "", &nodes).unwrap() }
    }

    #[test]
    fn a_new_node_takes_its_share_and_nothing_else_moves() {
        for n in [2, 3, 5, 10, 16] {
            let nodes = plain(n);
            let (old, new) = (&nodes[..n - 1], &nodes[n - 1].name);
            let mut moved = 0;
            for key in keys() {
                let (before, after) = (homes(old, &key, 1)[0], homes(&nodes, &key, 1)[0]);
                if before.name != after.name {
                    assert_eq!(&after.name, new, "{key}");
                    moved += 1;
                }
            }
            let share = moved as f64 / KEYS as f64 * n as f64;
            assert!((0.8..=1.2).contains(&share), "{n}: {share}");
        }
    }

    #[test]
    fn a_second_copy_moves_as_little() {
        let nodes = plain(5);
        for key in keys().take(2_000) {
            let (before, after) = (homes(&nodes[..4], &key, 3), homes(&nodes, &key, 3));
            let kept: Vec<&Node> = after.iter().copied().filter(|n| n.name != "n4").collect();
            assert_eq!(names(&kept), names(&before)[..kept.len()]);
        }
    }

    #[test]
    fn shares_follow_weights() {
        let nodes = [node("a", r#","weight":1"#), node("b", r#","weight":2"#), node("c", r#","weight":3"#)];
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for key in keys() {
            *counts.entry(&homes(&nodes, &key, 1)[0].name).or_default() += 1;
        }
        for (name, weight) in [("a", 1.0), ("b", 2.0), ("c", 3.0)] {
            let share = counts[name] as f64 / KEYS as f64 * 6.0 / weight;
            assert!((0.95..=1.05).contains(&share), "{name}: {share}");
        }
    }

    #[test]
    fn what_drains_holds_nothing_and_only_its_keys_move() {
        let (nodes, mut drained) = (plain(4), plain(4));
        drained[2].drain = true;
        for key in keys() {
            let (before, after) = (homes(&nodes, &key, 1)[0], homes(&drained, &key, 4));
            assert!(after.len() == 3 && after.iter().all(|n| n.name != "n2"));
            assert!(before.name == "n2" || before.name == after[0].name);
        }
        drained.iter_mut().for_each(|n| n.drain = true);
        assert!(homes(&drained, "b/k", 4).is_empty());
    }

    #[test]
    fn the_order_is_fixed_for_good() {
        // A change here would move the objects of every deployment.
        let order = |key| names(&homes(&plain(4), key, 4)).join(" ");
        assert_eq!([order("pics/cat.jpg"), order("pics/图.png"), order("pics/")], FIXED);
    }

    // Computed apart from this code.
    const FIXED: [&str; 3] = ["n0 n2 n3 n1", "n2 n1 n3 n0", "n2 n1 n3 n0"];

    #[test]
    fn the_longest_rule_wins() {
        let rule =
            |prefix: &str, nodes: &[&str]| PlacementRule { prefix: prefix.into(), nodes: nodes.iter().map(|n| n.to_string()).collect() };
        let mut b = bucket();
        b.placement = vec![rule("eu/", &["paris"]), rule("eu/shared/", &["paris", "lima", "tokyo"]), rule("jp/", &["tokyo", "where"])];
        for i in 0..100 {
            let of = |prefix: &str| {
                let mut found = names(&b.homes(&format!("{prefix}{i}")));
                found.sort();
                found
            };
            assert_eq!((of("eu/"), b.quorum_of("eu/x")), (vec!["paris".to_string()], 1));
            assert_eq!((of("jp/"), b.quorum_of("jp/x")), (vec!["tokyo".to_string(), "where".to_string()], 2));
            assert!(of("eu/shared/").len() == 2 && !of("eu/shared/").contains(&"where".to_string()));
            assert!(of("eu").len() == 2);
            // Nor is anything written elsewhere, wherever it comes from and whatever is down.
            let order = entry_order(&b, &format!("eu/{i}"), Place::of_region("apac"), |_| true);
            assert_eq!(names(&order), ["paris"]);
            assert!(entry_order(&b, "eu/x", None, |n| n.name != "paris").is_empty());
        }
    }

    #[test]
    fn an_upload_enters_at_the_nearest_node() {
        let mut b = bucket();
        for i in 0..200 {
            let key = format!("k{i}");
            let homes = names(&b.homes(&key));
            for (from, nearest) in [
                (Place::new(51.5, -0.1), "paris"),
                (Place::new(33.9, -118.2), "lima"),
                (Place::new(21.3, -157.9), "tokyo"),
                (Place::new(90.0, 0.0), "paris"),
                (Place::new(-90.0, 180.0), "lima"),
                (Place::new(35.0, 180.0), "tokyo"),
                (Place::new(35.0, -180.0), "tokyo"),
            ] {
                let order = names(&entry_order(&b, &key, from, |_| true));
                assert_eq!(order[0], nearest, "{from:?}");
                let next: Vec<_> = homes.iter().filter(|h| *h != nearest).cloned().collect();
                assert_eq!(order[1..=next.len()], next);
                let mut all = order.clone();
                all.sort();
                assert_eq!(all, ["lima", "paris", "tokyo", "where"]);
            }
            // Tor and the like: no place at all.
            let order = names(&entry_order(&b, &key, Place::of_cf(None, None), |_| true));
            assert_eq!(order, names(&b.ranked(&key)));
            let order = names(&entry_order(&b, &key, Place::new(51.5, -0.1), |n| n.name != "paris"));
            assert!(order.len() == 3 && order[0] == "tokyo");
        }
        b.nodes.iter_mut().filter(|n| n.name == "paris").for_each(|n| n.drain = true);
        let order = names(&entry_order(&b, "k", Place::new(51.5, -0.1), |_| true));
        assert!(order.len() == 3 && !order.contains(&"paris".to_string()));
        assert!(entry_order(&b, "k", None, |_| false).is_empty());
    }

    #[test]
    fn a_reader_asks_the_nearest_and_gives_up_on_none() {
        let b = bucket();
        let holders: Vec<&Node> =
            ["where", "tokyo", "paris"].iter().map(|name| b.nodes.iter().find(|n| n.name == *name).unwrap()).collect();
        let order = |from, down: &[&str]| names(&read_order(&holders, from, |n| !down.contains(&n.name.as_str()))).join(" ");
        let london = Place::new(51.5, -0.1);
        for (from, down, want) in [
            (london, &[][..], "paris tokyo where"),
            (None, &[][..], "where tokyo paris"),
            (london, &["paris"][..], "tokyo where paris"),
            (None, &["where"][..], "tokyo paris where"),
            (london, &["paris", "tokyo", "where"][..], "paris tokyo where"),
        ] {
            assert_eq!(order(from, down), want, "{from:?} {down:?}");
        }
        assert!(read_order(&[], london, |_| true).is_empty());
    }
}

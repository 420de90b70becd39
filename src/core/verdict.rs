//! What the caches did for an answer, as `Cache-Status` tells it (RFC 9211).
//!
//! One list member a tier, from the origin's side to the client's: the tier that answered, then those
//! nearer to the client that did not have it. Where no tier had it, `limn` stands for all of them.

use crate::freshness::Standing;
use std::fmt::Write;

/// Where a derived image may lie, from the client's side to the origin's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tier {
    /// The isolate's memory, L0.
    Memory,
    /// The data centre's cache, L1.
    DataCentre,
    /// The derived store, L2.
    Store,
}

impl Tier {
    fn name(self) -> &'static str {
        match self {
            Tier::Memory => "limn-l0",
            Tier::DataCentre => "limn-l1",
            Tier::Store => "limn-l2",
        }
    }
}

/// How an answer came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A tier had it.
    Hit(Tier),
    /// It was made; `stored` when it is kept, `collapsed` when another request made it meanwhile.
    Made {
        /// Whether it is kept.
        stored: bool,
        /// Whether this request waited for another one's.
        collapsed: bool,
    },
    /// Nothing that is cached was asked for.
    Bypass,
}

/// Whether the Cache API keeps nothing under this host: it does not on the platform's own names.
pub fn lacks_cache_api(host: &str) -> bool {
    host.split(':').next().unwrap_or(host).trim_end_matches('.').to_ascii_lowercase().ends_with(".workers.dev")
}

/// What each tier said, read from the header: `("limn-l0", "uri-miss")`, in its order.
pub fn told(cache_status: &str) -> impl Iterator<Item = (&str, &str)> {
    cache_status.split(',').map(str::trim).filter(|member| !member.is_empty()).map(|member| {
        let mut words = member.split(';').map(str::trim);
        let tier = words.next().unwrap_or("limn");
        let word = words.find(|w| *w == "hit" || w.starts_with("fwd=")).unwrap_or("other");
        (tier, word.trim_start_matches("fwd="))
    })
}

impl Verdict {
    /// The header's value for an answer under this host. A member has one `detail`; that the source's present
    /// state is not known stands before all else.
    pub fn cache_status(self, host: &str, standing: Standing) -> String {
        let detail = if lacks_cache_api(host) { "; detail=no-cache-api" } else { "" };
        let stale = match standing {
            Standing::Fresh => "",
            Standing::Renewed => "; detail=stale-while-revalidate",
            Standing::Failed => "; detail=stale-if-error",
        };
        let mut text = String::from(match self {
            Verdict::Hit(tier) => tier.name(),
            _ => "limn",
        });
        text.push_str(match self {
            Verdict::Hit(_) => "; hit",
            Verdict::Made { .. } => "; fwd=uri-miss",
            Verdict::Bypass => "; fwd=bypass",
        });
        match self {
            Verdict::Made { stored, collapsed } => {
                for (is, word) in [(stored, "; stored"), (collapsed, "; collapsed")] {
                    text.push_str(if is { word } else { "" });
                }
                text.push_str(if stale.is_empty() { detail } else { stale });
            }
            Verdict::Hit(tier) => {
                text.push_str(stale);
                for nearer in [Tier::DataCentre, Tier::Memory].into_iter().filter(|t| *t < tier) {
                    let detail = if nearer == Tier::DataCentre { detail } else { "" };
                    let _ = write!(text, ", {}; fwd=uri-miss{detail}", nearer.name());
                }
            }
            Verdict::Bypass => text.push_str(stale),
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_member_a_tier_from_the_origin_to_the_client() {
        let made = |stored, collapsed| Verdict::Made { stored, collapsed };
        let fresh = |verdict, host, want| (verdict, host, Standing::Fresh, want);
        for (verdict, host, standing, want) in [
            fresh(Verdict::Hit(Tier::Memory), "a.example", "limn-l0; hit"),
            fresh(Verdict::Hit(Tier::DataCentre), "a.example", "limn-l1; hit, limn-l0; fwd=uri-miss"),
            fresh(Verdict::Hit(Tier::Store), "a.example", "limn-l2; hit, limn-l1; fwd=uri-miss, limn-l0; fwd=uri-miss"),
            fresh(
                Verdict::Hit(Tier::Store),
                "limn.me.workers.dev",
                "limn-l2; hit, limn-l1; fwd=uri-miss; detail=no-cache-api, limn-l0; fwd=uri-miss",
            ),
            fresh(made(true, false), "a.example", "limn; fwd=uri-miss; stored"),
            fresh(made(false, true), "a.example", "limn; fwd=uri-miss; collapsed"),
            fresh(made(true, false), "LIMN.me.workers.dev:443", "limn; fwd=uri-miss; stored; detail=no-cache-api"),
            fresh(Verdict::Bypass, "a.workers.dev", "limn; fwd=bypass"),
            (Verdict::Bypass, "a.example", Standing::Failed, "limn; fwd=bypass; detail=stale-if-error"),
            (
                Verdict::Hit(Tier::DataCentre),
                "a.example",
                Standing::Renewed,
                "limn-l1; hit; detail=stale-while-revalidate, limn-l0; fwd=uri-miss",
            ),
            (made(true, false), "a.workers.dev", Standing::Failed, "limn; fwd=uri-miss; stored; detail=stale-if-error"),
        ] {
            assert_eq!(verdict.cache_status(host, standing), want);
        }
        assert!(!lacks_cache_api("workers.dev.example.com"));
    }
}

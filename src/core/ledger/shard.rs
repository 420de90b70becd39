//! A busy bucket's ledger in several shards, each a Durable Object of its own: a key lies in one by its hash, and
//! a version tells the shard that made it, so that no two shards make the same one.

use crate::hash;

/// Most shards of a bucket.
pub const MAX_SHARDS: u32 = 64;
/// What parts a bucket's name from a shard's number; no bucket's name holds it.
const MARK: char = '#';
/// Digits of a version before those of its shard.
const VERSION_DIGITS: usize = 11;

/// The shard in which a key lies, of so many.
pub fn of_key(key: &str, shards: u32) -> u32 {
    let bits = hash::sha256(key.as_bytes()).iter().take(8).fold(0u64, |bits, b| bits << 8 | u64::from(*b));
    (bits % u64::from(shards.max(1))) as u32
}

/// The shard that made a version; the first, where it does not say.
pub fn of_version(version: &str) -> u32 {
    version.get(VERSION_DIGITS..).and_then(|digits| u32::from_str_radix(digits, 36).ok()).unwrap_or(0)
}

/// The name of a shard's Durable Object; the first has the bucket's own.
pub fn ledger_name(bucket: &str, shard: u32) -> String {
    match shard {
        0 => bucket.into(),
        shard => format!("{bucket}{MARK}{shard}"),
    }
}

/// The bucket of a Durable Object's name.
pub fn bucket_of(ledger: &str) -> &str {
    ledger.split(MARK).next().unwrap_or(ledger)
}

/// What a Durable Object of this name puts behind the digits of its versions.
pub fn version_suffix(ledger: &str) -> String {
    let shard: u32 = ledger.split_once(MARK).and_then(|(_, shard)| shard.parse().ok()).unwrap_or(0);
    let digit = |n: u32| char::from_digit(n, 36).unwrap_or('0');
    match shard {
        0 => String::new(),
        shard => [digit(shard / 36 % 36), digit(shard % 36)].iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::version_text;

    #[test]
    fn a_version_leads_to_the_shard_that_made_it() {
        for shard in 0..MAX_SHARDS {
            let name = ledger_name("photos", shard);
            assert_eq!(bucket_of(&name), "photos");
            let version = format!("{}{}", version_text(1_795_471_260_000), version_suffix(&name));
            assert_eq!(of_version(&version), shard, "{version}");
        }
        assert_eq!((ledger_name("photos", 0).as_str(), version_suffix("photos").as_str()), ("photos", ""));
        assert_eq!([of_version(""), of_version("000abc"), of_version("00000000000é")], [0, 0, 0]);
    }

    #[test]
    fn keys_spread_evenly_and_stay_where_they_are() {
        let mut counts = [0u32; 8];
        for i in 0..8_000 {
            counts[of_key(&format!("photos/{i}.jpg"), 8) as usize] += 1;
        }
        assert!(counts.iter().all(|n| (850..1_150).contains(n)), "{counts:?}");
        assert_eq!((of_key("a", 1), of_key("a", 0), of_key("a.jpg", 8)), (0, 0, of_key("a.jpg", 8)));
    }
}

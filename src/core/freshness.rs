//! How far what is remembered may still be used: fresh, stale while it is renewed, stale if it cannot be.
//!
//! What is remembered is which version of a source is the present one: a ledger's row, or the validators
//! of an unmanaged origin. Images themselves never go stale, since their keys carry the version.

/// Bounds of use, seconds; each counted from the last time that the source was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Used without asking.
    pub fresh: u64,
    /// Used once more while it is renewed behind the answer.
    pub while_revalidate: u64,
    /// Used where asking failed.
    pub if_error: u64,
}

/// What may be done with what was remembered `age` seconds ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Use {
    /// Use it.
    Fresh,
    /// Use it and renew it behind the answer.
    Renew,
    /// Ask; where that fails, use it.
    Ask,
    /// Ask; it is of no use any more.
    Gone,
}

/// How what is remembered was come by when it was used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It was asked lately.
    #[default]
    Fresh,
    /// It is out of date, and renewed behind the answer.
    Renewed,
    /// It is out of date, and could not be renewed.
    Failed,
}

impl Bounds {
    /// What an age allows.
    pub fn at(&self, age: u64) -> Use {
        match age {
            _ if age <= self.fresh => Use::Fresh,
            _ if age <= self.while_revalidate => Use::Renew,
            _ if age <= self.if_error => Use::Ask,
            _ => Use::Gone,
        }
    }

    /// How long it is worth being kept, seconds.
    pub fn kept(&self) -> u64 {
        self.fresh.max(self.while_revalidate).max(self.if_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bound_is_the_last_second_of_its_use() {
        let bounds = Bounds { fresh: 5, while_revalidate: 30, if_error: 60 };
        for (age, may) in
            [(0, Use::Fresh), (5, Use::Fresh), (6, Use::Renew), (30, Use::Renew), (31, Use::Ask), (60, Use::Ask), (61, Use::Gone)]
        {
            assert_eq!(bounds.at(age), may, "{age}");
        }
        assert_eq!(bounds.kept(), 60);
    }
}

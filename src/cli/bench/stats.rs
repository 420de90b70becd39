//! Times, in order: what is told of many of them.

/// Milliseconds, the shortest first; at least one.
pub struct Times(Vec<f64>);

impl Times {
    /// Of times in any order.
    pub fn of(mut all: Vec<f64>) -> Times {
        all.sort_by(f64::total_cmp);
        Times(all)
    }

    /// The shortest: what the machine can do where nothing disturbs it.
    pub fn min(&self) -> f64 {
        self.0.first().copied().unwrap_or(0.0)
    }

    /// As many are shorter as are longer.
    pub fn median(&self) -> f64 {
        self.percentile(50)
    }

    /// The time within which so many of a hundred were done: the nearest rank.
    pub fn percentile(&self, percent: usize) -> f64 {
        let rank = (self.0.len() * percent).div_ceil(100).saturating_sub(1);
        self.0.get(rank).copied().unwrap_or(0.0)
    }
}

/// To a thousandth: more is noise.
pub fn rounded(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_the_nearest() {
        let times = Times::of((1..=100).rev().map(f64::from).collect());
        assert_eq!((times.min(), times.median(), times.percentile(95), times.percentile(99)), (1.0, 50.0, 95.0, 99.0));
        let few = Times::of(vec![3.0, 1.0, 2.0]);
        assert_eq!((few.min(), few.median(), few.percentile(99)), (1.0, 2.0, 3.0));
        assert_eq!(Times::of(Vec::new()).percentile(99), 0.0);
    }
}

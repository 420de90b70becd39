//! Lengths of the best prefix code that is nowhere longer than allowed.
#![allow(clippy::indexing_slicing, reason = "indices are nodes of a tree that is made here")]

/// No count that fits in 32 bits leads deeper: the least counts that lead so deep are Fibonacci's numbers.
pub const DEEPEST: usize = 64;

/// How many codes of each length are best for two counts or more in rising order, none longer than `longest`.
pub fn lengths(leaves: &[u64], longest: usize) -> [u16; DEEPEST] {
    let mut lengths = best(leaves);
    shorten(&mut lengths, longest);
    lengths
}

fn best(leaves: &[u64]) -> [u16; DEEPEST] {
    let inner = leaves.len().saturating_sub(1);
    // Sums of two come in rising order, so that the next two least stand at the heads of two queues.
    let (mut sums, mut parents) = (Vec::with_capacity(inner), vec![0; leaves.len() + inner]);
    let (mut leaf, mut joined) = (0, 0);
    for node in 0..inner {
        let mut least = || match (leaves.get(leaf), sums.get(joined)) {
            (Some(&a), Some(&b)) if a > b => {
                joined += 1;
                (leaves.len() + joined - 1, b)
            }
            (Some(&a), _) => {
                leaf += 1;
                (leaf - 1, a)
            }
            (None, sum) => {
                joined += 1;
                (leaves.len() + joined - 1, sum.copied().unwrap_or(0))
            }
        };
        let ((a, first), (b, second)) = (least(), least());
        for child in [a, b] {
            if let Some(parent) = parents.get_mut(child) {
                *parent = node;
            }
        }
        sums.push(first + second);
    }
    let mut depths = vec![0usize; inner];
    for node in (0..inner.saturating_sub(1)).rev() {
        depths[node] = depths[parents[leaves.len() + node]] + 1;
    }
    let mut lengths = [0; DEEPEST];
    for &parent in &parents[..leaves.len()] {
        lengths[(depths.get(parent).copied().unwrap_or(0) + 1).min(DEEPEST - 1)] += 1;
    }
    lengths
}

/// Moves codes that are too long up the tree (T.81 figure K.3).
fn shorten(lengths: &mut [u16; DEEPEST], longest: usize) {
    for long in (longest + 1..DEEPEST).rev() {
        while lengths[long] > 0 {
            let Some(short) = (1..long - 1).rev().find(|&at| lengths[at] > 0) else { break };
            lengths[long] -= 2;
            lengths[long - 1] += 1;
            lengths[short + 1] += 2;
            lengths[short] -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_complete_and_as_short_as_asked() {
        let mut fibonacci = vec![1u64, 1];
        (2..40).for_each(|i| fibonacci.push(fibonacci[i - 1] + fibonacci[i - 2]));
        for (leaves, longest) in [(fibonacci, 15), (vec![1; 19], 7), (vec![3, 9], 15), ((0..280).collect(), 15), (vec![0, 0, 1000], 7)] {
            let lengths = lengths(&leaves, longest);
            assert_eq!(lengths.iter().map(|n| usize::from(*n)).sum::<usize>(), leaves.len());
            assert!(lengths.iter().skip(longest + 1).all(|n| *n == 0));
            let kraft: u64 = (1..=longest).map(|length| u64::from(lengths[length]) << (longest - length)).sum();
            assert_eq!(kraft, 1 << longest);
        }
    }
}

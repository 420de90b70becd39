//! Stable sorting of short lists. The standard library's sort is built anew for each type, some kilobytes each; here
//! numbers are sorted, once for all types.

use std::cmp::Ordering;

/// Sorts by a comparison.
pub fn by<T>(items: &mut Vec<T>, mut compare: impl FnMut(&T, &T) -> Ordering) {
    let order = order(items.len(), &mut |a, b| match (items.get(a), items.get(b)) {
        (Some(a), Some(b)) => compare(a, b),
        _ => Ordering::Equal,
    });
    let mut taken: Vec<Option<T>> = items.drain(..).map(Some).collect();
    items.extend(order.into_iter().filter_map(|at| taken.get_mut(at)?.take()));
}

/// Sorts by a key.
pub fn by_key<T, K: Ord>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    by(items, |a, b| key(a).cmp(&key(b)));
}

/// Sorts by the items' own order.
pub fn all<T: Ord>(items: &mut Vec<T>) {
    by(items, T::cmp);
}

#[inline(never)]
fn order(len: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.sort_by(|a, b| compare(*a, *b));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_standard_librarys_order(mut items in prop::collection::vec((0..9u8, any::<u16>()), 0..60)) {
            let (mut wanted, mut whole) = (items.clone(), items.clone());
            wanted.sort_by_key(|item| item.0);
            by_key(&mut items, |item| item.0);
            prop_assert_eq!(&items, &wanted);
            all(&mut whole);
            wanted.sort();
            prop_assert_eq!(whole, wanted);
        }
    }
}

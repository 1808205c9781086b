//! The graph of events: pasts as intervals of arrival numbers.
//!
//! Events get numbers in the order of their arrival, which is always a topological one (parents first). The past of
//! an event, all its ancestors, is then a sorted list of intervals: one for a trunk, about one a writer where many
//! write at once. Nothing that a reader sees depends on these numbers.

use std::sync::Arc;

/// The arrival number of a folded event.
pub type Index = u32;

/// A set of events that holds the parents of each, as disjoint, sorted, half-open intervals of arrival numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Past(Arc<[(Index, Index)]>);

impl Past {
    /// The set of the first `count` events to arrive: closed, since parents arrive first.
    pub fn first(count: Index) -> Self {
        if count == 0 { Self::default() } else { Self(Arc::new([(0, count)])) }
    }

    /// From arrival numbers in rising order.
    pub fn from_sorted(indices: impl IntoIterator<Item = Index>) -> Self {
        let mut intervals: Vec<(Index, Index)> = Vec::new();
        for index in indices {
            match intervals.last_mut() {
                Some((_, end)) if *end == index => *end += 1,
                Some(_) | None => intervals.push((index, index + 1)),
            }
        }
        Self(intervals.into())
    }

    /// The past of an event with these parents: their pasts and they themselves.
    pub fn of_parents<'a>(parents: impl IntoIterator<Item = (Index, &'a Past)>) -> Self {
        let mut intervals = Vec::new();
        let mut count = 0;
        for (parent, past) in parents {
            // The usual case, one parent at the end of a trunk, copies nothing.
            count += 1;
            if count == 1 && past.0.last().is_none_or(|(_, end)| *end == parent) {
                intervals = past.0.to_vec();
                match intervals.last_mut() {
                    Some((_, end)) => *end += 1,
                    None => intervals.push((parent, parent + 1)),
                }
                continue;
            }
            intervals.extend_from_slice(&past.0);
            intervals.push((parent, parent + 1));
        }
        if count > 1 || intervals.windows(2).any(|pair| pair[0].1 >= pair[1].0) {
            intervals = united(intervals);
        }
        Self(intervals.into())
    }

    pub fn contains(&self, index: Index) -> bool {
        let after = self.0.partition_point(|(start, _)| *start <= index);
        after > 0 && index < self.0[after - 1].1
    }

    /// The number of events in it.
    pub fn len(&self) -> usize {
        self.0.iter().map(|(start, end)| (end - start) as usize).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The arrival numbers, rising.
    pub fn iter(&self) -> impl Iterator<Item = Index> + '_ {
        self.0.iter().flat_map(|(start, end)| *start..*end)
    }

    /// The intervals below `end` that are not in it, rising.
    pub fn gaps(&self, end: Index) -> Vec<(Index, Index)> {
        let mut gaps = Vec::new();
        let mut from = 0;
        for (start, stop) in self.0.iter().copied() {
            if from < start.min(end) {
                gaps.push((from, start.min(end)));
            }
            from = stop;
        }
        if from < end {
            gaps.push((from, end));
        }
        gaps
    }

    /// All that is in one of these.
    pub fn union<'a>(sets: impl IntoIterator<Item = &'a Past>) -> Self {
        Self(united(sets.into_iter().flat_map(|set| set.0.iter().copied()).collect()).into())
    }

    /// With one more event, all of whose parents are in it.
    pub fn with(&self, index: Index) -> Self {
        Self(united(self.0.iter().copied().chain([(index, index + 1)]).collect()).into())
    }
}

fn united(mut intervals: Vec<(Index, Index)>) -> Vec<(Index, Index)> {
    intervals.sort_unstable();
    let mut out: Vec<(Index, Index)> = Vec::with_capacity(intervals.len());
    for (start, end) in intervals {
        match out.last_mut() {
            Some((_, last)) if start <= *last => *last = (*last).max(end),
            Some(_) | None => out.push((start, end)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pasts_are_the_sets_of_ancestors(choices in proptest::collection::vec(proptest::collection::vec(any::<prop::sample::Index>(), 1..4), 1..40)) {
            let mut pasts = vec![Past::default()];
            let mut sets = vec![std::collections::BTreeSet::new()];
            for choice in choices {
                let mut parents: Vec<Index> = choice.iter().map(|c| c.index(pasts.len()) as Index).collect();
                parents.sort_unstable();
                parents.dedup();
                pasts.push(Past::of_parents(parents.iter().map(|p| (*p, &pasts[*p as usize]))));
                sets.push(parents.iter().flat_map(|p| sets[*p as usize].iter().copied().chain([*p])).collect());
            }
            for (past, set) in pasts.iter().zip(&sets) {
                prop_assert_eq!(past.iter().collect::<Vec<_>>(), set.iter().copied().collect::<Vec<_>>());
                prop_assert_eq!(past.len(), set.len());
                let end = pasts.len() as Index;
                let gaps: Vec<Index> = past.gaps(end).into_iter().flat_map(|(start, stop)| start..stop).collect();
                prop_assert!((0..end).all(|i| past.contains(i) == set.contains(&i) && gaps.contains(&i) != set.contains(&i)));
            }
        }
    }
}

//! Starts that were inside one target at once: shown for ever, whatever came of them.

use std::collections::BTreeSet;

use crate::dag::Index;
use crate::event::RolloutStarted;
use crate::ledger::{ClosedSet, Ledger};
use crate::name::Name;

/// Two starts of a target, neither of which had seen an end of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overlap {
    /// The one that arrived first, which means nothing.
    pub one: Index,
    pub other: Index,
}

impl Ledger {
    /// The pairs of starts of different rollouts, or with a component in common, neither of which has an end of the
    /// other in its past. The cost is that of the answer: a start is looked at again only while it has no end.
    pub fn overlaps(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<Overlap> {
        let starts = self.starts(deployment, target, set);
        let mut overlaps = Vec::new();
        // Earlier starts by their first end to arrive; `MAX` while there is none.
        let mut by_end: BTreeSet<(Index, usize)> = BTreeSet::new();
        for (position, (start, data)) in starts.iter().enumerate() {
            let past = &self.entry(*start).past;
            // An end that is not in the past lies in a gap of it, or arrived later.
            let in_gaps = past.gaps(*start).into_iter().flat_map(|(from, to)| by_end.range((from, 0)..(to, 0)));
            let unseen = in_gaps.chain(by_end.range((*start, 0)..)).map(|(_, earlier)| *earlier);
            let meets = |earlier: &usize| self.may_meet(starts[*earlier], (*start, data), set);
            let met = unseen.filter(meets).map(|earlier| Overlap { one: starts[earlier].0, other: *start });
            overlaps.extend(met);
            let end = self.ends(*start, set).into_iter().min().unwrap_or(Index::MAX);
            by_end.insert((end, position));
        }
        overlaps.sort_unstable();
        overlaps
    }

    fn may_meet(&self, one: (Index, &RolloutStarted), other: (Index, &RolloutStarted), set: &ClosedSet) -> bool {
        let past = &self.entry(other.0).past;
        let shares = one.1.components.iter().any(|component| other.1.components.contains(component));
        let apart = shares || self.rollout_key(one.0) != self.rollout_key(other.0);
        apart && !self.ends(one.0, set).into_iter().any(|end| end == other.0 || past.contains(end))
    }
}

//! What runs on a target, component by component: facts, whatever their verdict (`SPEC.md`, section 11).

use std::collections::{BTreeMap, BTreeSet};

use crate::dag::Index;
use crate::event::{Data, End, RolloutStarted};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Component, Name};

/// What runs on one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Running {
    /// The latest starts of each component; several where nobody knows which came last.
    pub components: BTreeMap<Component, Vec<Index>>,
    /// Facts contradict each other, and neither a start nor an observation has seen them all.
    pub disputed: bool,
    /// Observations that contradict what was applied.
    pub contradicted_by: Vec<Index>,
}

impl Ledger {
    /// Every deployment and target that something was started on, in a set.
    pub fn places(&self, set: &ClosedSet) -> BTreeSet<(Name, Name)> {
        let started =
            self.indexes.starts.iter().filter(|(_, starts)| starts.iter().any(|s| self.is_effective(*s, set)));
        started.map(|(place, _)| place.clone()).collect()
    }

    /// The starts on a target in a set, in order of arrival.
    pub fn starts(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<(Index, &RolloutStarted)> {
        let place = (deployment.clone(), target.clone());
        let starts = self.indexes.starts.get(&place).into_iter().flatten().copied();
        let data = starts.filter(|start| self.is_effective(*start, set)).filter_map(|start| match self.data(start) {
            Some(Data::RolloutStarted(data)) => Some((start, &**data)),
            Some(_) | None => None,
        });
        data.collect()
    }

    pub fn running(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Running {
        let mut running = Running::default();
        let starts = self.starts(deployment, target, set);
        // From the newest arrival on: whatever is in the past of a later one is not the latest.
        for (start, data) in starts.iter().rev().filter(|(start, _)| !self.is_untouched(*start, set)) {
            for component in &data.components {
                let latest: &mut Vec<Index> = running.components.entry(component.clone()).or_default();
                if !latest.iter().any(|later| self.entry(*later).past.contains(*start)) {
                    latest.push(*start);
                }
            }
        }
        for latest in running.components.values_mut() {
            latest.sort_by_key(|index| self.entry(*index).event.id);
        }
        let several: BTreeSet<Index> =
            running.components.values().filter(|latest| latest.len() > 1).flatten().copied().collect();
        running.contradicted_by = self.contradictions(deployment, target, set, &running);
        let overlapping = self.overlaps(&starts, set);
        let unsettled =
            |facts: &BTreeSet<Index>| !facts.is_empty() && !self.is_observed(deployment, target, set, facts);
        running.disputed =
            unsettled(&several) || overlapping.iter().any(unsettled) || !running.contradicted_by.is_empty();
        running
    }

    /// Abandoned before anything was applied.
    fn is_untouched(&self, start: Index, set: &ClosedSet) -> bool {
        let mut abandoned = false;
        for by in self.indexes.naming(start).filter(|by| self.is_effective(*by, set)) {
            match self.data(by) {
                Some(Data::ComponentApplied(_)) => return false,
                Some(Data::RolloutFinished(finished)) => abandoned |= finished.outcome == End::Abandoned,
                Some(_) | None => {}
            }
        }
        abandoned
    }

    /// Pairs of starts of different rollouts, or that share a component, neither with the other's end in its past.
    fn overlaps(&self, starts: &[(Index, &RolloutStarted)], set: &ClosedSet) -> Vec<BTreeSet<Index>> {
        let mut pairs = Vec::new();
        for (position, (one, a)) in starts.iter().enumerate() {
            // Only what is concurrent, or open in the other's past, can overlap; most starts end before the next.
            for (other, b) in starts[position + 1..].iter() {
                let shares = a.components.iter().any(|component| b.components.contains(component));
                let same = a.rollout == b.rollout
                    && a.release == b.release
                    && a.whole == b.whole
                    && self.entry(*one).principal == self.entry(*other).principal;
                if (!same || shares) && !self.ends_before(*one, *other, set) && !self.ends_before(*other, *one, set) {
                    let superseded = starts.iter().any(|(later, _)| {
                        let past = &self.entry(*later).past;
                        past.contains(*one)
                            && past.contains(*other)
                            && self.ends_before(*one, *later, set)
                            && self.ends_before(*other, *later, set)
                    });
                    if !superseded {
                        pairs.push(BTreeSet::from([*one, *other]));
                    }
                }
            }
        }
        pairs
    }

    fn ends_before(&self, start: Index, other: Index, set: &ClosedSet) -> bool {
        if !self.entry(other).past.contains(start) {
            return false;
        }
        let _ = set;
        self.start_end(start, &self.own_past(self.entry(other))).is_some() || self.resumes(other, start)
    }

    /// A start that resumes another by the same key and run ends it.
    fn resumes(&self, start: Index, resumed: Index) -> bool {
        let (one, other) = (&self.entry(start).event, &self.entry(resumed).event);
        let named = matches!(one.data(), Some(Data::RolloutStarted(data)) if data.resumes.iter().flatten().any(|id| *id == other.id));
        named && one.header.key == other.header.key && one.header.run == other.header.run
    }

    /// Whether an observation of the target has all these facts in its past.
    fn is_observed(&self, deployment: &Name, target: &Name, set: &ClosedSet, facts: &BTreeSet<Index>) -> bool {
        self.observations(deployment, target, set).into_iter().any(|observation| {
            let past = &self.entry(observation).past;
            facts.iter().all(|fact| past.contains(*fact))
        })
    }

    /// The observations of a target in a set, in order of arrival.
    pub fn observations(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<Index> {
        let place = (deployment.clone(), target.clone());
        let all = self.indexes.observations.get(&place).into_iter().flatten().copied();
        all.filter(|index| self.is_effective(*index, set)).collect()
    }

    /// The newest observations that saw other images than the latest start's release or its applications name.
    fn contradictions(&self, deployment: &Name, target: &Name, set: &ClosedSet, running: &Running) -> Vec<Index> {
        let all = self.observations(deployment, target, set);
        let newest = |one: &Index| !all.iter().any(|other| self.entry(*other).past.contains(*one));
        all.iter().copied().filter(newest).filter(|index| self.contradicts(*index, set, running)).collect()
    }

    fn contradicts(&self, observation: Index, set: &ClosedSet, running: &Running) -> bool {
        let Some(Data::ObservationRecorded(seen)) = self.data(observation) else { return false };
        let past = &self.entry(observation).past;
        seen.components.iter().any(|(component, observed)| {
            let starts = running.components.get(component).map_or(&[][..], Vec::as_slice);
            let after_all = starts.iter().all(|start| past.contains(*start));
            let expected: BTreeSet<_> =
                starts.iter().flat_map(|start| self.images_of(*start, component, set)).collect();
            let images = observed.images.iter().flatten();
            after_all && !expected.is_empty() && images.into_iter().any(|image| !expected.contains(image))
        })
    }

    /// The image digests that a start's release or its applications of a component name.
    fn images_of(&self, start: Index, component: &Component, set: &ClosedSet) -> Vec<crate::digest::Digest> {
        let Some(Data::RolloutStarted(data)) = self.data(start) else { return Vec::new() };
        let created = self.release_in(set, &data.deployment, data.release, &data.target);
        let of_release =
            created.flat_map(|(index, _)| self.entry(index).event.data().map(Data::images).unwrap_or_default());
        let mut digests: Vec<_> = of_release.map(|image| image.digest).collect();
        for by in self.indexes.naming(start).filter(|by| self.is_effective(*by, set)) {
            if let Some(Data::ComponentApplied(applied)) = self.data(by)
                && applied.component == *component
            {
                digests.extend(applied.images.iter().flatten());
            }
        }
        digests
    }
}

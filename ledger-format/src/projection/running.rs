//! What runs on a target, component by component: facts, whatever their verdict (`SPEC.md`, section 11).

use std::collections::{BTreeMap, BTreeSet};

use crate::dag::Index;
use crate::digest::Digest;
use crate::event::{Data, End, ObservationRecorded, Observed, RolloutStarted};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Component, Name};

/// What runs on one target.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Running {
    /// The latest starts of each component; several where nobody knows which came last.
    pub components: BTreeMap<Component, Vec<Index>>,
    /// The newest observations of each component, since its latest start.
    pub observed: BTreeMap<Component, Vec<Index>>,
    /// Latest starts that no observation has seen together.
    pub unsettled: BTreeSet<Index>,
    /// Newest observations that saw other images than what was started there accounts for.
    pub contradicted_by: Vec<Index>,
}

impl Running {
    /// Facts contradict each other, and nothing later has seen them all.
    pub fn is_disputed(&self) -> bool {
        !self.unsettled.is_empty() || !self.contradicted_by.is_empty()
    }

    /// Every start that runs some component.
    pub fn starts(&self) -> BTreeSet<Index> {
        self.components.values().flatten().copied().collect()
    }
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
        let data = starts.filter(|start| self.is_effective(*start, set));
        data.filter_map(|start| Some((start, self.start(start)?))).collect()
    }

    /// What a `rollout.started` says.
    pub fn start(&self, index: Index) -> Option<&RolloutStarted> {
        match self.data(index) {
            Some(Data::RolloutStarted(start)) => Some(start),
            Some(_) | None => None,
        }
    }

    pub fn running(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Running {
        let observations = self.observations(deployment, target, set);
        let mut running = Running { components: self.runs(deployment, target, set), ..Running::default() };
        for (component, latest) in running.components.iter().filter(|(_, latest)| latest.len() > 1) {
            let seen = |(observation, data): &(Index, &ObservationRecorded)| {
                let past = &self.entry(*observation).past;
                data.components.contains_key(component) && latest.iter().all(|start| past.contains(*start))
            };
            if !observations.iter().any(seen) {
                running.unsettled.extend(latest);
            }
        }
        running.observed = self.newest_observations(&observations, &running.components);
        let newest: BTreeSet<Index> = running.observed.values().flatten().copied().collect();
        let contradicts = |o: &Index| self.contradicts(*o, (deployment, target), &running.observed);
        running.contradicted_by = newest.into_iter().filter(contradicts).collect();
        running
    }

    /// The latest starts of each component, left out what was abandoned untouched (`SPEC.md`, LF-176).
    pub fn runs(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> BTreeMap<Component, Vec<Index>> {
        let mut touching = self.starts(deployment, target, set);
        touching.retain(|(start, _)| !self.is_left_out(*start, set));
        self.latest(touching.iter().flat_map(|(start, data)| data.components.iter().map(|c| (c.clone(), *start))))
    }

    /// Of each component what no other of its events has in its past; from events in order of arrival.
    pub(super) fn latest(
        &self,
        events: impl DoubleEndedIterator<Item = (Component, Index)>,
    ) -> BTreeMap<Component, Vec<Index>> {
        let mut all: BTreeMap<Component, Vec<Index>> = BTreeMap::new();
        // From the newest arrival on: whatever is in the past of a later one is not the latest.
        for (component, event) in events.rev() {
            let latest = all.entry(component).or_default();
            if !latest.iter().any(|later| self.entry(*later).past.contains(event)) {
                latest.push(event);
            }
        }
        for latest in all.values_mut() {
            latest.sort_by_key(|index| self.entry(*index).event.id);
        }
        all
    }

    /// Abandoned before anything was applied.
    pub(super) fn is_left_out(&self, start: Index, set: &ClosedSet) -> bool {
        let applied = |by: Index| matches!(self.data(by), Some(Data::ComponentApplied(_)));
        self.outcome(start, set) == Some(End::Abandoned)
            && !self.indexes.naming(start).any(|by| applied(by) && self.is_effective(by, set))
    }

    /// The observations of a target in a set, in order of arrival.
    pub fn observations(
        &self,
        deployment: &Name,
        target: &Name,
        set: &ClosedSet,
    ) -> Vec<(Index, &ObservationRecorded)> {
        let place = (deployment.clone(), target.clone());
        let all = self.indexes.observations.get(&place).into_iter().flatten().copied();
        let observation = |index| match self.data(index) {
            Some(Data::ObservationRecorded(seen)) => Some((index, &**seen)),
            Some(_) | None => None,
        };
        all.filter(|index| self.is_effective(*index, set)).filter_map(observation).collect()
    }

    /// What an observation saw of a component.
    pub fn observed(&self, observation: Index, component: &Component) -> Option<&Observed> {
        match self.data(observation) {
            Some(Data::ObservationRecorded(seen)) => seen.components.get(component),
            Some(_) | None => None,
        }
    }

    /// Observations that neither a later one nor a later start of the component has in its past.
    fn newest_observations(
        &self,
        observations: &[(Index, &ObservationRecorded)],
        started: &BTreeMap<Component, Vec<Index>>,
    ) -> BTreeMap<Component, Vec<Index>> {
        let pairs = observations.iter().flat_map(|(o, data)| data.components.keys().map(move |c| (c.clone(), *o)));
        let mut newest = self.latest(pairs);
        for (component, observations) in &mut newest {
            // A start that has it in its past is one of the latest, or has one of them after it.
            let starts = started.get(component).map_or(&[][..], Vec::as_slice);
            observations.retain(|o| !starts.iter().any(|start| self.entry(*start).past.contains(*o)));
        }
        newest.retain(|_, observations| !observations.is_empty());
        newest
    }

    /// Whether an observation saw an image that nothing accounts for of what ran in its own past (LF-177).
    fn contradicts(
        &self,
        observation: Index,
        (deployment, target): (&Name, &Name),
        newest: &BTreeMap<Component, Vec<Index>>,
    ) -> bool {
        let own = self.own_past(self.entry(observation));
        let ran = self.runs(deployment, target, &own);
        newest.iter().filter(|(_, newest)| newest.contains(&observation)).any(|(component, _)| {
            let images = self.observed(observation, component).and_then(|seen| seen.images.as_ref());
            let starts = ran.get(component).map_or(&[][..], Vec::as_slice);
            let known: BTreeSet<Digest> =
                starts.iter().flat_map(|start| self.accounted_images(*start, component, &own)).collect();
            !starts.is_empty() && images.into_iter().flatten().any(|image| !known.contains(image))
        })
    }

    /// The digests of the images of a start's release, and what its applications of a component named.
    fn accounted_images(&self, start: Index, component: &Component, set: &ClosedSet) -> BTreeSet<Digest> {
        let Some(data) = self.start(start) else { return BTreeSet::new() };
        let created = self.release_in(set, &data.deployment, data.release, &data.target);
        let mut digests: BTreeSet<Digest> = created
            .flat_map(|(_, created)| created.artifacts.iter().flatten().map(|(_, artifact)| artifact.image.digest))
            .collect();
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

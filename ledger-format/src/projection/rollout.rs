//! Rollouts as facts: one key, however many starts, and what became of it (`SPEC.md`, section 11).

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::dag::Index;
use crate::event::{ComponentApplied, Data, End, Outcome, RolloutClaimed, RolloutStarted};
use crate::ledger::{ClosedSet, Ledger, RolloutKey};
use crate::name::{Component, Name, ReleaseId};

/// One rollout of a target in a set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    pub key: RolloutKey,
    /// In order of arrival, at least one.
    pub starts: Vec<Index>,
    pub state: State,
    /// Components that a start with the outcome `succeeded` has.
    pub done: BTreeSet<Component>,
    /// The starts of other rollouts that closed it, where it is partial.
    pub closed_by: Vec<Index>,
}

/// What became of a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Succeeded,
    Failed,
    /// Another rollout began before this one was whole.
    Partial,
    InFlight,
    /// Nobody is at it, and it is not whole.
    Interrupted,
    /// Nothing was touched, and each of its starts says so.
    Abandoned,
}

impl Rollout {
    /// The first of its starts to arrive.
    pub fn first(&self) -> Index {
        self.starts[0]
    }
}

impl Ledger {
    /// The rollout that a start is part of.
    pub fn rollout_key(&self, start: Index) -> Option<RolloutKey> {
        self.start(start).map(|data| RolloutKey::of(data, &self.entry(start).principal))
    }

    /// The rollouts of a target, in order of the arrival of their first start.
    pub fn rollouts(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<Rollout> {
        let starts = self.starts(deployment, target, set);
        let claimed = self.claimed_rollouts(deployment, target, set);
        let mut order: Vec<RolloutKey> = Vec::new();
        let mut groups: HashMap<RolloutKey, Vec<Index>> = HashMap::new();
        for (start, data) in &starts {
            let key = RolloutKey::of(data, &self.entry(*start).principal);
            let group = groups.entry(key.clone()).or_default();
            if group.is_empty() {
                order.push(key);
            }
            group.push(*start);
        }
        let all: Vec<Index> = starts.iter().map(|(start, _)| *start).collect();
        let rollout = |key: RolloutKey| {
            let starts = groups.remove(&key).unwrap_or_default();
            self.rollout(key, starts, &all, &claimed, set)
        };
        order.into_iter().map(rollout).collect()
    }

    fn rollout(
        &self,
        key: RolloutKey,
        starts: Vec<Index>,
        all: &[Index],
        claimed: &Claimed,
        set: &ClosedSet,
    ) -> Rollout {
        let done = self.done_components(&starts, set);
        let mut rollout = Rollout { key, starts, state: State::Succeeded, done, closed_by: Vec::new() };
        if rollout.key.whole.iter().all(|component| rollout.done.contains(component)) {
            return rollout;
        }
        rollout.closed_by = self.closing(&rollout.starts, all);
        let open = rollout.starts.iter().any(|start| self.ends(*start, set).is_empty());
        let key = &rollout.key;
        let claim = (key.release, key.rollout.clone(), key.principal.clone());
        rollout.state = if rollout.starts.iter().all(|start| self.is_left_out(*start, set)) {
            State::Abandoned
        } else if !rollout.closed_by.is_empty() {
            State::Partial
        } else if !open && self.has_failed(&rollout.starts, set) {
            State::Failed
        } else if open || claimed.contains(&claim) {
            State::InFlight
        } else {
            State::Interrupted
        };
        rollout
    }

    /// Every end of a start in a set: finishes, ends of its claim, starts that resume it by the same key and run.
    pub fn ends(&self, start: Index, set: &ClosedSet) -> Vec<Index> {
        let Some(data) = self.start(start) else { return Vec::new() };
        let event = &self.entry(start).event;
        let resumes = |by: Index, other: &RolloutStarted| {
            let header = &self.entry(by).event.header;
            let same = header.key == event.header.key && header.run == event.header.run;
            same && other.resumes.iter().flatten().any(|id| *id == event.id)
        };
        let by_name = self.indexes.naming(start).filter(|by| match self.data(*by) {
            Some(Data::RolloutFinished(_)) => true,
            Some(Data::RolloutStarted(other)) => resumes(*by, other),
            Some(_) | None => false,
        });
        let past = &self.entry(start).past;
        let claim = data.claim.and_then(|id| self.find_kind(past, id, crate::event::Kind::RolloutClaimed));
        let of_claim = claim.into_iter().flat_map(|claim| self.indexes.naming(claim));
        let of_claim = of_claim.filter(|by| matches!(self.data(*by), Some(Data::ClaimEnded(_))));
        by_name.chain(of_claim).filter(|by| self.is_effective(*by, set)).collect()
    }

    fn done_components(&self, starts: &[Index], set: &ClosedSet) -> BTreeSet<Component> {
        let succeeded = starts.iter().filter(|start| self.outcome(**start, set) == Some(End::Succeeded));
        succeeded.filter_map(|start| self.start(*start)).flat_map(|data| data.components.iter().cloned()).collect()
    }

    /// Whether what was last applied of a component, by its newest starts, failed.
    fn has_failed(&self, starts: &[Index], set: &ClosedSet) -> bool {
        let data = starts.iter().filter_map(|start| Some((*start, self.start(*start)?)));
        let pairs: Vec<_> =
            data.flat_map(|(start, data)| data.components.iter().map(move |c| (c.clone(), start))).collect();
        self.latest(pairs.into_iter()).iter().any(|(component, newest)| {
            let applied = newest.iter().flat_map(|start| self.applied(*start, component, set));
            applied.into_iter().any(|(_, applied)| applied.outcome == Outcome::Failed)
        })
    }

    /// The last applications of a component by a start: what no other of these has in its past.
    pub fn applied(&self, start: Index, component: &Component, set: &ClosedSet) -> Vec<(Index, &ComponentApplied)> {
        let mut last: Vec<(Index, &ComponentApplied)> = Vec::new();
        let of_this = self.indexes.naming(start).filter_map(|by| match self.data(by) {
            Some(Data::ComponentApplied(applied)) if applied.component == *component => Some((by, &**applied)),
            Some(_) | None => None,
        });
        for (by, applied) in of_this.filter(|(by, _)| self.is_effective(*by, set)) {
            last.retain(|(earlier, _)| !self.entry(by).past.contains(*earlier));
            last.push((by, applied));
        }
        last
    }

    /// The first starts of other rollouts that some start of this one had not seen.
    fn closing(&self, mine: &[Index], all: &[Index]) -> Vec<Index> {
        let own: HashSet<Index> = mine.iter().copied().collect();
        let mut closing: Vec<Index> = Vec::new();
        for other in all.iter().filter(|other| !own.contains(other)) {
            // What came after one that closed it closed nothing any more.
            let later = || closing.iter().any(|first| self.entry(*other).past.contains(*first));
            if mine.iter().any(|start| !self.entry(*start).past.contains(*other)) && !later() {
                closing.push(*other);
            }
        }
        closing
    }

    /// The rollouts that a claim of the target which nothing has ended is for.
    fn claimed_rollouts(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Claimed {
        let place = (deployment.clone(), target.clone());
        let claims = self.indexes.claims.get(&place).into_iter().flatten().copied();
        let standing = claims.filter(|claim| self.is_effective(*claim, set) && self.claim_end(*claim, set).is_none());
        let of = |claim: Index| match self.data(claim) {
            Some(Data::RolloutClaimed(data)) => match &**data {
                RolloutClaimed::Target(data) => {
                    Some((data.release, data.rollout.clone(), self.entry(claim).principal.clone()))
                }
                RolloutClaimed::Seal(_) => None,
            },
            Some(_) | None => None,
        };
        standing.filter_map(of).collect()
    }
}

/// By release, rollout key and principal.
type Claimed = HashSet<(ReleaseId, Name, Name)>;

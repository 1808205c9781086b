//! One deployment on one target: what is live there, what is under way, and which release each component stands at.

use std::collections::{BTreeMap, BTreeSet};

use super::rollout::{Rollout, State};
use super::running::Running;
use crate::dag::Index;
use crate::event::{Data, End, Outcome, ReleaseCreated, Rollback};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Component, EventId, Name, ReleaseId};

/// A target as a set shows it.
#[derive(Debug, Clone)]
pub struct Target {
    /// By the last of their starts, the oldest first; what was abandoned untouched is left out.
    pub rollouts: Vec<Rollout>,
    /// The start by which each component came to what it is; of these that ended well.
    pub stands: BTreeMap<Component, Index>,
    /// Components that the live release has for this target, and that never came to anything here.
    pub missing: BTreeSet<Component>,
    pub running: Running,
    /// The last rollout that succeeded.
    live: Option<usize>,
}

/// How a target stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Never,
    Active,
    /// Components stand at different releases.
    Mixed,
    /// Some components of the live release never came here.
    Partial,
    InFlight,
    Interrupted,
    Failed,
}

/// What became of a release on a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Active,
    /// Only some components stand at it.
    Partly,
    Superseded,
    RolledBack,
    Failed,
}

impl Target {
    pub fn live(&self) -> Option<&Rollout> {
        self.live.map(|at| &self.rollouts[at])
    }

    /// The last rollout, where it did not succeed.
    pub fn unfinished(&self) -> Option<&Rollout> {
        self.rollouts.last().filter(|rollout| rollout.state != State::Succeeded)
    }

    pub fn standing(&self, ledger: &Ledger) -> Standing {
        let mixed = self.releases(ledger).len() > 1;
        match self.rollouts.last().map(|last| last.state) {
            None => Standing::Never,
            Some(State::InFlight) => Standing::InFlight,
            Some(State::Interrupted) => Standing::Interrupted,
            Some(State::Failed) => Standing::Failed,
            Some(State::Succeeded | State::Partial | State::Abandoned) if mixed => Standing::Mixed,
            Some(State::Partial) if self.live.is_none() => Standing::Interrupted,
            Some(State::Succeeded | State::Partial | State::Abandoned) if !self.missing.is_empty() => Standing::Partial,
            Some(State::Succeeded | State::Partial | State::Abandoned) => Standing::Active,
        }
    }

    /// The releases at which components stand: those that the last successful rollout speaks of, or that came later.
    pub fn releases(&self, ledger: &Ledger) -> BTreeSet<ReleaseId> {
        self.stands.values().filter_map(|start| ledger.start(*start)).map(|start| start.release).collect()
    }

    /// What became of every release that ever was here.
    pub fn fates(&self, ledger: &Ledger) -> BTreeMap<ReleaseId, Fate> {
        let succeeded = self.rollouts.iter().filter(|rollout| rollout.state == State::Succeeded);
        let undone: BTreeSet<EventId> = succeeded
            .filter_map(|rollout| rollout.rollback(ledger))
            .flat_map(|rollback| rollback.undoes.iter().copied())
            .collect();
        let is_undone = |start: &Index| undone.contains(&ledger.entry(*start).event.id);
        let mut fates = BTreeMap::new();
        for rollout in &self.rollouts {
            let fate = match rollout.state {
                State::Succeeded if rollout.starts.iter().any(is_undone) => Fate::RolledBack,
                State::Succeeded => Fate::Superseded,
                // What is under way has no fate yet.
                State::InFlight => continue,
                State::Failed | State::Partial | State::Interrupted | State::Abandoned => Fate::Failed,
            };
            fates.insert(rollout.key.release, fate);
        }
        if let Some(live) = self.live() {
            let whole = !matches!(self.standing(ledger), Standing::Mixed | Standing::Partial);
            fates.insert(live.key.release, if whole { Fate::Active } else { Fate::Partly });
            let standing = if whole { BTreeSet::new() } else { self.releases(ledger) };
            let left =
                fates.iter_mut().filter(|(release, fate)| **fate == Fate::Superseded && standing.contains(release));
            left.for_each(|(_, fate)| *fate = Fate::Partly);
        }
        fates
    }
}

impl Rollout {
    /// The last of its starts to be shown.
    pub fn newest(&self) -> Index {
        self.starts.last().copied().unwrap_or(self.starts[0])
    }

    /// What it says of itself where it goes back to an earlier release.
    pub fn rollback<'a>(&self, ledger: &'a Ledger) -> Option<&'a Rollback> {
        self.starts.iter().find_map(|start| ledger.start(*start)?.rollback.as_ref())
    }
}

impl Ledger {
    pub fn target(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> Target {
        let mut rollouts = self.rollouts(deployment, target, set);
        rollouts.retain(|rollout| rollout.state != State::Abandoned);
        for rollout in &mut rollouts {
            rollout.starts.sort_by_key(|start| self.order(*start));
        }
        rollouts.sort_by_key(|rollout| self.order(rollout.newest()));
        let live = rollouts.iter().rposition(|rollout| rollout.state == State::Succeeded);
        let stands = self.stands(deployment, target, set);
        let running = self.running(deployment, target, set);
        let mut missing = live.map(|at| self.carried(&rollouts[at], set)).unwrap_or_default();
        missing.retain(|component| !stands.contains_key(component));
        Target { rollouts, stands, missing, running, live }
    }

    /// The components that the release of a rollout has for its target.
    fn carried(&self, rollout: &Rollout, set: &ClosedSet) -> BTreeSet<Component> {
        let key = &rollout.key;
        let created = self.release_in(set, &key.deployment, key.release, &key.target);
        let of_target = created.filter_map(|(_, created)| created.components.get(&key.target));
        of_target.flat_map(|components| components.iter().cloned()).collect()
    }

    /// Of each component the last start that has applied it, or succeeded.
    fn stands(&self, deployment: &Name, target: &Name, set: &ClosedSet) -> BTreeMap<Component, Index> {
        let mut stands = BTreeMap::new();
        let mut starts = self.starts(deployment, target, set);
        starts.sort_by_key(|(start, _)| self.order(*start));
        for (start, data) in starts {
            let succeeded = self.outcome(start, set) == Some(End::Succeeded);
            let applied = self.applied_components(start, set);
            let reached = data.components.iter().filter(|component| succeeded || applied.contains(component));
            stands.extend(reached.map(|component| (component.clone(), start)));
        }
        stands
    }

    /// The components that a start has brought to its release.
    pub fn applied_components(&self, start: Index, set: &ClosedSet) -> BTreeSet<&Component> {
        let mut applied = BTreeSet::new();
        for by in self.naming_in(start, set) {
            if let Some(Data::ComponentApplied(one)) = self.data(by) {
                match one.outcome {
                    Outcome::Changed | Outcome::Unchanged => applied.insert(&one.component),
                    Outcome::Failed => applied.remove(&one.component),
                };
            }
        }
        applied
    }

    /// What the newest `release.created` of a release says.
    pub fn release_of(&self, deployment: &Name, release: ReleaseId, set: &ClosedSet) -> Option<&ReleaseCreated> {
        self.newest_created(deployment, release, set).map(|(_, created)| created)
    }

    /// The newest `release.created` of a release: all of them have the same content, and this one says who made it, when
    /// and of which commit.
    pub fn newest_created(
        &self,
        deployment: &Name,
        release: ReleaseId,
        set: &ClosedSet,
    ) -> Option<(Index, &ReleaseCreated)> {
        let all = self.indexes.releases.get(&release).into_iter().flatten().copied();
        let effective = all.filter(|index| self.is_effective(*index, set));
        let newest = effective.max_by_key(|index| self.order(*index))?;
        match self.data(newest)? {
            Data::ReleaseCreated(created) if created.deployment == *deployment => Some((newest, created)),
            _ => None,
        }
    }

    /// The last of the finishes of a rollout, as events are shown.
    pub fn last_finish(&self, rollout: &Rollout, set: &ClosedSet) -> Option<Index> {
        let finishes = rollout.starts.iter().flat_map(|start| self.naming_in(*start, set));
        let finishes = finishes.filter(|by| matches!(self.data(*by), Some(Data::RolloutFinished(_))));
        finishes.max_by_key(|finish| self.order(*finish))
    }
}

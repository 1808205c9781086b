//! Which release, and which rollout: the latest for a target, the last good one, the one that was interrupted. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::dag::Index;
use ledger_format::event::{End, ReleaseCreated, RolloutStarted};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Component, EventId, Name, ReleaseId};
use ledger_format::projection::gates::Candidate;
use ledger_format::projection::rollout::{Rollout, State};
use ledger_format::time::Time;

use crate::ledger::releases;
use crate::stages::promote::{LetIn, let_in};

/// Each component with the starts that it runs from.
pub fn running(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<(Component, EventId)> {
    let runs = ledger.runs(deployment, target, set);
    let of_component = |(component, starts): (Component, Vec<Index>)| {
        starts.into_iter().map(move |start| (component.clone(), ledger.entry(start).event.id)).collect::<Vec<_>>()
    };
    runs.into_iter().flat_map(of_component).collect()
}

/// The releases that run there; several where it is mixed.
pub fn running_releases(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> BTreeSet<ReleaseId> {
    let runs = ledger.runs(deployment, target, set);
    runs.values().flatten().filter_map(|start| ledger.start(*start)).map(|start| start.release).collect()
}

/// The releases made with a target or let into it that no other such release descends from; withdrawn ones never.
pub fn latest(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<ReleaseId> {
    let carried = |(_, created): &(Index, &ReleaseCreated)| {
        created.deployment == *deployment
            && created.carries(target)
            && ledger.withdrawal(created.release, set).is_none()
    };
    let let_in = |(_, created): &(Index, &ReleaseCreated)| {
        let_in(ledger, Candidate { deployment, target, release: created.release }, set) != LetIn::No
    };
    let all: Vec<_> = releases::created(ledger, set).into_iter().filter(carried).filter(let_in).collect();
    let descends = |(later, of): (Index, ReleaseId), (earlier, from): (Index, ReleaseId)| {
        of != from && ledger.entry(later).past.contains(earlier)
    };
    let events: Vec<(Index, ReleaseId)> = all.iter().map(|(index, created)| (*index, created.release)).collect();
    let newest = events.iter().filter(|event| !events.iter().any(|later| descends(*later, **event)));
    newest.map(|(_, release)| *release).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A release that a target can go back to, and the finish by which it stood there last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Good {
    pub release: ReleaseId,
    pub finish: EventId,
}

/// What a target can go back to, the last one first: rollouts that succeeded there, by good starts, undone by none.
pub fn good(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<Good> {
    let rollouts = ledger.rollouts(deployment, target, set);
    let good = |rollout: &&Rollout| {
        let whole: BTreeSet<&Component> = rollout.key.whole.iter().collect();
        ledger.can_be_returned_to(&rollout.key, set)
            && ledger.withdrawal(rollout.key.release, set).is_none()
            && covers(ledger, rollout, &whole, set)
    };
    let last_finish = |rollout: &Rollout| {
        let succeeded = rollout.starts.iter().filter(|start| ledger.outcome(**start, set) == Some(End::Succeeded));
        succeeded.filter_map(|start| ledger.finish_of(*start, set)).max_by_key(|index| ledger.order(*index))
    };
    let mut found: Vec<(Index, ReleaseId)> =
        rollouts.iter().filter(good).filter_map(|r| Some((last_finish(r)?, r.key.release))).collect();
    found.sort_by_key(|(index, _)| std::cmp::Reverse(ledger.order(*index)));
    found.into_iter().map(|(index, release)| Good { release, finish: ledger.entry(index).event.id }).collect()
}

/// Since when a release stood on a target that can go back to it, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Stood {
    pub from: Time,
    /// When another release began to replace it.
    pub until: Option<Time>,
    /// Whether no other that the target can go back to stood there later.
    pub last: bool,
}

pub fn stood(ledger: &Ledger, deployment: &Name, target: &Name, good: Good, set: &ClosedSet) -> Option<Stood> {
    let finish = ledger.index(good.finish)?;
    let replaces = |(start, data): &(Index, &RolloutStarted)| {
        data.release != good.release && ledger.entry(*start).past.contains(finish)
    };
    let next = ledger.starts(deployment, target, set).into_iter().filter(replaces);
    let next = next.min_by_key(|(start, _)| ledger.order(*start));
    let time = |index: Index| ledger.entry(index).event.header.time;
    let last = last_good(ledger, deployment, target, set) == Some(good);
    Some(Stood { from: time(finish), until: next.map(|(start, _)| time(start)), last })
}

/// The releases that a target could go back to if they were not withdrawn, each with its withdrawal.
pub fn withdrawn(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<(ReleaseId, Index)> {
    let rollouts = ledger.rollouts(deployment, target, set);
    let kept = rollouts.iter().filter(|rollout| ledger.can_be_returned_to(&rollout.key, set));
    let found = kept.filter_map(|rollout| Some((rollout.key.release, ledger.withdrawal(rollout.key.release, set)?)));
    found.collect::<BTreeMap<_, _>>().into_iter().collect()
}

/// Whether a rollout was one of all that its release has for the target.
fn covers(ledger: &Ledger, rollout: &Rollout, whole: &BTreeSet<&Component>, set: &ClosedSet) -> bool {
    let key = &rollout.key;
    let candidate = Candidate { deployment: &key.deployment, target: &key.target, release: key.release };
    let created = crate::ledger::outlook::created(ledger, candidate, set);
    let all = created.and_then(|created| created.components.get(&key.target));
    all.is_some_and(|all| all.iter().all(|component| whole.contains(component)))
}

/// The last good release that is not what runs there alone.
pub fn last_good(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> Option<Good> {
    let running = running_releases(ledger, deployment, target, set);
    let is_alone = |release: &ReleaseId| running.len() == 1 && running.contains(release);
    good(ledger, deployment, target, set).into_iter().find(|good| !is_alone(&good.release))
}

/// The last rollout of a target, of this release where one is named, that began and is not whole.
pub fn unfinished(
    ledger: &Ledger,
    deployment: &Name,
    target: &Name,
    release: Option<ReleaseId>,
    set: &ClosedSet,
) -> Option<Rollout> {
    let of_release = |rollout: &Rollout| release.is_none_or(|release| rollout.key.release == release);
    let mut all: Vec<Rollout> = ledger.rollouts(deployment, target, set).into_iter().filter(of_release).collect();
    all.sort_by_key(|rollout| ledger.order(rollout.first()));
    let last = all.into_iter().rev().find(|rollout| rollout.state != State::Abandoned)?;
    match last.state {
        State::Failed | State::InFlight | State::Interrupted => Some(last),
        State::Succeeded | State::Partial | State::Abandoned => None,
    }
}

/// The starts of a rollout that another rollout of the release may resume: none of them succeeded, each has an end.
pub fn resumable(ledger: &Ledger, rollout: &Rollout, set: &ClosedSet) -> BTreeSet<EventId> {
    let open = |start: &&Index| {
        ledger.outcome(**start, set) != Some(End::Succeeded) && ledger.start_end(**start, set).is_some()
    };
    rollout.starts.iter().filter(open).map(|start| ledger.entry(*start).event.id).collect()
}

//! The lock of a target: the step that a writer takes on what one listing shows. Pure: it never sees the store.
//!
//! There is no compare-and-swap. A writer lists, writes its claim, lists again by a listing that began after the
//! claim was read back, and starts only where no claim of another stands against its own (lock rules 2 to 4).
//!
//! ```text
//!           Claim, Adopt            Start             Proceed: before each component
//! Wanting ----------------> Claimed -----> Started -----> ... -----> its finish
//!    ^                         |  \
//!    '---- Yield, EndOwn ------'   '-----> Holding         Hold: for a claim without components
//! ```
//!
//! Each step is decided on one listing and carried out with that listing as the past of what is written. The next
//! state is entered only after what the step writes was read back; `Busy` and `Wait` keep the state.
//! `tests/it/lock_model.rs` explores this code over every interleaving: change nothing here without it.

use std::collections::BTreeSet;

use crate::name::{Component, EventId};

mod claim;
mod listing;
mod of_ledger;
#[cfg(test)]
mod tests;

use claim::precedes;
pub use claim::{Claim, Claimant, Rollout, Scope, Standing, Writer, conflict};
pub use listing::{Ask, Barrier, Delay, Lock};
pub use of_ledger::{Objects, Sight};

/// Where a writer is with its claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Wanting,
    Claimed { claim: EventId, scope: Scope },
    Started { claim: EventId, start: EventId, scope: Scope },
    Holding { claim: EventId },
}

/// What a writer does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Writes a claim of this scope, which leaves out what is done already.
    Claim { scope: Scope },
    /// Goes on with a claim that it wrote before it was interrupted; writes nothing.
    Adopt { claim: EventId, scope: Scope },
    /// Ends these claims of its own, which say another thing than is wanted now, and wants again.
    EndOwn { claims: Vec<EventId> },
    /// Does not claim: lists again later, or leaves.
    Busy { holders: Vec<Claim> },
    /// Lists again later, or leaves.
    Wait { until: Awaited },
    /// Writes its start, with all heads that it may adopt as parents.
    Start { resumes: Option<EventId> },
    /// Keeps its claim; writes nothing.
    Hold,
    /// Ends its claim and touches nothing; it may want again, after a while that is not the same for all.
    Yield { to: Vec<Claim> },
    /// Touches the next component.
    Proceed,
    /// Touches nothing more, writes this, and leaves.
    Stop { reason: Reason, parting: Parting },
}

/// What a writer waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Awaited {
    /// The ends of these claims, which stand behind its own and will be ended.
    Claims(Vec<Claim>),
    Delay(Delay),
}

/// Why a writer stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    Barrier(Barrier),
    /// All that it was to touch is done in this rollout: nothing is wrong.
    AlreadyApplied,
    /// Another start of this rollout has done one of its components meanwhile.
    ComponentDone,
    TakenOver,
    /// Its claim locks nothing: it was refused, cut, or ended by an earlier process of this writer.
    ClaimVoid,
    /// Another claim that excludes its own has a start too; a store that lists at once never shows it.
    Disputed {
        by: Vec<Claim>,
    },
}

/// What a writer writes before it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parting {
    Nothing,
    EndClaims(Vec<EventId>),
    /// A `rollout.finished`: `abandoned` where nothing was touched, else `failed` with what was done.
    Finish {
        start: EventId,
    },
}

/// What this writer does on what this listing shows.
pub fn step(state: &State, lock: &Lock, ask: &Ask) -> Step {
    match state {
        State::Wanting => want(lock, ask),
        State::Claimed { claim, scope } => decide(*claim, scope, lock, ask),
        State::Started { claim, start, scope } => before_touching(*claim, *start, scope, lock, ask),
        State::Holding { claim } => match stop(*claim, lock) {
            Some(reason) => Step::Stop { reason, parting: end_of(*claim, lock) },
            None => Step::Hold,
        },
    }
}

impl State {
    /// What a writer writes that leaves by its own choice, for want of patience or because it is told to.
    pub fn parting(&self) -> Parting {
        match self {
            Self::Wanting => Parting::Nothing,
            Self::Claimed { claim, .. } | Self::Holding { claim } => Parting::EndClaims(vec![*claim]),
            Self::Started { start, .. } => Parting::Finish { start: *start },
        }
    }
}

impl Scope {
    /// What a start under a claim of this scope touches.
    fn components<'a>(&'a self, ask: &'a Ask) -> &'a BTreeSet<Component> {
        match self {
            Self::All | Self::Hold => &ask.components,
            Self::Components(components) => components,
        }
    }

    /// The scope that is left where some components are done; `None` where all are.
    fn without(&self, done: &BTreeSet<Component>, ask: &Ask) -> Option<Self> {
        match self {
            Self::Hold => Some(Self::Hold),
            Self::All | Self::Components(_) => {
                let all = self.components(ask);
                let left: BTreeSet<_> = all.difference(done).cloned().collect();
                match left.len() {
                    0 => None,
                    count if count == all.len() => Some(self.clone()),
                    _ => Some(Self::Components(left)),
                }
            }
        }
    }
}

/// What the unended claims on a target are to a writer that wants a scope of it.
#[derive(Default)]
struct Sorted<'a> {
    /// Its own claim for just that, written before an interruption.
    wanted: Vec<&'a Claim>,
    /// Its own for another rollout or other components: the process that wrote them is gone.
    leftover: Vec<&'a Claim>,
    /// Those of others that exclude it, and its own hold for another rollout, which only a person ends.
    holders: Vec<&'a Claim>,
}

impl<'a> Sorted<'a> {
    fn of(lock: &'a Lock, by: &Claimant) -> Self {
        let mut sorted = Self::default();
        for claim in &lock.claims {
            let (own, same_rollout) = (claim.by.writer == by.writer, claim.by.rollout == by.rollout);
            match (own, &claim.by.scope, &by.scope, same_rollout) {
                (false, _, _, _) if conflict(&claim.by, by) => sorted.holders.push(claim),
                (false, _, _, _) => {}
                (true, Scope::Hold, Scope::Hold, true) => sorted.wanted.push(claim),
                (true, Scope::Hold, Scope::All | Scope::Components(_), true) => {}
                (true, Scope::Hold, _, false) => sorted.holders.push(claim),
                (true, claimed, wanted, true) if claimed == wanted => sorted.wanted.push(claim),
                (true, Scope::All | Scope::Components(_), _, _) => sorted.leftover.push(claim),
            }
        }
        // One claim is enough: the one that started, else the first.
        sorted.wanted.sort_by_key(|claim| (claim.start.is_none(), claim.generation, claim.id));
        sorted
    }
}

/// Lock rule 2, and of rule 8: upstream components are waited for before the claim, never with one.
fn want(lock: &Lock, ask: &Ask) -> Step {
    let left = ask.by.scope.without(&lock.done, ask);
    let by = Claimant { scope: left.clone().unwrap_or(ask.by.scope.clone()), ..ask.by.clone() };
    let Sorted { wanted, leftover, holders } = Sorted::of(lock, &by);
    let reason = match (lock.barriers.first(), &left) {
        (Some(barrier), _) => Some(Reason::Barrier(*barrier)),
        (None, None) => Some(Reason::AlreadyApplied),
        (None, Some(_)) => None,
    };
    let upstream = lock.delays.contains(&Delay::Upstream);
    let goes_on = if reason.is_some() || upstream { None } else { wanted.first() };
    let ending: Vec<EventId> =
        leftover.iter().chain(wanted.iter().skip(goes_on.iter().len())).map(|claim| claim.id).collect();
    match (reason, ending.is_empty(), goes_on, holders.is_empty(), upstream) {
        (Some(reason), _, _, _, _) => Step::Stop { reason, parting: end_all(ending, lock) },
        (None, false, _, _, _) => Step::EndOwn { claims: ending },
        (None, true, Some(claim), _, _) => Step::Adopt { claim: claim.id, scope: by.scope },
        (None, true, None, false, _) => Step::Busy { holders: holders.into_iter().cloned().collect() },
        (None, true, None, true, true) => Step::Wait { until: Awaited::Delay(Delay::Upstream) },
        (None, true, None, true, false) => Step::Claim { scope: by.scope },
    }
}

/// Lock rule 3, on a listing that began after the claim was read back.
fn decide(claim: EventId, scope: &Scope, lock: &Lock, ask: &Ask) -> Step {
    if let Some(reason) = stop(claim, lock) {
        return Step::Stop { reason, parting: end_of(claim, lock) };
    }
    match scope.without(&lock.done, ask) {
        None => return Step::Stop { reason: Reason::AlreadyApplied, parting: end_of(claim, lock) },
        Some(left) if left != *scope => return Step::EndOwn { claims: vec![claim] },
        Some(_) => {}
    }
    let Some(mine) = lock.claim(claim) else {
        return Step::Stop { reason: Reason::ClaimVoid, parting: Parting::Nothing };
    };
    let rivals = lock.rivals(mine);
    let ahead: Vec<Claim> = rivals.iter().filter(|rival| precedes(rival, mine)).cloned().collect();
    if !ahead.is_empty() {
        return Step::Yield { to: ahead };
    }
    if !rivals.is_empty() {
        return Step::Wait { until: Awaited::Claims(rivals) };
    }
    match (scope, lock.delays.contains(&Delay::Clock)) {
        (Scope::Hold, _) => Step::Hold,
        (Scope::All | Scope::Components(_), true) => Step::Wait { until: Awaited::Delay(Delay::Clock) },
        (Scope::All | Scope::Components(_), false) => Step::Start { resumes: mine.start },
    }
}

/// Lock rule 5: after the start, and before each component.
fn before_touching(claim: EventId, start: EventId, scope: &Scope, lock: &Lock, ask: &Ask) -> Step {
    let rivals = lock.claim(claim).map(|mine| lock.rivals(mine)).unwrap_or_default();
    let by: Vec<Claim> = rivals.into_iter().filter(|rival| rival.start.is_some()).collect();
    let reason = match stop(claim, lock) {
        Some(reason) => reason,
        None if !scope.components(ask).is_disjoint(&lock.done) => Reason::ComponentDone,
        None if !by.is_empty() => Reason::Disputed { by },
        None => return Step::Proceed,
    };
    let parting = if may_write(lock) { Parting::Finish { start } } else { Parting::Nothing };
    Step::Stop { reason, parting }
}

/// Why a writer that holds this claim stops, whatever the other claims are.
fn stop(claim: EventId, lock: &Lock) -> Option<Reason> {
    match (lock.barriers.first(), lock.taken_over.contains(&claim), lock.claim(claim)) {
        (_, true, _) => Some(Reason::TakenOver),
        (Some(barrier), false, _) => Some(Reason::Barrier(*barrier)),
        (None, false, None) => Some(Reason::ClaimVoid),
        (None, false, Some(_)) => None,
    }
}

fn end_of(claim: EventId, lock: &Lock) -> Parting {
    end_all(lock.claim(claim).map(|claim| claim.id).into_iter().collect(), lock)
}

fn end_all(claims: Vec<EventId>, lock: &Lock) -> Parting {
    if claims.is_empty() || !may_write(lock) { Parting::Nothing } else { Parting::EndClaims(claims) }
}

/// A key that is ended can end no claim either: what it claimed locks until it is taken over.
fn may_write(lock: &Lock) -> bool {
    !lock.barriers.contains(&Barrier::KeyEnded)
}

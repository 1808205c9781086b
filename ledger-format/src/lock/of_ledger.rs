//! The lock of a target as a ledger shows it to a writer (`SPEC.md`, LF-200, LF-201, LF-208).

use std::collections::BTreeSet;

use super::{Ask, Barrier, Claim, Claimant, Delay, Lock, Rollout, Scope, Standing, State, Writer, conflict};
use crate::dag::Index;
use crate::event::{ClaimedComponents, Data, End, Event, RolloutClaimed, RolloutStarted, TargetClaim};
use crate::judgement::{Cause, Code, Gate, Verdict};
use crate::ledger::{ClosedSet, Ledger, RolloutKey};
use crate::name::{Component, EventId, Name};
use crate::time::Time;

/// What a writer looks at when it decides its next step: one listing, and what it is about to write.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'a> {
    pub ledger: &'a Ledger,
    /// All that the listing showed.
    pub set: &'a ClosedSet,
    /// The past that an event has which is written now.
    pub own: &'a ClosedSet,
    /// The store that is written.
    pub store: &'a str,
    pub objects: Objects,
    /// The start as it would be written now; of a hold none.
    pub draft: Option<&'a RolloutStarted>,
    /// All components of the rollout.
    pub whole: &'a BTreeSet<Component>,
    /// What the wanted components wait for, without themselves.
    pub upstream: &'a BTreeSet<Component>,
    pub now: Time,
}

/// Whether every object that the listing names could be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Objects {
    AllRead,
    Missing,
}

impl Lock {
    /// What the listing shows of the lock to a writer in this state.
    pub fn seen(sight: &Sight<'_>, state: &State, ask: &Ask) -> Self {
        let claims = sight.claims(sight.set, ask);
        Self {
            taken_over: sight.taken_over(ask),
            done: sight.done(ask),
            barriers: sight.barriers(state, ask),
            delays: sight.delays(&claims, ask),
            claims,
        }
    }
}

impl Sight<'_> {
    /// The unended claims of a set on the target that lock, the pending ones of living keys among them.
    fn claims(&self, set: &ClosedSet, ask: &Ask) -> Vec<Claim> {
        let unended = |index: &Index| self.ledger.is_effective(*index, set) && !self.is_ended(*index, set);
        let folded = self.claimed(ask).filter(unended).filter_map(|index| self.claim(index, set));
        let mut claims: Vec<Claim> = folded.collect();
        claims.extend(self.ledger.pending().filter_map(|event| self.pending_claim(event, set, ask)));
        claims.sort_by_key(|claim| (claim.generation, claim.id));
        claims
    }

    /// The claims on the target, in order of arrival.
    fn claimed(&self, ask: &Ask) -> impl Iterator<Item = Index> {
        let place = (ask.by.rollout.deployment.clone(), ask.by.rollout.target.clone());
        self.ledger.indexes.claims.get(&place).into_iter().flatten().copied()
    }

    fn is_ended(&self, claim: Index, set: &ClosedSet) -> bool {
        self.ledger.claim_end(claim, set).is_some()
    }

    fn claim(&self, index: Index, set: &ClosedSet) -> Option<Claim> {
        let entry = self.ledger.entry(index);
        let claim = target_claim(&entry.event)?;
        let by = claimant(&entry.event, claim, &entry.principal);
        let start = self.newest_start(index, &by.writer, set);
        let (id, generation) = (entry.event.id, entry.event.header.generation.get());
        Some(Claim { id, generation, by, start, standing: Standing::Folded })
    }

    fn newest_start(&self, claim: Index, by: &Writer, set: &ClosedSet) -> Option<EventId> {
        let id = self.ledger.entry(claim).event.id;
        let under = |index: &Index| match self.ledger.data(*index) {
            Some(Data::RolloutStarted(start)) => {
                start.claim == Some(id)
                    && writer(&self.ledger.entry(*index).event) == *by
                    && self.ledger.is_effective(*index, set)
            }
            Some(_) | None => false,
        };
        let newest = self.ledger.indexes.naming(claim).filter(under).max_by_key(|index| self.ledger.order(*index));
        newest.map(|index| self.ledger.entry(index).event.id)
    }

    /// LF-200: a pending claim locks when its key is alive and its store is the home.
    fn pending_claim(&self, event: &Event, set: &ClosedSet, ask: &Ask) -> Option<Claim> {
        let claim = target_claim(event)?;
        let here = claim.deployment == ask.by.rollout.deployment && claim.target == ask.by.rollout.target;
        let mut documents = self.ledger.documents(set);
        let at_home = documents.all(|document| document.authority().home.as_str() == claim.store.as_str());
        if !here || !at_home || !self.ledger.is_alive(&event.header.key, set) {
            return None;
        }
        let principal = self.ledger.documents(set).find_map(|document| document.principal_of(&event.header.key))?;
        let by = claimant(event, claim, principal);
        let (id, generation) = (event.id, event.header.generation.get());
        Some(Claim { id, generation, by, start: None, standing: Standing::Pending })
    }

    fn taken_over(&self, ask: &Ask) -> BTreeSet<EventId> {
        let is_own = |index: &Index| writer(&self.ledger.entry(*index).event) == ask.by.writer;
        let taken = |index: &Index| {
            self.ledger.indexes.naming(*index).any(|by| match self.ledger.data(by) {
                Some(Data::ClaimEnded(ended)) => ended.takeover.is_some() && self.ledger.is_effective(by, self.set),
                Some(_) | None => false,
            })
        };
        self.claimed(ask).filter(is_own).filter(taken).map(|index| self.ledger.entry(index).event.id).collect()
    }

    /// The components that a finish `succeeded` of a start of this rollout covers.
    fn done(&self, ask: &Ask) -> BTreeSet<Component> {
        let succeeded = |index| self.ledger.outcome(index, self.set) == Some(End::Succeeded);
        let starts =
            self.starts(ask).filter(|(index, start)| self.is_same_rollout(*index, start, ask) && succeeded(*index));
        starts.flat_map(|(_, start)| start.components.iter().cloned()).collect()
    }

    /// The starts on the target in the set.
    fn starts(&self, ask: &Ask) -> impl Iterator<Item = (Index, &RolloutStarted)> {
        let Rollout { deployment, target, .. } = &ask.by.rollout;
        self.ledger.starts(deployment, target, self.set).into_iter()
    }

    fn is_same_rollout(&self, index: Index, start: &RolloutStarted, ask: &Ask) -> bool {
        let rollout = &ask.by.rollout;
        start.release == rollout.release
            && start.rollout == rollout.key
            && self.ledger.entry(index).principal == rollout.principal
    }

    /// LF-208.
    fn barriers(&self, state: &State, ask: &Ask) -> BTreeSet<Barrier> {
        let ledger = self.ledger;
        let mut documents = ledger.documents(self.set);
        let moved = documents.any(|document| document.authority().home.as_str() != self.store);
        let whole = |start: &RolloutStarted| start.whole.iter().cloned().collect::<BTreeSet<_>>();
        let mut mine = self.starts(ask).filter(|(index, start)| self.is_same_rollout(*index, start, ask));
        let other_whole = mine.any(|(_, start)| whole(start) != *self.whole);
        let found = [
            (self.objects == Objects::Missing, Barrier::Unreadable),
            (moved, Barrier::HomeMoved),
            (!ledger.is_alive(&ask.by.writer.key, self.set), Barrier::KeyEnded),
            (other_whole, Barrier::OtherWhole),
            (ledger.is_closed(&self.rollout(ask), self.set), Barrier::Closed),
        ];
        let mut barriers: BTreeSet<Barrier> = found.into_iter().filter(|(stands, _)| *stands).map(|(_, b)| b).collect();
        barriers.extend(match state {
            State::Wanting | State::Claimed { .. } => self.before_start(ask),
            State::Started { start, .. } => self.after_start(*start, ask),
            State::Holding { .. } => BTreeSet::new(),
        });
        barriers
    }

    fn rollout(&self, ask: &Ask) -> RolloutKey {
        let Rollout { deployment, target, release, key, principal } = ask.by.rollout.clone();
        let whole = self.whole.iter().cloned().collect();
        RolloutKey { deployment, target, release, rollout: key, principal, whole }
    }

    /// What stands against the start that would be written now.
    fn before_start(&self, ask: &Ask) -> BTreeSet<Barrier> {
        let Some(draft) = self.draft else { return BTreeSet::new() };
        let gate = self.gate(draft, ask);
        let mut causes = self.ledger.assess(&gate, self.own);
        causes.extend(self.restrictions(&gate));
        barriers_of(&causes, gate.overridden)
    }

    /// What came up since the start was written: also what has seen it and so makes it no race.
    fn after_start(&self, start: EventId, ask: &Ask) -> BTreeSet<Barrier> {
        let Some(index) = self.ledger.index(start) else { return BTreeSet::from([Barrier::Raced]) };
        let Some(Data::RolloutStarted(written)) = self.ledger.data(index) else {
            return BTreeSet::from([Barrier::Raced]);
        };
        let gate = self.gate(written, ask);
        let mut barriers = barriers_of(&self.restrictions(&gate), gate.overridden);
        match self.ledger.judge(index, self.set).map(|judgement| judgement.verdict) {
            Some(Verdict::Permitted | Verdict::Overridden) => {}
            // Cut, or unpermitted after all: it may not go on either.
            Some(Verdict::Raced | Verdict::Unpermitted) | None => {
                barriers.insert(Barrier::Raced);
            }
        }
        barriers
    }

    fn gate(&self, start: &RolloutStarted, ask: &Ask) -> Gate {
        Gate::start(start, ask.by.writer.key.clone(), ask.by.rollout.principal.clone(), self.now)
    }

    /// What of everything that the listing shows restricts a start, whatever the policy.
    fn restrictions(&self, gate: &Gate) -> BTreeSet<Cause> {
        let mut causes = self.ledger.assess(gate, self.set);
        causes.retain(|cause| RESTRICTIONS.contains(&cause.code));
        causes
    }

    fn delays(&self, claims: &[Claim], ask: &Ask) -> BTreeSet<Delay> {
        let mut delays = BTreeSet::new();
        let done = self.done(ask);
        if !self.upstream.is_subset(&done) {
            delays.insert(Delay::Upstream);
        }
        let adoptable = self.own.len() == self.set.len();
        if !adoptable
            && (self.relies_ahead(claims, ask) || self.starts(ask).any(|(index, _)| !self.own.contains(index)))
        {
            delays.insert(Delay::Clock);
        }
        delays
    }

    /// Whether a rival claim is ended only by events that cannot be a parent yet.
    fn relies_ahead(&self, claims: &[Claim], ask: &Ask) -> bool {
        let unended = |id: EventId| claims.iter().any(|claim| claim.id == id);
        self.claims(self.own, ask).iter().any(|claim| conflict(&claim.by, &ask.by) && !unended(claim.id))
    }
}

fn barriers_of(causes: &BTreeSet<Cause>, overridden: bool) -> BTreeSet<Barrier> {
    let standing = causes.iter().filter(|cause| !(overridden && cause.code.is_passable()));
    // The lock itself leaves out what is done.
    standing.filter(|cause| cause.code != Code::Done).map(|cause| barrier_of(cause.code)).collect()
}

fn barrier_of(code: Code) -> Barrier {
    let barriers =
        [(Code::Closed, Barrier::Closed), (Code::Hold, Barrier::Held), (Code::HomeMoved, Barrier::HomeMoved)];
    barriers.into_iter().find(|(of, _)| *of == code).map_or(Barrier::NotPermitted, |(_, barrier)| barrier)
}

/// What stops a rollout that is under way, too; policy is asked once, at the start.
const RESTRICTIONS: [Code; 6] =
    [Code::Denied, Code::Dispute, Code::Hold, Code::NoRight, Code::ReleaseWithdrawn, Code::Suspended];

fn target_claim(event: &Event) -> Option<&TargetClaim> {
    match event.data()? {
        Data::RolloutClaimed(claim) => match &**claim {
            RolloutClaimed::Target(claim) => Some(claim),
            RolloutClaimed::Seal(_) => None,
        },
        _ => None,
    }
}

fn writer(event: &Event) -> Writer {
    Writer { key: event.header.key.clone(), run: event.header.run.clone() }
}

fn claimant(event: &Event, claim: &TargetClaim, principal: &Name) -> Claimant {
    let scope = match claim.claimed() {
        ClaimedComponents::All => Scope::All,
        ClaimedComponents::Some(components) => Scope::Components(components.iter().cloned().collect()),
        ClaimedComponents::None => Scope::Hold,
    };
    let rollout = Rollout {
        deployment: claim.deployment.clone(),
        target: claim.target.clone(),
        release: claim.release,
        key: claim.rollout.clone(),
        principal: principal.clone(),
    };
    Claimant { writer: writer(event), rollout, scope }
}

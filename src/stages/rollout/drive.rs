//! Drives the lock of a target: lists, asks `lock::step` what to do, does it, and lists again.
//!
//! Each step is decided on one listing, which is also the past of what the step writes; the next state is entered
//! once that was read back. Whether a rival is a process of this machine that died is seen by its run (`ledger::runs`):
//! then its claim is ended in its name.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use ledger_format::event::{ClaimEnded, Data, RolloutClaimed, RolloutStarted, TargetClaim};
use ledger_format::field::{Run, Set, Str, Text, True};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::lock::{
    Ask, Awaited, Barrier, Claim, Lock, Objects, Parting, Reason, Scope, Sight, State, Step, Writer, step,
};
use ledger_format::name::{Component, EventId, Fingerprint, Name};
use ledger_format::time::Time;

use super::draft::{Draft, because};
use super::end::{DriveError, Ending};
use super::plan::Plan;
use super::work::Work;
use crate::clock::{Clock, Patience, Waited};
use crate::ledger::append::WriteError;
use crate::ledger::runs::{HeldRun, Runs};
use crate::progress::Progress;
use crate::stages::promote::{Obstacles, Signing};
use crate::store::{StoreClass, StoreIdentity};

mod touch;

/// A ledger that is read and written in turn, by one key.
pub trait Scribe {
    fn ledger(&self) -> &Ledger;

    /// Lists the store and reads what is new.
    fn list(&mut self) -> Result<Objects, WriteError>;

    /// The past of what is written before the next listing.
    fn past_of_next(&self) -> Result<ClosedSet, WriteError>;

    /// Signs, writes, reads back.
    fn write(&mut self, data: Data) -> Result<EventId, WriteError>;

    /// From here on writes as this run.
    fn go_on_as(&mut self, run: &Run);
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Patiences {
    /// For a target that others have.
    pub busy: Duration,
    /// For others who are about to give way, with a claim in hand.
    pub rivals: Duration,
}

/// One process of a rollout.
pub struct Drive<'a, S> {
    pub scribe: &'a mut S,
    pub plan: &'a Plan,
    /// Below it lies what the components write.
    pub root: &'a Path,
    pub runs: Option<&'a Runs>,
    pub run: HeldRun,
    pub key: Fingerprint,
    pub principal: Name,
    pub store: (StoreIdentity, StoreClass),
    pub patience: Patiences,
    /// The reason for which the claims of others are ended.
    pub takes_over: Option<Text>,
    pub clock: Clock,
    pub progress: &'a dyn Progress,
}

/// What one listing showed, and what follows from it.
struct Seen {
    step: Step,
    draft: Draft,
    /// What stands against the draft, where that is why it stops.
    obstacles: Option<Obstacles>,
    outdated: bool,
}

impl<S: Scribe> Drive<'_, S> {
    /// Carries the plan out, or says why not.
    pub fn run(mut self) -> Result<Ending, DriveError> {
        self.scribe.go_on_as(&self.run.run);
        let (busy, mut rivals) = (Patience::new(self.patience.busy), Patience::new(self.patience.rivals));
        let mut work = Work::default();
        let mut state = State::Wanting;
        for turn in 0.. {
            let Seen { step, draft, obstacles, outdated } = self.see(&state, &work)?;
            match (step, draft) {
                (Step::Claim { .. } | Step::Adopt { .. } | Step::Start { .. }, _) if outdated => {
                    self.part(state.parting())?;
                    return Ok(Ending::Outdated);
                }
                (Step::Claim { .. } | Step::Adopt { .. }, Draft::Promotion(promotion)) => {
                    if let Some(obstacles) = obstacles {
                        return Ok(Ending::Refused(obstacles));
                    }
                    self.scribe.write(Data::from(*promotion))?;
                }
                (Step::Claim { scope }, Draft::Start(_) | Draft::Nothing) => {
                    let claim = self.scribe.write(self.claim(&scope))?;
                    (state, rivals) = (State::Claimed { claim, scope }, Patience::new(self.patience.rivals));
                    work = self.compare(&state)?;
                }
                (Step::Adopt { claim, scope }, Draft::Start(_) | Draft::Nothing) => {
                    state = State::Claimed { claim, scope };
                    work = self.compare(&state)?;
                }
                (Step::EndOwn { claims }, _) => {
                    self.part(Parting::EndClaims(claims))?;
                    state = State::Wanting;
                }
                (Step::Busy { holders }, _) => {
                    if !self.clears(&holders)? && self.pause(&busy, turn)? == Waited::LongEnough {
                        return Ok(Ending::busy(holders));
                    }
                }
                (Step::Yield { to }, _) => {
                    self.part(state.parting())?;
                    state = State::Wanting;
                    if !self.clears(&to)? && self.pause(&busy, turn)? == Waited::LongEnough {
                        return Ok(Ending::busy(to));
                    }
                }
                (Step::Wait { until }, _) => {
                    let cleared = matches!(&until, Awaited::Claims(claims) if self.clears(claims)?);
                    let patience = if state == State::Wanting { &busy } else { &rivals };
                    if !cleared && self.pause(patience, turn)? == Waited::LongEnough {
                        self.part(state.parting())?;
                        return Ok(Ending::Busy { awaited: until });
                    }
                }
                (Step::Start { resumes }, Draft::Start(start)) => {
                    let State::Claimed { claim, scope } = &state else { continue };
                    let start = self.start(*start, *claim, resumes)?;
                    let state = State::Started { claim: *claim, start, scope: scope.clone() };
                    return self.touch_all(&state, start, &work);
                }
                (Step::Start { .. }, Draft::Promotion(_) | Draft::Nothing) => {
                    self.part(state.parting())?;
                    let reason = Reason::Barrier(Barrier::NotPermitted);
                    return Ok(obstacles.map_or(Ending::Stopped { reason, report: None }, Ending::Refused));
                }
                (Step::Hold, _) => {
                    let (State::Claimed { claim, .. } | State::Holding { claim }) = state else { continue };
                    return Ok(Ending::Holds { claim });
                }
                (Step::Stop { reason, parting }, _) => {
                    self.part(parting)?;
                    return Ok(match (reason, obstacles) {
                        (Reason::AlreadyApplied, _) => Ending::AlreadyApplied,
                        (Reason::Barrier(_), Some(obstacles)) => Ending::Refused(obstacles),
                        (reason, _) => Ending::Stopped { reason, report: None },
                    });
                }
                // Only after a start, which is `touch_all`'s.
                (Step::Proceed, _) => {}
            }
        }
        unreachable!("the turns do not end")
    }

    /// Lists, and decides on that listing.
    fn see(&mut self, state: &State, work: &Work) -> Result<Seen, DriveError> {
        if let (StoreClass::Settle(ms), State::Claimed { .. }) = (self.store.1, state) {
            Patience::new(Duration::from_millis(ms)).wait(Duration::from_millis(ms));
        }
        if self.store.1 == StoreClass::Unknown {
            return Err(DriveError::NoLock);
        }
        let objects = self.scribe.list()?;
        let (ledger, own) = (self.scribe.ledger(), self.scribe.past_of_next()?);
        let set = ledger.everything();
        let (ask, signing) = (self.ask(), self.signing());
        let components = match state {
            State::Claimed { scope, .. } | State::Started { scope, .. } => self.components(scope),
            State::Wanting | State::Holding { .. } => &self.plan.components,
        };
        let draft = self.plan.draft(ledger, &own, &signing, components, work.digest());
        let sight = Sight {
            ledger,
            set: &set,
            own: &own,
            store: self.store.0.as_str(),
            objects,
            draft: draft.start(),
            whole: &self.plan.whole,
            upstream: &self.plan.upstream,
            now: signing.now,
        };
        let step = step(state, &Lock::seen(&sight, state, &ask), &ask);
        let before_start = matches!(state, State::Wanting | State::Claimed { .. });
        let obstacles = if before_start {
            // What is there and may not be a parent yet is in the way all the same.
            draft.obstacles(ledger, &signing, &own).or_else(|| draft.obstacles(ledger, &signing, &set))
        } else {
            None
        };
        let outdated = before_start && self.plan.is_outdated(ledger, &own);
        Ok(Seen { step, draft, obstacles, outdated })
    }

    fn components<'a>(&'a self, scope: &'a Scope) -> &'a BTreeSet<Component> {
        match scope {
            Scope::All | Scope::Hold => &self.plan.components,
            Scope::Components(components) => components,
        }
    }

    fn ask(&self) -> Ask {
        let writer = Writer { key: self.key.clone(), run: self.run.run.clone() };
        self.plan.ask(writer, self.principal.clone())
    }

    fn signing(&self) -> Signing {
        let (key, principal) = (self.key.clone(), self.principal.clone());
        Signing { key, principal, now: Time::from(self.clock.now()) }
    }

    fn claim(&self, scope: &Scope) -> Data {
        let request = &self.plan.request;
        let (components, hold) = match scope {
            Scope::All => (None, None),
            Scope::Components(components) => (Set::new(components.iter().cloned()), None),
            Scope::Hold => (None, Some(True)),
        };
        Data::from(RolloutClaimed::Target(TargetClaim {
            deployment: request.deployment.clone(),
            target: request.target.clone(),
            release: request.release,
            rollout: request.rollout.clone(),
            components,
            hold,
            store: Str::new(self.store.0.as_str()).unwrap_or_else(|_| unreachable!("an identity is a short text")),
        }))
    }

    /// Compares what is there, once nobody else changes it; where that fails the claim is given up.
    fn compare(&mut self, state: &State) -> Result<Work, DriveError> {
        match Work::compared(self.plan, self.root) {
            Ok(work) => Ok(work),
            Err(error) => {
                self.part(state.parting())?;
                Err(error.into())
            }
        }
    }

    fn start(
        &mut self,
        mut start: RolloutStarted,
        claim: EventId,
        resumes: Option<EventId>,
    ) -> Result<EventId, DriveError> {
        start.claim = Some(claim);
        start.resumes = Set::new(start.resumes.iter().flatten().copied().chain(resumes));
        Ok(self.scribe.write(Data::from(start))?)
    }

    /// Ends claims of its own; a finish is `touch_all`'s.
    fn part(&mut self, parting: Parting) -> Result<(), DriveError> {
        match parting {
            Parting::EndClaims(claims) => self.end_claims(claims, None),
            Parting::Nothing | Parting::Finish { .. } => Ok(()),
        }
    }

    fn end_claims(&mut self, claims: Vec<EventId>, takeover: Option<Text>) -> Result<(), DriveError> {
        if let Some(claims) = Set::new(claims) {
            self.scribe.write(Data::from(ClaimEnded { claims, takeover: takeover.map(because) }))?;
        }
        Ok(())
    }

    /// Ends claims that stand in the way: those of dead processes of this machine, and what is to be taken over.
    fn clears(&mut self, claims: &[Claim]) -> Result<bool, DriveError> {
        for claim in claims {
            if self.clears_dead(claim)? {
                return Ok(true);
            }
        }
        match self.takes_over.take() {
            Some(reason) => {
                self.end_claims(claims.iter().map(|claim| claim.id).collect(), Some(reason))?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn clears_dead(&mut self, claim: &Claim) -> Result<bool, DriveError> {
        // A hold outlives its process: a person ends it.
        let is_ours = claim.by.writer.key == self.key && claim.by.scope != Scope::Hold;
        let Some(runs) = self.runs.filter(|_| is_ours) else { return Ok(false) };
        let Some(dead) = runs.take_if_dead(&claim.by.writer.run)? else { return Ok(false) };
        // Somebody else may have been that run since the listing.
        self.scribe.list()?;
        let ledger = self.scribe.ledger();
        let ended = ledger.index(claim.id).is_none_or(|index| ledger.claim_end(index, &ledger.everything()).is_some());
        if !ended {
            self.scribe.go_on_as(&dead.run);
            let written = self.end_claims(vec![claim.id], None);
            self.scribe.go_on_as(&self.run.run);
            written?;
        }
        Ok(true)
    }

    /// Waits for a while that is not the same for all, and longer each time.
    fn pause(&self, patience: &Patience, turn: u32) -> Result<Waited, DriveError> {
        let mut random = [0; 1];
        getrandom::fill(&mut random)?;
        let longest = 100 << turn.min(4);
        Ok(patience.wait(Duration::from_millis(20 + longest * u64::from(random[0]) / 255)))
    }
}

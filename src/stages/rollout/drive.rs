//! Drives the lock of a target: lists, asks `lock::step` what to do, does it, and lists again.
//!
//! Each step is decided on one listing, which is also the past of what the step writes; the next state is entered
//! once that was read back. Whether a rival is a process of this machine that died is seen by its run (`ledger::runs`):
//! then its claim is ended in its name.

use std::path::Path;
use std::time::Duration;

use ledger_format::event::{Data, PromotionRecorded, RolloutClaimed, TargetClaim};
use ledger_format::field::{Run, Set, Str, Text, True};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::lock::{Awaited, Barrier, Objects, Parting, Reason, Scope, State, Step};
use ledger_format::name::{EventId, Fingerprint, Name};

use super::draft::Draft;
use super::end::{DriveError, Ending};
use super::plan::Plan;
use super::work::Work;
use crate::clock::{Clock, Patience, Waited};
use crate::interrupt::Interrupt;
use crate::ledger::append::WriteError;
use crate::ledger::runs::{HeldRun, Runs};
use crate::progress::Progress;
use crate::stages::promote::Obstacles;
use crate::store::{StoreClass, StoreIdentity};

mod clear;
mod see;
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
    pub interrupt: &'a Interrupt,
    pub progress: &'a dyn Progress,
}

/// Where it is, and how much patience is left.
struct At {
    state: State,
    work: Work,
    busy: Patience,
    rivals: Patience,
    turn: u32,
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
        let (busy, rivals) = (Patience::new(self.patience.busy), Patience::new(self.patience.rivals));
        let work = Work::compared(self.plan, self.root)?;
        let mut at = At { state: State::Wanting, work, busy, rivals, turn: 0 };
        loop {
            if self.interrupt.is_asked() {
                self.part(at.state.parting())?;
                return Ok(Ending::Interrupted { report: None });
            }
            let seen = self.see(&at.state, &at.work)?;
            if let Some(ending) = self.takes(&mut at, seen)? {
                return Ok(ending);
            }
            at.turn = at.turn.saturating_add(1);
        }
    }

    /// Takes the step that follows from what was seen; says how it ended, if it did.
    fn takes(&mut self, at: &mut At, seen: Seen) -> Result<Option<Ending>, DriveError> {
        let Seen { step, draft, obstacles, outdated } = seen;
        match step {
            Step::Claim { .. } | Step::Adopt { .. } | Step::Start { .. } if outdated => {
                self.part(at.state.parting())?;
                Ok(Some(Ending::Outdated))
            }
            Step::Claim { scope } => match draft {
                Draft::Promotion(promotion) => self.promotes(*promotion, obstacles),
                Draft::Start(_) | Draft::Nothing => {
                    let claim = self.scribe.write(self.claim(&scope))?;
                    self.claimed(at, claim, scope)
                }
            },
            Step::Adopt { claim, scope } => match draft {
                Draft::Promotion(promotion) => self.promotes(*promotion, obstacles),
                Draft::Start(_) | Draft::Nothing => self.claimed(at, claim, scope),
            },
            Step::EndOwn { claims } => {
                self.part(Parting::EndClaims(claims))?;
                at.state = State::Wanting;
                Ok(None)
            }
            Step::Busy { holders } => self.waits(at, Awaited::Claims(holders)),
            Step::Yield { to } => {
                self.part(at.state.parting())?;
                at.state = State::Wanting;
                self.waits(at, Awaited::Claims(to))
            }
            Step::Wait { until } => self.waits(at, until),
            Step::Start { resumes } => self.starts(at, draft, obstacles, resumes),
            Step::Hold => Ok(match at.state {
                State::Claimed { claim, .. } | State::Holding { claim } => Some(Ending::Holds { claim }),
                State::Wanting | State::Started { .. } => None,
            }),
            Step::Stop { reason, parting } => {
                self.part(parting)?;
                Ok(Some(match (reason, obstacles) {
                    (Reason::AlreadyApplied, _) => Ending::AlreadyApplied,
                    (Reason::Barrier(_), Some(obstacles)) => Ending::Refused(obstacles),
                    (reason, _) => Ending::Stopped { reason, report: None },
                }))
            }
            // Only after a start, which is `touch_all`'s.
            Step::Proceed => Ok(None),
        }
    }

    /// The promotion comes first, where it is permitted.
    fn promotes(
        &mut self,
        promotion: PromotionRecorded,
        obstacles: Option<Obstacles>,
    ) -> Result<Option<Ending>, DriveError> {
        if obstacles.is_none() {
            self.scribe.write(Data::from(promotion))?;
        }
        Ok(obstacles.map(Ending::Refused))
    }

    /// The claim was read back: what is there is compared once nobody else changes it.
    fn claimed(&mut self, at: &mut At, claim: EventId, scope: Scope) -> Result<Option<Ending>, DriveError> {
        at.state = State::Claimed { claim, scope };
        at.rivals = Patience::new(self.patience.rivals);
        match Work::compared(self.plan, self.root) {
            Ok(work) => at.work = work,
            Err(error) => {
                self.part(at.state.parting())?;
                return Err(error.into());
            }
        }
        Ok(None)
    }

    /// Waits for others, unless they are gone or taken over; leaves when it has waited long enough.
    fn waits(&mut self, at: &At, until: Awaited) -> Result<Option<Ending>, DriveError> {
        let cleared = match &until {
            Awaited::Claims(claims) => self.clears(claims)?,
            Awaited::Delay(_) => false,
        };
        let patience = if at.state == State::Wanting { &at.busy } else { &at.rivals };
        if cleared || self.pause(patience, at.turn)? == Waited::AWhile {
            return Ok(None);
        }
        self.part(at.state.parting())?;
        Ok(Some(Ending::Busy { awaited: until }))
    }

    fn starts(
        &mut self,
        at: &mut At,
        draft: Draft,
        obstacles: Option<Obstacles>,
        resumes: Option<EventId>,
    ) -> Result<Option<Ending>, DriveError> {
        let (Draft::Start(mut start), State::Claimed { claim, scope }) = (draft, &at.state) else {
            self.part(at.state.parting())?;
            let reason = Reason::Barrier(Barrier::NotPermitted);
            return Ok(Some(obstacles.map_or(Ending::Stopped { reason, report: None }, Ending::Refused)));
        };
        start.claim = Some(*claim);
        start.resumes = Set::new(start.resumes.iter().flatten().copied().chain(resumes));
        let start = self.scribe.write(Data::from(*start))?;
        let started = State::Started { claim: *claim, start, scope: scope.clone() };
        self.touch_all(&started, start, &at.work).map(Some)
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

    /// Waits for a while that is not the same for all, and longer each time.
    fn pause(&self, patience: &Patience, turn: u32) -> Result<Waited, DriveError> {
        let mut random = [0; 1];
        getrandom::fill(&mut random)?;
        let longest = 100 << turn.min(4);
        Ok(patience.wait(Duration::from_millis(20 + longest * u64::from(random[0]) / 255)))
    }
}

//! How a rollout ends, and why it could not go on.

use ledger_format::event::Outcome;
use ledger_format::lock::{Awaited, Barrier, Reason};
use ledger_format::name::EventId;

use super::work::{Report, Touched};
use crate::components::ComponentError;
use crate::ledger::append::WriteError;
use crate::ledger::runs::RunError;
use crate::stages::promote::Obstacles;

/// How a rollout ended, as far as this process took part.
#[derive(Debug, Clone)]
pub enum Ending {
    /// Its start was written, and an end of it where one could be.
    Started(Report),
    /// All of it was done before by this rollout: nothing is wrong.
    AlreadyApplied,
    /// The target is kept for the rollout, until somebody ends the claim.
    Holds { claim: EventId },
    /// Others have it; nothing was touched.
    Busy { awaited: Awaited },
    /// The policy, a hold or something else stands against it; nothing was touched.
    Refused(Obstacles),
    /// What it was to undo does not run there any more; nothing was touched.
    Outdated,
    /// Somebody asked for a stop; with what it had done before. Its claim is ended.
    Interrupted { report: Option<Report> },
    /// It had to stop; with what it had done before.
    Stopped { reason: Reason, report: Option<Report> },
}

/// Why a rollout broke off. What it claimed on this machine is given up by whoever comes next.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    #[error(transparent)]
    Write(#[from] WriteError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Component(#[from] ComponentError),
    #[error("the system's random numbers")]
    Random(#[from] getrandom::Error),
    #[error("nobody says after how long this store shows what was written, so it can hold no lock")]
    NoLock,
    /// After the start.
    #[error("{source}")]
    BrokenOff { report: Box<Report>, source: Box<DriveError> },
}

impl Report {
    /// The components that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Touched> {
        self.touched.iter().filter(|touched| touched.outcome == Outcome::Failed)
    }
}

/// Why a writer stopped, in words for the ledger.
pub fn said(reason: &Reason) -> String {
    match reason {
        Reason::Barrier(barrier) => match barrier {
            Barrier::Unreadable => "an event that the store lists could not be read",
            Barrier::HomeMoved => "the locks are in another store now",
            Barrier::KeyEnded => "the key was ended",
            Barrier::OtherWhole => "the rollout was begun with other components",
            Barrier::Closed => "another rollout of the target began",
            Barrier::Held => "a hold was placed",
            Barrier::NotPermitted => "it is not permitted any more",
            Barrier::Raced => "something was written meanwhile that the start should have seen",
        }
        .to_owned(),
        Reason::AlreadyApplied => "all of it is done".to_owned(),
        Reason::ComponentDone => "another process of the rollout did a component".to_owned(),
        Reason::TakenOver => "the claim was taken over".to_owned(),
        Reason::ClaimVoid => "the claim locks nothing any more".to_owned(),
        Reason::Disputed { by } => format!("{} of others had started too", by.len()),
    }
}

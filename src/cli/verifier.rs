//! The checks of `sealog verify`, each with what it examined; and the error that the command ends with, if any.

mod blobs;
mod findings;
mod integrity;

use std::collections::BTreeSet;

use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::EventId;

use super::error::{CliError, Code};
use super::reader::{Aliases, Names};
use super::ui::look::Look;
use super::view::says::{Says, count};
use super::view::verification::{Check, CheckName, CheckResult, Found, Ignored, Overall, Verification};
use crate::ledger::blobs::Blobs;
use crate::ledger::open::Opened;
use crate::ledger::seen::{Missing, Seen};
use crate::store::Address;

/// What is verified, and what is known of it from elsewhere.
pub struct Subject<'a> {
    pub opened: &'a Opened,
    pub set: ClosedSet,
    pub place: &'a Address,
    /// Why it is taken for the right ledger.
    pub known_by: String,
    pub before: Option<&'a Seen>,
    /// What this machine remembers of the ledger from wherever, which says whom it believes in a fork.
    pub remembered: Option<&'a Seen>,
    /// Why there is nothing that it could be compared with, where there is not.
    pub incomparable: &'static str,
    /// What was seen before and is not shown; empty where nobody can expect it to be.
    pub missing: &'a [Missing],
    /// Heads that must be there.
    pub expected: Vec<EventId>,
    /// What became of the blobs that its events name.
    pub blobs: Blobs,
    pub origin: String,
}

pub struct Verifier<'a> {
    subject: &'a Subject<'a>,
    look: &'a Look,
    aliases: Aliases,
}

/// What was found, and how the command ends.
pub struct Outcome {
    pub view: Verification,
    pub error: Option<CliError>,
}

impl<'a> Verifier<'a> {
    pub fn new(subject: &'a Subject<'a>, look: &'a Look) -> Self {
        Self { aliases: Aliases::of(&subject.opened.ledger, &subject.set), subject, look }
    }

    pub fn verify(&self) -> Outcome {
        let (policy, open) = self.policy();
        let checks = vec![
            self.ledger_id(),
            self.bytes(),
            self.signatures(),
            self.order(),
            self.authority(),
            policy,
            self.fresh(),
            self.blobs(),
        ];
        let failed = self.failure(&checks);
        let verdict = match (&failed, open) {
            (Some(_), _) => Overall::Failed,
            (None, 0) => Overall::Passed,
            (None, _) => Overall::OpenFindings,
        };
        let error = failed.or_else(|| (open > 0).then(|| self.open_finding(open, &checks)));
        let ledger = self.ledger();
        let view = Verification {
            verdict,
            exit_code: error.as_ref().map_or(0, |error| error.exit().code()),
            ledger: ledger.id(),
            heads: ledger.heads(&self.subject.set).into_iter().map(|head| ledger.entry(head).event.id).collect(),
            events: self.subject.set.len(),
            ignored: self.ignored(),
            checks,
            not_asked: vec!["the images and their attestations; no seal, no witness".to_owned()],
            // Known when all is done.
            took_ms: 0,
            origin: self.subject.origin.clone(),
        };
        Outcome { view, error }
    }

    fn ledger(&self) -> &'a Ledger {
        &self.subject.opened.ledger
    }

    fn ignored(&self) -> Ignored {
        let ledger = self.ledger();
        let indices = || self.subject.set.past.iter();
        let is_cut = |index: &u32| ledger.is_cut(*index, &self.subject.set);
        let refused = |index: &u32| ledger.entry(*index).status != ledger_format::admission::Status::Admitted;
        Ignored {
            junk: ledger.junk().len(),
            cut: indices().filter(is_cut).count(),
            pending: ledger.pending().count(),
            refused: indices().filter(|index| refused(index) && !is_cut(index)).count(),
            foreign: self.subject.opened.rejected.len() + self.subject.opened.unknown - self.tampered().len(),
        }
    }

    /// The error that the first failed check ends the command with.
    fn failure(&self, checks: &[Check]) -> Option<CliError> {
        let failed: BTreeSet<CheckName> = checks
            .iter()
            .filter(|check| check.result == CheckResult::Failed && check.name != CheckName::Policy)
            .map(|check| check.name)
            .collect();
        let subject = self.subject;
        match failed.first()? {
            CheckName::Bytes | CheckName::Signatures => {
                self.tampered().first().map(|reject| CliError::tampered(reject, subject.place))
            }
            CheckName::Order => {
                self.ledger().withheld(&subject.set).first().map(|waiting| CliError::withheld(waiting, subject.place))
            }
            CheckName::Blobs => {
                subject.blobs.damaged.first().map(|damaged| CliError::blob_damaged(damaged, subject.place))
            }
            CheckName::Authority => Some(CliError::forked(self.ledger(), &subject.set)),
            CheckName::Ledger | CheckName::Policy | CheckName::Fresh => match (subject.before, self.not_expected()) {
                (_, Some(head)) => {
                    let message = format!("{} does not hold the head that is expected", subject.place);
                    Some(CliError::new(Code::LedgerBehind, message).fact(
                        "expected",
                        head.to_string(),
                        head.to_string(),
                    ))
                }
                (Some(before), None) => Some(CliError::behind(before, subject.missing, self.ledger(), subject.place)),
                (None, None) => None,
            },
        }
    }

    fn open_finding(&self, open: usize, checks: &[Check]) -> CliError {
        let verb = if open == 1 { "is" } else { "are" };
        let message = format!("{} {verb} open; the rest of the ledger stands", count(open, "finding"));
        let first = checks.iter().flat_map(|check| &check.findings).find_map(|found| found.event);
        let error = CliError::new(Code::OpenFinding, message).detail("open", open);
        match first {
            Some(event) => {
                let review = format!("sealog review {} --reason <text>", self.look.event(&event));
                error.hint(format!("somebody else than who wrote it looks at it and closes it: {review}"))
            }
            None => error,
        }
    }

    fn says(&self) -> Says<'_> {
        Says { known: self, look: self.look }
    }

    /// `rollout.started staging v1.3.6, claimed 2026-11-10 by ana SHA256:Qm4rT7xKp1Za`
    fn tell(&self, id: &EventId) -> String {
        match self.ledger().get(*id) {
            Some(entry) => {
                let event = &entry.event;
                let kind = event.kind().map_or_else(String::new, |kind| format!("{kind} "));
                let time = self.look.times.exact(event.header.time.into());
                let says = self.says().event(event);
                format!("{kind}{says}; claimed {time} by {} {}", entry.principal, event.header.key.short())
            }
            None => self.remembered(id).unwrap_or_else(|| "an event".to_owned()),
        }
    }

    /// What this machine remembers of an event that cannot be read now.
    fn remembered(&self, id: &EventId) -> Option<String> {
        let seen = self.subject.before?.newest.iter().find(|seen| seen.id == *id)?;
        let time = self.look.times.exact(seen.time.into());
        Some(format!("{}, generation {}, claimed {time}", seen.kind, seen.generation))
    }
}

impl Names for Verifier<'_> {
    fn ledger(&self) -> &Ledger {
        &self.subject.opened.ledger
    }

    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

fn passed(name: CheckName, examined: usize, says: String) -> Check {
    Check { name, result: CheckResult::Passed, examined, says, findings: Vec::new() }
}

fn failed(name: CheckName, examined: usize, says: String, findings: Vec<Found>) -> Check {
    Check { name, result: CheckResult::Failed, examined, says, findings }
}

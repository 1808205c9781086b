//! Whether the blobs that events name are there and unchanged.

use ledger_format::event::Data;
use ledger_format::name::EventId;

use super::{Verifier, failed, passed};
use crate::cli::error::Code;
use crate::cli::view::says::{count, list};
use crate::cli::view::verification::{Check, CheckName, CheckResult, Found};
use crate::ledger::blobs::{Blobs, Damaged};

/// How many releases whose configuration is not there are named.
const NAMED: usize = 3;

impl Verifier<'_> {
    pub(super) fn blobs(&self) -> Check {
        let Blobs { whole, damaged, lacking, elsewhere } = &self.subject.blobs;
        let examined = whole + damaged.len();
        if !damaged.is_empty() {
            let verb = if damaged.len() == 1 { "does not match its digest" } else { "do not match their digests" };
            let says = format!("{} of {} {verb}", damaged.len(), count(examined, "blob"));
            return failed(CheckName::Blobs, examined, says, damaged.iter().map(|one| self.damaged(one)).collect());
        }
        let mut says = match examined {
            0 => "none to look at".to_owned(),
            _ => format!("{}: each has the digest that an event names", count(examined, "blob")),
        };
        if *elsewhere > 0 {
            says.push_str(&format!("; {elsewhere} more not here: kept elsewhere, or erased"));
        }
        if lacking.is_empty() {
            return passed(CheckName::Blobs, examined, says);
        }
        let mut releases: Vec<_> = lacking.iter().map(|one| one.release).collect();
        releases.dedup();
        let shown = list(releases.iter().take(NAMED).map(|release| self.release(release)));
        let more = if releases.len() > NAMED { ", and others" } else { "" };
        let missing = count(lacking.len(), "configuration");
        says =
            format!("! {missing} of releases not here, without which they cannot be rolled out: {shown}{more}; {says}");
        let found = lacking.iter().map(|one| Found {
            code: "blob-missing".to_owned(),
            event: Some(one.release),
            kind: self.kind(one.release),
            found: None,
            says: format!("configuration {}", one.blob),
            facts: Vec::new(),
        });
        let findings = found.collect();
        Check { result: CheckResult::NotJudged, findings, ..passed(CheckName::Blobs, examined, says) }
    }

    fn damaged(&self, damaged: &Damaged) -> Found {
        Found {
            code: Code::StoreDamaged.word().to_owned(),
            event: Some(damaged.event),
            kind: self.kind(damaged.event),
            found: None,
            says: self.tell(&damaged.event),
            facts: vec![("blob", damaged.blob.to_string()), ("found", damaged.why.to_string())],
        }
    }

    fn kind(&self, event: EventId) -> Option<String> {
        self.ledger().get(event)?.event.kind().map(|kind| kind.to_string())
    }

    /// `v1.0.0 (4f1c9a7be2d0)`
    fn release(&self, id: &EventId) -> String {
        let shown = self.look.event(id);
        match self.ledger().get(*id).and_then(|entry| entry.event.data()) {
            Some(Data::ReleaseCreated(created)) => match &created.alias {
                Some(alias) => format!("{alias} ({shown})"),
                None => shown,
            },
            _ => shown,
        }
    }
}

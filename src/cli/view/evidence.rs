//! Evidence in one line: `211 tests passed, 2 skipped · scan 2m ago: 0 critical, 2 high`.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::dag::Index;
use ledger_format::event::{EvidenceRecorded, Verdict};
use ledger_format::ledger::Ledger;
use ledger_format::name::{Component, EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::says::{count, list};
use crate::cli::ui::look::Look;

/// What one event of evidence says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenEvidence {
    pub event: EventId,
    #[serde(rename = "type")]
    pub of_type: Name,
    pub name: Option<Name>,
    pub component: Option<Component>,
    pub verdict: Option<Verdict>,
    pub counts: BTreeMap<Name, u64>,
    pub time: Time,
    /// Whether its figures are in the sums: a later run that shares an image with it takes its place.
    pub summed: bool,
}

impl SeenEvidence {
    pub fn of(ledger: &Ledger, index: Index, evidence: &EvidenceRecorded, summed: bool) -> Self {
        let event = &ledger.entry(index).event;
        let counts = evidence.counts.iter().flat_map(|counts| counts.iter());
        Self {
            event: event.id,
            of_type: evidence.r#type.clone(),
            name: evidence.name.clone(),
            component: evidence.component.clone(),
            verdict: evidence.verdict,
            counts: counts.map(|(name, count)| (name.clone(), count.get())).collect(),
            time: event.header.time,
            summed,
        }
    }
}

/// All of it, type by type; tests first, since they are asked for first.
pub fn line(evidence: &[SeenEvidence], look: &Look) -> String {
    let evidence: Vec<&SeenEvidence> = evidence.iter().filter(|one| one.summed).collect();
    let types: BTreeSet<(bool, &Name)> =
        evidence.iter().map(|one| (one.of_type.as_str() != "test", &one.of_type)).collect();
    if types.is_empty() {
        return "none yet".to_owned();
    }
    let of_type =
        |name: &Name| -> Vec<&SeenEvidence> { evidence.iter().copied().filter(|one| one.of_type == *name).collect() };
    let said = types.into_iter().map(|(_, name)| match name.as_str() {
        "test" => tests(&of_type(name)),
        _ => other(name, &of_type(name), look),
    });
    said.collect::<Vec<_>>().join(" · ")
}

/// `211 tests passed, 2 skipped`; figures of all test runs together.
fn tests(runs: &[&SeenEvidence]) -> String {
    let figures = summed(runs);
    let mut said: Vec<String> = Vec::new();
    for (name, number) in figures.iter().filter(|(name, number)| **number > 0 || name.as_str() == "passed") {
        said.push(if name.as_str() == "passed" {
            format!("{} passed", count(usize::try_from(*number).unwrap_or(usize::MAX), "test"))
        } else {
            format!("{number} {name}")
        });
    }
    if said.is_empty() { format!("tests {}", verdict(runs)) } else { list(said) }
}

fn other(name: &Name, all: &[&SeenEvidence], look: &Look) -> String {
    let newest = all.iter().map(|one| one.time).max();
    let when = newest.map(|time| format!(" {}", look.times.relative(time.into()))).unwrap_or_default();
    let figures = summed(all);
    let said = figures.iter().map(|(name, number)| format!("{number} {name}"));
    let says = if figures.is_empty() { verdict(all).to_owned() } else { list(said) };
    format!("{name}{when}: {says}")
}

fn summed(all: &[&SeenEvidence]) -> BTreeMap<Name, u64> {
    let mut figures: BTreeMap<Name, u64> = BTreeMap::new();
    for (name, number) in all.iter().flat_map(|one| &one.counts) {
        *figures.entry(name.clone()).or_default() += number;
    }
    figures
}

/// The worst of them.
fn verdict(all: &[&SeenEvidence]) -> &'static str {
    if all.iter().any(|one| one.verdict == Some(Verdict::Failed)) {
        "failed"
    } else if all.iter().all(|one| one.verdict == Some(Verdict::Passed)) {
        "passed"
    } else {
        "recorded"
    }
}

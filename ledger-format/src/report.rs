//! What a reader answers about a set of objects: the form that the vectors have (`SPEC.md`, section 14).

mod objects;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::admission::Admission;
use crate::dag::Index;
use crate::event::Data;
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Component, EventId, LedgerId};
use objects::Objects;

/// What a reader is given beforehand; it counts as confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct GivenPin {
    pub ledger: LedgerId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<EventId>,
}

/// The whole answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub pin: Option<GivenPin>,
    /// Absent where no first event is valid, or two are.
    pub ledger: Option<LedgerId>,
    /// 0, 3 or 7 (LF-220).
    pub exit: u8,
    /// Absent where the reader stops (LF-221).
    #[serde(flatten)]
    pub told: Option<Told>,
}

/// What is said of a ledger that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    pub admission: BTreeMap<EventId, &'static str>,
    pub reasons: BTreeMap<EventId, &'static str>,
    pub not_events: usize,
    pub strangers: usize,
    pub in_force: Vec<EventId>,
    pub authority: Vec<EventId>,
    pub forked: bool,
    pub verdicts: BTreeMap<EventId, Judged>,
    pub findings: Findings,
    pub runs: BTreeMap<String, BTreeMap<Component, BTreeSet<EventId>>>,
    pub disputed: BTreeSet<String>,
}

/// The verdicts on a start or promotion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    pub v1: &'static str,
    pub verdict: &'static str,
    pub causes: BTreeSet<(&'static str, Option<EventId>)>,
}

/// The findings, as event and code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Findings {
    pub open: BTreeSet<(EventId, &'static str)>,
    pub closed: BTreeSet<(EventId, &'static str)>,
}

/// Reads objects, equal ones once, and says what a ledger they are.
pub fn report(objects: &[&[u8]], pin: Option<GivenPin>) -> Report {
    let mut objects = Objects::read(objects);
    let ledger = pin.map(|pin| pin.ledger).or_else(|| objects.only_first());
    let stopped = Report { pin, ledger, exit: 3, told: None };
    let Some(held) = ledger.and_then(|ledger| objects.fold(ledger, pin.and_then(|pin| pin.authority))) else {
        return stopped;
    };
    let set = held.ledger.everything();
    if held.ledger.unknown_level(&set).is_some() {
        return stopped;
    }
    let told = told(&held, &set);
    let pinned = pin.and_then(|pin| pin.authority);
    let met = pinned.is_none_or(|authority| told.in_force.contains(&authority));
    let waits = held.ledger.pending().any(|event| {
        held.ledger.is_alive(&event.header.key, &set) && !held.is_excused(event.id, &excluded(&held.ledger, &set))
    });
    let exit = match () {
        () if waits || !met || told.forked && pinned.is_none() => 3,
        () if told.findings.open.is_empty() => 0,
        () => 7,
    };
    Report { exit, told: Some(told), ..stopped }
}

/// What the authorities in force exclude.
fn excluded(ledger: &Ledger, set: &ClosedSet) -> BTreeSet<EventId> {
    ledger.all_in_force(set).flat_map(|document| document.excludes()).copied().collect()
}

fn told(held: &objects::Held, set: &ClosedSet) -> Told {
    let ledger = &held.ledger;
    let (admission, reasons) = admissions(held, set);
    let (runs, disputed) = running(ledger, set);
    Told {
        admission,
        reasons,
        not_events: held.not_events,
        strangers: held.strangers,
        in_force: ledger.authorities_in_force(set),
        authority: ledger.newest_authorities(set),
        forked: ledger.is_forked(set),
        verdicts: verdicts(ledger, set),
        findings: findings(ledger, set),
        runs,
        disputed,
    }
}

type Words = BTreeMap<EventId, &'static str>;

fn admissions(held: &objects::Held, set: &ClosedSet) -> (Words, Words) {
    let (mut admission, mut reasons) = (BTreeMap::new(), BTreeMap::new());
    for id in &held.events {
        let word = match held.ledger.admission(*id) {
            Some(Admission::Junk(_)) => "junk",
            Some(Admission::Pending { .. }) => "pending",
            Some(_) if held.ledger.index(*id).is_some_and(|index| held.ledger.is_cut(index, set)) => "cut",
            Some(Admission::Refused(refusal)) => {
                reasons.insert(*id, refusal.code());
                "refused"
            }
            Some(Admission::Admitted) => "admitted",
            None => continue,
        };
        admission.insert(*id, word);
    }
    (admission, reasons)
}

fn verdicts(ledger: &Ledger, set: &ClosedSet) -> BTreeMap<EventId, Judged> {
    let judged = |index: Index| {
        let judgement = ledger.judge(index, set)?;
        let causes = judgement.causes.iter().map(|cause| (cause.code.as_str(), cause.event)).collect();
        Some(Judged { v1: judgement.own.as_str(), verdict: judgement.verdict.as_str(), causes })
    };
    let all = ledger.entries().filter_map(|(index, entry)| Some((entry.event.id, judged(index)?)));
    all.collect()
}

fn findings(ledger: &Ledger, set: &ClosedSet) -> Findings {
    let mut found = Findings::default();
    for finding in ledger.findings(set) {
        let kept = if finding.closed { &mut found.closed } else { &mut found.open };
        kept.insert((finding.event, finding.what.code()));
    }
    found
}

type Runs = BTreeMap<String, BTreeMap<Component, BTreeSet<EventId>>>;

fn running(ledger: &Ledger, set: &ClosedSet) -> (Runs, BTreeSet<String>) {
    let (mut runs, mut disputed) = (BTreeMap::new(), BTreeSet::new());
    let observed = ledger.entries().filter_map(|(_, entry)| match entry.event.data() {
        Some(Data::ObservationRecorded(seen)) => Some((seen.deployment.clone(), seen.target.clone())),
        Some(_) | None => None,
    });
    for (deployment, target) in ledger.places(set).into_iter().chain(observed).collect::<BTreeSet<_>>() {
        let name = format!("{deployment}/{target}");
        let running = ledger.running(&deployment, &target, set);
        if running.is_disputed() {
            disputed.insert(name.clone());
        }
        let ids = |starts: Vec<Index>| starts.into_iter().map(|start| ledger.entry(start).event.id).collect();
        let components: BTreeMap<Component, BTreeSet<EventId>> =
            running.components.into_iter().map(|(component, starts)| (component, ids(starts))).collect();
        if !components.is_empty() {
            runs.insert(name, components);
        }
    }
    (runs, disputed)
}

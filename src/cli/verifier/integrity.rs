//! Whether everything is there and unchanged: the ledger's id, bytes, signatures, order, authority, freshness.

use std::collections::BTreeSet;

use ledger_format::name::EventId;
use ledger_format::received::NotAnEvent;

use super::{Verifier, failed, passed};
use crate::cli::error::Code;
use crate::cli::view::says::{count, list};
use crate::cli::view::verification::{Check, CheckName, CheckResult, Found};
use crate::ledger::open::{Rejected, Why};
use crate::ledger::seen::Missing;

impl Verifier<'_> {
    pub(super) fn ledger_id(&self) -> Check {
        let says = format!("{}, {}", self.look.event(&self.ledger().id()), self.subject.known_by);
        passed(CheckName::Ledger, 1, says)
    }

    pub(super) fn bytes(&self) -> Check {
        let tampered: Vec<&Rejected> = self.tampered().into_iter().filter(|reject| !is_signature(reject)).collect();
        let examined = self.subject.set.len() + self.ledger().pending().count() + tampered.len();
        if tampered.is_empty() {
            let says = format!("{}: each id is the hash of its bytes", count(examined, "event"));
            return passed(CheckName::Bytes, examined, says);
        }
        let verb = if tampered.len() == 1 { "does not match its id" } else { "do not match their ids" };
        let says = format!("{} of {} {verb}", tampered.len(), count(examined, "event"));
        failed(CheckName::Bytes, examined, says, self.each_tampered(&tampered))
    }

    pub(super) fn signatures(&self) -> Check {
        let forged: Vec<&Rejected> = self.tampered().into_iter().filter(|reject| is_signature(reject)).collect();
        let entries = || self.subject.set.past.iter().map(|index| self.ledger().entry(index));
        let examined = self.subject.set.len();
        if forged.is_empty() {
            let keys: BTreeSet<_> = entries().map(|entry| &entry.event.header.key).collect();
            let people: BTreeSet<_> = entries().map(|entry| &entry.principal).collect();
            let (keys, people) = (count(keys.len(), "key"), count(people.len(), "principal"));
            return passed(CheckName::Signatures, examined, format!("{examined}: one each, by {keys} of {people}"));
        }
        let verb = if forged.len() == 1 { "does not verify" } else { "do not verify" };
        let says = format!("{} of {} {verb}", forged.len(), count(examined + forged.len(), "signature"));
        failed(CheckName::Signatures, examined + forged.len(), says, self.each_tampered(&forged))
    }

    fn each_tampered(&self, rejected: &[&Rejected]) -> Vec<Found> {
        let waiting = self.ledger().pending().count();
        let found = |reject: &&Rejected| {
            let id = reject.name.id();
            let what = self.remembered(&id).unwrap_or_else(|| format!("generation {}", reject.name.generation()));
            let mut facts = vec![("found", reject.why.to_string())];
            if waiting > 0 {
                facts.push(("behind it", format!("{} not judged: what builds on it", count(waiting, "event"))));
            }
            let seen = self.subject.before.and_then(|before| before.newest.iter().find(|seen| seen.id == id));
            Found {
                code: Code::EventTampered.word().to_owned(),
                event: Some(id),
                kind: seen.map(|seen| seen.kind.to_string()),
                found: if let Why::Another(other) = &reject.why { Some(other.0) } else { None },
                says: what,
                facts,
            }
        };
        rejected.iter().map(found).collect()
    }

    /// Objects under the names of events that something else builds on, or that were verified here before.
    pub(super) fn tampered(&self) -> Vec<&Rejected> {
        let opened = self.subject.opened;
        let needed: BTreeSet<EventId> = opened
            .ledger
            .pending()
            .flat_map(|event| event.header.parents.iter().copied())
            .chain(self.subject.missing.iter().map(|missing| missing.event.id))
            .chain(self.subject.missing.iter().flat_map(|missing| missing.waits_for.iter().copied()))
            .chain(self.subject.expected.iter().copied())
            .collect();
        opened.rejected.iter().filter(|reject| needed.contains(&reject.name.id())).collect()
    }

    pub(super) fn order(&self) -> Check {
        let (ledger, set) = (self.ledger(), &self.subject.set);
        let rejected: BTreeSet<EventId> = self.tampered().iter().map(|reject| reject.name.id()).collect();
        let withheld = ledger.withheld(set);
        let missing: BTreeSet<EventId> = withheld.iter().flat_map(|waiting| waiting.missing.iter().copied()).collect();
        let nowhere: Vec<EventId> = missing.iter().copied().filter(|id| !rejected.contains(id)).collect();
        if !nowhere.is_empty() {
            let waiting = count(withheld.len(), "event");
            let says = format!("{} missing, on which {waiting} build", count(nowhere.len(), "event"));
            let found = |id: &EventId| Found {
                code: Code::EventMissing.word().to_owned(),
                event: Some(*id),
                kind: None,
                found: None,
                says: self.remembered(id).unwrap_or_else(|| "not in the store".to_owned()),
                facts: first_waiting(&withheld, id).map(|text| ("behind it", text)).into_iter().collect(),
            };
            return failed(CheckName::Order, set.len(), says, nowhere.iter().map(found).collect());
        }
        let says = if rejected.is_empty() { self.shape() } else { self.unaffected() };
        Check { result: self.result_beside(&rejected), ..passed(CheckName::Order, set.len(), says) }
    }

    fn shape(&self) -> String {
        let (ledger, set) = (self.ledger(), &self.subject.set);
        let mut children = std::collections::HashMap::new();
        for index in set.past.iter() {
            for parent in &ledger.entry(index).event.header.parents {
                *children.entry(*parent).or_insert(0usize) += 1;
            }
        }
        let forks = children.values().filter(|count| **count > 1).count();
        let heads = ledger.heads(set).len();
        let joined = match (forks, heads) {
            (0, _) => "",
            (_, 1) => ", all joined",
            (_, _) => ", not all joined",
        };
        format!("no parent missing; {}{joined}; {}", count(forks, "fork"), count(heads, "head"))
    }

    fn unaffected(&self) -> String {
        format!("passed for the {} that do not build on it", count(self.subject.set.len(), "event"))
    }

    fn result_beside(&self, rejected: &BTreeSet<EventId>) -> CheckResult {
        if rejected.is_empty() { CheckResult::Passed } else { CheckResult::NotJudged }
    }

    pub(super) fn authority(&self) -> Check {
        let (ledger, set) = (self.ledger(), &self.subject.set);
        let versions: Vec<u64> = ledger.documents(set).map(|document| document.version()).collect();
        let sides = ledger.newest_for(set, None);
        let decided = self.subject.remembered.is_some_and(|seen| seen.decides(ledger, set));
        if sides.len() > 1 && !decided {
            let found = |id: &EventId| Found {
                code: Code::AuthorityForked.word().to_owned(),
                event: Some(*id),
                kind: ledger.get(*id).and_then(|entry| entry.event.kind()).map(|kind| kind.to_string()),
                found: None,
                says: self.tell(id),
                facts: Vec::new(),
            };
            let says = format!("{} authorities are in force at once, and none builds on another", sides.len());
            return failed(CheckName::Authority, set.len(), says, sides.iter().map(found).collect());
        }
        let newest = ledger.newest_authorities(set);
        let aside: Vec<String> = sides.iter().filter(|id| !newest.contains(id)).map(|id| self.look.event(id)).collect();
        let disputes = match aside.is_empty() {
            true => "no dispute".to_owned(),
            false => format!("which you confirmed; left aside: {}", list(aside)),
        };
        let says = format!(
            "version {}, {disputes}; every key had its right, for that target, in its own past",
            list(&versions)
        );
        passed(CheckName::Authority, set.len(), says)
    }

    pub(super) fn fresh(&self) -> Check {
        let subject = self.subject;
        if let Some(head) = self.not_expected() {
            let found = Found {
                code: Code::LedgerBehind.word().to_owned(),
                event: Some(head),
                kind: None,
                found: None,
                says: "expected, and not shown".to_owned(),
                facts: Vec::new(),
            };
            return failed(
                CheckName::Fresh,
                subject.expected.len(),
                "an expected head is not shown".to_owned(),
                vec![found],
            );
        }
        let Some(before) = subject.before else {
            let says = subject.incomparable.to_owned();
            return Check { result: CheckResult::NotJudged, ..passed(CheckName::Fresh, 0, says) };
        };
        let hidden: Vec<&Missing> = subject.missing.iter().filter(|missing| !self.is_explained(missing)).collect();
        let ago = self.look.times.relative(before.at.into());
        if hidden.is_empty() {
            let says =
                format!("nothing missing that this machine saw before ({}, {ago})", count(before.events, "event"));
            return passed(CheckName::Fresh, before.events, says);
        }
        let gone = before.events.saturating_sub(self.ledger().len()).max(hidden.len());
        let verb =
            if gone == 1 { "event that this machine has seen is" } else { "events that this machine has seen are" };
        let found = |missing: &&Missing| Found {
            code: Code::LedgerBehind.word().to_owned(),
            event: Some(missing.event.id),
            kind: Some(missing.event.kind.to_string()),
            found: None,
            says: self.remembered(&missing.event.id).unwrap_or_default(),
            facts: Vec::new(),
        };
        let findings = hidden.iter().map(found).collect();
        failed(CheckName::Fresh, before.events, format!("{gone} {verb} not shown any more"), findings)
    }

    /// A head that was asked for and is not there.
    pub(super) fn not_expected(&self) -> Option<EventId> {
        let held = |head: &EventId| self.ledger().index(*head).is_some_and(|index| self.subject.set.contains(index));
        self.subject.expected.iter().copied().find(|head| !held(head))
    }

    /// Whether it is not shown because something under it was changed.
    fn is_explained(&self, missing: &Missing) -> bool {
        let rejected: BTreeSet<EventId> = self.subject.opened.rejected.iter().map(|reject| reject.name.id()).collect();
        rejected.contains(&missing.event.id) || (!missing.waits_for.is_empty() && !rejected.is_empty())
    }
}

fn first_waiting(withheld: &[ledger_format::projection::withheld::Waiting<'_>], id: &EventId) -> Option<String> {
    let behind: Vec<_> = withheld.iter().filter(|waiting| waiting.missing.contains(id)).collect();
    let first = behind.first()?.event;
    let kind = first.kind().map_or_else(String::new, |kind| format!("{kind} "));
    Some(format!("{}, the first {kind}{}", count(behind.len(), "event"), first.id.short()))
}

fn is_signature(reject: &Rejected) -> bool {
    matches!(reject.why, Why::NotAnEvent(NotAnEvent::Signature(_)))
}

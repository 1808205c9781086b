//! Findings: what broke a rule and somebody else must review; never hidden (`SPEC.md`, LF-180 ff.).

use std::collections::BTreeSet;

use crate::authority::document::{End, Ended};
use crate::dag::Index;
use crate::event::Data;
use crate::judgement::{Cause, Judgement, Verdict};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::EventId;

/// One event that broke a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub event: EventId,
    pub index: Index,
    pub what: What,
    /// Somebody else accepted it, and had seen the event and its causes.
    pub closed: bool,
}

/// Which rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// No right, or a rule of its kind broken: no effect.
    Refused(crate::admission::Refusal),
    /// A start or promotion that is not simply permitted.
    Judged(Judgement),
    /// An application after the start had ended.
    AppliedAfterEnd(EventId),
    /// Signed after the last event that is trusted of a key that ended.
    Tainted(EventId),
    /// Two seals that follow the same one.
    SealedTwice(EventId),
}

impl What {
    /// The word by which reports and vectors know it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Judged(judgement) => judgement.verdict.as_str(),
            Self::AppliedAfterEnd(_) => "applied-after-end",
            Self::Tainted(_) => "since",
            Self::SealedTwice(_) => "seal-fork",
        }
    }

    fn causes(&self) -> BTreeSet<Cause> {
        match self {
            Self::Judged(judgement) => judgement.causes.clone(),
            Self::Refused(_) => BTreeSet::new(),
            Self::AppliedAfterEnd(by) | Self::Tainted(by) | Self::SealedTwice(by) => {
                BTreeSet::from([Cause { code: crate::judgement::Code::Done, event: Some(*by) }])
            }
        }
    }
}

impl Ledger {
    /// All findings of a set, open and closed, in the order in which events are shown.
    pub fn findings(&self, set: &ClosedSet) -> Vec<Finding> {
        let mut findings = Vec::new();
        for index in self.in_order(set) {
            for what in self.findings_of(index, set) {
                let closed = self.is_accepted(index, &what.causes(), set);
                findings.push(Finding { event: self.entry(index).event.id, index, what, closed });
            }
        }
        findings
    }

    /// Where an event acts: the deployments and targets that its findings are about (`SPEC.md`, LF-223).
    pub fn scopes_of(&self, index: Index) -> Vec<crate::right::Scope> {
        let entry = self.entry(index);
        let lookup = |id| self.data_in(&entry.past, id);
        entry.event.data().map(|data| data.scopes(&lookup)).unwrap_or_default()
    }

    fn findings_of(&self, index: Index, set: &ClosedSet) -> Vec<What> {
        let entry = self.entry(index);
        let mut found = Vec::new();
        if let Err(refusal) = self.status(index) {
            let authority = matches!(entry.event.data(), Some(Data::AuthorityProposed(_) | Data::Endorsed(_)));
            let counts = !authority || self.is_alive(&entry.event.header.key, set);
            if counts && !self.is_cut(index, set) {
                found.push(What::Refused(refusal.clone()));
            }
            return found;
        }
        if let Some(judgement) = self.judge(index, set).filter(|judged| judged.verdict != Verdict::Permitted) {
            found.push(What::Judged(judgement));
        }
        if !self.is_effective(index, set) {
            return found;
        }
        if let Some(Data::ComponentApplied(applied)) = entry.event.data()
            && let Some(end) = self.index(applied.start).and_then(|start| self.start_end(start, &self.own_past(entry)))
        {
            found.push(What::AppliedAfterEnd(self.entry(end).event.id));
        }
        found.extend(self.taint(index, set).map(What::Tainted));
        found.extend(self.other_seal(index, set).map(What::SealedTwice));
        found
    }

    /// The authority that trusts its key only up to an event that it does not precede.
    fn taint(&self, index: Index, set: &ClosedSet) -> Option<EventId> {
        let entry = self.entry(index);
        set.in_force.iter().find_map(|number| {
            let authority = self.authorities().document(*number).authority();
            let since = since(authority.ended.as_ref()?, entry)?;
            let trusted = self.index(since)?;
            let before = index == trusted || self.entry(trusted).past.contains(index);
            (!before).then(|| self.authorities().step(*number).id)
        })
    }

    fn other_seal(&self, index: Index, set: &ClosedSet) -> Option<EventId> {
        let Some(Data::LedgerSealed(seal)) = self.data(index) else { return None };
        let same = |other: &Index| {
            *other != index
                && matches!(self.data(*other), Some(Data::LedgerSealed(other)) if other.previous == seal.previous)
                && self.is_effective(*other, set)
        };
        self.indexes.seals.iter().copied().find(same).map(|other| self.entry(other).event.id)
    }
}

/// The last trusted event, where the key or its principal ended with one.
fn since(ended: &Ended, entry: &crate::ledger::Entry) -> Option<EventId> {
    let of = |end: Option<&End>| end.and_then(|end| end.since);
    let by_key = ended.keys.as_ref().and_then(|keys| of(keys.get(&entry.event.header.key)));
    by_key.or_else(|| ended.principals.as_ref().and_then(|names| of(names.get(&entry.principal))))
}

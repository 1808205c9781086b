//! Findings: what broke a rule and somebody else must review; never hidden (`SPEC.md`, LF-180 ff.).

use std::collections::{BTreeMap, BTreeSet};

use crate::authority::document::{End, Ended};
use crate::authority::force::Number;
use crate::dag::Index;
use crate::event::{Data, Kind};
use crate::judgement::{Cause, Code, Judgement, Verdict};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{EventId, Fingerprint};

/// One event that broke a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub event: EventId,
    pub index: Index,
    pub what: What,
    /// Somebody else accepted it, and had seen the event and its causes.
    pub closed: bool,
    /// The reviews that closed it.
    pub reviews: Vec<Index>,
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
    /// Signed after the last event that is trusted of a key that ended, by these authorities; or names such an event.
    Tainted(BTreeSet<EventId>),
    /// Other seals follow the same one.
    SealedTwice(BTreeSet<EventId>),
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
            Self::AppliedAfterEnd(by) => BTreeSet::from([Cause::by(Code::Done, *by)]),
            Self::Tainted(by) | Self::SealedTwice(by) => by.iter().map(|id| Cause::by(Code::Done, *id)).collect(),
        }
    }
}

impl Ledger {
    /// All findings of a set, open and closed, in the order in which events are shown.
    pub fn findings(&self, set: &ClosedSet) -> Vec<Finding> {
        let mut findings = Vec::new();
        let tainted = self.tainted(set);
        for index in self.in_order(set) {
            for what in self.findings_of(index, set, &tainted) {
                let reviews: Vec<Index> = self.accepting(index, &what.causes(), set).collect();
                let closed = !reviews.is_empty();
                findings.push(Finding { event: self.entry(index).event.id, index, what, closed, reviews });
            }
        }
        findings
    }

    /// The review of a finding by who signed what was found, where there is one: it is shown for ever.
    pub fn self_review(&self, finding: &Finding) -> Option<Index> {
        finding.reviews.iter().copied().find(|review| self.is_of_own(*review, finding.index))
    }

    /// Where an event acts: the deployments and targets that its findings are about (`SPEC.md`, LF-223).
    pub fn scopes_of(&self, index: Index) -> Vec<crate::right::Scope> {
        let entry = self.entry(index);
        let lookup = |id| self.data_in(&entry.past, id);
        entry.event.data().map(|data| data.scopes(&lookup)).unwrap_or_default()
    }

    fn findings_of(&self, index: Index, set: &ClosedSet, tainted: &Tainted) -> Vec<What> {
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
        found.extend(tainted.get(&index).cloned().map(What::Tainted));
        let seals = self.other_seals(index, set);
        if !seals.is_empty() {
            found.push(What::SealedTwice(seals));
        }
        found
    }

    /// What the ends of keys with a last trusted event put in doubt, and what names that (LF-183).
    fn tainted(&self, set: &ClosedSet) -> Tainted {
        let mut tainted = Tainted::new();
        for number in &set.in_force {
            let authority = self.authorities().document(*number).authority();
            let Some(ended) = authority.ended.as_ref().filter(|ended| has_since(ended)) else { continue };
            let by = self.authorities().step(*number).id;
            let ends = self.ends_since(*number, ended);
            // In order of arrival an event comes after all that it names.
            for (index, _) in self.entries().filter(|(index, _)| self.is_effective(*index, set)) {
                let names_one = || {
                    self.events_named_by(index).any(|named| tainted.get(&named).is_some_and(|all| all.contains(&by)))
                };
                if self.is_untrusted(&ends, index) || names_one() {
                    tainted.entry(index).or_default().insert(by);
                }
            }
        }
        tainted
    }

    /// The keys that a document ends with a last trusted event: by themselves, or with their principal.
    fn ends_since(&self, number: Number, ended: &Ended) -> Vec<(Fingerprint, Index)> {
        let at = |end: &End| end.since.and_then(|since| self.index(since));
        let mut ends: Vec<(Fingerprint, Index)> = Vec::new();
        for (key, end) in ended.keys.iter().flat_map(|keys| keys.iter()) {
            ends.extend(at(end).map(|since| (key.clone(), since)));
        }
        for (principal, end) in ended.principals.iter().flat_map(|names| names.iter()) {
            let Some(since) = at(end) else { continue };
            for replaced in self.authorities().replaces(number) {
                let keys = self.authorities().document(*replaced).authority().keys();
                ends.extend(keys.filter(|(name, _, _)| *name == principal).map(|(_, key, _)| (key.clone(), since)));
            }
        }
        ends
    }

    /// Whether its key ended with a last trusted event that it neither is nor precedes.
    fn is_untrusted(&self, ends: &[(Fingerprint, Index)], index: Index) -> bool {
        let event = &self.entry(index).event;
        let authority = [Kind::LedgerCreated, Kind::AuthorityProposed, Kind::Endorsed];
        let after = |(key, since): &(Fingerprint, Index)| {
            *key == event.header.key && index != *since && !self.entry(*since).past.contains(index)
        };
        !event.kind().is_none_or(|kind| authority.contains(&kind)) && ends.iter().any(after)
    }

    /// What a release, approval, promotion or start names by id.
    fn events_named_by(&self, index: Index) -> impl Iterator<Item = Index> {
        let namers = [Kind::ReleaseCreated, Kind::ApprovalGranted, Kind::PromotionRecorded, Kind::RolloutStarted];
        let data = self.data(index).filter(|data| namers.contains(&data.kind()));
        data.into_iter().flat_map(Data::names).filter_map(|named| self.index(named.id))
    }

    fn other_seals(&self, index: Index, set: &ClosedSet) -> BTreeSet<EventId> {
        let Some(Data::LedgerSealed(seal)) = self.data(index) else { return BTreeSet::new() };
        let same = |other: &Index| {
            *other != index
                && matches!(self.data(*other), Some(Data::LedgerSealed(other)) if other.previous == seal.previous)
                && self.is_effective(*other, set)
        };
        let others = self.indexes.seals.iter().copied().filter(same);
        others.map(|other| self.entry(other).event.id).collect()
    }
}

/// Events in doubt, and the authorities that put them there.
type Tainted = BTreeMap<Index, BTreeSet<EventId>>;

fn has_since(ended: &Ended) -> bool {
    let keys = ended.keys.iter().flat_map(|keys| keys.values());
    let principals = ended.principals.iter().flat_map(|names| names.values());
    keys.chain(principals).any(|end| end.since.is_some())
}

//! Judgement of starts and promotions (`SPEC.md`, section 10): once by their own past (V1), and once by everything
//! that does not descend from them (V2). Ignorance is never an excuse and never hidden.

mod cause;
mod gate;
mod policy;
mod restriction;
mod row;

pub use cause::{Cause, Code};
pub use gate::Gate;
pub use policy::RuleCheck;

use std::collections::BTreeSet;

use crate::authority::force::Number;
use crate::dag::Index;
use crate::event::{Data, Kind, Review};
use crate::ledger::{ClosedSet, Ledger};

/// What the own past holds against a start or promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    pub verdict: OwnVerdict,
    pub causes: BTreeSet<Cause>,
}

/// V1: it never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnVerdict {
    Permitted,
    Overridden,
    Unpermitted,
}

/// V1 and V2 together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Permitted,
    Overridden,
    Raced,
    Unpermitted,
}

/// The verdict of a set on a start or promotion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    pub own: OwnVerdict,
    pub verdict: Verdict,
    pub causes: BTreeSet<Cause>,
}

/// From which events grants come, which restrict, and which of them have an effect.
pub(crate) struct Court<'a> {
    pub ledger: &'a Ledger,
    pub gate: &'a Gate,
    /// Approvals, lifts and passing evidence come from here.
    pub grants: &'a ClosedSet,
    /// Holds, denials, failures, spendings come from what of this does not descend from the event that is judged.
    pub set: &'a ClosedSet,
    /// The newest authorities of the own past, which alone lift suspensions.
    pub lifters: &'a [Number],
    /// Right and policy are asked under each of these.
    pub authorities: Vec<Number>,
    /// What a review takes out.
    pub disregarded: BTreeSet<Index>,
}

impl Court<'_> {
    /// Whether an event may restrict: in the set, with an effect, not after the event that is judged, not disregarded.
    pub fn restricts(&self, index: Index) -> bool {
        let after = |judged: Index| index == judged || self.ledger.entry(index).past.contains(judged);
        self.set.contains(index)
            && !self.gate.index.is_some_and(after)
            && !self.disregarded.contains(&index)
            && self.ledger.is_effective(index, self.set)
    }

    /// Whether an event may grant: in the own past, with an effect in the set.
    pub fn grants(&self, index: Index) -> bool {
        self.grants.contains(index) && self.ledger.is_effective(index, self.set)
    }

    /// All that stands against it, but for the rules of its row.
    pub fn causes(&self) -> BTreeSet<Cause> {
        let mut causes = BTreeSet::new();
        self.restrictions(&mut causes);
        for authority in &self.authorities {
            self.under(*authority, &mut causes);
        }
        causes
    }
}

impl Ledger {
    /// V1, of a start or promotion that was just added.
    pub(crate) fn judge_in_own_past(&self, index: Index) -> Option<Own> {
        let entry = self.entry(index);
        let gate = Gate::of(self, index)?;
        let own = self.own_past(entry);
        let mut causes = self.row_causes(&gate, &own);
        causes.extend(self.assess(&gate, &own));
        Some(Own { verdict: own_verdict(&gate, &causes), causes })
    }

    /// What a set holds against a start or promotion with all of it as its past; nothing means permitted.
    pub fn assess(&self, gate: &Gate, own: &ClosedSet) -> BTreeSet<Cause> {
        let court = self.court(gate, own);
        let mut causes = court.causes();
        if own.newest.len() > 1 {
            causes
                .extend(own.newest.iter().map(|number| Cause::by(Code::Dispute, self.authorities().step(*number).id)));
        }
        causes
    }

    /// The rules of a target's policy, one by one, for a start or promotion with this set as its past.
    pub fn policy_checks(&self, gate: &Gate, own: &ClosedSet) -> Vec<RuleCheck> {
        let court = self.court(gate, own);
        own.newest.first().map_or_else(Vec::new, |authority| court.policy_checks(*authority))
    }

    pub(crate) fn court<'a>(&'a self, gate: &'a Gate, own: &'a ClosedSet) -> Court<'a> {
        Court {
            ledger: self,
            gate,
            grants: own,
            set: own,
            lifters: &own.newest,
            authorities: own.newest.clone(),
            // A review only takes events out of V2.
            disregarded: BTreeSet::new(),
        }
    }

    /// The verdict of a set on a start or promotion in it; `None` of anything else, and of what has no effect there.
    pub fn judge(&self, index: Index, set: &ClosedSet) -> Option<Judgement> {
        let entry = self.entry(index);
        let own = entry.own.as_ref()?;
        if !self.is_effective(index, set) {
            return None;
        }
        if own.verdict == OwnVerdict::Unpermitted {
            return Some(Judgement { own: own.verdict, verdict: Verdict::Unpermitted, causes: own.causes.clone() });
        }
        let gate = Gate::of(self, index)?;
        let later = self.later_causes(&gate, index, set);
        let passed = gate.overridden && later.iter().all(|cause| cause.code.is_passable());
        let verdict = match own.verdict {
            _ if !passed && !later.is_empty() => Verdict::Raced,
            OwnVerdict::Permitted if later.is_empty() => Verdict::Permitted,
            OwnVerdict::Permitted | OwnVerdict::Overridden => Verdict::Overridden,
            OwnVerdict::Unpermitted => Verdict::Unpermitted,
        };
        let causes = later.into_iter().chain(own.causes.iter().cloned()).collect();
        Some(Judgement { own: own.verdict, verdict, causes })
    }

    /// V2: what of the set restricts it that it had not seen.
    fn later_causes(&self, gate: &Gate, index: Index, set: &ClosedSet) -> BTreeSet<Cause> {
        let own = self.own_past(self.entry(index));
        let beside = self.in_force_beside(set, index);
        let new: Vec<Number> = beside.iter().copied().filter(|number| !own.in_force.contains(number)).collect();
        let mut authorities = own.newest.clone();
        authorities.extend(&new);
        let disregarded = self.disregarded_for(index, set);
        let court = Court { ledger: self, gate, grants: &own, set, lifters: &own.newest, authorities, disregarded };
        let mut causes = court.causes();
        for number in new {
            let event = self.authorities().step(number).id;
            if beside.iter().any(|other| self.authorities().rival(number, *other)) {
                causes.insert(Cause::by(Code::Dispute, event));
            }
            if self.moves_home(number, gate, &own) {
                causes.insert(Cause::by(Code::HomeMoved, event));
            }
        }
        court.stale(&mut causes);
        causes
    }

    /// Whether a document names another store of locks than every one that a start under a lock had seen.
    fn moves_home(&self, number: Number, gate: &Gate, own: &ClosedSet) -> bool {
        let home = &self.authorities().document(number).authority().home;
        gate.locked && own.newest.iter().all(|seen| self.authorities().document(*seen).authority().home != *home)
    }

    /// Whether a later start may build on this one: permitted, or its findings reviewed, as the set shows it.
    pub fn is_good(&self, index: Index, set: &ClosedSet) -> bool {
        self.judge(index, set).is_some_and(|judgement| {
            judgement.verdict == Verdict::Permitted || self.is_accepted(index, &judgement.causes, set)
        })
    }

    /// Whether a review in a set accepts an event and has the event and all these causes in its own past.
    pub fn is_accepted(&self, index: Index, causes: &BTreeSet<Cause>, set: &ClosedSet) -> bool {
        self.accepting(index, causes, set).next().is_some()
    }

    /// The reviews that do.
    pub fn accepting(&self, index: Index, causes: &BTreeSet<Cause>, set: &ClosedSet) -> impl Iterator<Item = Index> {
        self.indexes.naming(index).filter(move |review| match self.data(*review) {
            Some(Data::Reviewed(reviewed)) if reviewed.verdict == Review::Accept => {
                let past = &self.entry(*review).past;
                let seen = |cause: &Cause| cause.event.is_none_or(|id| self.find(past, id).is_some());
                self.is_effective(*review, set) && causes.iter().all(seen) && self.is_fair(*review, index, set)
            }
            Some(_) | None => false,
        })
    }

    /// Whether who signed a review signed what it reviews too.
    pub fn is_of_own(&self, review: Index, reviewed: Index) -> bool {
        self.entry(reviewed).is_by(&self.entry(review).principal)
    }

    /// Whether an event has an effect in a set, and no review there disregards it.
    pub fn counts(&self, index: Index, set: &ClosedSet) -> bool {
        self.is_effective(index, set) && !self.is_disregarded(index, None, set)
    }

    /// Whether a review in the set disregards an event; for a start not one by who signed the start.
    pub(crate) fn is_disregarded(&self, index: Index, judged: Option<Index>, set: &ClosedSet) -> bool {
        let kind = self.entry(index).event.kind();
        let exempt = [Kind::Reviewed, Kind::AuthorityProposed, Kind::Endorsed, Kind::LedgerCreated];
        if kind.is_none_or(|kind| exempt.contains(&kind)) {
            return false;
        }
        self.indexes.naming(index).any(|review| match self.data(review) {
            Some(Data::Reviewed(reviewed)) if reviewed.verdict == Review::Disregard => {
                let clears = |judged: Index| {
                    !self.entry(judged).is_by(&self.entry(review).principal) || self.is_alone(review, index, set)
                };
                self.is_effective(review, set) && self.is_fair(review, index, set) && judged.is_none_or(clears)
            }
            Some(_) | None => false,
        })
    }

    /// Whether a review is by somebody else, or nobody else could have reviewed (LF-178).
    fn is_fair(&self, review: Index, named: Index, set: &ClosedSet) -> bool {
        !self.entry(named).is_by(&self.entry(review).principal) || self.is_alone(review, named, set)
    }

    /// Whether no other principal with a key could review it, by the newest authorities that the review had seen and
    /// by those in force that have not seen the review.
    fn is_alone(&self, review: Index, named: Index, set: &ClosedSet) -> bool {
        let entry = self.entry(review);
        let id = self.entry(named).event.id;
        let view = self.authorities().view(entry.view);
        let beside = set.in_force.iter().filter(|number| {
            let authority = self.authorities().step(**number).event;
            !view.in_force.contains(number) && !self.entry(authority).past.contains(review)
        });
        !view.newest.iter().chain(beside).any(|number| self.has_other_reviewer(*number, entry, id))
    }

    fn disregarded_for(&self, judged: Index, set: &ClosedSet) -> BTreeSet<Index> {
        let mut out = BTreeSet::new();
        for review in self.indexes.reviews.iter().copied().filter(|review| set.contains(*review)) {
            let Some(Data::Reviewed(reviewed)) = self.data(review) else { continue };
            if reviewed.verdict == Review::Disregard {
                let named = reviewed.events.iter().filter_map(|id| self.index(*id));
                out.extend(named.filter(|index| self.is_disregarded(*index, Some(judged), set)));
            }
        }
        out
    }
}

fn own_verdict(gate: &Gate, causes: &BTreeSet<Cause>) -> OwnVerdict {
    if causes.is_empty() {
        OwnVerdict::Permitted
    } else if gate.overridden && causes.iter().all(|cause| cause.code.is_passable()) {
        OwnVerdict::Overridden
    } else {
        OwnVerdict::Unpermitted
    }
}

impl OwnVerdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Overridden => "overridden",
            Self::Unpermitted => "unpermitted",
        }
    }
}

impl Verdict {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Overridden => "overridden",
            Self::Raced => "raced",
            Self::Unpermitted => "unpermitted",
        }
    }
}

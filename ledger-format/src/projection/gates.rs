//! What stands at the gates of a target: approvals, denials, holds and evidence, and what ended them.

use std::collections::BTreeSet;

use crate::dag::Index;
use crate::digest::Digest;
use crate::event::{
    ApprovalDenied, ApprovalGranted, ApprovalRequested, Data, EvidenceRecorded, HoldPlaced, Kind, Verdict,
};
use crate::ledger::{ClosedSet, Ledger};
use crate::name::{Fingerprint, Name, ReleaseId};
use crate::policy::Policy;
use crate::time::Time;

/// What became of an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Stands,
    /// By this `approval.withdrawn`.
    Withdrawn(Index),
    /// Its key, by this `key.suspended`.
    Suspended(Index),
    /// By this start.
    Spent(Index),
    Expired,
    /// It binds a policy that is not that of the target any more.
    OtherPolicy,
}

/// A release on its way to a target.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub deployment: &'a Name,
    pub target: &'a Name,
    pub release: ReleaseId,
}

impl HoldPlaced {
    /// Whether it restricts starts of this.
    pub fn concerns(&self, candidate: Candidate<'_>) -> bool {
        self.deployment.as_ref().is_none_or(|name| name == candidate.deployment)
            && self.target.as_ref().is_none_or(|name| name == candidate.target)
            && self.release.is_none_or(|release| release == candidate.release)
    }
}

impl Ledger {
    /// The approvals of a release on a target in a set, in order of arrival.
    pub fn approvals(&self, candidate: Candidate<'_>, set: &ClosedSet) -> Vec<(Index, &ApprovalGranted)> {
        let place = (candidate.deployment.clone(), candidate.target.clone());
        let given = self.indexes.approvals.get(&place).into_iter().flatten().copied();
        let of_release = |index: Index| match self.data(index) {
            Some(Data::ApprovalGranted(given)) if given.release == candidate.release => Some((index, &**given)),
            Some(_) | None => None,
        };
        given.filter(|index| self.is_effective(*index, set)).filter_map(of_release).collect()
    }

    /// The requests for approvals of a release on a target, in order of arrival.
    pub fn approval_requests(&self, candidate: Candidate<'_>, set: &ClosedSet) -> Vec<(Index, &ApprovalRequested)> {
        let place = (candidate.deployment.clone(), candidate.target.clone());
        let asked = self.indexes.requests.get(&place).into_iter().flatten().copied();
        let of_release = |index: Index| match self.data(index) {
            Some(Data::ApprovalRequested(asked)) if asked.release == candidate.release => Some((index, &**asked)),
            Some(_) | None => None,
        };
        asked.filter(|index| self.is_effective(*index, set)).filter_map(of_release).collect()
    }

    /// The approvals that a start at that time could name.
    pub fn standing_approvals(
        &self,
        candidate: Candidate<'_>,
        time: Time,
        set: &ClosedSet,
    ) -> Vec<(Index, &ApprovalGranted)> {
        let mut all = self.approvals(candidate, set);
        all.retain(|(index, given)| self.fate(*index, given, time, set) == Fate::Stands);
        all
    }

    /// What became of an approval by then, in a set.
    pub fn fate(&self, index: Index, given: &ApprovalGranted, time: Time, set: &ClosedSet) -> Fate {
        let named_by = |is: &dyn Fn(&Data) -> bool| {
            let by = |by: &Index| self.is_effective(*by, set) && self.data(*by).is_some_and(is);
            self.indexes.naming(index).find(by)
        };
        let withdrawn = named_by(&|data| matches!(data, Data::ApprovalWithdrawn(_)));
        let spent = named_by(&|data| match data {
            Data::RolloutStarted(start) => start.deployment == given.deployment && start.target == given.target,
            _ => false,
        });
        match (withdrawn, self.standing_suspension(&self.entry(index).event.header.key, set), spent) {
            (Some(by), _, _) => Fate::Withdrawn(by),
            (None, Some(by), _) => Fate::Suspended(by),
            (None, None, Some(by)) => Fate::Spent(by),
            (None, None, None) if given.until <= time => Fate::Expired,
            (None, None, None) if !self.is_policy(given, set) => Fate::OtherPolicy,
            (None, None, None) => Fate::Stands,
        }
    }

    /// The `key.suspended` of a key that no authority of a set lifts.
    pub fn standing_suspension(&self, key: &Fingerprint, set: &ClosedSet) -> Option<Index> {
        let lifted = |by: Index| self.documents(set).any(|document| document.lifts(self.entry(by).event.id));
        let suspensions = self.indexes.suspensions.get(key).into_iter().flatten().copied();
        suspensions.into_iter().find(|by| self.is_effective(*by, set) && !lifted(*by))
    }

    fn is_policy(&self, given: &ApprovalGranted, set: &ClosedSet) -> bool {
        let digest = |document: &crate::authority::Document| {
            Policy::resolve(document.authority(), &given.deployment, &given.target).digest()
        };
        self.documents(set).all(|document| digest(document) == given.policy)
    }

    /// The denials that stand against a release on a target.
    pub fn standing_denials(&self, candidate: Candidate<'_>, set: &ClosedSet) -> Vec<(Index, &ApprovalDenied)> {
        let place = (candidate.deployment.clone(), candidate.target.clone());
        let denials = self.indexes.denials.get(&place).into_iter().flatten().copied();
        let of_release = |index: Index| match self.data(index) {
            Some(Data::ApprovalDenied(denial)) if denial.release == candidate.release => Some((index, &**denial)),
            Some(_) | None => None,
        };
        let permitted = |index: Index| self.documents(set).any(|document| self.permits(document, self.entry(index)));
        let stands = |(index, _): &(Index, _)| {
            self.is_effective(*index, set)
                && permitted(*index)
                && !self.is_named_by(*index, Kind::ApprovalWithdrawn, set)
        };
        denials.filter_map(of_release).filter(stands).collect()
    }

    /// The holds of a set that nothing has lifted and that last beyond that time.
    pub fn standing_holds(&self, time: Time, set: &ClosedSet) -> Vec<(Index, &HoldPlaced)> {
        let placed = self.indexes.holds.iter().filter_map(|index| match self.data(*index) {
            Some(Data::HoldPlaced(hold)) => Some((*index, &**hold)),
            Some(_) | None => None,
        });
        let stands = |(index, hold): &(Index, &HoldPlaced)| {
            self.is_effective(*index, set)
                && hold.until.is_none_or(|until| time < until)
                && !self.is_named_by(*index, Kind::HoldLifted, set)
        };
        placed.filter(stands).collect()
    }

    /// The first event of this kind to arrive that names this one and has an effect in a set.
    pub fn named_by(&self, index: Index, kind: Kind, set: &ClosedSet) -> Option<Index> {
        let mut naming = self.indexes.naming(index);
        naming.find(|by| self.entry(*by).event.kind() == Some(kind) && self.is_effective(*by, set))
    }

    fn is_named_by(&self, index: Index, kind: Kind, set: &ClosedSet) -> bool {
        self.named_by(index, kind, set).is_some()
    }

    /// The releases for which somebody asked for approval on a target, or gave it, and that have not gone there since.
    pub fn waiting_releases(
        &self,
        deployment: &Name,
        target: &Name,
        time: Time,
        set: &ClosedSet,
    ) -> BTreeSet<ReleaseId> {
        let place = (deployment.clone(), target.clone());
        let asked = self.indexes.requests.get(&place).into_iter().flatten().copied();
        let asked = asked.filter_map(|index| match self.data(index) {
            Some(Data::ApprovalRequested(asked)) if asked.until > time => Some((index, asked.release)),
            Some(_) | None => None,
        });
        let given = self.indexes.approvals.get(&place).into_iter().flatten().copied();
        let given = given.filter_map(|index| match self.data(index) {
            Some(Data::ApprovalGranted(given)) if self.fate(index, given, time, set) == Fate::Stands => {
                Some((index, given.release))
            }
            Some(_) | None => None,
        });
        let starts = self.starts(deployment, target, set);
        let since = |(index, release): &(Index, ReleaseId)| {
            starts.iter().any(|(start, data)| data.release == *release && self.entry(*start).past.contains(*index))
        };
        let waiting = asked.chain(given).filter(|(index, _)| self.is_effective(*index, set));
        waiting.filter(|waiting| !since(waiting)).map(|(_, release)| release).collect()
    }

    /// The evidence of a deployment on these objects that no other of the set supersedes, in order of arrival.
    pub fn newest_evidence(
        &self,
        deployment: &Name,
        objects: &[Digest],
        set: &ClosedSet,
    ) -> Vec<(Index, &EvidenceRecorded)> {
        let mut newest = BTreeSet::new();
        for object in objects {
            let on = self.indexes.evidence.get(&(deployment.clone(), *object)).into_iter().flatten().copied();
            let on: Vec<(Index, &EvidenceRecorded)> = on.filter_map(|index| self.evidence(index, set)).collect();
            let later = |old: &(Index, &EvidenceRecorded), new: &(Index, &EvidenceRecorded)| {
                self.entry(new.0).past.contains(old.0) && new.1.is_of_one_series(old.1)
            };
            let last = on.iter().filter(|old| !on.iter().any(|new| later(old, new)));
            newest.extend(last.map(|(index, _)| *index));
        }
        newest.into_iter().filter_map(|index| self.evidence(index, set)).collect()
    }

    /// Of the newest evidence on these objects what figures are summed over: each run counts once, however many objects
    /// it is about. What a later one of its series says anew of any of its objects is left out, unless it failed.
    pub fn summed_evidence<'a>(
        &self,
        newest: &[(Index, &'a EvidenceRecorded)],
        objects: &[Digest],
    ) -> Vec<(Index, &'a EvidenceRecorded)> {
        let anew = |old: &(Index, &EvidenceRecorded), new: &(Index, &EvidenceRecorded)| {
            self.entry(new.0).past.contains(old.0)
                && new.1.is_of_one_series(old.1)
                && objects.iter().any(|object| old.1.is_about(*object) && new.1.is_about(*object))
        };
        let counts = |old: &&(Index, &'a EvidenceRecorded)| {
            old.1.verdict == Some(Verdict::Failed) || !newest.iter().any(|new| anew(old, new))
        };
        newest.iter().filter(counts).copied().collect()
    }

    fn evidence(&self, index: Index, set: &ClosedSet) -> Option<(Index, &EvidenceRecorded)> {
        match self.data(index) {
            Some(Data::EvidenceRecorded(evidence)) if self.is_effective(index, set) => Some((index, evidence)),
            Some(_) | None => None,
        }
    }
}

//! The rules of a start's or promotion's own row, in its own past: V1 alone asks them.

use std::collections::BTreeSet;

use super::{Cause, Code, Gate};
use crate::dag::Index;
use crate::event::{ClaimedComponents, Data, End, Kind, PromotionRecorded, Rollback, RolloutClaimed, RolloutStarted};
use crate::ledger::{ClosedSet, Entry, Ledger, RolloutKey};
use crate::name::EventId;

impl Ledger {
    pub(super) fn row_causes(&self, gate: &Gate, own: &ClosedSet) -> BTreeSet<Cause> {
        let mut causes = BTreeSet::new();
        let Some(index) = gate.index else { return causes };
        let entry = self.entry(index);
        let Some(data) = entry.event.data() else { return causes };
        for named in data.names() {
            let kind = self.data_in(&entry.past, named.id).map(Data::kind);
            if !kind.is_some_and(|kind| named.kinds.contains(&kind)) {
                causes.insert(Cause::of(Code::RuleBadReference));
            }
        }
        if self.policies_of_past(entry, &gate.deployment, &gate.target).any(|policy| policy != gate.policy) {
            causes.insert(Cause::of(Code::RulePolicyDigest));
        }
        if self.release_in(own, &gate.deployment, gate.release, &gate.target).next().is_none() {
            causes.insert(Cause::of(Code::RuleRelease));
        }
        let parts = self.parts(gate.release, &gate.target, own);
        let strange = |component: &crate::name::Component| !parts.is_some_and(|parts| parts.contains(component));
        let is_start = gate.rollout.is_some();
        if is_start && (gate.whole.iter().any(strange) || !gate.components.is_subset(&gate.whole)) {
            causes.insert(Cause::of(Code::RuleWhole));
        }
        match data {
            Data::RolloutStarted(start) => self.start_causes(entry, start, own, &mut causes),
            Data::PromotionRecorded(promotion) => self.promotion_causes(entry, promotion, own, &mut causes),
            _ => {}
        }
        causes
    }

    fn promotion_causes(
        &self,
        entry: &Entry,
        promotion: &PromotionRecorded,
        own: &ClosedSet,
        causes: &mut BTreeSet<Cause>,
    ) {
        let of_release = |copied: &crate::event::Copied| {
            let created = self.indexes.releases.get(&promotion.release).into_iter().flatten().copied();
            created.filter(|index| self.is_effective(*index, own)).any(|index| match self.data(index) {
                Some(Data::ReleaseCreated(created)) => {
                    created.image(&copied.component).is_some_and(|image| image.digest == copied.image.digest)
                }
                Some(_) | None => false,
            })
        };
        let from = promotion.from.and_then(|id| self.find_kind(&entry.past, id, Kind::RolloutFinished));
        let from_elsewhere = |finish: Index| {
            self.finished_start(finish).is_some_and(|(_, start)| {
                start.deployment == promotion.deployment
                    && start.release == promotion.release
                    && start.target != promotion.target
            })
        };
        let copied = promotion.images.iter().flatten().all(of_release);
        if !copied || from.is_some_and(|finish| !self.is_effective(finish, own) || !from_elsewhere(finish)) {
            causes.insert(Cause::of(Code::RulePromotion));
        }
    }

    fn start_causes(&self, entry: &Entry, start: &RolloutStarted, own: &ClosedSet, causes: &mut BTreeSet<Cause>) {
        // LF-150: a bad id names nothing.
        let names = |id: &EventId, kind: Kind| self.find_kind(&entry.past, *id, kind).is_some();
        if !self.is_claimed(entry, start, own) {
            causes.insert(Cause::of(Code::RuleClaim));
        }
        if let Some(rollback) = &start.rollback
            && !self.may_return(entry, start, rollback, own)
        {
            causes.insert(Cause::of(Code::RuleRollback));
        }
        for id in start.resumes.iter().flatten().filter(|id| names(id, Kind::RolloutStarted)) {
            if !self.may_resume(entry, start, *id, own) {
                causes.insert(Cause::of(Code::RuleResumes));
            }
        }
        let promotion = start.promotion.and_then(|id| self.find_kind(&entry.past, id, Kind::PromotionRecorded));
        if promotion.is_some_and(|index| !self.is_promotion_to(index, start, own)) {
            causes.insert(Cause::of(Code::RulePromotion));
        }
    }

    /// The claim is of the same key, run and scope, and not ended; or the start says that it has none.
    fn is_claimed(&self, entry: &Entry, start: &RolloutStarted, own: &ClosedSet) -> bool {
        let claim = start.claim.and_then(|id| self.find_kind(&entry.past, id, Kind::RolloutClaimed));
        let Some(index) = claim else { return start.no_lock.is_some() };
        if start.no_lock.is_some() {
            return false;
        }
        let claimed = self.entry(index);
        let Some(Data::RolloutClaimed(claim)) = claimed.event.data() else { return false };
        let RolloutClaimed::Target(claim) = &**claim else { return false };
        let scope = match claim.claimed() {
            ClaimedComponents::All => true,
            ClaimedComponents::Some(components) => start.components.is_subset(components),
            ClaimedComponents::None => false,
        };
        scope
            && claimed.event.header.key == entry.event.header.key
            && claimed.event.header.run == entry.event.header.run
            && claim.deployment == start.deployment
            && claim.target == start.target
            && claim.release == start.release
            && claim.rollout == start.rollout
            && self.is_effective(index, own)
            && self.claim_end(index, own).is_none()
    }

    /// The event of a set that ended a claim: its own end, a take-over, or the finish of a start of one writer with it.
    pub fn claim_end(&self, claim: Index, set: &ClosedSet) -> Option<Index> {
        let claimed = &self.entry(claim).event;
        self.indexes.naming(claim).find_map(|by| {
            if !self.is_effective(by, set) {
                return None;
            }
            match self.data(by) {
                Some(Data::ClaimEnded(_)) => Some(by),
                // LF-201: anybody may write a start that names another's claim.
                Some(Data::RolloutStarted(start)) => {
                    let header = &self.entry(by).event.header;
                    let same_writer = header.key == claimed.header.key && header.run == claimed.header.run;
                    let under = start.claim == Some(claimed.id) && same_writer;
                    under.then(|| self.finish_of(by, set)).flatten()
                }
                Some(_) | None => None,
            }
        })
    }

    /// How a start ended in a set: the worst of its finishes (LF-172).
    pub fn outcome(&self, start: Index, set: &ClosedSet) -> Option<End> {
        let finishes = self.indexes.naming(start).filter(|by| self.is_effective(*by, set));
        let outcomes = finishes.filter_map(|by| match self.data(by) {
            Some(Data::RolloutFinished(finished)) => Some(finished.outcome),
            Some(_) | None => None,
        });
        outcomes.max_by_key(|outcome| match outcome {
            End::Succeeded => 0,
            End::Abandoned => 1,
            End::Failed => 2,
        })
    }

    /// The first finish of a start in a set.
    pub fn finish_of(&self, start: Index, set: &ClosedSet) -> Option<Index> {
        let finish = |index: &Index| matches!(self.data(*index), Some(Data::RolloutFinished(_)));
        self.indexes.naming(start).find(|index| finish(index) && self.is_effective(*index, set))
    }

    /// The end of a start in a set: its finish, the end of its claim, or a start that resumes it by the same key and run.
    pub fn start_end(&self, start: Index, set: &ClosedSet) -> Option<Index> {
        let entry = self.entry(start);
        let resumed = || {
            self.indexes.naming(start).find(|by| {
                let header = &self.entry(*by).event.header;
                let same = header.key == entry.event.header.key && header.run == entry.event.header.run;
                let resumes = |data: &RolloutStarted| data.resumes.iter().flatten().any(|id| *id == entry.event.id);
                let resuming = matches!(self.data(*by), Some(Data::RolloutStarted(data)) if resumes(data));
                same && resuming && self.is_effective(*by, set)
            })
        };
        let claim_end = || match entry.event.data() {
            Some(Data::RolloutStarted(data)) => {
                let claim = data.claim.and_then(|id| self.find_kind(&entry.past, id, Kind::RolloutClaimed))?;
                self.indexes
                    .naming(claim)
                    .find(|by| matches!(self.data(*by), Some(Data::ClaimEnded(_))) && self.is_effective(*by, set))
            }
            Some(_) | None => None,
        };
        self.finish_of(start, set).or_else(claim_end).or_else(resumed)
    }

    /// The start that a finish ends.
    pub fn finished_start(&self, finish: Index) -> Option<(Index, &RolloutStarted)> {
        let Some(Data::RolloutFinished(finished)) = self.data(finish) else { return None };
        let index = self.index(finished.start)?;
        match self.data(index) {
            Some(Data::RolloutStarted(start)) => Some((index, start)),
            Some(_) | None => None,
        }
    }

    /// Whether every component of a rollout is covered by a finish `succeeded` of one of its starts in a set.
    pub fn has_succeeded(&self, rollout: &RolloutKey, set: &ClosedSet) -> bool {
        let starts = self.indexes.rollouts.get(rollout).into_iter().flatten().copied();
        let mut covered = BTreeSet::new();
        for start in starts.filter(|start| self.is_effective(*start, set)) {
            let done = self.outcome(start, set) == Some(End::Succeeded);
            if let (true, Some(Data::RolloutStarted(data))) = (done, self.data(start)) {
                covered.extend(data.components.iter());
            }
        }
        rollout.whole.iter().all(|component| covered.contains(component))
    }

    /// Whether what is undone runs there, and the release succeeded here before, by good starts that no good start undid.
    fn may_return(&self, entry: &Entry, start: &RolloutStarted, rollback: &Rollback, own: &ClosedSet) -> bool {
        let Some(finish) = self.find(&entry.past, rollback.returns_to) else { return false };
        let Some((index, first)) = self.finished_start(finish) else { return false };
        let succeeded = matches!(self.data(finish), Some(Data::RolloutFinished(f)) if f.outcome == End::Succeeded);
        let same =
            first.deployment == start.deployment && first.target == start.target && first.release == start.release;
        let running = self.running(&start.deployment, &start.target, own);
        let runs = |id: &EventId| {
            let undone = self.find_kind(&entry.past, *id, Kind::RolloutStarted);
            undone.is_none_or(|undone| running.components.values().any(|latest| latest.contains(&undone)))
        };
        let effective = self.is_effective(finish, own) && self.is_effective(index, own);
        succeeded
            && same
            && effective
            && rollback.undoes.iter().all(runs)
            && start.components.is_subset(&first.whole)
            && self.rollout_of(index).is_some_and(|rollout| self.can_be_returned_to(&rollout, own))
    }

    /// Whether a rollout may be returned to as a set shows it: succeeded, all its starts good, none undone by a good rollback.
    pub fn can_be_returned_to(&self, rollout: &RolloutKey, set: &ClosedSet) -> bool {
        let starts = self.indexes.rollouts.get(rollout).into_iter().flatten().copied();
        let mut starts = starts.filter(|start| self.is_effective(*start, set));
        self.has_succeeded(rollout, set) && starts.all(|start| self.is_good(start, set) && !self.is_undone(start, set))
    }

    fn is_undone(&self, start: Index, set: &ClosedSet) -> bool {
        let id = self.entry(start).event.id;
        self.indexes.naming(start).any(|by| match self.data(by) {
            Some(Data::RolloutStarted(other)) => {
                let undoes = other.rollback.as_ref().is_some_and(|rollback| rollback.undoes.contains(&id));
                undoes && self.is_effective(by, set) && self.is_good(by, set)
            }
            Some(_) | None => false,
        })
    }

    fn may_resume(&self, entry: &Entry, start: &RolloutStarted, id: EventId, own: &ClosedSet) -> bool {
        let Some(index) = self.find(&entry.past, id) else { return false };
        let Some(Data::RolloutStarted(other)) = self.data(index) else { return false };
        let resumed = self.entry(index);
        let key = RolloutKey::of(other, &resumed.principal);
        let same_writer =
            resumed.event.header.key == entry.event.header.key && resumed.event.header.run == entry.event.header.run;
        let succeeded = self.outcome(index, own) == Some(End::Succeeded);
        other.deployment == start.deployment
            && other.target == start.target
            && other.release == start.release
            && self.is_effective(index, own)
            && !succeeded
            && !self.is_closed(&key, own)
            && !self.is_resumed_by_another(index, entry, start, own)
            && (same_writer || self.start_end(index, own).is_some())
    }

    fn is_resumed_by_another(&self, index: Index, entry: &Entry, start: &RolloutStarted, own: &ClosedSet) -> bool {
        let id = self.entry(index).event.id;
        let mine = RolloutKey::of(start, &entry.principal);
        self.indexes.naming(index).any(|by| match self.data(by) {
            Some(Data::RolloutStarted(other)) => {
                let resumes = other.resumes.iter().flatten().any(|named| *named == id);
                resumes && self.is_effective(by, own) && self.rollout_of(by) != Some(mine.clone())
            }
            Some(_) | None => false,
        })
    }

    /// Whether another rollout of the target started in a set, unseen by a start of this one there.
    pub fn is_closed(&self, rollout: &RolloutKey, set: &ClosedSet) -> bool {
        let place = (rollout.deployment.clone(), rollout.target.clone());
        let all = self.indexes.starts.get(&place).into_iter().flatten().copied();
        let all: Vec<Index> = all.filter(|start| self.is_effective(*start, set)).collect();
        let mine = self.indexes.rollouts.get(rollout).cloned().unwrap_or_default();
        let others = || all.iter().filter(|start| !mine.contains(start));
        all.iter()
            .filter(|start| mine.contains(start))
            .any(|start| others().any(|other| !self.entry(*start).past.contains(*other)))
    }

    fn is_promotion_to(&self, index: Index, start: &RolloutStarted, own: &ClosedSet) -> bool {
        matches!(self.data(index), Some(Data::PromotionRecorded(promotion))
            if promotion.deployment == start.deployment
                && promotion.target == start.target
                && promotion.release == start.release)
            && self.is_effective(index, own)
    }
}

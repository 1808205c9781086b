//! What the release did elsewhere before: promoted from, soak time; and how stale what was seen is.

use std::collections::BTreeSet;

use super::RuleCheck;
use crate::dag::Index;
use crate::event::{Data, End, RolloutStarted, Verdict};
use crate::field::Set;
use crate::judgement::{Cause, Code, Court};
use crate::name::{Component, Name};
use crate::policy::Policy;
use crate::time::Time;

impl Court<'_> {
    pub(super) fn from(&self, targets: &Set<Name>) -> RuleCheck {
        let names = targets.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ");
        match targets.iter().find(|target| self.stood_on(target).is_some()) {
            Some(target) => RuleCheck::new(Code::PolicyFrom, true, format!("succeeded on {target}")),
            None => RuleCheck::new(Code::PolicyFrom, false, format!("not succeeded on {names}")),
        }
    }

    pub(super) fn soak(&self, targets: &Set<Name>, soak: u64) -> RuleCheck {
        let longest = targets.iter().filter_map(|target| self.soaked(target)).max();
        let stood = longest.and_then(|time| u64::try_from(time).ok());
        let found = format!("{} of {}", shown(stood.unwrap_or(0)), shown(soak));
        RuleCheck::new(Code::PolicySoak, stood.is_some_and(|time| time >= soak), found)
    }

    /// The finishes by which this release succeeded on a target as a whole.
    fn stood_on(&self, target: &Name) -> Option<Vec<Index>> {
        let needed = self.ledger.parts(self.gate.release, target, self.grants)?;
        let mut covered: BTreeSet<&Component> = BTreeSet::new();
        let mut finishes = Vec::new();
        for (start, data) in self.starts_on(target) {
            let stood = data.release == self.gate.release
                && self.ledger.outcome(start, self.grants) == Some(End::Succeeded)
                && self.ledger.is_good(start, self.grants);
            if !stood || self.check_failed(start) {
                continue;
            }
            for finish in self.ledger.indexes.naming(start) {
                if let Some(Data::RolloutFinished(finished)) = self.ledger.data(finish)
                    && finished.outcome == End::Succeeded
                    && self.grants(finish)
                {
                    covered.extend(&data.components);
                    finishes.push(finish);
                }
            }
        }
        needed.iter().all(|component| covered.contains(component)).then_some(finishes)
    }

    fn starts_on(&self, target: &Name) -> Vec<(Index, &RolloutStarted)> {
        let place = (self.gate.deployment.clone(), target.clone());
        let starts = self.ledger.indexes.starts.get(&place).into_iter().flatten().copied();
        let data = starts.filter(|index| self.grants(*index)).filter_map(|index| match self.ledger.data(index) {
            Some(Data::RolloutStarted(start)) => Some((index, &**start)),
            Some(_) | None => None,
        });
        data.collect()
    }

    /// Whether one of the newest checks of a start failed.
    fn check_failed(&self, start: Index) -> bool {
        let checks: Vec<(Index, &crate::event::EvidenceRecorded)> = self
            .ledger
            .indexes
            .naming(start)
            .filter(|index| self.grants(*index))
            .filter_map(|index| match self.ledger.data(index) {
                Some(Data::EvidenceRecorded(evidence)) if evidence.r#type.as_str() == "check" => {
                    Some((index, &**evidence))
                }
                Some(_) | None => None,
            })
            .collect();
        let newer = |one: &(Index, &crate::event::EvidenceRecorded)| {
            let same = |other: &&(Index, &crate::event::EvidenceRecorded)| other.1.is_of_one_series(one.1);
            checks.iter().filter(same).any(|other| self.ledger.entry(other.0).past.contains(one.0))
        };
        checks.iter().any(|one| one.1.verdict == Some(Verdict::Failed) && !newer(one))
    }

    /// How long it stood there: from the newest of its finishes to this start, or to an earlier start of another release.
    fn soaked(&self, target: &Name) -> Option<i64> {
        let finishes = self.stood_on(target)?;
        let time = |index: Index| self.ledger.entry(index).event.header.time;
        let from = finishes.iter().map(|finish| time(*finish)).max()?;
        let seen_by_all = |start: Index| finishes.iter().all(|finish| self.ledger.entry(*finish).past.contains(start));
        let others = self.starts_on(target).into_iter().filter(|(_, data)| data.release != self.gate.release);
        let replaced = others.filter(|(start, _)| !seen_by_all(*start)).map(|(start, _)| time(start)).min();
        let until: Time = replaced.map_or(self.gate.time, |replaced| replaced.min(self.gate.time));
        Some(until.unix_ms() - from.unix_ms())
    }

    /// V2 alone: how far what others wrote beside it lies after its own time.
    pub(in crate::judgement) fn stale(&self, causes: &mut BTreeSet<Cause>) {
        let limit = |number: &u32| {
            let document = self.ledger.authorities().document(*number);
            let policy = Policy::resolve(document.authority(), &self.gate.deployment, &self.gate.target);
            let in_use = policy.rules().iter().filter(|rules| !self.gate.rollback || rules.rollback.is_none());
            in_use.filter_map(|rules| rules.max_stale_ms).map(|ms| ms.get()).min()
        };
        let Some(limit) = self.authorities.iter().filter_map(limit).min() else { return };
        let latest = self.gate.time.plus_ms(limit);
        for index in self.set.past.iter() {
            let entry = self.ledger.entry(index);
            let late = entry.event.header.time > latest && entry.principal != self.gate.principal;
            if late && !self.grants.contains(index) && self.restricts(index) {
                causes.insert(self.cause(Code::PolicyStale, index));
            }
        }
    }
}

fn shown(ms: u64) -> String {
    let minutes = ms / 60_000;
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{}s", ms / 1000),
        (0, minutes) => format!("{minutes}m"),
        (hours, 0) => format!("{hours}h"),
        (hours, minutes) => format!("{hours}h {minutes}m"),
    }
}

//! Approvals that count, and who must differ.

use std::collections::BTreeSet;

use super::RuleCheck;
use crate::authority::force::Number;
use crate::dag::Index;
use crate::event::{ApprovalGranted, Data, Kind};
use crate::field::Set;
use crate::judgement::{Code, Court};
use crate::name::{EventId, Name};
use crate::policy::{ApprovalRule, Part};

impl Court<'_> {
    pub(super) fn approvals(
        &self,
        authority: Number,
        rule: &ApprovalRule,
        distinct: Option<&Set<Set<Part>>>,
    ) -> RuleCheck {
        let document = self.ledger.authorities().document(authority);
        let mut counted = BTreeSet::new();
        let mut blame = Vec::new();
        for (index, approval) in self.named_approvals() {
            let entry = self.ledger.entry(index);
            let within = rule.valid_ms.is_none_or(|ms| self.gate.time <= entry.event.header.time.plus_ms(ms.get()));
            let in_group = rule.groups.iter().any(|group| document.is_in_group(&entry.principal, group));
            let entitled = self.ledger.entitles(document, entry);
            if !within || !in_group || !entitled || self.has_another_part(index, approval, distinct) {
                continue;
            }
            match self.spoilt(index) {
                Some(by) => blame.push(self.id(by)),
                None => {
                    counted.insert(entry.principal.clone());
                }
            }
        }
        let groups = rule.groups.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ");
        let by: Vec<&str> = counted.iter().map(Name::as_str).collect();
        let by = if by.is_empty() { String::new() } else { format!(": {}", by.join(", ")) };
        let found = format!("{} of {} from {groups}{by}", counted.len(), rule.count.get());
        RuleCheck::new(Code::PolicyApprovals, counted.len() as u64 >= rule.count.get(), found).blaming(blame)
    }

    /// The approvals that it names, or has by resuming, which bind what is judged and have not expired.
    fn named_approvals(&self) -> Vec<(Index, &ApprovalGranted)> {
        let mut named = self.gate.approvals.clone();
        let mut resumed: Vec<EventId> = self.gate.resumes.iter().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = resumed.pop() {
            if let Some(Data::RolloutStarted(start)) = self.ledger.data_in(&self.grants.past, id)
                && seen.insert(id)
            {
                named.extend(start.spends.iter().flatten());
                resumed.extend(start.resumes.iter().flatten());
            }
        }
        let indices = named.into_iter().filter_map(|id| self.ledger.find(&self.grants.past, id));
        let approvals = indices.filter_map(|index| match self.ledger.data(index) {
            Some(Data::ApprovalGranted(approval)) => Some((index, &**approval)),
            Some(_) | None => None,
        });
        approvals.filter(|(index, approval)| self.grants(*index) && self.binds(approval)).collect()
    }

    fn binds(&self, approval: &ApprovalGranted) -> bool {
        let gate = self.gate;
        let touches = |components: &Set<crate::name::Component>| {
            !gate.components.is_empty() && gate.components.iter().all(|component| components.contains(component))
        };
        approval.deployment == gate.deployment
            && approval.release == gate.release
            && approval.target == gate.target
            && approval.policy == gate.policy
            && gate.time < approval.until
            && approval.components.as_ref().is_none_or(touches)
            && approval.plan.is_none_or(|plan| gate.plan == Some(plan))
    }

    /// The withdrawal, suspension or other rollout's start by which an approval counts no more.
    fn spoilt(&self, approval: Index) -> Option<Index> {
        let key = &self.ledger.entry(approval).event.header.key;
        let by_suspension = self.suspension(key);
        by_suspension.or_else(|| {
            self.ledger.indexes.naming(approval).find(|by| self.restricts(*by) && self.takes(*by, approval))
        })
    }

    fn takes(&self, by: Index, approval: Index) -> bool {
        let entry = self.ledger.entry(by);
        match entry.event.data() {
            Some(Data::ApprovalWithdrawn(_)) => true,
            Some(Data::RolloutStarted(start)) => {
                let same = Some(crate::ledger::RolloutKey::of(start, &entry.principal)) == self.gate.rollout;
                let resumed = self.gate.resumes.contains(&entry.event.id);
                let spends = start.spends.iter().flatten().any(|id| *id == self.id(approval));
                // A promotion spends nothing, and what a start spent does not count against it.
                spends && !same && !resumed && self.gate.rollout.is_some()
            }
            Some(_) | None => false,
        }
    }

    /// An approval by who has another part that must be somebody else's is not counted; `on_behalf_of` counts as well.
    fn has_another_part(&self, index: Index, approval: &ApprovalGranted, distinct: Option<&Set<Set<Part>>>) -> bool {
        let persons: Vec<&Name> =
            std::iter::once(&self.ledger.entry(index).principal).chain(&approval.on_behalf_of).collect();
        distinct.into_iter().flatten().filter(|parts| parts.contains(&Part::Approver)).any(|parts| {
            let others = parts.iter().filter(|part| **part != Part::Approver);
            others.flat_map(|part| self.holders(*part)).any(|holder| persons.contains(&&holder))
        })
    }

    pub(super) fn distinct(&self, parts: &Set<Part>) -> RuleCheck {
        let held: Vec<(Part, BTreeSet<Name>)> = parts.iter().map(|part| (*part, self.holders(*part))).collect();
        if held.iter().any(|(part, holders)| *part == Part::Author && holders.is_empty()) {
            return RuleCheck::new(Code::PolicyDistinct, false, "no author is named");
        }
        for (position, (part, holders)) in held.iter().enumerate() {
            // Approvals by who has another part are left out, not held against the others.
            let others =
                held[position + 1..].iter().filter(|(other, _)| *part != Part::Approver && *other != Part::Approver);
            for (other, theirs) in others {
                if let Some(both) = holders.intersection(theirs).next() {
                    let found = format!("{both} is {} and {}", word(*part), word(*other));
                    return RuleCheck::new(Code::PolicyDistinct, false, found);
                }
            }
        }
        let words: Vec<&str> = parts.iter().map(|part| word(*part)).collect();
        RuleCheck::new(Code::PolicyDistinct, true, format!("{} differ", words.join(", ")))
    }

    /// Who has a part in what is judged.
    fn holders(&self, part: Part) -> BTreeSet<Name> {
        match part {
            Part::Approver => BTreeSet::new(),
            Part::Deployer => {
                std::iter::once(self.gate.principal.clone()).chain(self.gate.on_behalf_of.clone()).collect()
            }
            Part::Releaser => self.release_events().into_iter().flat_map(|index| self.signers(index)).collect(),
            Part::Builder => self.build_events().into_iter().flat_map(|index| self.signers(index)).collect(),
            Part::Author => {
                let events = self.release_events().into_iter().chain(self.build_events());
                events.flat_map(|index| self.authors(index)).collect()
            }
        }
    }

    fn signers(&self, index: Index) -> Vec<Name> {
        let entry = self.ledger.entry(index);
        let on_behalf = match entry.event.data() {
            Some(Data::ReleaseCreated(created)) => created.on_behalf_of.clone(),
            Some(Data::BuildRecorded(build)) => build.on_behalf_of.clone(),
            Some(_) | None => None,
        };
        std::iter::once(entry.principal.clone()).chain(on_behalf).collect()
    }

    fn authors(&self, index: Index) -> Vec<Name> {
        let git = match self.ledger.data(index) {
            Some(Data::ReleaseCreated(created)) => created.git.as_ref(),
            Some(Data::BuildRecorded(build)) => build.git.as_ref(),
            Some(_) | None => None,
        };
        git.into_iter().flat_map(|git| git.authors.iter().flatten().cloned()).collect()
    }

    /// Each `release.created` of the release in the own past, without those that a review there disregards.
    pub(super) fn release_events(&self) -> Vec<Index> {
        let created = self.ledger.indexes.releases.get(&self.gate.release).into_iter().flatten().copied();
        created.filter(|index| self.grants(*index) && !self.ledger.is_disregarded(*index, None, self.grants)).collect()
    }

    /// Each build that one of these names.
    pub(super) fn build_events(&self) -> Vec<Index> {
        let named = self.release_events().into_iter().filter_map(|index| match self.ledger.data(index) {
            Some(Data::ReleaseCreated(created)) => Some(created),
            Some(_) | None => None,
        });
        let ids =
            named.flat_map(|created| created.artifacts.iter().flatten().filter_map(|(_, artifact)| artifact.build));
        let mut builds: Vec<Index> = ids.filter_map(|id| self.ledger.find(&self.grants.past, id)).collect();
        builds.sort_unstable();
        builds.dedup();
        let is_build = |index: &Index| self.ledger.entry(*index).event.kind() == Some(Kind::BuildRecorded);
        builds.retain(|index| {
            is_build(index) && self.grants(*index) && !self.ledger.is_disregarded(*index, None, self.grants)
        });
        builds
    }
}

fn word(part: Part) -> &'static str {
    match part {
        Part::Approver => "approver",
        Part::Author => "author",
        Part::Builder => "builder",
        Part::Deployer => "deployer",
        Part::Releaser => "releaser",
    }
}

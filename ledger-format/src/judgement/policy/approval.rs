//! Approvals that count, and who must differ.

use std::collections::{BTreeMap, BTreeSet};

use super::{Blame, RuleCheck};
use crate::authority::force::Number;
use crate::dag::Index;
use crate::event::{ApprovalGranted, Data, Kind};
use crate::field::Set;
use crate::judgement::{Cause, Code, Court, Gate};
use crate::ledger::{ClosedSet, Ledger, RolloutKey};
use crate::name::{EventId, Name};
use crate::policy::{ApprovalRule, Part, Policy};

impl Court<'_> {
    pub(super) fn approvals(&self, authority: Number, rule: &ApprovalRule, lists: &[&Set<Part>]) -> RuleCheck {
        let document = self.ledger.authorities().document(authority);
        let mut usable: Vec<(Index, &ApprovalGranted)> = self.listed();
        usable.retain(|(index, approval)| {
            self.binds(approval)
                && self.ledger.permits(document, self.ledger.entry(*index))
                && self.blame(*index).is_empty()
                && !self.has_another_part(*index, approval, lists)
        });
        let persons = self.persons(&usable);
        let mut counted = BTreeSet::new();
        let mut names = BTreeSet::new();
        for (index, _) in &usable {
            let entry = self.ledger.entry(*index);
            let age = self.gate.time.ms_since(entry.event.header.time);
            let within = rule.valid_ms.is_none_or(|ms| age <= ms.get());
            let in_group = rule.groups.iter().any(|group| document.is_in_group(&entry.principal, group));
            if within && in_group {
                counted.insert(persons[&entry.principal].clone());
                names.insert(entry.principal.as_str());
            }
        }
        let groups = rule.groups.iter().map(Name::as_str).collect::<Vec<_>>().join(" or ");
        let by = names.into_iter().collect::<Vec<_>>().join(", ");
        let by = if by.is_empty() { by } else { format!(": {by}") };
        let found = format!("{} of {} from {groups}{by}", counted.len(), rule.count.get());
        RuleCheck::new(Code::PolicyApprovals, counted.len() as u64 >= rule.count.get(), found).blaming(Blame::Approvals)
    }

    /// Who counts as one: an approval on behalf of somebody joins the two (LF-143).
    fn persons(&self, approvals: &[(Index, &ApprovalGranted)]) -> BTreeMap<Name, Name> {
        let mut persons = BTreeMap::new();
        for (index, _) in approvals {
            let principal = &self.ledger.entry(*index).principal;
            persons.insert(principal.clone(), principal.clone());
        }
        for (index, approval) in approvals {
            let Some(other) = &approval.on_behalf_of else { continue };
            let principal = &self.ledger.entry(*index).principal;
            let one = persons[principal].clone();
            let two = persons.entry(other.clone()).or_insert_with(|| other.clone()).clone();
            let (keep, gone) = (one.clone().min(two.clone()), one.max(two));
            for person in persons.values_mut().filter(|person| **person == gone) {
                *person = keep.clone();
            }
        }
        persons
    }

    /// The approvals that it names, or has by resuming (LF-152).
    fn listed(&self) -> Vec<(Index, &ApprovalGranted)> {
        let mut named = self.gate.approvals.clone();
        named.extend(self.ledger.spent_by(&self.gate.resumes, self.grants, self.set).1);
        let indices = named.into_iter().filter_map(|id| self.ledger.find(&self.grants.past, id));
        let approvals = indices.filter_map(|index| match self.ledger.data(index) {
            Some(Data::ApprovalGranted(approval)) => Some((index, &**approval)),
            Some(_) | None => None,
        });
        approvals.filter(|(index, _)| self.grants(*index)).collect()
    }

    /// What took any of the approvals that it names.
    pub(super) fn blamed(&self) -> BTreeSet<Cause> {
        self.listed().into_iter().flat_map(|(index, _)| self.blame(index)).collect()
    }

    /// By what an approval counts no more: withdrawn, its key suspended, spent by another rollout's start (LF-155).
    fn blame(&self, approval: Index) -> BTreeSet<Cause> {
        let mut blame = BTreeSet::new();
        let suspensions = self.suspensions(&self.ledger.entry(approval).event.header.key);
        blame.extend(suspensions.map(|by| self.cause(Code::ApprovalSuspended, by)));
        for by in self.ledger.indexes.naming(approval).filter(|by| self.restricts(*by)) {
            if matches!(self.ledger.data(by), Some(Data::ApprovalWithdrawn(_))) {
                blame.insert(self.cause(Code::ApprovalWithdrawn, by));
            }
        }
        if self.gate.rollout.is_some() {
            blame.extend(self.spenders(approval).into_iter().map(|by| self.cause(Code::ApprovalSpent, by)));
        }
        blame
    }

    /// Starts of other rollouts that spent an approval, by naming it or by resuming what did.
    fn spenders(&self, approval: Index) -> Vec<Index> {
        let id = self.id(approval);
        let (resumed, _) = self.ledger.spent_by(&self.gate.resumes, self.grants, self.set);
        let mut shared: Vec<RolloutKey> = resumed.iter().filter_map(|start| self.ledger.rollout_of(*start)).collect();
        shared.extend(self.gate.rollout.clone());
        let past = |start: Index| &self.ledger.entry(start).past;
        let starts = self.ledger.starts_after(approval).into_iter();
        let spends = |start: &Index| match self.ledger.data(*start) {
            Some(Data::RolloutStarted(data))
                if data.spends.iter().flatten().any(|named| *named == id) && past(*start).contains(approval) =>
            {
                true
            }
            Some(Data::RolloutStarted(data)) if data.resumes.is_some() => {
                let resumes = data.resumes.iter().flatten().copied().collect();
                let past = self.ledger.own_past(self.ledger.entry(*start));
                self.ledger.spent_by(&resumes, &past, self.set).1.contains(&id)
            }
            Some(_) | None => false,
        };
        let other = |start: &Index| !shared.iter().any(|rollout| self.ledger.is_of(*start, rollout));
        starts.filter(|start| spends(start) && self.restricts(*start) && other(start)).collect()
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

    /// An approval by who has another part that must be somebody else's is not counted; `on_behalf_of` counts as well.
    fn has_another_part(&self, index: Index, approval: &ApprovalGranted, lists: &[&Set<Part>]) -> bool {
        let persons: Vec<&Name> =
            std::iter::once(&self.ledger.entry(index).principal).chain(&approval.on_behalf_of).collect();
        lists.iter().filter(|parts| parts.contains(&Part::Approver)).any(|parts| {
            let others = parts.iter().filter(|part| **part != Part::Approver);
            others.flat_map(|part| self.holders(*part)).any(|holder| persons.contains(&&holder))
        })
    }

    /// The part of a principal that must be somebody else's than the approver's.
    fn part_besides(&self, who: &Name, lists: &[&Set<Part>]) -> Option<Part> {
        let with_approver = lists.iter().filter(|parts| parts.contains(&Part::Approver));
        let mut others = with_approver.flat_map(|parts| parts.iter()).filter(|part| **part != Part::Approver);
        others.find(|part| self.holders(**part).contains(who)).copied()
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

impl Ledger {
    /// The part because of which the policy of a target would not count an approval by this principal.
    pub fn part_besides_approver(&self, gate: &Gate, who: &Name, own: &ClosedSet) -> Option<Part> {
        let court = self.court(gate, own);
        let of_gate = |document| Policy::resolve(document, &gate.deployment, &gate.target);
        let policies: Vec<Policy<'_>> = self.documents(own).map(|document| of_gate(document.authority())).collect();
        let rules = policies.iter().flat_map(|policy| policy.rules());
        let lists: Vec<&Set<Part>> = rules.flat_map(|rules| rules.distinct.iter().flatten()).collect();
        court.part_besides(who, &lists)
    }

    /// The starts that these lead back to by `resumes`, themselves too, and what all of them spent (LF-152).
    fn spent_by(
        &self,
        resumes: &BTreeSet<EventId>,
        past: &ClosedSet,
        set: &ClosedSet,
    ) -> (BTreeSet<Index>, BTreeSet<EventId>) {
        let (mut starts, mut spent) = (BTreeSet::new(), BTreeSet::new());
        let mut left: Vec<EventId> = resumes.iter().copied().collect();
        while let Some(index) = left.pop().map(|id| self.find(&past.past, id)) {
            if let Some(index) = index
                && let Some(Data::RolloutStarted(start)) = self.data(index)
                && self.is_effective(index, set)
                && starts.insert(index)
            {
                // LF-150: a bad id names nothing.
                let own = &self.entry(index).past;
                let named = |id: &&EventId, kind| self.find_kind(own, **id, kind).is_some();
                spent.extend(start.spends.iter().flatten().filter(|id| named(id, Kind::ApprovalGranted)));
                left.extend(start.resumes.iter().flatten().filter(|id| named(id, Kind::RolloutStarted)));
            }
        }
        (starts, spent)
    }

    /// Whether a start is part of a rollout.
    pub(crate) fn is_of(&self, start: Index, rollout: &RolloutKey) -> bool {
        self.rollout_of(start).is_some_and(|of| of == *rollout)
    }

    /// Starts that name an approval, or lead back to one that does.
    fn starts_after(&self, approval: Index) -> BTreeSet<Index> {
        let (mut found, mut ahead) = (BTreeSet::new(), vec![approval]);
        while let Some(named) = ahead.pop() {
            let by = self.indexes.naming(named).filter(|by| self.start(*by).is_some());
            ahead.extend(by.filter(|by| found.insert(*by)).collect::<Vec<_>>());
        }
        found
    }

    /// The rollout that a start is part of.
    pub fn rollout_of(&self, start: Index) -> Option<RolloutKey> {
        match self.data(start) {
            Some(Data::RolloutStarted(data)) => Some(RolloutKey::of(data, &self.entry(start).principal)),
            Some(_) | None => None,
        }
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

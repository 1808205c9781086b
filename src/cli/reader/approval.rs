//! An approval as `ledger show` tells it: what it says and binds, whether it counted, what became of it.

use ledger_format::dag::Index;
use ledger_format::event::{ApprovalGranted, Data};
use ledger_format::name::Component;
use ledger_format::projection::gates::{Candidate, Fate};

use super::{Reader, kind_of};
use crate::cli::view::event_log::{ApprovalFate, Became};
use crate::cli::view::says::list;
use crate::ledger::outlook::outlook;
use crate::stages::approval::{Approver, why_in_vain};

impl Reader<'_> {
    /// `None` where it is no approval.
    pub(super) fn approval(&self, index: Index) -> Option<ApprovalFate> {
        let Some(Data::ApprovalGranted(given)) = self.ledger().data(index) else { return None };
        let (became, by) = match self.ledger().fate(index, given, self.moment, &self.set) {
            Fate::Stands => (Became::Stands, None),
            Fate::Withdrawn(by) => (Became::Withdrawn, Some(by)),
            Fate::Suspended(by) => (Became::Suspended, Some(by)),
            Fate::Spent(by) => (Became::Spent, Some(by)),
            Fate::Expired => (Became::Expired, None),
            Fate::OtherPolicy => (Became::OtherPolicy, None),
        };
        Some(ApprovalFate {
            became,
            by: by.map(|by| self.id(by)),
            in_vain: self.in_vain(index, given),
            says: self.approves(index, given),
            binds: self.binds(given),
            effect: self.effect(index, given, (became, by)),
        })
    }

    fn candidate<'a>(given: &'a ApprovalGranted) -> Candidate<'a> {
        Candidate { deployment: &given.deployment, target: &given.target, release: given.release }
    }

    /// `chloe approves payment-service v1.5.0 (b7e2c94d10f8) for prod, until 11-21 10:14`
    fn approves(&self, index: Index, given: &ApprovalGranted) -> String {
        let look = self.world().ui.look();
        let who = &self.ledger().entry(index).principal;
        let id = look.release(&given.release);
        let release = match self.name(&given.deployment, &given.release).alias() {
            Some(alias) => format!("{alias} ({id})"),
            None => id,
        };
        let until = look.times.exact(given.until.into());
        format!("{who} approves {} {release} for {}, until {until}", given.deployment, given.target)
    }

    /// `policy d81f0e6a27c5 · evidence 19e7b4a05c3d, 93f4c1e07ad8 · one rollout`
    fn binds(&self, given: &ApprovalGranted) -> String {
        let look = self.world().ui.look();
        let mut parts = vec![format!("policy {}", given.policy.short())];
        let evidence: Vec<String> = given.evidence.iter().flatten().map(|id| look.event(id)).collect();
        parts.push(if evidence.is_empty() { "no evidence".to_owned() } else { format!("evidence {}", list(evidence)) });
        parts.extend(given.plan.map(|plan| format!("plan {}", plan.short())));
        parts.extend(given.components.as_ref().map(|only| format!("only {}", list(only.iter().map(Component::name)))));
        parts.push("one rollout".to_owned());
        parts.join(" · ")
    }

    /// `2 of 2 from release-managers: ben, chloe; spent by rollout.started 3a90d1c76e5b`
    fn effect(&self, index: Index, given: &ApprovalGranted, (became, by): (Became, Option<Index>)) -> String {
        let time = self.ledger().entry(index).event.header.time;
        let with_it = outlook(self.ledger(), Self::candidate(given), time, &self.ledger().at_event(index));
        let found: Vec<String> =
            with_it.iter().flat_map(|outlook| outlook.approval_checks()).map(|check| check.found.clone()).collect();
        let found = if found.is_empty() { "the policy asks for none".to_owned() } else { found.join(", ") };
        let by = by.map(|by| &self.ledger().entry(by).event);
        let by = by.map(|by| format!(" by {} {}", kind_of(by), by.id.short())).unwrap_or_default();
        format!("{found}; {}{by}", became.says())
    }

    fn in_vain(&self, index: Index, given: &ApprovalGranted) -> Option<String> {
        let entry = self.ledger().entry(index);
        let header = &entry.event.header;
        let approver = Approver { principal: &entry.principal, key: &header.key, now: header.time };
        let past = self.ledger().own_past(entry);
        why_in_vain(self.ledger(), Self::candidate(given), approver, &past).map(|why| why.to_string())
    }
}

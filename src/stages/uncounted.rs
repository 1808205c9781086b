//! Approvals of a release that do not count at a gate, and why. Pure.

use std::collections::BTreeMap;

use ledger_format::dag::Index;
use ledger_format::judgement::Gate;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::Name;
use ledger_format::policy::Part;
use ledger_format::projection::gates::{Candidate, Fate};

/// The newest approval of a person, that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    pub approver: Name,
    pub why: Why,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    #[error("{0} withdrew it")]
    Withdrawn(Name),
    #[error("{0} suspended the key")]
    Suspended(Name),
    #[error("a rollout by {0} has spent it")]
    Spent(Name),
    #[error("it has expired")]
    Expired,
    #[error("the policy has changed since")]
    OtherPolicy,
    #[error("approver and {0} must differ")]
    HasAnotherPart(Part),
}

pub fn uncounted(ledger: &Ledger, gate: &Gate, own: &ClosedSet) -> Vec<Uncounted> {
    let candidate = Candidate { deployment: &gate.deployment, target: &gate.target, release: gate.release };
    let given = ledger.approvals(candidate, own).into_iter();
    let newest: BTreeMap<&Name, _> =
        given.map(|(index, approval)| (&ledger.entry(index).principal, (index, approval))).collect();
    let signer = |by: Index| ledger.entry(by).principal.clone();
    let uncounted = newest.into_iter().filter_map(|(approver, (index, approval))| {
        let named = gate.approvals.contains(&ledger.entry(index).event.id);
        let why = match ledger.fate(index, approval, gate.time, own) {
            Fate::Withdrawn(by) => Why::Withdrawn(signer(by)),
            Fate::Suspended(by) => Why::Suspended(signer(by)),
            // A rollout that resumes has spent its approvals itself.
            Fate::Spent(by) if !named => Why::Spent(signer(by)),
            Fate::Expired => Why::Expired,
            Fate::OtherPolicy => Why::OtherPolicy,
            Fate::Stands | Fate::Spent(_) => Why::HasAnotherPart(ledger.part_besides_approver(gate, approver, own)?),
        };
        Some(Uncounted { approver: approver.clone(), why })
    });
    uncounted.collect()
}

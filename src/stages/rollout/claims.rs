//! The claims that stand on a target, and what ends them by hand. Pure.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::event::{Data, RolloutClaimed};
use ledger_format::field::{Run, True};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Fingerprint, Name, ReleaseId};
use ledger_format::time::Time;

/// A claim that nothing has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub id: EventId,
    pub index: Index,
    pub key: Fingerprint,
    pub run: Run,
    pub principal: Name,
    pub release: ReleaseId,
    pub rollout: Name,
    pub hold: Option<True>,
}

/// Every unended claim of a target in a set, in the order in which events are shown.
pub fn standing(ledger: &Ledger, deployment: &Name, target: &Name, set: &ClosedSet) -> Vec<Standing> {
    let claim = |(index, entry): (Index, &ledger_format::ledger::Entry)| {
        let Some(Data::RolloutClaimed(claimed)) = entry.event.data() else { return None };
        let RolloutClaimed::Target(claim) = &**claimed else { return None };
        let here = claim.deployment == *deployment && claim.target == *target;
        let stands = here && ledger.is_effective(index, set) && ledger.claim_end(index, set).is_none();
        stands.then(|| Standing {
            id: entry.event.id,
            index,
            key: entry.event.header.key.clone(),
            run: entry.event.header.run.clone(),
            principal: entry.principal.clone(),
            release: claim.release,
            rollout: claim.rollout.clone(),
            hold: claim.hold,
        })
    };
    let mut found: Vec<Standing> = ledger.entries().filter_map(claim).collect();
    found.sort_by_key(|claim| ledger.order(claim.index));
    found
}

/// When the process that holds a claim wrote last.
pub fn last_event(ledger: &Ledger, claim: EventId, set: &ClosedSet) -> Option<Time> {
    let run = &ledger.get(claim)?.event.header.run;
    let of_run = ledger.entries().filter(|(index, entry)| set.contains(*index) && entry.event.header.run == *run);
    of_run.map(|(_, entry)| entry.event.header.time).max()
}

/// The components that a start under a claim has touched, of how many.
pub fn progress(ledger: &Ledger, claim: EventId, set: &ClosedSet) -> Option<(EventId, usize, usize)> {
    let under = |index: &Index| {
        let claimed = ledger.start(*index).and_then(|start| start.claim);
        claimed == Some(claim) && set.contains(*index)
    };
    let indices = ledger.entries().map(|(index, _)| index);
    let index = indices.filter(under).max_by_key(|index| ledger.order(*index))?;
    let start = ledger.start(index)?;
    let touched: BTreeSet<_> =
        start.components.iter().filter(|component| !ledger.applied(index, component, set).is_empty()).collect();
    Some((ledger.entry(index).event.id, touched.len(), start.components.len()))
}

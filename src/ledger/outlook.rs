//! How a release stands before the gate of a target: which rules of its policy are met, and what else is in the way.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::event::{Kind, ReleaseCreated, RolloutStarted};
use ledger_format::judgement::{Code, Gate, RuleCheck};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Fingerprint, Name};
use ledger_format::policy::Policy;
use ledger_format::projection::gates::Candidate;
use ledger_format::right::{Ask, Dimension, Need, Scope};
use ledger_format::time::Time;

/// The rules of a target's policy, as a start of the whole release would find them now.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub gate: Gate,
    pub checks: Vec<RuleCheck>,
    /// The approvals that such a start would name.
    pub approvals: Vec<Index>,
    /// The holds and denials in the way.
    pub holds: Vec<Index>,
    pub denials: Vec<Index>,
}

impl Outlook {
    pub fn met(&self) -> usize {
        self.checks.iter().filter(|check| check.met).count()
    }

    pub fn approval_checks(&self) -> impl Iterator<Item = &RuleCheck> {
        self.checks.iter().filter(|check| check.code == Code::PolicyApprovals)
    }
}

/// `None` where no release of that deployment in the set carries the target. Who would start it is open: of those who
/// may, whoever meets most rules is taken.
pub fn outlook(ledger: &Ledger, candidate: Candidate<'_>, time: Time, set: &ClosedSet) -> Option<Outlook> {
    let created = created(ledger, candidate, set)?;
    let standing = ledger.standing_approvals(candidate, time, set);
    let approvals: Vec<Index> = standing.into_iter().map(|(index, _)| index).collect();
    let spends: Vec<EventId> = approvals.iter().map(|index| ledger.entry(*index).event.id).collect();
    let start = start(ledger, candidate, created, spends, set)?;
    let with = |(key, principal)| {
        let gate = Gate::start(&start, key, principal, time);
        (ledger.policy_checks(&gate, set), gate)
    };
    let met = |(checks, _): &(Vec<RuleCheck>, Gate)| checks.iter().filter(|check| check.met).count();
    let (checks, gate) = starters(ledger, candidate, created, set).into_iter().map(with).max_by_key(met)?;
    let concerned =
        |(index, hold): (Index, &ledger_format::event::HoldPlaced)| hold.concerns(candidate).then_some(index);
    let holds = ledger.standing_holds(time, set).into_iter().filter_map(concerned).collect();
    let denials = ledger.standing_denials(candidate, set).into_iter().map(|(index, _)| index).collect();
    Some(Outlook { gate, checks, approvals, holds, denials })
}

/// The newest `release.created` of a release, where that carries the target.
pub fn created<'a>(ledger: &'a Ledger, candidate: Candidate<'_>, set: &ClosedSet) -> Option<&'a ReleaseCreated> {
    let created = ledger.release_of(candidate.deployment, candidate.release, set)?;
    created.carries(candidate.target).then_some(created)
}

fn start(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    created: &ReleaseCreated,
    spends: Vec<EventId>,
    set: &ClosedSet,
) -> Option<RolloutStarted> {
    let document = ledger.documents(set).next()?;
    let components = created.components.get(candidate.target)?;
    Some(RolloutStarted {
        claim: None,
        deployment: candidate.deployment.clone(),
        target: candidate.target.clone(),
        release: candidate.release,
        rollout: candidate.target.clone(),
        components: components.clone(),
        whole: components.clone(),
        policy: Policy::resolve(document.authority(), candidate.deployment, candidate.target).digest(),
        spends: ledger_format::field::Set::new(spends),
        promotion: None,
        plan: None,
        rollback: None,
        resumes: None,
        r#override: None,
        no_lock: None,
        bundle: None,
        on_behalf_of: None,
        ci: None,
    })
}

/// Who may start the release there; where nobody may, anybody.
fn starters(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    created: &ReleaseCreated,
    set: &ClosedSet,
) -> Vec<(Fingerprint, Name)> {
    let deployment = Dimension::One(candidate.deployment.clone());
    let scopes =
        Scope::each(deployment, created.components.get(candidate.target), Dimension::One(candidate.target.clone()));
    let asks = Ask::each(&Need::Kind(Kind::RolloutStarted), scopes);
    let mut seen = BTreeSet::new();
    let keys = ledger.documents(set).flat_map(|document| document.authority().keys());
    let everybody: Vec<(&Name, &Fingerprint)> =
        keys.filter(|(name, _, _)| seen.insert((*name).clone())).map(|(name, key, _)| (name, key)).collect();
    let may = |name: &Name| ledger.documents(set).all(|document| asks.iter().all(|ask| document.gives(name, ask)));
    let able: Vec<_> = everybody.iter().copied().filter(|(name, _)| may(name)).collect();
    let some = if able.is_empty() { everybody } else { able };
    some.into_iter().map(|(name, key)| (key.clone(), name.clone())).collect()
}

//! Lets a release into a target: what is signed, and whether the policy of the target permits it now. Pure.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::event::{Data, End, PromotionRecorded, Reason};
use ledger_format::field::{Ci, Set, Text};
use ledger_format::judgement::{Cause, Code, Gate, RuleCheck};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Fingerprint, Name};
use ledger_format::policy::Policy;
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use crate::ledger::releases;
use crate::stages::uncounted::{Uncounted, uncounted};

/// Who is about to sign, and when.
#[derive(Debug, Clone)]
pub struct Signing {
    pub key: Fingerprint,
    pub principal: Name,
    pub now: Time,
}

/// What stands against a start or promotion that is about to be written.
#[derive(Debug, Clone)]
pub struct Obstacles {
    pub before: Before,
    pub causes: BTreeSet<Cause>,
    /// Every rule of the policy, met or not.
    pub checks: Vec<RuleCheck>,
    pub uncounted: Vec<Uncounted>,
}

/// Before what they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    Start,
    Promotion,
}

impl Obstacles {
    /// What is in the way; nothing where everything is permitted, or is passed over.
    pub fn of(ledger: &Ledger, gate: &Gate, own: &ClosedSet) -> Option<Self> {
        let mut causes = ledger.assess(gate, own);
        // The lock leaves out what is done; an override passes over the rest.
        causes.retain(|cause| cause.code != Code::Done && !(gate.overridden && cause.code.is_passable()));
        let checks = if gate.overridden { Vec::new() } else { ledger.policy_checks(gate, own) };
        let before = if gate.rollout.is_some() { Before::Start } else { Before::Promotion };
        (!causes.is_empty()).then(|| Self { before, causes, checks, uncounted: uncounted(ledger, gate, own) })
    }
}

/// Whether a release needs no promotion: it was made with this target, or a good promotion let it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetIn {
    MadeHere,
    Promoted(EventId),
    No,
}

pub fn let_in(ledger: &Ledger, candidate: Candidate<'_>, set: &ClosedSet) -> LetIn {
    let of_this = |created: &ledger_format::event::ReleaseCreated| {
        created.deployment == *candidate.deployment
            && created.release == candidate.release
            && created.target.as_ref() == Some(candidate.target)
    };
    if releases::created(ledger, set).into_iter().any(|(_, created)| of_this(created)) {
        return LetIn::MadeHere;
    }
    let promotion = |(index, entry): (Index, &ledger_format::ledger::Entry)| match entry.event.data() {
        Some(Data::PromotionRecorded(promotion)) => {
            let same = promotion.deployment == *candidate.deployment
                && promotion.release == candidate.release
                && promotion.target == *candidate.target;
            (same && set.contains(index) && ledger.is_good(index, set)).then_some(index)
        }
        Some(_) | None => None,
    };
    let newest = ledger.entries().filter_map(promotion).max_by_key(|index| ledger.order(*index));
    newest.map_or(LetIn::No, |index| LetIn::Promoted(ledger.entry(index).event.id))
}

/// The promotion as it would be written now.
pub fn draft(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    own: &ClosedSet,
    now: Time,
    overrides: Option<&Text>,
    ci: Option<&Ci>,
) -> PromotionRecorded {
    let Candidate { deployment, target, release } = candidate;
    let approvals = ledger.standing_approvals(candidate, now, own);
    PromotionRecorded {
        deployment: deployment.clone(),
        release,
        target: target.clone(),
        policy: policy(ledger, candidate, own),
        approvals: Set::new(approvals.into_iter().map(|(index, _)| ledger.entry(index).event.id)),
        from: from(ledger, candidate, own),
        images: None,
        referrers: None,
        r#override: overrides.map(|reason| Reason { reason: reason.clone() }),
        on_behalf_of: None,
        ci: ci.cloned(),
    }
}

/// What stands against a promotion.
pub fn obstacles(
    ledger: &Ledger,
    promotion: &PromotionRecorded,
    signing: &Signing,
    own: &ClosedSet,
) -> Option<Obstacles> {
    let Signing { key, principal, now } = signing.clone();
    Obstacles::of(ledger, &Gate::promotion(promotion, key, principal, now), own)
}

/// The rules of the target's policy, met or not.
pub fn checks(ledger: &Ledger, promotion: &PromotionRecorded, signing: &Signing, own: &ClosedSet) -> Vec<RuleCheck> {
    let Signing { key, principal, now } = signing.clone();
    ledger.policy_checks(&Gate::promotion(promotion, key, principal, now), own)
}

/// The digest of the policy of the target, by the newest authority of the set.
pub fn policy(ledger: &Ledger, candidate: Candidate<'_>, set: &ClosedSet) -> ledger_format::digest::Digest {
    let document = ledger.documents(set).next();
    let digest = |document: &ledger_format::authority::Document| {
        Policy::resolve(document.authority(), candidate.deployment, candidate.target).digest()
    };
    // A set without any authority does not exist: its first event is one.
    document.map_or_else(|| ledger_format::canonical::digest_of(&[(); 0]), digest)
}

/// Whether the policy in force has other rules for rollbacks.
pub fn has_rollback_rule(ledger: &Ledger, candidate: Candidate<'_>, set: &ClosedSet) -> bool {
    ledger.documents(set).next().is_some_and(|document| {
        let policy = Policy::resolve(document.authority(), candidate.deployment, candidate.target);
        policy.rules().iter().any(|rules| rules.rollback.is_some())
    })
}

/// The newest finish of the release on another target: one that the policy names, where it names any.
fn from(ledger: &Ledger, candidate: Candidate<'_>, set: &ClosedSet) -> Option<EventId> {
    let document = ledger.documents(set).next()?;
    let policy = Policy::resolve(document.authority(), candidate.deployment, candidate.target);
    let named: BTreeSet<&Name> = policy.rules().iter().flat_map(|rules| rules.from.iter().flatten()).collect();
    let places = ledger.places(set).into_iter().filter(|(deployment, target)| {
        deployment == candidate.deployment && target != candidate.target && (named.is_empty() || named.contains(target))
    });
    let mut finishes: Vec<Index> = Vec::new();
    for (deployment, target) in places {
        let starts = ledger.starts(&deployment, &target, set);
        let of_release = starts.into_iter().filter(|(_, start)| start.release == candidate.release);
        let succeeded = of_release.filter(|(index, _)| ledger.outcome(*index, set) == Some(End::Succeeded));
        finishes.extend(succeeded.filter_map(|(index, _)| ledger.finish_of(index, set)));
    }
    finishes.into_iter().max_by_key(|index| ledger.order(*index)).map(|index| ledger.entry(index).event.id)
}

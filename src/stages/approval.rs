//! An approval before it is signed: what it says, and whether it would count. Pure.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::digest::Digest;
use ledger_format::event::{ApprovalGranted, ReleaseCreated};
use ledger_format::field::{Image, Note, Set};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Component, EventId, Fingerprint, Name};
use ledger_format::policy::{ApprovalRule, Part, Policy};
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use crate::ledger::outlook::{self, outlook};

/// How long an approval counts when neither the person nor the policy says less.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What a person asks to approve.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub candidate: Candidate<'a>,
    /// None: all that the release has for the target.
    pub components: Vec<Component>,
    pub plan: Option<Digest>,
    pub until: Option<Time>,
    pub on_behalf_of: Option<Name>,
    pub note: Option<Note>,
}

/// Who approves, and when.
#[derive(Debug, Clone, Copy)]
pub struct Approver<'a> {
    pub principal: &'a Name,
    pub key: &'a Fingerprint,
    pub now: Time,
}

/// What would be signed.
#[derive(Debug, Clone)]
pub struct Draft {
    pub data: ApprovalGranted,
    /// The newest evidence on the release and its images, which it names.
    pub evidence: Vec<Index>,
    /// Those of it that figures are summed over.
    pub summed: BTreeSet<Index>,
    /// The groups of the approver that the policy asks.
    pub groups: Vec<Name>,
    pub in_vain: Option<InVain>,
}

/// Why an approval would not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InVain {
    #[error("{by} withdrew the release")]
    Withdrawn { by: Name },
    #[error("{by} suspended your key")]
    Suspended { by: Name },
    #[error("{who} is not of {}", names(.groups))]
    NotAsked { who: Name, groups: BTreeSet<Name> },
    #[error("{who} is its {part}, and the policy wants another approver")]
    HasAnotherPart { who: Name, part: Part },
}

fn names(groups: &BTreeSet<Name>) -> String {
    groups.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// `None` where no such release carries the target.
pub fn draft(ledger: &Ledger, request: Request<'_>, approver: Approver<'_>) -> Option<Draft> {
    let everything = ledger.everything();
    let candidate = request.candidate;
    let created = outlook::created(ledger, candidate, &everything)?;
    let policy =
        Policy::resolve(ledger.documents(&everything).next()?.authority(), candidate.deployment, candidate.target);
    let (evidence, summed) = evidence(ledger, created, &everything);
    let asked: BTreeSet<Name> = approval_rules(&policy).flat_map(|rule| rule.groups.iter().cloned()).collect();
    let groups = own_groups(ledger, approver, &asked, &everything);
    let data = ApprovalGranted {
        deployment: candidate.deployment.clone(),
        release: candidate.release,
        target: candidate.target.clone(),
        policy: policy.digest(),
        evidence: Set::new(evidence.iter().map(|index| ledger.entry(*index).event.id)),
        plan: request.plan,
        until: request.until.unwrap_or_else(|| until(approver.now, &policy)),
        images: if request.components.is_empty() { images(created) } else { None },
        request: answered(ledger, candidate, policy.digest(), &everything),
        components: Set::new(request.components),
        on_behalf_of: request.on_behalf_of,
        note: request.note,
    };
    let in_vain = in_vain(ledger, candidate, approver, (asked, &groups), &everything);
    Some(Draft { data, evidence, summed, groups, in_vain })
}

/// Why an approval would not count, in a set.
pub fn why_in_vain(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    approver: Approver<'_>,
    set: &ClosedSet,
) -> Option<InVain> {
    let policy = Policy::resolve(ledger.documents(set).next()?.authority(), candidate.deployment, candidate.target);
    let asked: BTreeSet<Name> = approval_rules(&policy).flat_map(|rule| rule.groups.iter().cloned()).collect();
    let own = own_groups(ledger, approver, &asked, set);
    in_vain(ledger, candidate, approver, (asked, &own), set)
}

fn own_groups(ledger: &Ledger, approver: Approver<'_>, asked: &BTreeSet<Name>, set: &ClosedSet) -> Vec<Name> {
    let is_in = |group: &&Name| ledger.documents(set).any(|document| document.is_in_group(approver.principal, group));
    asked.iter().filter(is_in).cloned().collect()
}

fn approval_rules<'a>(policy: &'a Policy<'_>) -> impl Iterator<Item = &'a ApprovalRule> {
    policy.rules().iter().flat_map(|rules| rules.approvals.iter().flatten())
}

fn until(now: Time, policy: &Policy<'_>) -> Time {
    let allowed = approval_rules(policy).filter_map(|rule| rule.valid_ms).map(|ms| ms.get()).min();
    now.plus_ms(allowed.unwrap_or(DAY_MS).min(DAY_MS))
}

fn evidence(ledger: &Ledger, created: &ReleaseCreated, set: &ClosedSet) -> (Vec<Index>, BTreeSet<Index>) {
    let artifacts = created.artifacts.iter().flatten();
    let mut objects: Vec<Digest> = artifacts.map(|(_, artifact)| artifact.image.digest).collect();
    objects.push(created.release.0);
    let newest = ledger.newest_evidence(&created.deployment, &objects, set);
    let summed = ledger.summed_evidence(&newest, &objects).into_iter().map(|(index, _)| index).collect();
    (newest.into_iter().map(|(index, _)| index).collect(), summed)
}

fn images(created: &ReleaseCreated) -> Option<Set<Image>> {
    Set::new(created.artifacts.iter().flatten().map(|(_, artifact)| artifact.image.clone()))
}

/// The newest request for approvals of this release under this policy.
fn answered(ledger: &Ledger, candidate: Candidate<'_>, policy: Digest, set: &ClosedSet) -> Option<EventId> {
    let asked = ledger.approval_requests(candidate, set).into_iter();
    let same = asked.filter(|(_, request)| request.policy == policy).map(|(index, _)| index);
    same.max_by_key(|index| ledger.order(*index)).map(|index| ledger.entry(index).event.id)
}

fn in_vain(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    approver: Approver<'_>,
    (asked, own): (BTreeSet<Name>, &[Name]),
    set: &ClosedSet,
) -> Option<InVain> {
    let signer = |index: Index| ledger.entry(index).principal.clone();
    let who = approver.principal.clone();
    if let Some(by) = ledger.withdrawal(candidate.release, set) {
        return Some(InVain::Withdrawn { by: signer(by) });
    }
    if let Some(by) = ledger.standing_suspension(approver.key, set) {
        return Some(InVain::Suspended { by: signer(by) });
    }
    if asked.is_empty() {
        return None;
    }
    if own.is_empty() {
        return Some(InVain::NotAsked { who, groups: asked });
    }
    let gate = outlook(ledger, candidate, approver.now, set)?.gate;
    let part = ledger.part_besides_approver(&gate, approver.principal, set)?;
    Some(InVain::HasAnotherPart { who, part })
}

//! The rules of a target's policy, each with what was found.

use ledger_format::event::Data;
use ledger_format::judgement::{Cause, Code, RuleCheck};
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use serde::Serialize;

use super::says::count;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    /// The word by which reports know it: `policy-approvals`.
    pub rule: &'static str,
    pub met: bool,
    pub found: String,
}

impl RuleRow {
    pub fn of(check: &RuleCheck) -> Self {
        Self { rule: check.code.as_str(), met: check.met, found: check.found.clone() }
    }

    pub fn name(&self) -> &'static str {
        called(self.rule)
    }
}

/// What stands in the way beside the rules: a hold, a rejection, a promotion that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CauseRow {
    /// The word by which reports know it: `hold`.
    pub code: &'static str,
    pub event: Option<EventId>,
    /// By whom, and why.
    pub says: String,
}

impl CauseRow {
    pub fn of(ledger: &Ledger, cause: &Cause) -> Self {
        Self { code: cause.code.as_str(), event: cause.event, says: because(ledger, cause) }
    }

    pub fn name(&self) -> &'static str {
        called(self.code)
    }
}

/// Who wrote what stands in the way, and why.
fn because(ledger: &Ledger, cause: &Cause) -> String {
    let by = cause.event.and_then(|id| ledger.index(id)).map(|index| ledger.entry(index));
    let Some(by) = by else {
        return match cause.code {
            Code::NoPromotion => "nobody let the release in".to_owned(),
            code => name(code).to_owned(),
        };
    };
    let reason = match by.event.data() {
        Some(Data::HoldPlaced(hold)) => hold.reason.to_string(),
        Some(Data::ApprovalDenied(denial)) => denial.reason.to_string(),
        Some(Data::ReleaseWithdrawn(withdrawn)) => withdrawn.reason.to_string(),
        Some(Data::KeySuspended(suspended)) => suspended.reason.to_string(),
        Some(Data::EvidenceRecorded(evidence)) => match &evidence.name {
            Some(name) => format!("{} {name}", evidence.r#type),
            None => evidence.r#type.to_string(),
        },
        Some(_) | None => {
            return match cause.code {
                Code::NoRight => "`sealog ledger keys list` shows who has it".to_owned(),
                _ => format!("because of {} by {}", by.event.id.short(), by.principal),
            };
        }
    };
    format!("by {}: {reason} · {}", by.principal, by.event.id.short())
}

/// Rules are shown one by one from the policy itself.
pub fn is_of_policy(code: Code) -> bool {
    let word = code.as_str();
    word.starts_with("policy-") || word.starts_with("approval-") || code == Code::EvidenceFailed
}

fn called(word: &'static str) -> &'static str {
    Code::ALL.iter().find(|code| code.as_str() == word).map_or(word, |code| name(*code))
}

/// What people call a rule or a restriction.
pub fn name(code: Code) -> &'static str {
    match code {
        Code::PolicyApprovals => "approvals",
        Code::PolicyBuilt => "built here",
        Code::PolicyClean => "clean tree",
        Code::PolicyDistinct => "who differs",
        Code::PolicyEvidence => "evidence",
        Code::PolicyFrom => "comes from",
        Code::PolicySoak => "time there",
        Code::PolicyStale => "stale",
        Code::PolicyWindows => "window",
        Code::Hold => "hold",
        Code::Denied => "denied",
        Code::EvidenceFailed => "failed",
        Code::NoPromotion => "promotion",
        Code::NoRight => "right",
        Code::ReleaseWithdrawn => "withdrawn",
        Code::Suspended => "suspended",
        Code::Dispute => "dispute",
        Code::ApprovalSpent
        | Code::ApprovalSuspended
        | Code::ApprovalWithdrawn
        | Code::Closed
        | Code::Done
        | Code::HomeMoved
        | Code::RuleBadReference
        | Code::RuleClaim
        | Code::RulePolicyDigest
        | Code::RulePromotion
        | Code::RuleRelease
        | Code::RuleResumes
        | Code::RuleRollback
        | Code::RuleWhole => code.as_str(),
    }
}

/// `6 of 6 rules of prod met`
pub fn summary(rules: &[RuleRow], target: &Name) -> String {
    let met = rules.iter().filter(|rule| rule.met).count();
    match rules.len() {
        0 => format!("the policy of {target} has no rules"),
        all => format!("{met} of {} of {target} met", count(all, "rule")),
    }
}

//! The rules of a target's policy, each with what was found.

use ledger_format::judgement::{Code, RuleCheck};
use ledger_format::name::Name;
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
        Code::ALL.iter().find(|code| code.as_str() == self.rule).map_or(self.rule, |code| name(*code))
    }
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

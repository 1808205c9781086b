//! Why a start or promotion is not simply permitted.

use crate::name::EventId;

/// One rule that does not hold, and the event that is to blame, where there is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    pub code: Code,
    pub event: Option<EventId>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $text:literal, $passable:literal;)+) => {
        /// Which rule; an override passes over policies, holds, denials, evidence and a missing promotion.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $code,)+ }

        impl Code {
            /// Every code, in the order of its text.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// The word by which reports and vectors know it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $text,)+ }
            }

            /// Whether an override passes over it.
            pub const fn is_passable(self) -> bool {
                match self { $(Self::$code => $passable,)+ }
            }
        }
    };
}

codes! {
    ApprovalSpent = "approval-spent", true;
    ApprovalSuspended = "approval-suspended", true;
    ApprovalWithdrawn = "approval-withdrawn", true;
    /// Another rollout of the target started, unseen by each start of this one.
    Closed = "closed", false;
    /// Somebody said no.
    Denied = "denied", true;
    /// Two authorities in force replace the same one.
    Dispute = "dispute", false;
    /// A component that is done in its rollout already.
    Done = "done", false;
    /// Evidence that the policy asks for failed.
    EvidenceFailed = "evidence-failed", true;
    /// A hold stands.
    Hold = "hold", true;
    /// An authority names another store of locks.
    HomeMoved = "home-moved", false;
    /// The release was not let into the target.
    NoPromotion = "no-promotion", true;
    /// An authority takes the right away.
    NoRight = "no-right", false;
    PolicyApprovals = "policy-approvals", true;
    PolicyBuilt = "policy-built", true;
    PolicyClean = "policy-clean", true;
    PolicyDistinct = "policy-distinct", true;
    PolicyEvidence = "policy-evidence", true;
    PolicyFrom = "policy-from", true;
    PolicySoak = "policy-soak", true;
    PolicyStale = "policy-stale", true;
    PolicyWindows = "policy-windows", true;
    /// The release was withdrawn.
    ReleaseWithdrawn = "release-withdrawn", false;
    /// An id that names nothing of the right kind in the own past.
    RuleBadReference = "rule-bad-reference", false;
    /// The claim is not the writer's, not of that scope, ended, or missing.
    RuleClaim = "rule-claim", false;
    /// Another policy digest than that of the own past.
    RulePolicyDigest = "rule-policy-digest", false;
    /// A promotion of something else, or from elsewhere.
    RulePromotion = "rule-promotion", false;
    /// The release does not carry the target.
    RuleRelease = "rule-release", false;
    /// It resumes what it cannot.
    RuleResumes = "rule-resumes", false;
    /// It returns to what never stood there.
    RuleRollback = "rule-rollback", false;
    /// Components outside of the whole, or of the release.
    RuleWhole = "rule-whole", false;
    /// The signer's key is suspended.
    Suspended = "suspended", false;
}

impl Cause {
    pub const fn of(code: Code) -> Self {
        Self { code, event: None }
    }

    pub const fn by(code: Code, event: EventId) -> Self {
        Self { code, event: Some(event) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// LF-164.
    #[test]
    fn an_override_passes_over_policies_approvals_holds_denials_evidence_and_a_missing_promotion() {
        for code in Code::ALL {
            let word = code.as_str();
            let argued = ["policy-", "approval-"].iter().any(|begin| word.starts_with(begin))
                || ["hold", "denied", "evidence-failed", "no-promotion"].contains(&word);
            assert_eq!(code.is_passable(), argued, "{word}");
        }
    }
}

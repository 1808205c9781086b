//! The rules of one policy entry.

use crate::field::{Int, Map, Set, True, Whole, record, set_by_form, set_by_value, words};
use crate::name::Name;
use crate::time::Time;

record! {
    /// What a start must meet; at least one rule.
    pub struct Rules {
        /// Each entry must be met; one approval may serve several.
        approvals?: Set<ApprovalRule>,
        /// Within each list no principal has two parts.
        distinct?: Set<Set<Part>>,
        evidence?: Set<EvidenceRule>,
        /// Each image has a build that was published.
        built?: True,
        /// None of these builds was of sources with changes that are in no commit.
        clean?: True,
        /// On one of these targets this release has succeeded before.
        from?: Set<Name>,
        /// And has run there for so long; never without `from`.
        soak_ms?: Int,
        /// The start lies in one of these.
        windows?: Set<Window>,
        /// How old what a start has seen may be.
        max_stale_ms?: Int,
        /// These instead of the others when the start is a rollback; may be empty.
        rollback?: RollbackRules,
    } where form
}

record! {
    /// So many approvals by distinct principals of these groups.
    pub struct ApprovalRule {
        count: Whole<1, 64>,
        groups: Set<Name>,
        /// How long an approval counts, whatever longer time it gives itself.
        valid_ms?: Int,
    }
}

record! {
    /// Evidence that must be there, and that must not be bad.
    pub struct EvidenceRule {
        r#type: Name,
        /// Absent: of any name.
        name?: Name,
        on: On,
        max_age_ms?: Int,
        /// The largest figure of each of these counts.
        limits?: Map<Name, Int>,
    }
}

record! {
    /// When a start may be, in UTC; over midnight is two windows.
    pub struct Window {
        /// 1 = Monday to 7 = Sunday.
        days: Set<Whole<1, 7>>,
        /// Minutes since midnight, the first of the window.
        from_min: Whole<0, 1439>,
        /// Minutes since midnight, the first after the window.
        to_min: Whole<1, 1440>,
    } where form
}

record! {
    /// What a rollback must meet instead of the other rules of its entry.
    pub struct RollbackRules {
        approvals?: Set<ApprovalRule>,
        windows?: Set<Window>,
    }
}

words! {
    /// What evidence must be on.
    pub enum On {
        Images = "images",
        Release = "release",
    }
}

words! {
    /// A part that a principal has in a rollout.
    pub enum Part {
        Approver = "approver",
        Author = "author",
        Builder = "builder",
        Deployer = "deployer",
        Releaser = "releaser",
    }
}

set_by_form!(ApprovalRule, EvidenceRule, Window);
set_by_value!(Part);

impl Rules {
    fn form(&self) -> Result<(), &'static str> {
        if self.distinct.iter().flatten().any(|parts| parts.len() < 2) {
            return Err("a list in `distinct` with fewer than two parts");
        }
        if self.soak_ms.is_some() && self.from.is_none() {
            return Err("`soak_ms` without `from`");
        }
        if self.is_empty() { Err("rules without a rule") } else { Ok(()) }
    }

    fn is_empty(&self) -> bool {
        let Self { approvals, distinct, evidence, built, clean, from, soak_ms, windows, max_stale_ms, rollback } = self;
        approvals.is_none()
            && distinct.is_none()
            && evidence.is_none()
            && built.is_none()
            && clean.is_none()
            && from.is_none()
            && soak_ms.is_none()
            && windows.is_none()
            && max_stale_ms.is_none()
            && rollback.is_none()
    }
}

impl Window {
    fn form(&self) -> Result<(), &'static str> {
        if self.from_min.get() < self.to_min.get() { Ok(()) } else { Err("a window that ends before it begins") }
    }

    /// Whether this moment lies in the window.
    pub fn contains(&self, time: Time) -> bool {
        let minute = u64::from(time.minute_of_day());
        self.days.iter().any(|day| day.get() == u64::from(time.weekday()))
            && self.from_min.get() <= minute
            && minute < self.to_min.get()
    }
}

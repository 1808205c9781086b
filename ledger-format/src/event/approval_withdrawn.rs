//! `approval.withdrawn`: approvals or denials are taken back.

use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::{Set, Text, record};
use crate::name::EventId;
use crate::right::{Ask, Lookup, Need, Scope};

record! {
    /// By who gave them, always; by others with the right, and never a denial.
    pub struct ApprovalWithdrawn {
        /// Approvals or denials.
        approvals: Set<EventId>,
        reason: Text,
    }
}

impl Content for ApprovalWithdrawn {
    fn scopes(&self, past: Lookup) -> Vec<Scope> {
        Scope::of_events(&self.approvals, past)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::about(&Need::Kind(Kind::ApprovalWithdrawn), &self.approvals, past)
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("approvals", &[Kind::ApprovalDenied, Kind::ApprovalGranted], &self.approvals).collect()
    }
}

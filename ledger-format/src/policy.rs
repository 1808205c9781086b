//! Policies: what a start or promotion on a target must meet.

mod rules;

pub use rules::{ApprovalRule, EvidenceRule, On, Part, RollbackRules, Rules, Window};

use serde::Serialize;

use crate::authority::document::Authority;
use crate::canonical;
use crate::digest::Digest;
use crate::name::Name;

/// The resolved policy of one deployment on one target: the rules of every entry that matches, in document order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Policy<'a>(Vec<&'a Rules>);

impl<'a> Policy<'a> {
    pub fn resolve(authority: &'a Authority, deployment: &Name, target: &Name) -> Self {
        let matches = |patterns: &[crate::name::Pattern], name: &Name| {
            patterns.iter().any(|pattern| pattern.matches(name.as_str()))
        };
        let entries = authority.policies.iter().flatten();
        let applying =
            entries.filter(|entry| matches(&entry.deployments, deployment) && matches(&entry.targets, target));
        Self(applying.map(|entry| &entry.rules).collect())
    }

    /// What approvals and starts bind: the SHA-256 of the RFC 8785 form of the list, `[]` when no entry matches.
    pub fn digest(&self) -> Digest {
        canonical::digest_of(self)
    }

    /// All of these must be met.
    pub fn rules(&self) -> &[&'a Rules] {
        &self.0
    }
}

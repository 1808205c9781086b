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

    /// How many approvals its rules ask for, the largest number of one rule: one approval may serve several.
    pub fn approvals_needed(&self) -> u64 {
        let rules = self.rules().iter().flat_map(|rules| rules.approvals.iter().flatten());
        rules.map(|rule| rule.count.get()).max().unwrap_or(0)
    }

    /// All of these must be met.
    pub fn rules(&self) -> &[&'a Rules] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn authority(policies: &Value) -> Authority {
        let all: Value = serde_json::from_str(include_str!("event/examples/data.json")).unwrap();
        let mut document = all["ledger.created"]["authority"].clone();
        document["policies"] = policies.clone();
        serde_json::from_value(document).unwrap()
    }

    /// Every entry that matches applies, in document order; the digest is that of the written form.
    #[test]
    fn a_policy_is_the_rules_of_all_entries_that_match() {
        let (two, one) = (json!({"approvals": [{"count": 2, "groups": ["ops"]}]}), json!({"built": true}));
        let authority = authority(&json!([
            {"deployments": ["shop*"], "targets": ["prod*"], "rules": two},
            {"deployments": ["*"], "targets": ["dev", "prod"], "rules": one},
        ]));
        for (deployment, target, rules) in [
            ("shop-web", "prod", json!([two, one])),
            ("shop-web", "prod-eu", json!([two])),
            ("checkout", "prod", json!([one])),
            ("checkout", "staging", json!([])),
        ] {
            let policy = Policy::resolve(&authority, &Name::new(deployment).unwrap(), &Name::new(target).unwrap());
            assert_eq!(serde_json::to_value(&policy).unwrap(), rules, "{deployment} {target}");
            assert_eq!(policy.digest(), Digest::of(rules.to_string().as_bytes()));
        }
    }

    #[test]
    fn a_window_includes_its_first_minute_and_not_its_last() {
        // 2026-11-20 was a Friday.
        let window: Window = serde_json::from_value(json!({"days": [4, 5], "from_min": 540, "to_min": 1020})).unwrap();
        for (time, inside) in [
            ("2026-11-20T09:00:00.000Z", true),
            ("2026-11-20T16:59:59.999Z", true),
            ("2026-11-20T17:00:00.000Z", false),
            ("2026-11-20T08:59:59.999Z", false),
            ("2026-11-21T12:00:00.000Z", false),
        ] {
            assert_eq!(window.contains(time.parse().unwrap()), inside, "{time}");
        }
    }
}

//! `rollout.claimed`: a writer wants a target, or the making of a seal, for itself.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::event::Kind;
use crate::event::content::Content;
use crate::field::{Set, Str, True, record, words};
use crate::name::{Component, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

/// A claim, unended until a finish or an end of a claim names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum RolloutClaimed {
    Target(TargetClaim),
    Seal(SealClaim),
}

record! {
    /// A claim of a target for one rollout.
    pub struct TargetClaim {
        deployment: Name,
        target: Name,
        release: ReleaseId,
        /// The key of the rollout: the CI run's id without the attempt, or a random one.
        rollout: Name,
        /// Absent: all, unless `hold`.
        components?: Set<Component>,
        /// No component: it keeps the target for its rollout between jobs.
        hold?: True,
        /// The `home` of its own past, byte by byte: otherwise it locks nothing.
        store: Str,
    } where form
}

record! {
    /// A claim of the making of a seal.
    pub struct SealClaim {
        resource: Resource,
        store: Str,
    }
}

words! {
    /// What can be claimed besides targets.
    pub enum Resource {
        Seal = "seal",
    }
}

/// The components that a claim keeps from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimedComponents<'a> {
    All,
    Some(&'a Set<Component>),
    /// Only the target, for its rollout.
    None,
}

impl RolloutClaimed {
    /// The right that covers claims, applications and ends as well as starts.
    pub(super) const ROLLOUT: Need = Need::Kind(Kind::RolloutStarted);

    /// The store that it was written to.
    pub fn store(&self) -> &Str {
        match self {
            Self::Target(claim) => &claim.store,
            Self::Seal(claim) => &claim.store,
        }
    }

    pub(super) fn need(&self) -> Need {
        match self {
            Self::Target(_) => Self::ROLLOUT,
            Self::Seal(_) => Need::Kind(Kind::LedgerSealed),
        }
    }
}

impl TargetClaim {
    pub fn claimed(&self) -> ClaimedComponents<'_> {
        match (&self.components, self.hold) {
            (Some(components), _) => ClaimedComponents::Some(components),
            (None, None) => ClaimedComponents::All,
            (None, Some(True)) => ClaimedComponents::None,
        }
    }

    fn form(&self) -> Result<(), &'static str> {
        if self.components.is_some() && self.hold.is_some() { Err("both `components` and `hold`") } else { Ok(()) }
    }
}

impl SealClaim {
    pub fn new(store: Str) -> Self {
        Self { resource: Resource::Seal, store }
    }
}

impl<'de> Deserialize<'de> for RolloutClaimed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let claim = if value.get("resource").is_some() {
            SealClaim::deserialize(value).map(Self::Seal)
        } else {
            TargetClaim::deserialize(value).map(Self::Target)
        };
        claim.map_err(serde::de::Error::custom)
    }
}

impl Content for RolloutClaimed {
    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let Self::Target(claim) = self else { return vec![Scope::default()] };
        let (deployment, target) = (Dimension::One(claim.deployment.clone()), Dimension::One(claim.target.clone()));
        match claim.claimed() {
            ClaimedComponents::All => Scope::each(deployment, None::<&Set<Component>>, target),
            ClaimedComponents::Some(components) => Scope::each(deployment, Some(components), target),
            ClaimedComponents::None => vec![Scope { deployment, component: Dimension::Unasked, target }],
        }
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&self.need(), self.scopes(past))
    }
}

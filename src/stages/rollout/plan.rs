//! What a rollout is to do, from the ledger and the configuration that the release keeps. Pure.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::event::ReleaseCreated;
use ledger_format::field::{Ci, Text};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::lock::{Ask, Claimant, Rollout, Scope, Writer};
use ledger_format::name::{Component, EventId, Name, ReleaseId};
use ledger_format::projection::gates::Candidate;

use crate::config::{BoundImage, Resolved};
use crate::ledger::outlook;
use crate::rollout::{Graph, GraphError};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Request {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseId,
    pub way: Way,
    /// The key of the rollout that this is part of.
    pub rollout: Name,
    pub reach: Reach,
    /// The reason for which the policy is passed over.
    pub overrides: Option<Text>,
    /// Starts of this release that did not succeed, which this goes on with.
    pub resumes: BTreeSet<EventId>,
    pub ci: Option<Ci>,
}

/// On to a release, or back to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Forward,
    Back(Back),
}

/// Back to a release that succeeded on the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    /// What runs there now.
    pub undoes: BTreeSet<EventId>,
    /// The finish of the rollout that is returned to.
    pub returns_to: EventId,
    pub reason: Text,
}

/// Which of the release's components.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    All,
    /// Some, and nothing else is part of the rollout.
    Only(BTreeSet<Component>),
    /// Some of a rollout of all, whose others are done by other processes.
    Share(BTreeSet<Component>),
    /// None: keeps the target for the other processes of the rollout.
    Hold,
    /// What a rollout began with that was interrupted, and some of it.
    Rest {
        whole: BTreeSet<Component>,
        components: BTreeSet<Component>,
    },
}

/// A rollout that can be carried out.
#[derive(Debug, Clone)]
pub struct Plan {
    pub request: Request,
    pub scope: Scope,
    /// What this process touches.
    pub components: BTreeSet<Component>,
    /// All components of the rollout.
    pub whole: BTreeSet<Component>,
    /// What has to be done by others before.
    pub upstream: BTreeSet<Component>,
    pub graph: Graph,
    pub resolved: Resolved,
    pub images: BTreeMap<Component, BoundImage>,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    #[error("the release {release} of {deployment} carries no target {target}")]
    NotCarried { deployment: Name, release: ReleaseId, target: Name },
    #[error("the release has no component {component} for {target}")]
    NoComponent { component: Component, target: Name },
    #[error(transparent)]
    Graph(#[from] GraphError),
}

impl Request {
    pub fn candidate(&self) -> Candidate<'_> {
        Candidate { deployment: &self.deployment, target: &self.target, release: self.release }
    }
}

/// The newest `release.created` of what is asked for, which says where its configuration lies.
pub fn created<'a>(ledger: &'a Ledger, request: &Request, set: &ClosedSet) -> Result<&'a ReleaseCreated, PlanError> {
    outlook::created(ledger, request.candidate(), set).ok_or_else(|| PlanError::NotCarried {
        deployment: request.deployment.clone(),
        release: request.release,
        target: request.target.clone(),
    })
}

/// `resolved` is what the release keeps for the target.
pub fn plan(created: &ReleaseCreated, resolved: Resolved, request: Request) -> Result<Plan, PlanError> {
    let all: BTreeSet<Component> = created.components.get(&request.target).into_iter().flatten().cloned().collect();
    let (whole, components, scope) = match &request.reach {
        Reach::All => (all.clone(), all.clone(), Scope::All),
        Reach::Hold => (all.clone(), BTreeSet::new(), Scope::Hold),
        Reach::Only(some) => (some.clone(), some.clone(), Scope::Components(some.clone())),
        Reach::Share(some) => (all.clone(), some.clone(), Scope::Components(some.clone())),
        Reach::Rest { whole, components } if *components == all => (whole.clone(), all.clone(), Scope::All),
        Reach::Rest { whole, components } => (whole.clone(), components.clone(), Scope::Components(components.clone())),
    };
    if let Some(component) = whole.union(&components).find(|component| !all.contains(*component)) {
        return Err(PlanError::NoComponent { component: component.clone(), target: request.target });
    }
    let graph = Graph::new(resolved.depends_on())?.of(&whole);
    let waited = components.iter().flat_map(|component| graph.upstream(component));
    let upstream = waited.filter(|component| !components.contains(component)).collect();
    let images = images(created);
    Ok(Plan { request, scope, components, whole, upstream, graph, resolved, images })
}

fn images(created: &ReleaseCreated) -> BTreeMap<Component, BoundImage> {
    let bound = |artifact: &ledger_format::event::Artifact| BoundImage {
        repository: artifact.image.repository.as_str().to_owned(),
        digest: artifact.image.digest,
        tag: artifact.image.tag.as_ref().map(ToString::to_string),
    };
    created.artifacts.iter().flatten().map(|(component, artifact)| (component.clone(), bound(artifact))).collect()
}

impl Plan {
    /// What this writer asks of the lock.
    pub fn ask(&self, writer: Writer, principal: Name) -> Ask {
        let Request { deployment, target, release, rollout, .. } = &self.request;
        let rollout = Rollout {
            deployment: deployment.clone(),
            target: target.clone(),
            release: *release,
            key: rollout.clone(),
            principal,
        };
        let by = Claimant { writer, rollout, scope: self.scope.clone() };
        Ask { by, components: self.components.clone() }
    }
}

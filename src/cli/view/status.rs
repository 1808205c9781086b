//! `sealog status`: what runs where, and whether anything is wrong.

mod drawn;

use ledger_format::name::{Component, EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::as_of::AsOf;
use super::release_name::ReleaseName;

/// One target of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TargetStatus {
    pub deployment: Name,
    pub target: Name,
    pub state: State,
    /// What is live there.
    pub release: Option<ReleaseName>,
    /// The event that made it so.
    pub event: Option<EventId>,
    pub since: Option<Time>,
    pub principal: Option<Name>,
    pub rollback: Option<RolledBack>,
    pub health: Health,
    pub drift: Option<Drifted>,
    pub verdict: Option<Verdict>,
    pub findings: Vec<OpenFinding>,
    pub dispute: Option<Dispute>,
    /// Pairs of starts that were inside the target at once, the newest first; they stay for ever.
    pub overlaps: Vec<Overlap>,
    pub in_flight: Option<InFlight>,
    pub pending: Vec<Pending>,
    #[serde(rename = "override")]
    pub overridden: Option<Overridden>,
    pub holds: Vec<Hold>,
    /// Releases that run here although somebody took them back.
    pub withdrawn: Vec<WithdrawnHere>,
    /// Where not all components stand at one release: which stands at which.
    pub components: Vec<ComponentStatus>,
    /// Components of the live release that never came here.
    pub missing: Vec<Component>,
    pub images: Vec<RunningImage>,
    pub as_of: AsOf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Never,
    Active,
    /// Components stand at different releases.
    Mixed,
    /// Some components of the live release never came here.
    Partial,
    InFlight,
    Interrupted,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Permitted,
    Raced,
    Unpermitted,
    Overridden,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RolledBack {
    pub from: Option<ReleaseName>,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    pub state: HealthState,
    pub checked_at: Option<Time>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    Healthy,
    Unhealthy,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drifted {
    pub components: Vec<Component>,
    pub event: EventId,
    pub since: Time,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenFinding {
    pub code: String,
    pub event: EventId,
    pub says: String,
}

/// Facts that contradict each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dispute {
    pub events: Vec<EventId>,
    pub says: String,
}

/// Two starts, neither of which had seen an end of the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overlap {
    pub events: [EventId; 2],
    pub says: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InFlight {
    pub release: ReleaseName,
    pub start: EventId,
    pub since: Time,
    pub principal: Name,
    pub done: usize,
    pub components: usize,
}

/// A release that waits for something before it may go here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pending {
    pub release: ReleaseName,
    pub rules_met: usize,
    pub rules: usize,
    pub approvals: usize,
    pub approvals_needed: usize,
    pub approved_by: Vec<Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Overridden {
    pub reason: String,
    pub reviewed_by: Option<Name>,
    /// By who signed it, as nobody else could.
    pub self_reviewed: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hold {
    pub event: EventId,
    pub principal: Name,
    pub reason: String,
    pub until: Option<Time>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WithdrawnHere {
    pub release: ReleaseName,
    pub event: EventId,
    pub by: Name,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComponentStatus {
    pub component: Component,
    pub release: ReleaseName,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunningImage {
    pub component: Component,
    pub reference: String,
    #[serde(skip)]
    pub digest: ledger_format::digest::Digest,
}

/// The targets of one deployment or of several: a table, then what somebody must look at.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Status(pub Vec<TargetStatus>);

/// One target, whole.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct OneTarget(pub [TargetStatus; 1]);

//! What `status` says of one target.

use std::collections::BTreeSet;

use ledger_format::dag::Index;
use ledger_format::event::{self, Data, Object};
use ledger_format::finding::Finding;
use ledger_format::name::{Component, EventId, Name, ReleaseId};
use ledger_format::policy::Policy;
use ledger_format::projection::gates::Candidate;
use ledger_format::projection::rollout::Rollout;
use ledger_format::projection::target::{Standing, Target};

use super::Reader;
use crate::cli::view::status::{
    ComponentStatus, Drifted, Health, HealthState, Hold, InFlight, OpenFinding, Overridden, Pending, RolledBack, State,
    TargetStatus, WithdrawnHere,
};
use crate::ledger::outlook::outlook;

impl Reader<'_> {
    pub fn target(&self, deployment: &Name, target: &Name, findings: &[Finding]) -> TargetStatus {
        let ledger = self.ledger();
        let here = ledger.target(deployment, target, &self.set);
        let live = here.live();
        let begun = here.unfinished().or(live);
        let at = begun.map(|rollout| ledger.last_finish(rollout, &self.set).unwrap_or(rollout.newest()));
        let state = state(here.standing(ledger));
        let in_flight = here.unfinished().filter(|_| state == State::InFlight);
        TargetStatus {
            deployment: deployment.clone(),
            target: target.clone(),
            state,
            release: live.map(|live| self.name(deployment, &live.key.release)),
            event: at.map(|at| self.id(at)),
            since: at.map(|at| ledger.entry(at).event.header.time),
            principal: begun.map(|rollout| rollout.key.principal.clone()),
            rollback: live.and_then(|live| self.rolled_back(live)),
            health: self.health(&here),
            drift: self.drift(&here),
            verdict: begun.and_then(|rollout| self.verdict(rollout.newest())),
            findings: self.open_findings(deployment, target, findings),
            dispute: self.dispute(&here),
            overlaps: self.overlaps(deployment, target),
            in_flight: in_flight.map(|rollout| self.in_flight(rollout)),
            pending: self.pending(deployment, target, &here),
            overridden: begun.and_then(|rollout| self.overridden(rollout.newest())),
            holds: self.holds(deployment, target),
            withdrawn: self.withdrawn_here(deployment, &here),
            components: self.components(&here),
            missing: here.missing.iter().cloned().collect(),
            images: self.images(&here),
            as_of: self.as_of(),
        }
    }

    /// From which release a rollout went back, and why.
    pub fn rolled_back(&self, rollout: &Rollout) -> Option<RolledBack> {
        let rollback = rollout.rollback(self.ledger())?;
        let undone = rollback.undoes.iter().find_map(|id| self.ledger().start(self.ledger().index(*id)?));
        let from = undone.filter(|start| start.release != rollout.key.release);
        let from = from.map(|start| self.name(&start.deployment, &start.release));
        Some(RolledBack { from, reason: rollback.reason.to_string() })
    }

    /// What a start or promotion passed over, and who looked at it since.
    pub fn overridden(&self, index: Index) -> Option<Overridden> {
        let reason = match self.ledger().data(index)? {
            Data::RolloutStarted(start) => start.r#override.as_ref()?,
            Data::PromotionRecorded(promotion) => promotion.r#override.as_ref()?,
            _ => return None,
        };
        let judgement = self.ledger().judge(index, &self.set)?;
        let reviews: Vec<Index> = self.ledger().accepting(index, &judgement.causes, &self.set).collect();
        let own = reviews.iter().find(|review| self.ledger().is_of_own(**review, index));
        let review = own.or_else(|| reviews.iter().max_by_key(|review| self.ledger().order(**review)));
        Some(Overridden {
            reason: reason.reason.to_string(),
            reviewed_by: review.map(|review| self.ledger().entry(*review).principal.clone()),
            self_reviewed: own.is_some(),
        })
    }

    fn in_flight(&self, rollout: &Rollout) -> InFlight {
        let ledger = self.ledger();
        let applied = rollout.starts.iter().flat_map(|start| ledger.applied_components(*start, &self.set));
        let done: BTreeSet<&Component> = applied.chain(&rollout.done).collect();
        InFlight {
            release: self.name(&rollout.key.deployment, &rollout.key.release),
            start: self.id(rollout.newest()),
            since: ledger.entry(rollout.first()).event.header.time,
            principal: rollout.key.principal.clone(),
            done: done.len(),
            components: rollout.key.whole.len(),
        }
    }

    /// The newest of what was observed and of what was checked after the rollout.
    fn health(&self, here: &Target) -> Health {
        let ledger = self.ledger();
        let seen =
            here.running.observed.iter().flat_map(|(component, seen)| seen.iter().map(move |at| (component, *at)));
        let observed = seen.filter_map(|(component, at)| Some((at, ledger.observed(at, component)?.health?)));
        let observed = observed.map(|(at, health)| match health {
            event::Health::Healthy => (at, HealthState::Healthy),
            event::Health::Unhealthy => (at, HealthState::Unhealthy),
            event::Health::Unknown => (at, HealthState::Unknown),
        });
        let all: Vec<(Index, HealthState)> = observed.chain(self.checked(here)).collect();
        let Some(newest) = all.iter().map(|(at, _)| *at).max_by_key(|at| ledger.order(*at)) else {
            return Health { state: HealthState::Unknown, checked_at: None };
        };
        let is = |state| all.iter().any(|(_, one)| *one == state);
        let state = match (is(HealthState::Unhealthy), is(HealthState::Unknown)) {
            (true, _) => HealthState::Unhealthy,
            (false, true) => HealthState::Unknown,
            (false, false) => HealthState::Healthy,
        };
        Health { state, checked_at: Some(ledger.entry(newest).event.header.time) }
    }

    fn checked(&self, here: &Target) -> Option<(Index, HealthState)> {
        let live = here.live()?;
        let start = self.id(live.newest());
        let evidence = self.ledger().newest_evidence(&live.key.deployment, &[start.0], &self.set);
        let check = evidence.into_iter().rfind(|(_, evidence)| {
            evidence.r#type.as_str() == "check" && matches!(evidence.object(), Some(Object::Start(_)))
        });
        let (at, evidence) = check?;
        Some(match evidence.verdict? {
            event::Verdict::Passed => (at, HealthState::Healthy),
            event::Verdict::Failed => (at, HealthState::Unhealthy),
        })
    }

    fn drift(&self, here: &Target) -> Option<Drifted> {
        let ledger = self.ledger();
        let drifted =
            |component: &Component, at: Index| ledger.observed(at, component).is_some_and(|seen| seen.drift.is_some());
        let pairs =
            here.running.observed.iter().flat_map(|(component, seen)| seen.iter().map(move |at| (component, *at)));
        let drifted: Vec<(&Component, Index)> = pairs.filter(|(component, at)| drifted(component, *at)).collect();
        let newest = drifted.iter().map(|(_, at)| *at).max_by_key(|at| ledger.order(*at))?;
        let mut components: Vec<Component> = drifted.into_iter().map(|(component, _)| component.clone()).collect();
        components.dedup();
        Some(Drifted { components, event: self.id(newest), since: ledger.entry(newest).event.header.time })
    }

    fn open_findings(&self, deployment: &Name, target: &Name, findings: &[Finding]) -> Vec<OpenFinding> {
        let open = findings.iter().filter(|finding| !finding.closed && self.is_about(finding, deployment, target));
        let one = |finding: &Finding| OpenFinding {
            code: finding.what.code().to_owned(),
            event: finding.event,
            says: self.says().event(&self.ledger().entry(finding.index).event),
        };
        open.map(one).collect()
    }

    fn holds(&self, deployment: &Name, target: &Name) -> Vec<Hold> {
        let holds = self.ledger().standing_holds(self.moment, &self.set);
        let here = holds.into_iter().filter(|(_, hold)| {
            hold.deployment.as_ref().is_none_or(|name| name == deployment)
                && hold.target.as_ref().is_none_or(|name| name == target)
        });
        let one = |(index, hold): (Index, &event::HoldPlaced)| Hold {
            event: self.id(index),
            principal: self.ledger().entry(index).principal.clone(),
            reason: hold.reason.to_string(),
            until: hold.until,
        };
        here.map(one).collect()
    }

    /// Releases that somebody wants to go here, and what they wait for.
    fn pending(&self, deployment: &Name, target: &Name, here: &Target) -> Vec<Pending> {
        let live = here.live().map(|live| live.key.release);
        let waiting = self.ledger().waiting_releases(deployment, target, self.moment, &self.set);
        let one = |release| {
            let candidate = Candidate { deployment, target, release };
            let outlook = outlook(self.ledger(), candidate, self.moment, &self.set)?;
            let mut approved_by: Vec<Name> =
                outlook.approvals.iter().map(|index| self.ledger().entry(*index).principal.clone()).collect();
            approved_by.sort_unstable();
            approved_by.dedup();
            let authority = self.ledger().documents(&self.set).next()?.authority();
            let needed = Policy::resolve(authority, deployment, target).approvals_needed();
            Some(Pending {
                release: self.name(deployment, &release),
                rules_met: outlook.met(),
                rules: outlook.checks.len(),
                approvals: approved_by.len(),
                approvals_needed: usize::try_from(needed).unwrap_or(usize::MAX),
                approved_by,
            })
        };
        waiting.into_iter().filter(|release| Some(*release) != live).filter_map(one).collect()
    }

    /// Releases that run here, or might, and that somebody took back.
    fn withdrawn_here(&self, deployment: &Name, here: &Target) -> Vec<WithdrawnHere> {
        let ledger = self.ledger();
        let releases: BTreeSet<ReleaseId> =
            here.running.starts().into_iter().filter_map(|start| Some(ledger.start(start)?.release)).collect();
        let one = |release: ReleaseId| {
            let by = ledger.entry(ledger.withdrawal(release, &self.set)?);
            let Some(Data::ReleaseWithdrawn(data)) = by.event.data() else { return None };
            Some(WithdrawnHere {
                release: self.name(deployment, &release),
                event: by.event.id,
                by: by.principal.clone(),
                reason: data.reason.to_string(),
            })
        };
        releases.into_iter().filter_map(one).collect()
    }

    /// Where not all components stand at one release.
    fn components(&self, here: &Target) -> Vec<ComponentStatus> {
        if here.releases(self.ledger()).len() < 2 && here.missing.is_empty() {
            return Vec::new();
        }
        let one = |(component, start): (&Component, &Index)| {
            let start = self.ledger().start(*start)?;
            let release = self.name(&start.deployment, &start.release);
            Some(ComponentStatus { component: component.clone(), release })
        };
        here.stands.iter().filter_map(one).collect()
    }

    /// The ids of some events, as a person sees them.
    pub(super) fn ids(&self, indices: impl IntoIterator<Item = Index>) -> Vec<EventId> {
        indices.into_iter().map(|index| self.id(index)).collect()
    }
}

fn state(standing: Standing) -> State {
    match standing {
        Standing::Never => State::Never,
        Standing::Active => State::Active,
        Standing::Mixed => State::Mixed,
        Standing::Partial => State::Partial,
        Standing::InFlight => State::InFlight,
        Standing::Interrupted => State::Interrupted,
        Standing::Failed => State::Failed,
    }
}

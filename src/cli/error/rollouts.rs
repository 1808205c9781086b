//! Why a release does not get to a target.

use ledger_format::event::Outcome;
use ledger_format::judgement::{Cause, Code as Rule};
use ledger_format::ledger::Ledger;
use ledger_format::lock::{Awaited, Barrier, Claim, Delay, Reason};
use ledger_format::name::Name;
use serde_json::json;

use super::{CliError, Code};
use crate::cli::World;
use crate::cli::ui::look::Look;
use crate::cli::ui::text::Mark;
use crate::cli::ui::times;
use crate::cli::view::rules::{CauseRow, RuleRow, is_of_policy, name};
use crate::cli::view::says::{count, list};
use crate::components::ComponentError;
use crate::ledger::releases::Found;
use crate::ledger::runs::RunError;
use crate::stages::promote::{Before, Obstacles};
use crate::stages::rollout::end::said;
use crate::stages::rollout::work::Recorded;
use crate::stages::rollout::{DriveError, Plan, PlanError, Report, claims};

const UNTOUCHED: &str = "Nothing was copied, recorded or changed.";

impl CliError {
    /// What is missing, rule by rule.
    pub fn refused(obstacles: &Obstacles, ledger: &Ledger, found: &Found, target: &Name) -> Self {
        let release = found.alias.as_ref().map_or_else(|| found.release.short(), ToString::to_string);
        let what = format!("{} {release} may not go to {target} yet", found.deployment);
        let rules: Vec<RuleRow> = obstacles.checks.iter().map(RuleRow::of).collect();
        let unmet: Vec<&RuleRow> = rules.iter().filter(|rule| !rule.met).collect();
        let others: Vec<&Cause> = obstacles.causes.iter().filter(|cause| !is_of_policy(cause.code)).collect();
        let (code, message) = if others.iter().any(|cause| cause.code == Rule::NoRight) {
            (Code::RightMissing, format!("your key has no right to bring {} {release} to {target}", found.deployment))
        } else if !unmet.is_empty() {
            let are = if unmet.len() == 1 { "is" } else { "are" };
            (Code::PolicyNotMet, format!("{what}: {} of {} {are} not met", unmet.len(), count(rules.len(), "rule")))
        } else {
            let first = others.first().map(|cause| cause.code);
            let code = if first == Some(Rule::Hold) { Code::OnHold } else { Code::NotPermitted };
            (code, format!("{what}: {}", first.map_or("it is not permitted", name)))
        };
        let mut error = Self::new(code, message)
            .detail("required", rules.len())
            .detail("unmet", unmet.iter().map(|rule| rule.rule).collect::<Vec<_>>())
            .detail("causes", others.iter().map(|cause| cause.code.as_str()).collect::<Vec<_>>());
        for rule in &unmet {
            error = error.marked(Mark::Failed, rule.name(), rule.found.as_str());
        }
        if unmet.iter().any(|rule| rule.rule == Rule::PolicyApprovals.as_str()) {
            error = obstacles.uncounted.iter().fold(error, |error, one| {
                error.marked(Mark::Nothing, "approvals", format!("{}'s does not count: {}", one.approver, one.why))
            });
        }
        for cause in others {
            let row = CauseRow::of(ledger, cause);
            error = error.marked(Mark::Failed, row.name(), row.says);
        }
        let met: Vec<String> =
            rules.iter().filter(|rule| rule.met).map(|rule| format!("{} {}", rule.name(), rule.found)).collect();
        if !met.is_empty() {
            error = error.marked(Mark::Done, &format!("{} more", met.len()), met.join(" · "));
        }
        if unmet.iter().any(|rule| rule.rule == Rule::PolicyApprovals.as_str()) {
            error = error.hint(format!(
                "sealog approve {} {release} --target {target}   (somebody whom the policy names)",
                found.deployment
            ));
        }
        if code == Code::RightMissing && obstacles.before == Before::Promotion {
            let promote = format!("sealog promote {} {release} --to {target}", found.deployment);
            error = error.hint(format!("{promote}   (by somebody who may let releases in there)"));
        }
        error.see().undone(UNTOUCHED)
    }

    /// Who has the target, since when, and how far they are.
    pub fn busy(awaited: &Awaited, ledger: &Ledger, plan: &Plan, world: &World<'_>) -> Self {
        let target = &plan.request.target;
        let holders: &[Claim] = match awaited {
            Awaited::Claims(claims) => claims,
            Awaited::Delay(Delay::Upstream) => {
                let components = list(&plan.upstream);
                return Self::new(Code::TargetBusy, format!("{components} must be done on {target} first"))
                    .hint("wait for it: the same command with --wait --timeout 15m");
            }
            Awaited::Delay(Delay::Clock) => {
                return Self::new(
                    Code::ClockBehind,
                    format!("the end of a claim on {target} lies ahead of this machine's clock"),
                );
            }
        };
        let look = world.ui.look();
        let set = ledger.everything();
        let since = |claim: &Claim| ledger.get(claim.id).map(|entry| entry.event.header.time);
        let first = holders.first().and_then(|claim| Some((claim, since(claim)?)));
        let who = first.map_or_else(String::new, |(claim, since)| {
            format!(
                " by {} since {} ({})",
                claim.by.rollout.principal,
                look.times.exact(since.into()),
                look.times.age(since.into())
            )
        });
        let mut error = Self::new(Code::TargetBusy, format!("{target} is being rolled out{who}"));
        let mut details = Vec::new();
        for claim in holders {
            let progress = claims::progress(ledger, claim.id, &set);
            let (event, done) = match progress {
                Some((start, done, all)) => (start, format!("{done} of {}", count(all, "component"))),
                None => (claim.id, "not started".to_owned()),
            };
            let rollout = &claim.by.rollout;
            let alias = ledger
                .release_of(&rollout.deployment, rollout.release, &set)
                .and_then(|created| created.alias.as_ref());
            let release = alias.map_or_else(|| rollout.release.short(), ToString::to_string);
            let last = claims::last_event(ledger, claim.id, &set);
            let ago = last.map_or_else(String::new, |at| format!(" · last event {}", look.times.relative(at.into())));
            error = error.shown("holder", format!("{} · {release} · {done}{ago}", look.event(&event)));
            details.push(json!({
                "claim": claim.id, "principal": claim.by.rollout.principal, "release": claim.by.rollout.release,
                "since": since(claim).map(|since| times::rfc3339(since.into())),
                "last_event": last.map(|at| times::rfc3339(at.into())),
            }));
        }
        error
            .detail("holders", details)
            .hint("wait for it: the same command with --wait --timeout 15m")
            .undone("Nothing was touched.")
    }

    /// What a rollback was to undo does not run there any more.
    pub fn outdated(plan: &Plan) -> Self {
        let target = &plan.request.target;
        Self::new(Code::PlanOutdated, format!("something else runs on {target} than when the rollback was planned"))
            .hint("look at it, and plan again: the same command")
            .undone("Nothing was touched.")
    }

    /// Something came up that a rollout may not go on against.
    pub fn stopped(reason: &Reason, report: Option<&Report>, plan: &Plan, found: &Found) -> Self {
        let what = named(plan, found);
        let code = match reason {
            Reason::Barrier(Barrier::KeyEnded) => Code::KeyEnded,
            Reason::Barrier(Barrier::Held) => Code::OnHold,
            Reason::Barrier(Barrier::Unreadable) => Code::EventMissing,
            Reason::Barrier(Barrier::OtherWhole) => Code::Usage,
            Reason::Barrier(_)
            | Reason::AlreadyApplied
            | Reason::ComponentDone
            | Reason::TakenOver
            | Reason::ClaimVoid
            | Reason::Disputed { .. } => Code::RolloutStopped,
        };
        let error = Self::new(code, format!("{what} stopped: {}", said(reason)));
        match report {
            None => error.undone("Nothing was touched."),
            Some(report) => halves(error, plan, report),
        }
    }

    /// Somebody stopped it: how far it is, and how it goes on.
    pub fn interrupted(report: Option<&Report>, plan: &Plan, found: &Found, look: &Look) -> Self {
        let what = named(plan, found);
        let stopped = |how: String| Self::new(Code::RolloutInterrupted, format!("{what} {how}"));
        match report.filter(|report| !report.touched.is_empty()) {
            None => stopped("was stopped before it began".to_owned())
                .undone("Nothing was touched; its claim is ended, so nobody has to wait."),
            Some(report) => {
                let (done, all) = (report.touched.len(), report.touched.len() + report.not_begun.len());
                let applied = format!("{done} of {} applied", count(all, "component"));
                let recorded =
                    format!("{} stays open; its claim is ended, so nobody has to wait", look.event(&report.start));
                halves(stopped(format!("is half done: {applied}")).shown("recorded", recorded), plan, report)
            }
        }
    }

    /// Something went wrong with the ledger after the start: what was done before it, and what is left.
    pub fn broken_off(error: DriveError, report: &Report, plan: &Plan, found: &Found) -> Self {
        let error = Self::from(error);
        let message = format!("{} broke off: {}", named(plan, found), error.message());
        let unrecorded: Vec<String> = report
            .touched
            .iter()
            .filter(|touched| touched.recorded == Recorded::No)
            .map(|touched| touched.component.to_string())
            .collect();
        let error = error.saying(message);
        let error = match unrecorded.is_empty() {
            true => error,
            false => error.fact(
                "unrecorded",
                unrecorded.clone(),
                format!("{}, of those that were applied", list(&unrecorded)),
            ),
        };
        halves(error, plan, report)
    }

    /// A component failed; what was done before it, and what is left.
    pub fn component_failed(plan: &Plan, found: &Found, report: &Report) -> Self {
        let failed: Vec<String> = report.failures().map(|touched| touched.component.to_string()).collect();
        let message = format!("{} stopped: {} failed", named(plan, found), list(&failed));
        let error = report.failures().fold(Self::new(Code::ComponentFailed, message), |error, touched| {
            let why = touched.error.clone().unwrap_or_else(|| "no reason was given".to_owned());
            error.marked(Mark::Failed, touched.component.as_str(), why)
        });
        halves(error.detail("failed", failed), plan, report)
    }
}

/// What was done, what was not, and how to go on.
fn halves(error: CliError, plan: &Plan, report: &Report) -> CliError {
    let applied = report.touched.iter().filter(|touched| touched.outcome != Outcome::Failed);
    let applied: Vec<String> = applied.map(|touched| touched.component.to_string()).collect();
    let not_begun: Vec<String> = report.not_begun.iter().map(ToString::to_string).collect();
    let shown = |names: &[String]| if names.is_empty() { "nothing".to_owned() } else { list(names) };
    let (deployment, target) = (&plan.request.deployment, &plan.request.target);
    error
        .detail("start", report.start.to_string())
        .fact("applied", applied.clone(), shown(&applied))
        .fact("not begun", not_begun.clone(), shown(&not_begun))
        .hint(format!("sealog rollout {deployment} --target {target} --resume"))
}

fn named(plan: &Plan, found: &Found) -> String {
    let release = found.alias.as_ref().map_or_else(|| found.release.short(), ToString::to_string);
    format!("{} {release} on {}", plan.request.deployment, plan.request.target)
}

impl From<PlanError> for CliError {
    fn from(error: PlanError) -> Self {
        let message = error.to_string();
        match error {
            PlanError::NotCarried { .. } | PlanError::NoComponent { .. } => Self::new(Code::NotFound, message),
            PlanError::Graph(_) => Self::new(Code::StoreDamaged, message),
        }
    }
}

impl From<ComponentError> for CliError {
    fn from(error: ComponentError) -> Self {
        let message = error.to_string();
        let code = match &error {
            ComponentError::NotInThisBuild { .. } => Code::Usage,
            ComponentError::OtherType { .. }
            | ComponentError::Bind(_)
            | ComponentError::Render(_)
            | ComponentError::NotOurs { .. }
            | ComponentError::Through { .. }
            | ComponentError::Marker { .. }
            | ComponentError::SameFile { .. }
            | ComponentError::Busy { .. }
            | ComponentError::File { .. } => Code::ComponentFailed,
        };
        let this = Self::new(code, message);
        match std::error::Error::source(&error) {
            Some(source) => this.caused_by(source),
            None => this,
        }
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        Self::new(Code::MemoryDamaged, "cannot tell this machine's processes apart").caused_by(&error)
    }
}

impl From<DriveError> for CliError {
    fn from(error: DriveError) -> Self {
        let message = error.to_string();
        match error {
            DriveError::Write(error) => Self::from(error),
            DriveError::Run(error) => Self::from(error),
            DriveError::Component(error) => Self::from(error),
            DriveError::Random(_) => Self::new(Code::Internal, message),
            DriveError::BrokenOff { source, .. } => Self::from(*source),
            DriveError::NoLock => Self::new(Code::NotPermitted, message),
        }
    }
}

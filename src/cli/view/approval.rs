//! `sealog approve`: what somebody puts their name to, and what came of it.

use ledger_format::digest::Digest;
use ledger_format::name::{Component, EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::candidate::CandidateView;
use super::evidence::{self, SeenEvidence};
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::ledger::outlook::Outlook;

/// Above the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approving {
    pub principal: Name,
    pub groups: Vec<Name>,
    #[serde(flatten)]
    pub candidate: CandidateView,
    pub evidence: Vec<SeenEvidence>,
    pub gate: GateView,
    pub binds: Binds,
    /// Why it will not count, where that can be told.
    pub not_counted: Option<String>,
}

/// For what the approval counts, and for nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Binds {
    pub policy: Digest,
    pub components: Option<Vec<Component>>,
    pub plan: Option<Digest>,
    pub until: Time,
    pub request: Option<EventId>,
    pub on_behalf_of: Option<Name>,
    pub note: Option<String>,
}

/// How the release stands before the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateView {
    pub rules: Vec<RuleView>,
    pub rules_met: usize,
    pub holds: Vec<InTheWay>,
    pub denials: Vec<InTheWay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleView {
    /// `policy-approvals`
    pub rule: String,
    pub met: bool,
    /// `1 of 2 from release-managers: ben`
    pub found: String,
}

/// A hold or a denial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InTheWay {
    pub event: EventId,
    pub principal: Name,
    pub reason: String,
}

/// It was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approved {
    pub event: EventId,
    #[serde(flatten)]
    pub approving: Approving,
}

impl GateView {
    pub fn of(outlook: &Outlook, in_the_way: &dyn Fn(ledger_format::dag::Index) -> Option<InTheWay>) -> Self {
        let rule = |check: &ledger_format::judgement::RuleCheck| RuleView {
            rule: check.code.as_str().to_owned(),
            met: check.met,
            found: check.found.clone(),
        };
        Self {
            rules: outlook.checks.iter().map(rule).collect(),
            rules_met: outlook.met(),
            holds: outlook.holds.iter().copied().filter_map(in_the_way).collect(),
            denials: outlook.denials.iter().copied().filter_map(in_the_way).collect(),
        }
    }

    fn approvals(&self) -> String {
        let rules = self.rules.iter().filter(|rule| rule.rule == "policy-approvals");
        let found: Vec<&str> = rules.map(|rule| rule.found.as_str()).collect();
        if found.is_empty() { "the policy asks for none".to_owned() } else { found.join("; ") }
    }

    /// `6 of 6 rules met`
    pub fn summary(&self) -> String {
        format!("{} of {} met", self.rules_met, count(self.rules.len(), "rule"))
    }

    pub fn draw(&self, facts: Facts) -> Facts {
        let facts = self.holds.iter().fold(facts, |facts, hold| facts.marked(Mark::Look, "held", hold.says()));
        self.denials.iter().fold(facts, |facts, denial| facts.marked(Mark::Look, "denied", denial.says()))
    }
}

impl InTheWay {
    fn says(&self) -> String {
        format!("by {}: {} · {}", self.principal, self.reason, self.event.short())
    }
}

impl Approving {
    fn binds(&self, look: &Look) -> String {
        let binds = &self.binds;
        let release = match &binds.components {
            None => "this release".to_owned(),
            Some(components) => format!("{} of this release", list(components.iter().map(Component::name))),
        };
        let policy = EventId(binds.policy).short();
        let plan = binds.plan.map(|plan| format!(", plan {}", EventId(plan).short())).unwrap_or_default();
        let until = look.times.exact(binds.until.into());
        format!(
            "{release}, {}, policy {policy}{plan}, this evidence; one rollout, until {until}",
            self.candidate.target
        )
    }
}

impl View for Approving {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let groups = if self.groups.is_empty() { String::new() } else { format!(", {}", list(&self.groups)) };
        page.line(Line::new().text("You approve as ").bold(&self.principal).text(format!("{groups}:")));
        let mut facts = self.candidate.facts(Facts::new(), &look);
        facts = facts.fact("evidence", evidence::line(&self.evidence, &look)).fact("so far", self.gate.approvals());
        if let Some(name) = &self.binds.on_behalf_of {
            facts = facts.fact("for", format!("{name}, who counts no second time"));
        }
        facts = self.gate.draw(facts.fact("binds", self.binds(&look)));
        if let Some(why) = &self.not_counted {
            facts = facts.marked(Mark::Look, "will not count", why);
        }
        page.facts(facts);
    }
}

impl View for Approved {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let approving = &self.approving;
        let line = Line::new().mark(Mark::Done).text("Approved ").bold(approving.candidate.short(&look));
        page.line(line.text(format!(" · {} · {}", look.event(&self.event), approving.gate.summary())));
        let until = look.times.exact(approving.binds.until.into());
        let facts = Facts::new().fact("approvals", approving.gate.approvals()).fact("until", until);
        let facts = approving.gate.draw(facts);
        page.facts(match &approving.not_counted {
            Some(why) => facts.marked(Mark::Look, "does not count", why),
            None => facts,
        });
    }

    fn quiet(&self) -> Option<String> {
        Some(self.event.to_string())
    }
}

//! An authority that is proposed: what it changes, what it costs, and who has to agree.

mod changes;
pub mod rules;

use ledger_format::authority::document::Authority;
use ledger_format::name::{EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

pub use changes::{Change, How, changes, grant, place};

use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::says::{count, list};

/// How many events are named of those that something costs.
const NAMED: usize = 5;

/// A proposal before or after it was signed.
#[derive(Debug, Clone, Serialize)]
pub struct Proposal {
    /// Absent before it is signed.
    pub proposal: Option<EventId>,
    pub version: u64,
    pub replaces: Vec<EventId>,
    pub by: Name,
    pub reason: String,
    pub state: State,
    pub changes: Vec<Change>,
    /// Events that it has not seen, and that count no more once it is in force.
    pub cuts: Vec<Lost>,
    /// Approvals that count for no start any more: under another policy, or by who has no right to them then.
    pub approvals: Vec<Lost>,
    pub asked: Vec<Asked>,
    /// Other proposals for the same version that the signer endorsed.
    pub endorsed_before: Vec<EventId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Not signed yet.
    Planned,
    /// Signed, and waiting for endorsements.
    Open,
    InForce,
}

/// An event that loses its effect.
#[derive(Debug, Clone, Serialize)]
pub struct Lost {
    pub event: EventId,
    pub kind: String,
    pub principal: Name,
    pub time: Time,
}

/// Roots whose agreement is needed.
#[derive(Debug, Clone, Serialize)]
pub struct Asked {
    /// The version of the authority whose roots they are.
    pub version: u64,
    pub roots: Vec<Name>,
    pub threshold: u64,
    pub endorsed_by: Vec<Name>,
}

impl Asked {
    pub fn of(document: &Authority, endorsers: &[Name]) -> Self {
        let roots: Vec<Name> = document.roots.principals.iter().cloned().collect();
        let endorsed_by = roots.iter().filter(|root| endorsers.contains(root)).cloned().collect();
        Self { version: document.version.get(), roots, threshold: document.roots.threshold.get(), endorsed_by }
    }

    pub fn is_met(&self) -> bool {
        self.endorsed_by.len() as u64 >= self.threshold
    }

    fn says(&self) -> String {
        let Self { version, roots, threshold, endorsed_by } = self;
        let missing: Vec<&Name> = roots.iter().filter(|root| !endorsed_by.contains(root)).collect();
        let have = endorsed_by.len();
        let by = if have == 0 { String::new() } else { format!(": {}", list(endorsed_by)) };
        match self.is_met() {
            true => format!("{have} of {threshold} roots of version {version}{by}"),
            false => format!("{have} of {threshold} roots of version {version}{by}; still asked: {}", list(missing)),
        }
    }
}

impl Proposal {
    fn title(&self, look: &Look) -> Line {
        let Self { version, by, reason, .. } = self;
        let id = self.proposal.map_or_else(String::new, |id| format!(" · {}", look.event(&id)));
        match self.state {
            State::Planned => {
                let who = match self.proposal {
                    Some(_) => format!("proposed by {by}{id}"),
                    None => format!("as {by} would sign it"),
                };
                Line::new().text(format!("Version {version} of the authority, {who}: ")).bold(reason)
            }
            State::Open => {
                let line =
                    Line::new().mark(Mark::Waiting).text(format!("Version {version} waits for endorsements{id}"));
                line.text(format!(": {reason}"))
            }
            State::InForce => Line::new().mark(Mark::Done).text(format!("Version {version} is in force{id}: {reason}")),
        }
    }

    fn warnings(&self) -> impl Iterator<Item = String> {
        let two = self.asked.last().filter(|asked| asked.roots.len() == 2).map(|asked| {
            format!(
                "with two roots each alone can block for ever: {} may be lost or leave; a third root helps, its key in a safe",
                list(&asked.roots)
            )
        });
        let one = self
            .asked
            .last()
            .filter(|asked| asked.threshold == 1 && asked.roots.len() > 1)
            .map(|_| "any root alone decides".to_owned());
        let before = self.endorsed_before.iter().map(|id| {
            format!(
                "you stand behind {} as well, for the same version: should both come in force, that is a dispute",
                id.short()
            )
        });
        two.into_iter().chain(one).chain(before)
    }
}

impl View for Proposal {
    fn draw(&self, page: &mut Page<'_>) {
        page.line(self.title(page.look));
        if self.state == State::Planned {
            self.draw_plan(page);
        }
        let mut facts = Facts::new();
        if self.state != State::InForce {
            for asked in &self.asked {
                let mark = if asked.is_met() { Mark::Done } else { Mark::Waiting };
                facts = facts.marked(mark, "agree", asked.says());
            }
        }
        page.facts(facts);
    }

    fn quiet(&self) -> Option<String> {
        self.proposal.map(|id| id.to_string())
    }
}

impl Proposal {
    fn draw_plan(&self, page: &mut Page<'_>) {
        for change in &self.changes {
            page.line(change.line().indented(2));
            for detail in &change.details {
                page.line(Line::from(detail).indented(15));
            }
        }
        if self.changes.is_empty() {
            page.line(Line::new().mark(Mark::Nothing).text("changes nothing").indented(2));
        }
        let mut facts = Facts::new();
        for (name, lost) in [("cuts", &self.cuts), ("approvals", &self.approvals)] {
            if let Some(says) = says(lost, name) {
                facts = facts.marked(Mark::Look, name, says);
            }
        }
        page.facts(facts);
        for warning in self.warnings() {
            page.line(Line::new().mark(Mark::Look).text(warning).indented(2));
        }
    }
}

fn says(lost: &[Lost], what: &str) -> Option<String> {
    if lost.is_empty() {
        return None;
    }
    let each =
        lost.iter().take(NAMED).map(|lost| format!("{} {} by {}", lost.event.short(), lost.kind, lost.principal));
    let more = if lost.len() > NAMED { ", ..." } else { "" };
    let number = match what {
        "cuts" => format!("{} would count no more", count(lost.len(), "event")),
        _ => format!("{} would not count for a start any more", count(lost.len(), "approval")),
    };
    Some(format!("{number}: {}{more}", list(each)))
}

//! One event that a person signs by hand: above the question, and when it is recorded.

use ledger_format::event::Kind;
use ledger_format::name::{EventId, Name};
use serde::Serialize;
use serde_json::Value;

use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};

/// `event` is absent before it is signed.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    pub event: Option<EventId>,
    pub kind: Kind,
    pub principal: Name,
    /// What the event says, as the ledger has it.
    pub data: Value,
    /// Rollouts that it strikes.
    pub strikes: Vec<StruckStart>,
    #[serde(skip)]
    pub words: Words,
}

/// How it is said to people.
#[derive(Debug, Clone)]
pub struct Words {
    /// `reject`
    pub doing: &'static str,
    /// `Rejected`
    pub done: &'static str,
    /// `v1.5.0 for prod`
    pub what: String,
    pub facts: Facts,
    /// What is said again under the answer.
    pub after: Facts,
}

/// A start that had not seen what is said, or that stops because of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StruckStart {
    pub event: EventId,
    pub raced: bool,
    pub stops: bool,
    /// In words for people.
    pub says: String,
}

impl StruckStart {
    fn says(&self) -> String {
        let what = match (self.raced, self.stops) {
            (true, true) => "had not seen this: raced, and stops before its next component",
            (true, false) => "had not seen this: raced",
            (false, _) => "stops before its next component",
        };
        format!("{} {}: {what}", self.event.short(), self.says)
    }
}

impl View for Statement {
    fn draw(&self, page: &mut Page<'_>) {
        let words = &self.words;
        let Some(event) = &self.event else {
            page.line(Line::new().text(format!("You {} as ", words.doing)).bold(&self.principal).text(":"));
            return page.facts(words.facts.clone());
        };
        let line = Line::new().mark(Mark::Done).text(format!("{} ", words.done)).bold(&words.what);
        page.line(line.text(format!(" · {}", page.look.event(event))));
        let strikes = self.strikes.iter().fold(words.after.clone(), |facts, struck| {
            facts.marked(Mark::Look, if struck.stops { "running" } else { "start" }, struck.says())
        });
        page.facts(strikes);
    }

    fn quiet(&self) -> Option<String> {
        self.event.map(|event| event.to_string())
    }
}

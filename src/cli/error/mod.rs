//! The error at the edge: a code, what was attempted and why not, the values, and what to do next. Errors of modules
//! become one here, and only here get their wording for people.

use std::error::Error;

use serde_json::{Map, Value, json};

use crate::cli::ui::page::{Facts, Page};
use crate::cli::ui::text::{Line, Mark, Style};
use crate::cli::view::diagnostics;

mod code;
mod configuration;
mod export;
mod keys;
mod ledger;
mod releases;
mod rollouts;
pub mod stages;
mod store;
mod usage;

pub use code::{Code, Exit};
use configuration::Drawing;

/// Ends a command. What it says in text and what it says in JSON are set together.
#[derive(Debug, Clone)]
pub struct CliError(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    code: Code,
    message: String,
    facts: Facts,
    lines: Vec<Line>,
    drawing: Drawing,
    details: Map<String, Value>,
    hints: Vec<String>,
    see: See,
    undone: Option<String>,
    others: Vec<CliError>,
}

/// Whether the text names the command that explains the error; JSON always does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum See {
    Named,
    Left,
}

impl CliError {
    /// `message`: what was attempted and why not, in one line.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            code,
            message: message.into(),
            facts: Facts::new(),
            lines: Vec::new(),
            drawing: Drawing::Composed,
            details: Map::new(),
            hints: Vec::new(),
            see: See::Left,
            undone: None,
            others: Vec::new(),
        }))
    }

    pub fn code(&self) -> Code {
        self.0.code
    }

    pub fn exit(&self) -> Exit {
        self.0.code.exit()
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The same in the words of who knows what it was about.
    pub(super) fn saying(mut self, message: String) -> Self {
        self.0.message = message;
        self
    }

    /// A value as a line under the message, and as a detail in JSON under the same name.
    pub fn fact(self, name: &str, value: impl Into<Value>, shown: impl Into<Line>) -> Self {
        self.detail(&name.replace(' ', "_"), value).shown(name, shown)
    }

    /// A value for JSON alone.
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.details.insert(name.to_owned(), value.into());
        self
    }

    /// A line for people alone.
    pub fn shown(mut self, name: &str, shown: impl Into<Line>) -> Self {
        self.0.facts = std::mem::take(&mut self.0.facts).fact(name, shown);
        self
    }

    /// A line for people with a symbol before its name.
    pub fn marked(mut self, mark: Mark, name: &str, shown: impl Into<Line>) -> Self {
        self.0.facts = std::mem::take(&mut self.0.facts).marked(mark, name, shown);
        self
    }

    /// Lines drawn between the message and the values: a piece of a file with the place marked.
    pub fn drawn(mut self, lines: impl IntoIterator<Item = Line>) -> Self {
        self.0.lines.extend(lines);
        self
    }

    fn drawn_as(mut self, drawing: Drawing) -> Self {
        self.0.drawing = drawing;
        self
    }

    /// A command or a thought that helps. A refusal never names the way round it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hints.push(hint.into());
        self
    }

    pub fn see(mut self) -> Self {
        self.0.see = See::Named;
        self
    }

    /// What was not done, as the last line: `Nothing was signed, nothing recorded.`
    pub fn undone(mut self, undone: impl Into<String>) -> Self {
        self.0.undone = Some(undone.into());
        self
    }

    /// Another mistake of the same run; all come at once.
    pub fn and(mut self, other: CliError) -> Self {
        self.0.others.push(other);
        self
    }

    /// The causes of an error, one line each.
    pub fn caused_by(self, source: &(dyn Error + 'static)) -> Self {
        let mut messages = Vec::new();
        let mut next = Some(source);
        while let Some(error) = next {
            let message = error.to_string();
            if messages.last() != Some(&message) {
                messages.push(message);
            }
            next = error.source();
        }
        let shown = messages.join(": ");
        self.fact("because", messages.join(": "), shown)
    }

    pub(super) fn draw(&self, page: &mut Page<'_>) {
        let parts = &self.0;
        if let Drawing::Mistakes(mistakes) = &parts.drawing {
            page.preformatted(&diagnostics::as_text(&mistakes.diagnostics, page.look));
            page.line(Line::new().mark(Mark::Failed).styled(Style::Failed, mistakes.summary()));
            return;
        }
        let label = format!("error[{}]:", parts.code.word());
        page.line(Line::new().styled(Style::Failed, label).text(" ").text(&parts.message));
        for line in &parts.lines {
            page.line(line.clone());
        }
        page.facts(parts.facts.clone());
        for hint in &parts.hints {
            page.line(Line::new().text("  hint: ").text(hint));
        }
        if parts.see == See::Named {
            page.line(Line::new().text("  see:  ").text(self.explanation()));
        }
        for other in &parts.others {
            other.draw(page);
        }
        if let Some(undone) = &parts.undone {
            page.line(undone);
        }
    }

    /// One object on one line.
    pub(super) fn to_json(&self) -> String {
        json!({ "error": self.object() }).to_string()
    }

    fn object(&self) -> Value {
        let parts = &self.0;
        json!({
            "code": parts.code.word(),
            "exit_code": self.exit().code(),
            "message": parts.message,
            "details": parts.details,
            "hints": parts.hints,
            "see": self.explanation(),
            "undone": parts.undone,
            "others": parts.others.iter().map(CliError::object).collect::<Vec<_>>(),
        })
    }

    /// Where a person reads on, wherever they are: the binary explains its errors itself.
    fn explanation(&self) -> String {
        format!("sealog explain {}", self.0.code.word())
    }
}

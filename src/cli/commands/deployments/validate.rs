//! `sealog deployments validate`

use clap::Args;
use serde::Serialize;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::view::diagnostics;
use crate::cli::view::says::{count, list};
use crate::config::{self, Diagnostic};

/// Check the configuration of all deployments on all their targets
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog deployments validate\n  sealog deployments validate payment-service --format json"
)]
pub struct Validate {
    /// Must be one of the project's deployments; the others are checked with it
    deployment: Option<String>,
}

impl Validate {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let warnings = config::check(&world.folder)?;
        let config = config::load(&world.folder)?;
        if let Some(name) = &self.deployment {
            config.deployment(name)?;
        }
        let deployments: Vec<String> = config.deployments.keys().map(ToString::to_string).collect();
        world.ui.show(&Valid { deployments, warnings: warnings.iter().map(Warning::of).collect(), drawn: warnings })?;
        Ok(Exit::Done)
    }
}

#[derive(Serialize)]
struct Valid {
    deployments: Vec<String>,
    warnings: Vec<Warning>,
    #[serde(skip)]
    drawn: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Warning {
    code: &'static str,
    message: String,
    file: Option<String>,
    line: Option<usize>,
    column: Option<usize>,
}

impl Warning {
    fn of(diagnostic: &Diagnostic) -> Self {
        let at = diagnostic.labels.first().map(|label| &label.place);
        Self {
            code: diagnostic.code.as_str(),
            message: diagnostic.message.clone(),
            file: at.map(|place| place.file.path.clone()),
            line: at.map(|place| place.start().line),
            column: at.map(|place| place.start().column),
        }
    }
}

impl View for Valid {
    fn draw(&self, page: &mut Page<'_>) {
        page.preformatted(&diagnostics::as_text(&self.drawn, page.look));
        let warnings = match self.warnings.len() {
            0 => String::new(),
            some => format!("; {}", count(some, "warning")),
        };
        let names = if self.deployments.is_empty() { String::new() } else { format!(": {}", list(&self.deployments)) };
        let valid = format!("{} valid{names}{warnings}", count(self.deployments.len(), "deployment"));
        page.line(Line::new().mark(Mark::Done).text(valid));
    }
}

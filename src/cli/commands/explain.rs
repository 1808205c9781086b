//! `sealog explain [code]`: what an error means and what to do, offline.

use clap::Args;
use serde::Serialize;

use crate::cli::World;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::ui::page::{Page, View};
use crate::cli::ui::table::{Column, Table};
use crate::cli::ui::text::Line;

/// Every key of a project's files.
const CONFIGURATION: &str = include_str!("../../../docs/reference/configuration.md");

/// Explain an error by its code, or the files of a project
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog explain key-locked\n  sealog explain configuration  # every key of sealog.yaml and of deployments\n  sealog explain                # all of them"
)]
pub struct Explain {
    /// The word in `error[...]`; without it, all errors are listed
    code: Option<String>,
}

impl Explain {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match &self.code {
            None => world.ui.show(&Explanations(Code::all().into_iter().map(Explanation::of).collect()))?,
            Some(word) => {
                if word == "configuration" {
                    world.ui.answer(CONFIGURATION)?;
                    return Ok(Exit::Done);
                }
                let word = word.trim_start_matches("error[").trim_end_matches([']', ':']);
                let code = Code::from_word(word).ok_or_else(|| unknown(word))?;
                world.ui.show(&Explanation::of(code))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn unknown(word: &str) -> CliError {
    let error = CliError::new(Code::UnknownCode, format!("there is no error `{word}`"));
    let shared = |code: &Code| code.word().bytes().zip(word.bytes()).take_while(|(one, other)| one == other).count();
    match Code::all().into_iter().max_by_key(shared) {
        Some(near) if shared(&near) >= 3 => error.hint(format!("sealog explain {}", near.word())),
        Some(_) | None => error.hint("sealog explain"),
    }
}

#[derive(Serialize)]
struct Explanation {
    code: &'static str,
    exit_code: u8,
    exit_meaning: &'static str,
    meaning: &'static str,
    advice: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Explanations(Vec<Explanation>);

impl Explanation {
    fn of(code: Code) -> Self {
        Self {
            code: code.word(),
            exit_code: code.exit().code(),
            exit_meaning: code.exit().meaning(),
            meaning: code.meaning(),
            advice: code.advice(),
        }
    }
}

impl View for Explanation {
    fn draw(&self, page: &mut Page<'_>) {
        page.line(Line::new().bold(self.code).text(format!(": exit code {}, {}", self.exit_code, self.exit_meaning)));
        page.line(self.meaning);
        if let Some(advice) = self.advice {
            page.line(advice);
        }
    }
}

impl View for Explanations {
    fn draw(&self, page: &mut Page<'_>) {
        let mut table = Table::new([Column::whole("CODE"), Column::number("EXIT"), Column::free("MEANING")]);
        for each in &self.0 {
            table.row([each.code.into(), each.exit_code.to_string().into(), each.meaning.into()]);
        }
        page.table(table);
    }
}

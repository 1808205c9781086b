//! What clap says about a command line, as an error of ours.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{CliError, Code};

impl From<&clap::Error> for CliError {
    fn from(refused: &clap::Error) -> Self {
        if refused.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
            let help = refused.render().to_string();
            let lines = help.lines().map(super::Line::from).collect::<Vec<_>>();
            return Self::new(Code::Usage, "a command is missing").drawn(lines);
        }
        let text = refused.render().to_string();
        let first = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
        let message = first.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut error = Self::new(Code::Usage, message);
        for line in text.lines().filter_map(|line| line.trim().strip_prefix("tip: ")) {
            error = error.hint(line);
        }
        if let Some(ContextValue::StyledStr(usage)) = refused.get(ContextKind::Usage) {
            let usage = usage.to_string().trim_start_matches("Usage: ").to_owned();
            error = error.fact("usage", usage.clone(), usage);
        }
        error.hint("sealog help <command>")
    }
}

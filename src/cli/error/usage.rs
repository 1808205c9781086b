//! What clap says about a command line, as an error of ours.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::{CliError, Code};

/// Groups of commands with one that is meant most often: `sealog hold cafe` lacks the `place`.
const USUAL: [(&str, &str); 1] = [("hold", "place")];

impl CliError {
    /// `command`: as far as the command line names one, without `sealog`.
    pub fn misused(refused: &clap::Error, command: &[String]) -> Self {
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
        let group = command.join(" ");
        if let (Some(ContextValue::String(word)), Some((_, usual))) =
            (refused.get(ContextKind::InvalidSubcommand), USUAL.iter().find(|(of, _)| *of == group))
        {
            error = error.hint(format!("did you mean `sealog {group} {usual} {word}`?"));
        }
        error.hint(format!("sealog help {group}").trim_end())
    }
}

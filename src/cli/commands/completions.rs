//! `sealog completions <shell>`

use clap::Args;
use clap_complete::Shell;

use crate::cli::World;
use crate::cli::error::{CliError, Exit};

/// Print the completions of a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog completions bash > ~/.local/share/bash-completion/completions/sealog\n  \
    sealog completions zsh > \"${fpath[1]}/_sealog\"")]
pub struct Completions {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    shell: Shell,
}

impl Completions {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::cli::command(), "sealog", &mut script);
        world.ui.answer(&String::from_utf8_lossy(&script))?;
        Ok(Exit::Done)
    }
}

//! Arguments that many commands share.

use std::path::PathBuf;

use clap::Args;
use ledger_format::name::{LedgerId, Name};

use super::ui::Format;
use super::ui::look::ColourChoice;
use super::ui::prompt::Assume;

/// How the answer looks: for every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// The answer as a table for people, or as the same fields for programs
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t,
        value_name = "FORMAT",
        hide_possible_values = true,
        help = "table, json, yaml or jsonl: the same fields for people and for programs"
    )]
    pub format: Format,

    /// Print only the id or reference that was made, whole
    #[arg(short, long, global = true)]
    pub quiet: bool,

    /// Show what other programs print and each request; twice: what was decided and why
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub verbose: u8,

    /// Print ids whole, not their first 12 digits
    #[arg(long, global = true)]
    pub full: bool,

    /// Colours: auto, always or never
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN", hide_possible_values = true)]
    pub color: ColourChoice,

    /// Print long answers as they are
    #[arg(long, global = true)]
    pub no_pager: bool,
}

/// The ledger, where it is not the project's.
#[derive(Debug, Clone, Args)]
pub struct WhichLedger {
    /// The ledger: a folder, oci-layout:<folder> or oci://host/repository [default: SEALOG_LEDGER, or the project's]
    #[arg(long, value_name = "ADDRESS")]
    pub ledger: Option<String>,

    /// The id that the ledger must have [default: `trust:` of the project]
    #[arg(long, value_name = "ID")]
    pub trust: Option<LedgerId>,
}

/// For commands that change something.
#[derive(Debug, Clone, Args)]
pub struct Changing {
    /// Answer the question with yes
    #[arg(long, short = 'y', visible_alias = "auto-approve")]
    pub yes: bool,

    /// Print the plan and change nothing
    #[arg(long)]
    pub dry_run: bool,

    #[command(flatten)]
    pub key: SigningKey,

    #[command(flatten)]
    pub which: WhichLedger,
}

impl Changing {
    pub fn assume(&self) -> Assume {
        if self.yes { Assume::Yes } else { Assume::Ask }
    }
}

#[derive(Debug, Clone, Args)]
pub struct SigningKey {
    /// The private key that signs [default: SEALOG_KEY_FILE, SEALOG_KEY, or the key in your folder of keys]
    #[arg(long = "key", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// What is made, and of whose work.
#[derive(Debug, Clone, Args)]
pub struct Making {
    /// May be left out where the project has one deployment
    pub deployment: Option<String>,

    /// The environment [default: the deployment's default target, or its only one]
    #[arg(long, short)]
    pub target: Option<String>,

    /// A principal who wrote what is checked out; repeat it for more
    #[arg(long = "author", value_name = "PRINCIPAL")]
    pub authors: Vec<Name>,
}

/// For commands that read the ledger.
#[derive(Debug, Clone, Args)]
pub struct Reading {
    /// As it was at an event, or at the end of a minute or day: `8b5e30f7d2c4`, `10:13`, `11-18 16:43`, `26m ago`
    #[arg(long, value_name = "EVENT|TIME")]
    pub at: Option<String>,

    /// Ask no network; a ledger in a folder never needs one
    #[arg(long)]
    pub offline: bool,

    #[command(flatten)]
    pub which: WhichLedger,
}

//! `sealog ledger propose`: a whole authority, written as a file.

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::authority_file;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::proposing::{propose, reason};
use crate::cli::session::Session;
use crate::cli::ui::page::{Page, View};
use crate::ledger::succession::Successor;

/// What only the ledger says, and what one version adds: neither is carried over to the next.
const OF_ONE_VERSION: [&str; 5] = ["ended", "excluded", "lifted", "replaces", "version"];

/// Propose an authority: who may do what, and what targets ask for, as a whole
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger propose --print > authority.yaml      # then edit it
  sealog ledger propose authority.yaml --reason 'ben becomes a root'

Version and what is replaced follow from the ledger. In a dispute the proposal replaces both sides. What is gone from
the file has to be ended: `ended: {principals: {tom: {reason: left}}}`. `lifted` and `excluded` name events.")]
pub struct Propose {
    /// YAML or JSON; - is standard input
    #[arg(value_name = "FILE", required_unless_present = "print")]
    authority: Option<String>,

    /// Print what is in force now, to begin from
    #[arg(long, conflicts_with = "authority")]
    print: bool,

    /// Why; it is recorded
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Propose {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let mut successor = Successor::of(session.ledger(), &session.ledger().everything())?;
        let Some(path) = &self.authority else {
            world.ui.show(&InForce(editable(&successor)?))?;
            return Ok(Exit::Done);
        };
        let given = match authority_file::read(world, path)? {
            Value::Object(fields) => fields,
            other => return authority_file::parse::<Map<String, Value>>(path, other).map(|_| Exit::Done),
        };
        let fields = completed(given, &successor)?;
        successor.new = authority_file::parse(path, Value::Object(fields))?;
        let given = world.ui.text("Reason", self.reason.as_deref(), "--reason")?;
        propose(world, session, &self.changing, successor, reason(Some(&given), String::new)?)
    }
}

/// The fields that follow from the ledger are its own.
fn completed(mut given: Map<String, Value>, successor: &Successor) -> Result<Map<String, Value>, CliError> {
    let next = fields(&successor.new)?;
    for name in ["replaces", "version"] {
        given.remove(name);
    }
    for (name, value) in next {
        if matches!(name.as_str(), "replaces" | "version" | "level" | "home") && !given.contains_key(&name) {
            given.insert(name, value);
        }
    }
    Ok(given)
}

fn editable(successor: &Successor) -> Result<Value, CliError> {
    let mut fields = fields(&successor.old)?;
    for name in OF_ONE_VERSION {
        fields.remove(name);
    }
    Ok(Value::Object(fields))
}

fn fields(authority: &ledger_format::authority::document::Authority) -> Result<Map<String, Value>, CliError> {
    match serde_json::to_value(authority) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(CliError::new(Code::Internal, "cannot write the authority down")),
    }
}

/// What is in force, as a file to begin from.
#[derive(Serialize)]
#[serde(transparent)]
struct InForce(Value);

impl View for InForce {
    fn draw(&self, page: &mut Page<'_>) {
        page.preformatted(&serde_saphyr::to_string(&self.0).unwrap_or_default());
    }
}

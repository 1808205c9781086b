//! `sealog ledger log`: every event, the newest first.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use ledger_format::dag::Index;
use ledger_format::event::Kind;
use ledger_format::name::Name;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Exit};
use crate::cli::reader::Reader;
use crate::cli::view::event_log;

/// Show the events of the ledger, the newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog ledger log --limit 3\n  sealog ledger log --kind rollout.started --by dmitri\n  \
    sealog ledger log --at 10:13 --format jsonl"
)]
pub struct Log {
    /// How many events are shown at most
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    limit: usize,

    /// Only events of this kind, for instance `rollout.started`
    #[arg(long, hide_possible_values = true, value_parser = kinds())]
    kind: Option<Kind>,

    /// Only events of this principal
    #[arg(long, value_name = "PRINCIPAL")]
    by: Option<Name>,

    #[command(flatten)]
    reading: Reading,
}

/// A kind that there is; any other is answered with all of them, and the one that may be meant.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    PossibleValuesParser::new(Kind::ALL.iter().map(|kind| kind.as_str())).try_map(|text| text.parse::<Kind>())
}

impl Log {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        let mut all = reader.ledger().in_order(&reader.set);
        all.retain(|index| self.asks_for(&reader, *index));
        let newest = all.iter().rev().take(self.limit);
        let entries: Vec<event_log::Entry> = newest.map(|index| reader.entry(*index)).collect();
        if entries.is_empty() {
            world.ui.nothing("no such events");
        }
        world.ui.show_paged(&event_log::Log { entries, of: all.len() })?;
        reader.end()
    }

    fn asks_for(&self, reader: &Reader<'_>, index: Index) -> bool {
        let entry = reader.ledger().entry(index);
        self.kind.is_none_or(|kind| entry.event.kind() == Some(kind))
            && self.by.as_ref().is_none_or(|by| entry.principal == *by)
    }
}

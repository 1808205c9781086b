//! What an answer is founded on. No report says "current" or "complete": it names its heads and where they come from.

use std::time::Duration;

use ledger_format::name::EventId;
use ledger_format::time::Time;
use serde::Serialize;

use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::text::Line;
use crate::cli::ui::times;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsOf {
    pub heads: Vec<EventId>,
    pub events: usize,
    /// Nothing is missing that this machine saw before.
    pub fresh: bool,
    pub from: Source,
    pub listed_at: Option<Time>,
    /// The past that was asked for.
    #[serde(skip)]
    pub asked: Option<Time>,
    /// The version in force; `null` while it is disputed.
    pub authority: Option<u64>,
    /// How many of the events this machine had not verified before.
    pub new: usize,
    pub verified_in_ms: u64,
}

/// Where the heads come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// A listing of the store.
    Listing,
    /// What this machine verified last.
    Remembered,
    /// A file of an export.
    Export,
    /// Asked for with `--at`.
    Asked,
}

impl AsOf {
    /// `214 events verified, 1 new, 18 ms · head f19a6d3e8b07, listed 11:12:30`
    pub fn line(&self, look: &Look) -> Line {
        let new = if self.new == 0 { String::new() } else { format!(", {} new", self.new) };
        let took = times::duration(Duration::from_millis(self.verified_in_ms));
        let heads = if self.heads.len() == 1 { "head" } else { "heads" };
        let named = list(self.heads.iter().map(|head| look.event(head)));
        Line::new().dim(format!(
            "{} verified{new}, {took} · {heads} {named}, {}",
            count(self.events, "event"),
            self.origin(look)
        ))
    }

    /// ` at 10:13 (58m ago)`, where the past was asked for.
    pub fn past(&self, look: &Look) -> Option<String> {
        let at = self.asked?.into();
        Some(format!(" at {} ({})", look.times.exact(at), look.times.relative(at)))
    }

    fn origin(&self, look: &Look) -> String {
        let at = self.listed_at.map(|at| times::hour_minute_second(at.into()));
        let ago = self.listed_at.map(|at| look.times.relative(at.into()));
        match self.from {
            Source::Listing => at.map_or_else(|| "listed".to_owned(), |at| format!("listed {at}")),
            Source::Remembered => {
                let when = ago.map(|ago| format!(" {ago}")).unwrap_or_default();
                format!("as this machine verified it{when}; newer may exist")
            }
            Source::Export => "from an export, which says nothing about events outside its heads".to_owned(),
            Source::Asked => format!("as it was{}", self.past(look).unwrap_or_default()),
        }
    }
}

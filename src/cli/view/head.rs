//! `sealog ledger head`: ids that are meant to be pasted elsewhere are printed whole.

use ledger_format::name::LedgerId;
use serde::Serialize;

use super::as_of::AsOf;
use super::event_log::Entry;
use crate::cli::ui::page::{Facts, Page, View};

#[derive(Debug, Clone, Serialize)]
pub struct Head {
    pub ledger: LedgerId,
    pub heads: Vec<Entry>,
    pub as_of: AsOf,
}

impl View for Head {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let mut facts = Facts::at_edge().fact("ledger", self.ledger.to_string());
        for head in &self.heads {
            let by = head.principal.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            let time = look.times.exact(head.time.into());
            facts = facts.fact("head", head.event.to_string());
            facts = facts.fact("", format!("generation {}, {time}, {}{by}: {}", head.generation, head.kind, head.says));
        }
        page.facts(facts);
        page.line(self.as_of.line(&look));
    }

    /// Every head, one a line.
    fn quiet(&self) -> Option<String> {
        Some(self.heads.iter().map(|head| head.event.to_string()).collect::<Vec<_>>().join("\n"))
    }
}

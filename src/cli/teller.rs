//! Tells of events in words, outside of the commands that only read.

use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;

use super::reader::{Aliases, Names};
use super::ui::look::Look;
use super::view::says::Says;

/// A ledger and what people call its releases.
pub struct Teller<'a> {
    ledger: &'a Ledger,
    aliases: Aliases,
    look: &'a Look,
}

impl<'a> Teller<'a> {
    pub fn new(ledger: &'a Ledger, look: &'a Look) -> Self {
        Self { ledger, aliases: Aliases::of(ledger, &ledger.everything()), look }
    }

    /// `hold.placed prod: freeze, by holly`
    pub fn tell(&self, id: &EventId) -> String {
        let Some(entry) = self.ledger.get(*id) else { return "an event".to_owned() };
        let kind = entry.event.kind().map_or_else(String::new, |kind| format!("{kind} "));
        let says = Says { known: self, look: self.look }.event(&entry.event);
        format!("{kind}{says}, by {}", entry.principal)
    }
}

impl Names for Teller<'_> {
    fn ledger(&self) -> &Ledger {
        self.ledger
    }

    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

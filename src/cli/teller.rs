//! Tells of events in words, outside of the commands that only read.

use ledger_format::event::Event;
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name, ReleaseId};

use super::reader::Aliases;
use super::ui::look::Look;
use super::view::says::{Known, Says};

/// A ledger and what people call its releases.
pub struct Teller<'a> {
    ledger: &'a Ledger,
    aliases: Aliases,
    look: &'a Look,
}

impl<'a> Teller<'a> {
    pub fn new(ledger: &'a Ledger, look: &'a Look) -> Self {
        Self { ledger, aliases: Aliases::of(ledger), look }
    }

    /// `hold.placed prod: freeze, by holly`
    pub fn tell(&self, id: &EventId) -> String {
        let Some(entry) = self.ledger.get(*id) else { return "an event".to_owned() };
        let kind = entry.event.kind().map_or_else(String::new, |kind| format!("{kind} "));
        let says = Says { known: self, look: self.look }.event(&entry.event);
        format!("{kind}{says}, by {}", entry.principal)
    }
}

impl Known for Teller<'_> {
    fn event(&self, id: &EventId) -> Option<&Event> {
        self.ledger.get(*id).map(|entry| &entry.event)
    }

    fn alias(&self, deployment: &Name, release: &ReleaseId) -> Option<&Name> {
        self.aliases.get(deployment, release)
    }

    fn one_deployment(&self) -> bool {
        self.aliases.one_deployment()
    }
}

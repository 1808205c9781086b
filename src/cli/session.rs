//! The one way in which commands open a ledger and write to it.
//!
//! Reading: `Session::open(world, &which)?.ledger()`. Writing: `session.actor(&key)?` says who signs, without a
//! passphrase; after the plan was shown and agreed to, `session.writer(actor)?` opens the key, `append` as often as
//! needed, `finish` at the end.

mod actor;
mod several;
mod trusting;
mod writer;

use ledger_format::ledger::Ledger;
use ledger_format::name::LedgerId;
use ledger_format::time::Time;

pub use actor::Actor;
pub use writer::{SessionWriter, flushed};

use super::World;
use super::args::WhichLedger;
use super::error::CliError;
use super::place::Place;
use super::ui::page::{Facts, Page, View};
use super::ui::text::{Line, Mark};
use super::view::says::list;
use crate::ledger::open::{Opened, Trust, open};
use crate::ledger::seen::{Acquaintance, Memory, Missing, Seen};
use crate::store::LedgerStore;

/// A ledger that a command opened: where it lies, what it holds, and why it is taken for the right one.
pub struct Session<'a> {
    pub(super) world: &'a World<'a>,
    pub place: Place,
    pub store: Box<dyn LedgerStore>,
    pub opened: Opened,
    /// When the store was listed.
    pub listed_at: Time,
    pub by: Acquaintance,
    /// What this machine verified the last time.
    pub before: Option<Seen>,
    /// What was seen then and is not shown now.
    pub missing: Vec<Missing>,
    memory: Option<Memory>,
}

impl<'a> Session<'a> {
    /// Opens the ledger; an older one than was seen before, or a damaged one, is an error. It is remembered.
    pub fn open(world: &'a World<'a>, which: &WhichLedger) -> Result<Self, CliError> {
        let session = Self::look(world, which)?;
        session.judge()?;
        session.remember();
        Ok(session)
    }

    /// Remembers a ledger that was begun here and now.
    pub fn begun(world: &World<'_>, place: &Place, ledger: LedgerId) -> Result<(), CliError> {
        let store = place.store(world)?;
        let opened = open(store.as_ref(), &Trust { ledger: Some(ledger), authority: None })
            .map_err(|error| CliError::opening(error, place, None))?;
        let memory = Memory::of(&world.environment.folders()?.state);
        memory.remember(&place.address, &opened.ledger, Acquaintance::Begun, Time::from(world.clock.now()))?;
        Ok(())
    }

    /// Opens the ledger as it is, for `verify`: what is wrong with it is left to be told, and nothing is remembered.
    pub fn look(world: &'a World<'a>, which: &WhichLedger) -> Result<Self, CliError> {
        let place = Place::find(world, which)?;
        let store = place.store(world)?;
        let memory = world.environment.folders().ok().map(|folders| Memory::of(&folders.state));
        let remembered = match &memory {
            Some(memory) => memory.ledger_of(&place.address)?,
            None => None,
        };
        let pinned = place.pin.map(|pin| pin.ledger);
        let mut before = match (&memory, pinned.or(remembered)) {
            (Some(memory), Some(ledger)) => memory.seen(ledger)?,
            (_, _) => None,
        };
        let mut by = match (pinned, remembered) {
            (Some(_), _) => Acquaintance::Pinned,
            (None, Some(_)) => before.as_ref().map_or(Acquaintance::FirstContact, |before| before.by),
            (None, None) => Acquaintance::FirstContact,
        };
        let trust = Trust { ledger: pinned.or(remembered), authority: before.as_ref().map(Seen::pin) };
        let listed_at = Time::from(world.clock.now());
        let opening = |error| CliError::opening(error, &place, remembered);
        let mut opened = open(store.as_ref(), &trust).map_err(opening)?;
        // A ledger is known by its id, also at an address that is new here.
        if let (Some(memory), None) = (&memory, trust.ledger)
            && let Some(seen) = memory.seen(opened.ledger.id())?
        {
            let trust = Trust { ledger: Some(opened.ledger.id()), authority: Some(seen.pin()) };
            opened = open(store.as_ref(), &trust).map_err(opening)?;
            by = seen.by;
            before = Some(seen);
        }
        let missing = before.as_ref().map(|before| before.check(&opened)).unwrap_or_default();
        let session = Self { world, place, store, opened, listed_at, by, before, missing, memory };
        if trust.ledger.is_none() && session.before.is_none() {
            world.ui.plan(&session.introduction());
        }
        Ok(session)
    }

    pub fn ledger(&self) -> &Ledger {
        &self.opened.ledger
    }

    /// What this reader trusts.
    pub fn trust(&self) -> Trust {
        Trust { ledger: Some(self.ledger().id()), authority: self.before.as_ref().map(Seen::pin) }
    }

    /// Whether everything that was seen before is shown, and nothing of it was changed.
    pub fn judge(&self) -> Result<(), CliError> {
        let rejected = self.opened.rejected.iter().find(|reject| self.needs(reject.name.id()));
        if let Some(reject) = rejected {
            return Err(CliError::tampered(reject, &self.place.address));
        }
        match &self.before {
            Some(before) if !self.missing.is_empty() => {
                let address = &self.place.address;
                let verify = format!("sealog verify --ledger {address}   (tells whether what is shown is sound)");
                Err(CliError::behind(before, &self.missing, self.ledger(), address).hint(verify))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Whether nothing is withheld that an event of a living key builds on, and nobody disputes who decides.
    pub fn complete(&self) -> Result<(), CliError> {
        let everything = self.ledger().everything();
        if let Some(waiting) = self.ledger().withheld(&everything).first() {
            return Err(CliError::withheld(waiting, &self.place.address));
        }
        if self.is_forked() { Err(CliError::forked(self.ledger(), &everything)) } else { Ok(()) }
    }

    /// Whether something that counts is founded on an object that is no event.
    fn needs(&self, rejected: ledger_format::name::EventId) -> bool {
        let waits = |event: &ledger_format::event::Event| event.header.parents.contains(&rejected);
        let remembered = |missing: &Missing| missing.event.id == rejected || missing.waits_for.contains(&rejected);
        self.ledger().pending().any(waits) || self.missing.iter().any(remembered)
    }

    /// Remembers what was verified. That it cannot be remembered is a warning: the answer is right all the same.
    pub fn remember(&self) {
        let Some(memory) = &self.memory else {
            return self
                .world
                .ui
                .warn("neither HOME nor SEALOG_HOME is set: this machine remembers nothing of the ledger");
        };
        let at = Time::from(self.world.clock.now());
        if let Err(error) = memory.remember(&self.place.address, self.ledger(), self.by, at) {
            self.world.ui.warn(format!("this machine does not remember what it saw: {error}"));
        }
    }

    fn introduction(&self) -> Introduction {
        let ledger = self.ledger();
        let first = ledger.entry(0);
        let everything = ledger.everything();
        let roots = ledger.documents(&everything).flat_map(|document| document.authority().roots.principals.iter());
        let mut roots: Vec<String> = roots.map(ToString::to_string).collect();
        roots.dedup();
        Introduction {
            id: ledger.id().to_string(),
            begun: first.event.header.time,
            by: format!("{} {}", first.principal, first.event.header.key.short()),
            roots,
        }
    }
}

/// What is said when nothing on this machine says that this is the right ledger.
#[derive(serde::Serialize)]
struct Introduction {
    id: String,
    begun: Time,
    by: String,
    roots: Vec<String>,
}

impl View for Introduction {
    fn draw(&self, page: &mut Page<'_>) {
        let said = "First contact: nothing on this machine says that this is the right ledger";
        page.line(Line::new().mark(Mark::Look).text(said));
        let begun = page.look.times.exact(self.begun.into());
        let roots = if self.roots.len() == 1 { "root" } else { "roots" };
        let facts = Facts::new()
            .fact("id", self.id.as_str())
            .fact("begun", format!("{begun} (claimed) by {}; {roots} {}", self.by, list(&self.roots)))
            .fact("now", "remembered here; compare the id with a colleague's, then pin it: `trust:` in sealog.yaml");
        page.facts(facts);
    }
}

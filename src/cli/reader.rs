//! The one way in which commands read a ledger: open it, choose the point that is asked about, know what releases are
//! called, say what the answer is founded on.

mod aliases;
mod approval;
pub mod at;
mod change;
mod dispute;
mod event;
mod images;
mod places;
mod release;
mod shown;
mod target;

use std::cell::OnceCell;

use ledger_format::dag::Index;
use ledger_format::event::Event;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Name, ReleaseId};

use ledger_format::time::Time;

pub use aliases::{Aliases, Names};

use super::World;
use super::args::Reading;
use super::error::{CliError, Exit};
use super::session::Session;
use super::view::as_of::{AsOf, Source};
use super::view::release_name::ReleaseName;
use super::view::says::{Known, Says};
use crate::clock::Stopwatch;

/// A ledger as one command shows it.
pub struct Reader<'a> {
    pub session: Session<'a>,
    /// All of it, or what `--at` asks for.
    pub set: ClosedSet,
    /// The time that is asked about.
    pub moment: Time,
    source: Source,
    aliases: Aliases,
    watch: Stopwatch,
    as_of: OnceCell<AsOf>,
}

impl<'a> Reader<'a> {
    pub fn open(world: &'a World<'a>, reading: &Reading) -> Result<Self, CliError> {
        let watch = world.clock.stopwatch();
        let session = Session::open(world, &reading.which)?;
        let now = Time::from(world.clock.now());
        let (set, moment, source) = match &reading.at {
            None => (session.ledger().everything(), now, Source::Listing),
            Some(text) => {
                let (set, moment) = at::resolve(session.ledger(), world.ui.look(), text)?;
                (set, moment, Source::Asked)
            }
        };
        CliError::unless_level_known(session.ledger(), &set)?;
        let aliases = Aliases::of(session.ledger(), &set);
        Ok(Self { session, set, moment, source, aliases, watch, as_of: OnceCell::new() })
    }

    pub fn world(&self) -> &'a World<'a> {
        self.session.world
    }

    pub fn ledger(&self) -> &Ledger {
        self.session.ledger()
    }

    pub fn id(&self, index: Index) -> EventId {
        self.ledger().entry(index).event.id
    }

    pub fn says(&self) -> Says<'_> {
        Says { known: self, look: self.world().ui.look() }
    }

    /// A release by the newest name that people gave it.
    pub fn name(&self, deployment: &Name, release: &ReleaseId) -> ReleaseName {
        ReleaseName::new(*release, self.alias(deployment, release).cloned())
    }

    /// What the answer is founded on.
    pub fn as_of(&self) -> AsOf {
        self.as_of.get_or_init(|| self.founded_on()).clone()
    }

    fn founded_on(&self) -> AsOf {
        let ledger = self.ledger();
        let versions: Vec<u64> = ledger.documents(&self.set).map(|document| document.version()).collect();
        let before = self.session.before.as_ref().map_or(0, |before| before.events);
        AsOf {
            heads: ledger.heads(&self.set).into_iter().map(|head| self.id(head)).collect(),
            events: self.set.len(),
            fresh: self.session.missing.is_empty(),
            from: self.source,
            listed_at: Some(self.session.listed_at),
            asked: (self.source == Source::Asked).then_some(self.moment),
            authority: if let [version] = versions[..] { Some(version) } else { None },
            new: ledger.len().saturating_sub(before),
            verified_in_ms: u64::try_from(self.watch.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// How a command ends that showed the ledger: nothing of it may be withheld, and nobody may dispute who decides.
    pub fn end(&self) -> Result<Exit, CliError> {
        self.session.complete()?;
        Ok(Exit::Done)
    }
}

impl Names for Reader<'_> {
    fn ledger(&self) -> &Ledger {
        self.session.ledger()
    }

    fn aliases(&self) -> &Aliases {
        &self.aliases
    }
}

/// The kind of an event, also of one that this version does not know.
pub fn kind_of(event: &Event) -> String {
    event.kind().map_or_else(|| "unknown".to_owned(), |kind| kind.to_string())
}

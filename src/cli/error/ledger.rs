//! What went wrong with a ledger, for people: it cannot be opened, or an event not appended.

use ledger_format::admission::Refusal;
use ledger_format::digest::Digest;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, LedgerId};
use ledger_format::projection::withheld::Waiting;
use ledger_format::right::{Ask, Dimension};
use serde_json::json;

use super::{CliError, Code};
use crate::cli::place::{Pin, Place};
use crate::cli::ui::times;
use crate::cli::view::says::{count, list};
use crate::ledger::append::{AppendError, WriteError};
use crate::ledger::blobs::Damaged;
use crate::ledger::open::{OpenError, Rejected};
use crate::ledger::seen::{MemoryError, Missing, Seen};
use crate::store::Address;

const UNWRITTEN: &str = "Nothing was recorded.";

impl CliError {
    /// Why the ledger of a place cannot be opened; `remembered`: the ledger that the address had before.
    pub fn opening(error: OpenError, place: &Place, remembered: Option<LedgerId>) -> Self {
        let message = error.to_string();
        let address = place.address.to_string();
        match error {
            OpenError::Store(error) => Self::from(error),
            OpenError::Empty { rejected } => match rejected.first() {
                Some(reject) => Self::tampered(reject, &place.address),
                None => place.no_ledger(&format!("{address} holds no ledger: {message}")),
            },
            OpenError::Several { ledgers } => Self::new(Code::LedgersSeveral, message)
                .fact("ledgers", ids(&ledgers), list(ledgers.iter()))
                .detail("address", address)
                .hint(
                    "compare them with a colleague's, then pin the right one: `trust:` in sealog.yaml, or --trust <id>",
                ),
            OpenError::PinNotThere { pinned, found, rejected } => {
                if let Some(reject) = rejected.iter().find(|reject| reject.name.id() == pinned) {
                    return Self::tampered(reject, &place.address);
                }
                let who = match (place.pin, remembered) {
                    (Some(Pin { by, .. }), _) => by.words(),
                    (None, _) => "as this machine remembers it",
                };
                let found = if found.is_empty() { "none".to_owned() } else { list(found.iter()) };
                Self::new(Code::PinNotMet, format!("{address} does not hold the ledger that is expected there"))
                    .fact("expected", pinned.to_string(), format!("{pinned}, {who}"))
                    .fact("found", found.clone(), found)
                    .detail("address", address)
            }
            OpenError::First { ledger, source } => {
                Self::new(Code::EventTampered, message).detail("ledger", ledger.to_string()).caused_by(&source)
            }
        }
    }

    /// Something under the name of an event that others build on is not that event.
    pub fn tampered(reject: &Rejected, address: &Address) -> Self {
        let id = reject.name.id();
        Self::new(Code::EventTampered, format!("event {} was changed after it was signed", id.short()))
            .fact("event", id.to_string(), reject.name.to_string())
            .fact("found", reject.why.to_string(), reject.why.to_string())
            .detail("address", address.to_string())
            .hint("sealog verify   (shows what builds on it)")
            .hint("any honest copy of the ledger heals it, ids cannot change")
    }

    /// Something under the digest of a blob that an event names has another one.
    pub fn blob_damaged(damaged: &Damaged, address: &Address) -> Self {
        let (event, blob) = (damaged.event, damaged.blob);
        let message = format!("a blob that event {} names was changed or damaged", event.short());
        Self::new(Code::StoreDamaged, message)
            .fact("event", event.to_string(), event.to_string())
            .fact("blob", blob.to_string(), blob.to_string())
            .fact("found", damaged.why.to_string(), damaged.why.to_string())
            .detail("address", address.to_string())
            .hint("any honest copy of the ledger heals it: sealog ledger export there, sealog ledger import here")
    }

    /// Events that this machine has seen are not shown any more.
    pub fn behind(seen: &Seen, missing: &[Missing], shown: &Ledger, address: &Address) -> Self {
        let everything = shown.everything();
        let heads: Vec<EventId> = shown.heads(&everything).into_iter().map(|head| shown.entry(head).event.id).collect();
        let short = |ids: &mut dyn Iterator<Item = EventId>| list(ids.map(|id| id.short()));
        let gone = seen.events.saturating_sub(shown.len()).max(missing.len());
        let at = times::rfc3339(seen.at.into());
        let error = Self::new(Code::LedgerBehind, format!("{address} shows an older ledger than before"))
            .detail("hidden", gone)
            .detail("events", missing.iter().map(|missing| missing.event.id.to_string()).collect::<Vec<_>>())
            .shown("hidden", format!("{} that this machine has seen", count(gone, "event")))
            .detail("seen", json!({"at": at, "events": seen.events, "heads": seen.heads}))
            .shown(
                "seen",
                format!("{} at {at}, head {}", count(seen.events, "event"), short(&mut seen.heads.iter().copied())),
            )
            .detail("shown", json!({"events": shown.len(), "heads": heads}))
            .shown("shown now", format!("{}, head {}", count(shown.len(), "event"), short(&mut heads.iter().copied())))
            .hint("any honest copy of the ledger heals it: sealog ledger export there, sealog ledger import here");
        match missing.first() {
            Some(Missing { event, .. }) => {
                let time = times::rfc3339(event.time.into());
                error.shown("first", format!("{} {} ({time})", event.id.short(), event.kind))
            }
            None => error,
        }
    }

    /// An event of a living key builds on something that the store does not show.
    pub fn withheld(waiting: &Waiting<'_>, address: &Address) -> Self {
        let event = waiting.event;
        let missing: Vec<EventId> = waiting.missing.iter().copied().collect();
        let kind = event.kind().map_or_else(|| "an event".to_owned(), |kind| kind.to_string());
        let shown = list(missing.iter().map(EventId::short));
        Self::new(Code::EventMissing, format!("{address} does not show event {shown}, on which others build"))
            .fact("missing", ids(&missing), list(missing.iter()))
            .fact(
                "waiting",
                event.id.to_string(),
                format!("{} {kind}, generation {}", event.id.short(), event.header.generation),
            )
            .hint("any honest copy of the ledger heals it: sealog ledger export there, sealog ledger import here")
    }

    /// Two authorities are in force, and neither builds on the other.
    pub fn forked(ledger: &Ledger, set: &ClosedSet) -> Self {
        let sides = ledger.newest_for(set, None);
        let side = |id: &EventId| {
            let entry = ledger.get(*id)?;
            let version = entry.event.data()?.authority()?.version.get();
            Some(format!("version {version} by {} ({})", entry.principal, id.short()))
        };
        Self::new(Code::AuthorityForked, "the authority of the ledger is forked: neither side can settle it alone")
            .fact("sides", ids(&sides), list(sides.iter().filter_map(side)))
            .hint("sealog ledger trust   (shows each side and what settles them, and takes the one that you name)")
    }

    /// Somebody changed the authority between what was shown and what was to be signed.
    pub fn authority_changed() -> Self {
        let message = "somebody else changed who may do what meanwhile: what was shown would not build on it";
        Self::new(Code::PlanOutdated, message).hint("look again: run the command once more")
    }

    /// Nothing, where this version knows every level that is in force in a set.
    pub fn unless_level_known(ledger: &Ledger, set: &ClosedSet) -> Result<(), Self> {
        let Some((authority, level)) = ledger.unknown_level(set) else { return Ok(()) };
        let message = format!("the ledger is of level {level}, which this version of sealog does not know");
        Err(Self::new(Code::LevelUnknown, message)
            .fact("authority", authority.to_string(), authority.to_string())
            .hint(format!("a newer sealog reads it; --at <event> shows what was before {}", authority.short())))
    }

    /// A text beside an event cannot be read by who is to put their name to it.
    pub fn text_withheld(event: &EventId, text: &Digest) -> Self {
        Self::new(Code::TextWithheld, format!("a text of event {} was erased or is withheld", event.short()))
            .fact("event", event.to_string(), event.to_string())
            .fact("text", text.to_string(), text.to_string())
            .undone("Nothing was signed, nothing recorded.")
    }

    /// A right is missing: before anything was signed, or because the fold says so.
    pub fn no_right(ask: &Ask) -> Self {
        let mut places = Vec::new();
        let mut place = |name: &str, value: String| {
            if value != "-" {
                places.push(if value == "*" { format!("all {name}s") } else { format!("the {name} {value}") });
            }
        };
        place("deployment", ask.scope.deployment.to_string());
        place("component", ask.scope.component.to_string());
        place("target", ask.scope.target.to_string());
        let everywhere = if places.is_empty() { String::new() } else { format!(" for {}", places.join(", ")) };
        let dimension = |value: &dyn std::fmt::Display, asked: bool| asked.then(|| value.to_string());
        Self::new(Code::RightMissing, format!("your key has no right to {}{everywhere}", ask.need))
            .detail("right", ask.need.to_string())
            .detail("deployment", dimension(&ask.scope.deployment, ask.scope.deployment != Dimension::Unasked))
            .detail("component", dimension(&ask.scope.component, ask.scope.component != Dimension::Unasked))
            .detail("target", dimension(&ask.scope.target, ask.scope.target != Dimension::Unasked))
            .hint("sealog ledger keys list   (who has which rights; a root gives them)")
    }
}

impl From<AppendError> for CliError {
    fn from(error: AppendError) -> Self {
        let message = error.to_string();
        match error {
            AppendError::Store(error) => return Self::from(error),
            AppendError::Sign(error) => return Self::from(error),
            AppendError::Refused(refusal) => match *refusal {
                Refusal::NoRight(ask) => Self::no_right(&ask),
                refusal => Self::new(Code::EventRefused, message).detail("rule", refusal.code()),
            },
            AppendError::Junk(_) => Self::new(Code::KeyNotEnrolled, message).hint("sealog ledger keys request"),
            AppendError::TooLarge(size) => Self::new(Code::TooLarge, message).detail("bytes", size),
            AppendError::AllAhead { .. } => Self::new(Code::ClockBehind, message),
            AppendError::NotReadBack(name) => {
                return Self::new(Code::NotReadBack, message).detail("name", name.to_string());
            }
            AppendError::Pending { .. }
            | AppendError::Statement(_)
            | AppendError::Unreadable(_)
            | AppendError::Name(_)
            | AppendError::Random(_) => Self::new(Code::Internal, message),
        }
        .undone(UNWRITTEN)
    }
}

impl From<WriteError> for CliError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Append(error) => Self::from(error),
            WriteError::Open(OpenError::Store(error)) => Self::from(error),
            WriteError::Open(error) => Self::new(Code::StoreDamaged, "cannot read the ledger again").caused_by(&error),
        }
    }
}

impl From<MemoryError> for CliError {
    fn from(error: MemoryError) -> Self {
        let message = error.to_string();
        match error {
            MemoryError::Fs(error) => {
                Self::new(Code::MemoryDamaged, message).detail("path", error.path().display().to_string())
            }
            MemoryError::Form { path, source } => {
                Self::new(Code::MemoryDamaged, message).detail("path", path.display().to_string()).caused_by(&source)
            }
        }
    }
}

fn ids(ids: &[EventId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

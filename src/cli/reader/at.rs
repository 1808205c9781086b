//! `--at`: the ledger as it was at an event or a time.

use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::EventId;
use ledger_format::time::Time;
use time::UtcDateTime;

use crate::cli::error::{CliError, Code};
use crate::cli::ui::look::Look;
use crate::ledger::releases::FEWEST_DIGITS;

/// The events up to a time, or an event and its past; and that time.
pub fn resolve(ledger: &Ledger, look: &Look, text: &str) -> Result<(ClosedSet, Time), CliError> {
    match look.times.last(text) {
        Some(moment) => {
            let moment = come(look, text, moment)?;
            at_time(ledger, look, text, moment.into()).map(|set| (set, moment.into()))
        }
        None if is_id(text) => {
            let ids = ledger.entries().map(|(_, entry)| entry.event.id);
            let id = one_of(ids, look, text)?;
            let at = |index| (ledger.at_event(index), ledger.entry(index).event.header.time);
            ledger.index(id).map(at).ok_or_else(|| unknown(text))
        }
        None => Err(CliError::new(Code::Usage, format!("`{text}` is neither an event nor a time"))
            .hint("--at 8b5e30f7d2c4, --at 10:13, --at '11-18 16:43', --at 2026-11-18, --at '26m ago'")),
    }
}

/// A time that is not to come. What began and has not ended, a day or a minute, is meant until now.
fn come(look: &Look, text: &str, moment: UtcDateTime) -> Result<UtcDateTime, CliError> {
    let now = look.times.now();
    let is_this_day = moment.date() == now.date() && !text.contains(':');
    let is_this_minute = moment.date() == now.date() && (moment.hour(), moment.minute()) == (now.hour(), now.minute());
    match moment <= now {
        true => Ok(moment),
        false if is_this_day || is_this_minute => Ok(now),
        false => {
            let message = format!("{text} has not come: it is {}", look.times.exact(now));
            Err(CliError::new(Code::Usage, message).hint("without --at: as it is now; '11-18 16:43' for another day"))
        }
    }
}

fn at_time(ledger: &Ledger, look: &Look, text: &str, moment: Time) -> Result<ClosedSet, CliError> {
    let set = ledger.at_time(moment);
    if !set.is_empty() {
        return Ok(set);
    }
    let begun = ledger.entry(0).event.header.time;
    let message = format!("there was no ledger at {text}: it was begun {}", look.times.exact(begun.into()));
    Err(CliError::new(Code::NotFound, message).detail("begun", begun.to_string()))
}

/// Whether a text could be the beginning of an event's id.
pub fn is_id(text: &str) -> bool {
    let digits = digits(text);
    (FEWEST_DIGITS..=64).contains(&digits.len()) && digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The one event whose id begins so.
pub fn one_of(ids: impl Iterator<Item = EventId>, look: &Look, text: &str) -> Result<EventId, CliError> {
    let mut found: Vec<EventId> = ids.filter(|id| id.0.hex().starts_with(digits(text))).collect();
    found.sort_unstable();
    found.dedup();
    match found.as_slice() {
        [] => Err(unknown(text)),
        [one] => Ok(*one),
        several => {
            let shown = several.iter().map(|id| look.event(id)).collect::<Vec<_>>().join(", ");
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            let message = format!("`{text}` could be any of {} events", several.len());
            Err(CliError::new(Code::Ambiguous, message).fact("they are", ids, shown))
        }
    }
}

fn digits(text: &str) -> &str {
    text.strip_prefix("sha256:").unwrap_or(text)
}

fn unknown(text: &str) -> CliError {
    CliError::new(Code::NotFound, format!("the ledger has no event `{text}`")).hint("sealog ledger log   (lists them)")
}

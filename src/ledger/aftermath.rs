//! What a hold, a denial or a withdrawal does to starts that are there already.

use ledger_format::dag::Index;
use ledger_format::judgement::{Cause, Gate};
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::time::Time;

/// A start that something said later, or beside it, concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Struck {
    pub start: Index,
    /// It had not seen what was said, and is raced by it.
    pub raced: bool,
    /// It is not ended, and stops before it touches the next component.
    pub stops: bool,
}

/// The starts of a set that an event strikes.
pub fn aftermath(ledger: &Ledger, event: Index, time: Time, set: &ClosedSet) -> Vec<Struck> {
    let places = ledger.places(set).into_iter();
    let starts = places.flat_map(|(deployment, target)| ledger.starts(&deployment, &target, set));
    let strike = |(start, _)| Struck {
        start,
        raced: is_raced(ledger, start, event, set),
        stops: stops(ledger, start, event, time, set),
    };
    starts.map(strike).filter(|struck| struck.raced || struck.stops).collect()
}

fn is_raced(ledger: &Ledger, start: Index, event: Index, set: &ClosedSet) -> bool {
    let beside = !ledger.entry(event).past.contains(start) && !ledger.entry(start).past.contains(event);
    beside
        && ledger.judge(start, set).is_some_and(|judged| judged.causes.iter().any(|cause| names(ledger, cause, event)))
}

/// Whether a start of the same now would meet this event (`SPEC.md`, LF-208).
fn stops(ledger: &Ledger, start: Index, event: Index, time: Time, set: &ClosedSet) -> bool {
    let entry = ledger.entry(start);
    let Some(data) = ledger.start(start).filter(|_| ledger.ends(start, set).is_empty()) else { return false };
    let gate = Gate::start(data, entry.event.header.key.clone(), entry.principal.clone(), time);
    let against = |cause: &Cause| names(ledger, cause, event) && !(gate.overridden && cause.code.is_passable());
    ledger.assess(&gate, set).iter().any(against)
}

fn names(ledger: &Ledger, cause: &Cause, event: Index) -> bool {
    cause.event == Some(ledger.entry(event).event.id)
}

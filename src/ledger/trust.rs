//! The authority that a reader trusts, and the others that a ledger shows: the sides of a fork, and what settles them.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::authority::force::{Number, Pin, What};
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;

/// An authority with all that it builds on; `None` for what is no authority of the ledger.
pub fn pin_on(ledger: &Ledger, authority: EventId) -> Option<Pin> {
    let number = ledger.authorities().number(authority)?;
    match &ledger.authorities().step(number).what {
        What::Document { builds_on, .. } => {
            let builds_on = builds_on.iter().map(|base| ledger.authorities().step(*base).id).collect();
            Some(Pin { authority, builds_on })
        }
        What::Endorsement { .. } => None,
    }
}

/// The newest authority in force; in an open dispute the newest on which all sides build.
pub fn newest_pin(ledger: &Ledger) -> Pin {
    let everything = ledger.everything();
    let authorities = ledger.authorities();
    let number = |id: &EventId| authorities.number(*id);
    let newest: Vec<Number> = ledger.newest_authorities(&everything).iter().filter_map(number).collect();
    let under_all = |candidate: &Number| {
        newest.iter().all(|side| side == candidate || authorities.builds_on(*side).contains(candidate))
    };
    let in_force = ledger.authorities_in_force(&everything);
    let shared = in_force.iter().filter_map(number).filter(under_all);
    // The first event is under all.
    let pinned = shared.max_by_key(|number| authorities.document(*number).version()).unwrap_or(0);
    let id_of = |number: &Number| authorities.step(*number).id;
    Pin { authority: id_of(&pinned), builds_on: authorities.builds_on(pinned).iter().map(id_of).collect() }
}

/// What there is to choose from, whatever a reader trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The newest authorities before any settlement that the reader does not know: one, or the sides of a fork.
    pub sides: Vec<EventId>,
    /// The newest of those that build on several sides, which the reader leaves aside.
    pub settlements: Vec<EventId>,
    /// The newest authority on which all sides build, where there are several.
    pub base: Option<EventId>,
}

type BuildsOn = BTreeMap<EventId, BTreeSet<EventId>>;

impl Standing {
    /// `own`: as the reader reads the ledger; `alone`: the same without a pin.
    pub fn of(own: &Ledger, alone: &Ledger) -> Self {
        let in_force = [own, alone].map(|ledger| (ledger, ledger.in_force_for(&ledger.everything(), None)));
        let known = in_force.iter().flat_map(|(ledger, ids)| ids.iter().filter_map(|id| pin_on(ledger, *id)));
        let known: BuildsOn = known.map(|pin| (pin.authority, pin.builds_on)).collect();
        let trusted = own.authorities_in_force(&own.everything());
        let settles = |id: &EventId| !trusted.contains(id) && (joins(own, *id) || joins(alone, *id));
        let settled = |id: &EventId, builds_on: &BTreeSet<EventId>| settles(id) || builds_on.iter().any(settles);
        let unsettled: BuildsOn =
            known.iter().filter(|(id, builds_on)| !settled(id, builds_on)).map(|(id, on)| (*id, on.clone())).collect();
        let sides = newest(&unsettled);
        let settlements = newest(&known).into_iter().filter(|id| !sides.contains(id)).collect();
        let common = known.iter().filter(|(id, _)| sides.iter().all(|side| known[side].contains(id)));
        let common: BuildsOn = common.map(|(id, on)| (*id, on.clone())).collect();
        let base = if sides.len() > 1 { newest(&common).first().copied() } else { None };
        Self { sides, settlements, base }
    }

    /// Whether there is anything to choose from.
    pub fn is_disputed(&self) -> bool {
        self.sides.len() > 1 || !self.settlements.is_empty()
    }
}

/// Whether an authority replaces several.
fn joins(ledger: &Ledger, id: EventId) -> bool {
    ledger.authorities().number(id).is_some_and(|number| ledger.authorities().replaces(number).len() > 1)
}

/// Those on which none of the others builds.
fn newest(known: &BuildsOn) -> Vec<EventId> {
    let is_under = |id: &&EventId| known.values().any(|builds_on| builds_on.contains(*id));
    known.keys().filter(|id| !is_under(id)).copied().collect()
}

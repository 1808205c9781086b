//! What one listing shows to the writer, and the step that follows from it.

use std::collections::BTreeSet;
use std::time::Duration;

use ledger_format::lock::{Ask, Lock, Scope, Sight, State, Writer, step};
use ledger_format::name::Component;
use ledger_format::time::Time;

use super::{Drive, Scribe, Seen};
use crate::clock::Patience;
use crate::stages::promote::Signing;
use crate::stages::rollout::end::DriveError;
use crate::stages::rollout::work::Work;
use crate::store::StoreClass;

impl<S: Scribe> Drive<'_, S> {
    /// Lists, and decides on that listing.
    pub(super) fn see(&mut self, state: &State, work: &Work) -> Result<Seen, DriveError> {
        if let (StoreClass::Settle(ms), State::Claimed { .. }) = (self.store.1, state) {
            Patience::new(Duration::from_millis(ms)).wait(Duration::from_millis(ms));
        }
        if self.store.1 == StoreClass::Unknown {
            return Err(DriveError::NoLock);
        }
        let objects = self.scribe.list()?;
        let (ledger, own) = (self.scribe.ledger(), self.scribe.past_of_next()?);
        let set = ledger.everything();
        let (ask, signing) = (self.ask(), self.signing());
        let components = match state {
            State::Claimed { scope, .. } | State::Started { scope, .. } => self.components(scope),
            State::Wanting | State::Holding { .. } => &self.plan.components,
        };
        let draft = self.plan.draft(ledger, &own, &signing, components, work.digest());
        let sight = Sight {
            ledger,
            set: &set,
            own: &own,
            store: self.store.0.as_str(),
            objects,
            draft: draft.start(),
            whole: &self.plan.whole,
            upstream: &self.plan.upstream,
            now: signing.now,
        };
        let step = step(state, &Lock::seen(&sight, state, &ask), &ask);
        let before_start = matches!(state, State::Wanting | State::Claimed { .. });
        let obstacles = if before_start {
            // What is there and may not be a parent yet is in the way all the same.
            draft.obstacles(ledger, &signing, &own).or_else(|| draft.obstacles(ledger, &signing, &set))
        } else {
            None
        };
        let outdated = before_start && self.plan.is_outdated(ledger, &own);
        Ok(Seen { step, draft, obstacles, outdated })
    }

    pub(super) fn components<'a>(&'a self, scope: &'a Scope) -> &'a BTreeSet<Component> {
        match scope {
            Scope::All | Scope::Hold => &self.plan.components,
            Scope::Components(components) => components,
        }
    }

    fn ask(&self) -> Ask {
        let writer = Writer { key: self.key.clone(), run: self.run.run.clone() };
        self.plan.ask(writer, self.principal.clone())
    }

    fn signing(&self) -> Signing {
        let (key, principal) = (self.key.clone(), self.principal.clone());
        Signing { key, principal, now: Time::from(self.clock.now()) }
    }
}

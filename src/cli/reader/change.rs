//! One change of a target, as `history` lists it.

use ledger_format::dag::Index;
use ledger_format::event::Data;
use ledger_format::projection::rollout::{Rollout, State};
use ledger_format::projection::timeline;

use super::{Reader, kind_of};
use crate::cli::view::history::{Change, Outcome};

impl Reader<'_> {
    pub fn change(&self, change: &timeline::Change) -> Option<Change> {
        match &change.what {
            timeline::What::Rollout(rollout) => Some(self.rollout(change, rollout)),
            timeline::What::Promotion => self.promotion(change),
        }
    }

    fn rollout(&self, change: &timeline::Change, rollout: &Rollout) -> Change {
        let key = &rollout.key;
        let event = &self.ledger().entry(change.at).event;
        Change {
            event: event.id,
            generation: event.header.generation.get(),
            parents: event.header.parents.clone(),
            kind: kind_of(event),
            time: event.header.time,
            principal: key.principal.clone(),
            deployment: key.deployment.clone(),
            target: key.target.clone(),
            outcome: outcome(rollout.state),
            release: self.name(&key.deployment, &key.release),
            approved_by: self.ledger().approvers(change),
            verdict: self.verdict(rollout.newest()),
            duration_ms: self.duration(change.at, rollout),
            rollback: self.rolled_back(rollout),
            overridden: self.overridden(rollout.newest()),
        }
    }

    fn promotion(&self, change: &timeline::Change) -> Option<Change> {
        let entry = self.ledger().entry(change.at);
        let Some(Data::PromotionRecorded(promotion)) = entry.event.data() else { return None };
        Some(Change {
            event: entry.event.id,
            generation: entry.event.header.generation.get(),
            parents: entry.event.header.parents.clone(),
            kind: kind_of(&entry.event),
            time: entry.event.header.time,
            principal: entry.principal.clone(),
            deployment: promotion.deployment.clone(),
            target: promotion.target.clone(),
            outcome: None,
            release: self.name(&promotion.deployment, &promotion.release),
            approved_by: self.ledger().approvers(change),
            verdict: self.verdict(change.at),
            duration_ms: None,
            rollback: None,
            overridden: self.overridden(change.at),
        })
    }

    /// From the first start to the last finish, where there is one.
    fn duration(&self, at: Index, rollout: &Rollout) -> Option<u64> {
        let ended = self.ledger().entry(at);
        let Some(Data::RolloutFinished(finished)) = ended.event.data() else { return None };
        let begun = self.ledger().entry(rollout.first()).event.header.time;
        let alone = rollout.starts.len() == 1;
        let said = finished.duration_ms.filter(|_| alone).map(|ms| ms.get());
        Some(said.unwrap_or_else(|| ended.event.header.time.ms_since(begun)))
    }
}

fn outcome(state: State) -> Option<Outcome> {
    match state {
        State::Succeeded => Some(Outcome::Succeeded),
        State::Failed => Some(Outcome::Failed),
        State::Partial | State::Interrupted => Some(Outcome::Interrupted),
        State::Abandoned => Some(Outcome::Abandoned),
        State::InFlight => None,
    }
}

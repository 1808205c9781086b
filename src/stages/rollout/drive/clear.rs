//! Ends claims: its own, those of dead processes of this machine, and those that are taken over.

use ledger_format::event::{ClaimEnded, Data};
use ledger_format::field::{Set, Text};
use ledger_format::lock::{Claim, Parting, Scope};
use ledger_format::name::EventId;

use super::{Drive, Scribe};
use crate::stages::rollout::draft::because;
use crate::stages::rollout::end::DriveError;

impl<S: Scribe> Drive<'_, S> {
    /// Ends claims of its own; a finish is `touch_all`'s.
    pub(super) fn part(&mut self, parting: Parting) -> Result<(), DriveError> {
        match parting {
            Parting::EndClaims(claims) => self.end_claims(claims, None),
            Parting::Nothing | Parting::Finish { .. } => Ok(()),
        }
    }

    fn end_claims(&mut self, claims: Vec<EventId>, takeover: Option<Text>) -> Result<(), DriveError> {
        if let Some(claims) = Set::new(claims) {
            self.scribe.write(Data::from(ClaimEnded { claims, takeover: takeover.map(because) }))?;
        }
        Ok(())
    }

    /// Ends claims that stand in the way: those of dead processes of this machine, and what is to be taken over.
    pub(super) fn clears(&mut self, claims: &[Claim]) -> Result<bool, DriveError> {
        for claim in claims {
            if self.clears_dead(claim)? {
                return Ok(true);
            }
        }
        match self.takes_over.take() {
            Some(reason) => {
                self.end_claims(claims.iter().map(|claim| claim.id).collect(), Some(reason))?;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn clears_dead(&mut self, claim: &Claim) -> Result<bool, DriveError> {
        // A hold outlives its process: a person ends it.
        let is_ours = claim.by.writer.key == self.key && claim.by.scope != Scope::Hold;
        let Some(runs) = self.runs.filter(|_| is_ours) else { return Ok(false) };
        let Some(dead) = runs.take_if_dead(&claim.by.writer.run)? else { return Ok(false) };
        // Somebody else may have been that run since the listing.
        self.scribe.list()?;
        let ledger = self.scribe.ledger();
        let ended = ledger.index(claim.id).is_none_or(|index| ledger.claim_end(index, &ledger.everything()).is_some());
        if !ended {
            self.scribe.go_on_as(&dead.run);
            let written = self.end_claims(vec![claim.id], None);
            self.scribe.go_on_as(&self.run.run);
            written?;
        }
        Ok(true)
    }
}

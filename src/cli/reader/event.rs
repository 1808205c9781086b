//! One event as `ledger log` and `ledger show` list it.

use ledger_format::admission::{Refusal, Status};
use ledger_format::dag::Index;
use ledger_format::judgement;

use super::{Reader, kind_of};
use crate::cli::view::event_log::{Admission, Entry};
use crate::cli::view::status::Verdict;

impl Reader<'_> {
    /// An event that is neither junk nor pending, as it counts in the set that is shown.
    pub fn entry(&self, index: Index) -> Entry {
        let ledger = self.ledger();
        let entry = ledger.entry(index);
        let header = &entry.event.header;
        let admission = match &entry.status {
            _ if ledger.is_cut(index, &self.set) => Admission::Cut,
            Status::Refused(_) => Admission::Refused,
            Status::Admitted => Admission::Admitted,
        };
        let (facts, words) = self.says().parts(&entry.event);
        let disputed = matches!(entry.status, Status::Refused(Refusal::PrincipalDisputed));
        Entry {
            event: entry.event.id,
            generation: header.generation.get(),
            parents: header.parents.clone(),
            kind: kind_of(&entry.event),
            time: header.time,
            principal: (!disputed).then(|| entry.principal.clone()),
            key: header.key.clone(),
            admission,
            verdict: self.verdict(index),
            words_at: facts.len(),
            says: facts + &words,
        }
    }

    /// How a start or promotion is judged in the set that is shown.
    pub fn verdict(&self, index: Index) -> Option<Verdict> {
        let judgement = self.ledger().judge(index, &self.set)?;
        Some(match judgement.verdict {
            judgement::Verdict::Permitted => Verdict::Permitted,
            judgement::Verdict::Overridden => Verdict::Overridden,
            judgement::Verdict::Raced => Verdict::Raced,
            judgement::Verdict::Unpermitted => Verdict::Unpermitted,
        })
    }
}

//! Whether every start had what it needed: verdicts and findings, of which somebody else must review the open ones.

use ledger_format::finding::{Finding, What};
use ledger_format::judgement::{Cause, Verdict};

use super::{Verifier, failed, passed};
use crate::cli::view::says::count;
use crate::cli::view::verification::{Check, CheckName, Found};

#[derive(Default)]
struct Verdicts {
    starts: usize,
    permitted: usize,
    overridden: usize,
    raced: usize,
    unpermitted: usize,
}

impl Verifier<'_> {
    /// The check, and how many findings are open.
    pub(super) fn policy(&self) -> (Check, usize) {
        let verdicts = self.verdicts();
        let findings = self.ledger().findings(&self.subject.set);
        let open: Vec<&Finding> = findings.iter().filter(|finding| !finding.closed).collect();
        let closed = findings.len() - open.len();
        let own = findings.iter().filter(|finding| self.ledger().self_review(finding).is_some()).count();
        let own = if own == 0 { String::new() } else { format!(", {own} self-reviewed") };
        if open.is_empty() {
            return (passed(CheckName::Policy, verdicts.starts, verdicts.says(closed) + &own), 0);
        }
        let says = match open.as_slice() {
            [only] => format!("1 of {} is {}", judged(verdicts.starts), only.what.code()),
            several => format!("{} findings are open, {closed} reviewed", several.len()),
        };
        let says = match open.first().map(|finding| &finding.what) {
            Some(What::Judged(_)) | None => says,
            Some(_) => format!("{} open", count(open.len(), "finding")),
        };
        let found = open.iter().map(|finding| self.found(finding)).collect();
        (failed(CheckName::Policy, verdicts.starts, says + &own, found), open.len())
    }

    fn verdicts(&self) -> Verdicts {
        let mut verdicts = Verdicts::default();
        for index in self.subject.set.past.iter() {
            let Some(judgement) = self.ledger().judge(index, &self.subject.set) else { continue };
            verdicts.starts += 1;
            match judgement.verdict {
                Verdict::Permitted => verdicts.permitted += 1,
                Verdict::Overridden => verdicts.overridden += 1,
                Verdict::Raced => verdicts.raced += 1,
                Verdict::Unpermitted => verdicts.unpermitted += 1,
            }
        }
        verdicts
    }

    fn found(&self, finding: &Finding) -> Found {
        let kind = self.ledger().entry(finding.index).event.kind();
        Found {
            code: finding.what.code().to_owned(),
            event: Some(finding.event),
            kind: kind.map(|kind| kind.to_string()),
            found: None,
            says: self.tell(&finding.event),
            facts: self.facts(finding),
        }
    }

    fn facts(&self, finding: &Finding) -> Vec<(&'static str, String)> {
        match &finding.what {
            What::Refused(refusal) => vec![("because", refusal.to_string()), ("effect", "none".to_owned())],
            What::Judged(judgement) => {
                let word = match judgement.verdict {
                    Verdict::Raced => "missed",
                    Verdict::Overridden => "passed over",
                    Verdict::Permitted | Verdict::Unpermitted => "because",
                };
                let mut facts: Vec<_> = judgement.causes.iter().map(|cause| (word, self.cause(cause))).collect();
                facts.push(("effect", "a fact all the same: status and history show it, with this verdict".to_owned()));
                facts
            }
            What::AppliedAfterEnd(end) => vec![("after", format!("{} {}", self.look.event(end), self.tell(end)))],
            What::Tainted(by) => {
                let told = |id| format!("{} {}", self.look.event(id), self.tell(id));
                by.iter().map(|id| ("not trusted since", told(id))).collect()
            }
            What::SealedTwice(others) => others.iter().map(|id| ("beside", self.look.event(id))).collect(),
        }
    }

    fn cause(&self, cause: &Cause) -> String {
        match &cause.event {
            Some(event) => format!("{}: {} {}", cause.code.as_str(), self.look.event(event), self.tell(event)),
            None => cause.code.as_str().to_owned(),
        }
    }
}

impl Verdicts {
    /// `31 starts judged: 30 permitted, 1 by break-glass, reviewed; none raced`
    fn says(&self, closed: usize) -> String {
        let mut parts = vec![format!("{} permitted", self.permitted)];
        let others = [(self.overridden, "by break-glass"), (self.raced, "raced"), (self.unpermitted, "unpermitted")];
        parts.extend(others.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")));
        let reviewed = if closed == 0 { "no findings" } else { "all reviewed" };
        format!("{} judged: {}; {reviewed}", judged(self.starts), parts.join(", "))
    }
}

fn judged(number: usize) -> String {
    if number == 1 { "1 start or promotion".to_owned() } else { format!("{number} starts and promotions") }
}

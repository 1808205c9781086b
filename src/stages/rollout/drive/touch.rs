//! After the start: component by component, with a listing before each, and the end of the start.

use ledger_format::event::{ComponentApplied, Data, End, Outcome, RolloutFinished};
use ledger_format::field::{Int, Note, Set, Text};
use ledger_format::lock::{Parting, Reason, State, Step};
use ledger_format::name::{Component, EventId};

use super::{Drive, Scribe};
use crate::progress::Ending as Shown;
use crate::rollout::{Parallelism, Schedule, WhenFailed};
use crate::stages::rollout::end::{DriveError, Ending, said};
use crate::stages::rollout::work::{Report, Touched, Work};

impl<S: Scribe> Drive<'_, S> {
    pub(super) fn touch_all(&mut self, state: &State, start: EventId, work: &Work) -> Result<Ending, DriveError> {
        let (State::Started { scope, .. } | State::Claimed { scope, .. }) = state else {
            return Ok(Ending::AlreadyApplied);
        };
        let components = self.components(scope).clone();
        let graph = self.plan.graph.of(&components);
        let mut schedule = Schedule::new(graph, Parallelism::from_number(1), WhenFailed::FailFast);
        let took = self.clock.stopwatch();
        let mut report =
            Report { start, finish: None, touched: Vec::new(), not_begun: Vec::new(), took: took.elapsed() };
        while let Some(component) = schedule.next().pop() {
            if let Step::Stop { reason, parting } = self.see(state, work)?.step {
                report.took = took.elapsed();
                report.not_begun = schedule.remaining().into_iter().collect();
                if matches!(parting, Parting::Finish { .. }) {
                    self.finish(&mut report, End::Failed, Some(&reason))?;
                }
                return Ok(Ending::Stopped { reason, report: Some(report) });
            }
            let touched = self.touch(start, &component, work)?;
            match touched.outcome {
                Outcome::Changed | Outcome::Unchanged => schedule.done(&component),
                Outcome::Failed => schedule.failed(&component),
            }
            report.touched.push(touched);
        }
        report.took = took.elapsed();
        report.not_begun = schedule.remaining().into_iter().collect();
        let end = if report.failures().next().is_none() { End::Succeeded } else { End::Failed };
        self.finish(&mut report, end, None)?;
        Ok(Ending::Started(report))
    }

    fn touch(&mut self, start: EventId, component: &Component, work: &Work) -> Result<Touched, DriveError> {
        self.progress.started(component.as_str(), "applying");
        let took = self.clock.stopwatch();
        let applied = work.touch(self.plan, start, component, self.root);
        let duration_ms = u64::try_from(took.elapsed().as_millis()).ok().and_then(Int::new);
        let applied = ComponentApplied { duration_ms, ..applied };
        let error = applied.error.as_ref().map(|error| match error {
            Note::Text(text) => text.to_string(),
            Note::Erasable(_) => String::new(),
        });
        let outcome = applied.outcome;
        let (shown, summary) = match outcome {
            Outcome::Changed => (Shown::Done, "changed"),
            Outcome::Unchanged => (Shown::Unchanged, "no change"),
            Outcome::Failed => (Shown::Failed, error.as_deref().unwrap_or("failed")),
        };
        self.progress.ended(component.as_str(), shown, summary);
        self.scribe.write(Data::from(applied))?;
        Ok(Touched { component: component.clone(), outcome, error })
    }

    /// `abandoned` where nothing was touched.
    fn finish(&mut self, report: &mut Report, end: End, reason: Option<&Reason>) -> Result<(), DriveError> {
        let outcome = if report.touched.is_empty() { End::Abandoned } else { end };
        let finished = RolloutFinished {
            start: report.start,
            outcome,
            not_begun: Set::new(report.not_begun.iter().cloned()),
            reason: reason.and_then(|reason| Text::new(&said(reason)).ok()),
            duration_ms: u64::try_from(report.took.as_millis()).ok().and_then(Int::new),
        };
        let id = self.scribe.write(Data::from(finished))?;
        report.finish = Some((id, outcome));
        Ok(())
    }
}

//! After the start: component by component, with a listing before each, and the end of the start.

use ledger_format::event::{ComponentApplied, Data, End, Outcome, RolloutFinished};
use ledger_format::field::{Int, Note, Set, Text};
use ledger_format::lock::{Parting, Reason, State, Step};
use ledger_format::name::{Component, EventId};

use super::{Drive, Scribe};
use crate::progress::Ending as Shown;
use crate::rollout::{Parallelism, Schedule, WhenFailed};
use crate::stages::rollout::end::{DriveError, Ending, said};
use crate::stages::rollout::work::{Recorded, Report, Touched, Work};

/// Why no other component is begun.
enum Halt {
    /// There is none, or one failed.
    Nothing,
    Stopped {
        reason: Reason,
        parting: Parting,
    },
    Interrupted,
}

impl<S: Scribe> Drive<'_, S> {
    pub(super) fn touch_all(&mut self, state: &State, start: EventId, work: &Work) -> Result<Ending, DriveError> {
        let (State::Started { scope, claim, .. } | State::Claimed { scope, claim }) = state else {
            return Ok(Ending::AlreadyApplied);
        };
        let graph = self.plan.graph.of(&self.components(scope).clone());
        let mut schedule = Schedule::new(graph, Parallelism::from_number(1), WhenFailed::FailFast);
        let took = self.clock.stopwatch();
        let mut report = Report::of(start);
        let went = self.touch_each(state, work, &mut schedule, &mut report);
        report.took = took.elapsed();
        report.not_begun = schedule.remaining().into_iter().filter(|left| !report.has_touched(left)).collect();
        let ended = went.and_then(|halt| self.ends(*claim, halt, &mut report));
        ended.map_err(|error| {
            // Whatever cannot be written does not hide what went wrong before it.
            let _ = self.part(Parting::EndClaims(vec![*claim]));
            DriveError::BrokenOff { report: Box::new(report), source: Box::new(error) }
        })
    }

    /// One after the other, until one fails or something says that no other may begin.
    fn touch_each(
        &mut self,
        state: &State,
        work: &Work,
        schedule: &mut Schedule,
        report: &mut Report,
    ) -> Result<Halt, DriveError> {
        while let Some(component) = schedule.next().pop() {
            if self.interrupt.is_asked() {
                return Ok(Halt::Interrupted);
            }
            if let Step::Stop { reason, parting } = self.see(state, work)?.step {
                return Ok(Halt::Stopped { reason, parting });
            }
            match self.touch(report, &component, work)? {
                Outcome::Changed | Outcome::Unchanged => schedule.done(&component),
                Outcome::Failed => schedule.failed(&component),
            }
        }
        Ok(Halt::Nothing)
    }

    /// Writes the end that fits, if there may be one.
    fn ends(&mut self, claim: EventId, halt: Halt, report: &mut Report) -> Result<Ending, DriveError> {
        match halt {
            Halt::Nothing => {
                let end = if report.failures().next().is_none() { End::Succeeded } else { End::Failed };
                self.finish(report, end, None)?;
                Ok(Ending::Started(report.clone()))
            }
            Halt::Stopped { reason, parting } => {
                if matches!(parting, Parting::Finish { .. }) {
                    self.finish(report, End::Failed, Some(said(&reason)))?;
                }
                Ok(Ending::Stopped { reason, report: Some(report.clone()) })
            }
            Halt::Interrupted if report.touched.is_empty() => {
                self.finish(report, End::Abandoned, Some("somebody stopped it".to_owned()))?;
                Ok(Ending::Interrupted { report: Some(report.clone()) })
            }
            // Neither succeeded nor failed: without a finish it counts as interrupted.
            Halt::Interrupted => {
                self.part(Parting::EndClaims(vec![claim]))?;
                Ok(Ending::Interrupted { report: Some(report.clone()) })
            }
        }
    }

    fn touch(&mut self, report: &mut Report, component: &Component, work: &Work) -> Result<Outcome, DriveError> {
        self.progress.started(component.as_str(), "applying");
        let took = self.clock.stopwatch();
        let applied = work.touch(self.plan, report.start, component, self.root);
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
        report.touched.push(Touched { component: component.clone(), outcome, error, recorded: Recorded::No });
        self.scribe.write(Data::from(applied))?;
        report.touched.iter_mut().for_each(|touched| touched.recorded = Recorded::Yes);
        Ok(outcome)
    }

    /// `abandoned` where nothing was touched.
    fn finish(&mut self, report: &mut Report, end: End, reason: Option<String>) -> Result<(), DriveError> {
        let outcome = if report.touched.is_empty() { End::Abandoned } else { end };
        let finished = RolloutFinished {
            start: report.start,
            outcome,
            not_begun: Set::new(report.not_begun.iter().cloned()),
            reason: reason.and_then(|reason| Text::new(&reason).ok()),
            duration_ms: u64::try_from(report.took.as_millis()).ok().and_then(Int::new),
        };
        let id = self.scribe.write(Data::from(finished))?;
        report.finish = Some((id, outcome));
        Ok(())
    }
}

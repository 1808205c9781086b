//! What a rollout does to the components of a target, in which order, and what came of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ledger_format::digest::Digest;
use ledger_format::event::{Compared, ComponentApplied, End, Outcome};
use ledger_format::field::{Int, Map, Note, Plan as Planned, Set, Str, Text};
use ledger_format::name::{Component, EventId, Name};

use super::plan::Plan;
use crate::components::{self, Action, Applied, ComponentError, ComponentPlan, Effect};
use crate::config::BoundKind;

/// The components of a plan, compared with what is there.
#[derive(Debug, Clone, Default)]
pub struct Work {
    pub plans: BTreeMap<Component, ComponentPlan>,
}

/// What became of one component.
#[derive(Debug, Clone)]
pub struct Touched {
    pub component: Component,
    pub outcome: Outcome,
    pub error: Option<String>,
    pub recorded: Recorded,
}

/// Whether the ledger was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    Yes,
    No,
}

/// What came of a start.
#[derive(Debug, Clone)]
pub struct Report {
    pub start: EventId,
    /// `None` where no end could be written.
    pub finish: Option<(EventId, End)>,
    pub touched: Vec<Touched>,
    pub not_begun: Vec<Component>,
    pub took: Duration,
}

impl Report {
    /// Nothing came of it yet.
    pub fn of(start: EventId) -> Self {
        Self { start, finish: None, touched: Vec::new(), not_begun: Vec::new(), took: Duration::ZERO }
    }

    pub fn has_touched(&self, component: &Component) -> bool {
        self.touched.iter().any(|touched| touched.component == *component)
    }

    pub fn count(&self, outcome: Outcome) -> usize {
        self.touched.iter().filter(|touched| touched.outcome == outcome).count()
    }

    pub fn end(&self) -> Option<End> {
        self.finish.map(|(_, end)| end)
    }
}

impl Work {
    /// Reads what is there and compares; writes nothing.
    pub fn compared(plan: &Plan, root: &Path) -> Result<Self, ComponentError> {
        let one = |component: &Component| {
            let bound = plan.resolved.bind(component, &plan.images)?;
            Ok((component.clone(), components::of(component)?.plan(&bound, root)?))
        };
        Ok(Self { plans: plan.components.iter().map(one).collect::<Result<_, ComponentError>>()? })
    }

    /// What an approval of a plan is for; `None` of a hold.
    pub fn digest(&self) -> Option<Digest> {
        (!self.plans.is_empty()).then(|| ComponentPlan::digest_of(self.plans.values()))
    }

    /// Does it; what goes wrong is told by the event.
    pub(super) fn touch(&self, plan: &Plan, start: EventId, component: &Component, root: &Path) -> ComponentApplied {
        let applied = self.apply(component, root);
        let planned = self.plans.get(component).map(planned);
        let of = |outcome| ComponentApplied {
            start,
            component: component.clone(),
            outcome,
            images: None,
            plan: planned.clone(),
            compared: None,
            outputs: None,
            log: None,
            error: None,
            duration_ms: None,
        };
        match applied {
            Ok(Applied { effect, compared, outputs }) => ComponentApplied {
                images: images(plan, component),
                compared: self::compared(&compared),
                outputs: Map::new(outputs.iter().filter_map(|(name, value)| output(name, value))),
                ..of(match effect {
                    Effect::Changed => Outcome::Changed,
                    Effect::Unchanged => Outcome::Unchanged,
                })
            },
            Err(error) => ComponentApplied { error: note(&error), ..of(Outcome::Failed) },
        }
    }

    fn apply(&self, component: &Component, root: &Path) -> Result<Applied, ComponentError> {
        let kind = components::of(component)?;
        match self.plans.get(component) {
            Some(plan) => kind.apply(plan, root),
            None => Err(ComponentError::OtherType { component: component.clone() }),
        }
    }
}

fn planned(plan: &ComponentPlan) -> Planned {
    let count = |action| Int::new(plan.count(action) as u64);
    Planned {
        digest: ComponentPlan::digest_of([plan]),
        add: count(Action::Add),
        change: count(Action::Change),
        replace: None,
        remove: count(Action::Remove),
    }
}

/// What runs now: of an image component its image, of others those that they take.
fn images(plan: &Plan, component: &Component) -> Option<Set<Digest>> {
    let own = plan.resolved.bind(component, &plan.images).ok().and_then(|bound| match bound.kind {
        BoundKind::Image(image) => Some(image.digest),
        BoundKind::Manifest(_) | BoundKind::Later => None,
    });
    let taken = plan.resolved.images_of(component).into_iter();
    let taken = taken.filter_map(|image| plan.images.get(&image).map(|image| image.digest));
    Set::new(own.into_iter().chain(taken))
}

fn compared(compared: &components::Compared) -> Option<Compared> {
    Some(Compared { by: Str::new(compared.by).ok()?, value: Str::new(&compared.value).ok()? })
}

fn output(name: &str, value: &str) -> Option<(Name, Str)> {
    Some((Name::new(name).ok()?, Str::new(value).ok()?))
}

/// The error and its causes in one text.
fn note(error: &ComponentError) -> Option<Note> {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        if !text.contains(&next.to_string()) {
            text = format!("{text}: {next}");
        }
        cause = next.source();
    }
    Text::new(text.trim()).ok().map(Note::from)
}

//! `sealog build`: the images of a deployment, made now or before.

use std::time::Duration;

use ledger_format::digest::Digest;
use ledger_format::field::Image;
use ledger_format::name::{Component, EventId, Name};
use serde::Serialize;

use super::says::{count, list};
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::cli::ui::times;
use crate::stages::build::{Action, Plan};

#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Builds {
    pub images: Vec<BuiltImage>,
    #[serde(skip)]
    deployment: Name,
    #[serde(skip)]
    target: Name,
    #[serde(skip)]
    took: Duration,
}

/// An image component and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BuiltImage {
    pub component: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub state: BuildState,
    /// `registry/repository@sha256:...`; of what is to be built it is not known yet.
    pub reference: Option<String>,
    pub digest: Option<Digest>,
    pub event: Option<EventId>,
    pub layers: Option<usize>,
    pub bytes: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BuildState {
    Built,
    /// Built before, from the same inputs.
    Kept,
    /// To be built; only in plans.
    Planned,
}

impl Builds {
    /// What was made, and what was kept or is only planned.
    pub fn of(plan: &Plan, made: Vec<BuiltImage>, took: Duration) -> Self {
        let mut images = made;
        for step in &plan.steps {
            let component = &step.prepared.component;
            if !images.iter().any(|image| image.is_of(component)) {
                images.push(match &step.action {
                    Action::Keep { event, image } => BuiltImage::kept(component, image, *event),
                    Action::Build => BuiltImage::planned(component),
                });
            }
        }
        images.sort_by(|one, other| one.component.cmp(&other.component));
        Self { images, deployment: plan.deployment.clone(), target: plan.target.clone(), took }
    }

    fn in_state(&self, state: BuildState) -> Vec<&BuiltImage> {
        self.images.iter().filter(|image| image.state == state).collect()
    }
}

impl BuiltImage {
    pub fn made(component: &Component, image: &Image, event: EventId, (layers, bytes): (usize, u64)) -> Self {
        Self {
            state: BuildState::Built,
            layers: Some(layers),
            bytes: Some(bytes),
            ..Self::kept(component, image, event)
        }
    }

    fn kept(component: &Component, image: &Image, event: EventId) -> Self {
        Self {
            state: BuildState::Kept,
            reference: Some(format!("{}@{}", image.repository, image.digest)),
            digest: Some(image.digest),
            event: Some(event),
            ..Self::planned(component)
        }
    }

    fn planned(component: &Component) -> Self {
        Self {
            component: component.name().to_owned(),
            kind: component.kind().to_owned(),
            state: BuildState::Planned,
            reference: None,
            digest: None,
            event: None,
            layers: None,
            bytes: None,
        }
    }

    fn is_of(&self, component: &Component) -> bool {
        self.component == component.name() && self.kind == component.kind()
    }
}

impl View for Builds {
    fn draw(&self, page: &mut Page<'_>) {
        let (built, kept) = (self.in_state(BuildState::Built), self.in_state(BuildState::Kept));
        let planned = self.in_state(BuildState::Planned);
        let events = |images: &[&BuiltImage]| {
            let events = images.iter().filter_map(|image| image.event.as_ref());
            events.map(|event| page.look.event(event)).collect::<Vec<_>>().join(" ")
        };
        let names = |images: &[&BuiltImage]| list(images.iter().map(|image| &image.component));
        let mut lines = Vec::new();
        if !kept.is_empty() {
            let inputs = format!("inputs as in {}: nothing built (--rebuild to insist)", events(&kept));
            lines.push(Line::new().mark(Mark::Nothing).text(format!("{}   {inputs}", names(&kept))));
        }
        if !planned.is_empty() {
            lines.push(Line::new().mark(Mark::Waiting).text(format!("{}   to be built", names(&planned))));
        }
        if !built.is_empty() {
            let head = format!(
                "Built {} of {} of {} for {} in {} · {}",
                built.len(),
                count(self.images.len(), "component"),
                self.deployment,
                self.target,
                times::duration(self.took),
                events(&built)
            );
            lines.push(Line::new().mark(Mark::Done).text(head));
        }
        lines.into_iter().for_each(|line| page.line(line));
        let known = self.images.iter().filter_map(|image| Some((image, image.reference.as_ref()?)));
        page.facts(known.fold(Facts::new(), |facts, (image, reference)| facts.fact(&image.component, reference)));
    }

    fn quiet(&self) -> Option<String> {
        let references: Vec<&str> = self.images.iter().filter_map(|image| image.reference.as_deref()).collect();
        (!references.is_empty()).then(|| references.join("\n"))
    }
}

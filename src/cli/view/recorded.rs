//! `sealog record`: what happened elsewhere, as it was written down.

use std::collections::BTreeMap;

use ledger_format::digest::Digest;
use ledger_format::event::{BuildRecorded, EvidenceRecorded, Object, Verdict};
use ledger_format::field::Image;
use ledger_format::name::{EventId, Name};
use serde::Serialize;

use super::says::{count, list};
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::stages::record::junit::Failure;

#[derive(Debug, Clone, Serialize)]
pub struct Recorded {
    /// Absent in a plan.
    event: Option<EventId>,
    kind: &'static str,
    deployment: Name,
    component: Option<String>,
    target: Option<Name>,
    /// `build`, `test`, `scan`, ...
    what: String,
    verdict: Option<String>,
    counts: BTreeMap<Name, u64>,
    /// What it is about.
    about: Vec<String>,
    report: Option<Digest>,
    failures: Vec<FailedTest>,
}

#[derive(Debug, Clone, Serialize)]
struct FailedTest {
    name: String,
    message: String,
}

/// The most failures that are shown to people; programs get all of them.
const SHOWN: usize = 10;

impl Recorded {
    pub fn evidence(event: Option<EventId>, evidence: &EvidenceRecorded) -> Self {
        let about = match evidence.object() {
            Some(Object::Images(images)) => images.iter().map(reference).collect(),
            Some(Object::Release(release)) => vec![format!("release {}", release.short())],
            Some(Object::Start(start)) => vec![format!("start {}", start.short())],
            Some(Object::Config(config)) => vec![format!("configuration {}", config.short())],
            None => Vec::new(),
        };
        let name = evidence.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        Self {
            event,
            kind: "evidence.recorded",
            deployment: evidence.deployment.clone(),
            component: evidence.component.as_ref().map(|component| component.name().to_owned()),
            target: evidence.target.clone(),
            what: format!("{}{name}", evidence.r#type),
            verdict: evidence.verdict.map(|verdict| verdict.to_string()),
            counts: evidence
                .counts
                .iter()
                .flat_map(|counts| counts.iter())
                .map(|(name, n)| (name.clone(), n.get()))
                .collect(),
            about,
            report: evidence.report.as_ref().map(|report| report.digest),
            failures: Vec::new(),
        }
    }

    pub fn build(event: Option<EventId>, build: &BuildRecorded) -> Self {
        Self {
            event,
            kind: "build.recorded",
            deployment: build.deployment.clone(),
            component: Some(build.component.name().to_owned()),
            target: build.target.clone(),
            what: "build".to_owned(),
            verdict: None,
            counts: BTreeMap::new(),
            about: vec![reference(&build.image)],
            report: None,
            failures: Vec::new(),
        }
    }

    pub fn with_failures(self, failed: &[Failure]) -> Self {
        let shown = |failure: &Failure| {
            let name = if failure.class.is_empty() {
                failure.name.clone()
            } else {
                format!("{}/{}", failure.class, failure.name)
            };
            FailedTest { name, message: failure.message.clone() }
        };
        Self { failures: failed.iter().map(shown).collect(), ..self }
    }

    fn said(&self) -> String {
        let of = self.component.as_ref().map(|component| format!(" of {component}")).unwrap_or_default();
        let counts = self.counts.iter().filter(|(_, count)| **count > 0).map(|(what, count)| format!("{count} {what}"));
        let mut parts: Vec<String> = counts.collect();
        if parts.is_empty() {
            parts.extend(self.verdict.clone());
        }
        let parts = if parts.is_empty() { String::new() } else { format!(": {}", list(parts)) };
        format!("{}{of}{parts}", self.what)
    }
}

fn reference(image: &Image) -> String {
    format!("{}@{}", image.repository, image.digest)
}

impl View for Recorded {
    fn draw(&self, page: &mut Page<'_>) {
        let failed = self.verdict.as_deref() == Some(Verdict::Failed.as_str());
        let line = match &self.event {
            None => Line::new().mark(Mark::Waiting).text(format!("To be recorded: {}", self.said())),
            Some(event) => {
                let mark = if failed { Mark::Failed } else { Mark::Done };
                let evidence = if failed { ": a failure is evidence too" } else { "" };
                Line::new().mark(mark).text(format!("Recorded {} · {}{evidence}", self.said(), page.look.event(event)))
            }
        };
        page.line(line);
        for failure in self.failures.iter().take(SHOWN) {
            let message = failure.message.lines().next().unwrap_or_default();
            page.line(Line::new().text("    ").text(&failure.name).text("   ").text(message));
        }
        if self.failures.len() > SHOWN {
            page.line(Line::new().dim(format!("    {} more", count(self.failures.len() - SHOWN, "failure"))));
        }
        page.facts(self.about.iter().fold(Facts::new(), |facts, about| facts.fact("about", about)));
    }

    fn quiet(&self) -> Option<String> {
        self.event.as_ref().map(ToString::to_string)
    }
}

//! `sealog release`: what a release is made of, and what is known about it.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::digest::Digest;
use ledger_format::event::{Data, ReleaseCreated};
use ledger_format::field::Ci;
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use serde::Serialize;

use super::ci_run;
use super::release_name::ReleaseName;
use super::releases::{Artifact, Git};
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::{Line, Mark};
use crate::stages::release::{Before, Figures, Plan};

/// A release as it was made, was there, or would be made.
#[derive(Debug, Clone, Serialize)]
pub struct Released {
    #[serde(flatten)]
    name: ReleaseName,
    deployment: Name,
    state: StateName,
    /// Absent in a plan.
    event: Option<EventId>,
    created_by: Option<Name>,
    git: Option<Git>,
    /// The run that made it.
    ci: Option<Ci>,
    artifacts: Vec<Artifact>,
    configuration: BTreeMap<Name, Digest>,
    annotations: BTreeMap<Name, String>,
    /// Figures of the evidence about its images, by type.
    evidence: BTreeMap<Name, BTreeMap<Name, u64>>,
    #[serde(skip)]
    failed: usize,
    #[serde(skip)]
    builders: BTreeSet<String>,
    #[serde(skip)]
    before: Option<Before>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Made(EventId),
    There(EventId),
    Planned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum StateName {
    Made,
    There,
    Planned,
}

/// What the view is computed from.
pub struct MadeOf<'a> {
    pub plan: &'a Plan,
    pub ledger: &'a Ledger,
    pub principal: Option<&'a Name>,
}

impl Released {
    pub fn of(made: &MadeOf<'_>, state: State) -> Self {
        let release = &made.plan.release;
        let (event, state) = match state {
            State::Made(event) => (Some(event), StateName::Made),
            State::There(event) => (Some(event), StateName::There),
            State::Planned => (None, StateName::Planned),
        };
        let recorded = event.and_then(|event| made.ledger.get(event));
        let alias = recorded.and_then(|entry| match entry.event.data() {
            Some(Data::ReleaseCreated(created)) => created.alias.clone(),
            Some(_) | None => None,
        });
        let Figures { counts, failed } = made.plan.evidence.clone();
        Self {
            name: ReleaseName::new(release.release, release.alias.clone().or(alias)),
            deployment: release.deployment.clone(),
            state,
            event,
            created_by: made.principal.or(recorded.map(|entry| &entry.principal)).cloned(),
            git: release.git.as_ref().map(Git::from),
            ci: recorded.map_or(release.ci.as_ref(), |entry| entry.event.data().and_then(ci_run::of)).cloned(),
            artifacts: artifacts(release),
            configuration: release.config.iter().map(|(target, blob)| (target.clone(), blob.digest)).collect(),
            annotations: annotations(release),
            evidence: counts,
            failed,
            builders: ci_run::builders(release, made.ledger),
            before: made.plan.before.clone(),
        }
    }

    fn facts(&self, look: &Look) -> Facts {
        let mut facts = Facts::new();
        if let Some(from) = ci_run::from(self.git.as_ref().map(Git::says), &self.builders) {
            facts = facts.fact("from", from);
        }
        let images = self.artifacts.iter().map(|image| format!("{} {}", image.component, look.digest(&image.digest)));
        let images =
            if self.artifacts.is_empty() { "none".to_owned() } else { images.collect::<Vec<_>>().join(" · ") };
        facts = facts.fact("images", images).fact("targets", list(self.configuration.keys()));
        facts = facts.fact("evidence", self.known());
        if let Some(before) = &self.before {
            facts = facts.fact("since", since(before, look));
        }
        self.annotations.iter().fold(facts, |facts, (name, text)| facts.fact(name.as_str(), text))
    }

    /// `test: 211 passed, 2 skipped · scan: 0 critical`
    fn known(&self) -> String {
        let of_type = |(of, counts): (&Name, &BTreeMap<Name, u64>)| {
            let counts: Vec<String> =
                counts.iter().filter(|(_, n)| **n > 0).map(|(what, n)| format!("{n} {what}")).collect();
            if counts.is_empty() { of.to_string() } else { format!("{of}: {}", counts.join(", ")) }
        };
        let mut known: Vec<String> = self.evidence.iter().map(of_type).collect();
        if self.failed > 0 {
            known.push(format!("{} failed", count(self.failed, "report")));
        }
        if known.is_empty() { "none yet".to_owned() } else { known.join(" · ") }
    }
}

fn artifacts(release: &ReleaseCreated) -> Vec<Artifact> {
    let all = release.artifacts.iter().flatten();
    all.map(|(component, artifact)| Artifact {
        component: component.name().to_owned(),
        kind: component.kind().to_owned(),
        reference: format!("{}@{}", artifact.image.repository, artifact.image.digest),
        digest: artifact.image.digest,
    })
    .collect()
}

fn annotations(release: &ReleaseCreated) -> BTreeMap<Name, String> {
    use ledger_format::field::Note;
    let text = |note: &Note| match note {
        Note::Text(text) => text.to_string(),
        Note::Erasable(erasable) => erasable_text(&erasable.digest),
    };
    release.annotations.iter().flatten().map(|(name, note)| (name.clone(), text(note))).collect()
}

fn erasable_text(digest: &Digest) -> String {
    format!("(a text outside the ledger, {})", digest.short())
}

/// `v1.4.0: 2 images, configuration of dev, prod`
fn since(before: &Before, look: &Look) -> String {
    let name = ReleaseName::new(before.release, before.alias.clone()).short(look);
    let mut parts = Vec::new();
    if !before.images.is_empty() {
        parts.push(count(before.images.len(), "image"));
    }
    if !before.configurations.is_empty() {
        parts.push(format!("configuration of {}", list(&before.configurations)));
    }
    format!("{name}: {}", if parts.is_empty() { "no change".to_owned() } else { parts.join(", ") })
}

impl View for Released {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let both = self.name.both(&look);
        let (mark, before, after) = match self.state {
            StateName::Made => (Mark::Done, format!("Released {} ", self.deployment), String::new()),
            StateName::There => {
                (Mark::Nothing, "Already released: ".to_owned(), ". The same content, nothing recorded.".to_owned())
            }
            StateName::Planned => (Mark::Waiting, format!("To be released: {} ", self.deployment), String::new()),
        };
        page.line(Line::new().mark(mark).text(before).bold(both).text(after));
        if self.state != StateName::There {
            page.facts(self.facts(&look));
        }
    }

    fn quiet(&self) -> Option<String> {
        Some(self.name.digest().to_string())
    }
}

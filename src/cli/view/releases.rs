//! `sealog releases`: what was named, the newest first, and where each runs.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::digest::Digest;
use ledger_format::field::Ci;
use ledger_format::name::{EventId, Name};
use ledger_format::time::Time;
use serde::Serialize;

use super::ci_run;
use super::release_name::ReleaseName;
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::table::{Cell, Column, Table};
use crate::cli::ui::text::{Line, Mark};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Release {
    #[serde(flatten)]
    pub name: ReleaseName,
    pub deployment: Name,
    pub event: EventId,
    pub created_at: Time,
    pub created_by: Name,
    pub git: Option<Git>,
    /// The run that made it.
    pub ci: Option<Ci>,
    pub artifacts: Vec<Artifact>,
    /// Of each target that it carries.
    pub configuration: BTreeMap<Name, Digest>,
    pub tests: Option<Tests>,
    pub annotations: BTreeMap<Name, String>,
    pub targets: Vec<OnTarget>,
    pub withdrawn: Option<Withdrawn>,
    /// Who built its images, and in which runs.
    #[serde(skip)]
    pub builders: BTreeSet<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Git {
    pub sha: String,
    pub branch: Option<String>,
    pub tag: Option<String>,
    pub dirty: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Artifact {
    pub component: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub reference: String,
    pub digest: Digest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tests {
    pub passed: u64,
    pub failed: u64,
    pub skipped: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnTarget {
    pub target: Name,
    pub status: TargetState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TargetState {
    Active,
    /// Only some components.
    Partly,
    Superseded,
    RolledBack,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Withdrawn {
    pub by: Name,
    pub reason: String,
}

/// A list of releases, the newest first.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct Releases {
    pub releases: Vec<Release>,
    #[serde(skip)]
    pub of: usize,
    /// Whether those of several deployments were asked for.
    #[serde(skip)]
    pub several: bool,
}

impl View for Releases {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        let mut table = Table::new([
            Column::whole("DEPLOYMENT"),
            Column::whole("RELEASE"),
            Column::whole("ID"),
            Column::whole("MADE (UTC)").leaves(3),
            Column::whole("BY").leaves(2),
            Column::whole("COMMIT").leaves(1),
            Column::free("RUNS ON"),
            Column::whole("EVENT").wide(),
        ]);
        for release in &self.releases {
            let made = release.created_at.into();
            table.row([
                release.deployment.to_string().into(),
                release.name.alias().map(ToString::to_string).into(),
                look.release(release.name.digest()).into(),
                Cell::shrinking(look.times.both(made), look.times.relative(made)),
                release.created_by.to_string().into(),
                release.git.as_ref().map(Git::short).into(),
                release.runs_on().into(),
                look.event(&release.event).into(),
            ]);
        }
        page.table(if self.several { table } else { table.without("DEPLOYMENT") });
        if self.releases.len() < self.of {
            page.line(format!("{} of {} shown: --limit {}", self.releases.len(), self.of, self.of));
        }
    }
}

impl View for Release {
    fn draw(&self, page: &mut Page<'_>) {
        let look = *page.look;
        page.line(Line::new().text(format!("{} ", self.deployment)).bold(self.name.both(&look)));
        page.facts(self.facts(&look));
        if let Some(withdrawn) = &self.withdrawn {
            let text = format!("withdrawn by {}: \"{}\"", withdrawn.by, withdrawn.reason);
            page.line(Line::new().mark(Mark::Look).text(text));
        }
    }

    fn quiet(&self) -> Option<String> {
        Some(self.name.digest().to_string())
    }
}

impl Release {
    /// `dev, staging; rolled back on prod`: where it runs, then where it does not although it was rolled out there.
    fn runs_on(&self) -> Option<String> {
        let active = self.targets.iter().filter_map(|on| match on.status {
            TargetState::Active => Some(on.target.to_string()),
            TargetState::Partly => Some(format!("{} (partly)", on.target)),
            TargetState::Superseded | TargetState::RolledBack | TargetState::Failed => None,
        });
        if self.withdrawn.is_some() {
            let still = list(active);
            return Some(if still.is_empty() {
                "withdrawn".to_owned()
            } else {
                format!("withdrawn, still on {still}")
            });
        }
        let on = |status| {
            let there = self.targets.iter().filter(|on| on.status == status);
            list(there.map(|on| &on.target))
        };
        let ended = [(TargetState::RolledBack, "rolled back"), (TargetState::Failed, "failed")];
        let ended = ended.map(|(status, says)| (on(status), says));
        let ended = ended.iter().filter(|(targets, _)| !targets.is_empty());
        let ended: Vec<String> = ended.map(|(targets, says)| format!("{says} on {targets}")).collect();
        let running = match list(active) {
            none if none.is_empty() && ended.is_empty() => return None,
            none if none.is_empty() => "nowhere".to_owned(),
            targets => targets,
        };
        Some([vec![running], ended].concat().join("; "))
    }

    fn facts(&self, look: &Look) -> Facts {
        let made = format!(
            "{} by {}",
            look.times.exact(self.created_at.into()),
            ci_run::by(&self.created_by, self.ci.as_ref())
        );
        let mut facts = Facts::new().fact("made", made);
        if let Some(from) = ci_run::from(self.git.as_ref().map(Git::says), &self.builders) {
            facts = facts.fact("from", from);
        }
        let images = self.artifacts.iter().map(|one| format!("{} {}", one.component, look.digest(&one.digest)));
        let images = images.collect::<Vec<_>>().join(" · ");
        facts = facts.fact("images", if images.is_empty() { "none".to_owned() } else { images });
        if let Some(tests) = &self.tests {
            facts = facts.fact("evidence", tests.says());
        }
        let configured = self.configuration.iter().map(|(target, digest)| format!("{target} {}", look.digest(digest)));
        facts = facts.fact("values", configured.collect::<Vec<_>>().join(" · "));
        if !self.annotations.is_empty() {
            facts = facts.fact("notes", list(self.annotations.iter().map(|(name, text)| format!("{name}={text}"))));
        }
        facts.fact("runs on", self.runs_on().unwrap_or_else(|| "-".to_owned())).fact("event", look.event(&self.event))
    }
}

impl From<&ledger_format::field::Git> for Git {
    fn from(git: &ledger_format::field::Git) -> Self {
        let text = |text: &Option<ledger_format::field::Str>| text.as_ref().map(ToString::to_string);
        Self { sha: git.commit.to_string(), branch: text(&git.branch), tag: text(&git.tag), dirty: git.dirty.is_some() }
    }
}

impl Git {
    fn short(&self) -> String {
        let dirty = if self.dirty { "+" } else { "" };
        format!("{}{dirty}", self.sha.get(..7).unwrap_or(&self.sha))
    }

    /// `8d3e6f1 on main, clean`
    pub fn says(&self) -> String {
        let branch = self.branch.as_ref().map(|branch| format!(" on {branch}")).unwrap_or_default();
        let tag = self.tag.as_ref().map(|tag| format!(", tag {tag}")).unwrap_or_default();
        let clean = if self.dirty { "with uncommitted changes" } else { "clean" };
        format!("{}{branch}{tag}, {clean}", self.sha.get(..7).unwrap_or(&self.sha))
    }
}

impl Tests {
    fn says(self) -> String {
        let failed = if self.failed == 0 { String::new() } else { format!(", {} failed", self.failed) };
        let skipped = if self.skipped == 0 { String::new() } else { format!(", {} skipped", self.skipped) };
        format!("{} passed{failed}{skipped}", count(usize::try_from(self.passed).unwrap_or(usize::MAX), "test"))
    }
}

//! A release on its way to a target, as it is shown above the question whether to sign something about it.

use std::collections::BTreeSet;

use ledger_format::digest::Digest;
use ledger_format::event::ReleaseCreated;
use ledger_format::field::Commit;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{Component, Name};
use ledger_format::projection::gates::Candidate;
use serde::Serialize;

use super::release_name::ReleaseName;
use super::says::{count, list};
use crate::cli::ui::look::Look;
use crate::cli::ui::page::Facts;
use crate::cli::ui::text::Line;
use crate::ledger::outlook;
use crate::ledger::releases::{self, Found};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    pub deployment: Name,
    pub target: Name,
    pub release: ReleaseName,
    pub commit: Option<Commit>,
    /// The authors that the release names, else who signed it.
    pub by: Vec<Name>,
    /// What runs on the target now.
    pub replaces: Vec<Replaced>,
}

/// A release that runs on a target, and how much another one differs from it there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Replaced {
    pub release: ReleaseName,
    pub images: usize,
    pub components: usize,
    pub configuration: bool,
}

impl CandidateView {
    pub fn of(ledger: &Ledger, found: &Found, target: &Name, set: &ClosedSet) -> Self {
        let candidate = Candidate { deployment: &found.deployment, target, release: found.release };
        let created = outlook::created(ledger, candidate, set);
        let git = created.and_then(|created| created.git.as_ref());
        let authors: Vec<Name> = git.iter().flat_map(|git| git.authors.iter().flatten().cloned()).collect();
        let signer = || {
            let (newest, _) = ledger.newest_created(&found.deployment, found.release, set)?;
            Some(ledger.entry(newest).principal.clone())
        };
        Self {
            deployment: found.deployment.clone(),
            target: target.clone(),
            release: ReleaseName::new(found.release, found.alias.clone()),
            commit: git.map(|git| git.commit.clone()),
            by: if authors.is_empty() { signer().into_iter().collect() } else { authors },
            replaces: created.map_or_else(Vec::new, |created| replaced(ledger, candidate, created, set)),
        }
    }

    /// `release` and `replaces`.
    pub fn facts(&self, facts: Facts, look: &Look) -> Facts {
        let commit = self.commit.as_ref().map(|commit| format!(" · {}", &commit.as_str()[..7])).unwrap_or_default();
        let release = Line::new().bold(format!("{} {}", self.deployment, self.release.both(look)));
        let facts = facts.fact("release", release.text(format!("{commit} by {}", list(&self.by))));
        if self.replaces.is_empty() {
            return facts.fact("replaces", format!("nothing: it is the first on {}", self.target));
        }
        let each: Vec<String> = self.replaces.iter().map(|replaced| replaced.says(look)).collect();
        facts.fact("replaces", each.join("; "))
    }

    /// `v1.5.0 for prod`
    pub fn short(&self, look: &Look) -> String {
        format!("{} for {}", self.release.short(look), self.target)
    }
}

impl Replaced {
    fn says(&self, look: &Look) -> String {
        let mut parts = Vec::new();
        parts.extend((self.images > 0).then(|| count(self.images, "image")));
        parts.extend((self.components > 0).then(|| count(self.components, "component")));
        parts.extend(self.configuration.then(|| "the configuration".to_owned()));
        let differs = if parts.is_empty() { "no difference".to_owned() } else { list(parts) };
        format!("{}: {differs}", self.release.both(look))
    }
}

/// The releases whose starts run on the target.
fn replaced(ledger: &Ledger, candidate: Candidate<'_>, created: &ReleaseCreated, set: &ClosedSet) -> Vec<Replaced> {
    let running = ledger.running(candidate.deployment, candidate.target, set);
    let starts = running.starts();
    let running: BTreeSet<_> = starts.iter().filter_map(|start| Some(ledger.start(*start)?.release)).collect();
    let named = releases::created(ledger, set);
    let others = running.into_iter().filter_map(|release| {
        let other = outlook::created(ledger, Candidate { release, ..candidate }, set)?;
        Some(Replaced {
            release: ReleaseName::new(release, releases::newest_alias(&named, release)),
            images: images(created)
                .symmetric_difference(&images(other))
                .map(|(name, _)| name)
                .collect::<BTreeSet<_>>()
                .len(),
            components: parts(created, candidate.target).symmetric_difference(&parts(other, candidate.target)).count(),
            configuration: config(created, candidate.target) != config(other, candidate.target),
        })
    });
    others.collect()
}

fn images(created: &ReleaseCreated) -> BTreeSet<(&Component, Digest)> {
    let artifacts = created.artifacts.iter().flatten();
    artifacts.map(|(component, artifact)| (component, artifact.image.digest)).collect()
}

fn parts<'a>(created: &'a ReleaseCreated, target: &Name) -> BTreeSet<&'a Component> {
    created.components.get(target).into_iter().flatten().collect()
}

fn config(created: &ReleaseCreated, target: &Name) -> Option<Digest> {
    created.config.get(target).map(|blob| blob.digest)
}

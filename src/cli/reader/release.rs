//! One release, as `releases` lists it.

use ledger_format::event::{Data, ReleaseCreated};
use ledger_format::field::Note;
use ledger_format::name::Name;
use ledger_format::projection::release;
use ledger_format::projection::target::Fate;

use super::Reader;
use crate::cli::view::ci_run;
use crate::cli::view::release_name::ReleaseName;
use crate::cli::view::releases::{Artifact, Git, OnTarget, Release, TargetState, Tests, Withdrawn};

impl Reader<'_> {
    pub fn release(&self, release: &release::Release<'_>) -> Release {
        let (index, created) = release.newest;
        let entry = self.ledger().entry(index);
        Release {
            name: ReleaseName::new(release.release, release.alias.cloned()),
            deployment: release.deployment.clone(),
            event: entry.event.id,
            created_at: entry.event.header.time,
            created_by: entry.principal.clone(),
            git: git(created),
            ci: created.ci.clone(),
            artifacts: artifacts(created),
            configuration: created.config.iter().map(|(target, blob)| (target.clone(), blob.digest)).collect(),
            tests: self.tests(created),
            annotations: created
                .annotations
                .iter()
                .flat_map(|annotations| annotations.iter())
                .map(|(name, note)| (name.clone(), words(note)))
                .collect(),
            targets: release.targets.iter().map(|(target, fate)| on(target, *fate)).collect(),
            withdrawn: release.withdrawn.and_then(|index| self.withdrawn(index)),
            builders: ci_run::builders(created, self.ledger()),
        }
    }

    fn tests(&self, created: &ReleaseCreated) -> Option<Tests> {
        let sums = self.ledger().test_counts(created, &self.set);
        let of = |name: &str| sums.iter().find(|(key, _)| key.as_str() == name).map_or(0, |(_, number)| *number);
        (!sums.is_empty()).then(|| Tests { passed: of("passed"), failed: of("failed"), skipped: of("skipped") })
    }

    fn withdrawn(&self, index: ledger_format::dag::Index) -> Option<Withdrawn> {
        let entry = self.ledger().entry(index);
        match entry.event.data()? {
            Data::ReleaseWithdrawn(data) => {
                Some(Withdrawn { by: entry.principal.clone(), reason: data.reason.to_string() })
            }
            _ => None,
        }
    }
}

fn git(created: &ReleaseCreated) -> Option<Git> {
    let git = created.git.as_ref()?;
    Some(Git {
        sha: git.commit.to_string(),
        branch: git.branch.as_ref().map(ToString::to_string),
        tag: git.tag.as_ref().map(ToString::to_string),
        dirty: git.dirty.is_some(),
    })
}

fn artifacts(created: &ReleaseCreated) -> Vec<Artifact> {
    let one = |(component, artifact): (&ledger_format::name::Component, &ledger_format::event::Artifact)| Artifact {
        component: component.name().to_owned(),
        kind: component.kind().to_owned(),
        reference: format!("{}@{}", artifact.image.repository, artifact.image.digest),
        digest: artifact.image.digest,
    };
    created.artifacts.iter().flatten().map(one).collect()
}

fn words(note: &Note) -> String {
    match note {
        Note::Text(text) => text.to_string(),
        Note::Erasable(_) => "(kept apart)".to_owned(),
    }
}

fn on(target: &Name, fate: Fate) -> OnTarget {
    let status = match fate {
        Fate::Active => TargetState::Active,
        Fate::Partly => TargetState::Partly,
        Fate::Superseded => TargetState::Superseded,
        Fate::RolledBack => TargetState::RolledBack,
        Fate::Failed => TargetState::Failed,
    };
    OnTarget { target: target.clone(), status }
}

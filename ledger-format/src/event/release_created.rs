//! `release.created`: images, configuration and components of a deployment become one release.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::canonical;
use crate::digest::Digest;
use crate::event::content::{Breach, Content, Naming};
use crate::event::{Header, Kind};
use crate::field::{Blob, Ci, Commit, Git, Image, Map, Note, Report, Set, Str, record, set_by_form};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

record! {
    /// Equal content is one release wherever it is made.
    pub struct ReleaseCreated {
        /// The digest of its content: see [`ReleaseContent`].
        release: ReleaseId,
        deployment: Name,
        /// A name for people, of this release alone.
        alias?: Name,
        /// The target that it was made with: no promotion is needed there.
        target?: Name,
        artifacts?: Map<Component, Artifact>,
        /// The resolved configuration of each target, one canonical JSON blob.
        config: Map<Name, Blob>,
        /// What each target rolls out.
        components: Map<Name, Set<Component>>,
        vendored?: Set<Vendored>,
        evidence?: Set<EventId>,
        /// Of the types `sbom-vendor` and `sbom-combined`.
        reports?: Set<Report>,
        git?: Git,
        annotations?: Map<Name, Note>,
        on_behalf_of?: Name,
        ci?: Ci,
    } where form
}

record! {
    /// The image of a component.
    pub struct Artifact {
        image: Image,
        /// Of that deployment, component and digest.
        build?: EventId,
    }
}

record! {
    /// A foreign source tree that a component is made of.
    pub struct Vendored {
        component: Component,
        targets: Set<Name>,
        source: Str,
        version?: Str,
        commit?: Commit,
        tree: Digest,
    }
}

set_by_form!(Vendored);

/// What makes a release what it is: no registry names, so that a copy is the same release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseContent<'a> {
    pub deployment: &'a Name,
    /// Empty in a release without images.
    pub artifacts: BTreeMap<&'a Component, Digest>,
    pub config: BTreeMap<&'a Name, Digest>,
    pub components: &'a Map<Name, Set<Component>>,
}

impl ReleaseContent<'_> {
    /// The SHA-256 of the RFC 8785 form.
    pub fn id(&self) -> ReleaseId {
        ReleaseId(canonical::digest_of(self))
    }
}

impl ReleaseCreated {
    /// What its digest is taken of.
    pub fn content(&self) -> ReleaseContent<'_> {
        let artifacts = self.artifacts.iter().flatten();
        ReleaseContent {
            deployment: &self.deployment,
            artifacts: artifacts.map(|(component, artifact)| (component, artifact.image.digest)).collect(),
            config: self.config.iter().map(|(target, blob)| (target, blob.digest)).collect(),
            components: &self.components,
        }
    }

    /// The image of a component.
    pub fn image(&self, component: &Component) -> Option<&Image> {
        self.artifacts.as_ref()?.get(component).map(|artifact| &artifact.image)
    }

    /// Whether it can be rolled out there.
    pub fn carries(&self, target: &Name) -> bool {
        self.config.contains_key(target) && self.components.contains_key(target)
    }

    fn form(&self) -> Result<(), &'static str> {
        let types = |report: &Report| matches!(report.r#type.as_str(), "sbom-vendor" | "sbom-combined");
        if self.reports.iter().flatten().all(types) {
            Ok(())
        } else {
            Err("a report of a release of another type than `sbom-vendor` and `sbom-combined`")
        }
    }
}

impl Content for ReleaseCreated {
    fn notes(&self) -> Vec<&Note> {
        self.annotations.iter().flatten().map(|(_, note)| note).collect()
    }

    fn images(&self) -> Vec<&Image> {
        self.artifacts.iter().flatten().map(|(_, artifact)| &artifact.image).collect()
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        let artifacts = self.artifacts.iter().flatten().map(|(component, _)| component);
        let components: BTreeSet<&Component> = artifacts.chain(self.components.values().flatten()).collect();
        let (deployment, target) = (Dimension::One(self.deployment.clone()), Dimension::of(self.target.as_ref()));
        Scope::each(deployment, Some(components), target)
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::ReleaseCreated), self.scopes(past))
    }

    fn names(&self) -> Vec<Naming> {
        let builds = self.artifacts.iter().flatten().filter_map(|(_, artifact)| artifact.build.as_ref());
        Naming::all("artifacts.build", &[Kind::BuildRecorded], builds)
            .chain(Naming::all("evidence", &[Kind::EvidenceRecorded], self.evidence.iter().flatten()))
            .collect()
    }

    fn breach(&self, _header: &Header) -> Option<Breach> {
        let of_one = |target: &&Name| self.config.contains_key(*target) != self.components.contains_key(*target);
        if let Some(target) = self.config.keys().chain(self.components.keys()).find(of_one) {
            return Some(Breach::ReleaseTarget(target.clone()));
        }
        let (said, is) = (self.release, self.content().id());
        (said != is).then_some(Breach::ReleaseDigest { said, is })
    }
}

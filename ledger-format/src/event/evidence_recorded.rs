//! `evidence.recorded`: a test, a scan, a check, an SBOM or the like about images, a release, a start or a configuration.

use crate::digest::Digest;
use crate::event::Kind;
use crate::event::content::{Content, Naming};
use crate::field::{Blob, Ci, Git, Image, Int, Map, Note, Repository, Set, Str, Tool, True, record, words};
use crate::name::{Component, EventId, Name, ReleaseId};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};
use crate::time::Time;

record! {
    /// A report, what it is about, and its verdict.
    /// It supersedes, object by object, what its own past has of the same deployment, type, name, component and target.
    pub struct EvidenceRecorded {
        deployment: Name,
        component?: Component,
        target?: Name,
        /// `test`, `scan`, `check`, `sbom`, `provenance`, `signature`, `bundle`, `import`, `benchmark`; any other is free.
        r#type: Name,
        /// Which one, where there are several of a type.
        name?: Name,
        /// For example `cyclonedx-json`.
        format?: Str,
        /// The type URI of the predicate, where it is an attestation.
        predicate?: Str,
        report?: Blob,
        /// Where the report hangs as a referrer; otherwise it is a layer beside the event.
        repository?: Repository,
        /// Its figures: `passed`, `critical`, `components`, ...
        counts?: Map<Name, Int>,
        tool?: Tool,
        /// How old what the scanner knew was.
        database?: Time,
        verdict?: Verdict,
        /// The object, one of four: these images.
        images?: Set<Image>,
        /// Or this release.
        release?: ReleaseId,
        /// Or this start: what was checked after a rollout.
        start?: EventId,
        /// Or the configuration of a target.
        config?: Digest,
        git?: Git,
        /// Done by another pipeline, so claimed.
        elsewhere?: True,
        note?: Note,
        ci?: Ci,
    } where one_object
}

words! {
    /// What evidence says about its object.
    pub enum Verdict {
        Passed = "passed",
        Failed = "failed",
    }
}

/// What evidence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'a> {
    Images(&'a Set<Image>),
    Release(ReleaseId),
    Start(EventId),
    Config(Digest),
}

impl EvidenceRecorded {
    /// What it is about; `None` where the one object is missing, or is not one: no such event is ever read.
    pub fn object(&self) -> Option<Object<'_>> {
        match (&self.images, self.release, self.start, self.config) {
            (Some(images), None, None, None) => Some(Object::Images(images)),
            (None, Some(release), None, None) => Some(Object::Release(release)),
            (None, None, Some(start), None) => Some(Object::Start(start)),
            (None, None, None, Some(config)) => Some(Object::Config(config)),
            _ => None,
        }
    }

    /// Whether it is about this image, release or configuration.
    pub fn is_about(&self, object: Digest) -> bool {
        match self.object() {
            Some(Object::Images(images)) => images.iter().any(|image| image.digest == object),
            Some(Object::Release(release)) => release.0 == object,
            Some(Object::Start(start)) => start.0 == object,
            Some(Object::Config(config)) => config == object,
            None => false,
        }
    }

    /// Whether, of two about one object, the later one supersedes the earlier one (`SPEC.md`, LF-91).
    pub fn is_of_one_series(&self, other: &Self) -> bool {
        self.deployment == other.deployment
            && self.r#type == other.r#type
            && self.name == other.name
            && self.component == other.component
            && self.target == other.target
    }

    fn one_object(&self) -> Result<(), &'static str> {
        self.object().map(|_| ()).ok_or("not exactly one of `images`, `release`, `start` and `config`")
    }
}

impl Content for EvidenceRecorded {
    fn notes(&self) -> Vec<&Note> {
        self.note.iter().collect()
    }

    fn images(&self) -> Vec<&Image> {
        self.images.iter().flatten().collect()
    }

    fn says_no(&self) -> bool {
        self.verdict == Some(Verdict::Failed)
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        vec![Scope {
            deployment: Dimension::One(self.deployment.clone()),
            component: Dimension::of(self.component.as_ref()),
            target: Dimension::of(self.target.as_ref()),
        }]
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Evidence(self.r#type.clone()), self.scopes(past))
    }

    fn names(&self) -> Vec<Naming> {
        Naming::all("start", &[Kind::RolloutStarted], &self.start).collect()
    }
}

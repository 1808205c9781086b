//! `build.recorded`: an image was built.

use crate::digest::Digest;
use crate::event::Kind;
use crate::event::content::Content;
use crate::field::{Blob, Ci, Git, Image, Int, Report, Set, Str, Tool, True, record};
use crate::name::{Component, Name};
use crate::right::{Ask, Dimension, Lookup, Need, Scope};

record! {
    /// An image, and what is known about how it came to be. A fact.
    pub struct BuildRecorded {
        deployment: Name,
        component: Component,
        /// Built for one target only.
        target?: Name,
        image: Image,
        /// It was pushed to its repository.
        published?: True,
        platforms?: Set<Str>,
        builder: Tool,
        /// What the builder detected: `node`, `rust`, ...
        provider?: Str,
        packages?: Set<Str>,
        /// The base image.
        base?: Digest,
        /// What decides the result; equal means nothing to build.
        inputs?: Digest,
        git?: Git,
        /// Of the types `sbom` and `provenance`.
        reports?: Set<Report>,
        /// Done by another pipeline, so claimed.
        elsewhere?: True,
        log?: Blob,
        duration_ms?: Int,
        on_behalf_of?: Name,
        ci?: Ci,
    } where form
}

impl BuildRecorded {
    fn form(&self) -> Result<(), &'static str> {
        let types = |report: &Report| matches!(report.r#type.as_str(), "sbom" | "provenance");
        if self.reports.iter().flatten().all(types) {
            Ok(())
        } else {
            Err("a report of a build of another type than `sbom` and `provenance`")
        }
    }
}

impl Content for BuildRecorded {
    fn images(&self) -> Vec<&Image> {
        vec![&self.image]
    }

    fn scopes(&self, _past: Lookup) -> Vec<Scope> {
        vec![Scope {
            deployment: Dimension::One(self.deployment.clone()),
            component: Dimension::One(self.component.clone()),
            target: Dimension::of(self.target.as_ref()),
        }]
    }

    fn asks(&self, past: Lookup) -> Vec<Ask> {
        Ask::each(&Need::Kind(Kind::BuildRecorded), self.scopes(past))
    }
}

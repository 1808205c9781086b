//! What the signing key claims about sources, pipelines and reports. Claims may exclude a principal from counting,
//! never make one count.

use crate::digest::Digest;
use crate::field::{Blob, Commit, Int, Map, Repository, Set, Str, True, record, set_by_form};
use crate::name::Name;
use crate::time::Time;

record! {
    /// The sources that something was made of.
    pub struct Git {
        commit: Commit,
        branch?: Str,
        tag?: Str,
        remote?: Str,
        /// With changes that are in no commit.
        dirty?: True,
        /// Principals, as the builder names them: they may only exclude.
        authors?: Set<Name>,
    }
}

record! {
    /// The pipeline that an event was written in, all of it claimed.
    pub struct Ci {
        provider: Str,
        repository?: Str,
        workflow?: Str,
        run?: Str,
        attempt?: Str,
        job?: Str,
        url?: Str,
        /// The pull request.
        change?: Str,
    }
}

record! {
    /// A program that made something.
    pub struct Tool {
        name: Str,
        version?: Str,
    }
}

record! {
    /// A document about images or a release: an SBOM, a provenance, the result of tests or scans.
    pub struct Report {
        /// `test`, `scan`, `check`, `sbom`, `provenance`, ...; any other name is free.
        r#type: Name,
        /// Which one, where there are several of a type.
        name?: Name,
        /// For example `cyclonedx-json`.
        format?: Str,
        /// The type URI of the predicate, where it is an attestation.
        predicate?: Str,
        report?: Blob,
        /// Where it hangs as a referrer; otherwise it is a layer beside the event.
        repository?: Repository,
        /// Its figures: `passed`, `critical`, `components`, ...
        counts?: Map<Name, Int>,
        tool?: Tool,
        /// How old what the scanner knew was.
        database?: Time,
    }
}

record! {
    /// The plan of a rollout: its digest, and how many things it touches over all components.
    pub struct Plan {
        digest: Digest,
        add?: Int,
        change?: Int,
        replace?: Int,
        remove?: Int,
    }
}

set_by_form!(Report);

//! An event as an OCI artifact, in the very shape that cosign writes; the blobs that an event names as another.
//!
//! The bytes are a function of the event, so that whoever writes it writes the same.

use ledger_format::envelope::BUNDLE_TYPE;
use ledger_format::name::EventId;

use super::{BUNDLE_LIMIT, Blob};
use crate::registry::descriptor::{Annotations, Descriptor};
use crate::registry::manifest::Manifest;

/// The type of the artifact that holds the blobs of one event.
pub const BLOBS_TYPE: &str = "application/vnd.sealog.blobs.v1+json";

/// What an event's manifest says of it to other tools and to people. No reader of a ledger trusts any of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints {
    pub predicate_type: Option<String>,
    /// The event's own time in RFC 3339, so that a retry makes the same manifest.
    pub created: Option<String>,
    /// The manifest of the image that the event speaks of.
    pub subject: Option<Descriptor>,
    /// Annotations of ours, for people.
    pub annotations: Annotations,
}

/// Reads the hints out of a bundle, for stores, which do not look inside. A pure function of the bytes.
pub type Describe = fn(bundle: &[u8]) -> Hints;

/// Describes every bundle by nothing.
pub fn undescribed(_bundle: &[u8]) -> Hints {
    Hints::default()
}

/// The manifest of an event: one layer, the bundle, inlined too.
pub fn of_event(bundle: &[u8], hints: Hints) -> Manifest {
    let mut manifest = Manifest::artifact(BUNDLE_TYPE, vec![Descriptor::inline(BUNDLE_TYPE, bundle)]);
    let mut annotate = |name: &str, value: Option<String>| {
        manifest.annotations.extend(value.map(|value| (name.to_owned(), value)));
    };
    annotate("dev.sigstore.bundle.content", Some("dsse-envelope".to_owned()));
    annotate("dev.sigstore.bundle.predicateType", hints.predicate_type);
    annotate("org.opencontainers.image.created", hints.created);
    manifest.annotations.extend(hints.annotations);
    manifest.subject = hints.subject;
    manifest
}

/// The descriptor of the bundle in an event's manifest; `None` where the manifest is no event's.
pub fn bundle_of(manifest: &Manifest) -> Option<&Descriptor> {
    match manifest.layers.as_slice() {
        [layer] if layer.media_type == BUNDLE_TYPE && layer.size <= BUNDLE_LIMIT.bytes => Some(layer),
        _ => None,
    }
}

/// The tag of the artifact that holds an event's blobs.
pub fn blobs_tag(event: &EventId) -> String {
    format!("b-{}", event.0.hex())
}

/// The manifest of an event's blobs, one layer each: a layer is the only reference that every clean-up respects.
pub fn of_blobs(blobs: &[Blob]) -> Manifest {
    Manifest::artifact(BLOBS_TYPE, blobs.iter().map(|blob| Descriptor::of(&blob.media_type, &blob.content)).collect())
}

//! What an event's OCI manifest says of it. Stores do not look inside events, so they are given this function.

use ledger_format::canonical;
use ledger_format::envelope::Envelope;
use ledger_format::event::{Body, Data, Event, predicate_type};
use ledger_format::field::Image;

use crate::registry::descriptor::Descriptor;
use crate::store::Hints;

/// The hints of a bundle; of one that holds no event, none. Nothing is verified: nobody trusts a manifest.
pub fn describe(bundle: &[u8]) -> Hints {
    read(bundle).map(|event| hints(&event)).unwrap_or_default()
}

fn read(bundle: &[u8]) -> Option<Event> {
    let envelope = Envelope::from_bundle(bundle).ok()?;
    let statement = canonical::parse(envelope.payload()).ok()?;
    Event::read(envelope.id(), statement).ok()
}

fn hints(event: &Event) -> Hints {
    let (kind, predicate_type) = match &event.body {
        Body::Known(data) => (Some(data.kind().to_string()), predicate_type(data.kind())),
        Body::Unknown { predicate_type, .. } => (None, predicate_type.to_string()),
    };
    let annotations = [
        ("dev.sealog.ledger", Some(event.ledger().to_string())),
        ("dev.sealog.generation", Some(event.header.generation.to_string())),
        ("dev.sealog.kind", kind),
    ];
    Hints {
        predicate_type: Some(predicate_type),
        created: Some(event.header.time.to_string()),
        subject: event.data().and_then(|data| subject(data, event)),
        annotations: annotations.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect(),
    }
}

/// The one image that the statement has as its only subject.
fn subject(data: &Data, event: &Event) -> Option<Descriptor> {
    let subjects = data.subjects(event.header.ledger);
    let images = data.images();
    let image: &Image =
        images.into_iter().find(|image| subjects.iter().all(|subject| subject.digest.0 == image.digest))?;
    Some(Descriptor::new(image.media_type.as_str(), image.digest, image.size.get()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::artifact;

    fn bundle(statement: &str) -> Vec<u8> {
        let statement: serde_json::Value = serde_json::from_str(statement).unwrap();
        let key = statement["predicate"]["key"].as_str().unwrap().parse().unwrap();
        Envelope::new(canonical::to_vec(&statement), vec![0; 64], key).to_bundle()
    }

    #[test]
    fn an_event_of_one_image_is_found_beside_the_image() {
        let release = include_str!("../../ledger-format/src/event/examples/release_created.json");
        let bundle = bundle(release);
        let manifest =
            serde_json::from_slice::<serde_json::Value>(&artifact::of_event(&bundle, describe(&bundle)).to_bytes());
        let manifest = manifest.unwrap();
        assert_eq!(
            manifest["subject"],
            serde_json::json!({
                "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "digest": "sha256:2d571772cc01dec11ff54a58607bf9f6e2e7cfbced204fb42e11fc5e94ccd392",
                "size": 1284,
            })
        );
        assert_eq!(
            manifest["annotations"],
            serde_json::json!({
                "dev.sealog.generation": "41",
                "dev.sealog.kind": "release.created",
                "dev.sealog.ledger": "sha256:6d4651b086d05f3c69c6677c1f77f09af2535d6fd15de248f82588aa9f297e05",
                "dev.sigstore.bundle.content": "dsse-envelope",
                "dev.sigstore.bundle.predicateType": "https://sealog.dev/ledger/release.created/v1",
                "org.opencontainers.image.created": "2026-11-20T08:34:10.000Z",
            })
        );
    }

    #[test]
    fn what_is_no_event_is_not_described() {
        for junk in [&b""[..], b"{}", b"\xff"] {
            assert_eq!(describe(junk), Hints::default());
        }
    }
}

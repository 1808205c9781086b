//! What the kinds say of their data: subjects, rights, ids, rules of their own.

use super::*;
use crate::field::Run;
use crate::name::{Fingerprint, ReleaseId};
use crate::time::Time;

fn data(kind: Kind) -> Data {
    Data::parse(kind, &data_of(kind)).unwrap()
}

/// The example of a kind with one field replaced; `null` removes it.
fn data_with(kind: Kind, field: &str, value: Value) -> Data {
    let mut data = data_of(kind);
    match value {
        Value::Null => drop(data.as_object_mut().unwrap().remove(field)),
        value => data[field] = value,
    }
    Data::parse(kind, &data).unwrap()
}

#[test]
fn subjects_are_the_images_or_else_the_ledger() {
    let with_images = [
        (Kind::ApprovalGranted, 3),
        (Kind::BuildRecorded, 1),
        (Kind::EvidenceRecorded, 3),
        (Kind::PromotionRecorded, 2),
        (Kind::ReleaseCreated, 1),
    ];
    let ledger = vec![Subject::ledger(id("ledger").0)];
    for kind in Kind::ALL {
        let subjects = data(*kind).subjects(Some(id("ledger")));
        match with_images.iter().find(|(with, _)| with == kind) {
            Some((_, count)) => assert!(subjects.len() == *count && subjects.is_sorted(), "{kind}"),
            None => assert_eq!(subjects, ledger, "{kind}"),
        }
    }
    for (kind, field, value) in [
        (Kind::EvidenceRecorded, "verdict", json!("failed")),
        (Kind::ApprovalGranted, "images", json!(null)),
        (Kind::ReleaseCreated, "artifacts", json!(null)),
    ] {
        assert_eq!(data_with(kind, field, value).subjects(Some(id("ledger"))), ledger, "{kind}");
    }
    let first = data(Kind::LedgerCreated);
    assert_eq!(first.subjects(None), [Subject::ledger(canonical::digest_of(&data_of(Kind::LedgerCreated)))]);
}

#[test]
fn images_of_one_digest_and_repository_are_one_subject() {
    let mut promotion = data_of(Kind::PromotionRecorded);
    promotion["images"][1]["image"] = promotion["images"][0]["image"].clone();
    let promotion = Data::parse(Kind::PromotionRecorded, &promotion).unwrap();
    assert_eq!((promotion.images().len(), promotion.subjects(Some(id("ledger"))).len()), (2, 1));
}

/// The past of these tests: one event of each kind, under the id of its name.
fn past() -> impl Fn(EventId) -> Option<&'static Data> {
    let all: &'static [(EventId, Data)] =
        Vec::leak(Kind::ALL.iter().map(|kind| (id(kind.as_str()), data(*kind))).collect());
    move |wanted| all.iter().find(|(id, _)| *id == wanted).map(|(_, data)| data)
}

/// The rights that an event asks for, each once, as `need deployment component target`.
fn asked(data: &Data) -> Vec<String> {
    let past = past();
    let line = |ask: &crate::right::Ask| {
        let scope = &ask.scope;
        format!("{} {} {} {}", ask.need, scope.deployment, scope.component, scope.target)
    };
    let mut lines: Vec<String> = data.asks(&|id| past(id)).iter().map(line).collect();
    lines.dedup();
    lines
}

fn ids(kinds: &[Kind]) -> Value {
    let mut ids: Vec<EventId> = kinds.iter().map(|kind| id(kind.as_str())).collect();
    ids.sort();
    json!(ids)
}

#[test]
fn each_kind_asks_for_its_right_where_it_acts() {
    const COMPONENTS: [&str; 2] = ["terraform/database", "terraform/ecs/service-api"];
    let both = |need: &str| COMPONENTS.map(|component| format!("{need} checkout {component} prod")).to_vec();
    let one = |line: &str| vec![line.to_owned()];
    let start = ids(&[Kind::RolloutStarted])[0].clone();
    let mut overridden = both("rollout.started");
    overridden.extend(both("override"));
    for (data, asks) in [
        (data(Kind::ApprovalDenied), both("approval.denied")),
        (data(Kind::ApprovalGranted), both("approval.granted")),
        (data_with(Kind::ApprovalRequested, "components", json!(null)), one("approval.requested checkout * prod")),
        (data_with(Kind::ApprovalWithdrawn, "approvals", ids(&[Kind::ApprovalGranted])), both("approval.withdrawn")),
        (data(Kind::AuthorityProposed), vec![]),
        (data(Kind::BuildRecorded), one("build.recorded checkout nixpack/api dev")),
        (data_with(Kind::BuildRecorded, "target", json!(null)), one("build.recorded checkout nixpack/api *")),
        (data_with(Kind::ClaimEnded, "claims", ids(&[Kind::RolloutClaimed])), both("takeover")),
        (
            data_with(Kind::ComponentApplied, "start", start.clone()),
            one("rollout.started checkout terraform/database prod"),
        ),
        (data(Kind::Endorsed), vec![]),
        (data(Kind::EvidenceRecorded), one("evidence.recorded:test checkout nixpack/api dev")),
        (data_with(Kind::EvidenceRecorded, "component", json!(null)), one("evidence.recorded:test checkout * dev")),
        (data_with(Kind::HoldLifted, "holds", ids(&[Kind::HoldPlaced])), one("hold.lifted checkout - prod")),
        (data_with(Kind::HoldPlaced, "deployment", json!(null)), one("hold.placed * - prod")),
        (data(Kind::KeySuspended), one("key.suspended - - -")),
        (data(Kind::LedgerCreated), vec![]),
        (data(Kind::LedgerSealed), one("ledger.sealed - - -")),
        (data(Kind::Merged), vec![]),
        (data(Kind::Noted), one("noted - - -")),
        (data(Kind::ObservationRecorded), one("observation.recorded checkout terraform/ecs/service-api prod")),
        (
            data(Kind::PromotionRecorded),
            vec!["promotion.recorded checkout - prod".into(), "override checkout - prod".into()],
        ),
        (
            data(Kind::ReleaseCreated),
            ["nixpack/api", COMPONENTS[0], COMPONENTS[1]]
                .map(|component| format!("release.created checkout {component} dev"))
                .to_vec(),
        ),
        (
            data_with(Kind::ReleaseWithdrawn, "created", ids(&[Kind::ReleaseCreated])),
            ["nixpack/api", COMPONENTS[0], COMPONENTS[1]]
                .map(|component| format!("release.withdrawn checkout {component} dev"))
                .to_vec(),
        ),
        (data_with(Kind::Reviewed, "events", ids(&[Kind::HoldPlaced])), one("reviewed checkout - prod")),
        (data_with(Kind::Reviewed, "events", ids(&[Kind::Reviewed])), one("reviewed - - -")),
        (data(Kind::RolloutClaimed), both("rollout.started")),
        (data_with(Kind::RolloutClaimed, "components", json!(null)), one("rollout.started checkout * prod")),
        (data_with(Kind::RolloutFinished, "start", start), both("rollout.started")),
        (data(Kind::RolloutStarted), overridden),
        (data_with(Kind::RolloutStarted, "override", json!(null)), both("rollout.started")),
    ] {
        assert_eq!(asked(&data), asks, "{data:?}");
    }
}

#[test]
fn a_claim_of_the_seal_and_one_that_holds_ask_for_no_component() {
    let seal = Data::parse(Kind::RolloutClaimed, &json!({"resource": "seal", "store": "oci://host/l"})).unwrap();
    assert_eq!(asked(&seal), ["ledger.sealed - - -"]);
    let mut hold = data_of(Kind::RolloutClaimed);
    hold.as_object_mut().unwrap().remove("components");
    hold["hold"] = json!(true);
    assert_eq!(asked(&Data::parse(Kind::RolloutClaimed, &hold).unwrap()), ["rollout.started checkout - prod"]);
    let own_end = data_with(Kind::ClaimEnded, "takeover", json!(null));
    assert_eq!(asked(&own_end), Vec::<String>::new());
}

#[test]
fn ids_are_named_with_the_kinds_that_they_may_be_of() {
    let named = |kind: Kind| {
        let mut lines: Vec<String> = data(kind)
            .names()
            .iter()
            .map(|naming| match naming.kinds {
                kinds if kinds == Kind::ALL => format!("{} any", naming.field),
                kinds => format!("{} {kinds:?}", naming.field),
            })
            .collect();
        lines.dedup();
        lines.join(", ")
    };
    for (kind, names) in [
        (Kind::ApprovalGranted, "evidence [evidence.recorded], request [approval.requested]"),
        (Kind::ApprovalWithdrawn, "approvals [approval.denied, approval.granted]"),
        (
            Kind::AuthorityProposed,
            "replaces [authority.proposed, ledger.created], lifted [key.suspended], ended.since any",
        ),
        (Kind::ClaimEnded, "claims [rollout.claimed]"),
        (Kind::ComponentApplied, "start [rollout.started]"),
        (Kind::LedgerSealed, "previous [ledger.sealed], heads any"),
        (Kind::Noted, "about any"),
        (Kind::PromotionRecorded, "approvals [approval.granted], from [rollout.finished]"),
        (Kind::ReleaseCreated, "artifacts.build [build.recorded], evidence [evidence.recorded]"),
        (Kind::Reviewed, "events any"),
        (
            Kind::RolloutStarted,
            "claim [rollout.claimed], spends [approval.granted], promotion [promotion.recorded], rollback.undoes [rollout.started], rollback.returns_to [rollout.finished], resumes [rollout.started]",
        ),
    ] {
        assert_eq!(named(kind), names, "{kind}");
    }
}

fn header() -> Header {
    Header {
        ledger: Some(id("ledger")),
        generation: 1.into(),
        parents: vec![id("a")],
        key: Fingerprint::from_digest(&id("key").0),
        time: "2026-11-20T08:34:10.000Z".parse::<Time>().unwrap(),
        run: Run::from_bytes([7; 16]),
        nonce: "n".parse().unwrap(),
    }
}

#[test]
fn rules_that_need_no_other_event() {
    let breach = |data: &Data| data.breach(&header()).map(|breach| breach.to_string()).unwrap_or_default();
    assert_eq!(breach(&data(Kind::ReleaseCreated)), "");
    for (data, why) in [
        (data_with(Kind::ApprovalGranted, "until", json!("2026-11-20T08:34:10.000Z")), "an approval until"),
        (data(Kind::ApprovalGranted), "an approval of some components that names images"),
        (data(Kind::Merged), "fewer than two parents"),
        (data_with(Kind::ReleaseCreated, "release", json!(ReleaseId(id("x").0))), "the release is sha256:"),
        (data_with(Kind::ReleaseCreated, "components", json!({"dev": ["a/b"]})), "`prod` is a target of only one"),
        (data_with(Kind::RolloutStarted, "whole", json!(["terraform/database"])), "is not among `whole`"),
        (data_with(Kind::LedgerSealed, "size", json!(5001)), "segments of 5000 events in a seal of 5001"),
    ] {
        assert!(breach(&data).contains(why), "{}: {}", data.kind(), breach(&data));
    }
    let mut seal = data_of(Kind::LedgerSealed);
    seal["segments"].as_array_mut().unwrap().reverse();
    assert!(breach(&Data::parse(Kind::LedgerSealed, &seal).unwrap()).contains("from 0 on begins at 4096"));
}

/// The digest of the example was computed by another program.
#[test]
fn a_release_is_the_digest_of_its_content() {
    let Data::ReleaseCreated(release) = data(Kind::ReleaseCreated) else { panic!("a release") };
    assert_eq!(release.content().id(), release.release);
    let mut elsewhere = *release.clone();
    elsewhere.artifacts = crate::field::Map::new(release.artifacts.iter().flatten().map(|(component, artifact)| {
        let mut artifact = artifact.clone();
        artifact.image.repository = "layout/copy".parse().unwrap();
        (component.clone(), artifact)
    }));
    assert_eq!(elsewhere.content().id(), release.release);
}

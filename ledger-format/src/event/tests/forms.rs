//! Every field of every kind, broken in every way that the form forbids.

use super::*;

/// Evidence has one object: the others are left out of the example, and stand in for it here.
const OBJECTS: [&str; 3] = ["config", "release", "start"];

#[test]
fn there_is_an_example_of_each_kind_that_is_written_back_as_it_was() {
    assert_eq!(data_of_all_kinds().iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), Kind::ALL);
    for (kind, data) in data_of_all_kinds() {
        let read = Data::parse(kind, &data).unwrap();
        assert_eq!((read.kind(), read.to_value()), (kind, data));
    }
}

/// What may be left out of each kind, as `kinds.md` marks it with `?`.
#[test]
fn only_what_the_tables_mark_may_be_left_out() {
    for (kind, optional) in OPTIONAL {
        let data = data_of(*kind);
        let fields: Vec<String> = data.as_object().unwrap().keys().cloned().collect();
        let without = |field: &String| {
            let mut data = data.clone();
            data.as_object_mut().unwrap().remove(field);
            Data::parse(*kind, &data).is_ok()
        };
        let found: Vec<&String> = fields.iter().filter(|field| without(field)).collect();
        assert_eq!(found, optional.split_whitespace().collect::<Vec<_>>(), "{kind}");
    }
    let of: Vec<Kind> = OPTIONAL.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(of, Kind::ALL);
}

const OPTIONAL: &[(Kind, &str)] = &[
    (Kind::ApprovalDenied, "components request"),
    (Kind::ApprovalGranted, "components evidence images note on_behalf_of plan request"),
    (Kind::ApprovalRequested, "ci commit components groups note plan principals"),
    (Kind::ApprovalWithdrawn, ""),
    (Kind::AuthorityProposed, ""),
    (
        Kind::BuildRecorded,
        "base ci duration_ms elsewhere git inputs log on_behalf_of packages platforms provider published reports target",
    ),
    (Kind::ClaimEnded, "takeover"),
    (Kind::ComponentApplied, "compared duration_ms error images log outputs plan"),
    (Kind::Endorsed, ""),
    (
        Kind::EvidenceRecorded,
        "ci component counts database elsewhere format git name note predicate report repository target tool verdict",
    ),
    (Kind::HoldLifted, ""),
    (Kind::HoldPlaced, "deployment release target until"),
    (Kind::KeySuspended, ""),
    (Kind::LedgerCreated, "continues"),
    (Kind::LedgerSealed, "checkpoint previous"),
    (Kind::Merged, ""),
    (Kind::Noted, "about"),
    (Kind::ObservationRecorded, "note tool"),
    (Kind::PromotionRecorded, "approvals ci from images on_behalf_of override referrers"),
    (Kind::ReleaseCreated, "alias annotations artifacts ci evidence git on_behalf_of reports target vendored"),
    (Kind::ReleaseWithdrawn, ""),
    (Kind::Reviewed, ""),
    (Kind::RolloutClaimed, "components"),
    (Kind::RolloutFinished, "duration_ms not_begun reason"),
    (Kind::RolloutStarted, "bundle ci claim no_lock on_behalf_of override plan promotion resumes rollback spends"),
];

#[test]
fn nothing_is_null_empty_false_a_fraction_or_of_another_type_anywhere() {
    let wrong = [json!(null), json!(""), json!([]), json!({}), json!(false), json!(1.5), json!(-1), json!([[]])];
    for (kind, data) in data_of_all_kinds() {
        for place in places(&data).into_iter().filter(|place| !free(place)) {
            for value in &wrong {
                let mut changed = data.clone();
                *changed.pointer_mut(&place).unwrap() = value.clone();
                let may_be_empty = *value == json!({}) && (place.ends_with("/rollback") && place.contains("/rules/"));
                let merged = kind == Kind::Merged && *value == json!({});
                assert_eq!(Data::parse(kind, &changed).is_ok(), may_be_empty || merged, "{kind} {place} {value}");
            }
        }
    }
}

#[test]
fn no_object_takes_another_field_and_no_list_another_order() {
    for (kind, data) in data_of_all_kinds() {
        for place in places(&data).into_iter().filter(|place| !free(place)) {
            let mut changed = data.clone();
            match changed.pointer_mut(&place).unwrap() {
                Value::Object(fields) => drop(fields.insert("no such field".to_owned(), json!(1))),
                Value::Array(items) if items.len() > 1 && !place.ends_with("/policies") => items.reverse(),
                Value::Array(items) if place.ends_with("/policies") => items.clear(),
                Value::Array(items) => items.push(items[0].clone()),
                _ => continue,
            }
            // Segments are a list in order: that is a rule, not a form.
            let ordered = place == "/segments";
            assert_eq!(Data::parse(kind, &changed).is_ok(), ordered, "{kind} {place}");
        }
    }
}

/// Every place in some JSON, as JSON pointers.
fn places(value: &Value) -> Vec<String> {
    let below = |key: &str, value: &Value| {
        let key = key.replace('~', "~0").replace('/', "~1");
        places(value).into_iter().map(move |place| format!("/{key}{place}")).collect::<Vec<_>>()
    };
    let inner: Vec<String> = match value {
        Value::Object(fields) => fields.iter().flat_map(|(key, value)| below(key, value)).collect(),
        Value::Array(items) => items.iter().enumerate().flat_map(|(at, item)| below(&at.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    std::iter::once(String::new()).chain(inner).collect()
}

/// Inside `noted.body` all is free.
fn free(place: &str) -> bool {
    place.starts_with("/body")
}

#[test]
fn evidence_is_about_one_object() {
    let data = data_of(Kind::EvidenceRecorded);
    for object in OBJECTS {
        let mut two = data.clone();
        two[object] = json!(id("object"));
        assert!(Data::parse(Kind::EvidenceRecorded, &two).is_err(), "images and {object}");
        two.as_object_mut().unwrap().remove("images");
        assert!(Data::parse(Kind::EvidenceRecorded, &two).is_ok(), "{object}");
    }
}

#[test]
fn a_claim_is_of_components_or_all_or_none_or_of_the_seal() {
    let (target, seal) = (data_of(Kind::RolloutClaimed), json!({"resource": "seal", "store": "oci://host/ledger"}));
    let with = |of: &Value, fields: Value| {
        let mut data = of.clone();
        data.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        data
    };
    let all = {
        let mut data = target.clone();
        data.as_object_mut().unwrap().remove("components");
        data
    };
    for (data, right) in [
        (target.clone(), true),
        (all.clone(), true),
        (with(&all, json!({"hold": true})), true),
        (with(&target, json!({"hold": true})), false),
        (with(&all, json!({"hold": false})), false),
        (seal.clone(), true),
        (with(&seal, json!({"resource": "moon"})), false),
        (with(&seal, json!({"target": "prod"})), false),
    ] {
        assert_eq!(Data::parse(Kind::RolloutClaimed, &data).is_ok(), right, "{data}");
    }
}

#[test]
fn single_fields_have_their_bounds() {
    for (kind, place, value, right) in [
        (Kind::ApprovalDenied, "/reason", json!("é".repeat(512)), true),
        (Kind::ApprovalDenied, "/reason", json!("é".repeat(513)), false),
        (Kind::ApprovalDenied, "/reason", json!("a\r\n"), false),
        (Kind::ApprovalDenied, "/reason", json!("a\u{85}"), false),
        (Kind::ApprovalDenied, "/reason", data_of(Kind::ApprovalGranted)["note"].clone(), false),
        (Kind::ApprovalGranted, "/note/size", json!(33), true),
        (Kind::ApprovalGranted, "/note/size", json!(65568), true),
        (Kind::ApprovalGranted, "/note/size", json!(32), false),
        (Kind::ApprovalGranted, "/note/size", json!(65569), false),
        (Kind::ApprovalGranted, "/note/mediaType", json!("text/html"), false),
        (Kind::ApprovalGranted, "/images/0/tag", json!("a".repeat(256)), true),
        (Kind::ApprovalGranted, "/images/0/tag", json!("a".repeat(257)), false),
        (Kind::ApprovalGranted, "/images/0/tag", json!("a\nb"), false),
        (Kind::ApprovalGranted, "/images/0/size", json!(0), true),
        (Kind::BuildRecorded, "/git/commit", json!("a".repeat(64)), true),
        (Kind::BuildRecorded, "/git/commit", json!("A".repeat(40)), false),
        (Kind::BuildRecorded, "/reports/0/type", json!("test"), false),
        (Kind::LedgerCreated, "/authority/version", json!(1), false),
        (Kind::LedgerCreated, "/authority/replaces", json!([id("a")]), false),
        (Kind::LedgerCreated, "/authority/home", json!("oci://host/ledger"), true),
        (Kind::LedgerCreated, "/authority/home", json!("https://host/ledger"), false),
        (Kind::LedgerCreated, "/authority/home", json!("oci-layout:0011"), false),
        (Kind::LedgerCreated, "/authority/principals/ada/rights/0/may", json!(["component.applied"]), false),
        (Kind::LedgerCreated, "/authority/principals/ada/rights/0/may", json!(["evidence.recorded"]), false),
        (Kind::LedgerCreated, "/authority/principals/ada/rights/0/may", json!(["evidence.recorded:*"]), true),
        (Kind::LedgerCreated, "/authority/policies/0/targets", json!(["p*d"]), false),
        (Kind::LedgerCreated, "/authority/policies/0/rules/distinct", json!([["author"]]), false),
        (Kind::LedgerCreated, "/authority/policies/1/rules", json!({"soak_ms": 1}), false),
        (Kind::LedgerCreated, "/authority/policies/0/rules/approvals/0/count", json!(65), false),
        (Kind::LedgerCreated, "/authority/policies/0/rules/windows/0/days", json!([0]), false),
        (Kind::LedgerCreated, "/authority/policies/0/rules/windows/0/to_min", json!(0), false),
        (Kind::LedgerSealed, "/checkpoint", json!("a".repeat(4096)), true),
        (Kind::LedgerSealed, "/checkpoint", json!("a".repeat(4097)), false),
        (Kind::ReleaseCreated, "/annotations/pr", json!("x".repeat(1024)), true),
        (Kind::ReleaseCreated, "/annotations/pr", json!("x".repeat(1025)), false),
        (Kind::Reviewed, "/verdict", json!({"accept": null}), false),
        (Kind::RolloutStarted, "/override", json!(["reason"]), false),
    ] {
        let mut data = data_of(kind);
        let (parent, field) = place.rsplit_once('/').unwrap();
        data.pointer_mut(parent).unwrap()[field] = value.clone();
        assert_eq!(Data::parse(kind, &data).is_ok(), right, "{kind} {place} {value}");
    }
}

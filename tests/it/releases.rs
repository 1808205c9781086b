//! Releases: found by what people call them.

use ledger_format::event::{Data, ReleaseCreated};
use ledger_format::name::{Name, ReleaseId};
use sealog::ledger::releases::{NoRelease, find};
use serde_json::json;

use crate::support::TestLedger;

/// A release of one manifest on dev; another `config` is another release.
fn release(deployment: &str, config: u8, alias: Option<&str>) -> ReleaseCreated {
    let mut data = json!({
        "release": format!("sha256:{:064x}", 0), "deployment": deployment,
        "config": {"dev": {
            "digest": format!("sha256:{config:064x}"), "size": 7, "mediaType": "application/vnd.sealog.config.v1+json",
        }},
        "components": {"dev": ["manifest/backend"]},
    });
    if let Some(alias) = alias {
        data["alias"] = json!(alias);
    }
    let Data::ReleaseCreated(mut created) = Data::parse("release.created".parse().unwrap(), &data).unwrap() else {
        unreachable!("that kind was asked for")
    };
    created.release = created.content().id();
    *created
}

fn made(ledger: &mut TestLedger, deployment: &str, config: u8, alias: Option<&str>) -> ReleaseId {
    let created = release(deployment, config, alias);
    let id = created.release;
    ledger.append_data(created.into());
    id
}

fn called(ledger: &TestLedger, deployment: Option<&str>, text: &str) -> Result<ReleaseId, String> {
    let deployment = deployment.map(|name| Name::new(name).unwrap());
    let ledger = ledger.ledger();
    let found = find(ledger, &ledger.everything(), deployment.as_ref(), text);
    found.map(|found| found.release).map_err(|error| match error {
        NoRelease::Unknown { near: Some(near), .. } => format!("{near}?"),
        other => other.to_string(),
    })
}

#[test]
fn a_release_is_found_by_alias_id_or_its_beginning() {
    let mut ledger = TestLedger::new();
    let one = made(&mut ledger, "shop", 1, Some("v1.4.0"));
    let two = made(&mut ledger, "shop", 2, None);
    let other = made(&mut ledger, "blog", 1, Some("v1.4.0"));
    for (deployment, text, expected) in [
        (Some("shop"), "v1.4.0", Ok(one)),
        (None, "shop/v1.4.0", Ok(one)),
        (Some("shop"), "shop/v1.4.0", Ok(one)),
        (None, "blog/v1.4.0", Ok(other)),
        (None, "v1.4.0", Err("`v1.4.0` could be any of 2 releases".to_owned())),
        (None, &two.to_string(), Ok(two)),
        (None, &two.0.hex(), Ok(two)),
        (None, &two.short(), Ok(two)),
        (Some("shop"), &two.0.hex()[..6], Ok(two)),
        (None, &format!("shop/{}", two.short()), Ok(two)),
        (None, "abc", Err("`abc` is too short for the id of a release: 6 digits are the least".to_owned())),
        (Some("blog"), &two.short(), Err(format!("there is no release `{}` of blog", two.short()))),
        (Some("blog"), "shop/v1.4.0", Err("there is no release `shop/v1.4.0` of blog".to_owned())),
        (Some("shop"), "v1.4.1", Err("v1.4.0?".to_owned())),
        (None, "main", Err("there is no release `main`".to_owned())),
    ] {
        assert_eq!(called(&ledger, deployment, text), expected, "{deployment:?} {text}");
    }
}

#[test]
fn an_alias_that_was_given_twice_at_once_is_ambiguous_until_one_is_withdrawn() {
    let mut ledger = TestLedger::new();
    let mut elsewhere = ledger.another();
    let one = made(&mut ledger, "shop", 1, Some("v1"));
    let two = made(&mut elsewhere, "shop", 2, Some("v1"));
    let mut ledger = ledger.another();
    assert_eq!(called(&ledger, Some("shop"), "v1"), Err("`v1` could be any of 2 releases".to_owned()));
    let everything = ledger.ledger().everything();
    let created = sealog::ledger::releases::created(ledger.ledger(), &everything);
    let event = created.iter().find(|(_, created)| created.release == two).unwrap();
    let id = ledger.ledger().entry(event.0).event.id;
    ledger.append("release.withdrawn", &json!({"release": two, "created": [id], "reason": "broken"}));
    assert_eq!(called(&ledger, Some("shop"), "v1"), Ok(one));
    ledger.append_data(release("shop", 3, Some("v2")).into());
    assert!(called(&ledger, Some("shop"), &two.short()).is_ok_and(|found| found == two), "known by its id");
}

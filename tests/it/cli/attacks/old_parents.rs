//! By views that differ: two readers with two histories, writers who had not seen what others wrote.

use std::collections::BTreeSet;

use ledger_format::admission::Admission;
use ledger_format::name::EventId;
use sealog::store::LedgerStore as _;
use serde_json::json;

use super::Scene;
use crate::support::{Sandbox, copy};

/// The folder shows one end of the ledger to ana's machine, another one to the newcomer's.
#[test]
fn two_histories_are_told_apart_by_a_head_of_the_other() {
    let mut scene = Scene::new();
    let newcomer = Sandbox::new();
    let other = newcomer.path("other");
    let fork = scene.scribe().heads();
    let mut says = |reason: &str| {
        let hold = json!({"target": "prod", "reason": reason});
        scene.scribe().says_on(&fork, "ben", "11-20 11:11", "hold.placed", &hold).0
    };
    let (theirs, ours) = (says("theirs"), says("ours"));
    copy(&scene.story.scribe.folder, &other);
    let name = |id: &EventId| scene.story.scribe.file(id).file_name().unwrap().to_owned();
    std::fs::remove_file(other.join("sealog/tail").join(name(&ours))).unwrap();
    std::fs::remove_file(scene.story.scribe.file(&theirs)).unwrap();
    // Each history by itself is whole.
    scene.run("verify -q").succeeds();
    let line = format!("verify --ledger {}", other.display());
    newcomer.run(&line).succeeds();
    // The head of the one is not in the other, and a word from the colleague tells.
    newcomer.run(&format!("{line} --expect-head {theirs}")).succeeds();
    newcomer.run(&format!("{line} --expect-head {ours}")).fails(3, "ledger-behind").says(&ours.to_string());
    scene.run(&format!("verify --expect-head {theirs}")).fails(3, "ledger-behind").says(&theirs.to_string());
    // Each machine knows the ledger by its id, at whatever address.
    scene.run(&line).fails(3, "ledger-behind").says(&ours.short());
    scene.run(&line.replace("verify", "status")).fails(3, "ledger-behind").says(&ours.short());
    let line = format!("verify --ledger {}", scene.story.scribe.folder.display());
    newcomer.run(&line).fails(3, "ledger-behind").says(&theirs.short());
}

#[test]
fn a_release_that_was_withdrawn_is_not_started_and_who_had_not_seen_it_is_raced() {
    let mut scene = Scene::new();
    scene.amends("11-20 11:11", |document| {
        let may = json!({"may": ["release.withdrawn"], "deployments": ["*"], "components": ["*"], "targets": ["*"]});
        document["principals"]["ben"]["rights"].as_array_mut().unwrap().push(may);
    });
    let before = scene.scribe().heads();
    let seen = scene.ships_on(&before, "ana", "staging", "v1.4.0", "11-20 11:11:10");
    let finished = json!({"start": seen, "outcome": "failed"});
    scene.scribe().says("ana", "11-20 11:11:12", "rollout.finished", &finished);
    let ended = scene.scribe().heads();
    let release = scene.story.release_id("v1.4.0");
    let ledger = scene.story.scribe.ledger();
    let created = sealog::ledger::releases::created(ledger, &ledger.everything());
    let created = created.iter().find(|(_, created)| created.release.0 == release.0).unwrap().0;
    let created = ledger.entry(created).event.id;
    let withdrawal = json!({"release": release, "created": [created], "reason": "drops a column"});
    let withdrawal = scene.scribe().says("ben", "11-20 11:11:20", "release.withdrawn", &withdrawal);
    // What was started before stays permitted.
    assert_eq!(scene.findings(0), []);
    let unseen = scene.ships_on(&ended, "ana", "staging", "v1.4.0", "11-20 11:11:30");
    let missed = format!("missed     release-withdrawn: {}", withdrawal.short());
    assert!(scene.findings(7).contains(&("raced".to_owned(), unseen.to_string())));
    scene.run("verify").fails(7, "open-finding").says(&unseen.short()).says(&missed);
    let heads = scene.scribe().heads();
    let after = scene.ships_on(&heads, "ana", "staging", "v1.4.0", "11-20 11:11:40");
    assert!(scene.findings(7).contains(&("unpermitted".to_owned(), after.to_string())));
    let because = format!("because    release-withdrawn: {}", withdrawal.short());
    scene.run("verify").fails(7, "open-finding").says(&after.short()).says(&because);
}

/// ana claims dev without having seen that ci has it, and starts.
#[test]
fn a_claim_from_a_stale_view_is_disputed() {
    let mut scene = Scene::new();
    let ledger = scene.story.scribe.ledger();
    let claimed =
        |event: &&ledger_format::event::Event| event.header.time.to_string().starts_with("2026-11-20T11:10:05");
    let events: Vec<_> = ledger.entries().map(|(_, entry)| &entry.event).filter(claimed).collect();
    let (stale, start) = (events[0].header.parents.clone(), events[1].id);
    let home = scene.story.scribe.store.identity().unwrap();
    let claim = json!({"deployment": "payment-service", "target": "dev", "rollout": "mine", "store": home.as_str(),
        "release": scene.story.release_id("v1.4.0")});
    let claim = scene.scribe().says_on(&stale, "ana", "11-20 11:11", "rollout.claimed", &claim);
    assert_eq!(claim.1, Admission::Admitted);
    let more = json!({"claim": claim.0, "rollout": "mine"});
    let late = scene.story.begins_on(&[claim.0], "ana", "dev", "v1.4.0", "11-20 11:11:10", &more);
    // Nobody is first: each missed the other, and both are named for ever.
    let both = [start, late].map(|event| ("raced".to_owned(), event.to_string()));
    assert_eq!(scene.findings(7).into_iter().collect::<BTreeSet<_>>(), BTreeSet::from(both));
    let status = scene.run("status --target dev").exits(7);
    status.says("nobody saw which came last").says("at once").says(&start.short()).says(&late.short());
}

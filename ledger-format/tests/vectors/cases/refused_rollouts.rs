//! The rules of claims, rollouts and seals broken once.

use crate::book::Book;
use crate::cases::refusals::refused;
use crate::people::{HOME, hash};
use crate::story::and;
use crate::{Case, case};
use serde_json::{Value, json};

pub fn cases() -> Vec<Case> {
    let mut all = rollouts();
    all.extend(seals());
    all
}

fn rollouts() -> Vec<Case> {
    vec![
        refused("claim-store", "claim-store", "A claim in another store than home.", |b| {
            b.release_for("prod");
            let data = json!({"rollout": "r1", "store": "oci://registry.example/elsewhere"});
            b.say("dave", "rollout.claimed", b.place("prod", data))
        }),
        refused("claim-of-no-release", "no-release", "A claim for a release that nobody created.", |b| {
            b.release = hash(b"none");
            b.claim("dave", "prod", "r1")
        }),
        refused("applied-by-another", "not-own", "Another process applies a component of the start.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave#2", &start, "manifest/a", "changed")
        }),
        refused("not-of-start", "not-of-start", "A component that the start does not have.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/c", "changed")
        }),
        refused("finished-by-another", "not-own", "Another principal finishes the start.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.finish("dan", &start, "failed")
        }),
        refused("finished-twice", "finished-twice", "A start ends once.", |b| {
            b.release_for("prod");
            let (start, _) = b.roll("dave", "prod", "r1", json!({}));
            b.finish("dave", &start, "failed")
        }),
        refused("succeeded-without-all", "outcome", "Success without one of the components.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/a", "changed");
            b.finish("dave", &start, "succeeded")
        }),
        refused("succeeded-over-a-failure", "outcome", "Success although a component failed last.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/a", "changed");
            b.apply("dave", &start, "manifest/b", "failed");
            b.finish("dave", &start, "succeeded")
        }),
        refused("abandoned-after-all", "outcome", "Abandoned although something was applied.", |b| {
            b.release_for("prod");
            let start = b.start("dave", "prod", "r1", json!({}));
            b.apply("dave", &start, "manifest/a", "failed");
            b.finish("dave", &start, "abandoned")
        }),
        refused("claim-ended-by-another", "not-own", "The claim of another ends by a take-over alone.", |b| {
            b.release_for("prod");
            let claim = b.claim("dave", "prod", "r1");
            b.say("dan", "claim.ended", json!({"claims": [claim]}))
        }),
        case("take-over", "By the right `takeover` the claim of another ends.", Book::new(), |b| {
            b.release_for("prod");
            let claim = b.claim("dan", "prod", "r1");
            let end = b.say("dave", "claim.ended", json!({"claims": [claim], "takeover": {"reason": "crashed"}}));
            let (start, _) = b.roll("dave", "prod", "r2", json!({}));
            b.expect(&end, "admitted");
            b.expect(&start, "permitted");
            b.expect("*", "exit 0");
        }),
        refused("take-over-without-right", "no-right", "Who may not take over does not.", |b| {
            b.release_for("prod");
            let claim = b.claim("dave", "prod", "r1");
            b.say("dan", "claim.ended", json!({"claims": [claim], "takeover": {"reason": "mine"}}))
        }),
        case(
            "applied-after-the-end",
            "Applied after the claim was taken over and the start finished.",
            Book::new(),
            |b| {
                b.release_for("prod");
                let start = b.start("dave", "prod", "r1", json!({}));
                b.finish("dave", &start, "failed");
                let late = b.apply("dave", &start, "manifest/a", "changed");
                b.expect(&late, "open applied-after-end");
                b.expect("*", "exit 7");
            },
        ),
    ]
}

fn seals() -> Vec<Case> {
    fn sealed(b: &mut Book, more: Value) -> String {
        let claim = b.say("dave", "rollout.claimed", json!({"resource": "seal", "store": HOME}));
        let size = b.lines.len();
        b.say("dave", "ledger.sealed", and(seal(&claim, size), more))
    }
    fn seal(head: &str, size: usize) -> Value {
        json!({"size": size, "root": hash(b"root"), "heads": [head], "segments": [segment(0, size)]})
    }
    fn segment(first: usize, count: usize) -> Value {
        let blob = json!({"digest": hash(b"segment"), "mediaType": "application/zstd", "size": 9});
        json!({"blob": blob, "unpacked": hash(b"unpacked"), "first": first, "count": count})
    }
    vec![
        refused("seal-segments", "seal-segments", "A gap between two segments.", |b| {
            sealed(b, json!({"segments": [segment(0, 1), segment(2, 0)]}))
        }),
        refused("seal-claim", "seal-claim", "A seal without a claim of the seal.", |b| {
            let head = b.tip[0].clone();
            b.say("dave", "ledger.sealed", seal(&head, 1))
        }),
        refused("seal-heads", "seal-heads", "A head that is an ancestor of another one.", |b| {
            let mut heads = [b.ledger.clone(), b.say("ci", "noted", json!({"body": 1}))];
            heads.sort();
            sealed(b, json!({"heads": heads, "size": 2, "segments": [segment(0, 2)]}))
        }),
        refused("seal-size", "seal-size", "More events than the heads have.", |b| {
            sealed(b, json!({"size": 9, "segments": [segment(0, 9)]}))
        }),
        case("seal-fork", "Two seals that follow the same one.", Book::new(), |b| {
            let one = sealed(b, json!({}));
            let heads = b.tip.clone();
            b.tip = vec![b.ledger.clone()];
            let claim = b.say("dave#2", "rollout.claimed", json!({"resource": "seal", "store": HOME}));
            let two = b.say("dave#2", "ledger.sealed", seal(&claim, 2));
            b.tip = heads;
            b.expect(&one, "open seal-fork");
            b.expect(&two, "open seal-fork");
        }),
    ]
}

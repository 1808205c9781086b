//! What a start or a promotion meets at the gate of its target: each restriction by itself, what lifts it, and whether
//! break-glass passes over it.

use ledger_format::name::EventId;
use serde_json::{Value, json};

use crate::support::Team;

/// One approval on dev, by nobody who made the release or starts it.
fn one_approval() -> Value {
    json!([{"deployments": ["*"], "targets": ["dev"], "rules": {
        "approvals": [{"count": 1, "groups": ["release-managers"]}],
        "distinct": [["approver", "deployer", "releaser"]],
    }}])
}

struct Story {
    team: Team,
    release: String,
}

/// The verdict on a start in all that there is, and what it is founded on.
type Verdict = (&'static str, Vec<&'static str>);

impl Story {
    fn new(policies: &Value) -> Self {
        let team = Team::with_policies(policies);
        let release = team.releases("ci", 1, "v1");
        Self { team, release }
    }

    fn free() -> Self {
        Self::new(&json!([]))
    }

    fn says(&self, who: &str, kind: &str, data: &Value) -> EventId {
        self.team.says(who, kind, data)
    }

    fn holds(&self, data: Value) -> EventId {
        let mut hold = json!({"reason": "freeze"});
        hold.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        self.says("holly", "hold.placed", &hold)
    }

    fn denies(&self, components: Option<&str>) -> EventId {
        let mut denial = json!({"deployment": "shop", "target": "dev", "release": self.release, "reason": "no"});
        if let Some(component) = components {
            denial["components"] = json!([component]);
        }
        self.says("ben", "approval.denied", &denial)
    }

    fn approves(&self, who: &str, release: &str, until: &str) -> EventId {
        let yes = json!({"deployment": "shop", "target": "dev", "release": release, "until": until,
            "policy": self.team.policy("dev"), "components": ["manifest/backend", "manifest/frontend"]});
        self.says(who, "approval.granted", &yes)
    }

    fn starts(&self, more: &Value) -> Verdict {
        self.judged(self.team.starts(self.team.opened(), "dev", &self.release, more))
    }

    /// The same as a start by break-glass.
    fn breaks_glass(&self) -> Verdict {
        self.starts(&json!({"override": {"reason": "INC-812"}}))
    }

    fn judged(&self, start: EventId) -> Verdict {
        let ledger = self.team.opened().ledger;
        let judged = ledger.judge(ledger.index(start).unwrap(), &ledger.everything()).unwrap();
        (judged.verdict.as_str(), judged.causes.iter().map(|cause| cause.code.as_str()).collect())
    }
}

const LATER: &str = "2026-11-21T00:00:00.000Z";

fn permitted() -> Verdict {
    ("permitted", vec![])
}

#[test]
fn a_hold_stops_what_it_names_and_nothing_else() {
    let stopped = ("unpermitted", vec!["hold"]);
    for (hold, expected) in [
        (json!({}), stopped.clone()),
        (json!({"deployment": "shop"}), stopped.clone()),
        (json!({"deployment": "shop", "target": "dev"}), stopped.clone()),
        (json!({"target": "dev", "until": LATER}), stopped.clone()),
        (json!({"deployment": "shop", "target": "prod"}), permitted()),
        (json!({"deployment": "blog"}), permitted()),
        (json!({"release": format!("sha256:{:064x}", 7)}), permitted()),
        (json!({"until": "2026-11-20T11:00:00.000Z"}), permitted()),
    ] {
        let story = Story::free();
        story.holds(hold.clone());
        assert_eq!(story.starts(&json!({})), expected, "{hold}");
    }
    let story = Story::free();
    let release = story.release.clone();
    story.holds(json!({"release": release}));
    assert_eq!(story.starts(&json!({})), stopped);
}

#[test]
fn each_restriction_is_lifted_by_what_names_it() {
    let story = Story::free();
    let (first, second) = (story.holds(json!({})), story.holds(json!({"target": "dev"})));
    story.says("holly", "hold.lifted", &json!({"holds": [first], "reason": "over"}));
    assert_eq!(story.starts(&json!({})), ("unpermitted", vec!["hold"]), "the other one stands");
    story.says("holly", "hold.lifted", &json!({"holds": [second], "reason": "over"}));
    assert_eq!(story.starts(&json!({"rollout": "r2"})), permitted());

    let story = Story::free();
    let denial = story.denies(None);
    assert_eq!(story.starts(&json!({})), ("unpermitted", vec!["denied"]));
    story.says("ben", "approval.withdrawn", &json!({"approvals": [denial], "reason": "mended"}));
    assert_eq!(story.starts(&json!({"rollout": "r2"})), permitted());
}

#[test]
fn a_rejection_of_one_component_stops_who_touches_it() {
    let story = Story::free();
    story.denies(Some("manifest/backend"));
    let frontend = json!({"components": ["manifest/frontend"], "whole": ["manifest/frontend"]});
    assert_eq!(story.starts(&frontend), permitted());
    assert_eq!(story.starts(&json!({"rollout": "r2"})), ("unpermitted", vec!["denied"]));
}

#[test]
fn an_approval_counts_for_its_release_while_it_lasts() {
    let unmet = || ("unpermitted", vec!["policy-approvals"]);
    let story = Story::new(&one_approval());
    assert_eq!(story.starts(&json!({})), unmet(), "none");
    let other = story.team.releases("ci", 2, "v2");
    let of_other = story.approves("ben", &other, LATER);
    assert_eq!(story.starts(&json!({"rollout": "r2", "spends": [of_other]})), unmet(), "of another release");
    let over = story.approves("ben", &story.release, "2026-11-20T11:12:31.000Z");
    let yes = story.approves("chloe", &story.release, LATER);
    assert_eq!(story.starts(&json!({"rollout": "r3"})), unmet(), "not named by the start");
    assert_eq!(story.starts(&json!({"rollout": "r4", "spends": [yes]})), permitted());
    let again = story.starts(&json!({"rollout": "r5", "spends": [yes]}));
    assert_eq!(again, ("unpermitted", vec!["approval-spent", "policy-approvals"]), "spent");
    let mut story = story;
    story.team.set_clock("2026-11-20T11:12:31Z");
    assert_eq!(story.starts(&json!({"rollout": "r6", "spends": [over]})), unmet(), "expired");
}

#[test]
fn who_made_the_release_does_not_count_as_its_approver() {
    let story = Story::new(&one_approval());
    let release = story.team.releases("farid", 3, "v3");
    let own = story.approves("farid", &release, LATER);
    let start = story.team.starts(story.team.opened(), "dev", &release, &json!({"spends": [own]}));
    assert_eq!(story.judged(start), ("unpermitted", vec!["policy-approvals"]));
}

#[test]
fn an_approval_that_was_taken_away_is_named() {
    let story = Story::new(&one_approval());
    let yes = story.approves("chloe", &story.release, LATER);
    story.says("ben", "approval.withdrawn", &json!({"approvals": [yes], "reason": "the wrong day"}));
    let blamed = ("unpermitted", vec!["approval-withdrawn", "policy-approvals"]);
    assert_eq!(story.starts(&json!({"spends": [yes]})), blamed);

    let story = Story::new(&one_approval());
    let yes = story.approves("chloe", &story.release, LATER);
    let key = story.team.fingerprint("chloe");
    story.says("ana", "key.suspended", &json!({"keys": [key], "reason": "lost laptop"}));
    let blamed = ("unpermitted", vec!["approval-suspended", "policy-approvals"]);
    assert_eq!(story.starts(&json!({"spends": [yes]})), blamed);
}

#[test]
fn what_a_start_had_not_seen_races_it() {
    let story = Story::new(&one_approval());
    let yes = story.approves("chloe", &story.release, LATER);
    let before = story.team.opened();
    story.says("ben", "approval.withdrawn", &json!({"approvals": [yes], "reason": "the wrong day"}));
    let start = story.team.starts(before, "dev", &story.release, &json!({"spends": [yes]}));
    assert_eq!(story.judged(start), ("raced", vec!["approval-withdrawn", "policy-approvals"]));
}

#[test]
fn break_glass_passes_over_what_can_be_argued_about() {
    let story = Story::new(&one_approval());
    story.holds(json!({}));
    story.denies(None);
    assert_eq!(story.breaks_glass(), ("overridden", vec!["denied", "hold", "policy-approvals"]));

    let story = Story::free();
    let start = story.team.starts(story.team.opened(), "prod", &story.release, &json!({"override": {"reason": "x"}}));
    assert_eq!(story.judged(start), ("overridden", vec!["no-promotion"]));
}

#[test]
fn break_glass_passes_over_no_withdrawn_release_and_no_suspension() {
    let story = Story::free();
    let created = story.team.opened().ledger;
    let created = created.entries().find(|(_, entry)| entry.principal.as_str() == "ci").unwrap().1.event.id;
    let withdrawn = json!({"release": story.release, "created": [created], "reason": "leaks tokens"});
    story.says("ana", "release.withdrawn", &withdrawn);
    assert_eq!(story.breaks_glass(), ("unpermitted", vec!["release-withdrawn"]));

    let story = Story::free();
    let key = story.team.fingerprint("dmitri");
    story.says("ana", "key.suspended", &json!({"keys": [key], "reason": "lost laptop"}));
    assert_eq!(story.breaks_glass(), ("unpermitted", vec!["suspended"]));
}

#[test]
fn a_promotion_meets_the_same_gate() {
    let promotion = |story: &Story, more: Value| {
        let mut promotion = json!({"deployment": "shop", "target": "prod", "release": story.release,
            "policy": story.team.policy("prod")});
        promotion.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let id = story.says("dmitri", "promotion.recorded", &promotion);
        (id, story.judged(id))
    };
    let story = Story::free();
    let (good, verdict) = promotion(&story, json!({}));
    assert_eq!(verdict, permitted());
    let start = story.team.starts(story.team.opened(), "prod", &story.release, &json!({"promotion": good}));
    assert_eq!(story.judged(start), permitted());

    let story = Story::free();
    story.holds(json!({"target": "prod"}));
    let (held, verdict) = promotion(&story, json!({}));
    assert_eq!(verdict, ("unpermitted", vec!["hold"]));
    let start = story.team.starts(story.team.opened(), "prod", &story.release, &json!({"promotion": held}));
    assert_eq!(story.judged(start), ("unpermitted", vec!["hold", "no-promotion"]));
    assert_eq!(promotion(&story, json!({"override": {"reason": "INC-812"}})).1, ("overridden", vec!["hold"]));
}

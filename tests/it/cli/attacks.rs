//! What an attacker gets (`ledger.md`, section 8): exit code and named culprit.

mod of_the_blobs;
mod of_the_folder;
#[cfg(unix)]
mod of_the_names;
mod of_the_policy;
mod of_the_proof;
mod old_parents;
mod with_a_key;

use std::path::PathBuf;

use ledger_format::admission::Admission;
use ledger_format::digest::Digest;
use ledger_format::name::EventId;
use serde_json::{Value, json};

use crate::support::{Finished, Sandbox, Scribe, Story};

/// The story, which this machine has verified.
struct Scene {
    sandbox: Sandbox,
    story: Story,
}

impl Scene {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let story = Story::write(&sandbox.project().join(".sealog/ledger"));
        let scene = Self { sandbox, story };
        scene.run("verify -q").succeeds();
        scene
    }

    fn run(&self, line: &str) -> Finished {
        self.sandbox.run(line)
    }

    /// The findings of `verify`, as (code, event).
    fn findings(&self, code: i32) -> Vec<(String, String)> {
        let json = self.run("verify --format json").exits(code).json();
        let checks = json["checks"].as_array().unwrap();
        let all = checks.iter().flat_map(|check| check["findings"].as_array().unwrap().clone());
        all.map(|found| (text(&found["code"]), text(&found["event"]))).collect()
    }

    fn scribe(&mut self) -> &mut Scribe {
        &mut self.story.scribe
    }

    /// ana proposes the newest authority with this change, as its next version.
    fn proposes(&mut self, at: &str, change: impl FnOnce(&mut Value)) -> (EventId, Admission) {
        let (id, mut document) = self.scribe().authority();
        document["version"] = json!(document["version"].as_u64().unwrap() + 1);
        document["replaces"] = json!([id]);
        document.as_object_mut().unwrap().remove("ended");
        change(&mut document);
        let heads = self.scribe().heads();
        let proposal = json!({"authority": document, "reason": "a change"});
        self.scribe().says_on(&heads, "ana", at, "authority.proposed", &proposal)
    }

    /// The same, and ben endorses it.
    fn amends(&mut self, at: &str, change: impl FnOnce(&mut Value)) -> EventId {
        let (proposal, admission) = self.proposes(at, change);
        assert_eq!(admission, Admission::Admitted);
        self.scribe().says("ben", at, "endorsed", &json!({"proposal": proposal}));
        self.scribe().reopen();
        proposal
    }

    /// Somebody promotes a release and starts it, having seen these events, by the policy that is the newest now.
    fn ships_on(&mut self, parents: &[EventId], who: &str, target: &str, release: &str, at: &str) -> EventId {
        let policy = self.scribe().policy("payment-service", target);
        self.ships_by(&policy, parents, (who, target, release), at)
    }

    fn ships_by(
        &mut self,
        policy: &Digest,
        parents: &[EventId],
        (who, target, release): (&str, &str, &str),
        at: &str,
    ) -> EventId {
        let promotion = json!({"deployment": "payment-service", "target": target, "policy": policy,
            "release": self.story.release_id(release)});
        let (promotion, _) = self.scribe().says_on(parents, who, at, "promotion.recorded", &promotion);
        let more = json!({"promotion": promotion, "policy": policy});
        self.story.begins_on(&[promotion], who, target, release, at, &more)
    }

    /// The version that is in force, as `status` says.
    fn version(&self) -> Value {
        self.run("status --format json").json()[0]["as_of"]["authority"].clone()
    }

    fn tail(&self) -> PathBuf {
        self.story.scribe.folder.join("sealog/tail")
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn found(code: &str, event: &EventId) -> Vec<(String, String)> {
    vec![(code.to_owned(), event.to_string())]
}

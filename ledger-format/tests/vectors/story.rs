//! The usual events of a history: releases, approvals, claims, starts and what follows them.

use serde_json::{Value, json};

use crate::book::Book;
use crate::people::{HOME, canonical, hash};

/// An object with the members of both; `null` takes one out.
pub fn and(mut one: Value, other: Value) -> Value {
    let members = one.as_object_mut().unwrap();
    for (key, value) in other.as_object().unwrap().clone() {
        if value.is_null() {
            members.remove(&key)
        } else {
            members.insert(key, value)
        };
    }
    one
}

pub fn image(name: &str) -> Value {
    json!({"digest": hash(name.as_bytes()), "mediaType": "application/vnd.oci.image.index.v1+json", "size": 1,
           "repository": "registry.example/shop"})
}

pub fn blob(name: &str) -> Value {
    json!({"digest": hash(name.as_bytes()), "mediaType": "application/json", "size": 1})
}

/// A release with two components on prod, one of them on dev too; `artifacts` as a release has them.
pub fn release(config: &str, artifacts: Value) -> Value {
    let components = json!({"dev": ["manifest/a"], "prod": ["manifest/a", "manifest/b"]});
    let digests: serde_json::Map<String, Value> = artifacts
        .as_object()
        .unwrap()
        .iter()
        .map(|(component, artifact)| (component.clone(), artifact["image"]["digest"].clone()))
        .collect();
    let bound = json!({"artifacts": digests, "components": components, "deployment": "shop",
        "config": {"dev": hash(config.as_bytes()), "prod": hash(config.as_bytes())}});
    let mut data = json!({"release": hash(&canonical(&bound)), "deployment": "shop", "components": components,
        "config": {"dev": blob(config), "prod": blob(config)}});
    if !digests.is_empty() {
        data["artifacts"] = artifacts;
    }
    data
}

impl Book {
    /// A release without images, made for a target, which is the release of what follows.
    pub fn release_for(&mut self, target: &str) -> String {
        self.released(and(release("config", json!({})), json!({"target": target})))
    }

    pub fn released(&mut self, data: Value) -> String {
        self.release = data["release"].as_str().unwrap().to_owned();
        self.say("ci", "release.created", data)
    }

    pub fn place(&self, target: &str, more: Value) -> Value {
        and(json!({"deployment": "shop", "target": target, "release": self.release}), more)
    }

    pub fn approve(&mut self, who: &str, more: Value) -> String {
        let data = json!({"policy": self.policy("prod"), "until": "2026-02-01T00:00:00.000Z"});
        self.say(who, "approval.granted", and(self.place("prod", data), more))
    }

    pub fn claim(&mut self, who: &str, target: &str, rollout: &str) -> String {
        self.say(who, "rollout.claimed", self.place(target, json!({"rollout": rollout, "store": HOME})))
    }

    /// A start of all that the release has there, under its own claim.
    pub fn start(&mut self, who: &str, target: &str, rollout: &str, more: Value) -> String {
        let claim = self.claim(who, target, rollout);
        self.started(who, target, rollout, and(json!({"claim": claim}), more))
    }

    pub fn started(&mut self, who: &str, target: &str, rollout: &str, more: Value) -> String {
        let components = if target == "dev" { json!(["manifest/a"]) } else { json!(["manifest/a", "manifest/b"]) };
        let data = json!({"rollout": rollout, "components": components, "whole": components,
                          "policy": self.policy(target)});
        self.say(who, "rollout.started", and(self.place(target, data), more))
    }

    pub fn apply(&mut self, who: &str, start: &str, component: &str, outcome: &str) -> String {
        self.say(who, "component.applied", json!({"start": start, "component": component, "outcome": outcome}))
    }

    pub fn finish(&mut self, who: &str, start: &str, outcome: &str) -> String {
        self.say(who, "rollout.finished", json!({"start": start, "outcome": outcome}))
    }

    /// A whole rollout that succeeds: start and finish.
    pub fn roll(&mut self, who: &str, target: &str, rollout: &str, more: Value) -> (String, String) {
        let start = self.start(who, target, rollout, more);
        for component in if target == "dev" { &["manifest/a"][..] } else { &["manifest/a", "manifest/b"] } {
            self.apply(who, &start, component, "changed");
        }
        let finish = self.finish(who, &start, "succeeded");
        (start, finish)
    }

    pub fn evidence(&mut self, more: Value) -> String {
        let data = json!({"deployment": "shop", "type": "test", "release": self.release, "verdict": "passed"});
        self.say("obs", "evidence.recorded", and(data, more))
    }

    pub fn review(&mut self, who: &str, verdict: &str, events: &[&str]) -> String {
        let mut events = events.to_vec();
        events.sort_unstable();
        self.say(who, "reviewed", json!({"events": events, "verdict": verdict, "reason": "looked at"}))
    }

    pub fn suspend(&mut self, who: &str, key: &str) -> String {
        let fingerprint = crate::people::Key::of(key).fingerprint();
        self.say(who, "key.suspended", json!({"keys": [fingerprint], "reason": "lost"}))
    }

    /// The ids of the written events of a kind, with their data, in the order of writing.
    pub fn written_of(&self, kind: &str) -> Vec<(String, Value)> {
        let suffix = format!("/{kind}/v1");
        let statements = self.lines.iter().filter_map(|line| {
            let payload = ledger_format::envelope::Envelope::from_bundle(line).ok()?.payload().to_vec();
            Some((hash(&payload), serde_json::from_slice::<Value>(&payload).ok()?))
        });
        let of_kind = statements.filter(|(_, it)| it["predicateType"].as_str().is_some_and(|it| it.ends_with(&suffix)));
        of_kind.map(|(id, statement)| (id, statement["predicate"]["data"].clone())).collect()
    }

    pub fn creation(&self) -> String {
        self.written_of("release.created").remove(0).0
    }

    pub fn approval(&self) -> String {
        self.written_of("approval.granted").remove(0).0
    }

    pub fn first_start(&self) -> String {
        self.written_of("rollout.started").remove(0).0
    }

    pub fn finish_of(&self, start: &str) -> String {
        self.written_of("rollout.finished").into_iter().find(|(_, data)| data["start"] == start).unwrap().0
    }

    pub fn other_release(&self, release: &str) -> String {
        let releases = self.written_of("release.created").into_iter().map(|(_, data)| data["release"].clone());
        releases.filter_map(|it| it.as_str().map(str::to_owned)).find(|it| it != release).unwrap()
    }
}

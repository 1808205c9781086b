//! A ledger as a team writes it: builds, tests, releases, approvals and rollouts of eight deployments on one trunk.

use ledger_format::admission::Admission;
use ledger_format::digest::Digest;
use ledger_format::event::Data;
use ledger_format::ledger::Ledger;
use ledger_format::name::EventId;
use ledger_format::policy::Policy;
use ledger_format::received::{Keyring, Received};
use ledger_format::time::Time;
use serde_json::{Value, json};

use crate::people;
use crate::signed::{header, sign};

const DEPLOYMENTS: [&str; 8] = ["shop", "search", "checkout", "mail", "billing", "docs", "login", "stock"];
const HOME: &str = "oci-layout:00112233445566778899aabbccddeeff";
const MINUTE_MS: u64 = 60_000;

/// What was written, in order, each event the only child of the one before.
pub struct Mix {
    pub events: Vec<Received>,
    ledger: Option<Ledger>,
    keyring: Keyring,
}

/// A history of at least this many events.
pub fn history(events: usize) -> Mix {
    let mut mix = Mix::new();
    for turn in 0.. {
        if mix.events.len() >= events {
            break;
        }
        mix.ship(DEPLOYMENTS[turn % DEPLOYMENTS.len()], turn);
    }
    mix.events.truncate(events);
    mix
}

impl Mix {
    fn new() -> Self {
        let time = Time::from_unix_ms(1_600_000_000_000).unwrap();
        let first = sign(&header(None, 0, Vec::new(), 0, time, 0), &Data::from(people::created()), 0);
        let mut keyring = Keyring::default();
        keyring.gather(first.event());
        let ledger = Ledger::begin(keyring.check(first.clone()).unwrap(), None).unwrap();
        Self { events: vec![first], ledger: Some(ledger), keyring }
    }

    /// One release from its builds to prod.
    fn ship(&mut self, deployment: &str, turn: usize) {
        for component in ["image/api", "image/web"] {
            self.build(deployment, component, turn);
            self.test(deployment, component, turn);
        }
        let release = self.release(deployment, turn);
        let dev = self.roll_out(deployment, "dev", &release, turn, &json!({}));
        let place = json!({"deployment": deployment, "target": "prod", "release": release,
            "policy": self.policy(deployment, "prod"), "until": "2100-01-01T00:00:00.000Z"});
        let approval = self.write("alice", "approval.granted", &place).to_string();
        let promotion = json!({"deployment": deployment, "target": "prod", "release": release, "from": dev,
            "policy": self.policy(deployment, "prod"), "approvals": [approval]});
        let promotion = self.write("dave", "promotion.recorded", &promotion).to_string();
        self.roll_out(deployment, "prod", &release, turn, &json!({"promotion": promotion, "spends": [approval]}));
    }

    fn build(&mut self, deployment: &str, component: &str, turn: usize) {
        let build = json!({"deployment": deployment, "component": component, "target": "dev",
            "image": image(deployment, component, turn), "inputs": digest("inputs", turn), "ci": ci(turn), "git": git(turn),
            "builder": {"name": "files", "version": "1"}, "duration_ms": 61_000, "platforms": ["linux/amd64"]});
        self.write("ci", "build.recorded", &build);
    }

    fn test(&mut self, deployment: &str, component: &str, turn: usize) {
        let report = json!({"digest": digest("report", turn), "mediaType": "application/xml", "size": 3120});
        let test = json!({"deployment": deployment, "component": component, "type": "test", "name": "unit",
            "verdict": "passed", "images": [image(deployment, component, turn)], "report": report,
            "counts": {"failed": 0, "passed": 812}, "ci": ci(turn), "git": git(turn)});
        self.write("ci", "evidence.recorded", &test);
    }

    fn release(&mut self, deployment: &str, turn: usize) -> String {
        let components = ["manifest/api", "manifest/web"];
        let config = json!({"digest": digest("config", turn), "mediaType": "application/json", "size": 3120});
        let said = json!({"release": digest("release", turn), "deployment": deployment, "target": "dev", "alias": format!("v1.{turn}.0"),
            "components": {"dev": components, "prod": components}, "config": {"dev": config, "prod": config},
            "ci": ci(turn), "git": git(turn), "annotations": {"pr": format!("#{turn}")}});
        let mut data = Data::parse("release.created".parse().unwrap(), &said).unwrap();
        if let Data::ReleaseCreated(created) = &mut data {
            created.release = created.content().id();
        }
        let release = data.to_value()["release"].as_str().unwrap().to_owned();
        self.write("ci", "release.created", &data.to_value());
        release
    }

    fn roll_out(&mut self, deployment: &str, target: &str, release: &str, turn: usize, by: &Value) -> String {
        let components = ["manifest/api", "manifest/web"];
        let rollout = format!("{target}-{turn}");
        let claim = json!({"deployment": deployment, "target": target, "release": release, "rollout": rollout,
            "store": HOME});
        let claim = self.write("dave", "rollout.claimed", &claim).to_string();
        let mut start = json!({"claim": claim, "deployment": deployment, "target": target, "release": release,
            "rollout": rollout, "components": components, "whole": components, "ci": ci(turn),
            "policy": self.policy(deployment, target)});
        start.as_object_mut().unwrap().extend(by.as_object().unwrap().clone());
        let start = self.write("dave", "rollout.started", &start).to_string();
        for component in components {
            let applied = json!({"start": start, "component": component, "outcome": "changed", "duration_ms": 900,
                "log": {"digest": digest("log", turn), "mediaType": "text/plain", "size": 2048}});
            self.write("dave", "component.applied", &applied);
        }
        let finished = json!({"start": start, "outcome": "succeeded", "duration_ms": 2100});
        self.write("dave", "rollout.finished", &finished).to_string()
    }

    fn policy(&self, deployment: &str, target: &str) -> String {
        let ledger = self.ledger.as_ref().unwrap();
        let everything = ledger.everything();
        let document = ledger.documents(&everything).next().unwrap();
        Policy::resolve(document.authority(), &deployment.parse().unwrap(), &target.parse().unwrap())
            .digest()
            .to_string()
    }

    fn write(&mut self, who: &str, kind: &str, data: &Value) -> EventId {
        let person = people::number(who);
        let last = self.events.last().unwrap().event();
        let generation = last.header.generation.get() + 1;
        let header = header(
            Some(self.events[0].id()),
            generation,
            vec![last.id],
            person,
            last.header.time.plus_ms(MINUTE_MS),
            generation,
        );
        let event = sign(&header, &Data::parse(kind.parse().unwrap(), data).unwrap(), person);
        let checked = self.keyring.check(event.clone()).unwrap();
        let (ledger, admission) = self.ledger.take().unwrap().with(checked);
        assert_eq!(admission, Admission::Admitted, "{kind}");
        self.ledger = Some(ledger);
        self.events.push(event);
        self.events.last().unwrap().id()
    }
}

fn digest(what: &str, turn: usize) -> String {
    Digest::of(format!("{what} {turn}").as_bytes()).to_string()
}

fn image(deployment: &str, component: &str, turn: usize) -> Value {
    json!({"digest": digest(component, turn), "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1284,
        "repository": format!("registry.acme.dev/{deployment}/{component}"), "tag": format!("v1.{turn}.0")})
}

fn ci(turn: usize) -> Value {
    json!({"attempt": "1", "change": "482", "job": "build", "provider": "github-actions", "repository": "acme/shop",
        "run": turn.to_string(), "url": format!("https://ci.acme.dev/{turn}"), "workflow": "release"})
}

fn git(turn: usize) -> Value {
    let commit = &digest("commit", turn)[7..47];
    json!({"authors": ["ada"], "branch": "main", "commit": commit, "remote": "https://git.acme.dev/shop"})
}

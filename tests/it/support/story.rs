//! The running example of the design as one ledger: payment-service on dev, staging and prod until 2026-11-20 11:12.

use std::path::Path;

use ledger_format::digest::Digest;
use ledger_format::event::Data;
use ledger_format::name::EventId;
use sealog::store::Blob;
use serde_json::{Value, json};

use super::scribe::{Scribe, moment};

const PEOPLE: [&str; 8] = ["ana", "ben", "chloe", "ci", "dmitri", "ecs-watch", "farid", "tom"];
const DEPLOYMENT: &str = "payment-service";
const COMPONENTS: [&str; 4] =
    ["terraform/database", "terraform/ecs/service-api", "terraform/ecs/service-worker", "terraform/ecs/taskdef-api"];

/// The ledger, and the events that tests speak of.
pub struct Story {
    pub scribe: Scribe,
    releases: std::collections::BTreeMap<String, EventId>,
    /// The start of the rollback of prod.
    pub rollback: EventId,
    /// The last finish of v1.5.0 on prod.
    pub finished: EventId,
    pub approval: EventId,
    pub cut: EventId,
}

struct Rollout<'a> {
    who: &'a str,
    target: &'a str,
    release: &'a str,
    /// Start and end.
    from: &'a str,
    to: &'a str,
    more: Value,
}

impl Story {
    pub fn write(folder: &Path) -> Self {
        let scribe = Scribe::begin(folder, &PEOPLE, "11-02 09:12", authority());
        let none = scribe.ledger().id();
        let mut story =
            Self { scribe, releases: Default::default(), rollback: none, finished: none, approval: none, cut: none };
        story.tom_leaves();
        story.break_glass();
        story.the_good_release();
        story.the_bad_release();
        story.today();
        story
    }

    fn says(&mut self, who: &str, at: &str, kind: &str, data: &Value) -> EventId {
        self.scribe.says(who, at, kind, data)
    }

    /// tom's key is lost and ended; what he wrote unseen by that is cut.
    fn tom_leaves(&mut self) {
        let before = self.scribe.heads();
        let (id, mut document) = self.scribe.authority();
        let fingerprint = sealog::signers::Signer::public(self.scribe.key("tom")).fingerprint();
        document["version"] = json!(1);
        document["replaces"] = json!([id]);
        document["principals"]["tom"].as_object_mut().unwrap().remove("keys");
        document["ended"] = json!({"keys": {fingerprint.as_str(): {"reason": "lost"}}});
        let proposal = self.says(
            "ana",
            "11-12 10:00",
            "authority.proposed",
            &json!({"authority": document, "reason": "tom's laptop is lost"}),
        );
        self.says("ben", "11-12 10:05", "endorsed", &json!({"proposal": proposal}));
        let late = json!({"body": "from the lost laptop"});
        self.cut = self.scribe.says_on(&before, "tom", "11-12 09:00", "noted", &late).0;
    }

    fn break_glass(&mut self) {
        self.release("v1.3.8", "11-13 15:00", "0fd29c4", [0x71, 0x72], 2800, 4, "1.8.1");
        self.dev_and_staging("v1.3.8", ["11-13 15:10", "11-13 15:13"], ["11-13 16:00", "11-13 16:04"]);
        let over = json!({"override": {"reason": "INC-797"}});
        let start = self.rollout(Rollout {
            who: "dmitri",
            target: "prod",
            release: "v1.3.8",
            from: "11-14 02:13:40",
            to: "11-14 02:17",
            more: over,
        });
        let looked = json!({"events": [start.0], "verdict": "accept", "reason": "the site was down"});
        self.says("ben", "11-14 09:20", "reviewed", &looked);
    }

    fn the_good_release(&mut self) {
        self.release("v1.4.0", "11-17 09:30", "5be01f2", [0x77, 0xb3], 3000, 4, "1.8.2");
        self.dev_and_staging("v1.4.0", ["11-17 10:00", "11-17 10:03"], ["11-17 11:00", "11-17 11:04"]);
        self.scan("v1.4.0", "11-18 16:00");
        let approvals = [("ben", "11-18 16:10"), ("farid", "11-18 16:20")];
        self.approve_for_prod("v1.4.0", approvals, ["11-18 16:39:56", "11-18 16:43"]);
    }

    fn the_bad_release(&mut self) {
        self.release("v1.5.0", "11-20 08:34:10", "8d3e6f1", [0x1f, 0xe9], 1500, 6, "1.9.0");
        self.dev_and_staging("v1.5.0", ["11-20 08:40", "11-20 08:43"], ["11-20 09:04", "11-20 09:08"]);
        self.scan("v1.5.0", "11-20 10:12");
        let approvals = [("ben", "11-20 10:12:30"), ("chloe", "11-20 10:14:51")];
        self.finished = self.approve_for_prod("v1.5.0", approvals, ["11-20 10:21:05", "11-20 10:24:17"]).1;
    }

    fn today(&mut self) {
        let good = self.releases["finish v1.4.0"];
        let bad = self.releases["start v1.5.0"];
        let back = json!({"rollback": {"undoes": [bad], "returns_to": good, "reason": "5xx on /charge, INC-812"}});
        let done = self.rollout(Rollout {
            who: "dmitri",
            target: "prod",
            release: "v1.4.0",
            from: "11-20 10:46:12",
            to: "11-20 10:49:20",
            more: back,
        });
        self.rollback = done.0;
        let check = json!({"deployment": DEPLOYMENT, "target": "prod", "type": "check", "name": "http",
            "verdict": "passed", "start": done.0});
        self.says("dmitri", "11-20 10:49:20", "evidence.recorded", &check);
        let drift = json!({"plan": {"digest": digest(0x5d, "plan"), "change": 1}});
        let seen = json!({"deployment": DEPLOYMENT, "target": "prod", "components": {COMPONENTS[0]: {"drift": drift}}});
        self.says("ecs-watch", "11-20 11:02", "observation.recorded", &seen);
        let strange = json!({"deployment": DEPLOYMENT, "target": "staging",
            "components": {COMPONENTS[1]: {"images": [digest(0x9d, "strange")]}}});
        self.says("ecs-watch", "11-20 11:05", "observation.recorded", &strange);
        self.release("v1.5.1", "11-20 11:08", "c40a9d7", [0xd2, 0x4b], 1500, 6, "1.9.0");
        let start = self.begin_rollout("ci", "dev", "v1.5.1", "11-20 11:10:05", &json!({}));
        let applied = json!({"start": start, "component": COMPONENTS[0], "outcome": "unchanged"});
        self.says("ci", "11-20 11:10:19", "component.applied", &applied);
    }

    fn dev_and_staging(&mut self, release: &str, dev: [&str; 2], staging: [&str; 2]) {
        let [from, to] = dev;
        self.rollout(Rollout { who: "ci", target: "dev", release, from, to, more: json!({}) });
        let [from, to] = staging;
        let promotion = json!({"deployment": DEPLOYMENT, "target": "staging", "release": self.releases[release],
            "policy": self.scribe.policy(DEPLOYMENT, "staging")});
        let promotion = self.says("ana", from, "promotion.recorded", &promotion);
        let more = json!({"promotion": promotion});
        self.rollout(Rollout { who: "ana", target: "staging", release, from, to, more });
    }

    fn approve_for_prod(
        &mut self,
        release: &str,
        approvals: [(&str, &str); 2],
        [from, to]: [&str; 2],
    ) -> (EventId, EventId) {
        let policy = self.scribe.policy(DEPLOYMENT, "prod");
        let mut given = Vec::new();
        for (who, at) in approvals {
            let until = if at.starts_with("11-18") { "11-19 16:00" } else { "11-21 10:14" };
            let approval = json!({"deployment": DEPLOYMENT, "target": "prod", "release": self.releases[release],
                "policy": policy, "until": moment(until), "images": self.images(release)});
            given.push(self.says(who, at, "approval.granted", &approval));
        }
        self.approval = given[1];
        let promotion = json!({"deployment": DEPLOYMENT, "target": "prod", "release": self.releases[release],
            "policy": policy, "approvals": sorted(&given)});
        let promotion = self.says("dmitri", from, "promotion.recorded", &promotion);
        let more = json!({"promotion": promotion, "spends": sorted(&given)});
        let done = self.rollout(Rollout { who: "dmitri", target: "prod", release, from, to, more });
        self.releases.insert(format!("start {release}"), done.0);
        self.releases.insert(format!("finish {release}"), done.1);
        done
    }

    /// The images of a release.
    pub fn images(&self, release: &str) -> Value {
        let ids = self.releases[release];
        let everything = self.scribe.ledger().everything();
        let created = sealog::ledger::releases::created(self.scribe.ledger(), &everything);
        let (_, created) = created.into_iter().find(|(_, created)| created.release.0 == ids.0).unwrap();
        let mut images: Vec<_> = created.artifacts.iter().flatten().map(|(_, artifact)| &artifact.image).collect();
        images.sort_by_key(|image| image.digest);
        json!(images)
    }

    fn scan(&mut self, release: &str, at: &str) {
        let images = self.images(release);
        let scan = json!({"deployment": DEPLOYMENT, "type": "scan", "images": images, "verdict": "passed",
            "counts": {"critical": 0, "high": 2}});
        self.says("ci", at, "evidence.recorded", &scan);
    }

    /// Builds, tests and names a release, made with dev.
    #[expect(clippy::too_many_arguments, reason = "a row of the table of releases")]
    fn release(
        &mut self,
        alias: &str,
        at: &str,
        commit: &str,
        images: [u8; 2],
        timeout: u32,
        count: u32,
        version: &str,
    ) {
        let mut artifacts = serde_json::Map::new();
        let git = json!({"commit": format!("{commit}{}", "0".repeat(33)), "branch": "main", "authors": ["ana"]});
        for (name, first) in [("api", images[0]), ("worker", images[1])] {
            let image = json!({"digest": digest(first, alias), "size": 1284,
                "repository": format!("registry.acme.dev/payments/{name}"),
                "mediaType": "application/vnd.oci.image.manifest.v1+json"});
            let component = format!("nixpack/{name}");
            let build = json!({"deployment": DEPLOYMENT, "component": component, "target": "dev", "image": image,
                "published": true, "builder": {"name": "nixpacks"}, "git": git});
            let build = self.says("ci", at, "build.recorded", &build);
            let passed = if name == "api" { 148 } else { 63 };
            let test = json!({"deployment": DEPLOYMENT, "type": "test", "component": component, "images": [image],
                "verdict": "passed", "counts": {"passed": passed, "failed": 0, "skipped": 1}});
            self.says("ci", at, "evidence.recorded", &test);
            let sbom =
                json!({"deployment": DEPLOYMENT, "type": "sbom", "images": [image], "counts": {"components": 214}});
            self.says("ci", at, "evidence.recorded", &sbom);
            artifacts.insert(component, json!({"image": image, "build": build}));
        }
        let mut blobs = Vec::new();
        let mut config = serde_json::Map::new();
        for target in ["dev", "staging", "prod"] {
            let content = configuration(target, timeout, count);
            config.insert(
                target.to_owned(),
                json!({"digest": Digest::of(&content), "size": content.len(),
                "mediaType": "application/vnd.sealog.config.v1+json"}),
            );
            blobs.push(Blob { media_type: "application/vnd.sealog.config.v1+json".to_owned(), content });
        }
        let vendored = json!([{"component": COMPONENTS[1], "targets": ["dev", "prod", "staging"], "version": version,
            "source": "github.com/acme/ecs-service", "tree": digest(0x5b, version)}]);
        let components = json!({"dev": COMPONENTS, "staging": COMPONENTS, "prod": COMPONENTS});
        let mut data = json!({"release": digest(0, ""), "deployment": DEPLOYMENT, "alias": alias, "target": "dev",
            "artifacts": artifacts, "config": config, "components": components, "vendored": vendored, "git": git,
            "annotations": {"pr": "#482"}});
        let Data::ReleaseCreated(created) = Data::parse("release.created".parse().unwrap(), &data).unwrap() else {
            unreachable!("that kind was asked for")
        };
        data["release"] = json!(created.content().id());
        self.releases.insert(alias.to_owned(), EventId(created.content().id().0));
        let event = self.says("ci", at, "release.created", &data);
        self.scribe.keep(&event, &blobs);
    }

    /// The last finish of a release on prod.
    pub fn finish_of(&self, release: &str) -> EventId {
        self.releases[&format!("finish {release}")]
    }

    /// What the id of a release is.
    pub fn release_id(&self, release: &str) -> EventId {
        self.releases[release]
    }

    /// Somebody starts a rollout of everything, without a lock unless `more` names a claim, having seen these events; whether it may is not asked.
    pub fn begins_on(
        &mut self,
        parents: &[EventId],
        who: &str,
        target: &str,
        release: &str,
        at: &str,
        more: &Value,
    ) -> EventId {
        let mut start = json!({"deployment": DEPLOYMENT, "target": target,
            "release": self.releases[release], "rollout": format!("x-{}", at.replace([' ', ':'], "-")),
            "components": COMPONENTS, "whole": COMPONENTS, "policy": self.scribe.policy(DEPLOYMENT, target)});
        if more.get("claim").is_none() {
            start["no_lock"] = json!({"reason": "an attack"});
        }
        start.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.scribe.says_on(parents, who, at, "rollout.started", &start).0
    }

    fn begin_rollout(&mut self, who: &str, target: &str, release: &str, at: &str, more: &Value) -> EventId {
        let release = self.releases[release];
        let key = format!("r-{}", at.replace([' ', ':'], "-"));
        let home = sealog::store::LedgerStore::identity(&self.scribe.store).unwrap();
        let claim = json!({"deployment": DEPLOYMENT, "target": target, "release": release, "rollout": key,
            "store": home.as_str()});
        let claim = self.says(who, at, "rollout.claimed", &claim);
        let mut start = json!({"claim": claim, "deployment": DEPLOYMENT, "target": target, "release": release,
            "rollout": key, "components": COMPONENTS, "whole": COMPONENTS,
            "policy": self.scribe.policy(DEPLOYMENT, target), "plan": digest(0x77, at)});
        start.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.says(who, at, "rollout.started", &start)
    }

    fn rollout(&mut self, rollout: Rollout<'_>) -> (EventId, EventId) {
        let Rollout { who, target, release, from, to, more } = rollout;
        let start = self.begin_rollout(who, target, release, from, &more);
        for component in COMPONENTS {
            let outcome = if component == COMPONENTS[0] { "unchanged" } else { "changed" };
            let applied = json!({"start": start, "component": component, "outcome": outcome});
            self.says(who, to, "component.applied", &applied);
        }
        (start, self.says(who, to, "rollout.finished", &json!({"start": start, "outcome": "succeeded"})))
    }
}

fn sorted(ids: &[EventId]) -> Vec<EventId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids
}

/// A digest that begins with this byte.
fn digest(first: u8, of: &str) -> String {
    format!("sha256:{first:02x}{}", &Digest::of(of.as_bytes()).hex()[2..])
}

fn configuration(target: &str, timeout: u32, count: u32) -> Vec<u8> {
    let count = if target == "prod" { count } else { 1 };
    let config = json!({"components": {
        COMPONENTS[0]: {"kind": "terraform", "vars": {"backup_retention_period": 30}},
        COMPONENTS[1]: {"kind": "terraform", "vars": {"desired_count": count}},
        COMPONENTS[3]: {"kind": "terraform", "vars": {"CHARGE_TIMEOUT_MS": timeout}},
    }, "deployment": {"name": DEPLOYMENT}, "target": {"name": target}});
    ledger_format::canonical::to_vec(&config)
}

fn authority() -> Value {
    let may = |rights: &[&str], targets: &[&str]| json!({"may": rights, "deployments": ["*"], "components": ["*"], "targets": targets});
    let managers = json!(["release-managers"]);
    let deploys = ["promotion.recorded", "rollout.started"];
    json!({
        "version": 0, "level": 1,
        "roots": {"principals": ["ana", "ben"], "threshold": 2},
        "principals": {
            "ana": {"rights": [may(&deploys, &["dev", "staging"])]},
            "ben": {"groups": managers, "rights": [may(&["approval.granted"], &["prod"]),
                may(&["hold.placed", "reviewed"], &["*"])]},
            "chloe": {"groups": managers, "rights": [may(&["approval.granted"], &["prod"])]},
            "ci": {"rights": [may(&["build.recorded", "evidence.recorded:*", "release.created"], &["*"]),
                may(&["rollout.started"], &["dev"])]},
            "dmitri": {"rights": [may(&["evidence.recorded:check", "override", "promotion.recorded", "rollout.started"], &["prod"])]},
            "ecs-watch": {"rights": [may(&["observation.recorded"], &["*"])]},
            "farid": {"groups": managers, "rights": [may(&["approval.granted"], &["prod"])]},
            "tom": {"rights": [may(&["noted"], &["staging"])]},
        },
        "policies": [{"deployments": ["*"], "targets": ["prod"], "rules": {
            "approvals": [{"count": 2, "groups": ["release-managers"]}],
            "distinct": [["approver", "author"], ["approver", "deployer"]],
            "evidence": [{"type": "scan", "on": "images", "max_age_ms": 86_400_000}, {"type": "sbom", "on": "images"},
                {"type": "test", "on": "images"}],
            "from": ["staging"], "soak_ms": 3_600_000, "rollback": {},
        }}],
    })
}

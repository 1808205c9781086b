//! A ledger in a folder, written by a team: who they are, what they may do, what the policy of prod asks.

use std::collections::BTreeMap;

use ledger_format::authority::document::Authority;
use ledger_format::digest::Digest;
use ledger_format::event::{Data, LedgerCreated};
use ledger_format::name::{EventId, Name};
use ledger_format::policy::Policy;
use sealog::clock::Clock;
use sealog::ledger::append::{Writer, new_run};
use sealog::ledger::describe::describe;
use sealog::ledger::founding::proven;
use sealog::ledger::open::{Opened, Trust, open};
use sealog::signers::Signer as _;
use sealog::signers::key_file::store_new;
use sealog::signers::local_key::LocalKey;
use sealog::store::{self, LedgerStore};
use serde_json::{Value, json};

use super::sandbox::{Finished, NOW, Sandbox, words};

/// Everybody: name, groups, rights everywhere. The first two are the roots.
const PEOPLE: [(&str, &[&str], &[&str]); 9] = [
    ("ana", &[], &["build.recorded", "evidence.recorded:*", "release.created", "release.withdrawn", "reviewed"]),
    ("ben", &["release-managers"], &["approval.denied", "approval.granted", "approval.withdrawn", "reviewed"]),
    ("chloe", &["release-managers"], &["approval.denied", "approval.granted"]),
    ("ci", &[], &["build.recorded", "evidence.recorded:*", "noted", "release.created"]),
    ("dmitri", &[], &["override", "promotion.recorded", "rollout.started", "takeover"]),
    ("farid", &["release-managers"], &["approval.granted", "release.created"]),
    ("holly", &[], &["hold.lifted", "hold.placed"]),
    ("olga", &[], &["approval.granted"]),
    ("tom", &[], &["noted"]),
];

/// What prod asks: two approvals of release managers, by nobody who made or rolls out the release.
fn two_approvals() -> Value {
    json!([{"deployments": ["*"], "targets": ["prod"], "rules": {
        "approvals": [{"count": 2, "groups": ["release-managers"]}],
        "distinct": [["approver", "deployer", "releaser"]],
        "rollback": {},
    }}])
}

pub struct Team {
    pub sandbox: Sandbox,
    keys: BTreeMap<&'static str, LocalKey>,
    store: Box<dyn LedgerStore>,
    pub clock: Clock,
}

impl Team {
    pub fn new() -> Self {
        Self::with_policies(&two_approvals())
    }

    /// The keys of all lie in `home/sealog/keys`, the ledger where a project without a file has it.
    pub fn with_policies(policies: &Value) -> Self {
        let sandbox = Sandbox::new();
        let address: sealog::store::Address = ".sealog/ledger".parse().unwrap();
        let store = store::create(&address.within(&sandbox.project()), describe).unwrap();
        let keys: BTreeMap<&str, LocalKey> =
            PEOPLE.iter().map(|(name, _, _)| (*name, LocalKey::generate().unwrap())).collect();
        for (name, key) in &keys {
            let path = sandbox.path(&format!("home/sealog/keys/{name}.pem"));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            store_new(&path, key, None).unwrap();
        }
        let clock = clock(NOW);
        let team = Self { sandbox, keys, store, clock };
        let id = team.writer("ana").begin(team.created(policies)).unwrap();
        team.sandbox.write("project/sealog.yaml", format!("trust: {id}\n"));
        team
    }

    fn created(&self, policies: &Value) -> LedgerCreated {
        let people = PEOPLE.iter().map(|(name, groups, rights)| {
            let key = &self.keys[name];
            let mut person = json!({"keys": {key.public().fingerprint().as_str(): {
                "public": key.public().to_base64(), "proof": "AAEC"}}});
            if !groups.is_empty() {
                person["groups"] = json!(groups);
            }
            person["rights"] = json!([{"may": rights, "deployments": ["*"], "components": ["*"], "targets": ["*"]}]);
            ((*name).to_owned(), person)
        });
        let mut document = json!({
            "version": 0, "level": 1, "home": self.store.identity().unwrap().as_str(),
            "roots": {"principals": ["ana", "ben"], "threshold": 2},
            "principals": people.collect::<serde_json::Map<_, _>>(),
        });
        if policies.as_array().is_some_and(|policies| !policies.is_empty()) {
            document["policies"] = policies.clone();
        }
        let authority: Authority = serde_json::from_value(document.clone()).unwrap();
        let unproven = LedgerCreated { authority, continues: None }.unproven();
        for (name, key) in &self.keys {
            let proof = proven(unproven, &Name::new(name).unwrap(), key).unwrap();
            document["principals"][name]["keys"][key.public().fingerprint().as_str()] =
                serde_json::to_value(proof).unwrap();
        }
        LedgerCreated { authority: serde_json::from_value(document).unwrap(), continues: None }
    }

    fn writer(&self, who: &str) -> Writer<'_> {
        Writer { store: &*self.store, signer: &self.keys[who], clock: self.clock, run: new_run().unwrap() }
    }

    /// What the folder holds now.
    pub fn opened(&self) -> Opened {
        open(&*self.store, &Trust::default()).unwrap()
    }

    /// Somebody writes an event without the command line; what would be refused panics.
    pub fn says(&self, who: &str, kind: &str, data: &Value) -> EventId {
        self.says_seeing(self.opened(), who, kind, data)
    }

    /// The same by somebody who has not seen what came since.
    pub fn says_seeing(&self, seen: Opened, who: &str, kind: &str, data: &Value) -> EventId {
        let data = Data::parse(kind.parse().unwrap(), data).unwrap();
        let (_, id) = self.writer(who).append(seen.ledger, &seen.keyring, data).unwrap();
        self.store.flush().unwrap();
        id
    }

    /// The digest of the policy of a target.
    pub fn policy(&self, target: &str) -> String {
        let ledger = self.opened().ledger;
        let everything = ledger.everything();
        let document = ledger.documents(&everything).next().unwrap();
        let name = |text: &str| Name::new(text).unwrap();
        Policy::resolve(document.authority(), &name("shop"), &name(target)).digest().to_string()
    }

    pub fn fingerprint(&self, who: &str) -> String {
        self.keys[who].public().fingerprint().to_string()
    }

    /// dmitri starts a release of [`Self::releases`] on a target, having seen this; `more` is added to what he says.
    pub fn starts(&self, seen: Opened, target: &str, release: &str, more: &Value) -> EventId {
        let components = json!(["manifest/backend", "manifest/frontend"]);
        let mut start = json!({"deployment": "shop", "target": target, "release": release, "rollout": "r1",
            "whole": components, "components": components, "policy": self.policy(target), "no_lock": {"reason": "a test"}});
        start.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.says_seeing(seen, "dmitri", "rollout.started", &start)
    }

    /// Somebody runs `sealog`.
    pub fn run(&self, who: &str, line: &str) -> Finished {
        let mut arguments = words(line);
        let key = self.sandbox.path(&format!("home/sealog/keys/{who}.pem"));
        arguments.extend(["--key".to_owned(), key.display().to_string()]);
        self.sandbox.run_with(&arguments, "")
    }

    /// Somebody runs `sealog` on a terminal and types this; all that is seen there is its `stdout` and its `stderr`.
    /// `None` where this machine has no `script`.
    pub fn run_on_terminal(&self, who: &str, line: &str, typed: &str) -> Option<Finished> {
        let mut arguments = words(line);
        let key = self.sandbox.path(&format!("home/sealog/keys/{who}.pem"));
        arguments.extend(["--key".to_owned(), key.display().to_string()]);
        self.sandbox.run_on_terminal(&arguments, typed)
    }

    /// Somebody runs `sealog`, which succeeds and answers in JSON.
    pub fn answers(&self, who: &str, line: &str) -> Value {
        self.run(who, &format!("{line} --format json")).succeeds().json()
    }

    /// Later, for everybody.
    pub fn set_clock(&mut self, now: &str) {
        self.clock = clock(now);
        self.sandbox.set_clock(now);
    }

    /// A release of `shop` made with dev, with one image and two manifests on dev and prod; another `config` is another
    /// release.
    pub fn releases(&self, who: &str, config: u8, alias: &str) -> String {
        let blob = json!({"digest": format!("sha256:{config:064x}"), "size": 7,
            "mediaType": "application/vnd.sealog.config.v1+json"});
        let components = json!(["manifest/backend", "manifest/frontend"]);
        let image = image(config);
        let mut data = json!({
            "release": format!("sha256:{:064x}", 0), "deployment": "shop", "alias": alias, "target": "dev",
            "artifacts": {"nixpack/api": {"image": image}},
            "config": {"dev": blob, "prod": blob}, "components": {"dev": components, "prod": components},
        });
        let Data::ReleaseCreated(created) = Data::parse("release.created".parse().unwrap(), &data).unwrap() else {
            unreachable!("that kind was asked for")
        };
        data["release"] = json!(created.content().id());
        self.says(who, "release.created", &data);
        created.content().id().to_string()
    }
}

/// Text with `<id>` in the place of what differs from run to run: ids of 12 digits.
pub fn without_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let word = |word: &str| if is_id(word) { "<id>".to_owned() } else { word.to_owned() };
    let line = |line: &str| {
        line.split_inclusive([' ', ',', ':'])
            .map(|part| {
                let end = part.trim_end_matches([' ', ',', ':']);
                word(end) + &part[end.len()..]
            })
            .collect::<String>()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The image of a release of [`Team::releases`].
pub fn image(config: u8) -> Value {
    json!({"digest": Digest::of(&[config]).to_string(), "size": 1284, "repository": "registry.acme.dev/shop/api",
        "mediaType": "application/vnd.oci.image.manifest.v1+json"})
}

fn clock(now: &str) -> Clock {
    Clock::from_environment(&sealog::environment::Environment::from([("SEALOG_NOW", now)])).unwrap()
}

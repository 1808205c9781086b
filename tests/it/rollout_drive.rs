//! What a rollout does about things that are written while it is under way: each before a listing of its own.

use std::collections::BTreeSet;
use std::time::Duration;

use ledger_format::digest::Digest;
use ledger_format::event::{Data, End, ReleaseCreated};
use ledger_format::field::Run;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::lock::Objects;
use ledger_format::name::{EventId, Name};
use sealog::clock::Clock;
use sealog::config::{self, Resolved};
use sealog::interrupt::Interrupt;
use sealog::ledger::append::{WriteError, Writer};
use sealog::ledger::open::{Opened, Trust, open};
use sealog::ledger::runs::HeldRun;
use sealog::progress::Silent;
use sealog::signers::Signer as _;
use sealog::signers::local_key::LocalKey;
use sealog::stages::rollout::plan::plan;
use sealog::stages::rollout::{Drive, Ending, Patiences, Reach, Request, Scribe, Way};
use sealog::store::{LedgerStore as _, Memory};
use serde_json::{Value, json};

use crate::support::created;

/// ana's rollout; before its listing of this number something else is written.
struct Play<'a> {
    store: &'a Memory,
    key: &'a LocalKey,
    run: Run,
    opened: Option<Opened>,
    listings: usize,
    before: usize,
    meanwhile: &'a dyn Fn(&mut Play<'_>),
    interrupt: Interrupt,
}

impl Play<'_> {
    fn append(&mut self, run: Run, data: Data) -> Result<EventId, WriteError> {
        let Opened { ledger, keyring, .. } = self.opened.take().unwrap();
        let writer = Writer { store: self.store, signer: self.key, clock: Clock::System, run };
        let written = writer.append(ledger, &keyring, data);
        self.opened = Some(open(self.store, &Trust::default())?);
        Ok(written?.1)
    }

    /// Another process of ana's writes.
    fn other(&mut self, kind: &str, data: &Value) -> EventId {
        let data = Data::parse(kind.parse().unwrap(), data).unwrap();
        self.append(Run::from_bytes([9; 16]), data).unwrap()
    }
}

impl Scribe for Play<'_> {
    fn ledger(&self) -> &Ledger {
        &self.opened.as_ref().unwrap().ledger
    }

    fn list(&mut self) -> Result<Objects, WriteError> {
        self.listings += 1;
        if self.listings == self.before {
            (self.meanwhile)(self);
        }
        self.opened = Some(open(self.store, &Trust::default())?);
        Ok(Objects::AllRead)
    }

    fn past_of_next(&self) -> Result<ClosedSet, WriteError> {
        Ok(self.ledger().everything())
    }

    fn write(&mut self, data: Data) -> Result<EventId, WriteError> {
        self.append(self.run.clone(), data)
    }

    fn go_on_as(&mut self, run: &Run) {
        self.run = run.clone();
    }
}

/// What the rollout came to that does not wait for others, and the events that it and the others wrote.
fn played(before: usize, meanwhile: &dyn Fn(&mut Play<'_>)) -> (String, Vec<String>) {
    played_with(Duration::ZERO, before, meanwhile)
}

fn played_with(busy: Duration, before: usize, meanwhile: &dyn Fn(&mut Play<'_>)) -> (String, Vec<String>) {
    let (store, key, root) = (Memory::new([1; 16]), LocalKey::generate().unwrap(), tempfile::tempdir().unwrap());
    let run = HeldRun::without_trace().unwrap();
    let first = Writer { store: &store, signer: &key, clock: Clock::System, run: run.run.clone() };
    first.begin(created(&store, &key)).unwrap();
    let interrupt = Interrupt::default();
    let opened = Some(open(&store, &Trust::default()).unwrap());
    let mut play = Play {
        store: &store,
        key: &key,
        run: run.run.clone(),
        opened,
        listings: 0,
        before,
        meanwhile,
        interrupt: interrupt.clone(),
    };
    let (created, resolved) = release(root.path());
    let release = created.release;
    play.write(created.clone().into()).unwrap();
    let name = |text: &str| Name::new(text).unwrap();
    let request = Request {
        deployment: name("shop"),
        target: name("dev"),
        release,
        way: Way::Forward,
        rollout: name("mine"),
        reach: Reach::All,
        overrides: None,
        resumes: BTreeSet::new(),
        ci: None,
    };
    let plan = plan(&created, resolved, request).unwrap();
    let drive = Drive {
        scribe: &mut play,
        plan: &plan,
        root: root.path(),
        runs: None,
        run,
        key: key.public().fingerprint(),
        principal: name("ana"),
        store: (store.identity().unwrap(), store.class()),
        patience: Patiences { busy, rivals: Duration::ZERO },
        takes_over: None,
        clock: Clock::System,
        interrupt: &interrupt,
        progress: &Silent,
    };
    let ending = match drive.run().unwrap() {
        Ending::Started(report) => format!("{}", report.end().unwrap()),
        Ending::Stopped { reason, report } => {
            let report = report.map(|r| {
                let end = r.end().map_or("open", End::as_str);
                format!(", {end}, {} touched, {} not begun", r.touched.len(), r.not_begun.len())
            });
            format!("stopped: {}{}", sealog::stages::rollout::end::said(&reason), report.unwrap_or_default())
        }
        Ending::Interrupted { report } => {
            format!("interrupted, {} touched", report.map_or(0, |report| report.touched.len()))
        }
        Ending::Refused(obstacles) => {
            format!(
                "refused: {}",
                obstacles.causes.iter().map(|cause| cause.code.as_str()).collect::<Vec<_>>().join(" ")
            )
        }
        Ending::Busy { .. } => "busy".to_owned(),
        other => format!("{other:?}"),
    };
    let ledger = play.ledger();
    let kinds = ledger.entries().skip(2).filter_map(|(_, entry)| entry.event.kind());
    (ending, kinds.map(|kind| kind.as_str().to_owned()).collect())
}

/// A release of two manifests, the second after the first.
fn release(root: &std::path::Path) -> (ReleaseCreated, Resolved) {
    for component in ["backend", "frontend"] {
        std::fs::create_dir_all(root.join("k8s").join(component)).unwrap();
        std::fs::write(root.join("k8s").join(component).join("a.yaml"), "n: 1\n").unwrap();
    }
    std::fs::create_dir_all(root.join("deployments")).unwrap();
    let text = "deployment:\n  name: shop\n  components:\n    manifest:\n      backend: { vars: { templates: k8s/backend } }\n      \
                frontend:\n        metadata: { depends_on: [manifest/backend] }\n        vars: { templates: k8s/frontend }\n  \
                targets: { dev: {} }\n";
    std::fs::write(root.join("deployments/shop.yaml"), text).unwrap();
    let resolved = config::load(root).unwrap().deployment("shop").unwrap().resolve("dev", None).unwrap();
    let blob = resolved.canonical_json();
    let data = json!({
        "release": format!("sha256:{:064x}", 0), "deployment": "shop", "target": "dev",
        "config": {"dev": {"digest": Digest::of(&blob), "size": blob.len(), "mediaType": config::resolved::MEDIA_TYPE}},
        "components": {"dev": ["manifest/backend", "manifest/frontend"]},
    });
    let Data::ReleaseCreated(mut created) = Data::parse("release.created".parse().unwrap(), &data).unwrap() else {
        unreachable!("that kind was asked for")
    };
    created.release = created.content().id();
    (*created, resolved)
}

fn hold(play: &mut Play<'_>) {
    play.other("hold.placed", &json!({"target": "dev", "reason": "audit"}));
}

/// Another rollout claims the target, without looking.
fn rival(play: &mut Play<'_>) {
    let release = sealog::ledger::releases::created(play.ledger(), &play.ledger().everything())[0].1.release;
    let home = play.store.identity().unwrap();
    let claim =
        json!({"deployment": "shop", "target": "dev", "release": release, "rollout": "theirs", "store": home.as_str()});
    play.other("rollout.claimed", &claim);
}

#[test]
fn whatever_is_written_meanwhile_is_seen_before_the_next_step() {
    const APPLIED: [&str; 2] = ["rollout.claimed", "rollout.started"];
    let nothing = |_: &mut Play<'_>| {};
    let all = ["component.applied", "component.applied", "rollout.finished"];
    assert_eq!(played(0, &nothing), ("succeeded".to_owned(), words(&[&APPLIED[..], &all[..]].concat())));
    // The listings: wanting, deciding, before the first component, before the second.
    for (before, meanwhile, ending, events) in [
        (1, &hold as &dyn Fn(&mut Play<'_>), "refused: hold", vec!["hold.placed"]),
        (2, &hold, "refused: hold", vec!["rollout.claimed", "hold.placed", "claim.ended"]),
        (
            3,
            &hold,
            "stopped: a hold was placed, abandoned, 0 touched, 2 not begun",
            vec!["rollout.claimed", "rollout.started", "hold.placed", "rollout.finished"],
        ),
        (
            4,
            &hold,
            "stopped: a hold was placed, failed, 1 touched, 1 not begun",
            vec!["rollout.claimed", "rollout.started", "component.applied", "hold.placed", "rollout.finished"],
        ),
        (1, &rival, "busy", vec!["rollout.claimed"]),
        // The rival has seen the claim, so its own is larger: whoever was first waits for it to give way, or leaves.
        (2, &rival, "busy", vec!["rollout.claimed", "rollout.claimed", "claim.ended"]),
        (
            3,
            &rival,
            "succeeded",
            vec![
                "rollout.claimed",
                "rollout.started",
                "rollout.claimed",
                "component.applied",
                "component.applied",
                "rollout.finished",
            ],
        ),
    ] {
        assert_eq!(played(before, meanwhile), (ending.to_owned(), words(&events)), "before listing {before}");
    }
}

#[test]
fn who_is_asked_to_stop_begins_nothing_more_and_ends_its_claim() {
    let stop = |play: &mut Play<'_>| play.interrupt.ask();
    let stop_waiting = |play: &mut Play<'_>| {
        rival(play);
        play.interrupt.ask();
    };
    let begun = ["rollout.claimed", "rollout.started", "component.applied"];
    for (before, meanwhile, ending, events) in [
        (1, &stop as &dyn Fn(&mut Play<'_>), "interrupted, 0 touched", vec!["rollout.claimed", "claim.ended"]),
        (2, &stop, "interrupted, 0 touched", vec!["rollout.claimed", "rollout.started", "rollout.finished"]),
        // The component that was decided on before is begun.
        (3, &stop, "interrupted, 1 touched", [&begun[..], &["claim.ended"]].concat()),
        (4, &stop, "succeeded", [&begun[..], &["component.applied", "rollout.finished"]].concat()),
        (1, &stop_waiting, "interrupted, 0 touched", vec!["rollout.claimed"]),
    ] {
        let played = played_with(Duration::from_secs(600), before, meanwhile);
        assert_eq!(played, (ending.to_owned(), words(&events)), "before listing {before}");
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

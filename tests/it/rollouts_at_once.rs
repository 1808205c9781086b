//! Several processes roll out to one target at once, and some are killed: never two are inside, nobody waits for ever.
//!
//! The witness is the component itself: it takes an operating-system lock on the folder that it writes, without
//! waiting, so that two processes inside make one of them fail.

use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use ledger_format::event::{Data, Outcome};
use ledger_format::ledger::Ledger;
use ledger_format::name::Name;
use sealog::ledger::describe::describe;
use sealog::ledger::open::{Trust, open};
use sealog::store::OciLayout;

use crate::support::{Sandbox, words};

/// So many files are written one after the other, each durably: time to meet in.
const FILES: usize = 5;

/// Only against hanging: a round takes a second or two.
const FOR_EVER: Duration = Duration::from_secs(300);

/// Rounds that share a ledger.
const ROUNDS: u64 = 5;

const LEDGERS: u64 = 10;

#[test]
fn two_processes() {
    play_all(2, 1);
}

#[test]
fn eight_processes() {
    play_all(8, LEDGERS + 1);
}

/// Fifty rounds; a ledger is not so long that reading it is all that a round does.
fn play_all(processes: usize, seed: u64) {
    for ledger in 0..LEDGERS {
        play(processes, seed + ledger, ledger);
    }
}

fn play(processes: usize, seed: u64, ledger: u64) {
    let sandbox = project();
    let mut dice = Dice(seed);
    for round in 0..ROUNDS {
        let case = format!("{processes} processes, ledger {ledger}, round {round}");
        Round { sandbox: &sandbox, number: round, case: &case }.play(processes, &mut dice);
    }
    sandbox.run("verify").succeeds();
}

/// One component of many files, so that each rollout of another release writes all of them.
fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    for file in 0..FILES {
        let text = format!("file: {file}\nversion: \"{{{{ vars.version }}}}\"\n");
        sandbox.write(&format!("project/k8s/app/{file}.yaml"), text);
    }
    configure(&sandbox, "none");
    sandbox.with_ledger()
}

fn configure(sandbox: &Sandbox, version: &str) {
    sandbox.write(
        "project/deployments/shop.yaml",
        format!(
            "deployment:\n  name: shop\n  components:\n    manifest:\n      app:\n        vars:\n          \
             templates: k8s/app\n          version: \"{version}\"\n  targets:\n    dev:\n      labels: {{}}\n"
        ),
    );
}

struct Round<'a> {
    sandbox: &'a Sandbox,
    number: u64,
    case: &'a str,
}

impl Round<'_> {
    /// Half of the processes want one release, half another; each of them may be killed at any event.
    fn play(&self, processes: usize, dice: &mut Dice) {
        let releases = [format!("v{}a", self.number), format!("v{}b", self.number)];
        for release in &releases {
            configure(self.sandbox, release);
            self.sandbox.run(&format!("release shop --target dev --id {release} -q")).succeeds();
        }
        let begun: Vec<Child> = (0..processes).map(|process| self.begin(&releases[process % 2])).collect();
        let events = self.events();
        // One in three survives whatever happens.
        let mut dooms: Vec<Option<usize>> = (0..processes)
            .map(|_| (dice.roll(3) > 0).then(|| events + dice.roll(5 * processes as u64) as usize))
            .collect();
        let mut children: Vec<Option<Child>> = begun.into_iter().map(Some).collect();
        let since = Instant::now();
        while children.iter().any(Option::is_some) {
            assert!(since.elapsed() < FOR_EVER, "{}: somebody waits for ever", self.case);
            let now = self.events();
            for (child, doom) in children.iter_mut().zip(&mut dooms) {
                if doom.is_some_and(|doom| now >= doom) {
                    *doom = None;
                    child.take().into_iter().for_each(kill);
                }
                let over = child.as_mut().is_some_and(|child| child.try_wait().unwrap().is_some());
                if over {
                    child.take().into_iter().for_each(|child| self.ended(child));
                }
            }
            std::thread::yield_now();
        }
        self.check(&releases, dice);
    }

    fn begin(&self, release: &str) -> Child {
        let line = format!("rollout shop --target dev --release {release} --yes --wait --timeout 10m");
        let mut command = self.sandbox.command(&words(&line));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// A process that was not killed did what it was to do, or began so late that its release had come and gone:
    /// then it is asked why it would go back.
    fn ended(&self, child: Child) {
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let late = output.status.code() == Some(2) && said.contains("so this is a rollback");
        assert!(late || output.status.success(), "{}: {said}", self.case);
    }

    fn events(&self) -> usize {
        std::fs::read_dir(self.sandbox.path("project/.sealog/ledger/sealog/tail")).unwrap().count()
    }

    /// Whoever comes next gets in at once, though the last ones may all have been killed; and each end has its name.
    fn check(&self, releases: &[String], dice: &mut Dice) {
        let last = &releases[dice.roll(2) as usize];
        let line = format!("rollout shop --target dev --release {last} --yes --reason again --wait --timeout 10m");
        self.sandbox.run(&line).succeeds();
        let status = self.sandbox.run("status shop --target dev --format json").succeeds().json();
        assert_eq!(status[0]["state"], "active", "{}: {status}", self.case);
        assert_eq!(status[0]["release"]["alias"], last.as_str(), "{}: {status}", self.case);
        assert_eq!(status[0]["dispute"], serde_json::Value::Null, "{}: {status}", self.case);
        for file in 0..FILES {
            let path = self.sandbox.path(&format!("project/rendered/dev/app/{file}.yaml"));
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.contains(&format!("version: \"{last}\"")), "{}: {text}", self.case);
        }
        self.check_ledger(&ledger(&self.sandbox.path("project/.sealog/ledger")));
    }

    fn check_ledger(&self, ledger: &Ledger) {
        let everything = ledger.everything();
        let (shop, dev) = (Name::new("shop").unwrap(), Name::new("dev").unwrap());
        assert_eq!(ledger.overlaps(&shop, &dev, &everything), [], "{}: two inside at once", self.case);
        for (index, _) in ledger.starts(&shop, &dev, &everything) {
            assert!(ledger.start_end(index, &everything).is_some(), "{}: a start without an end", self.case);
        }
        for (_, entry) in ledger.entries() {
            if let Some(Data::ComponentApplied(applied)) = entry.event.data() {
                assert_ne!(applied.outcome, Outcome::Failed, "{}: {:?}", self.case, applied.error);
            }
        }
    }
}

fn ledger(folder: &Path) -> Ledger {
    let store = OciLayout::open(folder, describe).unwrap();
    open(&store, &Trust::default()).unwrap().ledger
}

/// As `kill -9` does.
fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Numbers that are the same in each run; when a process meets them is not.
struct Dice(u64);

impl Dice {
    /// From 0 to one less than `sides`.
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

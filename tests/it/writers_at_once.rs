//! Many processes write to one folder, and some are killed: whatever was acknowledged is there, for every reader.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ledger_format::event::Data;
use ledger_format::name::EventId;
use sealog::ledger::describe::describe;
use sealog::ledger::open::{Opened, Trust, open};
use sealog::store::OciLayout;

use crate::support::Sandbox;

const WRITERS: usize = 16;
const EACH: usize = 200;
const KILLS: usize = 32;

#[test]
fn sixteen_processes_lose_nothing() {
    let sandbox = project();
    let writers: Vec<Child> = (0..WRITERS).map(|writer| begin(&sandbox, EACH, &format!("writer {writer}"))).collect();
    let mut acknowledged = BTreeSet::new();
    for writer in writers {
        let output = writer.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let said = String::from_utf8(output.stdout).unwrap();
        acknowledged.extend(said.lines().map(|id| id.parse::<EventId>().unwrap()));
    }
    assert_eq!(acknowledged.len(), WRITERS * EACH);
    assert_eq!(notes(&read(&sandbox)), acknowledged);
    sandbox.run("verify").succeeds();

    // Another reader, of a copy, whose folder lists in another order.
    let copy = sandbox.path("copy");
    copy_backwards(&ledger(&sandbox), &copy);
    let here = sandbox.run("ledger log --format json").succeeds().stdout;
    let there = sandbox.run("ledger log --format json --ledger ../copy").succeeds().stdout;
    assert!(here == there, "two readers of the same events say different things");
}

#[test]
fn killed_writers_lose_nothing_that_they_acknowledged() {
    let sandbox = project();
    let mut acknowledged = BTreeSet::new();
    for round in 0..KILLS {
        let mut writers: Vec<Child> =
            (0..2).map(|writer| begin(&sandbox, 1_000, &format!("{round}.{writer}"))).collect();
        // Killed in the middle of whatever follows the n-th event.
        for (writer, after) in writers.iter_mut().zip([1 + round % 5, 1 + round % 7]) {
            let mut lines = BufReader::new(writer.stdout.take().unwrap()).lines();
            for _ in 0..after {
                acknowledged.insert(lines.next().unwrap().unwrap().parse::<EventId>().unwrap());
            }
            writer.kill().unwrap();
            acknowledged.extend(lines.filter_map(|line| line.unwrap().parse::<EventId>().ok()));
            writer.wait().unwrap();
        }
        let opened = read(&sandbox);
        assert!(opened.rejected.is_empty(), "round {round}: {:?}", opened.rejected);
        assert!(notes(&opened).is_superset(&acknowledged), "round {round}");
        sandbox.run("verify").succeeds();
    }
    assert!(acknowledged.len() >= 2 * KILLS);
}

/// A ledger of ana's by the real clock, which the writers have as well.
fn project() -> Sandbox {
    Sandbox::new().without("SEALOG_NOW").with_project("shop").with_ledger()
}

fn ledger(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("project/.sealog/ledger")
}

fn begin(sandbox: &Sandbox, count: usize, text: &str) -> Child {
    let binary = Path::new(env!("CARGO_BIN_EXE_sealog")).with_file_name("examples").join("append");
    assert!(binary.exists(), "run `cargo build --examples` first, as `cargo test` without `--test` does");
    let mut command = Command::new(binary);
    command.arg(ledger(sandbox)).arg(sandbox.path("home/sealog/keys/ana.pem")).arg(count.to_string()).arg(text);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn read(sandbox: &Sandbox) -> Opened {
    let store = OciLayout::open(&ledger(sandbox), describe).unwrap();
    open(&store, &Trust::default()).unwrap()
}

fn notes(opened: &Opened) -> BTreeSet<EventId> {
    let entries = opened.ledger.entries().map(|(_, entry)| &entry.event);
    entries.filter(|event| matches!(event.data(), Some(Data::Noted(_)))).map(|event| event.id).collect()
}

/// Copies a folder, the last names first.
fn copy_backwards(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    for name in names {
        let (source, target) = (from.join(&name), to.join(&name));
        match source.is_dir() {
            true => copy_backwards(&source, &target),
            false => drop(std::fs::copy(source, target).unwrap()),
        }
    }
}

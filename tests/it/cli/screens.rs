//! Whole screens as the design draws them: what a person sees who begins, is refused, or is told what is wrong.

use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use insta::assert_snapshot;
use ledger_format::digest::Digest;

use crate::support::{Finished, Sandbox, Shop, Story};

/// Both streams, the answer last; without what differs from run to run.
macro_rules! shows {
    ($sandbox:expr, $finished:expr, @$shown:literal) => {{
        let finished: Finished = $finished;
        let both = $sandbox.anonymous(&format!("{}{}", finished.stderr, finished.stdout));
        insta::with_settings!({filters => vec![
            (r"SHA256:[A-Za-z0-9+/]{12}", "SHA256:<key>"),
            (r"[0-9a-f]{64}", "<digest>"),
            (r"\b[0-9a-f]{12}\b", "<id>"),
        ]}, { assert_snapshot!(both, @$shown) })
    }};
}

#[test]
fn a_ledger_is_begun() {
    let sandbox = Sandbox::new().with_project("shop");
    shows!(sandbox, sandbox.run("init --name ana --dry-run").succeeds(), @r"
    This creates a ledger. You can abandon it later, but never edit it:
      ledger     [sandbox]/project/.sealog/ledger   empty
      key        new Ed25519 key in ~/sealog/keys/ana.pem
      spare      new Ed25519 key in ~/sealog/ana-spare.pem
      you        ana: root, and every right on every target until you share them out
    ");
    shows!(sandbox, sandbox.run("init --name ana --yes").succeeds(), @r"
    This creates a ledger. You can abandon it later, but never edit it:
      ledger     [sandbox]/project/.sealog/ledger   empty
      key        new Ed25519 key in ~/sealog/keys/ana.pem
      spare      new Ed25519 key in ~/sealog/ana-spare.pem
      you        ana: root, and every right on every target until you share them out
    ✓ Created ledger <id> · pinned in sealog.yaml, commit this line:
      trust: sha256:<digest>
      key        SHA256:<key> in ~/sealog/keys/ana.pem (new, not encrypted)
      you        ana: root, and every right on every target
    ! Spare key of ana in ~/sealog/ana-spare.pem: move it off this machine; with both keys lost nobody can ever change who may do what
    ");
}

#[test]
fn a_gate_is_passed_over() {
    let shop = Shop::new();
    shop.releases("v1");
    let sandbox = &shop.team.sandbox;
    let broken = "rollout shop --target prod --release v1 --break-glass --reason INC-812 --confirm prod";
    shows!(sandbox, shop.run(broken).succeeds(), @r"
    ! BREAK GLASS on prod: dmitri passes over 1 of 2 rules, 1 missing promotion
      unmet      approvals 0 of 2 from release-managers
      promotion  nobody let the release in
      reason     INC-812
      for ever   shown in status, history and each audit; opens a review that someone else must close
    shop on prod: nothing → v1, 2 of 2 components change
      + manifest/backend   20 to add
      + manifest/frontend  2 to add
    Plan sha256:<id>: 22 to add, 0 to change, 0 to remove · 1 of 2 rules of prod met
    11:12:30 rollout manifest/backend: started, applying
    11:12:30 rollout manifest/backend: done in 0 ms, changed
    11:12:30 rollout manifest/frontend: started, applying
    11:12:30 rollout manifest/frontend: done in 0 ms, changed
    ✓ shop v1 is live on prod · 2 changed, 0 unchanged · 0 ms · <id>
    ");
}

#[test]
fn a_target_is_busy() {
    let shop = Shop::new();
    shop.releases("v1");
    shop.run("rollout shop --hold --rollout matrix").succeeds();
    shows!(shop.team.sandbox, shop.run("rollout shop").fails(5, "target-busy"), @r"
    shop on dev: nothing → v1, 2 of 2 components change
      + manifest/backend   20 to add
      + manifest/frontend  2 to add
    Plan sha256:<id>: 22 to add, 0 to change, 0 to remove · the policy of dev has no rules
    error[target-busy]: dev is being rolled out by dmitri since 11:12 (0s)
      holder     <id> · v1 · not started · last event now
      hint: wait for it: the same command with --wait --timeout 15m
    Nothing was touched.
    ");
}

#[test]
fn a_key_stays_locked() {
    let sandbox = Sandbox::shop();
    sandbox.run("build -q").succeeds();
    sandbox.run("release --id v1 -q").succeeds();
    let other = Sandbox::new().with("SEALOG_KEY_PASSPHRASE", "right").with_ledger();
    let locked = std::fs::read(other.path("home/sealog/keys/ana.pem")).unwrap();
    std::fs::write(sandbox.path("home/sealog/keys/ana.pem"), locked).unwrap();
    let sandbox = sandbox.with("SEALOG_KEY_PASSPHRASE", "wrong");
    shows!(sandbox, sandbox.run("approve shop v1 --target prod --yes").fails(2, "key-locked"), @r"
    You approve as ana:
      release    shop v1 · <id> by ana
      replaces   nothing: it is the first on prod
      evidence   none yet
      so far     the policy asks for none
      binds      this release, prod, policy <id>, this evidence; one rollout, until 11-21 11:12
    error[key-locked]: this passphrase does not open ana.pem (SHA256:<key>)
    Nothing was signed, nothing recorded.
    ");
}

#[test]
fn a_component_fails_and_the_rest_is_resumed() {
    let shop = Shop::new();
    shop.releases("v1");
    let sandbox = &shop.team.sandbox;
    // Somebody else is writing the folder of the second component.
    let lock = sandbox.write(&format!("project/.sealog/locks/{}", Digest::of(b"rendered/dev/frontend").hex()), "");
    let held = std::fs::File::open(lock).unwrap();
    held.lock().unwrap();
    shows!(sandbox, shop.run("rollout shop").fails(1, "component-failed"), @r"
    shop on dev: nothing → v1, 2 of 2 components change
      + manifest/backend   20 to add
      + manifest/frontend  2 to add
    Plan sha256:<id>: 22 to add, 0 to change, 0 to remove · the policy of dev has no rules
    11:12:30 rollout manifest/backend: started, applying
    11:12:30 rollout manifest/backend: done in 0 ms, changed
    11:12:30 rollout manifest/frontend: started, applying
    11:12:30 rollout manifest/frontend: failed after 0 ms, another process is writing the files of manifest/frontend in rendered/dev/frontend
    error[component-failed]: shop v1 on dev stopped: manifest/frontend failed
      ✗ manifest/frontend  another process is writing the files of manifest/frontend in rendered/dev/frontend
      applied              manifest/backend
      not begun            nothing
      hint: sealog rollout shop --target dev --resume
    ");
    drop(held);
    shows!(sandbox, shop.run("rollout shop --resume").succeeds(), @r"
    shop on dev: v1 → v1, 1 of 2 components change
      · manifest/backend   no change
      + manifest/frontend  2 to add
    Plan sha256:<id>: 2 to add, 0 to change, 0 to remove · the policy of dev has no rules
    11:12:30 rollout manifest/backend: started, applying
    11:12:30 rollout manifest/backend: nothing to do, no change
    11:12:30 rollout manifest/frontend: started, applying
    11:12:30 rollout manifest/frontend: done in 0 ms, changed
    ✓ shop v1 is live on dev · 1 changed, 1 unchanged · 0 ms · <id>
    ");
}

fn told() -> (Sandbox, Story) {
    let sandbox = Sandbox::new();
    let story = Story::write(&sandbox.project().join(".sealog/ledger"));
    sandbox.run("verify -q").succeeds();
    (sandbox, story)
}

#[test]
fn a_changed_byte_is_found() {
    let (sandbox, story) = told();
    let mut file = std::fs::File::options().read(true).write(true).open(story.scribe.file(&story.approval)).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(300)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(300)).unwrap();
    file.write_all(&[byte[0] ^ 1]).unwrap();
    shows!(sandbox, sandbox.run("verify").fails(3, "event-tampered"), @r"
    error[event-tampered]: event <id> was changed after it was signed
      event      e-0000000090-<digest>
      found      another event, sha256:<digest>
      hint: sealog verify   (shows what builds on it)
      hint: any honest copy of the ledger heals it, ids cannot change
    ✗ bytes    1 of 120 events does not match its id
        <id>   approval.granted, generation 90, claimed 10:14
        found      another event, sha256:<digest>
        behind it  28 events not judged: what builds on it
    ✓ ledger      <id>, as this machine remembers it
    ✓ signatures  91: one each, by 6 keys of 6 principals
    · order       passed for the 91 events that do not build on it
    ✓ authority   version 1, no dispute; every key had its right, for that target, in its own past
    ✓ policy      12 starts and promotions judged: 11 permitted, 1 by break-glass; all reviewed
    ✓ fresh       nothing missing that this machine saw before (120 events, now)
    ✓ blobs       9 blobs: each has the digest that an event names
    · ignored     0 junk, 1 cut, 0 refused, 28 pending
    · not asked   the images and their attestations; no seal, no witness
    ");
}

#[test]
fn hidden_events_are_missed() {
    let (sandbox, story) = told();
    std::fs::remove_file(story.scribe.file(&story.scribe.heads()[0])).unwrap();
    shows!(sandbox, sandbox.run("verify").fails(3, "ledger-behind"), @r"
    error[ledger-behind]: [sandbox]/project/.sealog/ledger shows an older ledger than before
      hidden     1 event that this machine has seen
      seen       120 events at 2026-11-20T11:12:30.000Z, head <id>
      shown now  119 events, head <id>
      first      <id> component.applied (2026-11-20T11:10:19.000Z)
      hint: any honest copy of the ledger heals it: sealog ledger export there, sealog ledger import here
    ✗ fresh    1 event that this machine has seen is not shown any more
        <id>   component.applied, generation 118, claimed 11:10
    ✓ ledger      <id>, as this machine remembers it
    ✓ bytes       119 events: each id is the hash of its bytes
    ✓ signatures  119: one each, by 8 keys of 8 principals
    ✓ order       no parent missing; 1 fork, all joined; 1 head
    ✓ authority   version 1, no dispute; every key had its right, for that target, in its own past
    ✓ policy      16 starts and promotions judged: 15 permitted, 1 by break-glass; all reviewed
    ✓ blobs       9 blobs: each has the digest that an event names
    · ignored     0 junk, 1 cut, 0 refused, 0 pending
    · not asked   the images and their attestations; no seal, no witness
    ");
}

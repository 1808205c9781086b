//! A rollout that does not come to its end: it is stopped by a person, or the disk is full.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Sandbox, Shop, words};

/// One that ended after this signal was sent to it, as soon as it had said this on stderr.
fn stopped(shop: &Shop, signal: &str, line: &str, said: &str) -> (Option<i32>, String) {
    let key = shop.team.sandbox.path("home/sealog/keys/dmitri.pem");
    let mut command = shop.team.sandbox.command(&words(&format!("{line} --yes --key {}", key.display())));
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("sealog starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    assert!(stderr.by_ref().lines().any(|line| line.expect("UTF-8").contains(said)), "it never said `{said}`");
    let sent = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
    assert!(sent.expect("a shell").success());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).expect("UTF-8");
    (child.wait().expect("it ends").code(), rest)
}

#[test]
#[cfg(unix)]
fn who_is_stopped_leaves_the_target_to_others() {
    let shop = Shop::new();
    for (round, signal) in ["INT", "TERM"].into_iter().enumerate() {
        // Until the signal arrives before the last component.
        let mut versions = (0..).map(|version| format!("v{round}-{version}"));
        let said = loop {
            shop.releases(&versions.next().expect("it never ends"));
            match stopped(&shop, signal, "rollout shop", "manifest/backend: started") {
                (Some(0), _) => {}
                (code, said) => {
                    assert_eq!(code, Some(1), "{said}");
                    break said;
                }
            }
        };
        for part in [
            "error[rollout-interrupted]: shop v",
            "on dev is half done: 1 of 2 components applied",
            "applied    manifest/backend",
            "not begun  manifest/frontend",
            "its claim is ended",
            "hint: sealog rollout shop --target dev --resume",
        ] {
            assert!(said.contains(part), "no `{part}` in {said}");
        }
        assert_eq!(shop.status("dev")["state"], "interrupted");
        let line = "rollout shop --target dev --resume --yes";
        shop.team.sandbox.run_on("elsewhere", "dmitri", line).succeeds().says("is live on dev");
        assert_eq!(shop.status("dev")["state"], "active");
    }
    shop.team.sandbox.run("verify").succeeds();
}

const MARK: &str = "---- ";

#[test]
fn a_full_disk_breaks_a_rollout_off_so_that_it_goes_on_later() {
    let sandbox = Sandbox::shop();
    for line in ["build shop --target dev --yes", "release shop --target dev --id v1 --yes"] {
        sandbox.run(line).succeeds();
    }
    let script = format!(
        "for free in 4 8 12 16 20 24 28 32 40 48 56 64; do
            mkdir -p small; mount -t tmpfs -o size=2m tmpfs small; cp -a project/. small; cd small
            rm -rf ../fresh; cp -a ../home/sealog ../fresh; export SEALOG_HOME=\"$PWD/../fresh\"
            dd if=/dev/zero of=fill bs=1k 2> ../said || true; truncate -s -${{free}}K fill
            code=0; \"$SEALOG\" rollout shop --target dev --yes > ../answer 2> ../said || code=$?
            rm fill; state=$(\"$SEALOG\" status shop --target dev --format json 2> /dev/null | tr -d '\\n')
            echo \"{MARK}$code\"; echo \"$state\"; cat ../answer ../said
            \"$SEALOG\" verify > /dev/null 2> ../said || cat ../said >&2
            if [ $code != 0 ]; then \"$SEALOG\" rollout shop --target dev --yes 2> /dev/null > ../said; fi
            cd ..; umount small
        done"
    );
    let Some(done) = sandbox.run_in_namespace(&script) else { return };
    let done = done.succeeds();
    assert_eq!(done.stderr, "", "the ledger is whole each time");
    let (mut warned, mut broken) = (0, 0);
    for round in done.stdout.split(MARK).skip(1) {
        let (code, rest) = round.split_once('\n').expect("a code");
        let (state, said) = rest.split_once('\n').expect("a state");
        let state: Value = serde_json::from_str(state).expect("JSON");
        if code == "0" {
            assert!(said.contains("✓ shop v1 is live on dev"), "{round}");
            warned += usize::from(said.contains("! other tools do not see yet"));
        } else {
            assert!(said.contains("error[") && said.contains("No space left on device"), "{round}");
        }
        if code == "6" && state[0]["state"] != "never" {
            broken += 1;
            for part in ["shop v1 on dev broke off", "applied", "not begun", "rollout shop --target dev --resume"] {
                assert!(said.contains(part), "no `{part}` in {round}");
            }
        }
    }
    assert!(warned > 0 && broken > 0, "{warned} {broken}: {}", done.stdout);
}

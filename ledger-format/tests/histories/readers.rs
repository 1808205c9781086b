//! Generated histories, read by the other reader too.

use ledger_format::event::Kind;
use ledger_format::received::Checked;
use ledger_format::report::{GivenPin, report};
use proptest::strategy::{Strategy as _, ValueTree as _};

use crate::properties::{grown, letters};
use crate::world::World;

/// Every fifth reader was given an authority, in force or not.
fn pinned(world: &World, number: usize) -> Option<GivenPin> {
    let mut authorities = world.objects.iter().filter(|object| object.event().kind() == Some(Kind::AuthorityProposed));
    let authority = authorities.nth(number % 3).map(Checked::id);
    (number % 5 == 4).then_some(GivenPin { ledger: world.ledger.id(), authority })
}

/// Writes histories as vectors and has the independent verifier read them; needs `SEALOG_TEST_PYTHON`.
#[test]
#[allow(clippy::disallowed_methods, clippy::print_stderr, reason = "starts another reader")]
fn the_independent_verifier_says_the_same_of_generated_histories() {
    let Some(python) = std::env::var_os("SEALOG_TEST_PYTHON") else {
        eprintln!("not run: SEALOG_TEST_PYTHON names no Python; scripts/test installs one");
        return;
    };
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("histories");
    let verifier = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("verifier/verify.py");
    let mut ran = std::process::Command::new(python);
    ran.arg("-B").arg(verifier);
    let count: usize = std::env::var("SEALOG_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(32);
    for number in 0..count {
        let mut world = grown(&letters(40).new_tree(&mut runner).unwrap().current());
        if number % 4 == 3 {
            // Withheld: what was built on it is pending.
            world.bundles.remove(1 + number % (world.bundles.len() - 1));
        }
        let objects: Vec<&[u8]> = world.bundles.iter().map(Vec::as_slice).collect();
        let expected = serde_json::to_vec_pretty(&report(&objects, pinned(&world, number))).unwrap();
        let case = folder.join(number.to_string());
        std::fs::create_dir_all(&case).unwrap();
        std::fs::write(case.join("events.jsonl"), world.bundles.join(&b'\n')).unwrap();
        std::fs::write(case.join("expected.json"), expected).unwrap();
        ran.arg(case);
    }
    let output = ran.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

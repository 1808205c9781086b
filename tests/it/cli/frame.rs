//! What all commands share: streams, formats, errors, exit codes.

use insta::assert_snapshot;

use crate::support::{Sandbox, words};

#[test]
fn help_and_version_are_answers() {
    let sandbox = Sandbox::new();
    for line in ["--help", "help", "explain --help", "--version", "completions bash"] {
        let finished = sandbox.run(line).succeeds();
        assert!(!finished.stdout.is_empty() && finished.stderr.is_empty(), "{line}: {}", finished.stderr);
    }
}

#[test]
fn every_command_line_is_sound() {
    sealog::cli::command().debug_assert();
}

#[test]
fn wrong_usage_is_an_error_with_a_code() {
    let sandbox = Sandbox::new();
    for line in ["frobnicate", "explain --at", "--format xml explain", "-q -v explain"] {
        let finished = sandbox.run(line).fails(2, "usage");
        assert_eq!(finished.stdout, "", "{line}");
    }
    assert_snapshot!(sandbox.run("explian").stderr, @r"
    error[usage]: unrecognized subcommand 'explian'
      usage      sealog [OPTIONS] <COMMAND>
      hint: a similar subcommand exists: 'explain'
      hint: sealog help
    ");
    assert_snapshot!(sandbox.run("explain --format json --nonsense").stderr, @r#"{"error":{"code":"usage","details":{"usage":"sealog explain --format <FORMAT> [CODE]"},"exit_code":2,"hints":["to pass '--nonsense' as a value, use '-- --nonsense'","sealog help explain"],"message":"unexpected argument '--nonsense' found","others":[],"see":"sealog explain usage","undone":null}}"#);
}

#[test]
fn wrong_usage_names_the_command_to_read_on() {
    let sandbox = Sandbox::new();
    for (line, says) in [
        ("hold cafe", "did you mean `sealog hold place cafe`?"),
        ("hold cafe", "hint: sealog help hold\n"),
        ("--format table ledger log --limit x", "hint: sealog help ledger log\n"),
        ("ledger log --kind rollout.startd", "a similar value exists: 'rollout.started'"),
        ("ledger log --kind nonsense", "rollout.finished"),
    ] {
        sandbox.run(line).fails(2, "usage").says(says);
    }
}

#[test]
fn an_error_is_explained_offline() {
    let sandbox = Sandbox::new();
    assert_snapshot!(sandbox.run("explain key-locked").succeeds().stdout, @r"
    key-locked: exit code 2, wrong usage or configuration; a missing or locked key too
    The private key is encrypted, and its passphrase was not given or is another one.
    Type it when asked, or set SEALOG_KEY_PASSPHRASE where nobody can be asked. A forgotten passphrase is a lost key: another root ends it, and a new one is enrolled.
    ");
    let json = sandbox.run("explain key-locked --format json").succeeds().json();
    assert_eq!((json["code"].as_str(), json["exit_code"].as_u64()), (Some("key-locked"), Some(2)));
    sandbox.run("explain key-lock").fails(2, "unknown-code").says("hint: sealog explain key-locked");
}

#[test]
fn a_list_has_the_same_fields_in_every_format() {
    let sandbox = Sandbox::new();
    let list = sandbox.run("explain --format json").succeeds().json();
    let lines = sandbox.run("explain --format jsonl").succeeds().stdout;
    let items = list.as_array().expect("a list is an array");
    assert_eq!(lines.lines().count(), items.len());
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(&first, &items[0]);
    let yaml = sandbox.run("explain --format yaml").succeeds().stdout;
    assert!(yaml.starts_with("- code: "), "{yaml}");
    let table = sandbox.run("explain").succeeds().stdout;
    assert!(table.starts_with("CODE") && !table.contains('…'), "nothing is cut in a pipe: {table}");
}

#[test]
fn colour_is_asked_for_or_left_out() {
    let colours = |sandbox: &Sandbox, line: &str| sandbox.run(line).stdout.contains('\x1b');
    let plain = Sandbox::new();
    assert!(!colours(&plain, "explain usage"));
    assert!(colours(&plain, "explain usage --color always"));
    assert!(!colours(&plain, "explain usage --color always --format json"));
    let forced = Sandbox::new().with("FORCE_COLOR", "1");
    assert!(colours(&forced, "explain usage") && !colours(&forced, "explain usage --color never"));
}

#[test]
fn a_wrong_clock_is_an_error() {
    Sandbox::new().with("SEALOG_NOW", "noon").run("explain").fails(2, "usage").says("SEALOG_NOW is `noon`");
}

#[test]
fn a_reader_that_leaves_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .command(&words("explain"))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("sealog starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("sealog ends");
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn an_answer_that_cannot_be_written_is_an_error() {
    let sandbox = Sandbox::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = sandbox.command(&words("explain")).stdout(full).output().expect("sealog ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error[output-failed]:"));
}

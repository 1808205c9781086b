//! Runs the built binary in a folder of its own, with nothing of the real environment but `PATH`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::tool::tool;

/// The clock of the running example of the design.
pub const NOW: &str = "2026-11-20T11:12:30Z";

pub struct Sandbox {
    root: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

/// A command that ended.
pub struct Finished {
    command: String,
    pub stdout: String,
    pub stderr: String,
    /// `None` when a signal ended it.
    pub code: Option<i32>,
}

impl Sandbox {
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a temporary folder");
        let sandbox = Self { root, variables: BTreeMap::new() };
        for folder in ["home", "project"] {
            std::fs::create_dir(sandbox.root.path().join(folder)).expect("a folder in the sandbox");
        }
        let home = sandbox.path("home").display().to_string();
        let sealog_home = sandbox.path("home/sealog").display().to_string();
        sandbox.with("HOME", &home).with("SEALOG_HOME", &sealog_home).with("LANG", "C.UTF-8").with("SEALOG_NOW", NOW)
    }

    /// The same sandbox with a variable set for every command.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    pub fn set_clock(&mut self, now: &str) {
        self.variables.insert("SEALOG_NOW".to_owned(), now.to_owned());
    }

    /// A path in the sandbox: `home`, `project` and what a test puts there.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.path().join(relative)
    }

    /// The folder that commands run in.
    pub fn project(&self) -> PathBuf {
        self.path("project")
    }

    /// Writes a file below the sandbox, with the folders that lead to it.
    pub fn write(&self, relative: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders in the sandbox");
        std::fs::write(&path, text).expect("a file in the sandbox");
        path
    }

    /// The same sandbox with the files of `fixtures/projects/<name>` as its project.
    pub fn with_project(self, name: &str) -> Self {
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(name), &self.project());
        self
    }

    /// The same sandbox with a ledger, which ana founded with the key `home/sealog/keys/ana.pem`: she is its only root
    /// and has every right. Every command signs as her until [`Self::acting_as`] says otherwise.
    pub fn with_ledger(self) -> Self {
        self.run("init --name ana --yes").succeeds();
        self.acting_as("ana")
    }

    /// `fixtures/projects/shop` with a ledger of ana's.
    pub fn shop() -> Self {
        Self::new().with_project("shop").with_ledger()
    }

    /// Runs git in the project, as Ana.
    pub fn git(&self, arguments: &[&str]) {
        let project = self.project();
        let who = ["-c", "user.name=Ana", "-c", "user.email=ana@acme.example", "-C", project.to_str().unwrap()];
        tool("git", &[&who[..], arguments].concat());
    }

    /// The same sandbox with the key of this name in the folder of keys as the one that signs.
    pub fn acting_as(self, name: &str) -> Self {
        self.with("SEALOG_KEY_NAME", name)
    }

    /// The same sandbox with somebody more in the ledger, by a key of their own: `--preset approver --target prod`.
    pub fn enrolling(self, name: &str, rights: &str) -> Self {
        let request = self.run(&format!("ledger keys request --name {name}")).succeeds().stdout;
        self.write(&format!("requests/{name}.json"), request);
        self.run(&format!("ledger keys add ../requests/{name}.json {rights} --yes")).succeeds();
        self
    }

    /// A private key of `fixtures/keys` in the person's folder of keys.
    pub fn add_key(&self, name: &str, fixture: &str) -> PathBuf {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys").join(fixture);
        let path = self.write(&format!("home/sealog/keys/{name}.pem"), std::fs::read(source).expect("a fixture"));
        make_private(&path);
        path
    }

    /// Runs `sealog` with a command line split at blanks; quote with `'` what holds blanks.
    pub fn run(&self, line: &str) -> Finished {
        self.run_with(&words(line), "")
    }

    /// Runs a command line with the key of this name as the one that signs.
    pub fn run_as(&self, name: &str, line: &str) -> Finished {
        let mut command = self.command(&words(line));
        command.env("SEALOG_KEY_NAME", name);
        finish(command, line.to_owned(), "")
    }

    /// Runs a command line with the key of this name on another machine, which remembers what it saw in a folder of its
    /// own.
    pub fn run_on(&self, machine: &str, name: &str, line: &str) -> Finished {
        let mut command = self.command(&words(line));
        command.env("SEALOG_HOME", self.path(machine)).env_remove("SEALOG_KEY_NAME");
        command.env("SEALOG_KEY_FILE", self.path(&format!("home/sealog/keys/{name}.pem")));
        finish(command, line.to_owned(), "")
    }

    /// Runs `sealog` with these arguments and this standard input.
    pub fn run_with(&self, arguments: &[String], input: &str) -> Finished {
        finish(self.command(arguments), arguments.join(" "), input)
    }

    /// Runs `sealog` on a terminal of 100 columns without colours, where this is typed; both streams are all that is seen
    /// there. `None` where this machine has no `script`.
    pub fn run_on_terminal(&self, arguments: &[String], typed: &str) -> Option<Finished> {
        let line: Vec<String> = arguments.iter().map(|word| format!("'{word}'")).collect();
        let line = format!("stty cols 100 -echo; exec '{}' {}", env!("CARGO_BIN_EXE_sealog"), line.join(" "));
        let mut command = self.command(&[]);
        let program = std::mem::replace(&mut command, Command::new("script"));
        command.args(["-qec", &line, "/dev/null"]).current_dir(self.project()).env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("NO_COLOR", "1").env("TERM", "xterm").env("SHELL", "/bin/sh");
        let there = Command::new("script").arg("--version").output().is_ok_and(|tried| tried.status.success());
        let mut finished = there.then(|| finish(command, arguments.join(" "), typed))?;
        finished.stdout = finished.stdout.replace("\r\n", "\n");
        finished.stderr.clone_from(&finished.stdout);
        Some(finished)
    }

    /// Runs a shell script beside the project, in namespaces of its own, where it may mount what it likes; `$SEALOG` is
    /// the built binary. `None` where this machine permits no namespaces.
    pub fn run_in_namespace(&self, script: &str) -> Option<Finished> {
        let unshare = |script: &str| {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "--mount", "sh", "-ec", script]);
            let command = command.current_dir(self.root.path()).env_clear().envs(&self.variables);
            let command = command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
            command.env("SEALOG", env!("CARGO_BIN_EXE_sealog")).output()
        };
        let permitted = unshare("mount -t tmpfs tmpfs /mnt").is_ok_and(|tried| tried.status.success());
        if !permitted {
            return None;
        }
        let output = unshare(script).expect("it ran before");
        Some(Finished {
            command: script.to_owned(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
            code: output.status.code(),
        })
    }

    /// The command before it starts: for tests that kill it or start several.
    pub fn command(&self, arguments: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sealog"));
        command.args(arguments).current_dir(self.project()).env_clear().envs(&self.variables);
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// Text with the sandbox's own path replaced by `[sandbox]`, for snapshots.
    pub fn anonymous(&self, text: &str) -> String {
        let real = self.root.path().canonicalize().expect("the sandbox exists");
        text.replace(&real.display().to_string(), "[sandbox]")
            .replace(&self.root.path().display().to_string(), "[sandbox]")
    }
}

impl Finished {
    /// Asserts the exit code; the whole conversation is in the message.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "sealog {}\n{}{}", self.command, self.stdout, self.stderr);
        self
    }

    #[track_caller]
    pub fn succeeds(self) -> Self {
        self.exits(0)
    }

    /// Asserts the exit code and the word in `error[...]`.
    #[track_caller]
    pub fn fails(self, code: i32, word: &str) -> Self {
        let finished = self.exits(code);
        let label = format!("error[{word}]:");
        assert!(finished.stderr.contains(&label), "sealog {}: no {label} in\n{}", finished.command, finished.stderr);
        finished
    }

    /// Asserts that stdout and stderr together hold this text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        let said = format!("{}{}", self.stdout, self.stderr);
        assert!(said.contains(text), "sealog {}: no `{text}` in\n{said}", self.command);
        self
    }

    /// What stdout holds as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("sealog {}: {error} in\n{}{}", self.command, self.stdout, self.stderr))
    }
}

fn finish(mut command: Command, line: String, input: &str) -> Finished {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("sealog starts");
    // A command that reads nothing may be gone before it is written to.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    let output = child.wait_with_output().expect("sealog ends");
    Finished {
        command: line,
        stdout: String::from_utf8(output.stdout).expect("UTF-8 on stdout"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8 on stderr"),
        code: output.status.code(),
    }
}

/// A command line as words: blanks separate, `'...'` holds together.
pub fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Copies a folder with all that is in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder of the project");
    for entry in std::fs::read_dir(from).expect("a fixture") {
        let entry = entry.expect("an entry");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy(&source, &target);
        } else {
            std::fs::copy(&source, &target).expect("a file of the project");
        }
    }
}

#[cfg(unix)]
fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("permissions of a key");
}

#[cfg(not(unix))]
fn make_private(_path: &Path) {}

//! Runs external programs: one function, and one for pagers. The locale is fixed, stdin is empty, what is captured has
//! a limit.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use crate::fs::Limit;

/// An argument; a secret one is never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Argument {
    Plain(OsString),
    Secret(OsString),
}

/// A program to run: which, with what, where.
#[derive(Debug, Clone)]
pub struct Program {
    name: OsString,
    arguments: Vec<Argument>,
    folder: Option<PathBuf>,
    environment: Vec<(OsString, Argument)>,
}

/// What a program that ended well wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
}

/// Why a program gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProcessError {
    #[error("cannot run `{program}`: it is not installed, or not on PATH")]
    NotInstalled { program: String },
    #[error("cannot run `{program}`")]
    NotStarted { program: String, source: io::Error },
    #[error("`{program}` failed ({status}){}", last_words(stderr))]
    Failed { program: String, status: ExitStatus, stderr: String },
    #[error("`{program}` wrote more than {limit} bytes, the limit of {what}")]
    TooMuch { program: String, what: &'static str, limit: u64 },
}

impl Program {
    pub fn new(name: impl AsRef<OsStr>) -> Self {
        Self { name: name.as_ref().to_owned(), arguments: Vec::new(), folder: None, environment: Vec::new() }
    }

    pub fn argument(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(Argument::Plain(argument.as_ref().to_owned()));
        self
    }

    pub fn arguments<A: AsRef<OsStr>>(self, arguments: impl IntoIterator<Item = A>) -> Self {
        arguments.into_iter().fold(self, Self::argument)
    }

    /// An argument that no message shows.
    pub fn secret(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(Argument::Secret(argument.as_ref().to_owned()));
        self
    }

    /// A variable of the program's environment, over those of this process.
    pub fn variable(mut self, name: impl AsRef<OsStr>, value: Argument) -> Self {
        self.environment.push((name.as_ref().to_owned(), value));
        self
    }

    /// The folder that the program starts in.
    pub fn within(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.name);
        command.args(self.arguments.iter().map(Argument::value));
        command.envs(self.environment.iter().map(|(name, value)| (name, value.value())));
        // Messages are read by people and, now and then, by us: one language.
        command.env("LC_ALL", "C.UTF-8").env("LANGUAGE", "");
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name.to_string_lossy())?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {argument}"))
    }
}

impl Argument {
    fn value(&self) -> &OsStr {
        match self {
            Self::Plain(value) | Self::Secret(value) => value,
        }
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plain(value) => f.write_str(&value.to_string_lossy()),
            Self::Secret(_) => f.write_str("***"),
        }
    }
}

impl fmt::Debug for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Runs a program to its end and gives what it wrote, at most `limit` on each of stdout and stderr.
pub fn run(program: &Program, limit: Limit) -> Result<Output, ProcessError> {
    let not_started = |source: io::Error| match source.kind() {
        // A missing start folder is reported as "not found" too; only the name alone is looked up on PATH.
        io::ErrorKind::NotFound if program.folder.as_ref().is_none_or(|folder| folder.is_dir()) => {
            ProcessError::NotInstalled { program: program.name.to_string_lossy().into_owned() }
        }
        _ => ProcessError::NotStarted { program: program.to_string(), source },
    };
    let mut child = program.command().spawn().map_err(not_started)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let (stdout, stderr) = std::thread::scope(|scope| {
        let errors = scope.spawn(move || drain(stderr, limit));
        let output = drain(stdout, limit);
        (output, errors.join().unwrap_or_else(|_| Err(io::Error::other("the reader of stderr panicked"))))
    });
    let status = child.wait().map_err(not_started)?;
    let (stdout, stderr) = (stdout.map_err(not_started)?, stderr.map_err(not_started)?);
    if !status.success() {
        let stderr = String::from_utf8_lossy(&stderr).trim_end().to_owned();
        return Err(ProcessError::Failed { program: program.to_string(), status, stderr });
    }
    if stdout.len() as u64 > limit.bytes || stderr.len() as u64 > limit.bytes {
        let program = program.to_string();
        return Err(ProcessError::TooMuch { program, what: limit.what, limit: limit.bytes });
    }
    Ok(Output { stdout, stderr })
}

/// Hands a text to a program that shows it on the terminal of this process, and waits until it ends. A reader that
/// leaves early is no failure.
pub fn show_through(program: &Program, text: &str) -> Result<(), ProcessError> {
    let not_started = |source: io::Error| ProcessError::NotStarted { program: program.to_string(), source };
    let mut command = program.command();
    command.stdin(Stdio::piped()).stdout(Stdio::inherit()).stderr(Stdio::inherit());
    let mut child = command.spawn().map_err(not_started)?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(text.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(not_started(error)),
            Ok(()) | Err(_) => {}
        }
    }
    child.wait().map_err(not_started)?;
    Ok(())
}

/// Reads to the end, so that the program never blocks, but keeps one byte more than the limit at most.
fn drain(stream: Option<impl Read>, limit: Limit) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut stream) = stream {
        stream.by_ref().take(limit.bytes.saturating_add(1)).read_to_end(&mut kept)?;
        io::copy(&mut stream, &mut io::sink())?;
    }
    Ok(kept)
}

fn last_words(stderr: &str) -> String {
    match stderr.lines().last() {
        Some(line) => format!(": {line}"),
        None => String::new(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { what: "a test", bytes: 100 };

    fn shell(script: &str) -> Program {
        Program::new("sh").argument("-c").argument(script)
    }

    #[test]
    fn the_answer_and_the_conversation_are_apart() {
        let output = run(&shell("cat; echo $LC_ALL; echo words >&2"), LIMIT).unwrap();
        assert_eq!(output, Output { stdout: b"C.UTF-8\n".to_vec(), stderr: b"words\n".to_vec() });
    }

    #[test]
    fn failures_say_what_was_run_and_hide_secrets() {
        let program = shell("echo first >&2; echo no such thing >&2; exit 3").secret("hunter2");
        let error = run(&program, LIMIT).unwrap_err().to_string();
        assert!(error.ends_with(" ***` failed (exit status: 3): no such thing"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
        let error = run(&Program::new("no-such-program-here"), LIMIT).unwrap_err().to_string();
        assert_eq!(error, "cannot run `no-such-program-here`: it is not installed, or not on PATH");
    }

    #[test]
    fn too_much_output_is_refused_and_does_not_block() {
        let program = shell("i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done");
        assert!(matches!(run(&program, LIMIT), Err(ProcessError::TooMuch { .. })));
    }
}

//! From the arguments of the process to its exit code.

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use clap::FromArgMatches as _;

use super::error::{CliError, Code, Exit};
use super::ui::look::{ColourChoice, Device, IdForm, Look};
use super::ui::times::Times;
use super::ui::{Attendance, Format, Stream, Ui, Voice};
use super::{Cli, World, args, ui};
use crate::clock::Clock;
use crate::environment::Environment;
use crate::process::Program;

/// Parses, runs and tells; the exit code of the process.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let environment = Environment::of_process();
    let clock = Clock::from_environment(&environment);
    let plain = ui_for(&args::Output::scanned(&arguments), &environment, Clock::System);
    let (cli, clock) = match (parse(&arguments), clock) {
        (Ok(cli), Ok(clock)) => (cli, clock),
        (Err(refused), _) => return tell_refusal(&plain, &refused, &named(&arguments)),
        (_, Err(error)) => return tell(&plain, &error.into()),
    };
    let ui = ui_for(&cli.output, &environment, clock);
    let world = World {
        ui: &ui,
        environment: &environment,
        clock,
        folder: std::env::current_dir().unwrap_or_else(|_| PathBuf::from(".")),
    };
    match catching_panics(|| cli.command.run(&world)) {
        Ok(exit) => exit,
        Err(error) => tell(&ui, &error),
    }
}

/// The commands as clap knows them: for completions and tests.
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

fn parse(arguments: &[OsString]) -> Result<Cli, clap::Error> {
    let mut command = command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// The command that a command line names, as far as there is one.
fn named(arguments: &[OsString]) -> Vec<String> {
    let mut at = command();
    let mut path = Vec::new();
    for word in arguments.iter().skip(1).filter_map(|argument| argument.to_str()) {
        let Some(next) = at.find_subcommand(word).cloned() else { continue };
        path.push(next.get_name().to_owned());
        at = next;
    }
    path
}

fn tell(ui: &Ui, error: &CliError) -> Exit {
    ui.fail(error);
    error.exit()
}

/// Help and the version are answers; everything else that clap says is an error of ours.
fn tell_refusal(ui: &Ui, refused: &clap::Error, command: &[String]) -> Exit {
    use clap::error::ErrorKind::{DisplayHelp, DisplayVersion};
    if matches!(refused.kind(), DisplayHelp | DisplayVersion) {
        let text = refused.render();
        let text = match ui.look().colour {
            ui::text::Colour::On => text.ansi().to_string(),
            ui::text::Colour::Off => text.to_string(),
        };
        return ui.answer(&text).map_or_else(|error| tell(ui, &error), |()| Exit::Done);
    }
    tell(ui, &CliError::misused(refused, command))
}

fn ui_for(output: &args::Output, environment: &Environment, clock: Clock) -> Ui {
    let ids = if output.full { IdForm::Full } else { IdForm::Short };
    let voice = match (output.quiet, output.verbose) {
        (true, _) => Voice::Quiet,
        (false, 0) => Voice::Normal,
        (false, 1) => Voice::Verbose,
        (false, _) => Voice::Reasons,
    };
    let stream = |sink: Box<dyn std::io::Write + Send>, terminal: bool| {
        let device = if terminal { screen(environment) } else { Device::Other };
        let times = Times::seen_from(clock.now());
        Stream::new(sink, Look::decide(output.color, ids, times, environment, device), device)
    };
    let out = stream(Box::new(std::io::stdout()), std::io::stdout().is_terminal());
    let err = stream(Box::new(std::io::stderr()), std::io::stderr().is_terminal());
    let attendance = if std::io::stdin().is_terminal() && std::io::stderr().is_terminal() {
        Attendance::Person
    } else {
        Attendance::Nobody
    };
    let input = Box::new(std::io::BufReader::new(std::io::stdin()));
    let pager = if output.no_pager { None } else { pager(environment) };
    Ui::new((out, err), (input, attendance), (output.format, voice), clock).with_pager(pager)
}

/// `COLUMNS` where somebody set it, else what the terminal says, else 100.
fn screen(environment: &Environment) -> Device {
    let size = terminal_size::terminal_size();
    let set = environment.get("COLUMNS").and_then(|columns| columns.parse().ok());
    let columns = set.or_else(|| size.map(|(columns, _)| usize::from(columns.0))).unwrap_or(100);
    Device::Terminal { columns, rows: size.map_or(usize::MAX, |(_, rows)| usize::from(rows.0)) }
}

/// `SEALOG_PAGER`, `PAGER`, else `less -FRX`; never in CI.
fn pager(environment: &Environment) -> Option<Program> {
    if environment.get("CI").is_some() {
        return None;
    }
    let line = ["SEALOG_PAGER", "PAGER"].into_iter().find_map(|name| environment.get(name)).unwrap_or("less -FRX");
    let mut words = line.split_whitespace();
    let name = words.next().filter(|name| *name != "cat")?;
    Some(Program::new(name).arguments(words))
}

impl args::Output {
    /// What a command line that cannot be parsed still says about the form of the answer.
    fn scanned(arguments: &[OsString]) -> Self {
        let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
        let value = |name: &str| {
            let at = texts.iter().position(|text| *text == name);
            let next = at.and_then(|at| texts.get(at + 1)).copied();
            next.or_else(|| texts.iter().find_map(|text| text.strip_prefix(name)?.strip_prefix('=')))
        };
        let parsed = |text| <Format as clap::ValueEnum>::from_str(text, false).ok();
        let colour = |text| <ColourChoice as clap::ValueEnum>::from_str(text, false).ok();
        Self {
            format: value("--format").and_then(parsed).unwrap_or_default(),
            color: value("--color").and_then(colour).unwrap_or_default(),
            quiet: false,
            verbose: 0,
            full: false,
            no_pager: true,
        }
    }
}

/// A panic is a mistake of ours: it ends the command as any error does.
fn catching_panics(run: impl FnOnce() -> Result<Exit, CliError>) -> Result<Exit, CliError> {
    let place = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&place);
    std::panic::set_hook(Box::new(move |panic| {
        let text = panic.payload_as_str().unwrap_or("no message").to_owned();
        let at = panic.location().map(|at| format!("{}:{}", at.file(), at.line()));
        noted.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert((text, at));
    }));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    let _ = std::panic::take_hook();
    result.unwrap_or_else(|_| {
        let noted = place.lock().unwrap_or_else(PoisonError::into_inner).take();
        let (text, at) = noted.unwrap_or(("no message".to_owned(), None));
        let error = CliError::new(Code::Internal, format!("a mistake in sealog: {text}"));
        Err(match at {
            Some(at) => error.fact("at", at.clone(), at),
            None => error,
        })
    })
}

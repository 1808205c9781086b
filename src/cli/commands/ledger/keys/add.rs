//! `sealog ledger keys add`: a root enrols a key, or gives rights to who has one.

use std::io::Read as _;
use std::path::Path;

use clap::Args;
use ledger_format::field::{Int, Set};
use ledger_format::name::{LedgerId, Name, Pattern};
use ledger_format::right::{Grant, Right};

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::presets::{PRESETS, Preset};
use crate::cli::proposing::{propose, reason};
use crate::cli::session::Session;
use crate::cli::view::says::list;
use crate::fs::{self, Limit};
use crate::ledger::enrolment::Request;
use crate::ledger::succession::{Gains, Successor};

const LIMIT: Limit = Limit { what: "a request for a key", bytes: 64 * 1024 };

/// Enrol a key with its rights, or give more rights to somebody
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  sealog ledger keys add chloe.json --preset approver --group release-managers --target prod
  sealog ledger keys add ci.json --preset builder --preset releaser
  sealog ledger keys add --name chloe --right evidence.recorded:scan
  sealog ledger keys add ben.json --root

Presets: approver, break-glass, builder, deployer, observer, promoter, releaser, reviewer.")]
pub struct Add {
    /// What `sealog ledger keys request` printed: a file, - for standard input, or the text itself
    #[arg(value_name = "REQUEST", required_unless_present = "name")]
    request: Option<String>,

    /// Somebody who is enrolled already, and gets no new key
    #[arg(long, conflicts_with = "request")]
    name: Option<Name>,

    /// Rights by the name of a part that people and machines have
    #[arg(long, value_name = "PRESET", value_parser = preset)]
    preset: Vec<&'static Preset>,

    /// A right by its own name: `rollout.started`, `evidence.recorded:scan`, `override`
    #[arg(long, value_name = "RIGHT")]
    right: Vec<Right>,

    /// A group that policies name
    #[arg(long)]
    group: Vec<Name>,

    /// The rights hold for these targets [default: all]
    #[arg(long, short, value_name = "PATTERN")]
    target: Vec<Pattern>,

    /// The rights hold for these deployments [default: all]
    #[arg(long, short, value_name = "PATTERN")]
    deployment: Vec<Pattern>,

    /// The rights hold for these components [default: all]
    #[arg(long, short, value_name = "PATTERN")]
    component: Vec<Pattern>,

    /// Make it a root, who takes part in deciding who may do what
    #[arg(long)]
    root: bool,

    /// How many roots have to agree from now on [default: the smallest majority, when the roots change]
    #[arg(long, value_name = "NUMBER")]
    threshold: Option<u32>,

    /// Why; it is recorded
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Add {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let everything = session.ledger().everything();
        let mut successor = Successor::of(session.ledger(), &everything)?;
        let (name, key) = self.whom(world, session.ledger().id())?;
        if key.is_none() && !successor.new.principals.contains_key(&name) {
            return Err(unknown(&name));
        }
        if key.is_some() && successor.old.is_root(&name) {
            world.ui.warn(format!("{name} is a root: whoever holds this key decides as {name}"));
        }
        successor.give(&name, Gains { key, grants: self.grants(), groups: self.group.clone() })?;
        if self.root {
            successor.make_root(&name);
        }
        if let Some(threshold) = self.threshold {
            successor.set_threshold(Int::from(threshold));
        }
        let reason = reason(self.reason.as_deref(), || match self.request {
            Some(_) => format!("enrol a key of {name}"),
            None => format!("give more to {name}"),
        })?;
        propose(world, session, &self.changing, successor, reason)
    }

    fn whom(&self, world: &World<'_>, ledger: LedgerId) -> Result<(Name, Option<KeyEntry>), CliError> {
        match (&self.name, &self.request) {
            (Some(name), _) => Ok((name.clone(), None)),
            (None, Some(text)) => {
                let request = read(world, text)?;
                let entry = request.entry(ledger).map_err(|error| unusable(text, &error))?;
                Ok((request.principal, Some((request.key, entry))))
            }
            (None, None) => Err(CliError::new(Code::Usage, "neither a request nor --name says who")),
        }
    }

    /// One grant: what is given together holds in the same places.
    fn grants(&self) -> Vec<Grant> {
        let preset = self.preset.iter().flat_map(|preset| preset.rights());
        let Some(may) = Set::new(preset.chain(self.right.iter().cloned())) else { return Vec::new() };
        let places =
            |patterns: &[Pattern]| Set::new(patterns.iter().cloned()).or_else(|| Some(Set::one(Pattern::any())));
        vec![Grant {
            may,
            deployments: places(&self.deployment),
            components: places(&self.component),
            targets: places(&self.target),
        }]
    }
}

type KeyEntry = (ledger_format::name::Fingerprint, ledger_format::authority::document::Key);

fn read(world: &World<'_>, text: &str) -> Result<Request, CliError> {
    let json = match text {
        "-" => {
            let mut read = String::new();
            let limited = std::io::stdin().take(LIMIT.bytes).read_to_string(&mut read);
            limited.map_err(|error| unusable("standard input", &error))?;
            read
        }
        inline if inline.trim_start().starts_with('{') => inline.to_owned(),
        path => {
            let bytes = fs::read(&world.folder.join(Path::new(path)), LIMIT).map_err(|error| unusable(path, &error))?;
            String::from_utf8_lossy(&bytes).into_owned()
        }
    };
    serde_json::from_str(&json).map_err(|error| unusable(text, &error))
}

fn unusable(what: &str, error: &(dyn std::error::Error + 'static)) -> CliError {
    let what = if what.trim_start().starts_with('{') { "the request" } else { what };
    CliError::new(Code::Usage, format!("{what} is no request that can be granted here"))
        .caused_by(error)
        .hint("whoever wants to be enrolled runs `sealog ledger keys request` and sends what it prints")
        .undone("Nothing was signed, nothing recorded.")
}

fn unknown(name: &Name) -> CliError {
    CliError::new(Code::NotFound, format!("`{name}` is no principal of this ledger"))
        .hint("sealog ledger keys list")
        .undone("Nothing was signed, nothing recorded.")
}

fn preset(text: &str) -> Result<&'static Preset, String> {
    let names = || list(PRESETS.iter().map(|preset| preset.name));
    Preset::named(text).ok_or_else(|| format!("there is no such preset; there are: {}", names()))
}

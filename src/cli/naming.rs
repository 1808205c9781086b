//! What a command line names, looked up in the ledger: a deployment and its release, a target, an event.
//!
//! The ledger is asked and not the configuration: who approves or reviews may have no copy of the project.

use std::collections::BTreeSet;

use clap::Args;
use ledger_format::dag::Index;
use ledger_format::field::Text;
use ledger_format::ledger::Ledger;
use ledger_format::name::{Component, EventId, Name};
use ledger_format::projection::gates::Candidate;
use ledger_format::time::Time;

use super::World;
use super::error::{CliError, Code};
use super::place::Place;
use super::session::Session;
use super::ui::times::{self, Times};
use super::view::says::list;
use crate::config;
use crate::ledger::releases::{self, Found};

/// `<deployment> <release>`, where the deployment may be left out.
#[derive(Debug, Clone, Args)]
pub struct NamedRelease {
    /// The deployment; may be left out where there is one
    #[arg(value_name = "DEPLOYMENT")]
    first: Option<String>,

    /// The release: an alias, an id or its beginning
    #[arg(value_name = "RELEASE", conflicts_with = "release")]
    second: Option<String>,

    /// The same as RELEASE
    #[arg(long, value_name = "RELEASE")]
    release: Option<String>,
}

impl NamedRelease {
    pub fn find(&self, session: &Session<'_>) -> Result<Found, CliError> {
        let (deployment, release) = match (&self.first, &self.second, &self.release) {
            (deployment, None, Some(release)) => (deployment.as_deref(), release),
            (deployment, Some(release), _) => (deployment.as_deref(), release),
            (Some(deployment), None, None) if is_deployment(session.ledger(), deployment) => {
                return Err(unnamed(session.ledger(), deployment));
            }
            (Some(release), None, None) => (None, release),
            (None, None, None) => {
                return Err(CliError::new(Code::Usage, "no release is named").hint("sealog releases   (lists them)"));
            }
        };
        find_release(session, deployment, release)
    }
}

/// Whether this names a deployment that has releases, and no release.
fn is_deployment(ledger: &Ledger, text: &str) -> bool {
    let everything = ledger.everything();
    let of_it = releases::created(ledger, &everything).iter().any(|(_, created)| created.deployment.as_str() == text);
    of_it && releases::find(ledger, &everything, None, text).is_err()
}

fn unnamed(ledger: &Ledger, deployment: &str) -> CliError {
    let created = releases::created(ledger, &ledger.everything());
    let newest = created.iter().rfind(|(_, created)| created.deployment.as_str() == deployment);
    let error = CliError::new(Code::Usage, format!("which release of {deployment}?"));
    let error = match newest {
        Some((_, created)) => {
            let name = created.alias.as_ref().map_or_else(|| created.release.short(), ToString::to_string);
            error.fact("the newest", name.clone(), name)
        }
        None => error,
    };
    error.hint(format!("sealog releases {deployment}   (lists them)"))
}

/// The release of this name; without a deployment the project's only one is meant, else any. `<deployment>/<release>`
/// says it itself.
pub fn find_release(session: &Session<'_>, deployment: Option<&str>, release: &str) -> Result<Found, CliError> {
    let ledger = session.ledger();
    let deployment = match deployment {
        Some(text) => Some(name("deployment", text)?),
        None if releases::names_deployment(ledger, &ledger.everything(), release) => None,
        None => only_deployment(&session.place),
    };
    Ok(releases::find(ledger, &ledger.everything(), deployment.as_ref(), release)?)
}

/// The deployment of a project that has one.
pub fn only_deployment(place: &Place) -> Option<Name> {
    let config = config::load(&place.project.as_ref()?.root).ok()?;
    config.choose_deployment(None).ok().map(|deployment| deployment.name.clone())
}

/// A name as a person wrote it.
pub fn name(what: &str, text: &str) -> Result<Name, CliError> {
    Name::new(text).map_err(|error| CliError::new(Code::Usage, format!("`{text}` cannot name a {what}: {error}")))
}

/// The target of that name which the release carries; where it carries one, it needs no name.
pub fn find_target(ledger: &Ledger, found: &Found, target: Option<&str>) -> Result<Name, CliError> {
    let everything = ledger.everything();
    let created = releases::created(ledger, &everything);
    let of_release = created.iter().filter(|(_, created)| created.release == found.release);
    let targets: BTreeSet<&Name> = of_release.flat_map(|(_, created)| created.config.keys()).collect();
    let what = found.alias.as_ref().map_or_else(|| found.release.short(), ToString::to_string);
    let shown: Vec<String> = targets.iter().map(ToString::to_string).collect();
    match (target, targets.first()) {
        (Some(text), _) => {
            let wanted = name("target", text)?;
            if targets.contains(&wanted) {
                return Ok(wanted);
            }
            let message = format!("{} {what} carries no target `{wanted}`", found.deployment);
            Err(CliError::new(Code::NotFound, message).fact("it carries", shown.clone(), list(shown)))
        }
        (None, Some(only)) if targets.len() == 1 => Ok((*only).clone()),
        (None, _) => {
            Err(CliError::new(Code::Ambiguous, format!("{} {what} carries several targets", found.deployment))
                .fact("they are", shown.clone(), list(shown))
                .hint("say which: --target <target>"))
        }
    }
}

/// The components that these texts name, by their full names or the part behind the type; none named: `None`.
pub fn find_components(
    ledger: &Ledger,
    candidate: Candidate<'_>,
    texts: &[String],
) -> Result<Vec<Component>, CliError> {
    let everything = ledger.everything();
    let created = crate::ledger::outlook::created(ledger, candidate, &everything);
    let all: Vec<&Component> = created.iter().flat_map(|created| &created.components[candidate.target]).collect();
    let one = |text: &String| {
        let mut named = all.iter().filter(|component| component.as_str() == text || component.name() == text);
        match (named.next(), named.next()) {
            (Some(component), None) => Ok((*component).clone()),
            (Some(one), Some(other)) => {
                Err(CliError::new(Code::Ambiguous, format!("`{text}` could be the component {one} or {other}")))
            }
            (None, _) => {
                let message = format!("the release has no component `{text}` for {}", candidate.target);
                let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
                Err(CliError::new(Code::NotFound, message).fact("it has", shown.clone(), list(shown)))
            }
        }
    };
    texts.iter().map(one).collect()
}

/// A moment to come, as a person wrote it: `24h` from now, or a time.
pub fn moment(world: &World<'_>, flag: &str, text: &str) -> Result<Time, CliError> {
    let now = world.clock.now();
    let after = times::parse_duration(text).and_then(|duration| now.checked_add(duration.try_into().ok()?));
    let moment = after.or_else(|| Times::seen_from(now).parse(text)).ok_or_else(|| {
        let message = format!("{flag} `{text}` is neither a duration nor a time");
        CliError::new(Code::Usage, message).hint("30m, 24h, 7d; or 17:30, 11-21 17:30, 2026-11-21 17:30 (UTC)")
    })?;
    if moment <= now {
        return Err(CliError::new(Code::Usage, format!("{flag} `{text}` is past")));
    }
    Ok(Time::from(moment))
}

/// A reason, or another text that is signed.
pub fn text(flag: &str, text: &str) -> Result<Text, CliError> {
    Text::new(text).map_err(|error| CliError::new(Code::Usage, format!("{flag} cannot be recorded: {error}")))
}

/// The reason that was given, else asked for.
pub fn reason(world: &World<'_>, given: Option<&str>) -> Result<Text, CliError> {
    text("--reason", &world.ui.text("Reason", given, "--reason")?)
}

/// At least so many digits of an event's id are asked for.
const FEWEST_DIGITS: usize = 6;

/// The event whose id begins like this.
pub fn find_event(ledger: &Ledger, text: &str) -> Result<Index, CliError> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    let is_hex = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hex || digits.len() < FEWEST_DIGITS || digits.len() > 64 {
        let message = format!("`{text}` is not the id of an event: {FEWEST_DIGITS} to 64 digits of 0-9 and a-f are");
        return Err(CliError::new(Code::Usage, message).hint("sealog ledger log   (lists them)"));
    }
    let begins = |(index, entry): (Index, &ledger_format::ledger::Entry)| {
        entry.event.id.0.hex().starts_with(digits).then_some(index)
    };
    let found: Vec<Index> = ledger.entries().filter_map(begins).collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(CliError::new(Code::NotFound, format!("there is no event `{text}`"))
            .hint("sealog ledger log   (lists them)")),
        several => {
            let ids: Vec<EventId> = several.iter().map(|index| ledger.entry(*index).event.id).collect();
            let shown: Vec<String> = ids.iter().map(ToString::to_string).collect();
            let message = format!("`{text}` could be any of {} events", ids.len());
            Err(CliError::new(Code::Ambiguous, message).fact("they are", shown.clone(), list(shown)))
        }
    }
}

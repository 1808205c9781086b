//! `sealog hold place|lift`: nothing is to start here, until somebody says so.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use ledger_format::dag::Index;
use ledger_format::event::{Data, HoldLifted, HoldPlaced, Kind};
use ledger_format::field::Set;
use ledger_format::ledger::Ledger;
use ledger_format::name::{EventId, Name};
use ledger_format::time::Time;

use crate::cli::World;
use crate::cli::args::Changing;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::naming;
use crate::cli::session::Session;
use crate::cli::speak::{Speech, speak};
use crate::cli::teller::Teller;
use crate::cli::ui::page::Facts;
use crate::cli::view::release_name::ReleaseName;
use crate::cli::view::says::{count, list};
use crate::cli::view::statement::Words;
use crate::ledger::releases::{self, Found};

/// Stop rollouts and promotions, or let them go on
#[derive(Debug, Subcommand)]
pub enum Hold {
    Lift(Lift),
    Place(Place),
}

/// Stop rollouts and promotions of a deployment, on a target, of a release, or of everything
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog hold place payment-service --target prod --reason 'INC-812'\n  \
    sealog hold place --everywhere --until 2026-12-27 --reason 'holidays'\n\n\
    What is left out stands for all: without --target every target is held. A rollout that is on its way stops before\n\
    its next component.")]
pub struct Place {
    /// The deployment; may be left out where the project has one
    deployment: Option<String>,

    /// All deployments
    #[arg(long, conflicts_with_all = ["deployment", "release"])]
    everywhere: bool,

    /// Only this target
    #[arg(long, short)]
    target: Option<String>,

    /// Only this release
    #[arg(long)]
    release: Option<String>,

    /// It ends by itself: a duration or a time [default: when it is lifted]
    #[arg(long, value_name = "DURATION|TIME")]
    until: Option<String>,

    /// Why; it stays in the ledger
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

/// Let what was held go on
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  sealog hold lift --reason 'INC-812 is over'            # where one hold stands\n  \
    sealog hold lift 1d0fa94e7c52 --reason 'INC-812 is over'"
)]
pub struct Lift {
    /// The holds; may be left out where one stands
    #[arg(value_name = "EVENT")]
    events: Vec<String>,

    /// Why; it stays in the ledger
    #[arg(long)]
    reason: Option<String>,

    #[command(flatten)]
    changing: Changing,
}

impl Hold {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        match self {
            Self::Lift(command) => command.run(world),
            Self::Place(command) => command.run(world),
        }
    }
}

impl Place {
    fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let (deployment, release) = self.subject(&session)?;
        let target = self.target.as_deref().map(|text| naming::name("target", text)).transpose()?;
        let until = self.until.as_deref().map(|text| naming::moment(world, "--until", text)).transpose()?;
        known(&session, deployment.as_ref(), target.as_ref())?;
        let reason = naming::reason(world, self.reason.as_deref())?;
        let what = self.what(deployment.as_ref(), target.as_ref(), release.as_ref());
        let look = world.ui.look();
        let lasts = until.map_or_else(|| "it is lifted".to_owned(), |until| look.times.exact(until.into()));
        let facts = Facts::new().fact("until", lasts).fact("reason", reason.as_str());
        let words = Words {
            doing: "place a hold",
            done: "Held",
            facts: Facts::new().fact("stops", format!("rollouts and promotions of {what}")).and(facts.clone()),
            what,
            after: facts,
        };
        let release = release.map(|found| found.release);
        let data = Data::from(HoldPlaced { deployment, target, release, until, reason });
        speak(world, &self.changing, (session, actor), Speech { data, words, question: "Hold it?" })
    }

    /// The deployment, and the release of it.
    fn subject(&self, session: &Session<'_>) -> Result<(Option<Name>, Option<Found>), CliError> {
        if self.everywhere {
            return Ok((None, None));
        }
        if let Some(release) = &self.release {
            let found = naming::find_release(session, self.deployment.as_deref(), release)?;
            return Ok((Some(found.deployment.clone()), Some(found)));
        }
        let deployment = match &self.deployment {
            Some(text) => Some(naming::name("deployment", text)?),
            None => naming::only_deployment(&session.place),
        };
        match deployment {
            Some(deployment) => Ok((Some(deployment), None)),
            None => Err(CliError::new(Code::Ambiguous, "nothing says which deployment is to be held")
                .hint("name it, or hold all of them: --everywhere")),
        }
    }

    /// `payment-service v1.5.0 on prod`
    fn what(&self, deployment: Option<&Name>, target: Option<&Name>, release: Option<&Found>) -> String {
        let of = deployment.map_or_else(|| "every deployment".to_owned(), ToString::to_string);
        let release = release.map(|found| ReleaseName::new(found.release, found.alias.clone()));
        let release = release.map(|name| match name.alias() {
            Some(alias) => format!(" {alias}"),
            None => format!(" {}", name.digest().short()),
        });
        let on = target.map_or_else(|| "every target".to_owned(), ToString::to_string);
        format!("{of}{} on {on}", release.unwrap_or_default())
    }
}

/// A hold on what nobody knows would hold nothing: the names are those of the ledger's releases, or of the project.
fn known(session: &Session<'_>, deployment: Option<&Name>, target: Option<&Name>) -> Result<(), CliError> {
    let (mut deployments, mut targets) = (BTreeSet::new(), BTreeSet::new());
    let mut add = |name: &Name, of: &mut dyn Iterator<Item = &Name>| {
        deployments.insert(name.clone());
        if deployment.is_none_or(|wanted| wanted == name) {
            targets.extend(of.cloned());
        }
    };
    let ledger = session.ledger();
    for (_, created) in releases::created(ledger, &ledger.everything()) {
        add(&created.deployment, &mut created.config.keys());
    }
    let config = session.place.project.as_ref().and_then(|project| crate::config::load(&project.root).ok());
    for (name, deployment) in config.iter().flat_map(|config| &config.deployments) {
        add(name, &mut deployment.targets.keys());
    }
    let unknown = |what: &str, name: &Name, known: &BTreeSet<Name>| {
        let known: Vec<String> = known.iter().map(ToString::to_string).collect();
        let shown = if known.is_empty() { "none".to_owned() } else { list(&known) };
        Err(CliError::new(Code::NotFound, format!("nobody knows a {what} `{name}`")).fact("there are", known, shown))
    };
    match (deployment, target) {
        (Some(name), _) if !deployments.contains(name) => unknown("deployment", name, &deployments),
        (_, Some(name)) if !targets.contains(name) => unknown("target", name, &targets),
        (_, _) => Ok(()),
    }
}

impl Lift {
    fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let session = Session::open(world, &self.changing.which)?;
        let actor = session.actor(&self.changing.key)?;
        let ledger = session.ledger();
        let teller = Teller::new(ledger, world.ui.look());
        let holds: Vec<EventId> = self.chosen(world, ledger, &teller)?;
        let reason = naming::reason(world, self.reason.as_deref())?;
        let facts = holds.iter().fold(Facts::new(), |facts, id| facts.fact(id.short(), teller.tell(id)));
        let words = Words {
            doing: "lift",
            done: "Lifted",
            what: count(holds.len(), "hold"),
            facts: facts.fact("reason", reason.as_str()),
            after: Facts::new().fact("lifted", list(holds.iter().map(EventId::short))).fact("reason", reason.as_str()),
        };
        let holds = Set::new(holds).ok_or_else(|| CliError::new(Code::Usage, "no hold is named"))?;
        let data = Data::from(HoldLifted { holds, reason });
        speak(world, &self.changing, (session, actor), Speech { data, words, question: "Lift?" })
    }

    fn chosen(&self, world: &World<'_>, ledger: &Ledger, teller: &Teller<'_>) -> Result<Vec<EventId>, CliError> {
        if !self.events.is_empty() {
            let named = self.events.iter().map(|text| liftable(ledger, naming::find_event(ledger, text)?));
            return named.collect();
        }
        let now = Time::from(world.clock.now());
        let standing = ledger.standing_holds(now, &ledger.everything());
        let ids: Vec<EventId> = standing.iter().map(|(index, _)| ledger.entry(*index).event.id).collect();
        match ids.as_slice() {
            [_] => Ok(ids),
            [] => Err(CliError::new(Code::NotFound, "no hold stands")),
            several => {
                let message =
                    format!("{} stand, and nothing says which one is to be lifted", count(several.len(), "hold"));
                let shown: Vec<String> = several.iter().map(ToString::to_string).collect();
                let error = CliError::new(Code::Ambiguous, message).detail("holds", shown);
                Err(several.iter().fold(error, |error, id| error.shown(&id.short(), teller.tell(id))))
            }
        }
    }
}

fn liftable(ledger: &Ledger, index: Index) -> Result<EventId, CliError> {
    let id = ledger.entry(index).event.id;
    if ledger.entry(index).event.kind() != Some(Kind::HoldPlaced) {
        return Err(CliError::new(Code::Usage, format!("event {} is no hold", id.short())));
    }
    match ledger.named_by(index, Kind::HoldLifted, &ledger.everything()) {
        None => Ok(id),
        Some(by) => {
            let by = ledger.entry(by);
            let message = format!("the hold {} was lifted already by {}", id.short(), by.principal);
            Err(CliError::new(Code::AlreadyDone, message).fact("by", by.event.id.to_string(), by.event.id.short()))
        }
    }
}

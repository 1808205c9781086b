//! `sealog diff`: two releases, or two points of the ledger.

use clap::Args;
use ledger_format::event::{ReleaseCreated, Vendored};
use ledger_format::ledger::ClosedSet;
use ledger_format::name::{EventId, Name};
use ledger_format::projection::difference::ReleaseDifference;

use crate::cli::World;
use crate::cli::args::Reading;
use crate::cli::error::{CliError, Code, Exit};
use crate::cli::reader::{Reader, at};
use crate::cli::session::Session;
use crate::cli::view::diff::{
    Authorities, Commits, ComponentChange, ImageChange, MadeRelease, OfPoints, OfReleases, TargetChange, ValueChange,
    Version, VersionChange,
};
use crate::cli::view::release_name::ReleaseName;
use crate::ledger::releases::{self, Found};
use crate::ledger::values;

/// Show what differs between two releases, or between two points of the ledger
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  sealog diff payment-service v1.4.0 v1.5.0 --target prod\n  \
    sealog diff --from '11-18 16:43'\n  sealog diff --from 8b5e30f7d2c4 --to 10:49")]
pub struct Diff {
    /// `[DEPLOYMENT] FROM TO`: two releases of a deployment; or nothing, with --from
    #[arg(num_args = 0..=3, value_name = "RELEASE", conflicts_with_all = ["from", "to"])]
    names: Vec<String>,

    /// Only the values of this target
    #[arg(long, conflicts_with_all = ["from", "to"])]
    target: Option<String>,

    /// The earlier point: an event or a time
    #[arg(long, value_name = "EVENT|TIME")]
    from: Option<String>,

    /// The later point [default: now]
    #[arg(long, value_name = "EVENT|TIME", requires = "from")]
    to: Option<String>,

    #[command(flatten)]
    reading: Reading,
}

impl Diff {
    pub fn run(&self, world: &World<'_>) -> Result<Exit, CliError> {
        let reader = Reader::open(world, &self.reading)?;
        match (self.names.as_slice(), &self.from) {
            ([], Some(from)) => self.points(&reader, from)?,
            ([from, to], None) => self.releases(&reader, None, [from, to])?,
            ([deployment, from, to], None) => {
                let deployment = reader.deployment(deployment)?;
                self.releases(&reader, Some(&deployment), [from, to])?;
            }
            (_, _) => {
                return Err(CliError::new(
                    Code::Usage,
                    "two releases are compared, or two points with --from and --to",
                )
                .hint("sealog help diff"));
            }
        }
        reader.end()
    }

    fn releases(&self, reader: &Reader<'_>, deployment: Option<&Name>, named: [&String; 2]) -> Result<(), CliError> {
        let find = |text: &String| releases::find(reader.ledger(), &reader.set, deployment, text);
        let (from, to) = (find(named[0])?, find(named[1])?);
        if from.deployment != to.deployment {
            let message = format!("`{}` and `{}` are of different deployments", named[0], named[1]);
            return Err(CliError::new(Code::Usage, message).fact(
                "they are",
                vec![from.deployment.to_string(), to.deployment.to_string()],
                format!("{}, {}", from.deployment, to.deployment),
            ));
        }
        let target = self.target.as_deref();
        let target = target.map(|text| reader.target_of(&from.deployment, text)).transpose()?;
        let (before, after) = (created(reader, &from)?, created(reader, &to)?);
        let (from, to) = (called(reader, &from, named[0]), called(reader, &to, named[1]));
        let view = compared(&reader.session, [(from, before), (to, after)], target.as_ref())?;
        reader.world().ui.show_paged(&view)
    }

    fn points(&self, reader: &Reader<'_>, from: &str) -> Result<(), CliError> {
        let (ledger, look) = (reader.ledger(), reader.world().ui.look());
        for (text, option) in [(Some(from), "--from"), (self.to.as_deref(), "--to")] {
            text.map_or(Ok(()), |text| is_point(reader, text, option))?;
        }
        let (from, _) = at::resolve(ledger, look, from)?;
        let to = match &self.to {
            Some(to) => at::resolve(ledger, look, to)?.0,
            None => reader.set.clone(),
        };
        forwards(&from, &to)?;
        let difference = ledger.difference(&from, &to);
        let heads =
            |set: &ClosedSet| -> Vec<EventId> { ledger.heads(set).into_iter().map(|head| reader.id(head)).collect() };
        let targets = difference.places.into_iter().map(|change| TargetChange {
            from: change.live.0.map(|release| reader.name(&change.deployment, &release)),
            to: change.live.1.map(|release| reader.name(&change.deployment, &release)),
            policy_changed: change.policy_changed,
            deployment: change.deployment,
            target: change.target,
        });
        let releases = difference
            .releases
            .into_iter()
            .map(|(deployment, release)| MadeRelease { release: reader.name(&deployment, &release), deployment });
        let view = OfPoints {
            from: heads(&from),
            to: heads(&to),
            events: difference.events,
            targets: targets.collect(),
            releases: releases.collect(),
            authorities: Authorities { from: difference.authorities.0, to: difference.authorities.1 },
        };
        reader.world().ui.show_paged(&view)
    }
}

/// What differs between two releases of a deployment; with a target, only its values.
pub(super) fn compared(
    session: &Session<'_>,
    [(from, before), (to, after)]: [(ReleaseName, &ReleaseCreated); 2],
    target: Option<&Name>,
) -> Result<OfReleases, CliError> {
    let values = values::between(session.store.as_ref(), (before, after), target)?;
    let difference = ReleaseDifference::between(before, after);
    for target in &values.unknown {
        session.world.ui.warn(format!("the values of {target} are not compared: the store does not have them"));
    }
    Ok(OfReleases {
        deployment: after.deployment.clone(),
        from,
        to,
        images: images(&difference),
        values: values.changed.into_iter().map(value).collect(),
        versions: versions(&difference),
        components: components(&difference),
        commits: Commits { from: commit(before), to: commit(after) },
        not_compared: values.unknown,
    })
}

/// Whether a text is a point of the ledger; a release is none, it is compared by its name.
fn is_point(reader: &Reader<'_>, text: &str, option: &str) -> Result<(), CliError> {
    if at::is_id(text) || reader.world().ui.look().times.parse(text).is_some() {
        return Ok(());
    }
    let error = CliError::new(Code::Usage, format!("`{option} {text}`: that is neither an event nor a time"));
    Err(match releases::find(reader.ledger(), &reader.set, None, text) {
        Ok(_) => error.hint("releases are compared by their names: sealog diff <release> <release>"),
        Err(_) => {
            error.hint(format!("{option} 8b5e30f7d2c4, {option} 10:13, {option} '11-18 16:43', {option} '26m ago'"))
        }
    })
}

/// A release by the alias that it was asked for by, else by its newest.
fn called(reader: &Reader<'_>, found: &Found, text: &str) -> ReleaseName {
    let text = text.strip_prefix(&format!("{}/", found.deployment)).unwrap_or(text);
    let created = releases::created(reader.ledger(), &reader.set);
    let mut aliases = created.iter().filter(|(_, one)| one.release == found.release).map(|(_, one)| &one.alias);
    let asked = aliases.find_map(|alias| alias.clone().filter(|alias| alias.as_str() == text));
    ReleaseName::new(found.release, asked.or_else(|| found.alias.clone()))
}

/// The later point has not left the earlier one behind it.
fn forwards(from: &ClosedSet, to: &ClosedSet) -> Result<(), CliError> {
    let is_behind = to.len() < from.len() && to.past.iter().all(|index| from.contains(index));
    if !is_behind {
        return Ok(());
    }
    let message = format!("--from has all {} events of --to, and more: it is the later point", to.len());
    Err(CliError::new(Code::Usage, message).hint("give the earlier point as --from"))
}

fn created<'a>(reader: &'a Reader<'_>, found: &Found) -> Result<&'a ReleaseCreated, CliError> {
    let created = reader.ledger().release_of(&found.deployment, found.release, &reader.set);
    created
        .ok_or_else(|| CliError::new(Code::NotFound, format!("there is no release {} any more", found.release.short())))
}

fn images(difference: &ReleaseDifference) -> Vec<ImageChange> {
    let one =
        |(component, from, to): &(_, _, _)| ImageChange { component: Clone::clone(component), from: *from, to: *to };
    difference.images.iter().map(one).collect()
}

fn versions(difference: &ReleaseDifference) -> Vec<VersionChange> {
    let side = |vendored: &Option<Vendored>| {
        let one = vendored.as_ref()?;
        Some(Version { version: one.version.as_ref().map(ToString::to_string), tree: one.tree })
    };
    let one = |(component, from, to): &(_, Option<Vendored>, Option<Vendored>)| VersionChange {
        component: Clone::clone(component),
        source: to.as_ref().or(from.as_ref()).map(|one| one.source.to_string()).unwrap_or_default(),
        from: side(from),
        to: side(to),
    };
    difference.vendored.iter().map(one).collect()
}

fn components(difference: &ReleaseDifference) -> Vec<ComponentChange> {
    let one = |(target, (removed, added)): (&Name, &(std::collections::BTreeSet<_>, std::collections::BTreeSet<_>))| {
        let (removed, added) = (removed.iter().cloned().collect(), added.iter().cloned().collect());
        ComponentChange { target: target.clone(), removed, added }
    };
    difference.components.iter().map(one).collect()
}

fn value(changed: values::Changed) -> ValueChange {
    let values::Changed { component, path, from, to, targets } = changed;
    ValueChange { component, path, from, to, targets }
}

fn commit(created: &ReleaseCreated) -> Option<String> {
    created.git.as_ref().map(|git| git.commit.to_string())
}

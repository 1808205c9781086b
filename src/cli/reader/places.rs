//! Which deployments and targets a command line asks about: those that the ledger or the project knows.

use ledger_format::name::Name;

use super::Reader;
use crate::cli::error::{CliError, Code};
use crate::cli::naming::name;
use crate::cli::view::says::list;
use crate::config::{self, suggest};
use crate::ledger::releases;

impl Reader<'_> {
    /// The deployment of this name.
    pub fn deployment(&self, text: &str) -> Result<Name, CliError> {
        known("deployment", name("deployment", text)?, &self.deployments())
    }

    /// The places that are asked about: targets in the order in which they were first
    /// rolled out to, then those that are only configured.
    pub fn places(&self, deployment: Option<&str>, target: Option<&str>) -> Result<Vec<(Name, Name)>, CliError> {
        let deployment = deployment.map(|text| self.deployment(text)).transpose()?;
        let mut places = self.all_places();
        places.retain(|(of, _)| deployment.as_ref().is_none_or(|name| of == name));
        let Some(target) = target else { return Ok(places) };
        let target = known("target", name("target", target)?, &targets(&places))?;
        places.retain(|(_, at)| *at == target);
        Ok(places)
    }

    /// The target of this name, of a deployment.
    pub fn target_of(&self, deployment: &Name, text: &str) -> Result<Name, CliError> {
        let mut places = self.all_places();
        places.retain(|(of, _)| of == deployment);
        known("target", name("target", text)?, &targets(&places))
    }

    fn deployments(&self) -> Vec<Name> {
        let places = self.all_places();
        let created = releases::created(self.ledger(), &self.ledger().everything());
        let mut all: Vec<Name> = places.into_iter().map(|(deployment, _)| deployment).collect();
        all.extend(created.into_iter().map(|(_, created)| created.deployment.clone()));
        all.extend(self.configured().into_iter().map(|(deployment, _)| deployment));
        all.sort_unstable();
        all.dedup();
        all
    }

    fn all_places(&self) -> Vec<(Name, Name)> {
        let ledger = self.ledger();
        let first = |(deployment, target): &(Name, Name)| {
            let starts = ledger.starts(deployment, target, &self.set);
            starts.into_iter().map(|(start, _)| ledger.order(start)).min()
        };
        let mut begun: Vec<(Name, Name)> = ledger.places(&self.set).into_iter().collect();
        begun.sort_by_cached_key(first);
        let mut places = begun;
        places.extend(self.configured());
        for (_, created) in releases::created(ledger, &self.set) {
            places.extend(created.config.keys().map(|target| (created.deployment.clone(), target.clone())));
        }
        let mut seen = std::collections::HashSet::new();
        places.retain(|place| seen.insert(place.clone()));
        // The targets of one deployment stand together.
        places.sort_by(|one, other| one.0.cmp(&other.0));
        places
    }

    /// What the project has configured, where there is one that can be read.
    fn configured(&self) -> Vec<(Name, Name)> {
        let Some(project) = &self.session.place.project else { return Vec::new() };
        let Ok(config) = config::load(&project.root) else { return Vec::new() };
        let targets = config
            .deployments
            .values()
            .flat_map(|deployment| deployment.targets.keys().map(|target| (deployment.name.clone(), target.clone())));
        targets.collect()
    }
}

fn targets(places: &[(Name, Name)]) -> Vec<Name> {
    let mut targets: Vec<Name> = places.iter().map(|(_, target)| target.clone()).collect();
    let mut seen = std::collections::HashSet::new();
    targets.retain(|target| seen.insert(target.clone()));
    targets
}

fn known(what: &str, name: Name, known: &[Name]) -> Result<Name, CliError> {
    if known.contains(&name) {
        return Ok(name);
    }
    let shown: Vec<String> = known.iter().map(ToString::to_string).collect();
    let there = if shown.is_empty() { "none".to_owned() } else { list(&shown) };
    let error = CliError::new(Code::NotFound, format!("there is no {what} `{name}`")).fact("there are", shown, there);
    Err(match suggest::closest(name.as_str(), known.iter().map(Name::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    })
}

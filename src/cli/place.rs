//! The ledger that a command is about: `--ledger`, `SEALOG_LEDGER`, `ledger:` of the project, else `.sealog/ledger`;
//! and the id that it must have: `--trust`, else `trust:` of the project.

use ledger_format::name::LedgerId;

use super::World;
use super::args::WhichLedger;
use super::error::{CliError, Code};
use crate::config::{ConfigError, Project};
use crate::ledger::describe::describe;
use crate::store::{self, Address, LedgerStore, StoreError};

/// Where the ledger lies, and which one it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub address: Address,
    /// Whether somebody named the address, rather than nobody.
    pub named: Named,
    pub pin: Option<Pin>,
    pub project: Option<Project>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// `--ledger` or `SEALOG_LEDGER`, or the project.
    ByWhoeverAsks,
    /// No project, and nothing said: only the folder that the command was started in is left.
    ByNobody,
}

/// The id of the ledger, and who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    pub ledger: LedgerId,
    pub by: PinnedBy,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinnedBy {
    /// `--trust`
    Argument,
    /// `trust:` in sealog.yaml
    Project,
}

impl Place {
    pub fn find(world: &World<'_>, which: &WhichLedger) -> Result<Self, CliError> {
        let project = match Project::find(&world.folder) {
            Ok(project) => Some(project),
            Err(ConfigError::NoProject { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        let said = which.ledger.as_deref().or(world.environment.get("SEALOG_LEDGER"));
        let named = if said.is_none() && project.is_none() { Named::ByNobody } else { Named::ByWhoeverAsks };
        let address = match (said, &project) {
            (Some(said), _) => said.parse::<Address>()?.within(&world.folder),
            (None, Some(project)) => project.ledger.parse::<Address>()?.within(&project.root),
            (None, None) => Address::default().within(&world.folder),
        };
        let argued = which.trust.map(|ledger| Pin { ledger, by: PinnedBy::Argument });
        let configured = || project.as_ref()?.trust.map(|ledger| Pin { ledger, by: PinnedBy::Project });
        let pin = argued.or_else(configured);
        Ok(Self { address, named, pin, project })
    }

    /// The store that is there; where none is, what a person without one does next.
    pub fn store(&self, world: &World<'_>) -> Result<Box<dyn LedgerStore>, CliError> {
        store::open(&self.address, describe).map_err(|error| match error {
            StoreError::NotThere { .. } if self.named == Named::ByNobody => no_project(world),
            StoreError::NotThere { .. } => self.no_ledger(&error.to_string()),
            error => error.into(),
        })
    }

    /// There is nothing at the address. A pin says that the ledger is elsewhere: a new one would be another.
    pub fn no_ledger(&self, message: &str) -> CliError {
        let error = CliError::new(Code::LedgerNotFound, message).detail("address", self.address.to_string());
        match self.pin {
            None => error.hint("sealog init   (makes one)"),
            Some(pin) => error
                .fact("expected", pin.ledger.to_string(), format!("{}, {}", pin.ledger, pin.by.words()))
                .hint("a colleague has it: `sealog ledger export <file>` there, `sealog ledger import <file>` here")
                .hint("where it lies in a folder that you share: --ledger <folder>, or SEALOG_LEDGER"),
        }
    }
}

fn no_project(world: &World<'_>) -> CliError {
    CliError::from(ConfigError::NoProject { from: world.folder.clone() })
        .hint("go to the folder of your project, or name the ledger: --ledger <folder>")
        .hint("sealog init   (begins a project here)")
}

impl PinnedBy {
    pub fn words(self) -> &'static str {
        match self {
            Self::Argument => "as asked for with --trust",
            Self::Project => "as pinned in sealog.yaml",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ui::tests::captured;
    use crate::cli::ui::{Attendance, Format, Voice};
    use crate::clock::Clock;
    use crate::environment::Environment;

    const PINNED: &str = "sha256:4f1c9a7be2d0a4c123b1612dd272d1371c17149d439536b3216fdaeeb975729f";
    const OTHER: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn found(environment: &Environment, which: WhichLedger) -> (String, Option<(String, PinnedBy)>) {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("sealog.yaml"), format!("ledger: kept/ledger\ntrust: {PINNED}\n")).unwrap();
        let folder = root.path().join("below");
        std::fs::create_dir(&folder).unwrap();
        let (ui, _) = captured(Attendance::Nobody, Format::Table, Voice::Normal, "");
        let world = World { ui: &ui, environment, clock: Clock::System, folder };
        let place = Place::find(&world, &which).unwrap();
        let address = place.address.to_string().replace(root.path().to_str().unwrap(), "");
        (address, place.pin.map(|pin| (pin.ledger.to_string(), pin.by)))
    }

    #[test]
    fn the_nearest_says_where_and_which() {
        let none = || WhichLedger { ledger: None, trust: None };
        let argued = WhichLedger { ledger: Some("copy".into()), trust: Some(OTHER.parse().unwrap()) };
        let variable = Environment::from([("SEALOG_LEDGER", "elsewhere")]);
        let pinned = Some((PINNED.to_owned(), PinnedBy::Project));
        for (environment, which, place) in [
            (Environment::default(), none(), ("/kept/ledger", pinned.clone())),
            (variable.clone(), none(), ("/below/elsewhere", pinned)),
            (variable, argued, ("/below/copy", Some((OTHER.to_owned(), PinnedBy::Argument)))),
        ] {
            assert_eq!(found(&environment, which), (place.0.to_owned(), place.1));
        }
    }
}

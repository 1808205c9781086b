//! What `init` is about to make.

use std::path::{Path, PathBuf};

use ledger_format::name::Name;
use serde::Serialize;

use super::Init;
use super::ignore::{Ignoring, RULE};
use crate::cli::World;
use crate::cli::error::{CliError, Code};
use crate::cli::own_key::{self, OwnKey, file_name, shown};
use crate::cli::place::Place;
use crate::cli::ui::page::{Facts, Page, View};
use crate::cli::ui::text::Line;
use crate::signers::key_file::check_new;
use crate::store::Address;

/// A ledger to be made. What only the execution needs is not shown.
#[derive(Serialize)]
pub struct Plan {
    #[serde(skip)]
    pub place: Place,
    #[serde(skip)]
    pub key: OwnKey,
    #[serde(skip)]
    pub spare: PathBuf,
    /// Where `sealog.yaml` lies or will lie.
    #[serde(skip)]
    pub root: PathBuf,
    /// The address to write into it, where the default does not say it.
    #[serde(skip)]
    pub ledger_line: Option<String>,
    address: String,
    pub founder: Name,
    pub key_place: String,
    key_new: bool,
    #[serde(rename = "spare_place")]
    pub spare_shown: String,
    /// What becomes of the project's `.gitignore`.
    pub ignoring: Ignoring,
}

impl Plan {
    pub fn make(world: &World<'_>, init: &Init, place: Place) -> Result<Self, CliError> {
        let (root, ledger_line) = pin_place(world, &place, init.address.as_deref())?;
        let key = OwnKey::find(world, &init.key, init.name.as_ref())?;
        let account = || Name::new(&own_key::person(world)?).ok();
        let founder = init.name.clone().or_else(|| key.name()).or_else(account).ok_or_else(nameless)?;
        // Also what this machine remembers of the ledger needs a home.
        let folders = world.environment.folders()?;
        let spare = match &init.spare {
            Some(spare) => world.folder.join(spare),
            None => free_spare(&folders.config, &file_name(&founder)),
        };
        check_new(&spare)?;
        let key_place = match &key {
            OwnKey::Found(found) => match found.place() {
                crate::signers::key_source::KeyPlace::File(path) => shown(world, path),
                variable => variable.to_string(),
            },
            OwnKey::New(path) => shown(world, path),
        };
        Ok(Self {
            address: place.address.to_string(),
            key_new: matches!(key, OwnKey::New(_)),
            spare_shown: shown(world, &spare),
            ignoring: Ignoring::of(&root),
            place,
            key,
            spare,
            root,
            ledger_line,
            founder,
            key_place,
        })
    }
}

impl View for Plan {
    fn draw(&self, page: &mut Page<'_>) {
        page.line("This creates a ledger. You can abandon it later, but never edit it:");
        let key = if self.key_new { "new Ed25519 key in " } else { "yours: " };
        let facts = Facts::new()
            .fact("ledger", Line::new().bold(&self.address).text("   empty"))
            .fact("key", format!("{key}{}", self.key_place))
            .fact("spare", format!("new Ed25519 key in {}", self.spare_shown))
            .fact("you", format!("{}: root, and every right on every target until you share them out", self.founder));
        let facts = match self.ignoring {
            Ignoring::AddRule => facts.fact("git", format!("{RULE} is added to .gitignore")),
            Ignoring::Nothing | Ignoring::Unknown => facts,
        };
        page.facts(facts);
    }
}

/// Somebody who founds several ledgers has a spare key for each.
fn free_spare(folder: &Path, name: &str) -> PathBuf {
    let first = folder.join(format!("{name}-spare.pem"));
    let more = (2..).map(|number| folder.join(format!("{name}-spare-{number}.pem")));
    std::iter::once(first.clone()).chain(more).find(|path| !path.exists()).unwrap_or(first)
}

/// The folder of `sealog.yaml`, and the address that has to be written there.
pub fn pin_place(
    world: &World<'_>,
    place: &Place,
    argued: Option<&str>,
) -> Result<(PathBuf, Option<String>), CliError> {
    let root = place.project.as_ref().map_or_else(|| world.folder.clone(), |project| project.root.to_path_buf());
    let said = match &place.project {
        Some(project) => project.ledger.parse::<Address>()?.within(&root),
        None => Address::default().within(&root),
    };
    if argued.is_none() || said == place.address {
        return Ok((root, None));
    }
    if said != Address::default().within(&root) {
        let message = format!("sealog.yaml says that the ledger is {said}, not {}", place.address);
        return Err(CliError::new(Code::Usage, message)
            .hint("leave the address out, or change `ledger:` in sealog.yaml first")
            .undone("Nothing was made."));
    }
    let line = address_in(&place.address, &root);
    Ok((root, Some(line)))
}

/// Below the project a path of its own, so that the project can be moved.
fn address_in(address: &Address, root: &Path) -> String {
    match address {
        Address::Layout(folder) => folder.strip_prefix(root).unwrap_or(folder).display().to_string(),
        Address::Registry(_) => address.to_string(),
    }
}

fn nameless() -> CliError {
    CliError::new(
        Code::Usage,
        "cannot tell who you are: neither the key nor the account has a name that a ledger takes",
    )
    .hint("sealog init --name <name>")
    .undone("Nothing was made.")
}

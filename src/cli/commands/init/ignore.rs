//! That git does not commit the ledger and the images: a folder that changes with every event.

use std::path::Path;

use serde::Serialize;

use crate::cli::World;
use crate::vcs::ignore::{GITIGNORE, Ignored, add_rule, ignored};

/// What lies in the project and is not of its sources.
pub const RULE: &str = "/.sealog/";

/// What becomes of `.gitignore`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ignoring {
    /// There is a rule already, or no repository.
    Nothing,
    AddRule,
    /// Git could not be asked.
    Unknown,
}

impl Ignoring {
    pub fn of(root: &Path) -> Self {
        match ignored(root, ".sealog/ledger") {
            Ok(Ignored::ByARule | Ignored::NoRepository) => Self::Nothing,
            Ok(Ignored::ByNone) => Self::AddRule,
            Err(_) => Self::Unknown,
        }
    }

    /// The file that holds the rule now. The ledger stands without it too: what fails is a warning.
    pub fn carry_out(self, world: &World<'_>, root: &Path) -> Option<&'static str> {
        if self == Self::Nothing {
            return None;
        }
        if self == Self::AddRule && add_rule(root, RULE).is_ok() {
            return Some(GITIGNORE);
        }
        world.ui.warn(format!("add the line {RULE} to .gitignore yourself: the ledger and the images are no sources"));
        None
    }
}

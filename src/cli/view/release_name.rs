//! A release as people and programs name it.

use ledger_format::name::{Name, ReleaseId};
use serde::Serialize;

use crate::cli::ui::look::Look;

/// `{"id": "b7e2c94d10f8", "digest": "sha256:...", "alias": "v1.5.0"}`
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseName {
    id: String,
    digest: ReleaseId,
    alias: Option<Name>,
}

impl ReleaseName {
    pub fn new(digest: ReleaseId, alias: Option<Name>) -> Self {
        Self { id: digest.short(), digest, alias }
    }

    pub fn digest(&self) -> &ReleaseId {
        &self.digest
    }

    pub fn alias(&self) -> Option<&Name> {
        self.alias.as_ref()
    }

    /// The alias, else the id.
    pub fn short(&self, look: &Look) -> String {
        self.alias.as_ref().map_or_else(|| look.release(&self.digest), ToString::to_string)
    }

    /// `v1.5.0 · b7e2c94d10f8`
    pub fn both(&self, look: &Look) -> String {
        match &self.alias {
            Some(alias) => format!("{alias} · {}", look.release(&self.digest)),
            None => look.release(&self.digest),
        }
    }
}

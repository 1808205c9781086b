//! What people called the releases of a ledger.

use std::collections::{BTreeSet, HashMap};

use ledger_format::ledger::Ledger;
use ledger_format::name::{Name, ReleaseId};

use crate::ledger::releases;

pub struct Aliases {
    by_release: HashMap<(Name, ReleaseId), Name>,
    deployments: usize,
}

impl Aliases {
    pub fn of(ledger: &Ledger) -> Self {
        let created = releases::created(ledger, &ledger.everything());
        let deployments: BTreeSet<&Name> = created.iter().map(|(_, created)| &created.deployment).collect();
        let deployments = deployments.len();
        let named = created
            .iter()
            .filter_map(|(_, created)| Some(((created.deployment.clone(), created.release), created.alias.clone()?)));
        Self { by_release: named.collect(), deployments }
    }

    pub fn get(&self, deployment: &Name, release: &ReleaseId) -> Option<&Name> {
        self.by_release.get(&(deployment.clone(), *release))
    }

    /// Whether the ledger speaks of one deployment only, so that its name goes without saying.
    pub fn one_deployment(&self) -> bool {
        self.deployments <= 1
    }
}

//! What people called the releases of a ledger.

use std::collections::{BTreeSet, HashMap};

use ledger_format::event::Event;
use ledger_format::ledger::{ClosedSet, Ledger};
use ledger_format::name::{EventId, Name, ReleaseId};

use crate::cli::view::says::Known;
use crate::ledger::releases;

/// Who holds a ledger and what its releases are called, and so knows what sentences look up.
pub trait Names {
    fn ledger(&self) -> &Ledger;

    fn aliases(&self) -> &Aliases;
}

impl<T: Names> Known for T {
    fn event(&self, id: &EventId) -> Option<&Event> {
        self.ledger().get(*id).map(|entry| &entry.event)
    }

    fn alias(&self, deployment: &Name, release: &ReleaseId) -> Option<&Name> {
        self.aliases().get(deployment, release)
    }

    fn one_deployment(&self) -> bool {
        self.aliases().deployments <= 1
    }
}

pub struct Aliases {
    by_release: HashMap<(Name, ReleaseId), Name>,
    deployments: usize,
}

impl Aliases {
    /// The newest ones of a set.
    pub fn of(ledger: &Ledger, set: &ClosedSet) -> Self {
        let created = releases::created(ledger, set);
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
}

//! The values of two configurations that differ, leaf by leaf.

use std::collections::{BTreeMap, BTreeSet};

use ledger_format::digest::Digest;
use ledger_format::event::ReleaseCreated;
use ledger_format::name::Name;
use serde_json::Value;

use crate::store::{LedgerStore, StoreError};

/// One value that differs, on these targets alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The component, where it is of one.
    pub component: Option<String>,
    pub path: String,
    pub from: Option<Value>,
    pub to: Option<Value>,
    pub targets: Vec<Name>,
}

/// What differs, and the targets whose configurations the store does not have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Values {
    pub changed: Vec<Changed>,
    pub unknown: Vec<Name>,
}

/// A component and the path within it.
type Leaf = (Option<String>, String);

/// Compares the configurations of two releases on the targets that both carry, or on one of these.
pub fn between(
    store: &dyn LedgerStore,
    (from, to): (&ReleaseCreated, &ReleaseCreated),
    target: Option<&Name>,
) -> Result<Values, StoreError> {
    let mut values = Values::default();
    let mut changed: BTreeMap<(Leaf, String), Changed> = BTreeMap::new();
    let both = from.config.iter().filter_map(|(name, blob)| Some((name, blob.digest, to.config.get(name)?.digest)));
    for (name, before, after) in both.filter(|(name, _, _)| target.is_none_or(|target| target == *name)) {
        if before == after {
            continue;
        }
        let (Some(before), Some(after)) = (leaves(store, &before)?, leaves(store, &after)?) else {
            values.unknown.push(name.clone());
            continue;
        };
        let keys: BTreeSet<&Leaf> = before.keys().chain(after.keys()).collect();
        for leaf in keys.into_iter().filter(|leaf| before.get(*leaf) != after.get(*leaf)) {
            let (from, to) = (before.get(leaf).cloned(), after.get(leaf).cloned());
            let same = format!("{from:?} {to:?}");
            let one = Changed { component: leaf.0.clone(), path: leaf.1.clone(), from, to, targets: Vec::new() };
            changed.entry((leaf.clone(), same)).or_insert(one).targets.push(name.clone());
        }
    }
    values.changed = changed.into_values().collect();
    Ok(values)
}

fn leaves(store: &dyn LedgerStore, digest: &Digest) -> Result<Option<BTreeMap<Leaf, Value>>, StoreError> {
    let Some(bytes) = store.get_blob(digest)? else { return Ok(None) };
    let Ok(Value::Object(fields)) = serde_json::from_slice(&bytes) else { return Ok(None) };
    let mut leaves = BTreeMap::new();
    for (name, value) in fields {
        match value {
            Value::Object(components) if name == "components" => {
                for (component, value) in components {
                    collect(&Some(component), &mut Vec::new(), value, &mut leaves);
                }
            }
            other => collect(&None, &mut vec![name], other, &mut leaves),
        }
    }
    Ok(Some(leaves))
}

fn collect(component: &Option<String>, path: &mut Vec<String>, value: Value, leaves: &mut BTreeMap<Leaf, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                path.push(name);
                collect(component, path, value, leaves);
                path.pop();
            }
        }
        leaf => {
            leaves.insert((component.clone(), path.join(".")), leaf);
        }
    }
}

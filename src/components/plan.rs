//! What a rollout would do to a component, as a value that can be printed, compared and kept.

use std::collections::BTreeMap;

use ledger_format::canonical;
use ledger_format::digest::Digest;
use ledger_format::name::Component;
use serde_json::{Value as Json, json};

use crate::config::ProjectPath;

/// What a rollout would do to one component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentPlan {
    pub component: Component,
    /// What is done, in the order of the paths.
    pub changes: Vec<Change>,
    /// How many things are as they should be.
    pub unchanged: usize,
    pub(super) work: Work,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub action: Action,
    /// Below the project's folder.
    pub path: ProjectPath,
    /// Whether somebody else changed the file since it was written here.
    pub changed_by_hand: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Add,
    Change,
    Remove,
}

/// What the component's own type needs to do the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    /// Nothing: the release holds this digest.
    Image { digest: Digest },
    /// The files as they are to be, below `output`.
    Files { output: ProjectPath, files: BTreeMap<ProjectPath, String> },
}

/// What became of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    pub effect: Effect,
    /// The state of the target that was found afterwards, by which another writer would show.
    pub compared: Compared,
    pub outputs: BTreeMap<String, String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    Changed,
    Unchanged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub by: &'static str,
    pub value: String,
}

impl Action {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Change => "change",
            Self::Remove => "remove",
        }
    }
}

impl ComponentPlan {
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub fn count(&self, action: Action) -> usize {
        self.changes.iter().filter(|change| change.action == action).count()
    }

    /// The plan as it is hashed: an approval of a plan is for this one only.
    pub fn to_json(&self) -> Json {
        let changes: Vec<Json> = self.changes.iter().map(|change| self.change_to_json(change)).collect();
        json!({"component": self.component, "changes": changes})
    }

    /// The digest of the plan of several components, whatever order they are given in.
    pub fn digest_of<'a>(plans: impl IntoIterator<Item = &'a ComponentPlan>) -> Digest {
        let plans: BTreeMap<&Component, Json> =
            plans.into_iter().map(|plan| (&plan.component, plan.to_json())).collect();
        canonical::digest_of(&plans.into_values().collect::<Vec<_>>())
    }

    /// What comes after `output/`, where the plan is one of files.
    fn change_to_json(&self, change: &Change) -> Json {
        let becomes = match &self.work {
            Work::Image { .. } => None,
            Work::Files { output, files } => {
                let below = change.path.as_str().strip_prefix(output.as_str()).and_then(|rest| rest.strip_prefix('/'));
                below.and_then(|below| files.iter().find(|(path, _)| path.as_str() == below))
            }
        };
        let mut json = json!({"action": change.action.as_str(), "path": change.path});
        if let Some((_, text)) = becomes {
            json["becomes"] = json!(Digest::of(text.as_bytes()));
        }
        json
    }
}

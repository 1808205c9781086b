//! Component types: how what a release holds gets to a target.
//!
//! To add one: a file here, `mod`, and a line in [`ALL`].

mod image;
mod manifest;
pub mod plan;

use std::path::Path;

use ledger_format::name::Component;

use crate::config::{BindError, BoundComponent, RenderError};
use crate::fs::FsError;

pub use manifest::MARKER;
pub use plan::{Action, Applied, Change, Compared, ComponentPlan, Effect};

/// A kind of component that a rollout can bring to a target.
pub trait ComponentType: Sync {
    /// As deployment files and events write it before the `/`.
    fn name(&self) -> &'static str;

    /// What a rollout would change below the project's folder. Reads and never writes.
    fn plan(&self, component: &BoundComponent, root: &Path) -> Result<ComponentPlan, ComponentError>;

    /// Does what the plan says and nothing else. A second time, or after a break, it does the rest.
    fn apply(&self, plan: &ComponentPlan, root: &Path) -> Result<Applied, ComponentError>;
}

/// Every component type of this build, by name.
pub const ALL: &[&dyn ComponentType] = &[&manifest::Manifest, &image::Image];

/// Why a component cannot be planned or applied.
#[derive(Debug, thiserror::Error)]
pub enum ComponentError {
    #[error("cannot roll out {component}: this build rolls out components of the types {types}; {} comes later", component.kind())]
    NotInThisBuild { component: Component, types: String },
    #[error("cannot roll out {component}: its configuration is that of another type")]
    OtherType { component: Component },
    #[error(transparent)]
    Bind(#[from] BindError),
    #[error(transparent)]
    Render(#[from] RenderError),
    #[error(
        "{component} would write {path}, which is there and was not written by it; move it away, or choose another `output`"
    )]
    NotOurs { component: Component, path: String },
    #[error("{component} would write through {path}, which is a symbolic link or no folder")]
    Through { component: Component, path: String },
    #[error(
        "{path} says which files {component} wrote, but cannot be read as that; restore it, or remove the folder to start anew"
    )]
    Marker { component: Component, path: String },
    #[error("{component} would write two files that are one where case makes no difference: {first} and {second}")]
    SameFile { component: Component, first: String, second: String },
    #[error("another process is writing the files of {component} in {path}")]
    Busy { component: Component, path: String },
    #[error("cannot write the files of {component}")]
    File { component: Component, source: FsError },
}

/// The type of a component.
pub fn of(component: &Component) -> Result<&'static dyn ComponentType, ComponentError> {
    ALL.iter().copied().find(|known| known.name() == component.kind()).ok_or_else(|| ComponentError::NotInThisBuild {
        component: component.clone(),
        types: ALL.iter().map(|known| known.name()).collect::<Vec<_>>().join(" and "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_listed_once_and_by_name() {
        let names: Vec<_> = ALL.iter().map(|known| known.name()).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn what_this_build_lacks_is_said() {
        let vpc = Component::new("terraform/vpc").unwrap();
        let error = of(&vpc).err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some(
                "cannot roll out terraform/vpc: this build rolls out components of the types manifest and nixpack; terraform comes later"
            )
        );
    }
}

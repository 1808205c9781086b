//! `nixpack/<name>`: an image component. In a rollout it is a check, not an action.

use std::collections::BTreeMap;
use std::path::Path;

use super::plan::{Applied, Compared, ComponentPlan, Effect, Work};
use super::{ComponentError, ComponentType};
use crate::config::{BoundComponent, BoundKind};

pub struct Image;

impl ComponentType for Image {
    fn name(&self) -> &'static str {
        "nixpack"
    }

    /// Done when the release holds its digest: without one the component could not have been bound.
    fn plan(&self, component: &BoundComponent, _root: &Path) -> Result<ComponentPlan, ComponentError> {
        let BoundKind::Image(image) = &component.kind else {
            return Err(ComponentError::OtherType { component: component.component.clone() });
        };
        let work = Work::Image { digest: image.digest };
        Ok(ComponentPlan { component: component.component.clone(), changes: Vec::new(), unchanged: 1, work })
    }

    fn apply(&self, plan: &ComponentPlan, _root: &Path) -> Result<Applied, ComponentError> {
        let Work::Image { digest } = &plan.work else {
            return Err(ComponentError::OtherType { component: plan.component.clone() });
        };
        let compared = Compared { by: "digest", value: digest.to_string() };
        Ok(Applied { effect: Effect::Unchanged, compared, outputs: BTreeMap::new() })
    }
}

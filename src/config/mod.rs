//! Configuration: deployments, components, targets.

pub mod diagnostic;
pub mod node;
mod render;
pub mod source;
mod suggest;

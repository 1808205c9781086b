//! Configuration: deployments, components, targets.

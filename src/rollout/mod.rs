//! The order of a rollout: what waits for what, and what may begin next. Both pure.

pub mod graph;
pub mod schedule;

pub use graph::{Graph, GraphError};
pub use schedule::{Parallelism, Progress, Schedule, WhenFailed};

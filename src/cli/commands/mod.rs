//! One thin file a command: plan, ask, execute, show.

pub mod approve;
pub mod build;
pub mod completions;
pub mod deployments;
pub mod explain;
pub mod init;
pub mod ledger;
pub mod release;
pub mod verify;

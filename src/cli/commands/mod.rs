//! One thin file a command: plan, ask, execute, show.

pub mod approve;
pub mod build;
pub mod completions;
pub mod deployments;
pub mod diff;
pub mod explain;
pub mod history;
pub mod hold;
pub mod init;
pub mod ledger;
pub mod promote;
pub mod record;
pub mod reject;
pub mod release;
pub mod releases;
pub mod review;
pub mod rollback;
pub mod rollout;
pub mod status;
pub mod verify;
pub mod withdraw;

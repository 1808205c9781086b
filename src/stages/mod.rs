//! Build, test, release, promote, rollout: each plan (pure) and execute (ports).

pub mod approval;
pub mod build;
pub mod built;
pub mod promote;
pub mod record;
pub mod release;
pub mod rollout;
pub mod sources;
pub mod uncounted;

//! Read models: what runs where, releases, what changed. Pure functions of a ledger and a closed set of it.

pub mod difference;
pub mod gates;
pub mod overlap;
pub mod release;
pub mod rollout;
pub mod running;
pub mod target;
pub mod timeline;
pub mod withheld;

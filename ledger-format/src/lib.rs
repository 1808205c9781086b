//! The sealog ledger format, level 1. `SPEC.md` beside this crate is normative; this is its tour in reading order.

pub mod admission;
pub mod authority;
pub mod canonical;
pub mod dag;
pub mod digest;
pub mod envelope;
pub mod event;
pub mod field;
pub mod finding;
pub mod judgement;
pub mod keys;
pub mod ledger;
pub mod lock;
pub mod name;
pub mod policy;
pub mod projection;
pub mod received;
pub mod report;
pub mod right;
pub mod time;

//! One integration binary: what a user could notice, through the built `sealog`.

// All of it is tests; clippy exempts only what stands below `#[test]`.
#![allow(clippy::unwrap_used)]

mod architecture;
mod at_once;
mod cli;
mod components;
mod config;
mod demo;
mod engine;
mod generated;
mod images;
mod judgement;
mod lock_model;
mod releases;
mod rollout_drive;
mod rollouts_at_once;
mod stores;
// Not every step of the work has a test for every help.
#[allow(dead_code)]
mod support;
mod writers_at_once;

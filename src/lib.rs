//! sealog: a signed, append-only log of everything a team ships. The modules in the order of their layers.
//!
//! Whoever reads for the first time: [`ledger_format`] says what an event is and what follows from a set of events;
//! [`store`] keeps events; [`ledger`] reads and appends them; [`stages`] plan and execute builds, releases and
//! rollouts; [`cli`] is what a person sees. `docs/architecture.md` draws who may import whom.

// 1 ground
pub mod clock;
pub mod environment;
pub mod fs;
pub mod interrupt;
pub mod process;
pub mod progress;
// 2 ports
pub mod ci;
pub mod config;
pub mod registry;
pub mod signers;
pub mod store;
pub mod vcs;
// 3 domain work
pub mod builders;
pub mod components;
pub mod ledger;
pub mod rollout;
// 4 stages
pub mod stages;
// 5 what a person sees
pub mod cli;

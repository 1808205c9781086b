//! A place of its own for each test: a folder with a home inside, and the built `sealog` run in it.

mod ledger;
mod sandbox;
mod tool;

pub use ledger::{TestLedger, created};
pub use sandbox::{Sandbox, words};
pub use tool::tool;

//! A place of its own for each test: a folder with a home inside, and the built `sealog` run in it.

mod ledger;
mod sandbox;
mod shop;
mod team;
mod tool;

pub use ledger::{TestLedger, created};
pub use sandbox::{Sandbox, copy, words};
pub use shop::Shop;
pub use team::{Team, image, without_ids};
pub use tool::tool;

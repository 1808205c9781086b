//! A place of its own for each test: a folder with a home inside, and the built `sealog` run in it.

mod ledger;
mod sandbox;
mod scribe;
mod shop;
mod story;
mod team;
mod tool;

pub use ledger::{TestLedger, created};
pub use sandbox::{Finished, Sandbox, copy, words};
pub use scribe::{Scribe, key, moment};
pub use shop::Shop;
pub use story::Story;
pub use team::{Team, image, without_ids};
pub use tool::tool;

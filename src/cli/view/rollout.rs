//! `sealog rollout`, `sealog rollback`: what would change, and what did.

mod done;
mod planned;

use serde::Serialize;

pub use done::RolledOut;
pub use planned::{AtGate, Planned, Undoes, stood};

#[derive(Debug, Clone, Serialize)]
pub struct Because {
    pub reason: String,
}

fn because(reason: Option<&ledger_format::field::Text>) -> Option<Because> {
    reason.map(|reason| Because { reason: reason.to_string() })
}

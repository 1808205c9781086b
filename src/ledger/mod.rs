//! Reading, verifying and appending to a ledger.

pub mod describe;

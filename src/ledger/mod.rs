//! Reading, verifying and appending to a ledger.

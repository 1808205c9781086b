//! Reading, verifying and appending to a ledger.

pub mod aftermath;
pub mod append;
pub mod blobs;
pub mod describe;
pub mod enrolment;
pub mod export;
pub mod founding;
pub mod open;
pub mod outlook;
pub mod releases;
pub mod runs;
pub mod seen;
pub mod succession;
pub mod trust;
pub mod values;

//! What went wrong with the place where a ledger lies.

use super::{CliError, Code};
use crate::registry::layout::LayoutError;
use crate::store::StoreError;
use crate::store::address::NotAnAddress;

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        match error {
            StoreError::NotThere { address } => Self::new(Code::LedgerNotFound, message)
                .detail("address", address.to_string())
                .hint("sealog init   (makes one)"),
            StoreError::Occupied { address } | StoreError::NoRegistries { address } => {
                Self::new(Code::Usage, message).detail("address", address.to_string())
            }
            StoreError::TooLarge { .. } | StoreError::BlobTooLarge { .. } => Self::new(Code::TooLarge, message),
            StoreError::Identity { .. } | StoreError::Unreadable { .. } => Self::new(Code::StoreDamaged, message),
            StoreError::NoRandomness { source, .. } => Self::new(Code::StoreUnreachable, message).caused_by(&source),
            StoreError::Fs(source) => from_cause(&source),
            StoreError::Layout(source @ LayoutError::Damaged { .. }) => {
                Self::new(Code::StoreDamaged, source.to_string())
                    .hint("sealog verify   (names what was damaged, and the event that names it)")
            }
            StoreError::Layout(source) => from_cause(&source),
        }
    }
}

impl From<NotAnAddress> for CliError {
    fn from(error: NotAnAddress) -> Self {
        Self::new(Code::Usage, error.to_string())
    }
}

fn from_cause(error: &(dyn std::error::Error + 'static)) -> CliError {
    let unreachable = CliError::new(Code::StoreUnreachable, error.to_string());
    match error.source() {
        Some(cause) => unreachable.caused_by(cause),
        None => unreachable,
    }
}

//! The cases, by what they are about.

mod authority;
mod bytes;
mod forks;
mod kinds;
mod later;
mod own_past;
mod policies;
mod refusals;
mod refused_rollouts;
mod reviews;
mod signatures;
mod spending;

use crate::Case;

pub fn all() -> Vec<Case> {
    [
        authority::cases(),
        bytes::cases(),
        forks::cases(),
        kinds::cases(),
        later::cases(),
        own_past::cases(),
        policies::cases(),
        refusals::cases(),
        refused_rollouts::cases(),
        reviews::cases(),
        signatures::cases(),
        spending::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

//! The cases, by what they are about.

mod authority;
mod bytes;
mod kinds;
mod later;
mod own_past;
mod refusals;

use crate::Case;

pub fn all() -> Vec<Case> {
    [kinds::cases(), refusals::cases(), authority::cases(), own_past::cases(), later::cases(), bytes::cases()]
        .into_iter()
        .flatten()
        .collect()
}

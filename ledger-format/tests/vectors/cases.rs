//! The cases, by what they are about.

mod authority;
mod kinds;
mod refusals;

use crate::Case;

pub fn all() -> Vec<Case> {
    [kinds::cases(), refusals::cases(), authority::cases()].into_iter().flatten().collect()
}

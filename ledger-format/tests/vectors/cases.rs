//! The cases, by what they are about.

mod kinds;

use crate::Case;

pub fn all() -> Vec<Case> {
    [kinds::cases()].into_iter().flatten().collect()
}

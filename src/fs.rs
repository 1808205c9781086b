//! Files: write-then-rename, locks; errors that carry the path.

pub mod private;

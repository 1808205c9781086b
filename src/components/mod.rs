//! Component types.

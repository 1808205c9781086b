//! Version control: what the sources are.

pub mod git;

//! Version control: what the sources are.

pub mod git;
pub mod ignore;

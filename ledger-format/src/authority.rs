//! Authority: the document, and which one is in force.

pub mod document;
pub mod proof;

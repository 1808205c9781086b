//! Authority: the document, what it inherits, and which one is in force.

pub mod document;
pub mod force;
pub mod lineage;
pub mod proof;

pub use lineage::Document;

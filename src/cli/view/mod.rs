//! What commands show: one struct a view, drawn for people and serialised for programs.

pub mod says;

//! The order in which components are rolled out.

//! Where events lie.

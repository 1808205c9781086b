//! Version control.

//! Commands as a person or a program meets them.

mod frame;

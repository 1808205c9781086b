//! Commands as a person or a program meets them.

mod deployments;
mod frame;
mod init;

//! Commands as a person or a program meets them.

mod approve;
mod authority;
mod deployments;
mod frame;
mod gates;
mod init;
mod review;
mod seen;

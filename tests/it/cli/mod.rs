//! Commands as a person or a program meets them.

mod approve;
mod deployments;
mod frame;
mod gates;
mod init;
mod review;

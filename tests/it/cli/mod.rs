//! Commands as a person or a program meets them.

mod approve;
mod attacks;
mod authority;
mod build;
mod deployments;
mod earlier;
mod frame;
mod gates;
mod init;
mod other_readers;
mod record;
mod release;
mod review;
mod rollback;
mod rollout;
mod rollout_broken;
mod rollout_lock;
mod screens;
mod seen;
mod standing;
mod stopped;
mod story;
mod trust;
mod vectors;

//! Properties of the fold over generated histories: honest writers, and careless ones that miss what others wrote.

#![allow(clippy::unwrap_used, reason = "all of this is tests")]

mod people;
mod properties;
mod readers;
mod signed;
mod world;

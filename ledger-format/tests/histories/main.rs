//! Properties of the fold over generated histories: honest writers, and careless ones that miss what others wrote.

mod people;
mod properties;
mod world;

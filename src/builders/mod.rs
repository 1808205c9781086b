//! What makes images. Every builder is a driver: `files` here; `dockerfile` and `nixpacks` join it.

pub mod files;

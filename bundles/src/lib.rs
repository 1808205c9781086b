//! The bundle format: its specification and code come with the step that builds bundles. See README.md.

//! Runs external programs: one function.

//! Keys that sign events.

//! Commands, views, errors.

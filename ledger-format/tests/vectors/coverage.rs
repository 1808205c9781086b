//! What the vectors must hold.

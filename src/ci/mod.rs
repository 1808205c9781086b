//! CI providers: what a run says of itself.

//! What commands show: one struct a view, drawn for people and serialised for programs. Field names are for ever:
//! one is never renamed or removed within a major version; what is absent is `null`, a list is a list also of none.

pub mod approval;
pub mod as_of;
pub mod authority;
pub mod builds;
pub mod candidate;
pub mod ci_run;
pub mod claims;
pub mod diagnostics;
pub mod diff;
pub mod event_log;
pub mod evidence;
pub mod findings;
pub mod head;
pub mod history;
pub mod keys;
pub mod policy;
pub mod promotion;
pub mod recorded;
pub mod release_name;
pub mod released;
pub mod releases;
pub mod rollout;
pub mod rules;
pub mod says;
pub mod statement;
pub mod status;
pub mod trust;
pub mod verification;

#[cfg(test)]
mod tests;

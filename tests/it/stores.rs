//! What every ledger store promises, and what a ledger in a folder promises besides.

mod contract;
mod layout;
mod other_tools;

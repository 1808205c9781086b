//! Pages of the reference that are made from the code.

use std::fmt::Write as _;

use super::error::{Code, Exit};

const EXITS: [Exit; 9] = [
    Exit::Done,
    Exit::Failed,
    Exit::Usage,
    Exit::Unverified,
    Exit::Refused,
    Exit::Busy,
    Exit::Unreachable,
    Exit::OpenFindings,
    Exit::Drift,
];

/// `docs/reference/errors.md`
pub fn errors_page() -> String {
    let mut page = String::from(
        "# Errors and exit codes\n\nMade from `src/cli/error/code.rs` and `src/config/diagnostic.rs` by `UPDATE=1 cargo test generated`. \
         Every error has a word as its code, `error[key-locked]`; `sealog explain key-locked` prints the same offline.\n\n\
         ## Exit codes\n\n| code | meaning |\n|---|---|\n",
    );
    for exit in EXITS {
        let _ = writeln!(page, "| {} | {} |", exit.code(), exit.meaning());
    }
    page.push_str("| 130, 143 | ended by a signal: interrupt, termination |\n");
    for code in Code::all() {
        let (word, exit) = (code.word(), code.exit().code());
        let _ = write!(page, "\n## {word}\n\nExit code {exit}. {}\n", code.meaning());
        if let Some(advice) = code.advice() {
            let _ = write!(page, "\n{advice}\n");
        }
    }
    page
}

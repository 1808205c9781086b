//! What is made from the code is committed, and fresh. `UPDATE=1 cargo test generated` writes it anew.

use std::path::Path;

#[track_caller]
fn check(committed: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(committed);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of the page");
        std::fs::write(&path, made).expect("the page");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "{committed} is stale: UPDATE=1 cargo test generated");
}

#[test]
fn errors_page() {
    check("docs/reference/errors.md", &sealog::cli::reference::errors_page());
}

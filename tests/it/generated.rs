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

/// Every key that the loader takes has its row under its heading, and no row tells of a key that it does not take.
#[test]
fn every_key_of_the_configuration_is_on_its_page() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/configuration.md"));
    let page = page.expect("the page");
    for (heading, keys) in sealog::config::keys::SECTIONS {
        let (_, after) = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no `## {heading}`"));
        let section = after.split("\n## ").next().unwrap_or_default();
        let row = |line: &str| Some(line.strip_prefix("| `")?.split_once("` |")?.0.to_owned());
        let mut told: Vec<String> = section.lines().filter_map(row).collect();
        let mut known: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        told.sort_unstable();
        known.sort_unstable();
        assert_eq!(told, known, "## {heading}");
    }
}

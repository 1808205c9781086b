//! Runs the stock tools that our files are meant for.

use std::process::Command;

/// What the tool printed; it must be there and succeed.
pub fn tool(name: &str, arguments: &[&str]) -> String {
    let shown = format!("{name} {}", arguments.join(" "));
    let output = Command::new(name)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("`{shown}` needs {name}, which scripts/setup installs: {error}"));
    assert!(output.status.success(), "`{shown}` failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

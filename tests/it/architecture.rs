//! Who may import whom, what only one module may do, and which names say nothing.

use std::path::{Path, PathBuf};

/// The layers of `docs/architecture.md`, from the ground up. A module may use its own layer and those before it.
const LAYERS: [&[&str]; 5] = [
    &["clock", "environment", "fs", "interrupt", "process", "progress"],
    &["cache", "ci", "config", "docker", "registry", "signers", "stacks", "store", "vcs"],
    &["builders", "bundle", "components", "ledger", "rollout", "sbom", "vendoring"],
    &["stages"],
    &["cli"],
];

/// Text of code that only one module may hold.
const ONLY_IN: [(&str, &[&str]); 9] = [
    ("println!", &[]),
    ("print!", &[]),
    ("SystemTime::now", &["clock"]),
    ("UtcDateTime::now", &["clock"]),
    ("OffsetDateTime::now", &["clock"]),
    ("Instant::now", &["clock"]),
    ("Command::new", &["process"]),
    ("env::var", &["environment"]),
    ("signal_hook", &["interrupt"]),
];

const SAYS_NOTHING: [&str; 6] = ["utils", "util", "common", "helpers", "helper", "misc"];

#[test]
fn layers() {
    let mut broken = Vec::new();
    for file in sources() {
        for (line, text) in file.code() {
            for used in crate_paths(text) {
                if !may_use(&file.module, used) {
                    broken.push(format!("{}:{line}: {} -> {used}", file.path, file.module));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn one_module_for_each_reach_into_the_world() {
    let mut broken = Vec::new();
    for file in sources() {
        for (line, text) in file.code() {
            for (forbidden, owners) in ONLY_IN {
                if text.contains(forbidden) && !owners.contains(&file.module.as_str()) {
                    broken.push(format!("{}:{line}: {forbidden}", file.path));
                }
            }
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_module_has_a_layer_and_a_name_that_says_something() {
    let mut broken = Vec::new();
    for file in sources() {
        if !matches!(file.module.as_str(), "lib" | "main") && layer_of(&file.module).is_none() {
            broken.push(format!("{}: `{}` stands in no layer", file.path, file.module));
        }
        if Path::new(&file.path).iter().any(|part| {
            let name = part.to_str().unwrap_or_default().trim_end_matches(".rs");
            SAYS_NOTHING.contains(&name)
        }) {
            broken.push(format!("{}: a name that says nothing", file.path));
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn the_table_finds_what_breaks_it() {
    for (module, text, broken) in [
        ("store", "use crate::components::ALL;", true),
        ("store", "use crate::{clock, cli::ui};", true),
        ("store", "fn f(x: &crate::stages::Plan) {}", true),
        ("store", "use crate::fs;", false),
        ("store", "use crate::config::Config;", false),
        ("stages", "use crate::{fs::Lock, ledger::append};", false),
        ("cli", "use crate::stages;", false),
        ("clock", "use crate::environment::Environment;", false),
    ] {
        assert_eq!(crate_paths(text).any(|used| !may_use(module, used)), broken, "{module}: {text}");
    }
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

fn may_use(module: &str, used: &str) -> bool {
    match (layer_of(module), layer_of(used)) {
        (Some(own), Some(other)) => other <= own,
        // `lib` and `main` may name everything; what is in no layer is another test's matter.
        (None, _) | (_, None) => true,
    }
}

/// The modules of the crate that a line names: `crate::x`, and each first name in `crate::{x, y::z}`.
fn crate_paths(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("crate::").flat_map(|(at, found)| {
        let rest = &text[at + found.len()..];
        let listed = rest.strip_prefix('{').map(|list| list.split(',').collect::<Vec<_>>());
        listed.unwrap_or_else(|| vec![rest]).into_iter().map(first_name)
    })
}

fn first_name(path: &str) -> &str {
    let path = path.trim_start();
    let end = path.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(path.len());
    &path[..end]
}

struct Source {
    /// From the root of the repository.
    path: String,
    /// The top-level module that it belongs to.
    module: String,
    text: String,
}

impl Source {
    /// Lines of code with their numbers: no comments, no tests.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let code = self.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let code = code.split("#[cfg(test)]\npub mod tests").next().unwrap_or_default();
        code.lines()
            .enumerate()
            .map(|(at, line)| (at + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(root).expect("below the root");
            let module = relative.iter().nth(1).and_then(|part| part.to_str()).expect("a module");
            Source {
                path: relative.display().to_string(),
                module: module.trim_end_matches(".rs").to_owned(),
                text: std::fs::read_to_string(&path).expect("a source file"),
            }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a source folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

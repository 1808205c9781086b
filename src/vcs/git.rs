//! Git: the commit that is checked out and what is known about it.

use std::path::Path;

use ledger_format::field::{Commit, NotAReference, Str};

use crate::fs::Limit;
use crate::process::{self, Argument, ProcessError, Program};

const OUTPUT: Limit = Limit { what: "an answer of git", bytes: 16 * 1024 * 1024 };

/// The commit that is checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    pub commit: Commit,
    /// `None` off any branch, as in CI.
    pub branch: Option<Str>,
    /// A tag of this very commit; of several the greatest version.
    pub tag: Option<Str>,
    /// Where others find it: no userinfo, no folder of this machine.
    pub remote: Option<Str>,
    pub tree: Tree,
    /// In seconds since 1970.
    pub committed_at: u64,
}

/// Whether what is checked out is what the commit has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tree {
    Clean,
    /// With changes, or with files that git neither has nor ignores.
    Dirty,
}

/// Why nothing is known about the commit.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("git named a commit that is none")]
    Commit(#[from] NotAReference),
    #[error("git said `{answer}` where the time of a commit belongs")]
    Time { answer: String },
}

/// What is checked out in the repository that a folder is in; `None` without a repository or a commit.
pub fn checkout(folder: &Path) -> Result<Option<Checkout>, GitError> {
    if !folder.ancestors().any(|above| above.join(".git").exists()) {
        return Ok(None);
    }
    let status = text(git(folder, &STATUS)?);
    let header = |name: &str| status.split('\0').find_map(|line| line.strip_prefix(name));
    let Some(commit) = header("# branch.oid ").filter(|oid| *oid != "(initial)") else { return Ok(None) };
    let changed = status.split('\0').any(|line| !line.is_empty() && !line.starts_with("# "));
    let time = text(git(folder, &["log", "-1", "--no-show-signature", "--format=%ct"])?);
    let tags = text(git(folder, &["tag", "--points-at", "HEAD", "--sort=-version:refname"])?);
    Ok(Some(Checkout {
        commit: Commit::new(commit)?,
        branch: header("# branch.head ").filter(|head| *head != "(detached)").and_then(short),
        tag: tags.lines().next().and_then(short),
        remote: remote(folder)?,
        tree: if changed { Tree::Dirty } else { Tree::Clean },
        committed_at: time.trim().parse().map_err(|_| GitError::Time { answer: time.trim().to_owned() })?,
    }))
}

/// Everything but sealog's own folder, wherever in the repository the project is.
const STATUS: [&str; 8] = [
    "status",
    "--porcelain=v2",
    "--branch",
    "-z",
    "--untracked-files=normal",
    "--",
    ":(top)",
    ":(top,exclude,glob)**/.sealog/**",
];

pub(super) fn git(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
    let program = Program::new("git")
        // A repository is not asked to run programs of its own, and nothing is written into it.
        .arguments(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .arguments(arguments)
        .variable("GIT_OPTIONAL_LOCKS", Argument::Plain("0".into()))
        .within(folder);
    Ok(process::run(&program, OUTPUT)?.stdout)
}

fn remote(folder: &Path) -> Result<Option<Str>, GitError> {
    let configured = text(git(folder, &["remote"])?);
    let names: Vec<&str> = configured.lines().collect();
    let name = if names.contains(&"origin") { Some("origin") } else { names.first().copied() };
    let Some(name) = name else { return Ok(None) };
    let address = text(git(folder, &["remote", "get-url", "--", name])?);
    Ok(public_address(address.trim()).as_deref().and_then(short))
}

/// An address without userinfo, query and fragment, where secrets hide; `None` of a folder of this machine.
fn public_address(address: &str) -> Option<String> {
    let address = address.split(['?', '#']).next().unwrap_or_default();
    let without_user = |rest: &str| match rest.split_once('/') {
        Some((host, path)) => format!("{}/{path}", after_at(host)),
        None => after_at(rest).to_owned(),
    };
    match address.split_once("://") {
        Some(("file", _)) => None,
        Some((scheme, rest)) => Some(format!("{scheme}://{}", without_user(rest))),
        // `git@github.com:acme/shop.git`; a slash before the colon makes it a path.
        None => match address.split_once(':') {
            Some((host, path)) if !host.contains(['/', '\\']) && host.len() > 1 => {
                Some(format!("{}:{path}", after_at(host)))
            }
            _ => None,
        },
    }
}

fn after_at(host: &str) -> &str {
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

/// What does not fit into an event is left out.
fn short(text: &str) -> Option<Str> {
    Str::new(text).ok()
}

fn text(output: Vec<u8>) -> String {
    String::from_utf8_lossy(&output).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_no_secret_and_no_folder() {
        for (address, shown) in [
            ("https://github.com/acme/shop.git", Some("https://github.com/acme/shop.git")),
            ("https://ci:hunter2@github.com/acme/shop.git", Some("https://github.com/acme/shop.git")),
            ("https://a@b:p@ss@host/x?token=1#y", Some("https://host/x")),
            ("ssh://git@host:22/acme/shop", Some("ssh://host:22/acme/shop")),
            ("git@github.com:acme/shop.git", Some("github.com:acme/shop.git")),
            ("https://token@host", Some("https://host")),
            ("/srv/git/shop.git", None),
            ("../shop", None),
            ("file:///srv/git/shop.git", None),
            ("C:\\git\\shop", None),
        ] {
            assert_eq!(public_address(address).as_deref(), shown, "{address}");
        }
    }

    struct Repository(tempfile::TempDir);

    impl Repository {
        fn new() -> Self {
            let repository = Self(tempfile::tempdir().unwrap());
            repository.git(&["init", "-q", "-b", "main"]);
            repository
        }

        fn git(&self, arguments: &[&str]) {
            let plain = |text: &str| Argument::Plain(text.into());
            let program = Program::new("git")
                .arguments(["-c", "user.name=Ana", "-c", "user.email=ana@acme.example"])
                .arguments(["-c", "commit.gpgSign=false", "-c", "tag.gpgSign=false"])
                .arguments(arguments)
                .variable("GIT_COMMITTER_DATE", plain("1763629200 +0100"))
                .variable("GIT_AUTHOR_DATE", plain("1763629200 +0100"))
                .within(self.0.path());
            process::run(&program, OUTPUT).unwrap();
        }

        fn commit(&self) {
            self.git(&["commit", "-q", "--allow-empty", "-m", "Begin"]);
        }

        fn checkout(&self) -> Option<Checkout> {
            checkout(self.0.path()).unwrap()
        }

        fn write(&self, path: &str) {
            let path = self.0.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
    }

    #[test]
    fn without_a_repository_or_a_commit_there_is_nothing() {
        assert_eq!(checkout(tempfile::tempdir().unwrap().path()).unwrap(), None);
        assert_eq!(Repository::new().checkout(), None);
    }

    #[test]
    fn a_commit_is_known_with_its_names() {
        let repository = Repository::new();
        repository.commit();
        for tag in ["v1.9.0", "v1.10.0"] {
            repository.git(&["tag", tag]);
        }
        repository.git(&["remote", "add", "origin", "https://ci:secret@git.example/acme/shop.git"]);
        let found = repository.checkout().unwrap();
        let shown = |text: &Option<Str>| text.as_ref().map(ToString::to_string);
        assert_eq!(shown(&found.branch).as_deref(), Some("main"));
        assert_eq!(shown(&found.tag).as_deref(), Some("v1.10.0"));
        assert_eq!(shown(&found.remote).as_deref(), Some("https://git.example/acme/shop.git"));
        assert_eq!((found.tree, found.committed_at), (Tree::Clean, 1_763_629_200));
        repository.git(&["checkout", "-q", "--detach"]);
        assert_eq!(repository.checkout().unwrap(), Checkout { branch: None, ..found });
    }

    #[test]
    fn what_is_in_no_commit_makes_it_dirty() {
        let repository = Repository::new();
        repository.commit();
        repository.write("project/.sealog/ledger/index.json");
        assert_eq!(repository.checkout().unwrap().tree, Tree::Clean, "sealog's own folder");
        repository.write("project/new.txt");
        assert_eq!(repository.checkout().unwrap().tree, Tree::Dirty, "a file that git does not know");
        repository.git(&["add", "--", "project/new.txt"]);
        repository.commit();
        assert_eq!(checkout(&repository.0.path().join("project")).unwrap().unwrap().tree, Tree::Clean);
    }
}

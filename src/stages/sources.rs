//! What something is made of and where: the commit that is checked out, and the CI run.

use std::path::Path;

use ledger_format::field::{Ci, Git, Set, Str, True};
use ledger_format::name::Name;

use crate::ci::{self, CiRun};
use crate::config::GitFacts;
use crate::environment::Environment;
use crate::vcs::git::{self, Checkout, GitError, Tree};

/// The commit and the run, each where there is one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    pub checkout: Option<Checkout>,
    pub run: Option<CiRun>,
    /// Who wrote it, as principals: they cannot approve it where a policy keeps these parts apart.
    pub authors: Vec<Name>,
}

impl Sources {
    pub fn find(project: &Path, environment: &Environment, authors: Vec<Name>) -> Result<Self, GitError> {
        Ok(Self { checkout: git::checkout(project)?, run: ci::detect(environment), authors })
    }

    /// Whether there are changes that no commit has.
    pub fn is_dirty(&self) -> bool {
        self.checkout.as_ref().is_some_and(|checkout| checkout.tree == Tree::Dirty)
    }

    /// As events claim it.
    pub fn git(&self) -> Option<Git> {
        let checkout = self.checkout.as_ref()?;
        Some(Git {
            commit: checkout.commit.clone(),
            branch: self.branch(),
            tag: self.tag(),
            remote: checkout.remote.clone(),
            dirty: True::when(checkout.tree == Tree::Dirty),
            authors: Set::new(self.authors.iter().cloned()),
        })
    }

    pub fn ci(&self) -> Option<Ci> {
        self.run.as_ref().map(|run| run.ci.clone())
    }

    /// As configurations read it.
    pub fn facts(&self) -> Option<GitFacts> {
        let checkout = self.checkout.as_ref()?;
        let text = |text: Option<Str>| text.map(|text| text.to_string());
        Some(GitFacts { sha: checkout.commit.to_string(), branch: text(self.branch()), tag: text(self.tag()) })
    }

    /// CI checks out a commit, not a branch; then it says itself which branch it meant.
    fn branch(&self) -> Option<Str> {
        let claimed = || self.run.as_ref()?.branch.clone();
        self.checkout.as_ref()?.branch.clone().or_else(claimed)
    }

    fn tag(&self) -> Option<Str> {
        let claimed = || self.run.as_ref()?.tag.clone();
        self.checkout.as_ref()?.tag.clone().or_else(claimed)
    }
}

//! Who of this machine's processes is alive: a run is a file, and whoever is that run holds an operating-system lock on it.
//!
//! ```text
//! <state>/runs/<ledger>/<key, deployment and target, hashed>/<run>
//! ```
//!
//! The lock of a process that died is free. Who takes it goes on as the same writer: it may end or adopt what that
//! process claimed. Files are few, one for each process that ever was there at once, and stay.

use std::path::{Path, PathBuf};

use ledger_format::digest::Digest;
use ledger_format::field::Run;
use ledger_format::name::{Fingerprint, LedgerId, Name};

use super::append::new_run;
use crate::fs::{self, FsError, Lock, TryLock};

/// The runs of one key on one target of one ledger, on this machine.
#[derive(Debug, Clone)]
pub struct Runs {
    folder: PathBuf,
}

/// Whose runs.
#[derive(Debug, Clone, Copy)]
pub struct Whose<'a> {
    pub ledger: LedgerId,
    pub key: &'a Fingerprint,
    pub deployment: &'a Name,
    pub target: &'a Name,
}

/// A run that this process is, until it drops it or dies.
#[derive(Debug)]
pub struct HeldRun {
    pub run: Run,
    /// `None` where the file system knows no locks: nobody else can become this run then.
    _lock: Option<Lock>,
}

/// Why no run could be had.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Fs(#[from] FsError),
    #[error("the system's random numbers")]
    Random(#[from] getrandom::Error),
}

impl Runs {
    pub fn of(state: &Path, whose: Whose<'_>) -> Self {
        let Whose { ledger, key, deployment, target } = whose;
        let place = Digest::of(format!("{}\n{deployment}\n{target}\n", key.as_str()).as_bytes());
        Self { folder: state.join("runs").join(ledger.0.hex()).join(place.hex()) }
    }

    /// Every run that nobody is, which this process becomes.
    pub fn take_free(&self) -> Result<Vec<HeldRun>, RunError> {
        fs::create_folder(&self.folder)?;
        let (mut names, _) = fs::files(&self.folder)?;
        names.sort();
        let runs = names.iter().filter_map(|name| Run::new(name).ok());
        let taken = runs.map(|run| self.take(run)).collect::<Result<Vec<_>, _>>()?;
        Ok(taken.into_iter().flatten().collect())
    }

    /// This run, unless another process is it, or it was never one of this machine.
    pub fn take_if_dead(&self, run: &Run) -> Result<Option<HeldRun>, RunError> {
        if self.folder.join(run.as_str()).is_file() { self.take(run.clone()) } else { Ok(None) }
    }

    /// A run that nobody ever was.
    pub fn begin(&self) -> Result<HeldRun, RunError> {
        fs::create_folder(&self.folder)?;
        loop {
            let run = new_run()?;
            match Lock::try_take(&self.folder.join(run.as_str()))? {
                TryLock::Taken(lock) => return Ok(HeldRun { run, _lock: Some(lock) }),
                TryLock::Unsupported => return Ok(HeldRun { run, _lock: None }),
                // Somebody who was looking for free runs was faster.
                TryLock::Busy => {}
            }
        }
    }

    fn take(&self, run: Run) -> Result<Option<HeldRun>, RunError> {
        match Lock::try_take(&self.folder.join(run.as_str()))? {
            TryLock::Taken(lock) => Ok(Some(HeldRun { run, _lock: Some(lock) })),
            TryLock::Busy | TryLock::Unsupported => Ok(None),
        }
    }
}

impl HeldRun {
    /// A run of a process that leaves no trace on its machine: nobody goes on as it.
    pub fn without_trace() -> Result<Self, RunError> {
        Ok(Self { run: new_run()?, _lock: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(state: &Path, target: &str) -> Runs {
        let ledger = format!("sha256:{:064x}", 7).parse().unwrap();
        let key = Fingerprint::from_digest(&Digest::of(b"key"));
        let (deployment, target) = (Name::new("shop").unwrap(), Name::new(target).unwrap());
        Runs::of(state, Whose { ledger, key: &key, deployment: &deployment, target: &target })
    }

    #[test]
    fn a_run_is_one_process_and_the_next_one_after_that() {
        let state = tempfile::tempdir().unwrap();
        let (dev, prod) = (runs(state.path(), "dev"), runs(state.path(), "prod"));
        assert!(dev.take_free().unwrap().is_empty());
        let first = dev.begin().unwrap();
        assert!(dev.take_free().unwrap().is_empty());
        assert!(dev.take_if_dead(&first.run).unwrap().is_none());
        let (second, name) = (dev.begin().unwrap(), first.run.clone());
        assert_ne!(second.run, name);

        drop(first);
        assert!(prod.take_if_dead(&name).unwrap().is_none(), "runs belong to a target");
        let free = dev.take_free().unwrap();
        assert_eq!(free.iter().map(|held| &held.run).collect::<Vec<_>>(), [&name]);
        drop(free);
        assert_eq!(dev.take_if_dead(&name).unwrap().map(|held| held.run), Some(name));
    }
}

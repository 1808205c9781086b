//! What is wrong with the name of a release.

use super::{CliError, Code};
use crate::ledger::releases::NoRelease;

impl From<NoRelease> for CliError {
    fn from(error: NoRelease) -> Self {
        let message = error.to_string();
        match error {
            NoRelease::Unknown { near: Some(near), .. } => {
                Self::new(Code::NotFound, message).hint(format!("did you mean `{near}`?"))
            }
            NoRelease::Unknown { deployment, near: None, .. } => {
                let of = deployment.map(|deployment| format!(" {deployment}")).unwrap_or_default();
                Self::new(Code::NotFound, message).hint(format!("sealog releases{of}   (lists them)"))
            }
            NoRelease::TooShort { .. } => Self::new(Code::Usage, message),
            NoRelease::Ambiguous { releases, .. } => {
                let shown: Vec<String> =
                    releases.iter().map(|found| format!("{}/{}", found.deployment, found.release.short())).collect();
                Self::new(Code::Ambiguous, message).fact("they are", shown.clone(), shown.join(", "))
            }
        }
    }
}

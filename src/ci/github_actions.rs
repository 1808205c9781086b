//! GitHub Actions: the default variables of a job.

use ledger_format::field::{Ci, Str};

use super::{CiRun, constant, text};
use crate::environment::Environment;

pub(super) fn detect(environment: &Environment) -> Option<CiRun> {
    if environment.get("GITHUB_ACTIONS") != Some("true") {
        return None;
    }
    let text = |name| text(environment, name);
    let kind = environment.get("GITHUB_REF_TYPE");
    let change = environment.get("GITHUB_REF").and_then(pull_request);
    let of = |wanted: &str| if kind == Some(wanted) { text("GITHUB_REF_NAME") } else { None };
    Some(CiRun {
        branch: if change.is_some() { text("GITHUB_HEAD_REF") } else { of("branch") },
        tag: of("tag"),
        ci: Ci {
            provider: constant("github-actions"),
            repository: text("GITHUB_REPOSITORY"),
            workflow: text("GITHUB_WORKFLOW"),
            run: text("GITHUB_RUN_ID"),
            attempt: text("GITHUB_RUN_ATTEMPT"),
            job: text("GITHUB_JOB"),
            url: url(environment),
            change,
        },
    })
}

/// `482` of `refs/pull/482/merge`.
fn pull_request(reference: &str) -> Option<Str> {
    let number = reference.strip_prefix("refs/pull/")?.split('/').next()?;
    Str::new(number).ok()
}

fn url(environment: &Environment) -> Option<Str> {
    let part = |name| environment.get(name);
    let (server, repository, run) = (part("GITHUB_SERVER_URL")?, part("GITHUB_REPOSITORY")?, part("GITHUB_RUN_ID")?);
    Str::new(&format!("{server}/{repository}/actions/runs/{run}")).ok()
}

//! GitLab CI: the predefined variables of a job.

use ledger_format::field::Ci;

use super::{CiRun, constant, text};
use crate::environment::Environment;

pub(super) fn detect(environment: &Environment) -> Option<CiRun> {
    if environment.get("GITLAB_CI") != Some("true") {
        return None;
    }
    let text = |name| text(environment, name);
    Some(CiRun {
        // A pipeline of a merge request has no CI_COMMIT_BRANCH.
        branch: text("CI_COMMIT_BRANCH").or_else(|| text("CI_MERGE_REQUEST_SOURCE_BRANCH_NAME")),
        tag: text("CI_COMMIT_TAG"),
        ci: Ci {
            provider: constant("gitlab-ci"),
            repository: text("CI_PROJECT_PATH"),
            workflow: text("CI_PIPELINE_NAME"),
            run: text("CI_PIPELINE_ID"),
            attempt: None,
            job: text("CI_JOB_NAME"),
            url: text("CI_PIPELINE_URL"),
            change: text("CI_MERGE_REQUEST_IID"),
        },
    })
}

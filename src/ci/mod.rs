//! CI providers: what a run says of itself. All of it is claimed by whoever sets the variables.
//!
//! A new provider is a file below `ci/`, its `mod` line, its entry in `PROVIDERS` and a file in `fixtures/ci`.

mod github_actions;
mod gitlab_ci;

use ledger_format::field::{Ci, Str};

use crate::environment::Environment;

/// What a CI run says of itself and of what it checked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CiRun {
    pub ci: Ci,
    /// What was checked out: CI leaves git itself on no branch.
    pub branch: Option<Str>,
    pub tag: Option<Str>,
}

type Detect = fn(&Environment) -> Option<CiRun>;

/// The first one that knows its own variables is taken.
const PROVIDERS: &[Detect] = &[github_actions::detect, gitlab_ci::detect];

/// The CI run that these variables are of.
pub fn detect(environment: &Environment) -> Option<CiRun> {
    PROVIDERS.iter().find_map(|provider| provider(environment))
}

/// A variable as a text of an event; what does not fit into one is left out.
fn text(environment: &Environment, name: &str) -> Option<Str> {
    environment.get(name).and_then(|value| Str::new(value).ok())
}

fn constant(text: &str) -> Str {
    Str::new(text).unwrap_or_else(|_| unreachable!("a constant text"))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// `NAME=value` lines; `#` begins a comment.
    fn fixture(name: &str) -> Environment {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ci").join(name);
        let text = std::fs::read_to_string(path).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn detected(name: &str) -> String {
        let Some(run) = detect(&fixture(name)) else { return "none".to_owned() };
        let shown = |name: &str, text: &Option<Str>| text.as_ref().map(|text| format!(", {name} {text}"));
        let ci = serde_json::to_string(&run.ci).unwrap();
        [Some(ci), shown("branch", &run.branch), shown("tag", &run.tag)].into_iter().flatten().collect()
    }

    #[test]
    fn each_provider_is_known_by_its_variables() {
        for (fixture, expected) in [
            (
                "github-push.env",
                r#"{"provider":"github-actions","repository":"acme/shop","workflow":"ship","run":"3188","attempt":"1","job":"build","url":"https://github.com/acme/shop/actions/runs/3188"}, branch main"#,
            ),
            (
                "github-pull-request.env",
                r#"{"provider":"github-actions","repository":"acme/shop","workflow":"ship","run":"3190","attempt":"2","job":"build","url":"https://github.com/acme/shop/actions/runs/3190","change":"482"}, branch retry-charges"#,
            ),
            (
                "github-tag.env",
                r#"{"provider":"github-actions","repository":"acme/shop","workflow":"ship","run":"3200","attempt":"1","job":"release","url":"https://github.acme.dev/acme/shop/actions/runs/3200"}, tag v1.5.0"#,
            ),
            (
                "gitlab-branch.env",
                r#"{"provider":"gitlab-ci","repository":"acme/shop","workflow":"ship","run":"71023","job":"build","url":"https://gitlab.com/acme/shop/-/pipelines/71023"}, branch main"#,
            ),
            (
                "gitlab-merge-request.env",
                r#"{"provider":"gitlab-ci","repository":"acme/shop","run":"71030","job":"build","url":"https://gitlab.com/acme/shop/-/pipelines/71030","change":"17"}, branch retry-charges"#,
            ),
            ("no-ci.env", "none"),
        ] {
            assert_eq!(detected(fixture), expected, "{fixture}");
        }
    }

    #[test]
    fn every_fixture_is_in_the_table() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/ci");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), 6);
    }
}

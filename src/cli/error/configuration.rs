//! Mistakes of a configuration: several at once, each with its place.

use serde_json::{Value, json};

use super::{CliError, Code};
use crate::config::{ConfigError, Diagnostic, Label, Mistakes, Severity};

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        let named = |names: &[ledger_format::name::Name]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
        match error {
            ConfigError::Mistakes(mistakes) => Self::from(mistakes),
            ConfigError::NoProject { .. } => Self::new(Code::NoProject, message),
            ConfigError::Read { path, source } => {
                Self::new(Code::NoProject, message).detail("path", path.display().to_string()).caused_by(&source)
            }
            ConfigError::UnknownDeployment { deployments, .. } => {
                let known = named(&deployments);
                Self::new(Code::NotFound, message).fact("there are", known.clone(), list_or_none(&known))
            }
            ConfigError::ComponentNamed { deployment, .. } => {
                Self::new(Code::NotFound, message).detail("deployment", deployment.to_string())
            }
            ConfigError::WhichDeployment { deployments } => {
                Self::new(Code::Ambiguous, message).detail("deployments", named(&deployments))
            }
            ConfigError::NoDeployments | ConfigError::NoTargets { .. } => Self::new(Code::NotFound, message),
            ConfigError::UnknownTarget { targets, .. } => {
                Self::new(Code::NotFound, message).detail("targets", named(&targets))
            }
            ConfigError::WhichTarget { targets, .. } => Self::new(Code::Ambiguous, message)
                .detail("targets", named(&targets))
                .hint("say which: --target <target>"),
            ConfigError::UnknownComponent { .. } => Self::new(Code::NotFound, message),
            ConfigError::WhichComponent { components, .. } => Self::new(Code::Ambiguous, message)
                .detail("components", components.iter().map(ToString::to_string).collect::<Vec<_>>()),
        }
    }
}

/// The first mistake gives the code, the others come with it; for people all are drawn as they stand in their files.
impl From<Mistakes> for CliError {
    fn from(mistakes: Mistakes) -> Self {
        let errors = mistakes.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        let error = errors.map(one).reduce(CliError::and);
        let error = error.unwrap_or_else(|| Self::new(Code::Internal, "a configuration without mistakes was refused"));
        error.drawn_as(Drawing::Mistakes(mistakes))
    }
}

fn one(diagnostic: &Diagnostic) -> CliError {
    let error = CliError::new(Code::Configuration(diagnostic.code), &diagnostic.message)
        .detail("places", diagnostic.labels.iter().map(place).collect::<Vec<_>>());
    match &diagnostic.help {
        Some(help) => error.hint(help),
        None => error,
    }
}

fn place(label: &Label) -> Value {
    let at = label.place.start();
    json!({ "file": label.place.file.path, "line": at.line, "column": at.column, "says": label.text })
}

fn list_or_none(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// An error that draws itself.
#[derive(Debug, Clone)]
pub(super) enum Drawing {
    Composed,
    Mistakes(Mistakes),
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ui::tests::captured;
    use crate::cli::ui::{Attendance, Format, Voice};
    use crate::config::Code as Mistake;
    use crate::config::source::SourceFile;

    fn mistakes() -> Mistakes {
        let file = SourceFile::new("deployments/shop.yaml", "name: shop\ntargets: 7\ncolour: red\n");
        let first = Diagnostic::error(Mistake::WrongType, "`targets` is a number; it takes a mapping")
            .at(file.place(20..21), "a number");
        let second = Diagnostic::error(Mistake::UnknownKey, "`colour` means nothing here")
            .at(file.place(22..28), "unknown")
            .help("leave it out");
        Mistakes::of(vec![first, second], 3).unwrap()
    }

    fn told(format: Format) -> String {
        let (ui, captured) = captured(Attendance::Nobody, format, Voice::Normal, "");
        ui.fail(&mistakes().into());
        captured.err.text()
    }

    #[test]
    fn all_mistakes_come_at_once() {
        insta::assert_snapshot!(told(Format::Table), @r"
        error[wrong-type]: `targets` is a number; it takes a mapping
           ╭─[deployments/shop.yaml:2:10]
         2 │ targets: 7
           ·          ┬
           ·          ╰── a number
           ╰─
        error[unknown-key]: `colour` means nothing here
           ╭─[deployments/shop.yaml:3:1]
         3 │ colour: red
           · ───┬──
           ·    ╰── unknown
           ╰─
          hint: leave it out
        ✗ 2 mistakes in 1 of 3 files
        ");
        let json: Value = serde_json::from_str(&told(Format::Json)).unwrap();
        insta::assert_json_snapshot!(json, @r#"
        {
          "error": {
            "code": "wrong-type",
            "details": {
              "places": [
                {
                  "column": 10,
                  "file": "deployments/shop.yaml",
                  "line": 2,
                  "says": "a number"
                }
              ]
            },
            "exit_code": 2,
            "hints": [],
            "message": "`targets` is a number; it takes a mapping",
            "others": [
              {
                "code": "unknown-key",
                "details": {
                  "places": [
                    {
                      "column": 1,
                      "file": "deployments/shop.yaml",
                      "line": 3,
                      "says": "unknown"
                    }
                  ]
                },
                "exit_code": 2,
                "hints": [
                  "leave it out"
                ],
                "message": "`colour` means nothing here",
                "others": [],
                "see": "sealog explain unknown-key",
                "undone": null
              }
            ],
            "see": "sealog explain wrong-type",
            "undone": null
          }
        }
        "#);
    }
}

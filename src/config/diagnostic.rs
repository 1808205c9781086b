//! What is wrong with a configuration, with the places where it shows.

use super::render;
use super::source::Place;

/// One mistake, or a warning: what, where, and what may help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    /// The first one is where the mistake is; the others explain it.
    pub labels: Vec<Label>,
    pub help: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub place: Place,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// All mistakes of a run; never none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.summary())]
pub struct Mistakes {
    pub diagnostics: Vec<Diagnostic>,
    /// How many files were read.
    pub files: usize,
}

macro_rules! codes {
    ($($variant:ident $word:literal $meaning:literal),+ $(,)?) => {
        /// The word by which a mistake is known; never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($variant),+ }

        impl Code {
            pub const ALL: &[Code] = &[$(Code::$variant),+];

            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $word),+ }
            }

            /// What the code means and what to do, for `explain`.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning),+ }
            }
        }
    };
}

codes! {
    AmbiguousBinding "ambiguous-binding"
        "A component could take its image from several image components, and nothing says from which. Name one: `image: \"{{ nixpack.<name>.image }}\"`.",
    BadName "bad-name"
        "A name has letters that its kind does not allow. Deployments: lower-case letters, digits and `-`, at least two. Components and targets: letters, digits and `. _ / -`.",
    BadTemplate "bad-template"
        "The text between `{{` and `}}` or `{%` and `%}` is not a template expression, or cannot be computed.",
    BadValue "bad-value"
        "A value is of the right type, but is none that this key takes.",
    BareDigest "bare-digest"
        "An input that takes an image was given a digest alone, which nobody can pull. Use `.image`: it is `<registry>/<repository>@sha256:...`. An input `image_digest` takes the digest.",
    ContainerName "container-name"
        "A component takes the image of an image component, but its `container.name` is another name. It may be meant for another image.",
    DependencyCycle "dependency-cycle"
        "Components wait for each other in a circle, so none could ever begin. Leave out one of the `depends_on` or bindings of the path.",
    DuplicateDeployment "duplicate-deployment"
        "Two files define a deployment of one name; a deployment is found by its name, so it must be unique.",
    DuplicateKey "duplicate-key"
        "A key stands twice in one mapping; YAML readers silently lose one of them, so it is refused.",
    InvalidYaml "invalid-yaml"
        "The file is not YAML 1.2, is no UTF-8, has several documents, or is too large.",
    MissingFile "missing-file"
        "The configuration names a file or folder that does not exist or cannot be read.",
    MissingKey "missing-key"
        "A key that must be there is not.",
    NoSuchDriver "no-such-driver"
        "This build of sealog has no driver of that name; the message lists those there are.",
    NotInThisBuild "not-in-this-build"
        "The configuration is right, but what it asks for is not part of this build of sealog.",
    OutsideProject "outside-project"
        "A path leaves the project's folder, is absolute, or goes through a symbolic link; paths are relative to the project's folder, with `/`.",
    UnboundImage "unbound-image"
        "A component has an input for an image, but no image component is bound to it: no label agrees and none is named.",
    UnknownComponentType "unknown-component-type"
        "Components are of the types nixpack, manifest, terraform, helmfile and lambda.",
    UnknownDependency "unknown-dependency"
        "A `depends_on` names a component that the deployment does not have. Components are written `type/name`.",
    UnknownImage "unknown-image"
        "A template names an image component that the deployment does not have.",
    UnknownKey "unknown-key"
        "A key that means nothing here; most often a slip of the pen. `sealog explain configuration` lists all that there are.",
    UnknownTarget "unknown-target"
        "A target is named that the deployment does not have.",
    UnknownVariable "unknown-variable"
        "A template uses a value that does not exist. There are target, deployment, context, git, nixpack, and in the templates of a manifest component vars, image and component.",
    WrongType "wrong-type"
        "A value has another type than this key takes: a list where a text belongs, for example.",
}

impl Diagnostic {
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self { code, severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None }
    }

    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Self {
        self.labels.push(Label { place, text: text.into() });
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// The whole of it for people, each line ended; `width` in columns.
    pub fn render(&self, width: usize, colour: bool, unicode: bool) -> String {
        render::diagnostic(self, width, colour, unicode)
    }
}

impl Mistakes {
    /// All of them and the summary; `None` when there is no error among them.
    pub fn of(mut diagnostics: Vec<Diagnostic>, files: usize) -> Option<Self> {
        if diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning) {
            return None;
        }
        diagnostics.sort_by_key(|diagnostic| {
            let first = diagnostic.labels.first().map(|l| (l.place.file.path.clone(), l.place.span.start));
            (diagnostic.severity, first, diagnostic.code)
        });
        diagnostics.dedup();
        Some(Self { diagnostics, files })
    }

    /// `2 mistakes in 1 of 5 files`.
    pub fn summary(&self) -> String {
        let count = self.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        let files: std::collections::BTreeSet<_> =
            self.diagnostics.iter().filter_map(|d| d.labels.first()).map(|l| &l.place.file.path).collect();
        let mistakes = if count == 1 { "1 mistake".to_owned() } else { format!("{count} mistakes") };
        // Templates are read too, but only counted where something is wrong with them.
        let of = self.files.max(files.len());
        let ending = if of == 1 { "" } else { "s" };
        format!("{mistakes} in {} of {of} file{ending}", files.len())
    }

    pub fn render(&self, width: usize, colour: bool, unicode: bool) -> String {
        let all: String = self.diagnostics.iter().map(|d| d.render(width, colour, unicode)).collect();
        let symbol = if unicode { "✗" } else { "x" };
        format!("{all}{}\n", render::paint(&format!("{symbol} {}", self.summary()), Severity::Error, colour))
    }
}

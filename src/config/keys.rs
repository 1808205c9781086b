//! Every key that the loader takes, by whose it is; `docs/reference/configuration.md` has a table for each.

/// `sealog.yaml`
pub const PROJECT: &[&str] = &["deployments", "ledger", "trust"];
pub const PROJECT_DEPLOYMENTS: &[&str] = &["base_path"];

pub const FILE: &[&str] = &["deployment"];
pub const DEPLOYMENT: &[&str] = &[
    "name",
    "description",
    "labels",
    "stacks",
    "context",
    "depends_on",
    "vendor",
    "components",
    "targets",
    "settings",
];
pub const CONTEXT: &[&str] = &["default_target", "promote_by"];
pub const TARGET: &[&str] = &["labels", "context", "region", "stack", "description"];
pub const COMPONENT: &[&str] = &["metadata", "component", "vars", "settings", "env"];
pub const METADATA: &[&str] = &["labels", "depends_on", "description"];

/// The variables that an image component takes; other drivers' are known although this build lacks them.
pub const IMAGE_VARS: &[&str] = &[
    "apt_pkgs",
    "base",
    "build_cmd",
    "builder",
    "cmd",
    "dockerfile",
    "dockerfile_target",
    "entrypoint",
    "env",
    "files",
    "image",
    "install_cmd",
    "labels",
    "pkgs",
    "platform",
    "source",
    "start_cmd",
    "workdir",
];
pub const IMAGE: &[&str] = &["registry", "name", "tag"];
pub const FILE_RULE: &[&str] = &["from", "to", "mode"];

/// The headings of the page, and the keys below each.
pub const SECTIONS: &[(&str, &[&str])] = &[
    ("sealog.yaml", PROJECT),
    ("deployments of sealog.yaml", PROJECT_DEPLOYMENTS),
    ("A deployment file", FILE),
    ("deployment", DEPLOYMENT),
    ("context of a deployment", CONTEXT),
    ("A target", TARGET),
    ("A component", COMPONENT),
    ("metadata of a component", METADATA),
    ("vars of an image component", IMAGE_VARS),
    ("image of an image component", IMAGE),
    ("files of an image component", FILE_RULE),
];

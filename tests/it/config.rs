//! Configurations under `fixtures/configs` and the example project: what is made of them and what is said of mistakes.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ledger_format::digest::Digest;
use ledger_format::name::Component;
use sealog::config::{self, BoundImage, BoundKind, ConfigError, GitFacts, Resolved};

fn fixtures(below: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(below)
}

fn cases(below: &str) -> Vec<(String, PathBuf)> {
    let folder = fixtures(below);
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<_> =
        entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path)).collect();
    cases.sort();
    cases
}

fn git() -> GitFacts {
    GitFacts { sha: "8d3e6f1a9b0c4d5e6f708192a3b4c5d6e7f80912".to_owned(), branch: Some("main".to_owned()), tag: None }
}

fn image_of(component: &Component) -> BoundImage {
    BoundImage {
        repository: format!("registry.example/{}", component.name()),
        digest: Digest::of(component.as_str().as_bytes()),
        tag: Some("v1.5.0".to_owned()),
    }
}

#[test]
fn every_mistake_is_shown_with_its_place() {
    for (case, folder) in cases("configs/invalid") {
        let shown = match config::check(&folder) {
            Err(ConfigError::Mistakes(mistakes)) => mistakes.render(100, false, true),
            Err(other) => panic!("{case}: {other}"),
            Ok(warnings) => warnings.iter().map(|warning| warning.render(100, false, true)).collect(),
        };
        assert!(!shown.is_empty(), "{case}: nothing is wrong with it");
        insta::with_settings!({ snapshot_path => "snapshots/config/invalid", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(case, shown);
        });
    }
}

#[test]
fn what_is_valid_resolves_to_what_a_rollout_needs() {
    for (case, folder) in cases("configs/valid").into_iter().chain([("shop".to_owned(), fixtures("projects/shop"))]) {
        let config = config::load(&folder).unwrap_or_else(|error| panic!("{case}: {error:?}"));
        let mut shown = String::new();
        writeln!(shown, "ledger {} trust {:?}", config.project.ledger, config.project.trust).unwrap();
        for deployment in config.deployments.values() {
            for diagnostic in deployment.validate() {
                shown.push_str(&diagnostic.render(100, false, true));
            }
            for target in deployment.targets.keys() {
                let resolved =
                    deployment.resolve(target.as_str(), Some(&git())).unwrap_or_else(|e| panic!("{case}: {e:?}"));
                show(&resolved, &mut shown);
            }
        }
        insta::with_settings!({ snapshot_path => "snapshots/config/valid", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(case, shown);
        });
    }
}

/// The blob, and each component as a rollout from that blob alone would render it.
fn show(resolved: &Resolved, shown: &mut String) {
    let bytes = resolved.canonical_json();
    let again = Resolved::from_json(&bytes).unwrap();
    assert_eq!(again.canonical_json(), bytes);
    assert_eq!(again, Resolved { warnings: Vec::new(), ..resolved.clone() });
    let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    writeln!(shown, "=== {} on {}\n{json:#}", resolved.deployment, resolved.target.name).unwrap();
    let images: BTreeMap<_, _> = again.image_components().map(|image| (image.clone(), image_of(image))).collect();
    for component in again.rollout_components() {
        match again.bind(component, &images).unwrap().kind {
            BoundKind::Manifest(manifest) => {
                for (path, text) in manifest.render(component).unwrap() {
                    writeln!(shown, "--- {component}: {}/{path}\n{text}", manifest.output).unwrap();
                }
            }
            BoundKind::Later => writeln!(shown, "--- {component}: not in this build").unwrap(),
            BoundKind::Image(_) => panic!("{component} is an image component"),
        }
    }
}

#[test]
fn equal_content_is_one_configuration_whatever_the_commit() {
    let config = config::load(&fixtures("projects/shop")).unwrap();
    let shop = config.choose_deployment(None).unwrap();
    let other = GitFacts { sha: "0".repeat(40), branch: None, tag: Some("v2".to_owned()) };
    let bytes = |git: Option<&GitFacts>| shop.resolve("dev", git).unwrap().canonical_json();
    assert_eq!(bytes(Some(&git())), bytes(Some(&other)));
    assert_eq!(bytes(Some(&git())), bytes(None));
}

#[test]
fn a_component_without_its_image_is_not_bound() {
    let config = config::load(&fixtures("projects/shop")).unwrap();
    let resolved = config.deployment("shop").unwrap().resolve("dev", None).unwrap();
    let backend = Component::new("manifest/backend").unwrap();
    let error = resolved.bind(&backend, &BTreeMap::new()).unwrap_err();
    assert_eq!(error.to_string(), "manifest/backend takes the image of nixpack/api, which the release does not hold");
}

#[test]
fn a_changed_configuration_is_not_read() {
    let config = config::load(&fixtures("projects/shop")).unwrap();
    let bytes = config.deployment("shop").unwrap().resolve("dev", None).unwrap().canonical_json();
    let text = String::from_utf8(bytes).unwrap();
    for (what, changed) in [
        ("white space", text.replacen(':', ": ", 1)),
        ("an unknown field", text.replacen("{\"components\"", "{\"added\":1,\"components\"", 1)),
        ("an unknown field of a component", text.replacen("\"depends_on\"", "\"added\":1,\"depends_on\"", 1)),
        ("a path that leaves the folder", text.replacen("\"output\":\"rendered", "\"output\":\"../rendered", 1)),
        ("a fraction", text.replacen("\"replicas\":1", "\"replicas\":1.5", 1)),
        ("an unknown image field", text.replacen("\"field\":\"image\"", "\"field\":\"sha\"", 1)),
        ("nothing", String::new()),
    ] {
        assert_ne!(changed, text, "{what}");
        assert!(Resolved::from_json(changed.as_bytes()).is_err(), "{what}");
    }
}

#[test]
fn names_on_the_command_line_find_what_is_meant() {
    let config = config::load(&fixtures("projects/shop/services/api/etc")).unwrap();
    let shop = config.choose_deployment(None).unwrap();
    assert_eq!(shop.choose_target(None).unwrap().name.as_str(), "dev");
    assert_eq!(shop.component("backend").unwrap().as_str(), "manifest/backend");
    assert_eq!(shop.component("nixpack/api").unwrap().as_str(), "nixpack/api");
    for (error, expect) in [
        (config.deployment("shp").unwrap_err(), "there is no deployment `shp`, did you mean `shop`?"),
        (
            config.deployment("backend").unwrap_err(),
            "`backend` is a component of the deployment `shop`, not a deployment",
        ),
        (
            shop.target("prd").unwrap_err(),
            "the deployment `shop` has no target `prd`, did you mean `prod`?; its targets are: dev, prod, staging",
        ),
        (
            shop.component("bakend").unwrap_err(),
            "the deployment `shop` has no component `bakend`, did you mean `backend`?",
        ),
    ] {
        assert_eq!(error.to_string(), expect);
    }
}

#[test]
fn an_image_component_is_built_from_what_is_configured() {
    let config = config::load(&fixtures("projects/shop")).unwrap();
    let shop = config.deployment("shop").unwrap();
    let api = shop.component("api").unwrap();
    let build = shop.image_build(api, "dev", Some(&git())).unwrap();
    assert!(build.source.ends_with("services/api"), "{}", build.source.display());
    let shown = format!("{build:#?}").replace(&build.source.display().to_string(), "[source]");
    insta::assert_snapshot!(shown);
}

#[test]
fn what_an_editor_leaves_in_a_file_moves_no_place() {
    let plain = "deployment:\n  name: shop\n  description: \"ü \\u00e9 {{ x }}\"\n  components:\n    manifest:\n      a:\n        vars:\n          templates: t.yaml\n          escaped: \"\\u00e9ü {{ nothing }}\"\n          folded: >-\n            one ü\n            {{ nothing.here }}\n  targets: {dev: {}}\n";
    let windows = plain.replace('\n', "\r\n");
    for (what, text) in
        [("plain", plain.to_owned()), ("a byte order mark", format!("\u{feff}{plain}")), ("Windows line ends", windows)]
    {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("deployments")).unwrap();
        std::fs::write(folder.path().join("t.yaml"), "x\n").unwrap();
        std::fs::write(folder.path().join("deployments/shop.yaml"), text).unwrap();
        let Err(ConfigError::Mistakes(mistakes)) = config::check(folder.path()) else { panic!("{what}") };
        let places: Vec<String> = mistakes
            .diagnostics
            .iter()
            .map(|one| &one.labels[0].place)
            .map(|place| format!("{}:{} {}", place.start().line, place.start().column, place.text()))
            .collect();
        assert_eq!(places, ["9:32 nothing", "12:16 nothing"], "{what}");
    }
}

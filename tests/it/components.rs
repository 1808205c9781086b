//! A rollout of the example project's manifests, from what a release keeps of them.

use std::collections::BTreeMap;
use std::path::Path;

use ledger_format::digest::Digest;
use ledger_format::name::Component;
use sealog::components::{self, Action, Effect};
use sealog::config::{self, BoundImage, Resolved};
use sealog::rollout::{Graph, Parallelism, Schedule, WhenFailed};

fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copied(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

fn images(resolved: &Resolved, version: &str) -> BTreeMap<Component, BoundImage> {
    let image = |component: &Component| BoundImage {
        repository: format!("registry.example/shop/{}", component.name()),
        digest: Digest::of(format!("{component} {version}").as_bytes()),
        tag: None,
    };
    resolved.image_components().map(|component| (component.clone(), image(component))).collect()
}

/// Rolls out in the order of the schedule; the story names each component with what became of it.
fn rolled_out(blob: &[u8], version: &str, root: &Path) -> String {
    let resolved = Resolved::from_json(blob).unwrap();
    let images = images(&resolved, version);
    let graph = Graph::new(resolved.depends_on()).unwrap();
    let mut schedule = Schedule::new(graph, Parallelism::Unlimited, WhenFailed::FailFast);
    let mut story = Vec::new();
    while !schedule.is_over() {
        for name in schedule.next() {
            let kind = components::of(&name).unwrap();
            let plan = kind.plan(&resolved.bind(&name, &images).unwrap(), root).unwrap();
            let counts = [Action::Add, Action::Change, Action::Remove].map(|action| plan.count(action));
            let applied = kind.apply(&plan, root).unwrap();
            assert_eq!(applied.effect == Effect::Changed, !plan.is_empty());
            story.push(format!("{name} +{} ~{} -{}", counts[0], counts[1], counts[2]));
            schedule.done(&name);
        }
    }
    story.join(", ")
}

#[test]
fn a_rollback_needs_neither_the_files_nor_git() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    copied(&Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects/shop"), root);
    let blob =
        || config::load(root).unwrap().deployment("shop").unwrap().resolve("dev", None).unwrap().canonical_json();
    let first = blob();
    let order = "nixpack/api +0 ~0 -0, nixpack/web +0 ~0 -0, ";
    assert_eq!(rolled_out(&first, "1", root), format!("{order}manifest/backend +2 ~0 -0, manifest/frontend +2 ~0 -0"));
    let deployment = root.join("rendered/dev/backend/deployment.yaml");
    let before = std::fs::read_to_string(&deployment).unwrap();
    let api = Digest::of(b"nixpack/api 1");
    assert!(before.contains(&format!("image: registry.example/shop/api@{api}\n")), "{before}");

    std::fs::rename(root.join("k8s/backend/service.yaml"), root.join("k8s/backend/svc.yaml")).unwrap();
    let second = blob();
    assert_ne!(first, second);
    assert_eq!(rolled_out(&second, "2", root), format!("{order}manifest/backend +1 ~1 -1, manifest/frontend +0 ~1 -0"));
    assert_eq!(rolled_out(&second, "2", root), format!("{order}manifest/backend +0 ~0 -0, manifest/frontend +0 ~0 -0"));

    for gone in ["k8s", "deployments", "services"] {
        std::fs::remove_dir_all(root.join(gone)).unwrap();
    }
    assert_eq!(rolled_out(&first, "1", root), format!("{order}manifest/backend +1 ~1 -1, manifest/frontend +0 ~1 -0"));
    assert_eq!(std::fs::read_to_string(&deployment).unwrap(), before);
}

#[test]
fn every_component_type_is_in_an_example_project() {
    let projects = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects");
    let mut shown = std::collections::BTreeSet::new();
    for project in std::fs::read_dir(projects).unwrap() {
        let config = config::load(&project.unwrap().path()).unwrap();
        let components = config.deployments.values().flat_map(|deployment| deployment.components.keys());
        shown.extend(components.map(|component| component.kind().to_owned()));
    }
    for known in components::ALL {
        assert!(shown.contains(known.name()), "no project in fixtures/projects has a {} component", known.name());
    }
}

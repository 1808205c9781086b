use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ledger_format::name::Component;

use super::super::{ComponentError, ComponentType as _};
use super::{MARKER, Manifest, plan};
use crate::components::{Action, Applied, ComponentPlan, Effect};
use crate::config::ProjectPath;

fn component() -> Component {
    Component::new("manifest/backend").unwrap()
}

fn files(texts: &[(&str, &str)]) -> BTreeMap<ProjectPath, String> {
    texts.iter().map(|(path, text)| (ProjectPath::new(path).unwrap(), (*text).to_owned())).collect()
}

fn planned(root: &Path, texts: &[(&str, &str)]) -> Result<ComponentPlan, ComponentError> {
    plan(&component(), &ProjectPath::new("rendered/dev").unwrap(), files(texts), root)
}

fn rolled_out(root: &Path, texts: &[(&str, &str)]) -> Result<Applied, ComponentError> {
    Manifest.apply(&planned(root, texts)?, root)
}

fn shown(plan: &ComponentPlan) -> String {
    let mut text = String::new();
    for change in &plan.changes {
        let hand = if change.changed_by_hand { " (changed by hand)" } else { "" };
        write!(text, "{} {}{hand}; ", change.action.as_str(), change.path).unwrap();
    }
    format!("{text}{} unchanged", plan.unchanged)
}

/// Every file below the folder but the marker, with its text.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() {
                rest.push(path);
            } else if name != MARKER {
                found.insert(name, std::fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}

fn texts(texts: &[(&str, &str)]) -> BTreeMap<String, String> {
    texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

#[test]
fn files_are_added_changed_and_removed() {
    let root = tempfile::tempdir().unwrap();
    let (root, out) = (root.path(), root.path().join("rendered/dev"));
    let first = [("a.yaml", "1"), ("sub/b.yaml", "2"), ("sub/deep/c.yaml", "3")];
    assert_eq!(
        shown(&planned(root, &first).unwrap()),
        "add rendered/dev/a.yaml; add rendered/dev/sub/b.yaml; add rendered/dev/sub/deep/c.yaml; 0 unchanged"
    );
    assert!(!out.exists(), "planning never writes");
    let applied = rolled_out(root, &first).unwrap();
    assert_eq!((applied.effect, tree(&out)), (Effect::Changed, texts(&first)));
    assert_eq!(applied.outputs["path"], "rendered/dev");

    let again = rolled_out(root, &first).unwrap();
    assert_eq!((again.effect, again.compared), (Effect::Unchanged, applied.compared.clone()));

    let second = [("a.yaml", "one"), ("sub/b.yaml", "2")];
    let plan = planned(root, &second).unwrap();
    assert_eq!(shown(&plan), "change rendered/dev/a.yaml; remove rendered/dev/sub/deep/c.yaml; 1 unchanged");
    assert_eq!((plan.count(Action::Add), plan.count(Action::Change), plan.count(Action::Remove)), (0, 1, 1));
    let changed = rolled_out(root, &second).unwrap();
    assert_eq!((changed.effect, tree(&out)), (Effect::Changed, texts(&second)));
    assert_ne!(changed.compared, applied.compared);
    assert!(!out.join("sub/deep").exists(), "folders that are left empty go too");
    assert_eq!(std::fs::read_dir(root.join(".sealog/tmp")).unwrap().count(), 0);

    let back = rolled_out(root, &first).unwrap();
    assert_eq!((back.compared, tree(&out)), (applied.compared, texts(&first)));
}

#[test]
fn what_was_changed_by_hand_is_shown_and_put_right() {
    let root = tempfile::tempdir().unwrap();
    let (root, out) = (root.path(), root.path().join("rendered/dev"));
    let wanted = [("a.yaml", "1"), ("b.yaml", "2"), ("c.yaml", "3")];
    rolled_out(root, &wanted).unwrap();
    std::fs::write(out.join("a.yaml"), "edited").unwrap();
    std::fs::remove_file(out.join("b.yaml")).unwrap();
    std::fs::write(out.join("c.yaml"), "edited").unwrap();
    assert_eq!(
        shown(&planned(root, &wanted[..2]).unwrap()),
        "change rendered/dev/a.yaml (changed by hand); add rendered/dev/b.yaml; remove rendered/dev/c.yaml (changed by hand); 0 unchanged"
    );
    rolled_out(root, &wanted[..2]).unwrap();
    assert_eq!(tree(&out), texts(&wanted[..2]));
}

#[test]
fn files_of_others_are_never_touched() {
    let root = tempfile::tempdir().unwrap();
    let (root, out) = (root.path(), root.path().join("rendered/dev"));
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("a.yaml"), "mine").unwrap();
    std::fs::write(out.join("same.yaml"), "same").unwrap();
    std::fs::write(out.join("other.yaml"), "mine").unwrap();
    let error = rolled_out(root, &[("a.yaml", "1"), ("b.yaml", "2")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "manifest/backend would write rendered/dev/a.yaml, which is there and was not written by it; move it away, or choose another `output`"
    );
    assert!(!out.join("b.yaml").exists(), "nothing is half written");
    // What is right already is taken over, and the rest of the folder stays as it is.
    rolled_out(root, &[("same.yaml", "same"), ("b.yaml", "2")]).unwrap();
    rolled_out(root, &[("b.yaml", "2")]).unwrap();
    assert_eq!(tree(&out), texts(&[("a.yaml", "mine"), ("b.yaml", "2"), ("other.yaml", "mine")]));
}

#[test]
fn a_file_that_came_after_the_plan_stays() {
    let root = tempfile::tempdir().unwrap();
    let (root, out) = (root.path(), root.path().join("rendered/dev"));
    let plan = planned(root, &[("a.yaml", "1")]).unwrap();
    std::fs::create_dir_all(&out).unwrap();
    std::fs::write(out.join("a.yaml"), "mine").unwrap();
    assert!(matches!(Manifest.apply(&plan, root), Err(ComponentError::NotOurs { .. })));
    assert_eq!(std::fs::read_to_string(out.join("a.yaml")).unwrap(), "mine");
}

#[test]
fn a_broken_off_rollout_is_finished_by_the_next() {
    let root = tempfile::tempdir().unwrap();
    let (root, out) = (root.path(), root.path().join("rendered/dev"));
    let (old, new) = ([("a.yaml", "1"), ("b.yaml", "2")], [("a.yaml", "one"), ("c.yaml", "3")]);
    rolled_out(root, &old).unwrap();
    let plan = planned(root, &new).unwrap();
    // As if the process had died before anything but the marker was written.
    let marker = std::fs::read_to_string(out.join(MARKER)).unwrap();
    Manifest.apply(&plan, root).unwrap();
    let listed = std::fs::read_to_string(out.join(MARKER)).unwrap();
    let c = listed.split("\"c.yaml\":").nth(1).unwrap().split('"').nth(1).unwrap().to_owned();
    std::fs::write(out.join(MARKER), marker.replace("\"files\":{", &format!("\"files\":{{\"c.yaml\":\"{c}\",")))
        .unwrap();
    std::fs::write(out.join("a.yaml"), "1").unwrap();
    std::fs::write(out.join("b.yaml"), "2").unwrap();
    rolled_out(root, &new).unwrap();
    assert_eq!(tree(&out), texts(&new));
}

#[test]
fn what_a_folder_must_not_hold_is_refused() {
    let cases: [(&str, &[(&str, &str)]); 2] = [
        ("the marker itself", &[(MARKER, "{}")]),
        ("two names that differ in case only", &[("A.yaml", "1"), ("a.yaml", "2")]),
    ];
    for (what, wanted) in cases {
        let root = tempfile::tempdir().unwrap();
        assert!(planned(root.path(), wanted).is_err(), "{what}");
    }
    let root = tempfile::tempdir().unwrap();
    rolled_out(root.path(), &[("a.yaml", "1")]).unwrap();
    let marker = root.path().join("rendered/dev").join(MARKER);
    for (what, text) in [
        ("another component's folder", r#"{"component":"manifest/other","files":{}}"#),
        ("a path that leaves the folder", r#"{"component":"manifest/backend","files":{"../x":"sha256:00"}}"#),
        ("no JSON", "what?"),
    ] {
        std::fs::write(&marker, text).unwrap();
        assert!(planned(root.path(), &[("a.yaml", "1")]).is_err(), "{what}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("rendered")).unwrap();
    let error = rolled_out(root.path(), &[("a.yaml", "1")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "manifest/backend would write through rendered, which is a symbolic link or no folder"
    );
    let root = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(root.path().join("rendered/dev")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("rendered/dev/sub")).unwrap();
    assert!(matches!(rolled_out(root.path(), &[("sub/a.yaml", "1")]), Err(ComponentError::Through { .. })));
    std::os::unix::fs::symlink(elsewhere.path().join("x"), root.path().join("rendered/dev/a.yaml")).unwrap();
    assert!(matches!(rolled_out(root.path(), &[("a.yaml", "1")]), Err(ComponentError::NotOurs { .. })));
    assert_eq!(tree(elsewhere.path()), BTreeMap::new());
}

#[test]
fn equal_plans_have_one_digest() {
    let root = tempfile::tempdir().unwrap();
    let digest = |wanted: &[(&str, &str)]| ComponentPlan::digest_of([&planned(root.path(), wanted).unwrap()]);
    assert_eq!(digest(&[("a.yaml", "1")]), digest(&[("a.yaml", "1")]));
    assert_ne!(digest(&[("a.yaml", "1")]), digest(&[("a.yaml", "2")]));
    assert_ne!(digest(&[("a.yaml", "1")]), digest(&[("b.yaml", "1")]));
}

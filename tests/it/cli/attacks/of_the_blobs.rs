//! By whoever may write to the folder: changing and removing the blobs that events name.

use std::path::PathBuf;

use super::Scene;

impl Scene {
    /// The files in which the folder keeps blobs, and their copies for other tools.
    fn blobs(&self) -> Vec<PathBuf> {
        let kept = std::fs::read_dir(self.story.scribe.folder.join("sealog/blobs")).unwrap();
        let kept: Vec<PathBuf> = kept.map(|entry| entry.unwrap().path()).collect();
        let copies = kept.iter().map(|path| path.file_name().unwrap());
        let copies: Vec<PathBuf> =
            copies.map(|name| self.story.scribe.folder.join("blobs/sha256").join(name)).collect();
        [kept, copies].concat()
    }
}

#[test]
fn a_changed_blob_is_named_with_the_event_that_names_it() {
    let scene = Scene::new();
    sealog::store::LedgerStore::flush(&scene.story.scribe.store).unwrap();
    for path in scene.blobs() {
        std::fs::write(path, "evil").unwrap();
    }
    let findings = scene.findings(3);
    assert!(!findings.is_empty() && findings.iter().all(|(code, _)| code == "store-damaged"), "{findings:?}");
    scene.run("verify").fails(3, "store-damaged").says(&findings[0].1).says("do not match their digests");
    scene.run("ledger export x.sealog").fails(3, "store-damaged");
}

#[test]
fn a_good_copy_of_a_blob_is_enough() {
    let scene = Scene::new();
    sealog::store::LedgerStore::flush(&scene.story.scribe.store).unwrap();
    for path in scene.blobs().iter().filter(|path| path.starts_with(scene.story.scribe.folder.join("blobs"))) {
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, "evil").unwrap();
    }
    assert_eq!(scene.findings(0), []);
}

#[test]
fn a_missing_configuration_is_told_and_an_export_says_what_it_lacks() {
    let scene = Scene::new();
    let before = scene.run("ledger export whole.sealog --format json").succeeds().json();
    assert_eq!(before["missing_blobs"], 0);
    for path in scene.blobs().iter().filter(|path| path.is_file()) {
        std::fs::remove_file(path).unwrap();
    }
    scene.run("verify").succeeds().says("of releases not here, without which they cannot be rolled out");
    let said = scene.run("ledger export bare.sealog").succeeds();
    said.says(&format!("{} blobs that events name are not in the export", before["blobs"]));
    scene.run("verify --file bare.sealog").succeeds().says("of releases not here");
    // Any honest copy heals it.
    scene.run("ledger import whole.sealog").succeeds();
    assert_eq!(scene.findings(0), []);
    scene.run("verify --file whole.sealog").succeeds().says("each has the digest that an event names");
}

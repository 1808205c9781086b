//! Images assembled from files: the same everywhere, and read by the tools that people have.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use sealog::builders::files::{Base, FilesError, FilesImage, MAX_ENTRIES, Recipe};
use sealog::config::path::ProjectPath;
use sealog::config::resolved::{self, BaseReference, FileRule, FilesBuilder, ImagePath};
use sealog::registry::descriptor::Platform;
use sealog::registry::layout::Layout;
use sealog::registry::reference::Repository;

use crate::support::tool;

/// A service with two programs and a configuration folder.
fn service(folder: &Path) -> PathBuf {
    let service = folder.join("service");
    for (name, mode, text) in [
        ("bin/serve.sh", 0o755, "#!/bin/sh\nexec python3 orders.py \"$@\"\n"),
        ("bin/orders.py", 0o644, "print('orders')\n"),
        ("etc/orders.conf", 0o640, "limit = 10\n"),
        ("etc/conf.d/ü.conf", 0o600, ""),
    ] {
        let path = service.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::create_dir(service.join("etc/empty")).unwrap();
    symlink("../orders.conf", service.join("etc/conf.d/all.conf")).unwrap();
    service
}

fn rule(from: &str, to: &str) -> FileRule {
    let from = Some(ProjectPath::new(from).unwrap());
    FileRule { from, to: ImagePath::new(to).unwrap(), into_folder: to.ends_with('/'), mode: None }
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn asked() -> FilesBuilder {
    FilesBuilder {
        base: None,
        files: vec![
            FileRule { mode: Some(0o755), ..rule("bin/serve.sh", "/app/serve.sh") },
            rule("bin/orders.py", "/app/"),
            rule("etc", "/etc/shop/"),
        ],
        entrypoint: Some(words("/app/serve.sh")),
        cmd: Some(words("--port 8080")),
        env: map(&[("PYTHONUNBUFFERED", "1"), ("MODE", "a=b")]),
        workdir: Some(ImagePath::new("/app").unwrap()),
        labels: map(&[("team", "storefront")]),
        platform: Platform::default(),
    }
}

fn image(source: &Path) -> FilesImage {
    FilesImage { source: source.to_owned(), asked: asked(), base: None, modified: 0 }
}

fn of_files(source: &Path, files: Vec<FileRule>) -> FilesImage {
    FilesImage { asked: FilesBuilder { files, ..asked() }, ..image(source) }
}

fn repository() -> Repository {
    "layout/shop/api".parse().unwrap()
}

fn layout(folder: &Path) -> Layout {
    Layout::create(folder.join("images")).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn the_same_files_make_the_same_image_everywhere() {
    let built = [1, 2].map(|_| {
        let folder = tempfile::tempdir().unwrap();
        let recipe = Recipe::read(image(&service(folder.path()))).unwrap();
        assert!(recipe.base().is_none());
        recipe.build(&layout(folder.path())).unwrap()
    });
    assert_eq!(built[0], built[1]);
    // What a release of the compressing crate, or a careless change here, would make another image of.
    let known = "sha256:9e614c023833275bc9314068774e492973af56c4c8b851e839c58386070c5eda";
    assert_eq!(built[0].image.digest.to_string(), known);
}

#[test]
fn inputs_change_with_everything_that_changes_the_image() {
    let folder = tempfile::tempdir().unwrap();
    let source = service(folder.path());
    let layout = layout(folder.path());
    let original = Recipe::read(image(&source)).unwrap().build(&layout).unwrap();
    type Change = fn(&mut FilesImage);
    let changes: [(&str, Change); 10] = [
        ("a place", |image| image.asked.files[0].to = ImagePath::new("/app/start.sh").unwrap()),
        ("a mode", |image| image.asked.files[0].mode = Some(0o700)),
        ("the order", |image| image.asked.files.swap(0, 1)),
        ("the entrypoint", |image| image.asked.entrypoint = None),
        ("the arguments", |image| image.asked.cmd = Some(vec![])),
        ("a variable", |image| image.asked.env.clear()),
        ("the folder", |image| image.asked.workdir = None),
        ("a label", |image| image.asked.labels.clear()),
        ("the platform", |image| image.asked.platform = "linux/arm64".parse().unwrap()),
        ("the time", |image| image.modified = 1_700_000_000),
    ];
    for (what, change) in changes {
        let mut changed = image(&source);
        change(&mut changed);
        let changed = Recipe::read(changed).unwrap().build(&layout).unwrap();
        assert_ne!(changed.image.digest, original.image.digest, "{what}");
        assert_ne!(changed.inputs, original.inputs, "{what}");
    }
    fs::write(source.join("bin/orders.py"), "print('order')\n").unwrap();
    assert_ne!(Recipe::read(image(&source)).unwrap().inputs(), original.inputs, "a file");
    fs::write(source.join("bin/orders.py"), "print('orders')\n").unwrap();
    fs::set_permissions(source.join("etc/orders.conf"), fs::Permissions::from_mode(0o604)).unwrap();
    fs::write(source.join("junit.xml"), "<not part of it/>").unwrap();
    assert_eq!(Recipe::read(image(&source)).unwrap().inputs(), original.inputs, "neither umask nor other files");
}

#[test]
fn what_was_built_is_found_by_its_inputs_as_long_as_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let layout = layout(folder.path());
    let recipe = Recipe::read(image(&service(folder.path()))).unwrap();
    let found = || layout.built_from(&repository(), &recipe.inputs()).unwrap().map(|image| image.digest);
    assert_eq!(found(), None);
    let built = recipe.build(&layout).unwrap();
    assert_eq!(found(), None, "not yet published");
    layout.publish(&repository(), Some(&"v1".parse().unwrap()), &built.image).unwrap();
    assert_eq!(found(), Some(built.image.digest));
    let other: Repository = "layout/shop/api2".parse().unwrap();
    assert_eq!(layout.built_from(&other, &recipe.inputs()).unwrap(), None);
    let layer = layout.manifest(&built.image).unwrap().layers[0].digest;
    fs::remove_file(layout.blob_path(&layer)).unwrap();
    assert_eq!(found(), None);
    assert_eq!(recipe.build(&layout).unwrap(), built);
    assert_eq!(found(), Some(built.image.digest));
}

#[test]
fn skopeo_and_umoci_read_the_image() {
    let folder = tempfile::tempdir().unwrap();
    let layout = layout(folder.path());
    let built = Recipe::read(image(&service(folder.path()))).unwrap().build(&layout).unwrap();
    layout.publish(&repository(), Some(&"v1".parse().unwrap()), &built.image).unwrap();
    let root = layout.root().display();
    tool("umoci", &["gc", "--layout", &root.to_string()]);

    let inspected = json(&tool("skopeo", &["inspect", &format!("oci:{root}:shop/api:v1")]));
    assert_eq!(inspected["Digest"], built.image.digest.to_string());
    assert_eq!(inspected["Layers"].as_array().unwrap().len(), 3);
    let by_digest = format!("oci:{root}:shop/api@{}", built.image.digest);
    let config = json(&tool("skopeo", &["inspect", "--config", &by_digest]));
    assert_eq!(
        config["config"],
        serde_json::json!({
            "Entrypoint": ["/app/serve.sh"],
            "Cmd": ["--port", "8080"],
            "Env": ["MODE=a=b", "PYTHONUNBUFFERED=1"],
            "WorkingDir": "/app",
            "Labels": {"team": "storefront"},
        })
    );
    assert_eq!(config["created"], "1970-01-01T00:00:00Z");
    assert_eq!((&config["os"], &config["architecture"]), (&"linux".into(), &"amd64".into()));

    let copy = folder.path().join("copy");
    tool("skopeo", &["copy", "--quiet", &by_digest, &format!("oci:{}:api", copy.display())]);
    assert_eq!(Layout::at(&copy).image("api").unwrap().digest, built.image.digest);
    let unpacked = folder.path().join("unpacked");
    let image = format!("{}:api", copy.display());
    tool("umoci", &["unpack", "--rootless", "--image", &image, &unpacked.display().to_string()]);
    assert_eq!(
        tree(&unpacked.join("rootfs")),
        [
            "app 755",
            "app/orders.py 644",
            "app/serve.sh 755",
            "etc 755",
            "etc/shop 755",
            "etc/shop/conf.d 755",
            "etc/shop/conf.d/all.conf -> ../orders.conf",
            "etc/shop/conf.d/ü.conf 644",
            "etc/shop/empty 755",
            "etc/shop/orders.conf 644",
        ]
    );
}

/// Every path below a folder with its mode, or where it points.
fn tree(root: &Path) -> Vec<String> {
    fn visit(root: &Path, folder: &Path, lines: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            let shown = path.strip_prefix(root).unwrap().display();
            if metadata.is_symlink() {
                lines.push(format!("{shown} -> {}", fs::read_link(&path).unwrap().display()));
            } else {
                lines.push(format!("{shown} {:o}", metadata.permissions().mode() & 0o7777));
            }
            if metadata.is_dir() {
                visit(root, &path, lines);
            }
        }
    }
    let mut lines = Vec::new();
    visit(root, root, &mut lines);
    lines.sort();
    lines
}

#[test]
fn over_a_base_what_is_not_said_stays() {
    let folder = tempfile::tempdir().unwrap();
    let source = service(folder.path());
    let bases = Layout::create(folder.path().join("bases")).unwrap();
    let base = Recipe::read(of_files(&source, vec![rule("etc/", "/etc/")])).unwrap();
    let base = base.build(&bases).unwrap();
    bases.publish(&"layout/base".parse().unwrap(), Some(&"v1".parse().unwrap()), &base.image).unwrap();

    let named = resolved::Base { layout: ProjectPath::new("bases").unwrap(), reference: BaseReference::Only };
    let over = |platform: &str| FilesImage {
        base: Some(Base { name: Some("base:v1".into()), ..Base::find(folder.path(), &named).unwrap() }),
        asked: FilesBuilder {
            base: Some(named.clone()),
            files: vec![rule("bin/serve.sh", "/srv/")],
            entrypoint: Some(words("/srv/serve.sh")),
            cmd: None,
            env: map(&[("MODE", "over")]),
            workdir: None,
            labels: map(&[("tier", "backend")]),
            platform: platform.parse().unwrap(),
        },
        ..image(&source)
    };
    let layout = layout(folder.path());
    let recipe = Recipe::read(over("linux/amd64")).unwrap();
    assert_eq!(recipe.base(), Some(base.image.digest));
    let built = recipe.build(&layout).unwrap();
    layout.publish(&repository(), None, &built.image).unwrap();
    let name = format!("oci:{}:shop/api@{}", layout.root().display(), built.image.digest);
    let config = json(&tool("skopeo", &["inspect", "--config", &name]));
    assert_eq!(
        config["config"],
        serde_json::json!({
            "Entrypoint": ["/srv/serve.sh"],
            "Env": ["PYTHONUNBUFFERED=1", "MODE=over"],
            "WorkingDir": "/app",
            "Labels": {"team": "storefront", "tier": "backend"},
        })
    );
    let manifest = json(&tool("skopeo", &["inspect", "--raw", &name]));
    assert_eq!(manifest["annotations"]["org.opencontainers.image.base.digest"], base.image.digest.to_string());
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 2);
    assert_eq!(config["rootfs"]["diff_ids"].as_array().unwrap().len(), 2);
    tool("skopeo", &["copy", "--quiet", &name, &format!("oci:{}:x", folder.path().join("copy").display())]);

    let error = Recipe::read(over("linux/arm64")).unwrap_err().to_string();
    assert!(error.ends_with("is for linux/amd64, not for linux/arm64"), "{error}");
}

#[test]
fn a_base_is_found_by_tag_digest_or_being_alone() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::create(folder.path().join("bases")).unwrap();
    let built = Recipe::read(image(&service(folder.path()))).unwrap().build(&layout).unwrap();
    layout.publish(&"layout/base".parse().unwrap(), Some(&"v1".parse().unwrap()), &built.image).unwrap();
    let find = |reference| {
        let named = resolved::Base { layout: ProjectPath::new("bases").unwrap(), reference };
        Base::find(folder.path(), &named).map(|base| base.image.digest)
    };
    let digest = built.image.digest;
    for reference in [BaseReference::Only, BaseReference::Tag("base:v1".into()), BaseReference::Digest(digest)] {
        assert_eq!(find(reference).unwrap(), digest);
    }
    let other = Recipe::read(FilesImage { modified: 1, ..image(&folder.path().join("service")) }).unwrap();
    layout.publish(&repository(), None, &other.build(&layout).unwrap().image).unwrap();
    let error = |found: Result<_, FilesError>| found.unwrap_err().to_string();
    assert!(error(find(BaseReference::Only)).contains("has 3 images, so one has to be named"));
    assert!(error(find(BaseReference::Tag("v2".into()))).contains("has no image `v2`"));
}

#[test]
fn what_does_not_belong_into_an_image_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let source = service(folder.path());
    fs::write(folder.path().join("secret"), "s").unwrap();
    let make = |name: &str| {
        let path = source.join(name);
        fs::create_dir_all(&path).unwrap();
        path
    };
    symlink("../../secret", make("up").join("link")).unwrap();
    symlink("/etc/passwd", make("absolute").join("link")).unwrap();
    symlink("a/../../../x", make("down/deep").join("link")).unwrap();
    fs::write(make("whiteout").join(".wh.app"), "").unwrap();
    tool("mkfifo", &[&make("special").join("pipe").display().to_string()]);
    symlink("bin", source.join("linked")).unwrap();
    symlink("..", source.join("parent")).unwrap();
    for (from, to, why) in [
        ("up", "/x/", "service/up/link is a symbolic link to `../../secret`, which is outside"),
        ("absolute", "/x/", "absolute/link is a symbolic link to `/etc/passwd`, which is outside"),
        ("down", "/x/", "down/deep/link is a symbolic link to `a/../../../x`, which is outside"),
        ("whiteout", "/x/", "`.wh.`"),
        ("special", "/x/", "pipe is neither a file nor a folder"),
        ("linked", "/x/", "linked is a symbolic link: name what it points to"),
        ("parent/secret", "/x", "parent/secret is outside"),
        ("none", "/x", "cannot read"),
    ] {
        let refused = Recipe::read(of_files(&source, vec![rule(from, to)]));
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }
    let error = Recipe::read(of_files(&source, vec![rule("bin", "/x/"); MAX_ENTRIES + 1])).unwrap_err().to_string();
    assert_eq!(error, "an image of 101 entries cannot be assembled: each is a layer, and 100 is the limit");
}

#[test]
fn a_file_that_changes_meanwhile_stops_the_build() {
    let folder = tempfile::tempdir().unwrap();
    let source = service(folder.path());
    let layout = layout(folder.path());
    let file = source.join("bin/orders.py");
    let recipe = Recipe::read(image(&source)).unwrap();
    for text in ["print('Orders')\n", "print('orders')\n\n", ""] {
        fs::write(&file, text).unwrap();
        let error = recipe.build(&layout).unwrap_err().to_string();
        assert_eq!(error, format!("{} changed while the image was made from it", file.display()));
    }
    assert_eq!(layout.built_from(&repository(), &recipe.inputs()).unwrap(), None);
    assert_eq!(fs::read_dir(layout.scratch()).unwrap().count(), 0, "nothing is left over");
}

#[test]
fn builds_at_once_lose_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let source = service(folder.path());
    let layout = layout(folder.path());
    std::thread::scope(|scope| {
        for number in 0..8 {
            let (layout, source) = (&layout, &source);
            scope.spawn(move || {
                let label = number.to_string();
                let asked = FilesBuilder { labels: map(&[("n", &label)]), ..asked() };
                let built = Recipe::read(FilesImage { asked, ..image(source) }).unwrap();
                let built = built.build(layout).unwrap();
                layout.publish(&repository(), Some(&format!("v{number}").parse().unwrap()), &built.image).unwrap();
            });
        }
    });
    assert_eq!(layout.index().unwrap().manifests.len(), 16);
    for number in 0..8 {
        layout.image(&format!("shop/api:v{number}")).unwrap();
    }
    let error = layout.image("shop/api:v9").unwrap_err().to_string();
    assert_eq!(error, format!("{} has no image `shop/api:v9`", layout.root().display()));
}

use serde_json::json;

use super::*;
use crate::digest::Digest;
use crate::name::Name;

fn image(content: &str, repository: &str) -> Image {
    Image {
        digest: Digest::of(content.as_bytes()),
        media_type: "application/vnd.oci.image.manifest.v1+json".parse().unwrap(),
        size: 7.into(),
        repository: repository.parse().unwrap(),
        tag: None,
    }
}

#[test]
fn a_set_is_sorted_and_has_each_item_once() {
    let names = |texts: &[&str]| Set::new(texts.iter().map(|text| Name::new(text).unwrap()));
    assert_eq!(names(&[]), None);
    assert_eq!(json!(names(&["b", "a", "b", "B", "a/b", "a-b"])), json!(["B", "a", "a-b", "a/b", "b"]));
    let set = names(&["a", "b"]).unwrap();
    assert!(set.contains(&set[1]) && set.is_subset(&names(&["a", "b", "c"]).unwrap()));
    assert!(!set.is_subset(&names(&["b"]).unwrap()));
}

#[test]
fn each_type_has_its_order_in_sets() {
    // By value, not by text.
    assert_eq!(json!(Set::new([10u32.into(), 9.into(), 9.into()] as [Int; 3])), json!([9, 10]));
    // Texts by bytes, before any escape or quote.
    let texts = ["a", "a b", "a!", "a\"", "é"].map(|text| Str::new(text).unwrap());
    assert_eq!(json!(Set::new(texts)), json!(["a", "a b", "a!", "a\"", "é"]));
    // Images by digest, then repository.
    let mut images = [image("1", "z/a"), image("1", "a/z"), image("2", "m/m")];
    images.sort_by_key(|image| (image.digest.to_string(), image.repository.to_string()));
    let set = Set::new(images.iter().rev().cloned()).unwrap();
    assert_eq!(set[..], images);
    // One place of one digest is one item, whatever its tag.
    let tagged = Image { tag: Some("v1".parse().unwrap()), ..images[0].clone() };
    assert_eq!(Set::new([images[0].clone(), tagged]).unwrap().len(), 1);
    // Other objects by their canonical form: `name` before `type`, a shorter object after.
    let report = |name: Option<&str>, kind: &str| Report {
        r#type: Name::new(kind).unwrap(),
        name: name.map(|name| Name::new(name).unwrap()),
        format: None,
        predicate: None,
        report: None,
        repository: None,
        counts: None,
        tool: None,
        database: None,
    };
    let set = Set::new([report(None, "a"), report(Some("z"), "z"), report(Some("a"), "z")]);
    assert_eq!(json!(set), json!([{"name": "a", "type": "z"}, {"name": "z", "type": "z"}, {"type": "a"}]));
}

#[test]
fn base64_has_one_form() {
    for (text, right) in
        [("AAECAw==", true), ("AAECAw", false), ("AAECAx==", false), ("AAEC Aw==", false), ("", false), ("AA-_", false)]
    {
        assert_eq!(Base64::parse(text).map(|bytes| bytes.to_string()).ok(), right.then(|| text.to_owned()), "{text}");
    }
}

#[test]
fn a_repository_is_split_at_its_first_slash() {
    for (text, parts) in [
        ("registry.acme.dev:5000/shop/api", Some(("registry.acme.dev:5000", "shop/api"))),
        ("layout/checkout", Some(("layout", "checkout"))),
        ("checkout", None),
        ("/checkout", None),
        ("layout/", None),
    ] {
        let repository = Repository::new(text).ok();
        assert_eq!(repository.as_ref().map(|place| (place.host(), place.path())), parts, "{text}");
    }
}

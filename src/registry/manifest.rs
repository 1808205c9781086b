//! OCI image manifests and indexes; the bytes of ours are a function of their content.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::descriptor::{Annotations, Descriptor, INDEX_TYPE, MANIFEST_TYPE, REF_NAME};

/// An image manifest: of an image, or of an artifact (then with `artifactType` and the empty config).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    schema_version: u32,
    #[serde(default = "manifest_type")]
    media_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact_type: Option<String>,
    pub config: Descriptor,
    pub layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "Annotations::is_empty")]
    pub annotations: Annotations,
}

/// `index.json` of a layout. What we do not know in it is kept as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    schema_version: u32,
    #[serde(default = "index_type")]
    media_type: String,
    #[serde(default)]
    pub manifests: Vec<Entry>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

/// One entry of an index, verbatim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Entry(Value);

impl Manifest {
    /// The manifest of an image.
    pub fn image(config: Descriptor, layers: Vec<Descriptor>) -> Self {
        Self {
            schema_version: 2,
            media_type: manifest_type(),
            artifact_type: None,
            config,
            layers,
            subject: None,
            annotations: Annotations::new(),
        }
    }

    /// The manifest of an artifact: its layers and nothing to configure.
    pub fn artifact(artifact_type: &str, layers: Vec<Descriptor>) -> Self {
        Self { artifact_type: Some(artifact_type.to_owned()), ..Self::image(Descriptor::empty(), layers) }
    }

    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    /// Compact JSON, members in the order of the specification, annotations sorted.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and lists are always JSON")
    }

    /// How an index names this manifest.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor { artifact_type: self.artifact_type.clone(), ..Descriptor::of(MANIFEST_TYPE, &self.to_bytes()) }
    }
}

impl Index {
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("texts, numbers and lists are always JSON")
    }

    /// The entry of this tag.
    pub fn named(&self, ref_name: &str) -> Option<Descriptor> {
        self.manifests.iter().find(|entry| entry.ref_name() == Some(ref_name)).and_then(Entry::descriptor)
    }

    /// Gives a manifest a tag, which it takes from any other.
    pub fn tag(&mut self, ref_name: &str, descriptor: Descriptor) {
        self.manifests.retain(|entry| entry.ref_name() != Some(ref_name));
        self.manifests.push(Entry::from(descriptor.with_annotation(REF_NAME, ref_name)));
    }
}

impl Default for Index {
    fn default() -> Self {
        Self { schema_version: 2, media_type: index_type(), manifests: Vec::new(), rest: Map::new() }
    }
}

impl Entry {
    pub fn ref_name(&self) -> Option<&str> {
        self.0.get("annotations")?.get(REF_NAME)?.as_str()
    }

    /// The entry as a descriptor; `None` for one of a form or digest algorithm that we do not read.
    pub fn descriptor(&self) -> Option<Descriptor> {
        Descriptor::deserialize(&self.0).ok()
    }
}

impl From<Descriptor> for Entry {
    fn from(descriptor: Descriptor) -> Self {
        Self(serde_json::to_value(descriptor).expect("texts, numbers and lists are always JSON"))
    }
}

fn manifest_type() -> String {
    MANIFEST_TYPE.to_owned()
}

fn index_type() -> String {
    INDEX_TYPE.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_is_written_as_the_specification_orders_it() {
        let artifact = Manifest::artifact("text/x", vec![Descriptor::inline("text/plain", b"hi")]);
        let text = String::from_utf8(artifact.to_bytes()).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"text/x","#,
                r#""config":{"mediaType":"application/vnd.oci.empty.v1+json","#,
                r#""digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"#,
                r#""layers":[{"mediaType":"text/plain","#,
                r#""digest":"sha256:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4","size":2,"data":"aGk="}]}"#
            )
        );
        assert_eq!(Manifest::from_bytes(&artifact.to_bytes()).unwrap(), artifact);
    }

    #[test]
    fn an_index_keeps_what_it_does_not_know() {
        let text = r#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"digest":"sha512:00","x":1}],"y":{"z":[]}}"#;
        let mut index = Index::from_bytes(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(index.to_bytes()).unwrap(), text);
        assert_eq!(index.manifests[0].descriptor(), None);
        index.tag("v1", Descriptor::of(MANIFEST_TYPE, b"one"));
        index.tag("v1", Descriptor::of(MANIFEST_TYPE, b"two"));
        assert_eq!(index.manifests.len(), 2);
        assert_eq!(index.named("v1").map(|found| found.size), Some(3));
    }
}

//! One entry of an image as a layer: a tar archive, compressed, whose bytes are a function of the content.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use ledger_format::digest::Digest;
use tar::{Builder, EntryType, Header};

use super::FilesError;
use super::contents::{EntryContents, Node};
use crate::fs::{FsError, Hashed};
use crate::registry::descriptor::{Descriptor, LAYER_GZIP_TYPE};
use crate::registry::layout::Layout;

/// One level for ever: another one would be another digest.
const LEVEL: u32 = 6;

/// "Unknown" of RFC 1952: the system that a layer was made on is nobody's business.
const NO_SYSTEM: u8 = 255;

/// A layer that was written.
pub(super) struct Layer {
    pub descriptor: Descriptor,
    /// The digest of the archive before compression.
    pub diff_id: Digest,
}

/// Writes an entry's layer into the layout.
pub(super) fn write(layout: &Layout, entry: &EntryContents, modified: u64) -> Result<Layer, FilesError> {
    let blob = layout.write_blob()?;
    let gzip = GzBuilder::new().operating_system(NO_SYSTEM).write(blob, Compression::new(LEVEL));
    let mut archive = Builder::new(Hashed::new(gzip));
    for (path, node) in &entry.nodes {
        append(&mut archive, path, node, modified)?;
    }
    let failed = |source| FsError::Io { action: "write a layer into", path: layout.root().to_owned(), source };
    let hashed = archive.into_inner().map_err(failed)?;
    let diff_id = hashed.digest();
    let (digest, size) = hashed.into_inner().finish().map_err(failed)?.finish(layout)?;
    Ok(Layer { descriptor: Descriptor::new(LAYER_GZIP_TYPE, digest, size), diff_id })
}

/// A layer of another image under its OCI media type: the bytes are the same.
pub(super) fn as_oci(layer: &Descriptor) -> Descriptor {
    let media_type = match layer.media_type.as_str() {
        "application/vnd.docker.image.rootfs.diff.tar.gzip" => LAYER_GZIP_TYPE,
        other => other,
    };
    Descriptor::new(media_type, layer.digest, layer.size)
}

fn append(archive: &mut Builder<impl Write>, path: &str, node: &Node, modified: u64) -> Result<(), FilesError> {
    let mut header = Header::new_ustar();
    header.set_mtime(modified);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(0);
    match node {
        Node::Folder => {
            header.set_entry_type(EntryType::Directory);
            header.set_mode(0o755);
            let path = format!("{path}/");
            archive.append_data(&mut header, &path, io::empty()).map_err(|source| not_written(&path, source))
        }
        Node::Link { target } => {
            header.set_entry_type(EntryType::Symlink);
            header.set_mode(0o777);
            archive.append_link(&mut header, path, target).map_err(|source| not_written(path, source))
        }
        Node::File { from, digest, size, mode } => {
            header.set_entry_type(EntryType::Regular);
            header.set_mode(*mode);
            header.set_size(*size);
            append_file(archive, &mut header, path, from, digest, *size)
        }
    }
}

/// Appends the very content that was read for the inputs, or fails.
fn append_file(
    archive: &mut Builder<impl Write>,
    header: &mut Header,
    path: &str,
    from: &Path,
    digest: &Digest,
    size: u64,
) -> Result<(), FilesError> {
    let failed = |source| FsError::Io { action: "read", path: from.to_owned(), source };
    let mut file = Hashed::new(File::open(from).map_err(failed)?.take(size));
    archive.append_data(header, path, &mut file).map_err(|source| not_written(path, source))?;
    let same = file.digest() == *digest;
    let grew = file.into_inner().into_inner().read(&mut [0]).map_err(failed)? != 0;
    match same && !grew {
        true => Ok(()),
        false => Err(FilesError::Changed { path: from.to_owned() }),
    }
}

fn not_written(path: &str, source: io::Error) -> FilesError {
    FsError::Io { action: "write into a layer", path: path.into(), source }.into()
}

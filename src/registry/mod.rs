//! OCI: references, descriptors, manifests, image layouts. The registry protocol joins these.

pub mod descriptor;
pub mod images;
pub mod layout;
pub mod manifest;
pub mod reference;

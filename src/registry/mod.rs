//! OCI references, descriptors, image layouts.

//! Paths inside an image.

use std::fmt;
use std::str::FromStr;

/// An absolute path in an image, with `/`, without `.` and `..`; one that ends with `/` is a folder to put things in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImagePath(String);

/// A text that is no path in an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a path in an image: it begins with `/`, and has no `.`, `..` or empty part")]
pub struct NotAnImagePath(String);

impl ImagePath {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether things go into it.
    pub fn is_folder(&self) -> bool {
        self.0.ends_with('/')
    }

    /// The path as a tar archive writes it: without the `/` at either end; the root is empty.
    pub(super) fn in_archive(&self) -> &str {
        self.0.trim_matches('/')
    }
}

impl FromStr for ImagePath {
    type Err = NotAnImagePath;

    fn from_str(text: &str) -> Result<Self, NotAnImagePath> {
        let wrong = || NotAnImagePath(text.to_owned());
        let below = text.strip_prefix('/').ok_or_else(wrong)?;
        let inner = below.strip_suffix('/').unwrap_or(below);
        let plain = |part: &str| !matches!(part, "" | "." | "..") && !part.contains(['\0', '\n']);
        match text == "/" || inner.split('/').all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(wrong()),
        }
    }
}

impl fmt::Display for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_paths() {
        for right in ["/", "/app", "/app/", "/srv/a b/ü.txt"] {
            assert_eq!(right.parse::<ImagePath>().map(|path| path.to_string()), Ok(right.to_owned()));
        }
        for wrong in ["", "app", "./app", "/..", "/a/../b", "/a//b", "/a/.", "//", "/a\n"] {
            assert!(wrong.parse::<ImagePath>().is_err(), "{wrong:?}");
        }
    }
}

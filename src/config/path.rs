//! Paths inside the project.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A path below the project's folder, or below another one that is said: relative, with `/`, without `.` and `..`,
/// and of names that every file system takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectPath(String);

/// A text that is no path inside a folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` is not a path inside the folder: {reason}")]
pub struct NotInside {
    pub path: String,
    pub reason: &'static str,
}

impl ProjectPath {
    /// Parses a path; a leading `./`, doubled and closing `/` are dropped. The folder itself is no path in it.
    pub fn new(text: &str) -> Result<Self, NotInside> {
        let wrong = |reason| NotInside { path: text.to_owned(), reason };
        if text.starts_with('/') || text.starts_with('~') {
            return Err(wrong("it must be relative"));
        }
        let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.is_empty() {
            return Err(wrong("it names nothing"));
        }
        for part in &parts {
            check_part(part).map_err(wrong)?;
        }
        Ok(Self(parts.join("/")))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    #[must_use]
    pub fn join(&self, below: &ProjectPath) -> Self {
        Self(format!("{}/{}", self.0, below.0))
    }

    pub fn under(&self, root: &Path) -> PathBuf {
        self.parts().fold(root.to_owned(), |path, part| path.join(part))
    }
}

fn check_part(part: &str) -> Result<(), &'static str> {
    if part == ".." {
        return Err("`..` leaves it");
    }
    if part
        .chars()
        .any(|letter| letter.is_control() || matches!(letter, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
    {
        return Err("it has a letter that not every file system takes (control characters and \\ : * ? \" < > |)");
    }
    if part.ends_with('.') || part.ends_with(' ') || part.starts_with(' ') {
        return Err("a part of it begins with a space, or ends with a space or a dot");
    }
    let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
    let device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.as_bytes()[3].is_ascii_digit());
    if device { Err("a part of it is the name of a device on Windows") } else { Ok(()) }
}

impl fmt::Display for ProjectPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for ProjectPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ProjectPath {
    /// Only the form that `new` gives is read.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let path = Self::new(&text).map_err(serde::de::Error::custom)?;
        if path.0 == text { Ok(path) } else { Err(serde::de::Error::custom(format!("`{text}` is written `{path}`"))) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        for (text, expect) in
            [("a", "a"), ("./a//b/", "a/b"), ("a/./b.yaml", "a/b.yaml"), ("..a/b..c", "..a/b..c"), ("é/ü", "é/ü")]
        {
            assert_eq!(ProjectPath::new(text).map(|path| path.to_string()), Ok(expect.to_owned()), "{text}");
        }
        let wrong = [
            "",
            ".",
            "/",
            "/etc",
            "~/x",
            "..",
            "a/../b",
            "a/..",
            "..\\b",
            "C:/x",
            "a\nb",
            "a.",
            "b /c",
            "nul",
            "x/COM1.txt",
            "a:b",
        ];
        for text in wrong {
            assert!(ProjectPath::new(text).is_err(), "{text:?}");
        }
    }
}

//! A text that was read and places in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file of the project as it was read; `path` is relative to the project's folder, with `/`.
#[derive(PartialEq, Eq)]
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

/// A place in a file: a range of bytes on character boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: Arc<SourceFile>,
    pub span: Range<usize>,
}

/// Line and column of a byte, both from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.path, self.text.len())
    }
}

impl SourceFile {
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { path: path.into(), text: text.into() })
    }

    pub fn place(self: &Arc<Self>, span: Range<usize>) -> Place {
        Place { file: Arc::clone(self), span: self.within(span) }
    }

    pub fn position(&self, byte: usize) -> Position {
        let before = &self.text[..self.floor(byte)];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        Position { line: before.matches('\n').count() + 1, column: before[start..].chars().count() + 1 }
    }

    /// The text of a line, counted from 1, without its end.
    pub fn line(&self, number: usize) -> &str {
        self.text.lines().nth(number.saturating_sub(1)).unwrap_or("")
    }

    fn floor(&self, byte: usize) -> usize {
        self.text.floor_char_boundary(byte.min(self.text.len()))
    }

    fn within(&self, span: Range<usize>) -> Range<usize> {
        let start = self.floor(span.start);
        start..self.floor(span.end).max(start)
    }
}

impl Place {
    pub fn start(&self) -> Position {
        self.file.position(self.span.start)
    }

    pub fn text(&self) -> &str {
        &self.file.text[self.span.clone()]
    }
}

//! Reads nodes as what is expected of them and gathers what is wrong, so that all mistakes come at once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::diagnostic::{Code, Diagnostic};
use super::node::{Entry, Kind, Node};
use super::source::SourceFile;
use super::suggest::closest;

/// A value with the bytes that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At<T> {
    pub value: T,
    pub span: Range<usize>,
}

pub struct Reader {
    pub file: Arc<SourceFile>,
    pub found: Vec<Diagnostic>,
}

/// The entries of one mapping of which all keys are known.
#[derive(Clone, Copy)]
pub struct Fields<'n>(&'n [Entry]);

impl<'n> Fields<'n> {
    /// The value of a key; `None` also where it is empty.
    pub fn get(&self, key: &str) -> Option<&'n Entry> {
        self.0.iter().find(|entry| entry.key == key && entry.value.kind != Kind::Null)
    }
}

impl Reader {
    pub fn new(file: Arc<SourceFile>) -> Self {
        Self { file, found: Vec::new() }
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// The document, or `None` when it is no YAML. Its duplicate keys are reported here.
    pub fn document(&mut self) -> Option<Node> {
        let file = Arc::clone(&self.file);
        match Node::parse(&file.text) {
            Ok(node) => {
                for (first, again) in node.duplicates() {
                    let message = format!("`{}` stands twice in one mapping; the first would be lost", first.key);
                    self.report(
                        Diagnostic::error(Code::DuplicateKey, message)
                            .at(file.place(again.key_span.clone()), "again here")
                            .at(file.place(first.key_span.clone()), "first here"),
                    );
                }
                Some(node)
            }
            Err(error) => {
                let place = file.place(error.span);
                self.report(
                    Diagnostic::error(Code::InvalidYaml, format!("{} is not YAML", file.path)).at(place, error.message),
                );
                None
            }
        }
    }

    /// The entries of a mapping that takes any key; a missing value is an empty mapping.
    pub fn entries<'n>(&mut self, entry: &'n Entry) -> &'n [Entry] {
        match &entry.value.kind {
            Kind::Map(entries) => entries,
            Kind::Null => &[],
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) | Kind::Text(_) | Kind::List(_) => {
                self.wrong_type(entry, "a mapping");
                &[]
            }
        }
    }

    /// The entries of a mapping that takes these keys; `what` says whose keys they are.
    pub fn fields<'n>(&mut self, entry: &'n Entry, what: &str, known: &[&str]) -> Fields<'n> {
        let entries = self.entries(entry);
        self.known(entries, what, known)
    }

    /// The same for a mapping with one below it: a key of that one is told where it belongs.
    pub fn fields_or_below<'n>(
        &mut self,
        entry: &'n Entry,
        what: &str,
        (known, below, theirs): (&[&str], &str, &[&str]),
    ) -> Fields<'n> {
        let entries = self.entries(entry);
        self.taken(entries, what, known, |key| theirs.contains(&key).then(|| below.to_owned()))
    }

    pub fn known<'n>(&mut self, entries: &'n [Entry], what: &str, known: &[&str]) -> Fields<'n> {
        self.taken(entries, what, known, |_| None)
    }

    fn taken<'n>(
        &mut self,
        entries: &'n [Entry],
        what: &str,
        known: &[&str],
        belongs: impl Fn(&str) -> Option<String>,
    ) -> Fields<'n> {
        for entry in entries.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
            let help = match closest(&entry.key, known.iter().copied()) {
                _ if let Some(below) = belongs(&entry.key) => {
                    format!("it belongs under `{below}`: `{below}: {{{}: ...}}`", entry.key)
                }
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("these there are: {}", known.join(", ")),
            };
            let message = format!("{what} has no key `{}`", entry.key);
            let place = self.file.place(entry.key_span.clone());
            self.report(Diagnostic::error(Code::UnknownKey, message).at(place, "unknown key").help(help));
        }
        Fields(entries)
    }

    /// A text; a number or `true` in its place is a mistake with the hint to quote it.
    pub fn text(&mut self, entry: &Entry) -> Option<At<String>> {
        self.text_of(&entry.key, &entry.value, "a text")
    }

    pub fn texts(&mut self, entry: &Entry) -> Vec<At<String>> {
        match &entry.value.kind {
            Kind::List(items) => items.iter().filter_map(|item| self.text_of(&entry.key, item, "a text")).collect(),
            Kind::Null => Vec::new(),
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) | Kind::Text(_) | Kind::Map(_) => {
                self.wrong_type(entry, "a list");
                Vec::new()
            }
        }
    }

    /// A mapping of names to texts.
    pub fn labels(&mut self, entry: &Entry) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for label in self.entries(entry) {
            if let Some(text) = self.text(label) {
                labels.entry(label.key.clone()).or_insert(text.value);
            }
        }
        labels
    }

    pub fn missing(&mut self, what: &str, key: &str, span: Range<usize>) {
        let place = self.file.place(span);
        self.report(
            Diagnostic::error(Code::MissingKey, format!("{what} has no `{key}`"))
                .at(place, format!("`{key}` belongs in here")),
        );
    }

    pub fn wrong_type(&mut self, entry: &Entry, wanted: &str) {
        self.wrong_node(&entry.key, &entry.value, wanted);
    }

    fn text_of(&mut self, key: &str, node: &Node, wanted: &str) -> Option<At<String>> {
        if let Some(text) = node.text() {
            return Some(At { value: text.to_owned(), span: node.span.clone() });
        }
        self.wrong_node(key, node, wanted);
        None
    }

    fn wrong_node(&mut self, key: &str, node: &Node, wanted: &str) {
        let message = format!("`{key}` takes {wanted}, not {}", node.what());
        let help = match node.kind {
            Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) if wanted == "a text" => {
                Some(format!("put it in quotes: \"{}\"", self.file.place(node.span.clone()).text()))
            }
            Kind::Text(ref text) if wanted == "a list" => Some(format!("put it in brackets: [{text}]")),
            _ => None,
        };
        let place = self.file.place(node.span.clone());
        self.report(Diagnostic::error(Code::WrongType, message).at(place, node.what()).maybe_help(help));
    }
}

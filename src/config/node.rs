//! YAML as written: values, each with the place where it stands. Duplicate keys are kept, so that both can be shown.

use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{DuplicateKeyPolicy, Location, MessageFormatter as _, Options, Spanned};

/// The largest file that is read as configuration, in bytes.
pub const MAX_FILE: usize = 4 << 20;

/// A value and the bytes that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub kind: Kind,
    pub span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A key of a mapping with its value, in the order written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Node,
}

/// The text is no YAML, or is too much of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotYaml {
    pub message: String,
    pub span: Range<usize>,
}

impl Node {
    /// Reads one YAML 1.2 document: `yes` and `on` are texts, merge keys and aliases work within the parser's budget.
    pub fn parse(text: &str) -> Result<Self, NotYaml> {
        if text.len() > MAX_FILE {
            return Err(NotYaml { message: format!("a configuration file has at most {MAX_FILE} bytes"), span: 0..0 });
        }
        match read(text, DuplicateKeyPolicy::Error) {
            Ok(node) => Ok(node),
            Err(strict) => match read(text, DuplicateKeyPolicy::LastWins) {
                Ok(node) if node.has_duplicates() => Ok(node),
                Ok(_) | Err(_) => Err(NotYaml { message: message(&strict), span: error_span(&strict, text) }),
            },
        }
    }

    pub fn entries(&self) -> &[Entry] {
        match &self.kind {
            Kind::Map(entries) => entries,
            Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) | Kind::Text(_) | Kind::List(_) => &[],
        }
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) | Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// What it is, for people: `a list`.
    pub fn what(&self) -> &'static str {
        match self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "true or false",
            Kind::Integer(_) | Kind::Float(_) => "a number",
            Kind::Text(_) => "a text",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        }
    }

    /// Every pair of entries of one mapping with equal keys, at any depth: the first one and each later one.
    pub fn duplicates(&self) -> Vec<(&Entry, &Entry)> {
        let mut found = Vec::new();
        self.find_duplicates(&mut found);
        found
    }

    fn has_duplicates(&self) -> bool {
        !self.duplicates().is_empty()
    }

    fn find_duplicates<'a>(&'a self, found: &mut Vec<(&'a Entry, &'a Entry)>) {
        match &self.kind {
            Kind::List(items) => items.iter().for_each(|item| item.find_duplicates(found)),
            Kind::Map(entries) => {
                let mut first = std::collections::HashMap::new();
                for entry in entries {
                    let earlier = *first.entry(entry.key.as_str()).or_insert(entry);
                    if !std::ptr::eq(earlier, entry) {
                        found.push((earlier, entry));
                    }
                    entry.value.find_duplicates(found);
                }
            }
            Kind::Null | Kind::Bool(_) | Kind::Integer(_) | Kind::Float(_) | Kind::Text(_) => {}
        }
    }
}

fn read(text: &str, duplicate_keys: DuplicateKeyPolicy) -> Result<Node, serde_saphyr::Error> {
    let options: Options = serde_saphyr::options! { duplicate_keys: duplicate_keys, strict_booleans: true };
    serde_saphyr::from_str_with_options::<Option<Node>>(text, options)
        .map(|node| node.unwrap_or(Node { kind: Kind::Null, span: 0..0 }))
}

/// The parser's own words without its advice to programmers.
fn message(error: &serde_saphyr::Error) -> String {
    let text = serde_saphyr::DefaultMessageFormatter.format_message(error.without_snippet());
    let line = text.lines().next().unwrap_or("this is not YAML");
    [", set DuplicateKeyPolicy", "; use from_str"]
        .iter()
        .fold(line, |rest, advice| rest.split(advice).next().unwrap_or(rest))
        .to_owned()
}

fn error_span(error: &serde_saphyr::Error, text: &str) -> Range<usize> {
    let Some(location) = error.location() else { return 0..0 };
    let span = bytes_of(&location);
    if span.start > 0 || location.line() <= 1 {
        return span;
    }
    let line = usize::try_from(location.line()).unwrap_or(1);
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    start..start
}

fn bytes_of(location: &Location) -> Range<usize> {
    let number = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
    let start = number(location.span().byte_offset());
    start..start + number(location.span().byte_len())
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<Kind>::deserialize(deserializer)?;
        Ok(Self { kind: spanned.value, span: bytes_of(&spanned.referenced) })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(KindVisitor)
    }
}

struct KindVisitor;

impl<'de> Visitor<'de> for KindVisitor {
    type Value = Kind;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_none<E>(self) -> Result<Kind, E> {
        Ok(Kind::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Kind, D::Error> {
        Kind::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Kind, E> {
        Ok(Kind::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Kind, E> {
        Ok(Kind::Integer(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Kind, E> {
        Ok(Kind::Integer(value.into()))
    }

    fn visit_i128<E>(self, value: i128) -> Result<Kind, E> {
        Ok(Kind::Integer(value))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Kind, E> {
        Ok(i128::try_from(value).map_or_else(|_| Kind::Text(value.to_string()), Kind::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Kind, E> {
        Ok(Kind::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Kind, E> {
        Ok(Kind::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Kind, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Kind::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Kind, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Spanned<String>>()? {
            let key_span = bytes_of(&key.referenced);
            entries.push(Entry { key: key.value, key_span, value: map.next_value()? });
        }
        Ok(Kind::Map(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match Node::parse(text) {
            Ok(node) => draw(&node, text),
            Err(error) => format!("{} at {:?}", error.message, error.span),
        }
    }

    fn draw(node: &Node, text: &str) -> String {
        let here = &text[node.span.clone()];
        match &node.kind {
            Kind::Null => "null".to_owned(),
            Kind::Bool(value) => format!("bool {value} <{here}>"),
            Kind::Integer(value) => format!("int {value} <{here}>"),
            Kind::Float(value) => format!("float {value} <{here}>"),
            Kind::Text(value) => format!("text {value:?} <{here}>"),
            Kind::List(items) => format!("[{}]", items.iter().map(|n| draw(n, text)).collect::<Vec<_>>().join(", ")),
            Kind::Map(entries) => {
                let one = |e: &Entry| format!("{} <{}>: {}", e.key, &text[e.key_span.clone()], draw(&e.value, text));
                format!("{{{}}}", entries.iter().map(one).collect::<Vec<_>>().join(", "))
            }
        }
    }

    #[test]
    fn values_know_their_bytes() {
        insta::assert_snapshot!(show("ä: é\nb: \"x y\"\nc: [1, 2.50, true, yes, ~]\n\"d e\": |\n  text\n  more\n0x10: 0o17\n8080: 1"), @r#"
        {ä <ä>: text "é" <é>, b <b>: text "x y" <"x y">, c <c>: [int 1 <1>, float 2.5 <2.50>, bool true <true>, text "yes" <yes>, null], d e <"d e">: text "text\nmore\n" <text
          more
        >, 0x10 <0x10>: int 15 <0o17>, 8080 <8080>: int 1 <1>}
        "#);
    }

    #[test]
    fn both_of_a_duplicate_are_kept() {
        insta::assert_snapshot!(show("a: {k: 1, k: 2}\nb: 1\nb: 2\n"), @"{a <a>: {k <k>: int 1 <1>, k <k>: int 2 <2>}, b <b>: int 1 <1>, b <b>: int 2 <2>}");
        insta::assert_snapshot!(show("1: a\n1: b\n"), @"duplicate mapping key: 1 at 5..6");
    }

    #[test]
    fn aliases_and_merge_keys() {
        insta::assert_snapshot!(show("base: &b {x: 1}\nc:\n  <<: *b\n  y: 2\nd: *b\n"), @"{base <base>: {x <x>: int 1 <1>}, c <c>: {y <y>: int 2 <2>, x <*b>: int 1 <*b>}, d <d>: {x <*b>: int 1 <*b>}}");
    }

    #[test]
    fn what_is_no_yaml_says_where() {
        insta::assert_snapshot!(show("a:\n  b: [1, 2\nc: 3\n"), @"illegal placement of ':' indicator at 14..14");
        insta::assert_snapshot!(show("a: 'unclosed\n"), @"invalid indentation in multiline quoted scalar at 13..13");
        insta::assert_snapshot!(show("a: 1\n b: 2\n"), @"mapping values are not allowed in this context at 5..5");
        insta::assert_snapshot!(show(""), @"null");
        insta::assert_snapshot!(show("a: 1\n---\nb: 2\n"), @"multiple YAML documents detected at 9..9");
    }
}

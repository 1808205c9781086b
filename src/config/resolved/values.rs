//! Renders what a deployment file has written: nodes become values, `{{ nixpack.x.image }}` a part left open.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ledger_format::name::Component;
use minijinja::value::ValueKind;
use serde_json::Value as Json;

use super::super::diagnostic::{Code, Diagnostic};
use super::super::node::{Entry, Kind, Node};
use super::super::source::SourceFile;
use super::super::suggest::closest;
use super::super::template::{self, TemplateError, TemplateMistake};
use super::super::value::{ImageField, ImagePart, Part, Value};
use super::wire::OPEN;

/// How deep values may stand in each other.
const MAX_DEPTH: usize = 32;

/// Around the number of an open part while a text is rendered; both are private use and refused in what is read.
const LEFT: char = '\u{e000}';
const RIGHT: char = '\u{e001}';

/// Renders the values of one deployment file and gathers what is wrong with them.
pub struct Renderer<'a> {
    pub file: &'a Arc<SourceFile>,
    pub scope: Json,
    pub images: Vec<&'a Component>,
    pub found: Vec<Diagnostic>,
}

impl Renderer<'_> {
    pub fn map(&mut self, entries: &[Entry]) -> BTreeMap<String, Value> {
        self.map_at(entries, 0)
    }

    fn map_at(&mut self, entries: &[Entry], depth: usize) -> BTreeMap<String, Value> {
        let mut map = BTreeMap::new();
        for entry in entries {
            if entry.key == OPEN {
                let place = self.file.place(entry.key_span.clone());
                let message = format!("the key `{OPEN}` is kept for sealog itself");
                self.found.push(Diagnostic::error(Code::BadValue, message).at(place, "not allowed here"));
            }
            let value = self.node_at(&entry.value, depth + 1);
            map.entry(entry.key.clone()).or_insert(value);
        }
        map
    }

    pub fn node(&mut self, node: &Node) -> Value {
        self.node_at(node, 0)
    }

    fn node_at(&mut self, node: &Node, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            let place = self.file.place(node.span.clone());
            let message = format!("values stand in each other at most {MAX_DEPTH} deep");
            self.found.push(Diagnostic::error(Code::BadValue, message).at(place, "too deep"));
            return Value::Null;
        }
        match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Integer(number) => Value::integer(*number),
            Kind::Float(number) => Value::Text(self.as_written(node, *number)),
            Kind::Text(text) => self.text(node, text),
            Kind::List(items) => Value::List(items.iter().map(|item| self.node_at(item, depth + 1)).collect()),
            Kind::Map(entries) => Value::Map(self.map_at(entries, depth)),
        }
    }

    /// A number with a fraction as somebody wrote it: `1.50` stays `1.50`.
    fn as_written(&self, node: &Node, number: f64) -> String {
        let place = self.file.place(node.span.clone());
        let written = place.text();
        if written.parse() == Ok(number) { written.to_owned() } else { number.to_string() }
    }

    fn text(&mut self, node: &Node, text: &str) -> Value {
        if text.contains([LEFT, RIGHT]) {
            let place = self.file.place(node.span.clone());
            let message = "the characters U+E000 and U+E001 are kept for sealog itself";
            self.found.push(Diagnostic::error(Code::BadValue, message).at(place, "has one of them"));
            return Value::Null;
        }
        let blocks = template::blocks(text);
        if blocks.is_empty() {
            return Value::Text(text.to_owned());
        }
        let mut open = Vec::new();
        let mut replaced = text.to_owned();
        for (at, block) in &blocks {
            match self.image_part(block) {
                Ok(None) => {}
                Ok(Some(part)) => {
                    replaced.replace_range(*at..at + block.len(), &mark(open.len(), block.len()));
                    open.push(part);
                }
                Err((code, message, inner, help)) => {
                    self.report(node, text, at + inner.start..at + inner.end, code, &message, help);
                    return Value::Null;
                }
            }
        }
        let rendered = match blocks.as_slice() {
            [(_, block)] if open.is_empty() && *block == text.trim() && is_expression(block) => {
                self.expression(text, block)
            }
            _ => template::render(&replaced, &self.scope).map(Value::Text),
        };
        match rendered {
            Ok(Value::Text(rendered)) => split(&rendered, &open),
            Ok(value) => value,
            Err(error) => {
                self.template_error(node, text, &error);
                Value::Null
            }
        }
    }

    /// A text that is one expression keeps the expression's type.
    fn expression(&self, text: &str, block: &str) -> Result<Value, TemplateError> {
        let open = if block.starts_with("{{-") { 3 } else { 2 };
        let close = if block.ends_with("-}}") { 3 } else { 2 };
        let offset = text.find(block).unwrap_or(0) + open;
        let inner = block.get(open..block.len().saturating_sub(close)).unwrap_or("");
        let shift = |mut error: TemplateError| {
            error.span = error.span.start + offset..error.span.end + offset;
            error
        };
        let value = template::evaluate(inner, &self.scope).map_err(shift)?;
        from_jinja(&value).map_err(|message| TemplateError {
            kind: TemplateMistake::Wrong,
            message,
            span: offset..offset + inner.len(),
        })
    }

    /// The part of an image that a block stands for; `None` when it does not begin with `nixpack`.
    fn image_part(&self, block: &str) -> Result<Option<ImagePart>, ImageMistake> {
        let Some(inner) = block.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")) else { return Ok(None) };
        let path = inner.trim();
        let Some(rest) = path.strip_prefix("nixpack") else { return Ok(None) };
        let start = block.find(path).unwrap_or(0);
        let span = start..start + path.len();
        let Some((name, field)) = name_and_field(rest) else { return Ok(None) };
        let Some(component) = self.images.iter().find(|component| component.name() == name) else {
            let near = closest(name, self.images.iter().map(|component| component.name()));
            let help = near.map_or_else(
                || "the deployment has no such image component".to_owned(),
                |near| format!("did you mean `nixpack.{near}`?"),
            );
            return Err((Code::UnknownImage, format!("there is no image component `{name}`"), span, Some(help)));
        };
        let Some(field) = ImageField::from_word(field) else {
            let help =
                "of an image there are `.image` (the full reference), `.digest`, `.registry`, `.repository` and `.tag`";
            return Err((Code::UnknownVariable, format!("an image has no `{field}`"), span, Some(help.to_owned())));
        };
        Ok(Some(ImagePart { component: (*component).clone(), field }))
    }

    fn template_error(&mut self, node: &Node, text: &str, error: &TemplateError) {
        let (code, help) = explain(error, &text[error.span.clone()], &self.scope);
        self.report(node, text, error.span.clone(), code, &error.message, help);
    }

    fn report(&mut self, node: &Node, text: &str, span: Range<usize>, code: Code, message: &str, help: Option<String>) {
        let place = self.file.place(place_in(self.file, node, text, span));
        let label = if code == Code::BadTemplate { "here" } else { "unknown" };
        self.found.push(Diagnostic::error(code, message).at(place, label).maybe_help(help));
    }
}

type ImageMistake = (Code, String, Range<usize>, Option<String>);

/// The code and the help for a template that does not render.
pub fn explain(error: &TemplateError, written: &str, scope: &Json) -> (Code, Option<String>) {
    if error.kind == TemplateMistake::Wrong {
        return (Code::BadTemplate, None);
    }
    let mut here = scope;
    let mut known = String::new();
    for name in written.split('.') {
        let Some(next) = here.get(name) else {
            return (Code::UnknownVariable, Some(help_for(name, &known, here)));
        };
        here = next;
        known = if known.is_empty() { name.to_owned() } else { format!("{known}.{name}") };
    }
    (Code::UnknownVariable, None)
}

fn help_for(name: &str, known: &str, here: &Json) -> String {
    let there: Vec<&str> = here.as_object().map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default();
    let full = |near: &str| if known.is_empty() { near.to_owned() } else { format!("{known}.{near}") };
    match (name, known) {
        ("nixpack", "") if !there.contains(&"nixpack") => {
            "an image is known only after its build: write `{{ nixpack.<name>.image }}` as it is, without filters or other expressions around it".to_owned()
        }
        (_, "nixpack") => match closest(name, there.iter().copied()) {
            Some(near) => format!("did you mean `nixpack.{near}`?"),
            None => "the deployment has no such image component".to_owned(),
        },
        ("image", "") => "no image component is bound: give both the same label, or set `vars.image: \"{{ nixpack.<name>.image }}\"`".to_owned(),
        ("vars", "") => "variables cannot use each other; `context` and `target` can be used".to_owned(),
        ("terraform", "") => "the outputs of Terraform components come in a later build".to_owned(),
        (_, "git") if there.is_empty() => "nothing is known of git here".to_owned(),
        ("tag" | "branch", "git") => format!("this commit is on no {name}"),
        _ => match closest(name, there.iter().copied()) {
            Some(near) => format!("did you mean `{}`?", full(near)),
            None if there.is_empty() => format!("`{known}` has nothing in it"),
            None => format!("there are: {}", there.iter().map(|key| full(key)).collect::<Vec<_>>().join(", ")),
        },
    }
}

fn is_expression(block: &str) -> bool {
    block.starts_with("{{") && block.ends_with("}}")
}

/// Where a part of a text stands in the file: quotes, escapes and indentation lie between the two.
fn place_in(file: &SourceFile, node: &Node, text: &str, span: Range<usize>) -> Range<usize> {
    let raw = &file.text[node.span.clone()];
    let start = node.span.start;
    if let Some(at) = raw.find(text) {
        return start + at + span.start..start + at + span.end;
    }
    let part = &text[span.clone()];
    let nth = text[..span.start].matches(part).count();
    match raw.match_indices(part).nth(nth) {
        Some((at, _)) if !part.is_empty() => start + at..start + at + part.len(),
        Some(_) | None => node.span.clone(),
    }
}

/// `.api.image`, `["api"].image`.
fn name_and_field(path: &str) -> Option<(&str, &str)> {
    let (name, field) = match path.strip_prefix('[') {
        Some(rest) => {
            let quote = rest.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
            let (name, rest) = rest[1..].split_once(quote)?;
            (name, rest.strip_prefix("].")?)
        }
        None => path.strip_prefix('.')?.split_once('.')?,
    };
    let word = |text: &str| {
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/' | '.'))
    };
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_');
    (word(name) && plain(field)).then_some((name, field))
}

/// As long as the block that it stands for, so that places stay where they are.
fn mark(number: usize, length: usize) -> String {
    let room = length.saturating_sub(LEFT.len_utf8() + RIGHT.len_utf8());
    format!("{LEFT}{number:0>room$}{RIGHT}")
}

fn split(rendered: &str, open: &[ImagePart]) -> Value {
    if !rendered.contains(LEFT) {
        return Value::Text(rendered.to_owned());
    }
    let mut parts = Vec::new();
    let mut rest = rendered;
    while let Some((before, number, after)) = next_mark(rest) {
        parts.extend(text_part(before));
        parts.extend(open.get(number).cloned().map(Part::Image));
        rest = after;
    }
    parts.extend(text_part(rest));
    Value::Open(parts)
}

fn next_mark(text: &str) -> Option<(&str, usize, &str)> {
    let (before, rest) = text.split_once(LEFT)?;
    let (number, after) = rest.split_once(RIGHT)?;
    Some((before, number.parse().ok()?, after))
}

fn text_part(text: &str) -> Option<Part> {
    (!text.is_empty()).then(|| Part::Text(text.to_owned()))
}

fn from_jinja(value: &minijinja::Value) -> Result<Value, String> {
    let items = |value: &minijinja::Value| value.try_iter().map_err(|error| error.to_string());
    Ok(match value.kind() {
        ValueKind::None | ValueKind::Undefined => Value::Null,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => {
            i128::try_from(value.clone()).map_or_else(|_| Value::Text(value.to_string()), Value::integer)
        }
        ValueKind::Number | ValueKind::String => Value::Text(value.to_string()),
        ValueKind::Seq | ValueKind::Iterable => {
            Value::List(items(value)?.map(|item| from_jinja(&item)).collect::<Result<_, _>>()?)
        }
        ValueKind::Map => {
            let mut map = BTreeMap::new();
            for key in items(value)? {
                let item = value.get_item(&key).map_err(|error| error.to_string())?;
                map.insert(key.to_string(), from_jinja(&item)?);
            }
            Value::Map(map)
        }
        other => return Err(format!("an expression gives {other}, which is no value of a configuration")),
    })
}

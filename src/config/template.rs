//! `{{ ... }}` in deployment files and manifest templates: minijinja, strict, with hyphens in dotted paths.

mod syntax;

use std::ops::Range;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value as Jinja};
use serde_json::Value as Json;

pub use syntax::blocks;

use syntax::{is_raw, next_block, paths, tokens};

/// A template that does not render.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    pub kind: TemplateMistake,
    pub message: String,
    /// The bytes of the template that are wrong.
    pub span: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateMistake {
    /// A value that does not exist.
    Undefined,
    /// No expression, or one that cannot be computed.
    Wrong,
}

/// Renders a whole text; a newline at its end stays.
pub fn render(template: &str, scope: &Json) -> Result<String, TemplateError> {
    let rewritten = Rewritten::of(template);
    let environment = environment();
    environment
        .template_from_str(&rewritten.text)
        .and_then(|parsed| parsed.render(to_jinja(scope)))
        .map_err(|error| rewritten.error(&error, template, scope))
}

/// Computes one expression and keeps its type.
pub fn evaluate(expression: &str, scope: &Json) -> Result<Jinja, TemplateError> {
    // The delimiters make one rewriting fit both; they are cut off again.
    let template = format!("{{{{{expression}}}}}");
    let rewritten = Rewritten::of(&template);
    let inner = &rewritten.text[2..rewritten.text.len() - 2];
    let shift = |mut error: TemplateError| {
        error.span = whole(expression, error.span.start.saturating_sub(2)..error.span.end.saturating_sub(2));
        error
    };
    let environment = environment();
    let found = environment.compile_expression(inner).and_then(|parsed| parsed.eval(to_jinja(scope)));
    match found {
        Ok(value) if value.is_undefined() => Err(undefined(expression.trim(), span_of(expression, expression.trim()))),
        Ok(value) => Ok(value),
        Err(error) => Err(shift(rewritten.error_at(&error, &template, 2, scope))),
    }
}

/// The dotted paths that a template names, as lists of names: `["git", "sha"]`. Loop variables are among them.
pub fn variables(template: &str) -> Vec<Vec<&str>> {
    let mut found = Vec::new();
    let mut rest = template;
    while let Some((_, block, after)) = next_block(rest) {
        if !block.starts_with("{#") && !is_raw(block) {
            found.extend(paths(block).into_iter().map(|path| path.into_iter().map(|(_, name)| name).collect()));
        }
        rest = after;
    }
    found.sort();
    found.dedup();
    found
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    // The delimiters are the usual ones, so the syntax is always built.
    environment.set_syntax(SyntaxConfig::builder().keep_trailing_newline(true).build().unwrap_or_default());
    environment.set_debug(true);
    environment
}

pub fn to_jinja(value: &Json) -> Jinja {
    match value {
        Json::Null => Jinja::from(()),
        Json::Bool(value) => Jinja::from(*value),
        Json::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Jinja::from(integer),
            (None, float) => Jinja::from(float.unwrap_or_default()),
        },
        Json::String(text) => Jinja::from(text.as_str()),
        Json::Array(items) => items.iter().map(to_jinja).collect::<Vec<_>>().into(),
        Json::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), to_jinja(value)))
            .collect::<std::collections::BTreeMap<_, _>>()
            .into(),
    }
}

fn undefined(name: &str, span: Range<usize>) -> TemplateError {
    TemplateError { kind: TemplateMistake::Undefined, message: format!("`{name}` does not exist"), span }
}

fn span_of(text: &str, part: &str) -> Range<usize> {
    let start = text.find(part).unwrap_or(0);
    start..start + part.len()
}

/// The span in whole characters: the engine may point into one.
fn whole(text: &str, span: Range<usize>) -> Range<usize> {
    let end = text.ceil_char_boundary(span.end.min(text.len()));
    text.floor_char_boundary(span.start.min(end))..end
}

/// A template whose dotted paths with hyphens are written as the engine takes them, and the way back.
struct Rewritten {
    text: String,
    /// For each place where something was put in: where in the new text, and how many bytes it is ahead from there on.
    shifts: Vec<(usize, usize)>,
}

impl Rewritten {
    fn of(template: &str) -> Self {
        let mut new = Self { text: String::with_capacity(template.len()), shifts: Vec::new() };
        let mut rest = template;
        while let Some((before, block, after)) = next_block(rest) {
            new.text.push_str(before);
            if block.starts_with("{#") || is_raw(block) {
                new.text.push_str(block);
            } else {
                new.push_block(block);
            }
            rest = after;
        }
        new.text.push_str(rest);
        new
    }

    fn push_block(&mut self, block: &str) {
        let mut ahead = self.shifts.last().map_or(0, |(_, ahead)| *ahead);
        for token in tokens(block) {
            match token.strip_prefix('.').filter(|name| name.contains('-')) {
                Some(name) => {
                    self.text.push_str("[\"");
                    self.text.push_str(name);
                    ahead += 1;
                    self.shifts.push((self.text.len() - name.len(), ahead));
                    self.text.push_str("\"]");
                    ahead += 2;
                    self.shifts.push((self.text.len(), ahead));
                }
                None => self.text.push_str(token),
            }
        }
    }

    fn original(&self, byte: usize) -> usize {
        let ahead = self.shifts.iter().rev().find(|(at, _)| *at <= byte).map_or(0, |(_, ahead)| *ahead);
        byte - ahead
    }

    fn error(&self, error: &minijinja::Error, template: &str, scope: &Json) -> TemplateError {
        self.error_at(error, template, 0, scope)
    }

    /// `skipped` bytes at the beginning were not given to the engine.
    fn error_at(&self, error: &minijinja::Error, template: &str, skipped: usize, scope: &Json) -> TemplateError {
        let span = error.range().map(|range| {
            let end = self.original(range.end + skipped).min(template.len());
            self.original(range.start + skipped).min(end)..end
        });
        let span = whole(template, span.unwrap_or(0..template.len()));
        let message = error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned);
        if error.kind() == ErrorKind::UndefinedError || message.contains("undefined") {
            let span = missing_path(template, span.start, scope).unwrap_or(span);
            return undefined(template.get(span.clone()).unwrap_or("").trim(), span);
        }
        TemplateError { kind: TemplateMistake::Wrong, message, span }
    }
}

/// The dotted path that does not exist, in the block around a byte: the engine often knows only the expression.
/// Paths of which the root exists come first, as loops and `set` define others.
fn missing_path(template: &str, near: usize, scope: &Json) -> Option<Range<usize>> {
    let mut start = 0;
    let mut rest = template;
    while let Some((before, block, after)) = next_block(rest) {
        let at = start + before.len();
        if (at..at + block.len()).contains(&near) {
            let paths = paths(block);
            let missing = |rooted: bool| {
                let of_kind = paths.iter().filter(|path| scope.get(path[0].1).is_some() == rooted);
                of_kind.filter_map(|path| first_missing(path, scope)).next()
            };
            return missing(true).or_else(|| missing(false)).map(|span| at + span.start..at + span.end);
        }
        start = at + block.len();
        rest = after;
    }
    None
}

/// From the beginning of a path to its first name that does not exist.
fn first_missing(path: &[(usize, &str)], scope: &Json) -> Option<Range<usize>> {
    let mut here = scope;
    for (at, name) in path {
        match here.get(name) {
            Some(next) => here = next,
            None => return Some(path[0].0..at + name.len()),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(template: &str) -> String {
        let scope = json!({
            "target": {"name": "dev", "labels": {"team-name": "a", "x": 1}},
            "nixpack": {"payment-api": {"digest": "d"}},
            "n": 5, "hosts": ["a", "b"],
        });
        match render(template, &scope) {
            Ok(text) => text,
            Err(error) => format!("{:?}: {} <{}>", error.kind, error.message, &template[error.span]),
        }
    }

    #[test]
    fn hyphens_in_paths() {
        assert_eq!(check("{{ nixpack.payment-api.digest }}-{{target.labels.team-name}}"), "d-a");
        assert_eq!(check("{{ n - 1 }} {{ '{{ a.b-c' }} {# a.b-c #}{{- target.name -}}\n"), "4 {{ a.b-c dev");
        assert_eq!(check("{% raw %}{{ a.b-c }}{% endraw %}{{ n-1 }}"), "{{ a.b-c }}4");
        assert_eq!(check("{% for h in hosts %}{{ h }},{% endfor %}\n"), "a,b,\n");
    }

    #[test]
    fn what_is_undefined_is_named_with_its_place() {
        insta::assert_snapshot!(check("x {{ target.nme }}"), @"Undefined: `target.nme` does not exist <target.nme>");
        insta::assert_snapshot!(check("{{ nixpack.payment-api.digest }} ü {{ nixpack.order-api.digest }}"), @"Undefined: `nixpack.order-api` does not exist <nixpack.order-api>");
        insta::assert_snapshot!(check("{{ nothing }}"), @"Undefined: `nothing` does not exist <nothing>");
        insta::assert_snapshot!(check("{{ nothing | upper }}"), @"Undefined: `nothing` does not exist <nothing>");
        insta::assert_snapshot!(check("{% if target.labels.zone == 'x' %}a{% endif %}"), @"Undefined: `target.labels.zone` does not exist <target.labels.zone>");
    }

    #[test]
    fn what_is_no_expression_says_where() {
        insta::assert_snapshot!(check("a {{ target.name"), @"Wrong: unexpected end of input, expected end of variable block <name>");
        insta::assert_snapshot!(check("a {{ target name }}"), @"Wrong: unexpected identifier, expected end of variable block <name>");
        insta::assert_snapshot!(check("{{ n | nofilter }}"), @"Wrong: filter nofilter is unknown <nofilter>");
        insta::assert_snapshot!(check("{% include 'x' %}"), @"Wrong: tried to include non-existing template 'x' <include 'x'>");
        insta::assert_snapshot!(check("{{ n / 0 }}"), @"Wrong: unable to calculate 5 / 0 <n / 0>");
    }

    #[test]
    fn an_expression_keeps_its_type() {
        let scope = json!({"context": {"replicas": 4, "on": true, "max-size": 7}});
        assert_eq!(evaluate(" context.replicas ", &scope), Ok(Jinja::from(4)));
        assert_eq!(evaluate("context.max-size", &scope), Ok(Jinja::from(7)));
        assert_eq!(evaluate("context.on", &scope), Ok(Jinja::from(true)));
        let error = evaluate(" context.max-size + context.min-size ", &scope).unwrap_err();
        assert_eq!((error.kind, error.span), (TemplateMistake::Undefined, 20..36));
    }

    #[test]
    fn variables_are_listed() {
        let found = variables("{{ git.sha | upper }}{% if image %}{{ vars.a-b.c ~ 'x.y' }}{# z #}{% endif %}");
        assert_eq!(found, [vec!["git", "sha"], vec!["image"], vec!["vars", "a-b", "c"]]);
    }

    proptest::proptest! {
        /// Whatever somebody writes, a mistake is a part of it that can be shown.
        #[test]
        fn every_mistake_is_a_part_of_the_template(pieces in proptest::collection::vec(proptest::sample::select(PIECES), 0..12)) {
            let template = pieces.concat();
            let scope = json!({"target": {"name": "dev", "a-b": "é"}, "nixpack": {"x-y": {"image": "i"}}, "n": 2});
            for error in [render(&template, &scope).err(), evaluate(&template, &scope).err()].into_iter().flatten() {
                proptest::prop_assert!(template.get(error.span.clone()).is_some(), "{template:?} {error:?}");
            }
            let found: usize = blocks(&template).iter().map(|(_, block)| block.len()).sum();
            proptest::prop_assert!(found <= template.len());
            variables(&template);
        }
    }

    const PIECES: &[&str] = &[
        "{{", "}}", "{%", "%}", "{#", "#}", " ", "-", ".", "a-b", "target", "nixpack", ".x-y", ".image", "['x-y']",
        "\"", "'", "ü", "n", "if", "for", "in", "endif", "raw", "endraw", "|", "upper", "(", ")", "+", "2", "\n", "💥",
        "[\"",
    ];
}

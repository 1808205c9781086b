//! Mistakes and warnings of a configuration: drawn where they stand in their files, or said in sentences.

use crate::cli::ui::look::{Graphics, Look, Width};
use crate::cli::ui::text::{Colour, Glyphs, escaped};
use crate::config::{Diagnostic, Severity};

/// Each with its line end.
pub fn as_text(diagnostics: &[Diagnostic], look: &Look) -> String {
    let columns = match look.width {
        Width::Columns(columns) => columns,
        Width::Unlimited => 100,
    };
    let draw = |one: &Diagnostic| match look.graphics {
        Graphics::Drawn => one.render(columns, look.colour == Colour::On, look.glyphs == Glyphs::Unicode),
        Graphics::Sentences => sentence(one),
    };
    diagnostics.iter().map(draw).collect()
}

fn sentence(diagnostic: &Diagnostic) -> String {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut text = format!("{word}[{}]: {}", diagnostic.code.as_str(), diagnostic.message);
    for label in &diagnostic.labels {
        let at = label.place.start();
        text += &format!("; {} line {} column {}: {}", label.place.file.path, at.line, at.column, label.text);
    }
    if let Some(help) = &diagnostic.help {
        text += &format!("; hint: {help}");
    }
    escaped(&text) + "\n"
}

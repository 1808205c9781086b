//! What a view draws on: lines, facts and tables, in the look of one stream.

use serde::Serialize;

use super::look::Look;
use super::table::Table;
use super::text::{Line, Mark};

/// What a command shows: to a person as a page, to a program as the same fields in JSON or YAML.
pub trait View: Serialize {
    fn draw(&self, page: &mut Page<'_>);

    /// With `-q`: the one id or reference that was made or asked for.
    fn quiet(&self) -> Option<String> {
        None
    }
}

pub struct Page<'a> {
    pub look: &'a Look,
    parts: Vec<Part>,
}

enum Part {
    Line(Line),
    /// Text that is styled and escaped already.
    Preformatted(String),
}

impl<'a> Page<'a> {
    pub fn new(look: &'a Look) -> Self {
        Self { look, parts: Vec::new() }
    }

    pub fn line(&mut self, line: impl Into<Line>) {
        self.parts.push(Part::Line(line.into()));
    }

    pub fn facts(&mut self, facts: Facts) {
        self.parts.extend(facts.lay_out(self.look).into_iter().map(Part::Line));
    }

    pub fn table<const N: usize>(&mut self, table: Table<N>) {
        self.parts.extend(table.lay_out(self.look).into_iter().map(Part::Line));
    }

    /// Lines that were drawn elsewhere, for this look, with everything foreign in them escaped.
    pub fn preformatted(&mut self, text: &str) {
        self.parts.push(Part::Preformatted(text.to_owned()));
    }

    pub fn render(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Preformatted(lines) => text.push_str(lines),
                Part::Line(line) => {
                    text.push_str(&line.clone().in_glyphs(self.look.glyphs).render(self.look.colour));
                    text.push('\n');
                }
            }
        }
        text
    }
}

/// `name  value` lines under a first line, the values in one column; a line may begin with a symbol.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    rows: Vec<Fact>,
    indent: usize,
}

#[derive(Debug, Clone)]
struct Fact {
    mark: Option<Mark>,
    name: String,
    value: Line,
}

/// Names are at least this wide, so that the blocks of one page agree.
const NAME: usize = 11;

impl Facts {
    /// Two blanks before each line.
    pub fn new() -> Self {
        Self::indented(2)
    }

    /// At the left edge: for facts that are the answer themselves.
    pub fn at_edge() -> Self {
        Self::indented(0)
    }

    pub fn indented(indent: usize) -> Self {
        Self { rows: Vec::new(), indent }
    }

    pub fn fact(mut self, name: impl Into<String>, value: impl Into<Line>) -> Self {
        self.rows.push(Fact { mark: None, name: name.into(), value: value.into() });
        self
    }

    pub fn marked(mut self, mark: Mark, name: impl Into<String>, value: impl Into<Line>) -> Self {
        self.rows.push(Fact { mark: Some(mark), name: name.into(), value: value.into() });
        self
    }

    /// These and then others.
    pub fn and(mut self, others: Self) -> Self {
        self.rows.extend(others.rows);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    fn lay_out(self, look: &Look) -> Vec<Line> {
        let heads: Vec<Line> = self.rows.iter().map(|row| row.head().in_glyphs(look.glyphs)).collect();
        let width = heads.iter().map(|head| head.width() + 2).fold(NAME, usize::max);
        let line = |(head, row): (Line, Fact)| head.padded(width).then(row.value).indented(self.indent);
        heads.into_iter().zip(self.rows).map(line).collect()
    }
}

impl Fact {
    fn head(&self) -> Line {
        match self.mark {
            None => Line::from(&self.name),
            Some(mark) => Line::new().mark(mark).text(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::cli::ui::look::test_look;
    use crate::cli::ui::text::Glyphs;

    fn rules() -> Facts {
        Facts::new()
            .marked(Mark::Failed, "approvals", "0 of 2 from release-managers")
            .marked(Mark::Failed, "time in staging", "12m of 1h")
            .fact("policy of prod", "d81f0e6a27c5")
    }

    #[test]
    fn values_stand_in_one_column() {
        let mut look = test_look();
        let mut page = Page::new(&look);
        page.facts(Facts::new().fact("from", "8d3e6f1").fact("evidence", "211 tests passed"));
        page.facts(rules());
        assert_snapshot!(page.render(), @r"
        from       8d3e6f1
        evidence   211 tests passed
        ✗ approvals        0 of 2 from release-managers
        ✗ time in staging  12m of 1h
        policy of prod     d81f0e6a27c5
        ");
        look.glyphs = Glyphs::Ascii;
        let mut page = Page::new(&look);
        page.facts(rules());
        assert_snapshot!(page.render(), @r"
        x approvals        0 of 2 from release-managers
        x time in staging  12m of 1h
        policy of prod     d81f0e6a27c5
        ");
    }
}

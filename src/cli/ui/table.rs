//! Tables: a header in capitals, two blanks between columns, no boxes. What gives way when the page is narrow: free text
//! at its end, below 100 columns the second form of times before it; below 80 whole columns in a stated order; below 60
//! each row becomes `name: value` lines.

use super::look::{Graphics, Look, Width};
use super::text::{Line, Style};

/// From this width on the columns marked [`Column::wide`] appear.
const WIDE: usize = 120;
/// What pages are laid out for; below it the second form of times goes before free text is cut.
const USUAL: usize = 100;
/// Below this width columns leave, but not above it.
const NARROW: usize = 80;
/// Below this width a row becomes lines.
const TINY: usize = 60;
/// Free text is not cut below this.
const LEAST_FREE: usize = 12;
const GAP: usize = 2;

#[derive(Debug, Clone, Copy)]
pub struct Column {
    title: &'static str,
    fit: Fit,
    wide: bool,
    leaves: Option<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// Ids, names, states: never cut.
    Whole,
    /// Like `Whole`, to the right.
    Number,
    /// May be cut at its end.
    Free,
}

impl Column {
    pub const fn whole(title: &'static str) -> Self {
        Self { title, fit: Fit::Whole, wide: false, leaves: None }
    }

    pub const fn number(title: &'static str) -> Self {
        Self { fit: Fit::Number, ..Self::whole(title) }
    }

    pub const fn free(title: &'static str) -> Self {
        Self { fit: Fit::Free, ..Self::whole(title) }
    }

    /// Shown from 120 columns on.
    pub const fn wide(self) -> Self {
        Self { wide: true, ..self }
    }

    /// Below 80 columns it may leave; the smallest number first.
    pub const fn leaves(self, order: u8) -> Self {
        Self { leaves: Some(order), ..self }
    }
}

/// A cell; `-` where there is nothing.
#[derive(Debug, Clone)]
pub struct Cell {
    long: Line,
    short: Option<Line>,
}

impl Cell {
    /// A cell that has a shorter form for narrow pages, as a time has.
    pub fn shrinking(long: impl Into<Line>, short: impl Into<Line>) -> Self {
        Self { long: long.into(), short: Some(short.into()) }
    }

    pub fn none() -> Self {
        Line::new().dim("-").into()
    }
}

impl<T: Into<Line>> From<T> for Cell {
    fn from(line: T) -> Self {
        Self { long: line.into(), short: None }
    }
}

impl<T: Into<Line>> From<Option<T>> for Cell {
    fn from(line: Option<T>) -> Self {
        line.map_or_else(Self::none, Self::from)
    }
}

#[derive(Debug, Clone)]
pub struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[Cell; N]>,
    left_out: Vec<&'static str>,
}

impl<const N: usize> Table<N> {
    pub fn new(columns: [Column; N]) -> Self {
        Self { columns, rows: Vec::new(), left_out: Vec::new() }
    }

    pub fn row(&mut self, cells: [Cell; N]) {
        self.rows.push(cells);
    }

    /// Leaves out the column of this title: where all its cells would say the same.
    pub fn without(mut self, title: &'static str) -> Self {
        self.left_out.push(title);
        self
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn lay_out(self, look: &Look) -> Vec<Line> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let wide = matches!(look.width, Width::Columns(columns) if columns >= WIDE);
        let shown: Vec<usize> = (0..N).filter(|&at| self.shows(at, wide)).collect();
        let columns: Vec<Column> = shown.iter().map(|&at| self.columns[at]).collect();
        let rows: Vec<Vec<&Cell>> = self.rows.iter().map(|row| shown.iter().map(|&at| &row[at]).collect()).collect();
        match (look.graphics, look.width) {
            (Graphics::Sentences, _) => rows.iter().map(|row| sentence(&columns, row)).collect(),
            (Graphics::Drawn, Width::Columns(page)) if page < TINY => paragraphs(&columns, &rows, look),
            (Graphics::Drawn, Width::Columns(page)) => {
                let mut grid = Grid::new(columns, &rows, look);
                grid.fit(page, look);
                grid.lines()
            }
            (Graphics::Drawn, Width::Unlimited) => Grid::new(columns, &rows, look).lines(),
        }
    }

    fn shows(&self, at: usize, wide: bool) -> bool {
        let column = self.columns[at];
        (wide || !column.wide) && !self.left_out.contains(&column.title)
    }
}

/// The cells that are shown, as measured text.
struct Grid {
    columns: Vec<Column>,
    short: Vec<Vec<Option<Line>>>,
    cells: Vec<Vec<Line>>,
}

impl Grid {
    fn new(columns: Vec<Column>, rows: &[Vec<&Cell>], look: &Look) -> Self {
        let line =
            |line: &Line| if line.is_empty() { Line::new().dim("-") } else { line.clone().in_glyphs(look.glyphs) };
        Self {
            columns,
            short: rows.iter().map(|row| row.iter().map(|cell| cell.short.as_ref().map(line)).collect()).collect(),
            cells: rows.iter().map(|row| row.iter().map(|cell| line(&cell.long)).collect()).collect(),
        }
    }

    fn fit(&mut self, page: usize, look: &Look) {
        if page < USUAL && self.width() > page || self.least_width() > page {
            self.shrink_times();
        }
        while page < NARROW && self.least_width() > page && self.drop_one() {}
        self.cut_free(page, look);
    }

    fn shrink_times(&mut self) {
        for (row, short) in self.cells.iter_mut().zip(&mut self.short) {
            for (cell, short) in row.iter_mut().zip(short) {
                if let Some(short) = short.take() {
                    *cell = short;
                }
            }
        }
    }

    fn cut_free(&mut self, page: usize, look: &Look) {
        let free: Vec<usize> = (0..self.columns.len()).filter(|&at| self.columns[at].fit == Fit::Free).collect();
        for &at in free.iter().rev() {
            let over = self.width().saturating_sub(page);
            let (width, least) = (self.column_width(at), self.least_column_width(at));
            if over > 0 && width > least {
                let columns = width.saturating_sub(over).max(least);
                for row in &mut self.cells {
                    row[at] = std::mem::take(&mut row[at]).cut(columns, look.glyphs);
                }
            }
        }
    }

    fn drop_one(&mut self) -> bool {
        let next = (0..self.columns.len())
            .filter_map(|at| self.columns[at].leaves.map(|order| (order, at)))
            .min()
            .map(|(_, at)| at);
        let Some(at) = next else { return false };
        self.columns.remove(at);
        for row in &mut self.cells {
            row.remove(at);
        }
        true
    }

    fn column_width(&self, at: usize) -> usize {
        let cells = self.cells.iter().map(|row| row[at].width()).max().unwrap_or(0);
        cells.max(self.columns[at].title.len())
    }

    fn least_column_width(&self, at: usize) -> usize {
        match self.columns[at].fit {
            Fit::Free => self.column_width(at).min(LEAST_FREE.max(self.columns[at].title.len())),
            Fit::Whole | Fit::Number => self.column_width(at),
        }
    }

    fn width(&self) -> usize {
        self.sum_of(Self::column_width)
    }

    /// The width when free text is cut as far as it may be.
    fn least_width(&self) -> usize {
        self.sum_of(Self::least_column_width)
    }

    fn sum_of(&self, width: impl Fn(&Self, usize) -> usize) -> usize {
        let columns: usize = (0..self.columns.len()).map(|at| width(self, at)).sum();
        columns + GAP * self.columns.len().saturating_sub(1)
    }

    fn lines(&self) -> Vec<Line> {
        let widths: Vec<usize> = (0..self.columns.len()).map(|at| self.column_width(at)).collect();
        let header = self.columns.iter().map(|column| Line::new().styled(Style::Dim, column.title)).collect::<Vec<_>>();
        std::iter::once(&header).chain(&self.cells).map(|row| self.join(row, &widths)).collect()
    }

    fn join(&self, row: &[Line], widths: &[usize]) -> Line {
        let mut line = Line::new();
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                line = line.text(" ".repeat(GAP));
            }
            let cell = cell.clone();
            line = line.then(match self.columns[at].fit {
                Fit::Number => cell.padded_left(widths[at]),
                Fit::Whole | Fit::Free => cell.padded(widths[at]),
            });
        }
        line
    }
}

fn paragraphs(columns: &[Column], rows: &[Vec<&Cell>], look: &Look) -> Vec<Line> {
    let widest = columns.iter().map(|column| column.title.len()).max().unwrap_or(0);
    let mut lines = Vec::new();
    for row in rows {
        if !lines.is_empty() {
            lines.push(Line::new());
        }
        for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.long.is_empty()) {
            let name = format!("{}:", column.title.to_lowercase());
            lines.push(Line::from(name).padded(widest + 2).then(cell.long.clone()).in_glyphs(look.glyphs));
        }
    }
    lines
}

/// `target prod, release v1.4.0, state drifted`
fn sentence(columns: &[Column], row: &[&Cell]) -> Line {
    let mut line = Line::new();
    for (column, cell) in columns.iter().zip(row).filter(|(_, cell)| !cell.long.is_empty()) {
        if !line.is_empty() {
            line = line.text(", ");
        }
        line = line.text(column.title.to_lowercase()).text(" ").then(cell.long.clone());
    }
    line
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::cli::ui::look::test_look;
    use crate::cli::ui::text::{Colour, Glyphs};

    fn history() -> Table<7> {
        let mut table = Table::new([
            Column::whole("WHEN (UTC)"),
            Column::whole("RELEASE"),
            Column::whole("WHAT").leaves(2),
            Column::whole("BY").leaves(3),
            Column::number("TOOK").leaves(1),
            Column::free("WHY"),
            Column::whole("EVENT").wide(),
        ]);
        table.row([
            Cell::shrinking("23m ago  10:49", "23m ago"),
            "v1.4.0".into(),
            "rolled back from v1.5.0".into(),
            "dmitri".into(),
            "3m 8s".into(),
            "5xx on /charge, INC-812, see the incident's page".into(),
            "0ab7d94e36c8".into(),
        ]);
        table.row([
            Cell::shrinking("2d ago   11-18", "2d ago"),
            Line::new().bold("v1.4.0").into(),
            "rolled out".into(),
            "dmitri".into(),
            "13m 12s".into(),
            Cell::none(),
            "70bd8ea9152f".into(),
        ]);
        table
    }

    fn laid_out(width: Width) -> String {
        let look = Look { width, ..test_look() };
        let lines: Vec<String> = history().lay_out(&look).iter().map(|line| line.render(Colour::Off)).collect();
        lines.join("\n")
    }

    #[test]
    fn a_pipe_gets_everything() {
        assert_snapshot!(laid_out(Width::Unlimited), @r"
        WHEN (UTC)      RELEASE  WHAT                     BY         TOOK  WHY
        23m ago  10:49  v1.4.0   rolled back from v1.5.0  dmitri    3m 8s  5xx on /charge, INC-812, see the incident's page
        2d ago   11-18  v1.4.0   rolled out               dmitri  13m 12s  -
        ");
    }

    #[test]
    fn a_wide_page_has_more_columns() {
        assert_snapshot!(laid_out(Width::Columns(150)), @r"
        WHEN (UTC)      RELEASE  WHAT                     BY         TOOK  WHY                                               EVENT
        23m ago  10:49  v1.4.0   rolled back from v1.5.0  dmitri    3m 8s  5xx on /charge, INC-812, see the incident's page  0ab7d94e36c8
        2d ago   11-18  v1.4.0   rolled out               dmitri  13m 12s  -                                                 70bd8ea9152f
        ");
    }

    #[test]
    fn the_usual_page_cuts_free_text_only() {
        assert_snapshot!(laid_out(Width::Columns(100)), @r"
        WHEN (UTC)      RELEASE  WHAT                     BY         TOOK  WHY
        23m ago  10:49  v1.4.0   rolled back from v1.5.0  dmitri    3m 8s  5xx on /charge, INC-812, see the…
        2d ago   11-18  v1.4.0   rolled out               dmitri  13m 12s  -
        ");
        assert_snapshot!(laid_out(Width::Columns(80)), @r"
        WHEN (UTC)  RELEASE  WHAT                     BY         TOOK  WHY
        23m ago     v1.4.0   rolled back from v1.5.0  dmitri    3m 8s  5xx on /charge, …
        2d ago      v1.4.0   rolled out               dmitri  13m 12s  -
        ");
    }

    #[test]
    fn a_narrow_page_loses_columns_then_rows() {
        assert_snapshot!(laid_out(Width::Columns(62)), @r"
        WHEN (UTC)  RELEASE  BY      WHY
        23m ago     v1.4.0   dmitri  5xx on /charge, INC-812, see the…
        2d ago      v1.4.0   dmitri  -
        ");
        assert_snapshot!(laid_out(Width::Columns(40)), @r"
        when (utc): 23m ago  10:49
        release:    v1.4.0
        what:       rolled back from v1.5.0
        by:         dmitri
        took:       3m 8s
        why:        5xx on /charge, INC-812, see the incident's page

        when (utc): 2d ago   11-18
        release:    v1.4.0
        what:       rolled out
        by:         dmitri
        took:       13m 12s
        why:        -
        ");
    }

    #[test]
    fn a_screen_reader_hears_sentences() {
        let look = Look { graphics: Graphics::Sentences, ..test_look() };
        let lines: Vec<String> = history().lay_out(&look).iter().map(|line| line.render(Colour::Off)).collect();
        assert_snapshot!(lines[0], @"when (utc) 23m ago  10:49, release v1.4.0, what rolled back from v1.5.0, by dmitri, took 3m 8s, why 5xx on /charge, INC-812, see the incident's page");
    }

    #[test]
    fn symbols_of_two_cells_keep_the_columns_straight() {
        let mut table = Table::new([Column::whole("STATE"), Column::whole("BY")]);
        table.row(["✓ complete".into(), "ana".into()]);
        table.row(["○ waits".into(), "ben".into()]);
        let look = Look { glyphs: Glyphs::Ascii, ..test_look() };
        let lines: Vec<String> = table.lay_out(&look).iter().map(|line| line.render(Colour::Off)).collect();
        assert_snapshot!(lines.join("\n"), @r"
        STATE        BY
        ok complete  ana
        o waits      ben
        ");
    }
}

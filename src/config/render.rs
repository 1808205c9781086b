//! How a diagnostic looks on a terminal: the message, the lines with what is wrong underlined, the hint.

use std::collections::BTreeMap;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::diagnostic::{Diagnostic, Label, Severity};
use super::source::SourceFile;

const TAB: &str = "    ";

struct Theme {
    open: &'static str,
    next: &'static str,
    bar: &'static str,
    gap: &'static str,
    close: &'static str,
    line: &'static str,
    fork: &'static str,
    hook: &'static str,
    cut: &'static str,
    unprintable: char,
}

const UNICODE: Theme = Theme {
    open: "╭─",
    next: "├─",
    bar: "│",
    gap: "·",
    close: "╰─",
    line: "─",
    fork: "┬",
    hook: "╰──",
    cut: "…",
    unprintable: '\u{fffd}',
};

const ASCII: Theme = Theme {
    open: ",-",
    next: "|-",
    bar: "|",
    gap: ":",
    close: "`-",
    line: "^",
    fork: "^",
    hook: "`--",
    cut: "...",
    unprintable: '?',
};

struct Canvas<'a> {
    theme: &'a Theme,
    width: usize,
    colour: bool,
    severity: Severity,
    gutter: usize,
    out: String,
}

pub fn diagnostic(diagnostic: &Diagnostic, width: usize, colour: bool, unicode: bool) -> String {
    let theme = if unicode { &UNICODE } else { &ASCII };
    let last = diagnostic.labels.iter().map(|label| label.place.start().line).max().unwrap_or(0);
    let gutter = last.to_string().len();
    let mut canvas =
        Canvas { theme, width: width.max(40), colour, severity: diagnostic.severity, gutter, out: String::new() };
    canvas.head(diagnostic);
    canvas.places(&diagnostic.labels);
    if let Some(help) = &diagnostic.help {
        canvas.wrapped("  hint: ", "        ", help);
    }
    canvas.out
}

/// Red for errors, yellow for warnings; the word beside it says the same.
pub fn paint(text: &str, severity: Severity, colour: bool) -> String {
    let code = match severity {
        Severity::Error => "31",
        Severity::Warning => "33",
    };
    if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

impl Canvas<'_> {
    fn head(&mut self, diagnostic: &Diagnostic) {
        let word = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let start = format!("{word}[{}]:", diagnostic.code.as_str());
        let from = self.out.len();
        self.wrapped(&format!("{start} "), "  ", &diagnostic.message);
        let painted = paint(&start, self.severity, self.colour);
        self.out.replace_range(from..from + start.len(), &painted);
    }

    fn places(&mut self, labels: &[Label]) {
        let Some(first) = labels.first() else { return };
        let mut files: Vec<&SourceFile> = vec![&first.place.file];
        for label in labels {
            if !files.iter().any(|file| file.path == label.place.file.path) {
                files.push(&label.place.file);
            }
        }
        for (index, file) in files.iter().enumerate() {
            let here: Vec<&Label> = labels.iter().filter(|label| label.place.file.path == file.path).collect();
            let corner = if index == 0 { self.theme.open } else { self.theme.next };
            let at = here[0].place.start();
            let path = self.printable(&file.path);
            self.row(&format!("{}{corner}[{path}:{}:{}]", " ".repeat(self.gutter + 2), at.line, at.column));
            self.lines(file, &here, labels.len() > 1);
        }
        self.row(&format!("{}{}", " ".repeat(self.gutter + 2), self.theme.close));
    }

    fn lines(&mut self, file: &SourceFile, labels: &[&Label], several: bool) {
        let mut by_line: BTreeMap<usize, Vec<&Label>> = BTreeMap::new();
        for label in labels {
            by_line.entry(label.place.start().line).or_default().push(label);
        }
        for (number, mut labels) in by_line {
            labels.sort_by_key(|label| label.place.span.start);
            let text = file.line(number);
            let window = self.window(text, &labels);
            let bar = self.theme.bar;
            let shown = self.cropped(text, window);
            self.row(format!(" {number:>0$} {bar} {shown}", self.gutter).trim_end());
            for label in labels {
                self.underline(text, window, label, several);
            }
        }
    }

    /// The columns of the line that fit, moved so that the first label is inside.
    fn window(&self, text: &str, labels: &[&Label]) -> (usize, usize) {
        let room = self.width.saturating_sub(self.gutter + 4).max(20);
        let (start, end) = columns(text, labels[0]);
        if self.expand(text).width() <= room || end <= room.saturating_sub(4) {
            return (0, room);
        }
        (start.saturating_sub(room / 4), room)
    }

    fn cropped(&self, text: &str, (from, room): (usize, usize)) -> String {
        let expanded = self.expand(text);
        let cut = self.theme.cut;
        let mut shown = String::new();
        let mut column = 0;
        for letter in expanded.chars() {
            let wide = letter.width().unwrap_or(0);
            if column >= from && column + wide <= from + room {
                shown.push(letter);
            }
            column += wide;
        }
        if column > from + room {
            while shown.width() + cut.width() > room {
                shown.pop();
            }
            shown.push_str(cut);
        }
        if from > 0 {
            let rest: String = shown.chars().skip(cut.width()).collect();
            shown = format!("{cut}{rest}");
        }
        shown
    }

    fn underline(&mut self, text: &str, (from, room): (usize, usize), label: &Label, several: bool) {
        let (start, end) = columns(text, label);
        let start = start.saturating_sub(from).min(room);
        let length = end.saturating_sub(from).min(room).saturating_sub(start).max(1);
        let margin = format!("{} {} ", " ".repeat(self.gutter + 1), self.theme.gap);
        let left = length / 2;
        let line = self.theme.line;
        let drawn = format!("{}{}{}", line.repeat(left), self.theme.fork, line.repeat(length - left - 1));
        let drawn = paint(&drawn, self.severity, self.colour);
        let indent = " ".repeat(start);
        let words = self.printable(&label.text);
        if words.is_empty() {
            self.row(&format!("{margin}{indent}{drawn}"));
        } else if several {
            self.row(&format!("{margin}{indent}{drawn} {words}"));
        } else {
            self.row(&format!("{margin}{indent}{drawn}"));
            let below = " ".repeat(start + left);
            let hook = paint(self.theme.hook, self.severity, self.colour);
            self.row(&format!("{margin}{below}{hook} {words}"));
        }
    }

    fn wrapped(&mut self, first: &str, other: &str, text: &str) {
        let text = self.printable(text);
        let mut line = first.to_owned();
        let mut empty = true;
        for word in text.split(' ') {
            if !empty && line.width() + 1 + word.width() > self.width {
                self.row(&line);
                line = other.to_owned();
                empty = true;
            }
            if !empty {
                line.push(' ');
            }
            line.push_str(word);
            empty = false;
        }
        self.row(&line);
    }

    fn row(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn expand(&self, text: &str) -> String {
        self.printable(&text.replace('\t', TAB))
    }

    /// What a file says never reaches the terminal as a control sequence.
    fn printable(&self, text: &str) -> String {
        text.chars().map(|letter| if letter.is_control() { self.theme.unprintable } else { letter }).collect()
    }
}

/// The first and the last column, from 0, of what a label marks on its first line.
fn columns(line: &str, label: &Label) -> (usize, usize) {
    let from = label.place.start().column - 1;
    let marked = label.place.text().lines().next().unwrap_or("").trim_end().chars().count();
    let width = |letters: usize| -> usize {
        line.chars().take(letters).map(|l| if l == '\t' { TAB.len() } else { l.width().unwrap_or(1) }).sum()
    };
    (width(from), width(from + marked))
}

#[cfg(test)]
mod tests {
    use super::super::diagnostic::Code;
    use super::*;

    fn file() -> std::sync::Arc<SourceFile> {
        SourceFile::new(
            "deployments/shop.yaml",
            "components:\n  terraform:\n    vpc: 1\n  depends_on: [terraform/databse]\n",
        )
    }

    fn one() -> Diagnostic {
        let text = &file().text;
        let start = text.find("terraform/databse").unwrap();
        Diagnostic::error(Code::UnknownDependency, "`depends_on` names a component that does not exist")
            .at(file().place(start..start + 17), "no such component")
            .help("did you mean `terraform/database` (line 71)?")
    }

    #[test]
    fn one_label_hangs_below() {
        insta::assert_snapshot!(one().render(100, false, true), @"
        error[unknown-dependency]: `depends_on` names a component that does not exist
           ╭─[deployments/shop.yaml:4:16]
         4 │   depends_on: [terraform/databse]
           ·                ────────┬────────
           ·                        ╰── no such component
           ╰─
          hint: did you mean `terraform/database` (line 71)?
        ");
    }

    #[test]
    fn ascii_and_narrow() {
        insta::assert_snapshot!(one().render(40, false, false), @"
        error[unknown-dependency]: `depends_on`
          names a component that does not exist
           ,-[deployments/shop.yaml:4:16]
         4 |   depends_on: [terraform/databse]
           :                ^^^^^^^^^^^^^^^^^
           :                        `-- no such component
           `-
          hint: did you mean
                `terraform/database` (line 71)?
        ");
    }

    #[test]
    fn several_labels_stand_beside() {
        let text = "a:\n  \tx: 1\nbb: [\u{1b}[31m, ü, yyyy]\n";
        let file = SourceFile::new("a.yaml", text);
        let at = |word: &str| text.find(word).unwrap()..text.find(word).unwrap() + word.len();
        let diagnostic = Diagnostic::warning(Code::DuplicateKey, "two of them")
            .at(file.place(at("yyyy")), "again here")
            .at(file.place(at("x")), "first here")
            .at(SourceFile::new("b.yaml", "zz\n").place(0..2), "and here");
        insta::assert_snapshot!(diagnostic.render(100, false, true), @"
        warning[duplicate-key]: two of them
           ╭─[a.yaml:3:16]
         2 │       x: 1
           ·       ┬ first here
         3 │ bb: [�[31m, ü, yyyy]
           ·                ──┬─ again here
           ├─[b.yaml:1:1]
         1 │ zz
           · ─┬ and here
           ╰─
        ");
    }

    #[test]
    fn colour_marks_the_word_and_the_line() {
        let painted = one().render(100, true, true);
        assert!(painted.starts_with("\u{1b}[31merror[unknown-dependency]:\u{1b}[0m `depends_on`"), "{painted:?}");
        let bare = painted.replace("\u{1b}[31m", "").replace("\u{1b}[0m", "");
        assert_eq!(bare, one().render(100, false, true));
    }

    proptest::proptest! {
        /// Any place of any text can be drawn, and no control character gets out.
        #[test]
        fn anything_can_be_drawn(text in "(?s).{0,80}", from in 0usize..90, length in 0usize..90, width in 0usize..60, unicode: bool) {
            let file = SourceFile::new("a.yaml", text.clone());
            let diagnostic = Diagnostic::error(Code::BadValue, text.clone())
                .at(file.place(from..from + length), text.clone())
                .at(file.place(0..length), "x")
                .help(text);
            let drawn = diagnostic.render(width, false, unicode);
            proptest::prop_assert!(!drawn.chars().any(|letter| letter.is_control() && letter != '\n'));
        }
    }
}

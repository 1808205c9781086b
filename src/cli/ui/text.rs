//! Styled text: lines made of pieces. Every piece is escaped when made, so nothing that somebody else wrote can move
//! the cursor, hide or reorder what is shown.

use std::fmt::{Display, Write as _};

use unicode_width::UnicodeWidthStr as _;

/// What a colour means; it is never the only sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Done,
    Failed,
    /// Somebody must act.
    Attention,
    InFlight,
    /// Unchanged, or second in importance.
    Dim,
    /// The thing asked for.
    Bold,
}

/// A symbol at the beginning of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Done,
    Failed,
    Look,
    Nothing,
    Running,
    Waiting,
    Add,
    Change,
    Replace,
    Remove,
}

/// Whether symbols may leave ASCII.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    Unicode,
    Ascii,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    On,
    Off,
}

/// One line of text for a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    style: Style,
    text: String,
}

impl Line {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn styled(mut self, style: Style, text: impl Display) -> Self {
        self.0.push(Piece { style, text: escaped(&text.to_string()) });
        self
    }

    pub fn text(self, text: impl Display) -> Self {
        self.styled(Style::Plain, text)
    }

    pub fn bold(self, text: impl Display) -> Self {
        self.styled(Style::Bold, text)
    }

    pub fn dim(self, text: impl Display) -> Self {
        self.styled(Style::Dim, text)
    }

    /// The symbol and one space.
    pub fn mark(self, mark: Mark) -> Self {
        self.styled(mark.style(), mark.symbol()).text(" ")
    }

    pub fn then(mut self, rest: impl Into<Line>) -> Self {
        self.0.extend(rest.into().0);
        self
    }

    pub fn indented(self, columns: usize) -> Self {
        Self::new().text(" ".repeat(columns)).then(self)
    }

    /// In terminal cells.
    pub fn width(&self) -> usize {
        self.0.iter().map(|piece| piece.text.width()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|piece| piece.text.is_empty())
    }

    /// The same text in the glyphs that can be shown. Do this before measuring.
    pub fn in_glyphs(mut self, glyphs: Glyphs) -> Self {
        if glyphs == Glyphs::Ascii {
            for piece in &mut self.0 {
                piece.text = ascii(&piece.text);
            }
        }
        self
    }

    /// Cut at its end to that many cells, with an ellipsis. For free text only, never for ids and names.
    pub fn cut(mut self, columns: usize, glyphs: Glyphs) -> Self {
        if self.width() <= columns {
            return self;
        }
        let ellipsis = match glyphs {
            Glyphs::Unicode => "…",
            Glyphs::Ascii => "...",
        };
        let mut left = columns.saturating_sub(ellipsis.width());
        for piece in &mut self.0 {
            let kept = prefix_of_width(&piece.text, left).to_owned();
            left -= kept.width();
            if kept.len() < piece.text.len() {
                left = 0;
            }
            piece.text = kept;
        }
        self.text(ellipsis)
    }

    /// Filled up with blanks on the right.
    pub fn padded(self, columns: usize) -> Self {
        let missing = columns.saturating_sub(self.width());
        if missing == 0 { self } else { self.text(" ".repeat(missing)) }
    }

    pub fn padded_left(self, columns: usize) -> Self {
        let missing = columns.saturating_sub(self.width());
        self.indented(missing)
    }

    /// As bytes for a stream, without blanks at its end.
    pub fn render(&self, colour: Colour) -> String {
        let mut out = String::new();
        let last = self.0.iter().rposition(|piece| !piece.text.trim_end().is_empty());
        for (at, piece) in self.0.iter().enumerate().take(last.map_or(0, |last| last + 1)) {
            let text = if Some(at) == last { piece.text.trim_end() } else { piece.text.as_str() };
            match (colour, piece.style.code()) {
                (Colour::On, Some(code)) if !text.trim().is_empty() => {
                    let _ = write!(out, "\x1b[{code}m{text}\x1b[0m");
                }
                _ => out.push_str(text),
            }
        }
        out
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Self {
        Self::new().text(text)
    }
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        Self::new().text(text)
    }
}

impl From<&String> for Line {
    fn from(text: &String) -> Self {
        Self::new().text(text)
    }
}

impl Style {
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Done => Some("32"),
            Self::Failed => Some("31"),
            Self::Attention => Some("33"),
            Self::InFlight => Some("36"),
            Self::Dim => Some("2"),
            Self::Bold => Some("1"),
        }
    }
}

impl Mark {
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Failed => "✗",
            Self::Look => "!",
            Self::Nothing => "·",
            Self::Running => "⠸",
            Self::Waiting => "○",
            Self::Add => "+",
            Self::Change => "~",
            Self::Replace => "±",
            Self::Remove => "-",
        }
    }

    pub fn style(self) -> Style {
        match self {
            Self::Done | Self::Add => Style::Done,
            Self::Failed | Self::Remove => Style::Failed,
            Self::Look | Self::Change | Self::Replace => Style::Attention,
            Self::Running => Style::InFlight,
            Self::Nothing | Self::Waiting => Style::Dim,
        }
    }
}

fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '✓' => out.push_str("ok"),
            '✗' => out.push('x'),
            '·' => out.push('.'),
            '○' => out.push('o'),
            '±' => out.push_str("+-"),
            '→' => out.push_str("->"),
            '…' => out.push_str("..."),
            '⠸' | '●' => out.push('*'),
            '│' | '├' => out.push('|'),
            '─' => out.push('-'),
            '╮' => out.push('\\'),
            '╯' => out.push('/'),
            other => out.push(other),
        }
    }
    out
}

fn prefix_of_width(text: &str, columns: usize) -> &str {
    let mut end = 0;
    for (at, character) in text.char_indices() {
        let next = at + character.len_utf8();
        if text[..next].width() > columns {
            break;
        }
        end = next;
    }
    &text[..end]
}

/// Control, bidirectional and zero-width characters as `\u{..}`.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            hidden if is_hidden(hidden) => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(hidden));
            }
            other => out.push(other),
        }
    }
    out
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{3164}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_else_wrote_cannot_hide() {
        for (text, shown) in [
            ("INC-812", "INC-812"),
            ("Zürich 東京", "Zürich 東京"),
            ("\x1b[2Jgone", "\\u{1b}[2Jgone"),
            ("two\nlines\tand", "two\\nlines\\tand"),
            ("prod\u{202e}ved", "prod\\u{202e}ved"),
            ("pro\u{200b}d", "pro\\u{200b}d"),
            ("\u{9b}31m", "\\u{9b}31m"),
        ] {
            assert_eq!(Line::new().text(text).render(Colour::Off), shown);
        }
    }

    #[test]
    fn a_line_reads_the_same_without_colour_and_without_unicode() {
        let line = Line::new().mark(Mark::Done).text("v1.4.0 → ").bold("v1.5.0").text(" ± ");
        assert_eq!(line.render(Colour::Off), "✓ v1.4.0 → v1.5.0 ±");
        assert_eq!(line.render(Colour::On), "\x1b[32m✓\x1b[0m v1.4.0 → \x1b[1mv1.5.0\x1b[0m ±");
        assert_eq!(line.in_glyphs(Glyphs::Ascii).render(Colour::Off), "ok v1.4.0 -> v1.5.0 +-");
    }

    #[test]
    fn cutting_counts_cells() {
        for (text, columns, cut) in [
            ("approved by ben", 15, "approved by ben"),
            ("approved by ben", 9, "approved…"),
            ("東京都", 5, "東京…"),
            ("東京都", 4, "東…"),
        ] {
            assert_eq!(Line::from(text).cut(columns, Glyphs::Unicode).render(Colour::Off), cut);
        }
        let two = Line::from("abc").text("defgh").cut(5, Glyphs::Ascii);
        assert_eq!(two.render(Colour::Off), "ab...");
    }
}

//! The two streams: stdout is the answer, stderr the conversation. Nothing else in sealog prints.

use std::io::{BufRead, Write};
use std::sync::Mutex;

use clap::ValueEnum;

use crate::cli::error::{CliError, Code};
use crate::clock::Clock;
use crate::process::{self, Program};

pub mod look;
pub mod page;
pub mod progress;
pub mod prompt;
pub mod table;
pub mod text;
pub mod times;

use look::{Device, Look};
use page::{Page, View};
use text::{Line, Mark, Style};

/// `--format`: one view behind all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    Json,
    Yaml,
    /// One JSON object a line.
    Jsonl,
}

/// `-q`, `-v`, `-vv`
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Voice {
    /// The one id or reference that was made, and errors.
    Quiet,
    Normal,
    /// Other programs' output too, and each request with its time.
    Verbose,
    /// And what was decided and why.
    Reasons,
}

/// Where one stream goes and how things look there.
pub struct Stream {
    sink: Mutex<Box<dyn Write + Send>>,
    pub look: Look,
    device: Device,
}

/// Whether somebody is there to answer: stdin and stderr are terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attendance {
    Person,
    Nobody,
}

pub struct Ui {
    out: Stream,
    err: Stream,
    input: Mutex<Box<dyn BufRead + Send>>,
    attendance: Attendance,
    format: Format,
    voice: Voice,
    clock: Clock,
    pager: Option<Program>,
}

impl Stream {
    pub fn new(sink: Box<dyn Write + Send>, look: Look, device: Device) -> Self {
        Self { sink: Mutex::new(sink), look, device }
    }

    /// A reader that has gone away, as in `sealog ledger log | head`, is no error.
    fn write(&self, text: &str) -> std::io::Result<()> {
        let mut sink = self.sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match sink.write_all(text.as_bytes()).and_then(|()| sink.flush()) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

impl Ui {
    pub fn new(
        (out, err): (Stream, Stream),
        (input, attendance): (Box<dyn BufRead + Send>, Attendance),
        (format, voice): (Format, Voice),
        clock: Clock,
    ) -> Self {
        Self { out, err, input: Mutex::new(input), attendance, format, voice, clock, pager: None }
    }

    /// Answers that may be long go through this program when they are longer than the screen.
    pub fn with_pager(self, pager: Option<Program>) -> Self {
        Self { pager, ..self }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub fn voice(&self) -> Voice {
        self.voice
    }

    pub fn attendance(&self) -> Attendance {
        self.attendance
    }

    /// How things look in the answer.
    pub fn look(&self) -> &Look {
        &self.out.look
    }

    /// The answer of a command.
    pub fn show<V: View>(&self, view: &V) -> Result<(), CliError> {
        let text = match (self.voice, view.quiet()) {
            (Voice::Quiet, quiet) if self.format == Format::Table => quiet.map_or_else(String::new, |text| text + "\n"),
            _ => self.in_format(view)?,
        };
        self.answer(&text)
    }

    /// An answer that may be long: `history`, `diff`, `audit`, `ledger log|show`.
    pub fn show_paged<V: View>(&self, view: &V) -> Result<(), CliError> {
        let (Some(pager), Device::Terminal { rows, .. }) = (&self.pager, self.out.device) else {
            return self.show(view);
        };
        if self.format != Format::Table || self.voice == Voice::Quiet {
            return self.show(view);
        }
        let text = self.in_format(view)?;
        if text.lines().count() < rows {
            return self.answer(&text);
        }
        // Without a pager that starts, the answer is printed as it is.
        process::show_through(pager, &text).or_else(|_| self.answer(&text))
    }

    /// Text that is an answer as it is: a script for a shell, a document, a page of reference.
    pub fn answer(&self, text: &str) -> Result<(), CliError> {
        self.out.write(text).map_err(|source| {
            CliError::new(Code::OutputFailed, "cannot write the answer to standard output").caused_by(&source)
        })
    }

    /// What is about to happen, before the question: conversation, not answer.
    pub fn plan<V: View>(&self, plan: &V) {
        if self.talks() {
            let mut page = Page::new(&self.err.look);
            plan.draw(&mut page);
            self.to_err(&page.render());
        }
    }

    /// A line of the conversation.
    pub fn say(&self, line: impl Into<Line>) {
        if self.talks() {
            self.line_to_err(line.into());
        }
    }

    /// `! ...`: what somebody should look at, though the command goes on.
    pub fn warn(&self, line: impl Into<Line>) {
        self.say(Line::new().mark(Mark::Look).then(line));
    }

    /// Why there are no rows: an empty list says so, and is no failure.
    pub fn nothing(&self, line: impl Into<Line>) {
        self.say(Line::new().mark(Mark::Nothing).then(line));
    }

    /// With `-v`: what is done. With `-vv`: why.
    pub fn detail(&self, from: Voice, line: impl Into<Line>) {
        if self.voice >= from {
            self.line_to_err(line.into());
        }
    }

    /// At most two commands that work when pasted; only for a person at a terminal.
    pub fn next(&self, commands: &[&str]) {
        if self.attendance == Attendance::Person {
            for command in commands.iter().take(2) {
                self.say(Line::new().dim("Next: ").text(command));
            }
        }
    }

    /// The error that ends the command; in the format asked for.
    pub fn fail(&self, error: &CliError) {
        let text = match self.format {
            Format::Table => {
                let mut page = Page::new(&self.err.look);
                error.draw(&mut page);
                page.render()
            }
            Format::Json | Format::Jsonl | Format::Yaml => error.to_json() + "\n",
        };
        self.to_err(&text);
    }

    fn in_format<V: View>(&self, view: &V) -> Result<String, CliError> {
        let unprintable = |error: &dyn std::fmt::Display| {
            CliError::new(Code::Internal, format!("cannot print the answer in this format: {error}"))
        };
        match self.format {
            Format::Table => {
                let mut page = Page::new(&self.out.look);
                view.draw(&mut page);
                Ok(page.render())
            }
            Format::Json => {
                serde_json::to_string_pretty(view).map(|text| text + "\n").map_err(|error| unprintable(&error))
            }
            Format::Jsonl => match serde_json::to_value(view).map_err(|error| unprintable(&error))? {
                serde_json::Value::Array(items) => Ok(items.iter().map(|item| format!("{item}\n")).collect()),
                one => Ok(format!("{one}\n")),
            },
            Format::Yaml => serde_saphyr::to_string(view).map_err(|error| unprintable(&error)),
        }
    }

    /// With JSON on stdout a program reads stderr too: it finds an error there or nothing.
    fn talks(&self) -> bool {
        self.voice > Voice::Quiet && (self.format == Format::Table || self.attendance == Attendance::Person)
    }

    fn line_to_err(&self, line: Line) {
        let look = &self.err.look;
        self.to_err(&format!("{}\n", line.in_glyphs(look.glyphs).render(look.colour)));
    }

    fn to_err(&self, text: &str) {
        // When the conversation cannot be heard there is nobody left to tell.
        let _ = self.err.write(text);
    }
}

/// `-` and the reason, for what a verbose run tells.
pub fn aside(text: impl std::fmt::Display) -> Line {
    Line::new().styled(Style::Dim, text)
}

#[cfg(test)]
pub mod tests {
    use std::sync::{Arc, Mutex};

    use insta::assert_snapshot;
    use serde::Serialize;

    use super::look::{Width, test_look};
    use super::*;

    /// Both streams of a user interface in memory.
    #[derive(Clone, Default)]
    pub struct Captured {
        pub out: Sink,
        pub err: Sink,
    }

    #[derive(Clone, Default)]
    pub struct Sink(Arc<Mutex<Vec<u8>>>);

    impl Sink {
        pub fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// A user interface as at a terminal of 100 columns (or without anybody), with what is typed there.
    pub fn captured(attendance: Attendance, format: Format, voice: Voice, typed: &str) -> (Ui, Captured) {
        let captured = Captured::default();
        let (width, device) = match attendance {
            Attendance::Person => (Width::Columns(100), Device::Terminal { columns: 100, rows: 24 }),
            Attendance::Nobody => (Width::Unlimited, Device::Other),
        };
        let look = Look { width, ..test_look() };
        let streams = (
            Stream::new(Box::new(captured.out.clone()), look, device),
            Stream::new(Box::new(captured.err.clone()), look, device),
        );
        let input = Box::new(std::io::Cursor::new(typed.as_bytes().to_vec()));
        (Ui::new(streams, (input, attendance), (format, voice), Clock::Fixed(look.times.now())), captured)
    }

    #[derive(Serialize)]
    struct Made {
        id: &'static str,
        alias: Option<&'static str>,
    }

    impl View for Made {
        fn draw(&self, page: &mut Page<'_>) {
            page.line(
                Line::new()
                    .mark(Mark::Done)
                    .text("Released ")
                    .bold(self.alias.unwrap_or("-"))
                    .text(" · ")
                    .text(self.id),
            );
        }

        fn quiet(&self) -> Option<String> {
            Some(self.id.to_owned())
        }
    }

    fn run(attendance: Attendance, format: Format, voice: Voice) -> (String, String) {
        let (ui, captured) = captured(attendance, format, voice, "");
        ui.say("Releasing");
        ui.show(&Made { id: "b7e2c94d10f8", alias: Some("v1.5.0") }).unwrap();
        ui.next(&["sealog rollout payment-service --target dev"]);
        (captured.out.text(), captured.err.text())
    }

    #[test]
    fn the_answer_and_the_conversation_never_mix() {
        let next = "Next: sealog rollout payment-service --target dev\n";
        let table = "✓ Released v1.5.0 · b7e2c94d10f8\n";
        let json = "{\n  \"id\": \"b7e2c94d10f8\",\n  \"alias\": \"v1.5.0\"\n}\n";
        let lines = "{\"alias\":\"v1.5.0\",\"id\":\"b7e2c94d10f8\"}\n";
        use Attendance::{Nobody, Person};
        for (attendance, format, voice, out, err) in [
            (Person, Format::Table, Voice::Normal, table, format!("Releasing\n{next}")),
            (Nobody, Format::Table, Voice::Normal, table, "Releasing\n".to_owned()),
            (Nobody, Format::Table, Voice::Quiet, "b7e2c94d10f8\n", String::new()),
            (Nobody, Format::Json, Voice::Normal, json, String::new()),
            (Nobody, Format::Jsonl, Voice::Normal, lines, String::new()),
            (Nobody, Format::Yaml, Voice::Normal, "id: b7e2c94d10f8\nalias: v1.5.0\n", String::new()),
        ] {
            assert_eq!(run(attendance, format, voice), (out.to_owned(), err), "{attendance:?} {format:?} {voice:?}");
        }
    }

    #[test]
    fn an_error_is_text_or_one_json_object() {
        let error = CliError::new(Code::KeyLocked, "this passphrase does not open chloe.pem")
            .fact("tries", 3, "3 of 3")
            .hint("try again")
            .undone("Nothing was signed, nothing recorded.");
        let (ui, captured) = captured(Attendance::Nobody, Format::Table, Voice::Quiet, "");
        ui.fail(&error);
        assert_snapshot!(captured.err.text(), @r"
        error[key-locked]: this passphrase does not open chloe.pem
          tries      3 of 3
          hint: try again
        Nothing was signed, nothing recorded.
        ");
        let (ui, captured) = super::tests::captured(Attendance::Nobody, Format::Json, Voice::Normal, "");
        ui.fail(&error);
        assert_snapshot!(captured.err.text(), @r#"{"error":{"code":"key-locked","details":{"tries":3},"exit_code":2,"hints":["try again"],"message":"this passphrase does not open chloe.pem","others":[],"see":"sealog explain key-locked","undone":"Nothing was signed, nothing recorded."}}"#);
    }
}

//! JUnit XML: what test runners of every language write. Test cases are counted, not the sums that a file claims.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// What a report says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    pub passed: u64,
    pub skipped: u64,
    pub failed: Vec<Failure>,
}

/// A test that failed, or could not be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// `test_orders.Totals`
    pub class: String,
    pub name: String,
    pub message: String,
}

/// Why a file is no report of tests.
#[derive(Debug, thiserror::Error)]
pub enum NotJunit {
    #[error("line {line}: {source}")]
    Xml { line: usize, source: quick_xml::Error },
    #[error("line {line}: it ends inside of <{element}>")]
    Unfinished { line: usize, element: String },
    #[error("it is no JUnit report: it begins with <{0}>, not with <testsuites> or <testsuite>")]
    OtherRoot(String),
    #[error("it holds no test case")]
    NoTests,
}

/// The case that is being read, and what became of it.
struct Case {
    class: String,
    name: String,
    outcome: Outcome,
}

enum Outcome {
    Passed,
    Skipped,
    Failed(String),
}

impl Results {
    pub fn total(&self) -> u64 {
        self.passed + self.skipped + self.failed.len() as u64
    }

    pub fn parse(text: &str) -> Result<Self, NotJunit> {
        let mut reader = Reader::from_str(text);
        let line =
            |at: u64| text.bytes().take(usize::try_from(at).unwrap_or(usize::MAX)).filter(|b| *b == b'\n').count() + 1;
        let (mut results, mut open, mut case) = (Self::default(), Vec::new(), None);
        loop {
            let event = reader.read_event();
            let at = reader.error_position().max(reader.buffer_position());
            match event.map_err(|source| NotJunit::Xml { line: line(at), source })? {
                Event::Start(start) => {
                    begin(&start, &open, &mut case)?;
                    open.push(name(&start));
                }
                Event::Empty(start) => {
                    begin(&start, &open, &mut case)?;
                    results.end(&name(&start), &mut case);
                }
                Event::End(_) => {
                    let element = open.pop().unwrap_or_default();
                    results.end(&element, &mut case);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        match open.pop() {
            Some(element) => Err(NotJunit::Unfinished { line: line(text.len() as u64), element }),
            None if results.total() == 0 => Err(NotJunit::NoTests),
            None => Ok(results),
        }
    }

    fn end(&mut self, element: &str, case: &mut Option<Case>) {
        if element != "testcase" {
            return;
        }
        if let Some(Case { class, name, outcome }) = case.take() {
            match outcome {
                Outcome::Passed => self.passed += 1,
                Outcome::Skipped => self.skipped += 1,
                Outcome::Failed(message) => self.failed.push(Failure { class, name, message }),
            }
        }
    }
}

fn begin(start: &BytesStart<'_>, open: &[String], case: &mut Option<Case>) -> Result<(), NotJunit> {
    let element = name(start);
    if open.is_empty() && element != "testsuites" && element != "testsuite" {
        return Err(NotJunit::OtherRoot(element));
    }
    match (element.as_str(), case) {
        ("testcase", case) => {
            let outcome = Outcome::Passed;
            *case = Some(Case { class: attribute(start, "classname"), name: attribute(start, "name"), outcome });
        }
        ("failure" | "error", Some(case)) => case.outcome = Outcome::Failed(attribute(start, "message")),
        ("skipped", Some(case)) => case.outcome = Outcome::Skipped,
        (_, _) => {}
    }
    Ok(())
}

fn name(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

/// What cannot be read is left out: it is shown, never counted.
fn attribute(start: &BytesStart<'_>, wanted: &str) -> String {
    let found = start.try_get_attribute(wanted).ok().flatten();
    found
        .and_then(|found| {
            found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
        })
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(u64, u64, Vec<String>), String> {
        let shown = |failure: Failure| format!("{} {}: {}", failure.class, failure.name, failure.message);
        let results = Results::parse(text).map_err(|error| error.to_string())?;
        Ok((results.passed, results.skipped, results.failed.into_iter().map(shown).collect()))
    }

    #[test]
    fn cases_are_counted() {
        let failing = r#"<testsuite tests="99"><testcase classname="a" name="b"><failure message="1 &lt; 2">at x</failure>
            </testcase><testcase name="c"><error message="gone"/></testcase><testcase name="d"/></testsuite>"#;
        let skipped = "<?xml version='1.0'?><testsuites><testsuite><testcase name='x'><skipped/></testcase>\
            <testcase name='y'><system-out>failure</system-out></testcase></testsuite></testsuites>";
        for (text, expected) in [
            (failing, Ok((1, 0, vec!["a b: 1 < 2".to_owned(), " c: gone".to_owned()]))),
            (skipped, Ok((1, 1, vec![]))),
            ("<testsuites/>", Err("it holds no test case")),
            ("", Err("it holds no test case")),
            (
                "<html><testcase/></html>",
                Err("it is no JUnit report: it begins with <html>, not with <testsuites> or <testsuite>"),
            ),
            ("<testsuite>\n<testcase name='x'>\n", Err("line 3: it ends inside of <testcase>")),
        ] {
            assert_eq!(read(text), expected.map_err(str::to_owned), "{text}");
        }
        assert!(read("<testsuite>\n</testsuites>").unwrap_err().starts_with("line 2: "));
        assert!(read("no xml & at all").is_err());
    }
}

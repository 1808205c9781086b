//! Questions: only where somebody is there to answer, the plan above them, "no" the default.

use std::io::BufRead as _;

use super::{Attendance, Ui};
use crate::cli::error::{CliError, Code};
use crate::signers::key_file::{Passphrases, TRIES};
use crate::signers::key_source::KeyPlace;
use crate::signers::passphrase::Passphrase;

/// Whether the answer was given with the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assume {
    /// `--yes`
    Yes,
    Ask,
}

/// A yes-or-no question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// `Create it?`
    pub text: &'a str,
    /// A third answer: its letter and what it does (`d`, `shows the diff`).
    pub more: Option<(char, &'a str)>,
    /// The flag that answers where nobody can be asked: `--yes`.
    pub flag: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    More,
}

impl Ui {
    /// Yes, or the error that ends the command.
    pub fn confirm(&self, question: &str, assume: Assume) -> Result<(), CliError> {
        self.confirm_seeing(Question { text: question, more: None, flag: "--yes" }, assume, || Ok(()))
    }

    /// The same where the third answer shows something, after which it is asked again.
    pub fn confirm_seeing(
        &self,
        question: Question<'_>,
        assume: Assume,
        show: impl Fn() -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        loop {
            match self.ask(question, assume)? {
                Answer::Yes => return Ok(()),
                Answer::No => return Err(declined()),
                Answer::More => show()?,
            }
        }
    }

    pub fn ask(&self, question: Question<'_>, assume: Assume) -> Result<Answer, CliError> {
        if assume == Assume::Yes {
            return Ok(Answer::Yes);
        }
        self.needs_person(question.text, question.flag)?;
        let more = question.more.map_or_else(String::new, |(letter, does)| format!(", {letter} {does}"));
        self.to_err(&format!("{} [y/N{more}] ", question.text));
        let answer = self.typed_line()?;
        let letter = answer.chars().next().map(|first| first.to_ascii_lowercase());
        Ok(match answer.to_ascii_lowercase().as_str() {
            "y" | "yes" => Answer::Yes,
            _ if answer.len() == 1 && letter == question.more.map(|(letter, _)| letter) => Answer::More,
            _ => Answer::No,
        })
    }

    /// For what is dangerous: the name of what it is about has to be typed. `given` is the value of `flag`.
    pub fn confirm_by_name(&self, what: &str, name: &str, given: Option<&str>, flag: &str) -> Result<(), CliError> {
        if let Some(given) = given {
            return if given == name {
                Ok(())
            } else {
                Err(CliError::new(Code::Usage, format!("{flag} says `{given}`, but this is about `{name}`")))
            };
        }
        self.needs_person(what, &format!("{flag} {name}"))?;
        self.to_err(&format!("Type {what} to go on: "));
        if self.typed_line()? == name { Ok(()) } else { Err(declined()) }
    }

    /// A reason, or another text that must not be empty; `given` is the value of `flag`.
    pub fn text(&self, prompt: &str, given: Option<&str>, flag: &str) -> Result<String, CliError> {
        if let Some(given) = given {
            return Ok(given.to_owned());
        }
        self.needs_person(prompt, &format!("{flag} <text>"))?;
        self.to_err(&format!("{prompt}: "));
        let line = self.typed_line()?;
        if line.is_empty() { Err(declined()) } else { Ok(line) }
    }

    /// Opens a key with the passphrase of the environment, else by asking, else not at all.
    pub fn with_passphrases<T>(
        &self,
        environment: &crate::environment::Environment,
        open: impl FnOnce(Passphrases<'_>) -> T,
    ) -> T {
        let given = environment.get("SEALOG_KEY_PASSPHRASE").map(str::to_owned).and_then(Passphrase::new);
        match (given, self.attendance) {
            (Some(passphrase), _) => open(Passphrases::Given(passphrase)),
            (None, Attendance::Nobody) => open(Passphrases::Nobody),
            (None, Attendance::Person) => open(Passphrases::Ask(&mut |place, number| self.passphrase(place, number))),
        }
    }

    /// A passphrase for a new key: from the environment, or typed twice; empty or nobody there: none.
    pub fn new_passphrase(
        &self,
        environment: &crate::environment::Environment,
    ) -> Result<Option<Passphrase>, CliError> {
        if let Some(given) = environment.get("SEALOG_KEY_PASSPHRASE") {
            return Ok(Passphrase::new(given.to_owned()));
        }
        if self.attendance == Attendance::Nobody {
            return Ok(None);
        }
        for _ in 0..TRIES {
            let Some(first) = self.secret("New passphrase (empty: none): ")? else { return Ok(None) };
            if self.secret("The same again: ")?.as_ref() == Some(&first) {
                return Ok(Some(first));
            }
            self.warn("these two differ");
        }
        Err(declined())
    }

    fn passphrase(&self, place: &KeyPlace, number: usize) -> Option<Passphrase> {
        if number > 1 {
            self.warn(format!("that does not open it; try {number} of {TRIES}"));
        }
        self.secret(&format!("Passphrase for {place}: ")).ok().flatten()
    }

    /// Typed without being shown.
    fn secret(&self, prompt: &str) -> Result<Option<Passphrase>, CliError> {
        self.to_err(prompt);
        let typed = rpassword::read_password().map_err(|source| {
            CliError::new(Code::NeedsAnswer, "cannot read a passphrase from the terminal").caused_by(&source)
        })?;
        Ok(Passphrase::new(typed))
    }

    fn needs_person(&self, what: &str, flag: &str) -> Result<(), CliError> {
        match self.attendance {
            Attendance::Person => Ok(()),
            Attendance::Nobody => Err(CliError::new(
                Code::NeedsAnswer,
                format!("nobody is here to answer \"{what}\": standard input and error are not a terminal"),
            )
            .hint(format!("answer with the command: {flag}"))),
        }
    }

    fn typed_line(&self) -> Result<String, CliError> {
        let mut line = String::new();
        let mut input = self.input.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        input.read_line(&mut line).map_err(|source| {
            CliError::new(Code::NeedsAnswer, "cannot read the answer from standard input").caused_by(&source)
        })?;
        Ok(line.trim().to_owned())
    }
}

fn declined() -> CliError {
    CliError::new(Code::Declined, "you did not agree").undone("Nothing was changed, nothing recorded.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::ui::tests::captured;
    use crate::cli::ui::{Format, Voice};

    fn asked(typed: &str, attendance: Attendance, assume: Assume) -> (Result<Answer, Code>, String) {
        let (ui, captured) = captured(attendance, Format::Table, Voice::Normal, typed);
        let question = Question { text: "Approve?", more: Some(('d', "shows the diff")), flag: "--yes" };
        (ui.ask(question, assume).map_err(|error| error.code()), captured.err.text())
    }

    #[test]
    fn only_a_person_is_asked_and_no_is_the_default() {
        let prompt = "Approve? [y/N, d shows the diff] ";
        use Attendance::{Nobody, Person};
        for (typed, attendance, assume, answer, shown) in [
            ("y\n", Person, Assume::Ask, Ok(Answer::Yes), prompt),
            ("Yes\n", Person, Assume::Ask, Ok(Answer::Yes), prompt),
            ("d\n", Person, Assume::Ask, Ok(Answer::More), prompt),
            ("\n", Person, Assume::Ask, Ok(Answer::No), prompt),
            ("", Person, Assume::Ask, Ok(Answer::No), prompt),
            ("yesterday\n", Person, Assume::Ask, Ok(Answer::No), prompt),
            ("", Person, Assume::Yes, Ok(Answer::Yes), ""),
            ("y\n", Nobody, Assume::Ask, Err(Code::NeedsAnswer), ""),
            ("", Nobody, Assume::Yes, Ok(Answer::Yes), ""),
        ] {
            assert_eq!(asked(typed, attendance, assume), (answer, shown.to_owned()), "{typed:?}");
        }
    }

    #[test]
    fn a_dangerous_question_wants_the_name() {
        for (typed, given, attendance, result) in [
            ("prod\n", None, Attendance::Person, Ok(())),
            ("y\n", None, Attendance::Person, Err(Code::Declined)),
            ("", Some("prod"), Attendance::Nobody, Ok(())),
            ("", Some("dev"), Attendance::Nobody, Err(Code::Usage)),
            ("prod\n", None, Attendance::Nobody, Err(Code::NeedsAnswer)),
        ] {
            let (ui, _) = captured(attendance, Format::Table, Voice::Normal, typed);
            let answer = ui.confirm_by_name("the target's name", "prod", given, "--confirm");
            assert_eq!(answer.map_err(|error| error.code()), result, "{typed:?} {given:?}");
        }
    }
}

//! How things look on one stream: colour, glyphs, width, the form of ids and times. Decided once, from what was asked
//! for, the environment and whether the stream is a terminal.

use clap::ValueEnum;
use ledger_format::digest::Digest;
use ledger_format::name::{EventId, ReleaseId};

use super::text::{Colour, Glyphs};
use super::times::Times;
use crate::environment::Environment;

/// `--color`
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Default)]
pub enum ColourChoice {
    #[default]
    Auto,
    Always,
    Never,
}

/// How much of an id is shown to a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdForm {
    /// 12 hex digits.
    Short,
    /// `--full`: all 64.
    Full,
}

/// How wide the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    Columns(usize),
    /// Not a terminal: laid out as for 100 columns, nothing is cut.
    Unlimited,
}

/// Tables and diagnostics as they are drawn, or as plain sentences for screen readers (`NO_GRAPHICS`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Graphics {
    Drawn,
    Sentences,
}

/// Whether a stream leads to a person, and how large that terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    Terminal { columns: usize, rows: usize },
    Other,
}

#[derive(Debug, Clone, Copy)]
pub struct Look {
    pub colour: Colour,
    pub glyphs: Glyphs,
    pub width: Width,
    pub graphics: Graphics,
    pub ids: IdForm,
    pub times: Times,
}

impl Look {
    pub fn decide(choice: ColourChoice, ids: IdForm, times: Times, environment: &Environment, device: Device) -> Self {
        Self {
            colour: colour(choice, environment, device),
            glyphs: glyphs(environment),
            width: match device {
                Device::Terminal { columns, .. } => Width::Columns(columns),
                Device::Other => Width::Unlimited,
            },
            graphics: if environment.get("NO_GRAPHICS").is_some_and(|value| value != "0") {
                Graphics::Sentences
            } else {
                Graphics::Drawn
            },
            ids,
            times,
        }
    }

    /// A digest as a person sees it, with its algorithm.
    pub fn digest(&self, digest: &Digest) -> String {
        format!("sha256:{}", self.hex(digest))
    }

    pub fn event(&self, id: &EventId) -> String {
        self.hex(&id.0)
    }

    pub fn release(&self, id: &ReleaseId) -> String {
        self.hex(&id.0)
    }

    fn hex(&self, digest: &Digest) -> String {
        match self.ids {
            IdForm::Short => digest.short(),
            IdForm::Full => digest.hex(),
        }
    }
}

fn colour(choice: ColourChoice, environment: &Environment, device: Device) -> Colour {
    let forced = |name| environment.get(name).is_some_and(|value| value != "0");
    let on = match choice {
        ColourChoice::Always => true,
        ColourChoice::Never => false,
        ColourChoice::Auto if environment.get("NO_COLOR").is_some() => false,
        ColourChoice::Auto if forced("FORCE_COLOR") || forced("CLICOLOR_FORCE") => true,
        ColourChoice::Auto if environment.get("CLICOLOR") == Some("0") || is_dumb(environment) => false,
        ColourChoice::Auto => device != Device::Other,
    };
    if on { Colour::On } else { Colour::Off }
}

fn glyphs(environment: &Environment) -> Glyphs {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| environment.get(name));
    let utf8 = locale.is_some_and(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    });
    if (utf8 || cfg!(windows)) && !is_dumb(environment) { Glyphs::Unicode } else { Glyphs::Ascii }
}

fn is_dumb(environment: &Environment) -> bool {
    environment.get("TERM") == Some("dumb")
}

/// The look that tests of views share: 100 columns, no colour, the clock of the running example.
#[cfg(test)]
pub fn test_look() -> Look {
    Look {
        colour: Colour::Off,
        glyphs: Glyphs::Unicode,
        width: Width::Columns(100),
        graphics: Graphics::Drawn,
        ids: IdForm::Short,
        times: Times::seen_from(time::macros::utc_datetime!(2026-11-20 11:12:30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_order_of_who_may_say_so() {
        use ColourChoice::{Always, Auto, Never};
        let terminal = Device::Terminal { columns: 100, rows: 24 };
        for (choice, environment, device, on) in [
            (Auto, Environment::from([]), terminal, true),
            (Auto, Environment::from([]), Device::Other, false),
            (Always, Environment::from([("NO_COLOR", "1")]), Device::Other, true),
            (Never, Environment::from([("FORCE_COLOR", "1")]), terminal, false),
            (Auto, Environment::from([("NO_COLOR", "1"), ("FORCE_COLOR", "1")]), terminal, false),
            (Auto, Environment::from([("NO_COLOR", "")]), terminal, true),
            (Auto, Environment::from([("FORCE_COLOR", "1")]), Device::Other, true),
            (Auto, Environment::from([("CLICOLOR_FORCE", "0")]), Device::Other, false),
            (Auto, Environment::from([("CLICOLOR", "0")]), terminal, false),
            (Auto, Environment::from([("TERM", "dumb")]), terminal, false),
        ] {
            let expected = if on { Colour::On } else { Colour::Off };
            assert_eq!(colour(choice, &environment, device), expected, "{choice:?} {environment:?} {device:?}");
        }
    }

    #[test]
    fn glyphs_follow_the_locale() {
        for (environment, expected) in [
            (Environment::from([("LANG", "en_GB.UTF-8")]), Glyphs::Unicode),
            (Environment::from([("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")]), Glyphs::Ascii),
            (Environment::from([("LC_CTYPE", "C.utf8")]), Glyphs::Unicode),
            (Environment::from([("LANG", "C.UTF-8"), ("TERM", "dumb")]), Glyphs::Ascii),
            (Environment::from([]), Glyphs::Ascii),
        ] {
            assert_eq!(glyphs(&environment), expected, "{environment:?}");
        }
    }
}

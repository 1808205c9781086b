//! The only place that reads the time.

use std::time::{Duration, Instant};

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcDateTime};

use crate::environment::Environment;

/// Where "now" comes from. `SEALOG_NOW` fixes it: for tests and output that can be reproduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    System,
    Fixed(UtcDateTime),
}

/// `SEALOG_NOW` holds something else than a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("SEALOG_NOW is `{0}`, which is not an RFC 3339 time such as 2026-11-20T11:12:30Z")]
pub struct NotATime(String);

/// Measures how long something takes; under a fixed clock nothing takes any time.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Option<Instant>);

/// Tells when some time has passed again: measured, not told by a clock that people set.
#[derive(Debug)]
pub struct Pace {
    every: Duration,
    last: Instant,
}

/// How long something is waited for: measured, not told by a clock that people set.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    since: Instant,
    all: Duration,
}

/// Whether there is patience left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    AWhile,
    LongEnough,
}

impl Clock {
    pub fn from_environment(environment: &Environment) -> Result<Self, NotATime> {
        match environment.get("SEALOG_NOW") {
            None => Ok(Self::System),
            Some(text) => {
                let now = parse_rfc3339(text).ok_or_else(|| NotATime(text.to_owned()))?;
                Ok(Self::Fixed(now))
            }
        }
    }

    pub fn now(self) -> UtcDateTime {
        match self {
            Self::System => UtcDateTime::now(),
            Self::Fixed(now) => now,
        }
    }

    pub fn stopwatch(self) -> Stopwatch {
        Stopwatch(match self {
            Self::System => Some(Instant::now()),
            Self::Fixed(_) => None,
        })
    }
}

/// RFC 3339; `None` also where the offset leads out of the years that there are.
pub fn parse_rfc3339(text: &str) -> Option<UtcDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()?.checked_to_utc()
}

impl Stopwatch {
    pub fn elapsed(self) -> Duration {
        self.0.map_or(Duration::ZERO, |start| start.elapsed())
    }
}

impl Pace {
    /// The first time is due `every` from now.
    pub fn new(every: Duration) -> Self {
        Self { every, last: Instant::now() }
    }

    /// Whether it is due; then the next time is `every` from now.
    pub fn is_due(&mut self) -> bool {
        let now = Instant::now();
        let due = now.duration_since(self.last) >= self.every;
        if due {
            self.last = now;
        }
        due
    }
}

impl Patience {
    /// Begins now.
    pub fn new(all: Duration) -> Self {
        Self { since: Instant::now(), all }
    }

    /// Waits for this long, or for what is left of all.
    pub fn wait(&self, pause: Duration) -> Waited {
        match self.all.checked_sub(self.since.elapsed()) {
            Some(left) if !left.is_zero() => {
                std::thread::sleep(pause.min(left));
                Waited::AWhile
            }
            Some(_) | None => Waited::LongEnough,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_fixes_the_clock() {
        let clock = Clock::from_environment(&Environment::from([("SEALOG_NOW", "2026-11-20T12:12:30+01:00")])).unwrap();
        assert_eq!(clock, Clock::Fixed(time::macros::utc_datetime!(2026-11-20 11:12:30)));
        assert_eq!(clock.stopwatch().elapsed(), Duration::ZERO);
        assert!(Clock::from_environment(&Environment::from([("SEALOG_NOW", "yesterday")])).is_err());
        assert_eq!(Clock::from_environment(&Environment::from([])), Ok(Clock::System));
    }
}

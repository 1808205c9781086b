//! Points in time as events claim them: they decide no order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::{Date, Month, OffsetDateTime, UtcDateTime};

/// A claimed point in time, to the millisecond; in text exactly `YYYY-MM-DDThh:mm:ss.sssZ`, without leap seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(i64);

/// A text that is no time of the form `YYYY-MM-DDThh:mm:ss.sssZ`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time: `YYYY-MM-DDThh:mm:ss.sssZ` is, in UTC, with three digits of milliseconds")]
pub struct NotATime(String);

const FIRST: i64 = -62_167_219_200_000;
const LAST: i64 = 253_402_300_799_999;
const DAY_MS: i64 = 86_400_000;

impl Time {
    /// From milliseconds since 1970-01-01T00:00:00Z; outside of the years 0000 to 9999 there is no text form.
    pub const fn from_unix_ms(ms: i64) -> Option<Self> {
        if ms < FIRST || ms > LAST { None } else { Some(Self(ms)) }
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// Later by that many milliseconds, at most the end of the year 9999.
    pub fn plus_ms(self, ms: u64) -> Self {
        Self(self.0.saturating_add_unsigned(ms).min(LAST))
    }

    /// How many milliseconds this is after `earlier`; 0 where it is not after it.
    pub fn ms_since(self, earlier: Self) -> u64 {
        u64::try_from(self.0 - earlier.0).unwrap_or(0)
    }

    /// The day of the week in UTC: 1 for Monday to 7 for Sunday.
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.0.div_euclid(DAY_MS) + 3).rem_euclid(7) + 1).unwrap_or(1)
    }

    /// Whole minutes since midnight in UTC: 0 to 1439.
    pub fn minute_of_day(self) -> u16 {
        u16::try_from(self.0.rem_euclid(DAY_MS) / 60_000).unwrap_or(0)
    }

    fn parse(text: &str) -> Option<Self> {
        let bytes: &[u8; 24] = text.as_bytes().try_into().ok()?;
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'.'), (23, b'Z')];
        if marks.iter().any(|(at, mark)| bytes[*at] != *mark) {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0u16, |sum, digit| match digit {
                b'0'..=b'9' => Some(sum * 10 + u16::from(digit - b'0')),
                _ => None,
            })
        };
        let small = |from: usize| number(from, from + 2).and_then(|number| u8::try_from(number).ok());
        let month = Month::try_from(small(5)?).ok()?;
        let date = Date::from_calendar_date(i32::from(number(0, 4)?), month, small(8)?).ok()?;
        let moment = date.with_hms_milli(small(11)?, small(14)?, small(17)?, number(20, 23)?).ok()?.as_utc();
        Self::from_unix_ms(moment.unix_timestamp() * 1000 + i64::from(moment.millisecond()))
    }
}

impl From<OffsetDateTime> for Time {
    /// Cut to the millisecond.
    fn from(moment: OffsetDateTime) -> Self {
        let ms = moment.unix_timestamp_nanos().div_euclid(1_000_000);
        Self(i64::try_from(ms).unwrap_or(LAST).clamp(FIRST, LAST))
    }
}

impl From<UtcDateTime> for Time {
    /// Cut to the millisecond.
    fn from(moment: UtcDateTime) -> Self {
        Self::from(OffsetDateTime::from(moment))
    }
}

impl From<Time> for UtcDateTime {
    fn from(time: Time) -> Self {
        let nanoseconds = i128::from(time.0) * 1_000_000;
        Self::from_unix_timestamp_nanos(nanoseconds).unwrap_or(UtcDateTime::UNIX_EPOCH)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = UtcDateTime::from_unix_timestamp(self.0.div_euclid(1000)).map_err(|_| fmt::Error)?;
        let (year, month, day) = (moment.year(), u8::from(moment.month()), moment.day());
        let (hour, minute, second) = moment.as_hms();
        let ms = self.0.rem_euclid(1000);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Time {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        Self::parse(text).ok_or_else(|| NotATime(text.to_owned()))
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_text_form_is_exact() {
        for (text, ms) in [
            ("1970-01-01T00:00:00.000Z", 0),
            ("2026-11-20T08:34:10.204Z", 1_795_163_650_204),
            ("2024-02-29T23:59:59.999Z", 1_709_251_199_999),
            ("0000-01-01T00:00:00.000Z", FIRST),
            ("9999-12-31T23:59:59.999Z", LAST),
        ] {
            assert_eq!(text.parse::<Time>().map(Time::unix_ms), Ok(ms), "{text}");
            assert_eq!(Time::from_unix_ms(ms).map(|time| time.to_string()).as_deref(), Some(text));
        }
        for wrong in [
            "",
            "2026-11-20T08:34:10Z",
            "2026-11-20T08:34:10.20Z",
            "2026-11-20T08:34:10.2040Z",
            "2026-11-20T08:34:60.000Z",
            "2026-11-20T24:00:00.000Z",
            "2025-02-29T00:00:00.000Z",
            "2026-11-20t08:34:10.204Z",
            "2026-11-20T08:34:10.204z",
            "2026-11-20T08:34:10.204+00:00",
            "2026-11-20 08:34:10.204Z",
            "+026-11-20T08:34:10.204Z",
            "2026-11-20T08:34:10,204Z",
            "２026-11-20T08:34:10.20Z",
        ] {
            assert!(wrong.parse::<Time>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_and_minutes_are_those_of_utc() {
        for (text, day, minute) in [
            ("2026-11-16T00:00:00.000Z", 1, 0),
            ("2026-11-22T23:59:59.999Z", 7, 1439),
            ("1969-12-31T12:30:00.000Z", 3, 750),
        ] {
            let time: Time = text.parse().unwrap();
            assert_eq!((time.weekday(), time.minute_of_day()), (day, minute), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_time_is_read_back_and_sorts_like_its_text(a in FIRST..=LAST, b in FIRST..=LAST) {
            let (a, b) = (Time(a), Time(b));
            prop_assert_eq!(a.to_string().parse(), Ok(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}

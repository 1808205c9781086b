//! Times and durations as people read them, and back. Always UTC.

use std::time::Duration;

use time::{Date, Month, Time, UtcDateTime};

use crate::clock::parse_rfc3339;

/// Times seen from one "now".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    now: UtcDateTime,
}

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const DAY_LONG: time::Duration = time::Duration::DAY;
/// Older than this is shown as a date.
const RELATIVE: i64 = 7 * DAY;

impl Times {
    pub fn seen_from(now: UtcDateTime) -> Self {
        Self { now }
    }

    pub fn now(&self) -> UtcDateTime {
        self.now
    }

    /// `26m ago`, `now`, `in 3m`; days as the calendar counts them, and older than seven `2026-11-11`.
    pub fn relative(&self, at: UtcDateTime) -> String {
        let seconds = (self.now - at).whole_seconds();
        match seconds {
            0 => "now".to_owned(),
            1.. if seconds > RELATIVE => date(at.date()),
            DAY.. => format!("{}d ago", (self.now.date() - at.date()).whole_days()),
            1.. => format!("{} ago", coarse(seconds)),
            ..0 if -seconds > RELATIVE => date(at.date()),
            ..0 => format!("in {}", coarse(-seconds)),
        }
    }

    /// The second form beside the relative one: `10:46` today, `11-18` on other days, nothing for a date.
    pub fn clock(&self, at: UtcDateTime) -> String {
        if (self.now - at).whole_seconds().abs() > RELATIVE {
            String::new()
        } else if at.date() == self.now.date() {
            hour_minute(at.time())
        } else {
            format!("{:02}-{:02}", u8::from(at.month()), at.day())
        }
    }

    /// `26m`: how long ago it was.
    pub fn age(&self, at: UtcDateTime) -> String {
        coarse((self.now - at).whole_seconds().max(0))
    }

    /// `23m ago  10:49`
    pub fn both(&self, at: UtcDateTime) -> String {
        format!("{:<7}  {}", self.relative(at), self.clock(at)).trim_end().to_owned()
    }

    /// `10:49` today, else `11-18 10:49`, else `2026-11-02 09:12`: exact enough to be said in a sentence.
    pub fn exact(&self, at: UtcDateTime) -> String {
        let clock = hour_minute(at.time());
        if at.date() == self.now.date() {
            clock
        } else if at.year() == self.now.year() {
            format!("{:02}-{:02} {clock}", u8::from(at.month()), at.day())
        } else {
            format!("{} {clock}", date(at.date()))
        }
    }

    /// Every form that is printed here, read back: `10:49[:07]`, `11-18`, `11-18 10:49`, `2026-11-02[ 09:12[:30]]`,
    /// `26m ago`, `3h 5m ago`, `now`, RFC 3339. A date without a time is the end of that day.
    pub fn parse(&self, text: &str) -> Option<UtcDateTime> {
        let (begin, lasts) = self.named(text)?;
        if lasts == DAY_LONG { last_of(begin, lasts) } else { Some(begin) }
    }

    /// The last moment of the day, the minute or the second that a text names; of what has begun and not ended, now.
    pub fn last(&self, text: &str) -> Option<UtcDateTime> {
        let (begin, lasts) = self.named(text)?;
        let end = if lasts.is_zero() { Some(begin) } else { last_of(begin, lasts) }?;
        Some(if begin <= self.now { end.min(self.now) } else { end })
    }

    /// Where what a text names begins, and how long it lasts.
    fn named(&self, text: &str) -> Option<(UtcDateTime, time::Duration)> {
        let exactly = |at| Some((at, time::Duration::ZERO));
        let text = text.trim().trim_end_matches(" UTC");
        if text == "now" {
            return exactly(self.now);
        }
        if let Some(at) = parse_rfc3339(text) {
            return exactly(at);
        }
        if let Some(age) = text.strip_suffix(" ago") {
            return exactly(self.now.checked_sub(time::Duration::try_from(parse_duration(age)?).ok()?)?);
        }
        if let Some((time, lasts)) = parse_clock(text) {
            return Some((UtcDateTime::new(self.now.date(), time), lasts));
        }
        let (day, clock) = match text.split_once([' ', 'T']) {
            Some((day, clock)) => (day, parse_clock(clock)?),
            None => (text, (Time::MIDNIGHT, DAY_LONG)),
        };
        let (time, lasts) = clock;
        Some((UtcDateTime::new(parse_date(day, self.now.year())?, time), lasts))
    }
}

/// RFC 3339 with milliseconds, as in events and in JSON.
pub fn rfc3339(at: UtcDateTime) -> String {
    format!("{}T{:02}:{:02}:{:02}.{:03}Z", date(at.date()), at.hour(), at.minute(), at.second(), at.millisecond())
}

/// `11:10:19`
pub fn hour_minute_second(at: UtcDateTime) -> String {
    format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
}

/// `18 ms`, `1.3s`, `41s`, `3m 12s`, `1h 5m`, `4d`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0 if duration.as_millis() < 100 => format!("{} ms", duration.as_millis()),
        0..3 => format!("{:.1}s", duration.as_secs_f64()),
        3..60 => format!("{seconds}s"),
        60..3600 => two(seconds / 60, "m", seconds % 60, "s"),
        3600..86400 => two(seconds / 3600, "h", seconds % 3600 / 60, "m"),
        _ => two(seconds / 86400, "d", seconds % 86400 / 3600, "h"),
    }
}

/// `30m`, `1h`, `2h 30m`, `45s`, `7d`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = 0u64;
    let mut rest = text.trim();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let seconds = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86400,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(seconds)?)?;
        rest = rest[digits + 1..].trim_start();
    }
    Some(Duration::from_secs(total))
}

fn two(first: u64, unit: &str, second: u64, unit_of_second: &str) -> String {
    if second == 0 { format!("{first}{unit}") } else { format!("{first}{unit} {second}{unit_of_second}") }
}

fn coarse(seconds: i64) -> String {
    match seconds {
        ..MINUTE => format!("{seconds}s"),
        MINUTE..HOUR => format!("{}m", seconds / MINUTE),
        HOUR..DAY => format!("{}h", seconds / HOUR),
        _ => format!("{}d", seconds / DAY),
    }
}

fn date(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

fn hour_minute(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// A clock, and whether it names a minute or a second.
fn parse_clock(text: &str) -> Option<(Time, time::Duration)> {
    let mut parts = text.split(':').map(two_digits);
    let (hour, minute) = (parts.next()??, parts.next()??);
    let (second, lasts) = match parts.next() {
        None => (0, time::Duration::MINUTE),
        Some(second) => (second?, time::Duration::SECOND),
    };
    if parts.next().is_some() { None } else { Some((Time::from_hms(hour, minute, second).ok()?, lasts)) }
}

/// The last millisecond of it: events know no finer time.
fn last_of(begin: UtcDateTime, lasts: time::Duration) -> Option<UtcDateTime> {
    begin.checked_add(lasts.checked_sub(time::Duration::MILLISECOND)?)
}

fn parse_date(text: &str, this_year: i32) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => (year.parse().ok()?, two_digits(month)?, two_digits(day)?),
        [month, day] => (this_year, two_digits(month)?, two_digits(day)?),
        _ => return None,
    };
    Date::from_calendar_date(year, Month::try_from(month).ok()?, day).ok()
}

fn two_digits(text: &str) -> Option<u8> {
    if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use time::macros::utc_datetime;

    use super::*;

    const NOW: UtcDateTime = utc_datetime!(2026-11-20 11:12:30);

    #[test]
    fn times_are_relative_until_seven_days() {
        let times = Times::seen_from(NOW);
        for (at, both, exact) in [
            (utc_datetime!(2026-11-20 10:49:20), "23m ago  10:49", "10:49"),
            (utc_datetime!(2026-11-20 09:08:00), "2h ago   09:08", "09:08"),
            (utc_datetime!(2026-11-20 11:12:18), "12s ago  11:12", "11:12"),
            (utc_datetime!(2026-11-18 10:00:00), "2d ago   11-18", "11-18 10:00"),
            (utc_datetime!(2026-11-11 10:00:00), "2026-11-11", "11-11 10:00"),
            (utc_datetime!(2025-12-31 10:00:00), "2025-12-31", "2025-12-31 10:00"),
            (utc_datetime!(2026-11-20 12:00:31), "in 48m   12:00", "12:00"),
            (NOW, "now      11:12", "11:12"),
        ] {
            assert_eq!((times.both(at).as_str(), times.exact(at).as_str()), (both, exact));
        }
    }

    #[test]
    fn what_is_printed_can_be_said_back() {
        let times = Times::seen_from(NOW);
        for (text, at) in [
            ("10:13", utc_datetime!(2026-11-20 10:13:00)),
            ("11:10:19", utc_datetime!(2026-11-20 11:10:19)),
            ("11-18 16:43", utc_datetime!(2026-11-18 16:43:00)),
            ("2026-11-02 09:12", utc_datetime!(2026-11-02 09:12:00)),
            ("2026-11-02 09:12 UTC", utc_datetime!(2026-11-02 09:12:00)),
            ("2026-11-11", utc_datetime!(2026-11-11 23:59:59.999)),
            ("2026-11-20T10:24:17.000Z", utc_datetime!(2026-11-20 10:24:17)),
            ("26m ago", utc_datetime!(2026-11-20 10:46:30)),
            ("1h 5m ago", utc_datetime!(2026-11-20 10:07:30)),
            ("now", NOW),
        ] {
            assert_eq!(times.parse(text), Some(at), "{text}");
        }
        for wrong in ["", "25:00", "8b5e30", "yesterday", "2026-13-01", "1:2", "5x ago", "10:13:60"] {
            assert_eq!(times.parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_minute_that_is_asked_about_is_over() {
        let times = Times::seen_from(NOW);
        for (text, at) in [
            ("10:13", utc_datetime!(2026-11-20 10:13:59.999)),
            ("11:10:19", utc_datetime!(2026-11-20 11:10:19.999)),
            ("11-18 16:43", utc_datetime!(2026-11-18 16:43:59.999)),
            ("11-18", utc_datetime!(2026-11-18 23:59:59.999)),
            ("2026-11-20T10:24:17.000Z", utc_datetime!(2026-11-20 10:24:17)),
            ("26m ago", utc_datetime!(2026-11-20 10:46:30)),
            ("11:12", NOW),
            ("11-20", NOW),
            ("11:13", utc_datetime!(2026-11-20 11:13:59.999)),
        ] {
            assert_eq!(times.last(text), Some(at), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (milliseconds, text) in [
            (18, "18 ms"),
            (800, "0.8s"),
            (1_300, "1.3s"),
            (41_000, "41s"),
            (60_000, "1m"),
            (192_000, "3m 12s"),
            (3_900_000, "1h 5m"),
            (4_665_600_000, "54d"),
        ] {
            assert_eq!(duration(Duration::from_millis(milliseconds)), text);
        }
        assert_eq!(parse_duration("2h 30m"), Some(Duration::from_secs(9000)));
        assert_eq!(parse_duration("30"), None);
    }
}

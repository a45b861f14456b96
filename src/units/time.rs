//! Instants, windows and local days.
//!
//! Instants are whole milliseconds since 1970 in UTC. A day belongs to a place, so it carries a time
//! zone with it wherever it turns into instants.

use chrono::{Datelike, NaiveDate, TimeZone, Timelike};
use serde::{Deserialize, Serialize};

/// An instant: milliseconds since 1970-01-01T00:00Z.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn from_ms(ms: i64) -> Self {
        Self(ms)
    }
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs * 1000)
    }
    pub const fn ms(self) -> i64 {
        self.0
    }
    /// Whole seconds since 1970, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(1000)
    }
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }
    pub const fn plus_secs(self, secs: i64) -> Self {
        self.plus_ms(secs.saturating_mul(1000))
    }
    /// Milliseconds from `earlier` to `self`, negative if `self` is the earlier one.
    pub const fn ms_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
    /// Seconds from `earlier` to `self`, rounded towards zero.
    pub const fn secs_since(self, earlier: Self) -> i64 {
        self.ms_since(earlier) / 1000
    }
    /// As RFC 3339 in UTC, for people and logs.
    pub fn to_rfc3339(self) -> String {
        chrono::DateTime::from_timestamp_millis(self.0).map_or_else(
            || self.0.to_string(),
            |at| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        )
    }
}

/// A window of time, both ends included. Made by [`TimeWindow::parse`], so it never ends before it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "RawWindow")]
pub struct TimeWindow {
    pub from: Timestamp,
    pub until: Timestamp,
}

#[derive(Deserialize)]
struct RawWindow {
    from: Timestamp,
    until: Timestamp,
}

impl TryFrom<RawWindow> for TimeWindow {
    type Error = WindowError;
    fn try_from(raw: RawWindow) -> Result<Self, WindowError> {
        Self::parse(raw.from, raw.until)
    }
}

/// Why two instants are not a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a window must not end before it starts")]
pub struct WindowError;

impl TimeWindow {
    pub fn parse(from: Timestamp, until: Timestamp) -> Result<Self, WindowError> {
        if until < from { Err(WindowError) } else { Ok(Self { from, until }) }
    }
    pub fn contains(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.until
    }
    pub fn duration_s(&self) -> i64 {
        self.until.secs_since(self.from)
    }
}

/// A calendar day as people at a place mean it; written `2026-11-20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LocalDay(pub NaiveDate);

impl LocalDay {
    /// The day at a place at an instant.
    pub fn at(instant: Timestamp, zone: chrono_tz::Tz) -> Self {
        let utc = chrono::DateTime::from_timestamp_millis(instant.0).unwrap_or_default();
        Self(utc.with_timezone(&zone).date_naive())
    }

    /// The instant of so many minutes after midnight, by the wall clock of the place. A minute that a
    /// clock change skips is taken as the first one after the gap; one that comes twice, as the first.
    pub fn minute(self, minute_of_day: u16, zone: chrono_tz::Tz) -> Timestamp {
        let midnight = self.0.and_hms_opt(0, 0, 0).unwrap_or_default();
        let mut wall = midnight + chrono::Duration::minutes(i64::from(minute_of_day));
        // The longest gap that any zone has known since 1970 is a day (a date line moved).
        for _ in 0..=48 {
            if let Some(found) = zone.from_local_datetime(&wall).earliest() {
                return Timestamp(found.timestamp_millis());
            }
            wall += chrono::Duration::minutes(30);
        }
        Timestamp(midnight.and_utc().timestamp_millis())
    }

    /// Minutes since Monday, 0:00, on the clock on the wall at a place.
    pub fn minute_of_week(instant: Timestamp, zone: chrono_tz::Tz) -> u16 {
        let utc = chrono::DateTime::from_timestamp_millis(instant.0).unwrap_or_default();
        let wall = utc.with_timezone(&zone);
        let day = wall.weekday().num_days_from_monday();
        (day * 24 * 60 + wall.hour() * 60 + wall.minute()) as u16
    }

    /// Monday is 0, Sunday is 6.
    pub fn weekday(self) -> u8 {
        self.0.weekday().num_days_from_monday() as u8
    }

    pub fn next(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// From `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(Self)
    }
}

impl std::fmt::Display for LocalDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_ends_before_it_starts_is_refused() {
        assert!(TimeWindow::parse(Timestamp(5), Timestamp(4)).is_err());
        assert!(serde_json::from_str::<TimeWindow>(r#"{"from":5,"until":4}"#).is_err());
    }

    #[test]
    fn eight_in_the_morning_is_an_hour_earlier_in_utc_once_summer_time_begins() {
        let zone = chrono_tz::Europe::Malta;
        let winter = LocalDay::parse("2026-03-28").unwrap();
        let summer = LocalDay::parse("2026-03-29").unwrap();
        assert_eq!(summer.minute(480, zone).ms_since(winter.minute(480, zone)), 23 * 3_600_000);
        assert_eq!(LocalDay::at(winter.minute(480, zone), zone), winter);
    }

    #[test]
    fn a_minute_that_the_clock_change_skips_is_the_first_after_the_gap() {
        let zone = chrono_tz::Europe::Malta;
        let day = LocalDay::parse("2026-03-29").unwrap();
        assert_eq!(day.minute(150, zone), day.minute(180, zone));
    }
}

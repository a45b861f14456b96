//! What stands in one cell: numbers, days, times, durations and words as people write them in lists.
//! A value that cannot be is answered with a sentence that shows how to write it.

use crate::domain::text::Skills;
use crate::units::{LocalDay, Timestamp};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Midnight at the end of the day, which is written 24:00.
pub const DAY_END: u16 = 24 * 60;

/// What is wrong with a cell: a stable code, and a sentence with the cure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    pub code: &'static str,
    pub sentence: String,
}

impl CellFault {
    pub fn new(code: &'static str, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into() }
    }

    pub fn invalid(sentence: impl Into<String>) -> Self {
        Self::new("invalid_value", sentence)
    }
}

/// Which comes first in a date such as 3/4/2026.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// A day, and how far its writing leaves open which one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Date {
    /// Only one reading is possible, or the writing has only one.
    Clear(LocalDay),
    /// Only possible with the month first.
    MonthFirst(LocalDay),
    /// The day first, then the month first.
    Either { day_first: LocalDay, month_first: LocalDay },
}

/// What a cell says of an end of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// With an offset from UTC, so that nothing is left open.
    Instant(Timestamp),
    /// Minutes after midnight of the day that the cell names, or of the row's.
    Minute(Option<Date>, u16),
}

/// A number with a decimal point or comma.
pub fn number(text: &str) -> Option<f64> {
    let plain = if text.contains('.') { text.to_owned() } else { text.replacen(',', ".", 1) };
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
    plain.parse().ok().filter(|_| is_plain)
}

/// `2026-11-20`, `20.11.2026`, `20/11/26`, `20-11-2026`, `20261120`. With slashes or dashes the month may
/// come first; with points it never does.
pub fn date(text: &str) -> Option<Date> {
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d")
            .ok()
            .map(|day| Date::Clear(LocalDay(day)));
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    let mark = text.chars().find(|letter| !letter.is_ascii_digit())?;
    if !matches!(mark, '-' | '/' | '.') {
        return None;
    }
    let parts: Vec<&str> = text.split(mark).map(str::trim).collect();
    let [one, two, three] = parts.as_slice() else { return None };
    let figures = |part: &str| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u32>().ok().filter(|_| is_number)
    };
    let (one_value, two_value, three_value) = (figures(one)?, figures(two)?, figures(three)?);
    let day = |year: u32, month: u32, day: u32| {
        NaiveDate::from_ymd_opt(year as i32, month, day).map(LocalDay)
    };
    if one.len() == 4 {
        return day(one_value, two_value, three_value).map(Date::Clear);
    }
    let year = match three.len() {
        4 => three_value,
        2 => 2000 + three_value,
        _ => return None,
    };
    let day_first = day(year, two_value, one_value);
    let month_first = day(year, one_value, two_value).filter(|_| mark != '.');
    match (day_first, month_first) {
        (Some(day_first), Some(month_first)) if day_first != month_first => {
            Some(Date::Either { day_first, month_first })
        }
        (Some(found), _) => Some(Date::Clear(found)),
        (None, found) => found.map(Date::MonthFirst),
    }
}

/// Minutes after midnight: `8`, `8:30`, `08:30:00`, `8.30`, `8h30`, `8 pm`, `24:00`.
pub fn minute(text: &str) -> Option<u16> {
    let lower = text.trim().to_lowercase().replace("uhr", "");
    let lower = lower.trim().replace("a.m.", "am").replace("p.m.", "pm");
    let (clock, half) = if let Some(clock) = lower.strip_suffix("am") {
        (clock, Some(0))
    } else if let Some(clock) = lower.strip_suffix("pm") {
        (clock, Some(12))
    } else {
        (lower.as_str(), None)
    };
    let clock = clock.trim();
    let clock = clock.strip_suffix('h').unwrap_or(clock).trim();
    let mut parts = clock.split([':', '.', 'h']).map(|part| {
        let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_number)
    });
    let hour = parts.next()??;
    let minute = parts.next().map_or(Some(0), |part| part)?;
    let second = parts.next().map_or(Some(0), |part| part)?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(half) => hour % 12 + half,
        None => hour,
    };
    let found = hour * 60 + minute;
    let is_clock = minute < 60 && second < 60 && found <= DAY_END && parts.next().is_none();
    is_clock.then_some(found)
}

/// A time, a day with a time, or an instant with its offset.
pub fn moment(text: &str) -> Option<Moment> {
    if let Some(found) = minute(text) {
        return Some(Moment::Minute(None, found));
    }
    if let Ok(found) = chrono::DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
        return Some(Moment::Instant(Timestamp(found.timestamp_millis())));
    }
    let (day, clock) = text.split_once([' ', 'T'])?;
    Some(Moment::Minute(Some(date(day.trim_end_matches(','))?), minute(clock)?))
}

/// Both ends of `8:00 - 10:00` in one cell.
pub fn two_minutes(text: &str) -> Option<(u16, u16)> {
    let (from, until) = text.split_once(['-', '–', '—'])?;
    Some((minute(from)?, minute(until)?))
}

/// Seconds from minutes (`90`, `90 min`), hours (`1.5 h`, `1h30`) or both with a colon (`1:30`).
pub fn duration_s(text: &str) -> Option<u32> {
    let lower = text.to_lowercase().replace(' ', "");
    let seconds = if let Some((hours, minutes)) = lower.split_once(':') {
        number(hours)? * 3_600.0 + number(minutes)? * 60.0
    } else if let Some((hours, rest)) = lower.split_once('h') {
        let unit =
            ["ours", "our", "rs", "r", ""].into_iter().find(|unit| rest.starts_with(unit))?;
        let rest = &rest[unit.len()..];
        let minutes = without_minutes(rest);
        number(hours)? * 3_600.0 + if rest.is_empty() { 0.0 } else { number(minutes)? * 60.0 }
    } else {
        number(without_minutes(&lower))? * 60.0
    };
    (0.0..=1e9).contains(&seconds).then_some(seconds.round() as u32)
}

fn without_minutes(text: &str) -> &str {
    let units = ["minutes", "minuten", "minutos", "mins", "min", "m", "'"];
    units.into_iter().find_map(|unit| text.strip_suffix(unit)).unwrap_or(text)
}

/// `Screen repair; ladder` as words.
pub fn skills(text: &str) -> Skills {
    text.split([',', ';', '|', '/'])
        .map(|word| word.split_whitespace().collect::<Vec<_>>().join("_").to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The instant of a minute of a day; the end of a day is its last minute.
pub fn instant(day: LocalDay, minute: u16, zone: Tz) -> Timestamp {
    day.minute(minute.min(DAY_END - 1), zone)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> LocalDay {
        LocalDay::parse(text).unwrap()
    }

    #[test]
    fn dates_are_read_as_they_are_written_in_europe_and_by_iso() {
        for text in ["2026-11-20", "2026/11/20", "20261120", "20.11.2026", "20.11.26", "20/11/2026"]
        {
            assert_eq!(date(text), Some(Date::Clear(day("2026-11-20"))), "{text}");
        }
        for text in ["3/4/2026", "03-04-26"] {
            let (day_first, month_first) = (day("2026-04-03"), day("2026-03-04"));
            assert_eq!(date(text), Some(Date::Either { day_first, month_first }), "{text}");
        }
        assert_eq!(date("4/4/2026"), Some(Date::Clear(day("2026-04-04"))));
        assert_eq!(date("3.4.2026"), Some(Date::Clear(day("2026-04-03"))));
        assert_eq!(date("11/20/2026"), Some(Date::MonthFirst(day("2026-11-20"))));
        let none =
            ["", "soon", "31.2.2026", "11.20.2026", "20-11", "1/2/3", "2026-13-01", "1/2/226"];
        for text in none {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn times_are_read_with_or_without_minutes_and_halves_of_the_day() {
        let table = [
            ("8", 480),
            ("08:30", 510),
            ("8:30:00", 510),
            ("8.30", 510),
            ("8h30", 510),
            ("14h", 840),
            ("8 Uhr", 480),
            ("8 pm", 1_200),
            ("12 am", 0),
            ("12:15 p.m.", 735),
            ("24:00", 1_440),
        ];
        for (text, wanted) in table {
            assert_eq!(minute(text), Some(wanted), "{text}");
        }
        for text in ["", "25", "24:01", "8:60", "13 pm", "noon", "8:1:2:3", "-8", "830"] {
            assert_eq!(minute(text), None, "{text}");
        }
        assert_eq!(two_minutes("8:00 – 10"), Some((480, 600)));
        assert_eq!(two_minutes("8:00"), None);
    }

    #[test]
    fn a_moment_may_bring_its_own_day_or_its_offset() {
        let clear = Some(Date::Clear(day("2026-11-20")));
        assert_eq!(moment("9:15"), Some(Moment::Minute(None, 555)));
        assert_eq!(moment("20.11.2026 9:15"), Some(Moment::Minute(clear, 555)));
        assert_eq!(moment("2026-11-20T09:15"), Some(Moment::Minute(clear, 555)));
        assert_eq!(
            moment("2026-11-20T09:15:00+01:00"),
            Some(Moment::Instant(Timestamp(1_795_162_500_000)))
        );
        assert_eq!(moment("2026-11-20"), None);
        assert_eq!(moment("later today"), None);
    }

    #[test]
    fn durations_are_minutes_unless_they_say_hours() {
        let table = [
            ("90", 5_400),
            ("90 min", 5_400),
            ("1:30", 5_400),
            ("1h30", 5_400),
            ("1 h 30 min", 5_400),
            ("1,5 h", 5_400),
            ("2 hours", 7_200),
            ("0.5", 30),
        ];
        for (text, wanted) in table {
            assert_eq!(duration_s(text), Some(wanted), "{text}");
        }
        for text in ["", "long", "-5", "1h30h", "9e9", "h"] {
            assert_eq!(duration_s(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_have_a_point_or_a_comma_and_nothing_else() {
        assert_eq!(number("35.9"), Some(35.9));
        assert_eq!(number("-14,51"), Some(-14.51));
        for text in ["", "inf", "NaN", "1e3", "35.9N", "1,2,3", "=1+1"] {
            assert_eq!(number(text), None, "{text}");
        }
    }

    #[test]
    fn skills_are_words_however_they_are_parted() {
        let words: Vec<String> = skills("Screen repair; ladder, , Ladder").into_iter().collect();
        assert_eq!(words, ["ladder", "screen_repair"]);
    }

    proptest! {
        #[test]
        fn a_day_comes_back_from_each_way_to_write_it(number in 0_i64..30_000) {
            let written = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(number as u64);
            let wanted = LocalDay(written);
            for form in ["%Y-%m-%d", "%d.%m.%Y", "%Y%m%d", "%Y/%m/%d"] {
                prop_assert_eq!(date(&written.format(form).to_string()), Some(Date::Clear(wanted)));
            }
            let day_first = match date(&written.format("%d/%m/%Y").to_string()) {
                Some(Date::Clear(found)) => found,
                Some(Date::Either { day_first, .. }) => day_first,
                other => panic!("{other:?}"),
            };
            prop_assert_eq!(day_first, wanted);
        }

        #[test]
        fn any_text_is_a_value_or_none(text in "\\PC{0,12}|[0-9:./hamp \\-]{0,12}") {
            let _ = (date(&text), minute(&text), moment(&text), two_minutes(&text));
            let _ = (duration_s(&text), number(&text), skills(&text));
        }
    }
}

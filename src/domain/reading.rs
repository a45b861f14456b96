//! A position reading from a phone or tracker, and which ones are believed.
//!
//! Readings are no events: many, coalesced for screens, stored in bulk. An accepted one is durable.

use crate::units::id::TechnicianId;
use crate::units::{Point, Timestamp};
use serde::{Deserialize, Serialize};

/// Where a device was, as it says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub technician: TechnicianId,
    /// Domain time of the fix.
    pub at: Timestamp,
    pub point: Point,
    pub accuracy_m: Option<f32>,
    pub speed_kmh: Option<f32>,
    /// 0 is north, 90 is east.
    pub heading_deg: Option<f32>,
    pub altitude_m: Option<f32>,
    /// 0 to 1.
    pub battery: Option<f32>,
}

/// A fix vaguer than this says nothing about streets.
pub const ACCURACY_M_MAX: f32 = 200.0;
/// A fix may be ahead of our clock by so much.
pub const AHEAD_MS_MAX: i64 = 60_000;
/// A fix older than this is history, not news.
pub const AGE_MS_MAX: i64 = 3 * 86_400_000;
/// Nothing on wheels moves faster between two fixes.
const SPEED_KMH_MAX: f64 = 250.0;
/// Two fixes this close are no jump, however fast they followed each other.
const JITTER_M: f64 = 300.0;

/// Why a reading is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReadingRefusal {
    #[error("the fix is not newer than the last one known")]
    NotNewer,
    #[error("the fix is older than three days")]
    TooOld,
    #[error("the fix lies more than a minute in the future; check the device's clock")]
    InTheFuture,
    #[error("the fix is vaguer than 200 m; wait for a better one")]
    TooVague,
    #[error("the fix is too far from the last one for the time between them")]
    Jump,
}

impl ReadingRefusal {
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotNewer => "reading_not_newer",
            Self::TooOld => "reading_too_old",
            Self::InTheFuture => "reading_in_the_future",
            Self::TooVague => "reading_too_vague",
            Self::Jump => "reading_jumps",
        }
    }
}

/// The steps that each reading passes, in order. `last` is the last one believed.
pub fn judge(
    last: Option<&Reading>,
    reading: &Reading,
    now: Timestamp,
) -> Result<(), ReadingRefusal> {
    if reading.at.ms_since(now) > AHEAD_MS_MAX {
        return Err(ReadingRefusal::InTheFuture);
    }
    if now.ms_since(reading.at) > AGE_MS_MAX {
        return Err(ReadingRefusal::TooOld);
    }
    if reading.accuracy_m.is_some_and(|accuracy| accuracy > ACCURACY_M_MAX) {
        return Err(ReadingRefusal::TooVague);
    }
    if let Some(last) = last {
        let elapsed_ms = reading.at.ms_since(last.at);
        if elapsed_ms <= 0 {
            return Err(ReadingRefusal::NotNewer);
        }
        let moved_m = last.point.distance_m(reading.point);
        let speed_kmh = moved_m / 1000.0 / (elapsed_ms as f64 / 3_600_000.0);
        if moved_m > JITTER_M && speed_kmh > SPEED_KMH_MAX {
            return Err(ReadingRefusal::Jump);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at_s: i64, lat: f64) -> Reading {
        Reading {
            technician: TechnicianId(uuid::Uuid::nil()),
            at: Timestamp::from_secs(at_s),
            point: Point::parse(lat, 14.5).unwrap(),
            accuracy_m: Some(10.0),
            speed_kmh: None,
            heading_deg: None,
            altitude_m: None,
            battery: None,
        }
    }

    #[test]
    fn old_vague_future_and_jumping_fixes_are_refused_each_for_its_reason() {
        let now = Timestamp::from_secs(10_000);
        let last = reading(9_000, 35.9);
        let judge = |fix: &Reading| judge(Some(&last), fix, now);
        assert_eq!(judge(&reading(9_000, 35.9)), Err(ReadingRefusal::NotNewer));
        assert_eq!(judge(&reading(10_061, 35.9)), Err(ReadingRefusal::InTheFuture));
        assert_eq!(
            judge(&Reading { accuracy_m: Some(500.0), ..reading(9_100, 35.9) }),
            Err(ReadingRefusal::TooVague)
        );
        // Half a degree of latitude is 55 km: not in a minute, well in an hour.
        assert_eq!(judge(&reading(9_060, 36.4)), Err(ReadingRefusal::Jump));
        assert_eq!(judge(&reading(9_100, 35.901)), Ok(()));
    }
}

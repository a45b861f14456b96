//! How fast streets are driven when: bands of the week that a profile names (`bands`), what was learned of
//! single streets (`learned`), and what is the matter just now (`changes`; `concerned`: which streets that is about).
//!
//! Ways are worked out with the speeds at their departure: who leaves in the evening peak is taken to drive
//! all of the way in it.

mod bands;
mod changes;
mod concerned;
mod learned;

pub use bands::{Bands, Blend};
pub use changes::{Change, ChangeError, Effect, Extent, Heading};
pub(in crate::roads) use changes::{Changes, LocatedChange};
pub use concerned::Concerned;
pub(in crate::roads) use learned::street_key;
pub use learned::{Experience, Learned, Lesson, Observation, StreetKey};

/// When a way begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Departure {
    /// UTC seconds since 1970; it decides which changes hold.
    pub at_s: i64,
    /// Minutes since Monday, 0:00, of the clock on the wall there; it decides which band holds.
    pub minute_of_week: u16,
}

/// Of [`Departure::minute_of_week`].
pub const MINUTES_OF_WEEK: u16 = 7 * 24 * 60;

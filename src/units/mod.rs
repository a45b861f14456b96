//! Points, times and ids: the words that every room shares.
//!
//! Everything here is a plain value. What needs checking is made only by `parse`, so a value that
//! exists is a value that holds. Domain time comes from [`clock::Clock`] and nowhere else.

pub mod clock;
pub mod geo;
pub mod id;
pub mod polyline;
#[cfg(test)]
pub mod test_data;
pub mod time;

pub use clock::Clock;
pub use geo::{BoundingBox, Point};
pub use time::{LocalDay, TimeWindow, Timestamp};

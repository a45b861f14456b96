//! A made-up business that drives the real system: people who call, a dispatcher who publishes, drivers
//! who drive along real streets. Every wish goes through the one door, as a person's would.
//!
//! It keeps nothing of its own: a driver looks up where they are and what is next, so that after a crash
//! the day goes on where it stood. What is drawn by chance is drawn from the seed and the id of what it is
//! about.
//!
//! Reading order: `world` (hands and eyes), `words` (names), `sample` (the organization and its people),
//! `caller` (customers who ask for work), `dispatcher`, `driver`, `day` (one after another), `demo` (all of it on a clock of its own).

pub mod caller;
pub mod day;
pub mod demo;
pub mod dispatcher;
pub mod driver;
pub mod sample;
pub mod words;
pub mod world;

pub use day::live_on;
pub use sample::{Login, SampleOptions, Sampled};
pub use world::World;

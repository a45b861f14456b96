//! Streets, tiles and places from an OpenStreetMap extract. A pure library: bytes in, answers out; no
//! file, clock, actor or database.

pub mod graph;
pub mod network;
pub mod osm;
pub mod profile;
pub(crate) mod wire;

pub use network::{Leg, Path, RoadError, RoadNetwork, Snap};

//! Streets, tiles and places from an OpenStreetMap extract. A pure library: bytes in, answers out; no
//! file, clock, actor or database.

pub mod dijkstra;
pub mod graph;
pub mod network;
pub mod osm;
pub mod profile;
mod snap;
#[cfg(test)]
pub(crate) mod test_maps;
pub mod town;
pub(crate) mod wire;

pub use network::{Leg, Path, RoadError, RoadNetwork, Snap};

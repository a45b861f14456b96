//! Streets, tiles and places from an OpenStreetMap extract. A pure library: bytes in, answers out; no
//! file, clock, actor or database.

pub mod clip;
pub mod dijkstra;
pub mod graph;
pub mod map;
pub mod network;
pub mod osm;
pub mod places;
pub mod plane;
pub mod profile;
mod snap;
#[cfg(test)]
pub(crate) mod test_maps;
pub mod tiles;
pub mod town;
pub(crate) mod wire;

pub use map::{FileFacts, ImportOptions, ImportReport, Map, MapError, Progress, Stage};
pub use network::{Leg, Path, RoadError, RoadNetwork, Snap};

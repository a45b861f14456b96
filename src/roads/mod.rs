//! Streets, tiles and places from an OpenStreetMap extract. A pure library: bytes in, answers out; no
//! file, clock, actor or database.
//!
//! `map` is the way in: one call that makes all of it from the bytes of a file. Behind it, in reading
//! order: `osm` reads and writes extracts (on `wire`, the protobuf format); `profile` says what their
//! tags mean for a car; `graph` makes streets of them and `turn_graph` turns between them; `snap` finds
//! the streets near a point; `hierarchy` makes searches fast on any graph; `street_network` answers
//! paths and travel times with all of it, behind the interface in `network` that all others use; `matching`
//! finds on it what a device on board has driven. What is made once is kept in one prepared `file`.
//! From the same extract come `tiles` (what the live map draws) and `places` (what people search for),
//! both on `plane`, the earth laid flat. `clip` cuts an extract; `town` makes one up.

pub mod clip;
pub(crate) mod cost;
pub mod directions;
pub mod file;
pub mod graph;
pub mod hierarchy;
mod lists;
mod live_map;
pub mod map;
pub mod matching;
pub mod network;
pub mod osm;
pub mod places;
pub mod plane;
pub mod profile;
mod snap;
pub mod speeds;
pub mod street_network;
#[cfg(test)]
pub(crate) mod test_maps;
pub mod tiles;
pub mod town;
pub mod turn_graph;
pub(crate) mod wire;

pub use live_map::LiveMap;
pub use map::{
    FileFacts, ImportOptions, ImportReport, Map, MapError, NetworkReport, Progress, Stage,
};
pub use network::{HeadingRange, Leg, Path, PathPiece, RoadError, RoadNetwork, Snap};

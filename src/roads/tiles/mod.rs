//! Vector tiles of an extract, made when they are asked for: streets, water with the sea, green,
//! buildings, places and house numbers, as Mapbox Vector Tiles. `docs/map.md` describes them to those
//! who draw them.
//!
//! Reading order: `look` says what tags mean on the map, `collect` gathers things from the extract
//! (`rings` puts borders together, `sea` makes water of coastlines), `levels` makes the picture of each
//! zoom (`join` and `merge` make one thing of many), `content` keeps it in columns with its `attributes`.
//! Then, tile by tile, `geometry` brings it onto a tile's grid, `mvt` writes, `cache` keeps.

mod attributes;
mod cache;
mod collect;
mod content;
mod geometry;
mod join;
mod levels;
mod look;
mod merge;
mod mvt;
mod rings;
mod sea;

#[cfg(test)]
mod tests;

pub use collect::middle;
pub use geometry::{BUFFER, EXTENT};
pub use rings::{join, ring_contains};

use crate::roads::file::{Column, FileError, FileWriter, PreparedFile};
use crate::roads::osm::OsmMap;
use crate::roads::plane::{Frame, Ground, Spot};
use crate::roads::wire::Writer;
use crate::units::{BoundingBox, Point};
use bytes::Bytes;
use cache::{Form, TileCache};
use content::{Content, Found};
use geometry::{Tile, WITH_BUFFER, area_in, line_in};
use look::Kind;
use mvt::{Layer, Shape};
use std::io::Write as _;

/// The zooms made; the browser enlarges the deepest for those beyond.
pub const MIN_ZOOM: u8 = 8;
pub const MAX_ZOOM: u8 = 16;

/// Must be shown with every map made of OpenStreetMap data.
pub const ATTRIBUTION: &str = "© OpenStreetMap contributors";

/// Tiles kept in memory, in bytes.
const CACHE_LEN_MAX: usize = 48 * 1024 * 1024;

/// Makes tiles. Built once per extract, then asked from many threads.
#[derive(Debug)]
pub struct TileSource {
    content: Content,
    bounds: BoundingBox,
    cache: TileCache,
}

impl TileSource {
    /// Gathers what the tiles show. An extract may lack any of it; its layer is then missing.
    pub fn build(map: &OsmMap) -> Self {
        let ground = Ground::of(map);
        let (things, streets) = collect::collect(&ground);
        let bounds = if streets.is_empty() {
            things.iter().fold(Frame::EMPTY, |all, thing| all.join(thing.geometry.frame()))
        } else {
            streets
        };
        Self::of(Content::build(things), bounding_box(bounds))
    }

    fn of(content: Content, bounds: BoundingBox) -> Self {
        Self { content, bounds, cache: TileCache::new(CACHE_LEN_MAX) }
    }

    pub fn store(&self, file: &mut FileWriter) {
        let BoundingBox { south, west, north, east } = self.bounds;
        file.put("tiles.bounds", &[south, west, north, east]);
        self.content.store(file);
    }

    /// # Errors
    /// Sections are missing, damaged or do not fit each other.
    pub fn load(file: &PreparedFile) -> Result<Self, FileError> {
        let bounds: Column<f64> = file.column("tiles.bounds")?;
        let [south, west, north, east] = bounds[..] else {
            return Err(FileError::damaged("tiles.bounds"));
        };
        Ok(Self::of(Content::load(file)?, BoundingBox { south, west, north, east }))
    }

    /// Around the streets; around everything if there are none.
    pub fn bounds(&self) -> BoundingBox {
        self.bounds
    }

    /// A tile as protobuf, without compression; empty where the map shows nothing. `None` if there is
    /// no such tile: outside of [`MIN_ZOOM`] to [`MAX_ZOOM`] or of the pyramid.
    pub fn tile(&self, z: u8, x: u32, y: u32) -> Option<Bytes> {
        let exists = (MIN_ZOOM..=MAX_ZOOM).contains(&z) && x < 1 << z && y < 1 << z;
        if !exists {
            return None;
        }
        let tile = Tile { z, x, y };
        if let Some(known) = self.cache.get(tile, Form::Plain) {
            return Some(known);
        }
        let bytes = Bytes::from(self.make(tile));
        self.cache.put(tile, Form::Plain, bytes.clone());
        Some(bytes)
    }

    /// The same, compressed with gzip.
    pub fn tile_gzip(&self, z: u8, x: u32, y: u32) -> Option<Bytes> {
        let tile = Tile { z, x, y };
        if let Some(known) = self.cache.get(tile, Form::Gzip) {
            return Some(known);
        }
        let packed = Bytes::from(gzip(&self.tile(z, x, y)?));
        self.cache.put(tile, Form::Gzip, packed.clone());
        Some(packed)
    }

    fn make(&self, tile: Tile) -> Vec<u8> {
        let mut shown = self.content.find(tile);
        shown.sort_unstable();
        let mut bytes = Writer::new();
        for in_layer in shown.chunk_by(|a, b| a.layer == b.layer) {
            let mut layer = Layer::new(in_layer[0].layer.text(), &self.content.sets);
            // Things that look the same are one feature.
            for alike in in_layer.chunk_by(|a, b| a.look() == b.look()) {
                layer.add(alike[0].set, &self.shape_in(tile, alike));
            }
            layer.finish(&mut bytes);
        }
        bytes.into_bytes()
    }

    /// Things that look the same as one shape in a tile.
    fn shape_in(&self, tile: Tile, alike: &[Found]) -> Shape {
        let things = alike.iter().map(|&found| self.content.runs_of(found));
        match alike[0].layer.kind() {
            Kind::Point => {
                let spots = things.flatten().flatten().map(|&spot| tile.unit(spot));
                Shape::Points(spots.filter(|&unit| WITH_BUFFER.contains(unit)).collect())
            }
            Kind::Line => {
                Shape::Lines(things.flatten().flat_map(|run| line_in(tile, run)).collect())
            }
            Kind::Area => {
                let areas = things.flat_map(|runs| area_in(tile, runs)).map(|area| {
                    let mut rings = vec![area.outer];
                    rings.extend(area.holes);
                    rings
                });
                Shape::Areas(areas.collect())
            }
        }
    }
}

fn bounding_box(frame: Frame) -> BoundingBox {
    if frame.is_empty() {
        return BoundingBox { south: -85.0, west: -180.0, north: 85.0, east: 180.0 };
    }
    let corners: [Point; 2] = [
        Spot { x: frame.west, y: frame.north }.point(),
        Spot { x: frame.east, y: frame.south }.point(),
    ];
    let [north_west, south_east] = corners;
    BoundingBox {
        south: south_east.lat,
        west: north_west.lon,
        north: north_west.lat,
        east: south_east.lon,
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    const INFALLIBLE: &str = "writing to memory does not fail";
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect(INFALLIBLE);
    encoder.finish().expect(INFALLIBLE)
}

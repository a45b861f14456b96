//! Vector tiles of an extract, made when they are asked for: streets, water with the sea, green,
//! buildings, places and house numbers, as Mapbox Vector Tiles. `docs/map.md` describes them to those
//! who draw them.
//!
//! Reading order: `look` says what tags mean on the map, `collect` gathers things from the extract
//! (`rings` puts borders together, `sea` makes water of coastlines), `geometry` brings them onto a
//! tile's grid, `mvt` writes, `cache` keeps.

mod cache;
mod collect;
mod geometry;
mod look;
mod mvt;
mod rings;
mod sea;

#[cfg(test)]
mod tests;

pub use collect::middle;
pub use geometry::{BUFFER, EXTENT};
pub use rings::{join, ring_contains};

use crate::roads::osm::OsmMap;
use crate::roads::plane::{BoxTree, Frame, Ground, Spot};
use crate::roads::wire::Writer;
use crate::units::{BoundingBox, Point};
use bytes::Bytes;
use cache::{Form, TileCache};
use collect::{Geometry, Thing};
use geometry::{Tile, join_lines, line_in, ring_in, simplify};
use look::{FULL_FROM_ZOOM, LayerName};
use mvt::{Attributes, Layer, Shape};
use std::collections::HashMap;
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
    things: Vec<Drawn>,
    attributes: Vec<Attributes>,
    /// By the first zoom at which the things in it appear.
    trees: Vec<(u8, BoxTree)>,
    bounds: BoundingBox,
    cache: TileCache,
}

/// A thing with its attributes by number.
#[derive(Debug)]
struct Drawn {
    layer: LayerName,
    order: u8,
    max_zoom: u8,
    piece_of: Option<Tile>,
    full: u32,
    plain: u32,
    geometry: Geometry,
}

impl TileSource {
    /// Gathers what the tiles show. An extract may lack any of it; its layer is then missing.
    pub fn build(map: &OsmMap) -> Self {
        let ground = Ground::of(map);
        let (things, streets) = collect::collect(&ground);
        let frames: Vec<Frame> = things.iter().map(|thing| thing.geometry.frame()).collect();
        let bounds = if streets.is_empty() {
            frames.iter().fold(Frame::EMPTY, |all, &frame| all.join(frame))
        } else {
            streets
        };
        let trees = (MIN_ZOOM..=MAX_ZOOM)
            .map(|zoom| {
                let appearing = (0..things.len() as u32)
                    .filter(|&thing| things[thing as usize].look.min_zoom == zoom)
                    .map(|thing| (thing, frames[thing as usize]));
                (zoom, BoxTree::build_of(appearing))
            })
            .collect();
        let mut sets = AttributeSets::default();
        let things = things.into_iter().map(|thing| sets.draw(thing)).collect();
        Self {
            things,
            attributes: sets.list,
            trees,
            bounds: bounding_box(bounds),
            cache: TileCache::new(CACHE_LEN_MAX),
        }
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
        let frame = tile.frame();
        let mut shown: Vec<(LayerName, u8, u32, u32)> = Vec::new();
        for (_, tree) in self.trees.iter().filter(|(zoom, _)| *zoom <= tile.z) {
            tree.visit(frame, |number| {
                let thing = &self.things[number as usize];
                let of_this_tile = thing.piece_of.is_none_or(|piece| tile.lies_in(piece));
                if tile.z <= thing.max_zoom && of_this_tile {
                    let set = if tile.z < FULL_FROM_ZOOM { thing.plain } else { thing.full };
                    shown.push((thing.layer, thing.order, set, number));
                }
            });
        }
        shown.sort_unstable();
        let mut bytes = Writer::new();
        for in_layer in shown.chunk_by(|a, b| a.0 == b.0) {
            let mut layer = Layer::new(in_layer[0].0.text());
            // Things that look the same are one feature.
            for alike in in_layer.chunk_by(|a, b| (a.1, a.2) == (b.1, b.2)) {
                let things = alike.iter().map(|&(_, _, _, number)| &self.things[number as usize]);
                let shape = shape_in(tile, things);
                layer.add(&self.attributes[alike[0].2 as usize], &shape);
            }
            layer.finish(&mut bytes);
        }
        bytes.into_bytes()
    }
}

/// Things of one kind as one shape in a tile.
fn shape_in<'a>(tile: Tile, things: impl Iterator<Item = &'a Drawn>) -> Shape {
    let tolerance = tolerance_steps(tile);
    let (mut points, mut lines, mut areas) = (Vec::new(), Vec::new(), Vec::new());
    for thing in things {
        match &thing.geometry {
            Geometry::Point(spot) => points.push(tile.unit(*spot)),
            Geometry::Line(line) => lines.push(line),
            Geometry::Area(area) => {
                let ring = |ring: &[Spot]| ring_in(tile, &simplify(ring, tolerance));
                if let Some(outer) = ring(&area.outer) {
                    let mut rings = vec![outer];
                    rings.extend(area.holes.iter().filter_map(|hole| ring(hole)));
                    areas.push(rings);
                }
            }
        }
    }
    if !areas.is_empty() {
        return Shape::Areas(areas);
    }
    if lines.is_empty() {
        let inside = |unit: &Spot| {
            (-BUFFER..=EXTENT + BUFFER).contains(&unit.x)
                && (-BUFFER..=EXTENT + BUFFER).contains(&unit.y)
        };
        points.retain(inside);
        return Shape::Points(points);
    }
    let parts: Vec<Vec<Spot>> = if tile.z < FULL_FROM_ZOOM {
        join_lines(lines.into_iter().cloned().collect())
            .iter()
            .flat_map(|line| line_in(tile, &simplify(line, tolerance)))
            .collect()
    } else {
        lines.into_iter().flat_map(|line| line_in(tile, &simplify(line, tolerance))).collect()
    };
    Shape::Lines(parts)
}

/// How far lines may be moved to have fewer places: about a third of a pixel on the screen far out,
/// nothing near.
fn tolerance_steps(tile: Tile) -> f64 {
    let units = match tile.z {
        0..=13 => 3.0,
        14 => 1.5,
        _ => 0.0,
    };
    units * f64::from(tile.unit_steps())
}

/// Sets of attributes by number.
#[derive(Default)]
struct AttributeSets {
    list: Vec<Attributes>,
    numbers: HashMap<Attributes, u32>,
}

impl AttributeSets {
    fn number(&mut self, attributes: Attributes) -> u32 {
        if let Some(&known) = self.numbers.get(&attributes) {
            return known;
        }
        let number = self.list.len() as u32;
        self.list.push(attributes.clone());
        self.numbers.insert(attributes, number);
        number
    }

    fn draw(&mut self, thing: Thing) -> Drawn {
        Drawn {
            layer: thing.look.layer,
            order: thing.look.order,
            max_zoom: thing.max_zoom,
            piece_of: thing.piece_of,
            full: self.number(thing.look.full),
            plain: self.number(thing.look.plain),
            geometry: thing.geometry,
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

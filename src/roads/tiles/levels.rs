//! What the map shows at a zoom: everything with its details from [`DETAIL_ZOOM`] on, and for each zoom
//! before that a plainer picture of its own, made once when the map is imported. Streets that look alike
//! are one line, lines and borders have no bends that could not be seen, used land and green that
//! touch become one area, and large areas are cut into pieces, so that a tile need not look at all of it.

use super::collect::{AREA_MIN_UNITS, Geometry};
use super::geometry::{BUFFER, Tile, clip_area, simplify};
use super::join::join_lines;
use super::look::{FULL_FROM_ZOOM, Kind, LayerName};
use super::merge::merge;
use super::rings::{Area, doubled_area};
use crate::roads::plane::{Frame, Spot};
use rayon::prelude::*;

/// The zoom whose picture also serves the deeper ones.
pub const DETAIL_ZOOM: u8 = 14;

/// How far lines may be moved to have fewer places, in units: about a third of a pixel on the screen.
const TOLERANCE_UNITS: f64 = 3.0;

/// Lines that stay within so many units, a pixel, are not seen.
const LINE_MIN_UNITS: i32 = 8;

/// Up to this zoom areas that touch become one.
const MERGED_TO_ZOOM: u8 = 11;

/// Longer lines are cut, so that a tile need not look at all of a motorway.
const LINE_LEN_MAX: usize = 128;

/// Areas with more places are cut into pieces.
const AREA_LEN_MAX: usize = 600;

/// A thing with its attributes by number.
#[derive(Debug)]
pub struct Gathered {
    pub layer: LayerName,
    pub order: u8,
    /// By what it is.
    pub min_zoom: u8,
    /// By how large it is.
    pub size_zoom: u8,
    pub full: u32,
    pub plain: u32,
    pub geometry: Geometry,
}

/// A thing, or a part of one or of several, as tiles show it.
#[derive(Debug)]
pub struct Shown {
    pub layer: LayerName,
    pub order: u8,
    pub min_zoom: u8,
    pub set: u32,
    /// Only tiles in this one show it. A whole thing belongs to the tile of the world.
    pub part_of: Tile,
    pub geometry: Geometry,
}

const WORLD: Tile = Tile { z: 0, x: 0, y: 0 };

/// The picture of a zoom. `directed` says of a set of attributes whether its lines have a direction.
pub fn level(things: &[Gathered], zoom: u8, directed: impl Fn(u32) -> bool + Sync) -> Vec<Shown> {
    let alike = |thing: &Gathered| {
        let set = if zoom < FULL_FROM_ZOOM { thing.plain } else { thing.full };
        let first = if zoom == DETAIL_ZOOM { thing.min_zoom.max(thing.size_zoom) } else { zoom };
        (thing.layer, thing.order, set, first)
    };
    let mut shown: Vec<&Gathered> = things.iter().filter(|thing| is_shown(thing, zoom)).collect();
    shown.sort_by_key(|thing| alike(thing));
    let groups: Vec<&[&Gathered]> = shown.chunk_by(|a, b| alike(a) == alike(b)).collect();
    groups
        .par_iter()
        .flat_map_iter(|group| {
            let (layer, order, set, min_zoom) = alike(group[0]);
            let parts = match layer.kind() {
                Kind::Point => points(group),
                Kind::Line => lines(group, zoom, directed(set)),
                Kind::Area => areas(group, zoom),
            };
            parts.into_iter().map(move |(part_of, geometry)| Shown {
                layer,
                order,
                min_zoom,
                set,
                part_of,
                geometry,
            })
        })
        .collect()
}

type Part = (Tile, Geometry);

fn is_merged(layer: LayerName, zoom: u8) -> bool {
    zoom <= MERGED_TO_ZOOM && matches!(layer, LayerName::Landuse | LayerName::Green)
}

fn is_shown(thing: &Gathered, zoom: u8) -> bool {
    // Small areas together may be one that is seen.
    let small = u8::from(is_merged(thing.layer, zoom));
    zoom == DETAIL_ZOOM || thing.min_zoom <= zoom && thing.size_zoom <= zoom + small
}

/// Steps of the flat map per unit of a tile of this zoom.
fn unit_steps(zoom: u8) -> i32 {
    Tile { z: zoom, x: 0, y: 0 }.unit_steps()
}

fn tolerance_steps(zoom: u8) -> f64 {
    if zoom == DETAIL_ZOOM { 0.0 } else { TOLERANCE_UNITS * f64::from(unit_steps(zoom)) }
}

fn points(group: &[&Gathered]) -> Vec<Part> {
    let spots = group.iter().filter_map(|thing| match thing.geometry {
        Geometry::Point(spot) => Some(spot),
        _ => None,
    });
    spots.map(|spot| (WORLD, Geometry::Point(spot))).collect()
}

fn lines(group: &[&Gathered], zoom: u8, directed: bool) -> Vec<Part> {
    let lines: Vec<&[Spot]> = group
        .iter()
        .filter_map(|thing| match &thing.geometry {
            Geometry::Line(line) => Some(&line[..]),
            _ => None,
        })
        .collect();
    let seen = |line: &[Spot]| {
        let frame = Frame::around(line);
        let least = LINE_MIN_UNITS * unit_steps(zoom);
        zoom == DETAIL_ZOOM
            || frame.east - frame.west >= least
            || frame.south - frame.north >= least
    };
    let mut parts = Vec::new();
    for line in join_lines(&lines, directed).into_iter().filter(|line| seen(line)) {
        let mut line = simplify(line, tolerance_steps(zoom));
        // Parts share the place where the line is cut.
        while line.len() > LINE_LEN_MAX {
            let rest = line[LINE_LEN_MAX - 1..].to_vec();
            line.truncate(LINE_LEN_MAX);
            parts.push((WORLD, Geometry::Line(std::mem::replace(&mut line, rest))));
        }
        parts.push((WORLD, Geometry::Line(line)));
    }
    parts
}

fn areas(group: &[&Gathered], zoom: u8) -> Vec<Part> {
    let steps = i64::from(unit_steps(zoom));
    let size_min = AREA_MIN_UNITS * steps * steps;
    let seen = |ring: &[Spot]| ring.len() >= 4 && doubled_area(ring).abs() / 2 >= size_min;
    let mut simple: Vec<Area> = Vec::with_capacity(group.len());
    for thing in group {
        let Geometry::Area(area) = &thing.geometry else {
            continue;
        };
        if zoom == DETAIL_ZOOM {
            simple.push(area.clone());
            continue;
        }
        let tolerance = tolerance_steps(zoom);
        let holes = area.holes.iter().filter(|hole| seen(hole));
        let holes =
            holes.map(|hole| simplify(hole.clone(), tolerance)).filter(|hole| hole.len() >= 4);
        let outer = simplify(area.outer.clone(), tolerance);
        if outer.len() >= 4 {
            simple.push(Area { outer, holes: holes.collect() });
        }
    }
    if is_merged(group[0].layer, zoom) {
        simple = merge(simple);
        simple.retain(|area| seen(&area.outer));
        for area in &mut simple {
            area.holes.retain(|hole| seen(hole));
        }
    }
    let mut parts = Vec::new();
    for area in simple {
        if spot_count(&area) <= AREA_LEN_MAX {
            parts.push((WORLD, Geometry::Area(area)));
        } else {
            cut(area, WORLD, zoom, &mut parts);
        }
    }
    parts
}

/// Cuts an area into parts for tiles, down to tiles of the zoom or until the parts are small.
fn cut(area: Area, tile: Tile, zoom: u8, parts: &mut Vec<Part>) {
    // With the buffer of the tiles of this zoom; deeper ones have a narrower one.
    let frame = tile.inner_frame().grown(BUFFER * unit_steps(zoom));
    for part in clip_area(area, frame) {
        if tile.z == zoom || spot_count(&part) <= AREA_LEN_MAX {
            parts.push((tile, Geometry::Area(part)));
            continue;
        }
        for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let quarter = Tile { z: tile.z + 1, x: tile.x * 2 + right, y: tile.y * 2 + down };
            cut(part.clone(), quarter, zoom, parts);
        }
    }
}

fn spot_count(area: &Area) -> usize {
    area.outer.len() + area.holes.iter().map(Vec::len).sum::<usize>()
}

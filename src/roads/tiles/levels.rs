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
use crate::roads::lists::Lists;
use crate::roads::plane::{Frame, Spot};

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
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    pub layer: LayerName,
    pub order: u8,
    pub min_zoom: u8,
    pub set: u32,
    /// Only tiles in this one show it. A whole thing belongs to the tile of the world.
    pub part_of: Tile,
    /// How many lists of places it has: a point, a line, or a border followed by those of its holes.
    pub run_count: u32,
    pub frame: Frame,
}

/// What is shown at a zoom, with the lists of places of all things one behind the other.
#[derive(Debug, Default)]
pub struct Picture {
    pub shown: Vec<Shown>,
    pub runs: Lists<Spot>,
}

const WORLD: Tile = Tile { z: 0, x: 0, y: 0 };

/// The picture of a zoom. `directed` says of a set of attributes whether its lines have a direction.
pub fn picture(things: &[Gathered], zoom: u8, directed: impl Fn(u32) -> bool) -> Picture {
    let alike = |thing: &Gathered| {
        let set = if zoom < FULL_FROM_ZOOM { thing.plain } else { thing.full };
        let first = if zoom == DETAIL_ZOOM { thing.min_zoom.max(thing.size_zoom) } else { zoom };
        (thing.layer, thing.order, set, first)
    };
    let mut shown: Vec<&Gathered> = things.iter().filter(|thing| is_shown(thing, zoom)).collect();
    shown.sort_by_key(|thing| alike(thing));
    let mut picture = Picture::default();
    for group in shown.chunk_by(|a, b| alike(a) == alike(b)) {
        let (layer, order, set, min_zoom) = alike(group[0]);
        let part_of = WORLD;
        let look =
            Shown { layer, order, min_zoom, set, part_of, run_count: 1, frame: Frame::EMPTY };
        match layer.kind() {
            Kind::Point => points(group, look, &mut picture),
            Kind::Line => lines(group, zoom, directed(set), look, &mut picture),
            Kind::Area => areas(group, zoom, look, &mut picture),
        }
    }
    picture
}

impl Picture {
    fn add_run(&mut self, look: Shown, run: &[Spot]) {
        self.shown.push(Shown { frame: Frame::around(run), ..look });
        self.runs.push(run.iter().copied());
    }

    fn add_area(&mut self, look: Shown, area: Area) {
        let run_count = 1 + area.holes.len() as u32;
        self.shown.push(Shown { run_count, frame: Frame::around(&area.outer), ..look });
        self.runs.push(area.outer);
        area.holes.into_iter().for_each(|hole| self.runs.push(hole));
    }
}

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

fn points(group: &[&Gathered], look: Shown, picture: &mut Picture) {
    for thing in group {
        if let Geometry::Point(spot) = thing.geometry {
            picture.add_run(look, &[spot]);
        }
    }
}

fn lines(group: &[&Gathered], zoom: u8, directed: bool, look: Shown, picture: &mut Picture) {
    let lines: Vec<&[Spot]> = group
        .iter()
        .filter_map(|thing| match &thing.geometry {
            Geometry::Line(line) => Some(&line[..]),
            _ => None,
        })
        .collect();
    let least = LINE_MIN_UNITS * unit_steps(zoom);
    join_lines(&lines, directed, |line| {
        let frame = Frame::around(line);
        let seen = frame.east - frame.west >= least || frame.south - frame.north >= least;
        if zoom != DETAIL_ZOOM && !seen {
            return;
        }
        simplify(line, tolerance_steps(zoom));
        // Parts share the place where the line is cut.
        let mut from = 0;
        while from + 1 < line.len() {
            let to = (from + LINE_LEN_MAX).min(line.len() - 1);
            picture.add_run(look, &line[from..=to]);
            from = to;
        }
    });
}

fn areas(group: &[&Gathered], zoom: u8, look: Shown, picture: &mut Picture) {
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
        let simplified = |ring: &[Spot]| {
            let mut ring = ring.to_vec();
            simplify(&mut ring, tolerance);
            Some(ring).filter(|ring| ring.len() >= 4)
        };
        if let Some(outer) = simplified(&area.outer) {
            let holes = area.holes.iter().filter(|hole| seen(hole));
            simple.push(Area { outer, holes: holes.filter_map(|hole| simplified(hole)).collect() });
        }
    }
    if is_merged(group[0].layer, zoom) {
        simple = merge(simple);
        simple.retain(|area| seen(&area.outer));
        for area in &mut simple {
            area.holes.retain(|hole| seen(hole));
        }
    }
    for area in simple {
        if spot_count(&area) <= AREA_LEN_MAX {
            picture.add_area(look, area);
        } else {
            cut(area, look, zoom, picture);
        }
    }
}

/// Cuts an area into parts for tiles, down to tiles of the zoom or until the parts are small.
fn cut(area: Area, look: Shown, zoom: u8, picture: &mut Picture) {
    let tile = look.part_of;
    // With the buffer of the tiles of this zoom; deeper ones have a narrower one.
    let frame = tile.inner_frame().grown(BUFFER * unit_steps(zoom));
    for part in clip_area(area, frame) {
        if tile.z == zoom || spot_count(&part) <= AREA_LEN_MAX {
            picture.add_area(look, part);
            continue;
        }
        for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let part_of = Tile { z: tile.z + 1, x: tile.x * 2 + right, y: tile.y * 2 + down };
            cut(part.clone(), Shown { part_of, ..look }, zoom, picture);
        }
    }
}

fn spot_count(area: &Area) -> usize {
    area.outer.len() + area.holes.iter().map(Vec::len).sum::<usize>()
}

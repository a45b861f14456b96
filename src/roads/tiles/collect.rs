//! Gathers from an extract everything the tiles show.

use super::geometry::{BUFFER, Tile, clip_ring};
use super::look::{LayerName, Look};
use super::rings::{Area, assign_holes, doubled_area, join};
use super::sea::sea;
use super::{MAX_ZOOM, MIN_ZOOM};
use crate::roads::osm::{MemberKind, OsmRelation, OsmWay, tag};
use crate::roads::plane::{Frame, Ground, Spot};
use rayon::prelude::*;
use std::collections::HashSet;

/// Where a thing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Geometry {
    Point(Spot),
    Line(Vec<Spot>),
    Area(Area),
}

impl Geometry {
    pub fn frame(&self) -> Frame {
        match self {
            Self::Point(spot) => Frame::around(&[*spot]),
            Self::Line(line) => Frame::around(line),
            Self::Area(area) => Frame::around(&area.outer),
        }
    }
}

/// A thing on the map.
#[derive(Debug)]
pub struct Thing {
    pub look: Look,
    pub geometry: Geometry,
    pub max_zoom: u8,
    /// A piece cut from a large area, for the tiles in this one only.
    pub piece_of: Option<Tile>,
}

impl Thing {
    fn new(look: Look, geometry: Geometry) -> Self {
        Self { look, geometry, max_zoom: MAX_ZOOM, piece_of: None }
    }
}

/// Areas are left out at zooms where they would be smaller than this, in square units of the tile: a
/// pixel and a half on the screen.
const AREA_MIN_UNITS: i64 = 96;

/// Areas with more places than this are cut into pieces, so that a tile need not look at all of it.
const PIECE_LEN_MAX: usize = 600;
const PIECE_ZOOM_MAX: u8 = 13;

/// Everything, and the box around the streets (empty without streets).
pub fn collect(ground: &Ground<'_>) -> (Vec<Thing>, Frame) {
    let streets = street_frame(ground);
    let (relations, in_relations) = relation_areas(ground);
    let mut things: Vec<Thing> = ground
        .map
        .ways
        .par_iter()
        .flat_map_iter(|way| way_things(ground, way, in_relations.contains(&way.id)))
        .collect();
    things.extend(relations);
    things.extend(
        sea(ground, streets).into_iter().map(|area| Thing::new(Look::sea(), Geometry::Area(area))),
    );
    for (index, node) in ground.map.nodes.iter().enumerate() {
        if !node.tags.is_empty() {
            let looks = [Look::of_place(&node.tags), Look::of_housenumber(&node.tags)];
            for look in looks.into_iter().flatten() {
                things.push(Thing::new(look, Geometry::Point(ground.spot_at(index))));
            }
        }
    }
    let things = things.into_iter().filter_map(with_zoom_of_size).flat_map(into_pieces).collect();
    (things, streets)
}

fn street_frame(ground: &Ground<'_>) -> Frame {
    ground
        .map
        .ways
        .par_iter()
        .filter(|way| tag(&way.tags, "highway").is_some())
        .map(|way| Frame::around(&ground.line(way)))
        .reduce(|| Frame::EMPTY, Frame::join)
}

fn way_things(ground: &Ground<'_>, way: &OsmWay, border_of_relation: bool) -> Vec<Thing> {
    let mut things = Vec::new();
    if way.tags.is_empty() {
        return things;
    }
    if let Some((look, turned)) = Look::of_line(&way.tags) {
        let mut line = ground.line(way);
        if line.len() >= 2 {
            if turned {
                line.reverse();
            }
            things.push(Thing::new(look, Geometry::Line(line)));
        }
    }
    let closed = way.nodes.len() >= 4 && way.nodes.first() == way.nodes.last();
    if closed {
        let area = if border_of_relation { None } else { Look::of_area(&way.tags) };
        let number = Look::of_housenumber(&way.tags);
        if area.is_some() || number.is_some() {
            let outer = ground.line(way);
            if outer.len() >= 4 && outer.first() == outer.last() {
                things.extend(number.map(|look| Thing::new(look, Geometry::Point(middle(&outer)))));
                let holes = Vec::new();
                things.extend(
                    area.map(|look| Thing::new(look, Geometry::Area(Area { outer, holes }))),
                );
            }
        }
    }
    things
}

/// Centre of gravity of a ring.
pub fn middle(ring: &[Spot]) -> Spot {
    let origin = ring[0];
    let (mut x, mut y, mut doubled) = (0.0, 0.0, 0.0);
    for side in ring.windows(2) {
        let (ax, ay) = (f64::from(side[0].x - origin.x), f64::from(side[0].y - origin.y));
        let (bx, by) = (f64::from(side[1].x - origin.x), f64::from(side[1].y - origin.y));
        let cross = ax * by - bx * ay;
        x += (ax + bx) * cross;
        y += (ay + by) * cross;
        doubled += cross;
    }
    if doubled == 0.0 {
        return origin;
    }
    Spot {
        x: origin.x + (x / (3.0 * doubled)).round() as i32,
        y: origin.y + (y / (3.0 * doubled)).round() as i32,
    }
}

/// Areas of multipolygon relations, and the ways whose own tags are thereby drawn.
fn relation_areas(ground: &Ground<'_>) -> (Vec<Thing>, HashSet<i64>) {
    let mut things = Vec::new();
    let mut drawn = HashSet::new();
    for relation in &ground.map.relations {
        if tag(&relation.tags, "type") != Some("multipolygon") {
            continue;
        }
        let outer_ways = ways_in_role(ground, relation, |role| role != "inner");
        let inner_ways = ways_in_role(ground, relation, |role| role == "inner");
        // Old data has the tags on the outer way. A relation that is the outline of a place says what
        // it is: a pier on the coast of an island does not make the island a pier.
        let is_outline = ["place", "boundary"].iter().any(|key| tag(&relation.tags, key).is_some());
        let tagged_way = || outer_ways.iter().find_map(|way| Look::of_area(&way.tags));
        let old_style = || if is_outline { None } else { tagged_way() };
        let Some(look) = Look::of_area(&relation.tags).or_else(old_style) else { continue };
        let rings = |ways: &[&OsmWay]| -> Vec<Vec<Spot>> {
            join(ways.iter().map(|way| way.nodes.clone()).collect(), true)
                .rings
                .iter()
                .map(|nodes| ground.line_of(nodes))
                .filter(|ring| ring.len() >= 4 && ring.first() == ring.last())
                .collect()
        };
        for area in assign_holes(rings(&outer_ways), rings(&inner_ways)) {
            things.push(Thing::new(look.clone(), Geometry::Area(area)));
        }
        // An outer way tagged like the relation is the same area; one tagged otherwise is another.
        let same = outer_ways
            .iter()
            .filter(|way| Look::of_area(&way.tags).is_some_and(|own| own.layer == look.layer));
        drawn.extend(same.map(|way| way.id));
    }
    (things, drawn)
}

fn ways_in_role<'a>(
    ground: &Ground<'a>,
    relation: &OsmRelation,
    wanted: impl Fn(&str) -> bool,
) -> Vec<&'a OsmWay> {
    relation
        .members
        .iter()
        .filter(|member| member.kind == MemberKind::Way && wanted(&member.role))
        .filter_map(|member| ground.way(member.id))
        .collect()
}

/// Small areas appear later. An area without extent is dropped.
fn with_zoom_of_size(mut thing: Thing) -> Option<Thing> {
    if let Geometry::Area(area) = &thing.geometry {
        let size = doubled_area(&area.outer).abs() / 2;
        if size == 0 {
            return None;
        }
        let large_enough = |&zoom: &u8| size >> (2 * (MAX_ZOOM - zoom)) >= AREA_MIN_UNITS;
        let first = (MIN_ZOOM..MAX_ZOOM).find(large_enough).unwrap_or(MAX_ZOOM);
        // Houses appear together.
        let latest = if thing.look.layer == LayerName::Buildings { 15 } else { MAX_ZOOM };
        thing.look.min_zoom = thing.look.min_zoom.max(first.min(latest));
    }
    Some(thing)
}

/// A large area becomes a pyramid of pieces, one for each tile it lies in, down to where the pieces are
/// small.
fn into_pieces(thing: Thing) -> Vec<Thing> {
    let Geometry::Area(area) = &thing.geometry else { return vec![thing] };
    if spot_count(area) <= PIECE_LEN_MAX {
        return vec![thing];
    }
    let mut pieces = Vec::new();
    cut_pieces(&thing.look, area, Tile { z: 0, x: 0, y: 0 }, &mut pieces);
    pieces
}

fn cut_pieces(look: &Look, area: &Area, tile: Tile, pieces: &mut Vec<Thing>) {
    let frame = tile.frame().grown(BUFFER * tile.unit_steps());
    let outer = clip_ring(area.outer.clone(), frame);
    if outer.len() < 4 {
        return;
    }
    let holes = area.holes.iter().filter(|hole| Frame::around(hole).touches(frame));
    let holes: Vec<Vec<Spot>> =
        holes.map(|hole| clip_ring(hole.clone(), frame)).filter(|hole| hole.len() >= 4).collect();
    let piece = Area { outer, holes };
    let small = tile.z == PIECE_ZOOM_MAX || spot_count(&piece) <= PIECE_LEN_MAX;
    let last = tile.z >= MIN_ZOOM && small;
    if !last {
        for (right, down) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let quarter = Tile { z: tile.z + 1, x: tile.x * 2 + right, y: tile.y * 2 + down };
            cut_pieces(look, &piece, quarter, pieces);
        }
    }
    let max_zoom = if last { MAX_ZOOM } else { tile.z };
    if tile.z >= MIN_ZOOM && look.min_zoom <= max_zoom {
        let look = Look { min_zoom: look.min_zoom.max(tile.z), ..look.clone() };
        let geometry = Geometry::Area(piece);
        pieces.push(Thing { look, geometry, max_zoom, piece_of: Some(tile) });
    }
}

fn spot_count(area: &Area) -> usize {
    area.outer.len() + area.holes.iter().map(Vec::len).sum::<usize>()
}

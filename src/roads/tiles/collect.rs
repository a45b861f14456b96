//! Gathers from an extract everything the tiles show, in full detail.

use super::geometry::at_y;
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
    /// The first zoom at which an area is large enough to be seen.
    pub size_zoom: u8,
}

impl Thing {
    fn new(look: Look, geometry: Geometry) -> Self {
        Self { look, geometry, size_zoom: MIN_ZOOM }
    }
}

/// Areas are left out at zooms where they would be smaller than this, in square units of the tile: a
/// pixel and a half on the screen.
pub const AREA_MIN_UNITS: i64 = 96;

/// An area has room for its name from this size on: fifty pixels each way.
const NAME_AREA_MIN_UNITS: i64 = 160_000;

/// Everything, and the box around the streets (empty without streets).
pub fn collect(ground: &Ground<'_>) -> (Vec<Thing>, Frame) {
    let (relations, in_relations) = relation_areas(ground);
    let of_ways: Vec<(Vec<Thing>, Frame)> = ground
        .map
        .ways
        .par_iter()
        .filter(|way| !way.tags.is_empty())
        .fold(
            || (Vec::new(), Frame::EMPTY),
            |(mut things, streets), way| {
                let street = way_things(ground, way, in_relations.contains(&way.id), &mut things);
                (things, streets.join(street))
            },
        )
        .collect();
    let streets = of_ways.iter().fold(Frame::EMPTY, |all, (_, streets)| all.join(*streets));
    let mut things: Vec<Thing> = of_ways.into_iter().flat_map(|(things, _)| things).collect();
    things.extend(relations);
    things.extend(
        sea(ground, streets).into_iter().map(|area| Thing::new(Look::sea(), Geometry::Area(area))),
    );
    for (index, node) in ground.map.nodes.iter().enumerate() {
        if !node.tags.is_empty() {
            let looks = [Look::of_name(&node.tags), Look::of_housenumber(&node.tags)];
            for look in looks.into_iter().flatten() {
                things.push(Thing::new(look, Geometry::Point(ground.spot_at(index))));
            }
        }
    }
    let things = things.into_iter().filter_map(with_zoom_of_size).collect();
    (things, streets)
}

/// Adds what a way shows; gives the box around it if it is a street.
fn way_things(
    ground: &Ground<'_>,
    way: &OsmWay,
    border_of_relation: bool,
    things: &mut Vec<Thing>,
) -> Frame {
    let mut street = Frame::EMPTY;
    if let Some((look, turned)) = Look::of_line(&way.tags) {
        let mut line = ground.line(way);
        if tag(&way.tags, "highway").is_some() {
            street = Frame::around(&line);
        }
        if line.len() >= 2 {
            if turned {
                line.reverse();
            }
            things.push(Thing::new(look, Geometry::Line(line)));
        }
    }
    let name = Look::of_name(&way.tags);
    let number = Look::of_housenumber(&way.tags);
    let closed = way.nodes.len() >= 4 && way.nodes.first() == way.nodes.last();
    if closed {
        let look = if border_of_relation { None } else { Look::of_area(&way.tags) };
        if look.is_some() || number.is_some() || name.is_some() {
            let area = Area { outer: ground.line(way), holes: Vec::new() };
            if is_ring(&area.outer) {
                let at = Geometry::Point(middle(&area.outer));
                things.extend(number.map(|look| Thing::new(look, at)));
                things.extend(name.map(|look| name_of_area(look, &area)));
                things.extend(look.map(|look| Thing::new(look, Geometry::Area(area))));
            }
        }
    } else if let Some(look) = name.filter(|look| look.layer == LayerName::WaterNames) {
        // The mouth of a bay.
        let line = ground.line(way);
        things
            .extend(line.get(line.len() / 2).map(|spot| Thing::new(look, Geometry::Point(*spot))));
    }
    street
}

fn is_ring(line: &[Spot]) -> bool {
    line.len() >= 4 && line.first() == line.last()
}

/// The name of an area is written inside of it. What is large is named earlier, small islands later.
fn name_of_area(mut look: Look, area: &Area) -> Thing {
    let zoom = zoom_of_size(&area.outer, NAME_AREA_MIN_UNITS);
    look.min_zoom = match look.layer {
        LayerName::Places => zoom.max(look.min_zoom),
        LayerName::WaterNames => zoom.min(look.min_zoom),
        _ => zoom.clamp(look.min_zoom - 2, look.min_zoom),
    };
    Thing::new(look, Geometry::Point(inside(area)))
}

/// A place inside of an area: the middle of its widest part at the height of its centre of gravity.
fn inside(area: &Area) -> Spot {
    let centre = middle(&area.outer);
    let mut crossings: Vec<i32> = std::iter::once(&area.outer)
        .chain(&area.holes)
        .flat_map(|ring| ring.windows(2))
        .filter(|side| (side[0].y > centre.y) != (side[1].y > centre.y))
        .map(|side| at_y(side[0], side[1], centre.y).x)
        .collect();
    crossings.sort_unstable();
    let widest = crossings.chunks_exact(2).max_by_key(|pair| pair[1] - pair[0]);
    widest.map_or(centre, |pair| Spot { x: i32::midpoint(pair[0], pair[1]), y: centre.y })
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
        let look = Look::of_area(&relation.tags).or_else(old_style);
        let name = Look::of_name(&relation.tags);
        if look.is_none() && name.is_none() {
            continue;
        }
        let rings = |ways: &[&OsmWay]| -> Vec<Vec<Spot>> {
            join(ways.iter().map(|way| way.nodes.clone()).collect(), true)
                .rings
                .iter()
                .map(|nodes| ground.line_of(nodes))
                .filter(|ring| is_ring(ring))
                .collect()
        };
        let areas = assign_holes(rings(&outer_ways), rings(&inner_ways));
        let largest = areas.iter().max_by_key(|area| doubled_area(&area.outer).abs());
        things.extend(name.zip(largest).map(|(name, area)| name_of_area(name, area)));
        let Some(look) = look else { continue };
        for area in areas {
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
        if doubled_area(&area.outer) == 0 {
            return None;
        }
        // Houses appear together.
        let latest = if thing.look.layer == LayerName::Buildings { 15 } else { MAX_ZOOM };
        thing.size_zoom = zoom_of_size(&area.outer, AREA_MIN_UNITS).min(latest);
    }
    Some(thing)
}

/// The first zoom at which a ring has so many square units.
fn zoom_of_size(ring: &[Spot], units: i64) -> u8 {
    let size = doubled_area(ring).abs() / 2;
    (MIN_ZOOM..MAX_ZOOM).find(|zoom| size >> (2 * (MAX_ZOOM - zoom)) >= units).unwrap_or(MAX_ZOOM)
}

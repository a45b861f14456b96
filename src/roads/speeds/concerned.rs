//! What a change of the streets is about, for people: how much, which names, and lines to be drawn.

use super::changes::LocatedChange;
use crate::roads::graph::Streets;
use crate::units::{BoundingBox, Point};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

/// What a change is about, for people.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Concerned {
    /// Pieces of street, from junction to junction.
    pub pieces: usize,
    /// Of all of them together.
    pub length_m: u64,
    /// The streets most of it lies on, at most 5.
    pub names: Vec<String>,
    /// The longest pieces, to be drawn: with fewer points, and not all of a large area.
    pub lines: Vec<Vec<Point>>,
}

const NAMES_MAX: usize = 5;
const LINES_MAX: usize = 500;
/// Points nearer to each other than this are one point in a drawing; or than this part of its whole width.
const DRAWN_M: f64 = 8.0;
const DRAWN_PART: f64 = 0.001;

impl LocatedChange {
    /// The streets that it is about, each once, whichever way it is driven.
    pub(in crate::roads) fn concerned(&self, streets: &Streets) -> Concerned {
        let edges: HashSet<u32> = self.edges.iter().copied().collect();
        let is_first = |edge: &u32| {
            let reverse = streets.edges()[*edge as usize].reverse();
            reverse.is_none_or(|other| edge < &other || !edges.contains(&other))
        };
        let length_dm = |edge: u32| streets.edges()[edge as usize].length_dm;
        let mut pieces: Vec<u32> = edges.iter().copied().filter(is_first).collect();
        pieces.sort_unstable_by_key(|edge| (Reverse(length_dm(*edge)), *edge));
        let mut by_name: BTreeMap<&str, u64> = BTreeMap::new();
        for edge in &pieces {
            if let Some(name) = streets.name(*edge) {
                *by_name.entry(name).or_default() += u64::from(length_dm(*edge));
            }
        }
        let mut names: Vec<(&str, u64)> = by_name.into_iter().collect();
        names.sort_by_key(|(_, length_dm)| Reverse(*length_dm));
        let drawn_m = finest_m(pieces.iter().map(|edge| streets.points_of(*edge)[0].point()));
        let total_dm: u64 = pieces.iter().map(|edge| u64::from(length_dm(*edge))).sum();
        Concerned {
            pieces: pieces.len(),
            length_m: total_dm / 10,
            names: names.iter().take(NAMES_MAX).map(|(name, _)| (*name).to_owned()).collect(),
            lines: pieces
                .iter()
                .take(LINES_MAX)
                .map(|edge| thinned(streets, *edge, drawn_m))
                .collect(),
        }
    }
}

fn finest_m(points: impl Iterator<Item = Point>) -> f64 {
    let width_m = BoundingBox::around(points).map_or(0.0, |around| {
        let south_west = Point { lat: around.south, lon: around.west };
        south_west.distance_m(Point { lat: around.north, lon: around.east })
    });
    DRAWN_M.max(width_m * DRAWN_PART)
}

fn thinned(streets: &Streets, edge: u32, drawn_m: f64) -> Vec<Point> {
    let points = streets.points_of(edge);
    let (first, last) = (points[0].point(), points[points.len() - 1].point());
    let mut line = vec![first];
    let mut kept = first;
    for point in points[1..points.len() - 1].iter().map(|point| point.point()) {
        if point.distance_m(kept) >= drawn_m && point.distance_m(last) >= drawn_m {
            line.push(point);
            kept = point;
        }
    }
    line.push(last);
    line
}

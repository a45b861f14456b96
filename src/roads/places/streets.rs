//! Streets with names. Ways of one name that lie near each other in one settlement are one street.

use super::PlaceKind;
use super::collect::{Draft, names_besides};
use super::locality::Localities;
use super::postcodes;
use crate::roads::osm::{OsmWay, tag};
use crate::roads::plane::{Ground, Spot};
use rayon::prelude::*;
use std::collections::HashMap;

/// A way with a name, and the street it is part of.
#[derive(Debug)]
pub struct NamedLine {
    pub line: Vec<Spot>,
    pub street: u32,
}

/// The nearest place on a line to another place.
pub fn nearest_on(line: &[Spot], spot: Spot) -> Spot {
    line.windows(2)
        .map(|side| spot.onto(side[0], side[1]))
        .min_by(|a, b| a.distance2(spot).total_cmp(&b.distance2(spot)))
        .or(line.first().copied())
        .unwrap_or(spot)
}

/// Ways of one name nearer than about this are one street, metres.
const ONE_STREET_M: f64 = 400.0;

/// A street stands behind a settlement and before a footpath of the same name.
pub fn rank(highway: &str) -> u8 {
    match highway {
        "motorway" | "trunk" | "primary" | "secondary" => 24,
        "tertiary" | "residential" | "unclassified" | "living_street" | "pedestrian" => 25,
        _ => 27,
    }
}

/// Adds the streets, and gives their lines.
pub fn add<'a>(
    ground: &Ground<'a>,
    localities: &Localities,
    drafts: &mut Vec<Draft<'a>>,
) -> Vec<NamedLine> {
    struct Part<'a> {
        way: &'a OsmWay,
        name: &'a str,
        rank: u8,
        line: Vec<Spot>,
        settlement: Option<u32>,
    }
    let mut parts: Vec<Part<'_>> = ground
        .map
        .ways
        .par_iter()
        .filter_map(|way| {
            let name = tag(&way.tags, "name")?;
            let highway = tag(&way.tags, "highway")?;
            let no_street = ["construction", "proposed", "platform", "bus_stop", "razed"];
            if no_street.contains(&highway) {
                return None;
            }
            let line = ground.line(way);
            let half_way = *line.get(line.len() / 2)?;
            let settlement = localities.around(half_way);
            Some(Part { way, name, rank: rank(highway), line, settlement })
        })
        .collect();
    parts.par_sort_unstable_by_key(|part| (part.name, part.settlement, part.way.id));
    let mut lines = Vec::with_capacity(parts.len());
    for group in parts.chunk_by_mut(|a, b| (a.name, a.settlement) == (b.name, b.settlement)) {
        let group_lines: Vec<Vec<Spot>> =
            group.iter_mut().map(|part| std::mem::take(&mut part.line)).collect();
        let mut street_of_cluster: HashMap<usize, u32> = HashMap::new();
        let clusters = near_each_other(&group_lines);
        for (cluster, part) in clusters.iter().zip(group.iter()) {
            let number = *street_of_cluster.entry(*cluster).or_insert_with(|| {
                let members = clusters.iter().zip(&group_lines);
                let members: Vec<&[Spot]> = members
                    .filter(|(other, _)| *other == cluster)
                    .map(|(_, line)| &line[..])
                    .collect();
                let spot = middle_of_street(&members);
                drafts.push(Draft::new(PlaceKind::Street, part.name, spot, part.rank));
                drafts.len() as u32 - 1
            });
            let street = &mut drafts[number as usize];
            street.settlement = part.settlement;
            street.rank = street.rank.min(part.rank);
            add_new(&mut street.other_names, names_besides(&part.way.tags));
            add_new(&mut street.postcodes, postcodes::of_tags(&part.way.tags));
        }
        for (line, cluster) in group_lines.into_iter().zip(&clusters) {
            lines.push(NamedLine { line, street: street_of_cluster[cluster] });
        }
    }
    lines
}

fn add_new<'a>(known: &mut Vec<&'a str>, texts: impl Iterator<Item = &'a str>) {
    for text in texts {
        if !known.contains(&text) {
            known.push(text);
        }
    }
}

/// For each line the number of its cluster. Lines are near each other if they come into neighbouring
/// squares of [`ONE_STREET_M`].
fn near_each_other(lines: &[Vec<Spot>]) -> Vec<usize> {
    let mut cluster: Vec<usize> = (0..lines.len()).collect();
    if lines.len() == 1 {
        return cluster;
    }
    fn root(cluster: &mut [usize], mut at: usize) -> usize {
        while cluster[at] != at {
            cluster[at] = cluster[cluster[at]];
            at = cluster[at];
        }
        at
    }
    let side = (ONE_STREET_M / lines[0][0].step_m()).max(1.0) as i32;
    let mut first_in_square: HashMap<(i32, i32), usize> = HashMap::new();
    for (number, line) in lines.iter().enumerate() {
        for spot in line {
            let (x, y) = (spot.x / side, spot.y / side);
            for (dx, dy) in (-1..=1).flat_map(|dx| (-1..=1).map(move |dy| (dx, dy))) {
                if let Some(&other) = first_in_square.get(&(x + dx, y + dy)) {
                    let (a, b) = (root(&mut cluster, number), root(&mut cluster, other));
                    cluster[a] = b;
                }
            }
            first_in_square.entry((x, y)).or_insert(number);
        }
    }
    (0..lines.len()).map(|number| root(&mut cluster, number)).collect()
}

/// The place on the street that is nearest to its centre of gravity.
fn middle_of_street(lines: &[&[Spot]]) -> Spot {
    let origin = lines[0][0];
    let (mut x, mut y, mut len) = (0.0, 0.0, 0.0);
    for side in lines.iter().flat_map(|line| line.windows(2)) {
        let side_len = side[0].distance2(side[1]).sqrt();
        x += side_len * f64::midpoint(f64::from(side[0].x), f64::from(side[1].x));
        y += side_len * f64::midpoint(f64::from(side[0].y), f64::from(side[1].y));
        len += side_len;
    }
    if len == 0.0 {
        return origin;
    }
    let centre = Spot { x: (x / len) as i32, y: (y / len) as i32 };
    lines
        .iter()
        .map(|line| nearest_on(line, centre))
        .min_by(|a, b| a.distance2(centre).total_cmp(&b.distance2(centre)))
        .unwrap_or(origin)
}

//! Gathers from an extract what has a name or a house number.
//!
//! Ways of one name that lie near each other in one settlement are one street. An address belongs to
//! the nearest street of its name; without a name, to the nearest street at all.

use super::locality::Localities;
use super::search::WordIndex;
use super::{PlaceIndex, PlaceKind, fold};
use crate::roads::osm::{MemberKind, OsmWay, Tags, tag};
use crate::roads::plane::{BoxTree, Frame, Ground, Spot};
use crate::roads::tiles::middle;
use rayon::prelude::*;
use std::collections::HashMap;

/// A settlement or another named part of the land.
#[derive(Debug)]
pub struct Settlement {
    pub name: Box<str>,
    pub spot: Spot,
    pub kind: &'static str,
    pub other_names: Vec<Box<str>>,
}

/// Something that can be found by its name.
#[derive(Debug)]
pub struct Entry {
    pub kind: PlaceKind,
    pub name: Box<str>,
    /// Found by these, too, but not shown.
    pub other_names: Vec<Box<str>>,
    pub spot: Spot,
    pub settlement: Option<u32>,
    /// Among those that match equally well, lower comes first.
    pub rank: u8,
    /// House numbers of a street, sorted by key.
    pub numbers: Vec<HouseNumber>,
    /// Street and house number of a business.
    pub address: Option<Box<BusinessAddress>>,
}

#[derive(Debug)]
pub struct BusinessAddress {
    pub street: Box<str>,
    pub housenumber: Option<Box<str>>,
}

#[derive(Debug)]
pub struct HouseNumber {
    pub key: Box<str>,
    pub text: Box<str>,
    pub spot: Spot,
}

/// A way with a name, and the street it is part of.
#[derive(Debug)]
pub struct NamedLine {
    pub line: Vec<Spot>,
    pub entry: u32,
}

impl NamedLine {
    /// The nearest place on the line.
    pub fn onto(&self, spot: Spot) -> Spot {
        nearest_on(&self.line, spot)
    }
}

fn nearest_on(line: &[Spot], spot: Spot) -> Spot {
    line.windows(2)
        .map(|side| spot.onto(side[0], side[1]))
        .min_by(|a, b| a.distance2(spot).total_cmp(&b.distance2(spot)))
        .unwrap_or(line[0])
}

/// Ways of one name nearer than about this are one street; an address belongs to a street of its name
/// at most so far away; a nameless one to a street at most so far away. Metres.
const ONE_STREET_M: f64 = 400.0;
const OWN_STREET_M: f64 = 1_500.0;
const ANY_STREET_M: f64 = 120.0;

/// Names besides `name` by which people look for things.
const OTHER_NAMES: [&str; 6] =
    ["name:en", "alt_name", "int_name", "official_name", "short_name", "loc_name"];

/// All of it, ready to be asked.
pub fn collect(ground: &Ground<'_>) -> PlaceIndex {
    let settlements = settlements(ground);
    let localities = Localities::of(&settlements);
    let (mut entries, lines) = streets(ground, &localities);
    let line_tree =
        BoxTree::build(&lines.iter().map(|line| Frame::around(&line.line)).collect::<Vec<Frame>>());
    add_addresses(ground, &localities, &mut entries, &lines, &line_tree);
    entries.extend(settlements.iter().map(|settlement| Entry {
        kind: PlaceKind::Locality,
        name: settlement.name.clone(),
        other_names: settlement.other_names.clone(),
        spot: settlement.spot,
        settlement: None,
        rank: settlement_rank(settlement.kind),
        numbers: Vec::new(),
        address: None,
    }));
    entries.extend(businesses(ground, &localities));
    for entry in &mut entries {
        entry.numbers.sort_by(|a, b| a.key.cmp(&b.key));
        // The same number again is another entrance of the same house.
        entry.numbers.dedup_by(|later, first| later.key == first.key);
    }
    let numbers: Vec<(u32, u32)> = (0..)
        .zip(&entries)
        .flat_map(|(number, entry)| (0..entry.numbers.len() as u32).map(move |at| (number, at)))
        .collect();
    let number_tree =
        BoxTree::build_of(numbers.iter().enumerate().map(|(at, &(entry, number))| {
            let spot = entries[entry as usize].numbers[number as usize].spot;
            (at as u32, Frame::around(&[spot]))
        }));
    let words = WordIndex::build(&entries, &settlements);
    PlaceIndex { settlements, entries, words, lines, line_tree, numbers, number_tree }
}

fn names_besides(tags: &Tags) -> Vec<Box<str>> {
    let values = OTHER_NAMES.iter().filter_map(|key| tag(tags, key));
    values.flat_map(|value| value.split(';')).map(Into::into).collect()
}

fn settlement_kind(place: &str) -> Option<&'static str> {
    const KINDS: [&str; 12] = [
        "city",
        "town",
        "village",
        "suburb",
        "hamlet",
        "quarter",
        "neighbourhood",
        "island",
        "locality",
        "isolated_dwelling",
        "islet",
        "square",
    ];
    KINDS.into_iter().find(|&kind| kind == place)
}

fn settlement_rank(kind: &str) -> u8 {
    match kind {
        "city" => 0,
        "town" => 1,
        "village" => 2,
        "suburb" => 3,
        "hamlet" => 4,
        "quarter" | "neighbourhood" | "island" => 5,
        _ => 8,
    }
}

pub const STREET_RANK: u8 = 6;
const BUSINESS_RANK: u8 = 7;

fn settlements(ground: &Ground<'_>) -> Vec<Settlement> {
    let nodes = ground.map.nodes.iter().enumerate().filter(|(_, node)| !node.tags.is_empty());
    nodes
        .filter_map(|(index, node)| {
            let kind = settlement_kind(tag(&node.tags, "place")?)?;
            let name = tag(&node.tags, "name")?.into();
            let other_names = names_besides(&node.tags);
            Some(Settlement { name, spot: ground.spot_at(index), kind, other_names })
        })
        .collect()
}

/// Streets with names, and their lines.
fn streets(ground: &Ground<'_>, localities: &Localities<'_>) -> (Vec<Entry>, Vec<NamedLine>) {
    struct Part<'a> {
        way: &'a OsmWay,
        name: &'a str,
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
            Some(Part { way, name, line, settlement: localities.around(half_way) })
        })
        .collect();
    parts.sort_by_key(|part| (part.name, part.settlement, part.way.id));
    let (mut entries, mut lines) = (Vec::new(), Vec::new());
    for group in parts.chunk_by_mut(|a, b| (a.name, a.settlement) == (b.name, b.settlement)) {
        let group_lines: Vec<Vec<Spot>> =
            group.iter_mut().map(|part| std::mem::take(&mut part.line)).collect();
        let mut entry_of_cluster: HashMap<usize, u32> = HashMap::new();
        let clusters = near_each_other(&group_lines);
        for (cluster, part) in clusters.iter().zip(group.iter()) {
            let entry = *entry_of_cluster.entry(*cluster).or_insert_with(|| {
                let members = clusters.iter().zip(&group_lines);
                let members: Vec<&[Spot]> = members
                    .filter(|(other, _)| *other == cluster)
                    .map(|(_, line)| &line[..])
                    .collect();
                entries.push(Entry {
                    kind: PlaceKind::Street,
                    name: part.name.into(),
                    other_names: Vec::new(),
                    spot: middle_of_street(&members),
                    settlement: part.settlement,
                    rank: STREET_RANK,
                    numbers: Vec::new(),
                    address: None,
                });
                entries.len() as u32 - 1
            });
            let known = &mut entries[entry as usize].other_names;
            for name in names_besides(&part.way.tags) {
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
        for (line, cluster) in group_lines.into_iter().zip(&clusters) {
            lines.push(NamedLine { line, entry: entry_of_cluster[cluster] });
        }
    }
    (entries, lines)
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

/// A house number as the extract has it.
struct Address<'a> {
    number: &'a str,
    street: Option<&'a str>,
    spot: Spot,
}

fn addresses<'a>(ground: &Ground<'a>) -> Vec<Address<'a>> {
    let mut found = Vec::new();
    let mut add = |tags: &'a Tags, spot: &dyn Fn() -> Option<Spot>| {
        let Some(number) = tag(tags, "addr:housenumber") else { return };
        let street = tag(tags, "addr:street").or_else(|| tag(tags, "addr:place"));
        let Some(spot) = spot() else { return };
        // Several numbers of one house are written with semicolons.
        for number in number.split(';').map(str::trim).filter(|number| !number.is_empty()) {
            found.push(Address { number, street, spot });
        }
    };
    for (index, node) in ground.map.nodes.iter().enumerate() {
        if !node.tags.is_empty() {
            add(&node.tags, &|| Some(ground.spot_at(index)));
        }
    }
    for way in &ground.map.ways {
        add(&way.tags, &|| middle_of_way(ground, way));
    }
    for relation in &ground.map.relations {
        let border = relation
            .members
            .iter()
            .find(|member| member.kind == MemberKind::Way && &*member.role != "inner");
        add(&relation.tags, &|| middle_of_way(ground, ground.way(border?.id)?));
    }
    found
}

fn middle_of_way(ground: &Ground<'_>, way: &OsmWay) -> Option<Spot> {
    let line = ground.line(way);
    if line.len() >= 4 && line.first() == line.last() {
        return Some(middle(&line));
    }
    line.get(line.len() / 2).copied()
}

fn add_addresses(
    ground: &Ground<'_>,
    localities: &Localities<'_>,
    entries: &mut Vec<Entry>,
    lines: &[NamedLine],
    line_tree: &BoxTree,
) {
    let folded: Vec<Vec<String>> = entries
        .par_iter()
        .map(|entry| {
            let names = std::iter::once(&entry.name).chain(&entry.other_names);
            names.map(|name| fold::words(name).join(" ")).collect()
        })
        .collect();
    let addresses = addresses(ground);
    let streets: Vec<Option<u32>> = addresses
        .par_iter()
        .map(|address| {
            let wanted = address.street.map(|street| fold::words(street).join(" "));
            let limit_m = if wanted.is_some() { OWN_STREET_M } else { ANY_STREET_M };
            let nearest =
                line_tree.nearest(address.spot, limit_m / address.spot.step_m(), |number| {
                    let line = &lines[number as usize];
                    let names = &folded[line.entry as usize];
                    let fits = wanted.as_ref().is_none_or(|name| names.contains(name));
                    if fits {
                        line.onto(address.spot).distance2(address.spot)
                    } else {
                        f64::INFINITY
                    }
                });
            nearest.map(|(line, _)| lines[line as usize].entry)
        })
        .collect();
    let mut without_line: HashMap<(&str, Option<u32>), u32> = HashMap::new();
    for (address, street) in addresses.iter().zip(streets) {
        let entry = match (street, address.street) {
            (Some(entry), _) => entry,
            (None, None) => continue,
            (None, Some(name)) => {
                let settlement = localities.around(address.spot);
                *without_line.entry((name, settlement)).or_insert_with(|| {
                    entries.push(Entry {
                        kind: PlaceKind::Street,
                        name: name.into(),
                        other_names: Vec::new(),
                        spot: address.spot,
                        settlement,
                        rank: STREET_RANK,
                        numbers: Vec::new(),
                        address: None,
                    });
                    entries.len() as u32 - 1
                })
            }
        };
        let words = fold::words(address.number);
        let key = fold::number_key(words.iter().map(String::as_str));
        if !key.is_empty() {
            entries[entry as usize].numbers.push(HouseNumber {
                key: key.into(),
                text: address.number.into(),
                spot: address.spot,
            });
        }
    }
}

fn is_business(tags: &Tags) -> bool {
    const KEYS: [&str; 11] = [
        "amenity",
        "shop",
        "tourism",
        "office",
        "healthcare",
        "leisure",
        "craft",
        "historic",
        "building",
        "aeroway",
        "industrial",
    ];
    KEYS.iter().any(|key| tag(tags, key).is_some_and(|value| value != "no"))
        || matches!(tag(tags, "landuse"), Some("industrial" | "commercial" | "retail"))
        || matches!(tag(tags, "railway"), Some("station" | "halt"))
        || tag(tags, "public_transport") == Some("station")
}

fn businesses(ground: &Ground<'_>, localities: &Localities<'_>) -> Vec<Entry> {
    let entry = |tags: &Tags, spot: Spot| {
        let name = tag(tags, "name")?;
        let street = tag(tags, "addr:street").or_else(|| tag(tags, "addr:place"));
        let address = street.map(|street| {
            let housenumber = tag(tags, "addr:housenumber").map(Into::into);
            Box::new(BusinessAddress { street: street.into(), housenumber })
        });
        Some(Entry {
            kind: PlaceKind::Poi,
            name: name.into(),
            other_names: names_besides(tags),
            spot,
            settlement: localities.around(spot),
            rank: BUSINESS_RANK,
            numbers: Vec::new(),
            address,
        })
    };
    let nodes = ground.map.nodes.par_iter().enumerate().filter_map(|(index, node)| {
        let wanted = !node.tags.is_empty() && is_business(&node.tags);
        wanted.then(|| entry(&node.tags, ground.spot_at(index)))?
    });
    let ways = ground.map.ways.par_iter().filter_map(|way| {
        let wanted = is_business(&way.tags)
            && tag(&way.tags, "name").is_some()
            && tag(&way.tags, "highway").is_none();
        wanted.then(|| entry(&way.tags, middle_of_way(ground, way)?))?
    });
    nodes.chain(ways).collect()
}

//! House numbers, and the streets they belong to. An address belongs to the nearest street of its name;
//! without a name, to the nearest street at all. A street that has no line in the extract is made up of
//! its addresses, and so is a town.

use super::collect::{Draft, DraftHouse, is_business, middle_of_relation, middle_of_way};
use super::locality::Localities;
use super::streets::{self, NamedLine, nearest_on};
use super::{PlaceKind, fold, postcodes};
use crate::roads::lists::Lists;
use crate::roads::osm::{OsmNode, Tags, tag};
use crate::roads::plane::{BoxTree, Frame, Ground, Spot};
use rayon::prelude::*;
use std::collections::HashMap;

/// An address as the extract has it, of a house or of something with a name.
#[derive(Debug, Clone, Copy)]
pub struct Address<'a> {
    number: Option<&'a str>,
    street: Option<&'a str>,
    city: Option<&'a str>,
    postcode: Option<&'a str>,
    spot: Spot,
}

/// An address belongs to a street of its name at most so far away; a nameless one to a street at most so
/// far away; and to a town of its name at most so far away. Metres.
const OWN_STREET_M: f64 = 1_500.0;
const ANY_STREET_M: f64 = 120.0;
const OWN_TOWN_M: f64 = 25_000.0;

/// A town that is known from addresses only ranks like a village.
const NAMED_TOWN_RANK: u8 = 14;

pub fn of<'a>(ground: &Ground<'a>, tagged: &[(usize, &'a OsmNode)]) -> Vec<Address<'a>> {
    let map = ground.map;
    let nodes = tagged
        .par_iter()
        .flat_map_iter(|(index, node)| of_tags(&node.tags, || Some(ground.spot_at(*index))));
    let ways = map.ways.par_iter().filter(|way| tag(&way.tags, "highway").is_none());
    let ways = ways.flat_map_iter(|way| of_tags(&way.tags, || middle_of_way(ground, way)));
    let relations = map.relations.par_iter();
    let relations =
        relations.flat_map_iter(|area| of_tags(&area.tags, || middle_of_relation(ground, area)));
    nodes.chain(ways).chain(relations).collect()
}

/// The addresses of one thing: several numbers of one house are written with semicolons.
fn of_tags(tags: &Tags, spot: impl Fn() -> Option<Spot>) -> Vec<Address<'_>> {
    let number = tag(tags, "addr:housenumber");
    let street = tag(tags, "addr:street").or_else(|| tag(tags, "addr:place"));
    let is_of_business = || street.is_some() && tag(tags, "name").is_some() && is_business(tags);
    if number.is_none() && !is_of_business() {
        return Vec::new();
    }
    let Some(spot) = spot() else { return Vec::new() };
    let city = tag(tags, "addr:city");
    let postcode = postcodes::of_tags(tags).next();
    let address = Address { number: None, street, city, postcode, spot };
    let numbers = number.into_iter().flat_map(|number| number.split(';')).map(str::trim);
    let numbered: Vec<Address<'_>> = numbers
        .filter(|number| !number.is_empty())
        .map(|number| Address { number: Some(number), ..address })
        .collect();
    if numbered.is_empty() { vec![address] } else { numbered }
}

/// Adds addresses to their streets, and streets to the businesses at them. The first `street_count`
/// drafts are settlements and streets, the others businesses.
pub fn add<'a>(
    addresses: &[Address<'a>],
    localities: &Localities,
    drafts: &mut Vec<Draft<'a>>,
    street_count: usize,
    lines: &[NamedLine],
) {
    let known = streets_at(addresses, &drafts[..street_count], lines);
    let mut towns = Towns::of(&drafts[..street_count]);
    let mut without_line: HashMap<(&str, Option<u32>), u32> = HashMap::new();
    let mut votes: HashMap<(u32, u32), u32> = HashMap::new();
    let mut street_at: HashMap<Spot, u32> = HashMap::new();
    for (address, street) in addresses.iter().zip(known) {
        let number = match (street, address.street) {
            (Some(street), _) => street,
            (None, None) => continue,
            (None, Some(name)) => {
                let settlement = localities.around(address.spot);
                *without_line.entry((name, settlement)).or_insert_with(|| {
                    let rank = streets::rank("residential");
                    let mut street = Draft::new(PlaceKind::Street, name, address.spot, rank);
                    street.settlement = settlement;
                    drafts.push(street);
                    drafts.len() as u32 - 1
                })
            }
        };
        if let Some(city) = address.city {
            let town = towns.find(city, address.spot, drafts);
            *votes.entry((number, town)).or_default() += 1;
        }
        if address.street.is_some() {
            street_at.insert(address.spot, number);
        }
        if let Some(text) = address.number {
            let house = DraftHouse { number: text, spot: address.spot, postcode: address.postcode };
            drafts[number as usize].houses.push(house);
        }
    }
    let mut most: HashMap<u32, (u32, u32)> = HashMap::new();
    for ((street, town), count) in votes {
        let best = most.entry(street).or_default();
        *best = (*best).max((count, town));
    }
    for (street, (_, town)) in most {
        let street = &mut drafts[street as usize];
        street.settlement = street.settlement.or(Some(town));
        street.city = Some(town).filter(|_| street.settlement != Some(town));
    }
    for number in 0..drafts.len() {
        let draft = &drafts[number];
        if draft.kind != PlaceKind::Poi {
            continue;
        }
        let street = street_at.get(&draft.spot).copied();
        let of_street = street.map(|street| &drafts[street as usize]);
        let city = of_street.and_then(|street| street.city);
        let settlement = of_street.and_then(|street| street.settlement);
        let business = &mut drafts[number];
        business.street = street;
        business.city = city;
        business.settlement = business.settlement.or(settlement);
    }
}

/// The street with a line that each address belongs to.
fn streets_at(
    addresses: &[Address<'_>],
    drafts: &[Draft<'_>],
    lines: &[NamedLine],
) -> Vec<Option<u32>> {
    let tree = BoxTree::build_of((0..).zip(lines.iter().map(|line| Frame::around(&line.line))));
    // Names that addresses use, each folded once, and the streets that have them.
    let mut asked: HashMap<String, u32> = HashMap::new();
    let wanted: Vec<Option<u32>> = addresses
        .iter()
        .map(|address| {
            let name = fold::words(address.street?).join(" ");
            let next = asked.len() as u32;
            Some(*asked.entry(name).or_insert(next))
        })
        .collect();
    let named: Vec<(u32, u32)> = drafts
        .par_iter()
        .enumerate()
        .filter(|(_, draft)| draft.kind == PlaceKind::Street)
        .flat_map_iter(|(street, draft)| {
            let names = std::iter::once(&draft.name).chain(&draft.other_names);
            let asked = &asked;
            names.filter_map(move |name| {
                Some((*asked.get(&fold::words(name).join(" "))?, street as u32))
            })
        })
        .collect();
    let streets_named = Lists::grouped(asked.len(), named.iter().copied());
    addresses
        .par_iter()
        .zip(&wanted)
        .map(|(address, wanted)| {
            let streets = wanted.map(|name| streets_named.of(name as usize));
            if streets.is_some_and(<[u32]>::is_empty) {
                return None;
            }
            let limit_m = if wanted.is_some() { OWN_STREET_M } else { ANY_STREET_M };
            let nearest = tree.nearest(address.spot, limit_m / address.spot.step_m(), |number| {
                let line = &lines[number as usize];
                if streets.is_none_or(|streets| streets.contains(&line.street)) {
                    nearest_on(&line.line, address.spot).distance2(address.spot)
                } else {
                    f64::INFINITY
                }
            });
            let (line, distance2) = nearest?;
            distance2.is_finite().then(|| lines[line as usize].street)
        })
        .collect()
}

/// Towns by the names that addresses give them.
struct Towns {
    by_name: HashMap<String, Vec<u32>>,
}

impl Towns {
    fn of(drafts: &[Draft<'_>]) -> Self {
        let mut by_name: HashMap<String, Vec<u32>> = HashMap::new();
        for (number, draft) in (0..).zip(drafts) {
            if draft.kind == PlaceKind::Locality {
                for name in std::iter::once(&draft.name).chain(&draft.other_names) {
                    by_name.entry(fold::words(name).join(" ")).or_default().push(number);
                }
            }
        }
        Self { by_name }
    }

    /// The nearest town of a name, made up if none is near.
    fn find<'a>(&mut self, name: &'a str, spot: Spot, drafts: &mut Vec<Draft<'a>>) -> u32 {
        let known = self.by_name.entry(fold::words(name).join(" ")).or_default();
        let limit = OWN_TOWN_M / spot.step_m();
        let nearest = known
            .iter()
            .map(|&town| (drafts[town as usize].spot.distance2(spot), town))
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(distance2, _)| distance2.sqrt() <= limit);
        if let Some((_, town)) = nearest {
            return town;
        }
        let town = drafts.len() as u32;
        drafts.push(Draft::new(PlaceKind::Locality, name, spot, NAMED_TOWN_RANK));
        known.push(town);
        town
    }
}

//! Gathers from an extract what has a name, a house number or a postcode: here settlements and
//! businesses, in `streets` and `addresses` and `postcodes` the rest. What is gathered still borrows its
//! texts from the extract; `build` makes columns of it.

use super::locality::Localities;
use super::postcodes::{self, PostcodeAreas};
use super::streets::{self, NamedLine};
use super::{PlaceKind, addresses};
use crate::roads::osm::{MemberKind, OsmNode, OsmRelation, OsmWay, Tags, tag};
use crate::roads::plane::{Ground, Spot};
use crate::roads::tiles::middle;
use rayon::prelude::*;

/// Something that can be found by its name. Others are named by their number in the list of drafts.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    pub kind: PlaceKind,
    pub name: &'a str,
    /// Found by these, too, but not shown.
    pub other_names: Vec<&'a str>,
    pub spot: Spot,
    pub settlement: Option<u32>,
    /// The town that the settlement is part of, or the one that its addresses name.
    pub city: Option<u32>,
    /// Among those that match equally well, lower comes first; ten are worth a distance e times as long.
    pub rank: u8,
    pub postcodes: Vec<&'a str>,
    /// House numbers of a street.
    pub houses: Vec<DraftHouse<'a>>,
    /// Street and house number of a business.
    pub street: Option<u32>,
    pub housenumber: Option<&'a str>,
}

#[derive(Debug, Clone, Copy)]
pub struct DraftHouse<'a> {
    pub number: &'a str,
    pub spot: Spot,
    pub postcode: Option<&'a str>,
}

/// What an extract has to be found.
#[derive(Debug)]
pub struct Gathered<'a> {
    pub drafts: Vec<Draft<'a>>,
    pub lines: Vec<NamedLine>,
    /// Names of countries and regions around all of it.
    pub around: Vec<&'a str>,
}

/// Names besides `name` by which people look for things.
const OTHER_NAMES: [&str; 7] =
    ["name:en", "alt_name", "int_name", "official_name", "short_name", "loc_name", "old_name"];

const BUSINESS_RANK: u8 = 28;
const GREAT_BUSINESS_RANK: u8 = 24;

impl<'a> Draft<'a> {
    pub fn new(kind: PlaceKind, name: &'a str, spot: Spot, rank: u8) -> Self {
        Self {
            kind,
            name,
            other_names: Vec::new(),
            spot,
            settlement: None,
            city: None,
            rank,
            postcodes: Vec::new(),
            houses: Vec::new(),
            street: None,
            housenumber: None,
        }
    }
}

pub fn gather<'a>(ground: &Ground<'a>) -> Gathered<'a> {
    let tagged: Vec<(usize, &'a OsmNode)> =
        (ground.map.nodes.iter().enumerate()).filter(|(_, node)| !node.tags.is_empty()).collect();
    let mut settlements = settlements(ground, &tagged);
    let localities = Localities::of(&settlements);
    for (settlement, kind) in &mut settlements {
        if matches!(*kind, "suburb" | "quarter" | "neighbourhood") {
            settlement.city = localities.city_around(settlement.spot);
        }
    }
    let mut drafts: Vec<Draft<'a>> = settlements.into_iter().map(|(draft, _)| draft).collect();
    let (lines, (addresses, businesses)) = rayon::join(
        || streets::add(ground, &localities, &mut drafts),
        || (addresses::of(ground, &tagged), businesses(ground, &tagged, &localities)),
    );
    let street_count = drafts.len();
    drafts.extend(businesses);
    addresses::add(&addresses, &localities, &mut drafts, street_count, &lines);
    postcodes::add(&PostcodeAreas::of(ground), &mut drafts);
    let around = around(ground, &tagged);
    Gathered { drafts, lines, around }
}

pub fn names_besides(tags: &Tags) -> impl Iterator<Item = &str> {
    let values = OTHER_NAMES.iter().filter_map(|key| tag(tags, key));
    values.flat_map(|value| value.split(';').map(str::trim))
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

/// A town of ten thousand stands before one of a hundred, and a capital before its suburbs.
fn settlement_rank(kind: &str, tags: &Tags) -> u8 {
    let of_kind = match kind {
        "city" => 6,
        "town" => 10,
        "village" => 14,
        "suburb" => 17,
        "hamlet" => 20,
        "quarter" | "neighbourhood" | "island" => 22,
        _ => 40,
    };
    let people = tag(tags, "population").and_then(|people| people.parse::<u32>().ok());
    let many = people.and_then(u32::checked_ilog10).map_or(0, |zeroes| zeroes.saturating_sub(3));
    u8::saturating_sub(of_kind, many.min(6) as u8)
}

/// The settlements, each with its kind.
fn settlements<'a>(
    ground: &Ground<'a>,
    tagged: &[(usize, &'a OsmNode)],
) -> Vec<(Draft<'a>, &'static str)> {
    let draft = |tags: &'a Tags, spot: &dyn Fn() -> Option<Spot>| {
        let kind = settlement_kind(tag(tags, "place")?)?;
        let name = tag(tags, "name")?;
        let rank = settlement_rank(kind, tags);
        let mut draft = Draft::new(PlaceKind::Locality, name, spot()?, rank);
        draft.other_names = names_besides(tags).collect();
        draft.postcodes = postcodes::of_tags(tags).collect();
        Some((draft, kind))
    };
    let mut found: Vec<(Draft<'a>, &str)> = tagged
        .par_iter()
        .filter_map(|(index, node)| draft(&node.tags, &|| Some(ground.spot_at(*index))))
        .collect();
    // Most areas of a settlement have a point as well; the point says better where its middle is.
    let known: std::collections::HashSet<&str> = found.iter().map(|(one, _)| one.name).collect();
    let ways = ground.map.ways.par_iter().filter(|way| tag(&way.tags, "highway").is_none());
    let ways = ways.filter_map(|way| draft(&way.tags, &|| middle_of_way(ground, way)));
    let areas: Vec<_> = ways.filter(|(area, _)| !known.contains(area.name)).collect();
    found.extend(areas);
    found
}

/// What everything in the extract lies in, as far as it says so.
fn around<'a>(ground: &Ground<'a>, tagged: &[(usize, &'a OsmNode)]) -> Vec<&'a str> {
    let names = |tags: &'a Tags| tag(tags, "name").into_iter().chain(names_besides(tags));
    let lands = tagged.iter().map(|(_, node)| &node.tags).filter(|tags| {
        tag(tags, "place").is_some_and(|kind| matches!(kind, "country" | "state" | "archipelago"))
    });
    let relations = ground.map.relations.iter().map(|relation| &relation.tags);
    let countries = relations.filter(|tags| {
        tag(tags, "boundary") == Some("administrative")
            && tag(tags, "admin_level").is_some_and(|level| matches!(level, "2" | "3" | "4"))
    });
    lands.chain(countries).flat_map(names).collect()
}

pub fn middle_of_way(ground: &Ground<'_>, way: &OsmWay) -> Option<Spot> {
    let line = ground.line(way);
    if line.len() >= 4 && line.first() == line.last() {
        return Some(middle(&line));
    }
    line.get(line.len() / 2).copied()
}

pub fn middle_of_relation(ground: &Ground<'_>, relation: &OsmRelation) -> Option<Spot> {
    let border = relation
        .members
        .iter()
        .find(|member| member.kind == MemberKind::Way && &*member.role != "inner");
    middle_of_way(ground, ground.way(border?.id)?)
}

pub fn is_business(tags: &Tags) -> bool {
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
        || is_station(tags)
}

fn is_station(tags: &Tags) -> bool {
    matches!(tag(tags, "railway"), Some("station" | "halt"))
        || tag(tags, "public_transport") == Some("station")
}

/// What a whole town knows.
fn is_great(tags: &Tags) -> bool {
    matches!(tag(tags, "amenity"), Some("hospital" | "university" | "townhall" | "ferry_terminal"))
        || matches!(tag(tags, "aeroway"), Some("aerodrome" | "terminal"))
        || is_station(tags)
}

fn businesses<'a>(
    ground: &Ground<'a>,
    tagged: &[(usize, &'a OsmNode)],
    localities: &Localities,
) -> Vec<Draft<'a>> {
    let draft = |tags: &'a Tags, spot: Spot| {
        let name = tag(tags, "name")?;
        let rank = if is_great(tags) { GREAT_BUSINESS_RANK } else { BUSINESS_RANK };
        let mut draft = Draft::new(PlaceKind::Poi, name, spot, rank);
        draft.other_names = names_besides(tags).collect();
        draft.settlement = localities.around(spot);
        draft.postcodes = postcodes::of_tags(tags).collect();
        draft.housenumber = tag(tags, "addr:housenumber");
        Some(draft)
    };
    let nodes = tagged.par_iter().filter_map(|(index, node)| {
        let wanted = is_business(&node.tags);
        wanted.then(|| draft(&node.tags, ground.spot_at(*index)))?
    });
    let ways = ground.map.ways.par_iter().filter_map(|way| {
        let wanted = tag(&way.tags, "name").is_some()
            && tag(&way.tags, "highway").is_none()
            && is_business(&way.tags);
        wanted.then(|| draft(&way.tags, middle_of_way(ground, way)?))?
    });
    nodes.chain(ways).collect()
}

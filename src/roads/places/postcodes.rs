//! Postcodes: of houses and businesses, of streets, and of areas with a border; and each code as a place
//! of its own, in the middle of what has it.

use super::collect::Draft;
use super::{PlaceKind, fold};
use crate::roads::osm::{MemberKind, Tags, tag};
use crate::roads::plane::{BoxTree, Frame, Ground, Spot};
use crate::roads::tiles::{join, ring_contains};
use std::collections::HashMap;

/// A code stands before the streets that have it.
const RANK: u8 = 12;

/// The codes that tags name.
pub fn of_tags(tags: &Tags) -> impl Iterator<Item = &str> {
    let values = ["addr:postcode", "postal_code"].into_iter().filter_map(|key| tag(tags, key));
    let codes = values.flat_map(|value| value.split([';', ','])).map(str::trim);
    codes.filter(|code| code.chars().any(char::is_alphanumeric))
}

/// Areas of one postcode.
#[derive(Debug)]
pub struct PostcodeAreas<'a> {
    areas: Vec<(&'a str, Vec<Vec<Spot>>)>,
    tree: BoxTree,
}

impl<'a> PostcodeAreas<'a> {
    pub fn of(ground: &Ground<'a>) -> Self {
        let mut areas: Vec<(&'a str, Vec<Vec<Spot>>)> = Vec::new();
        for relation in &ground.map.relations {
            let Some(code) = code_of_border(&relation.tags) else { continue };
            let ways = relation.members.iter().filter(|member| member.kind == MemberKind::Way);
            let ways = ways.filter_map(|member| Some(ground.way(member.id)?.nodes.clone()));
            let rings = join(ways.collect(), true).rings;
            areas.push((code, rings.iter().map(|ring| ground.line_of(ring)).collect()));
        }
        for way in &ground.map.ways {
            if let Some(code) = code_of_border(&way.tags)
                && way.nodes.first() == way.nodes.last()
            {
                areas.push((code, vec![ground.line(way)]));
            }
        }
        let frames = areas.iter().map(|(_, rings)| {
            rings.iter().fold(Frame::EMPTY, |all, ring| all.join(Frame::around(ring)))
        });
        let tree = BoxTree::build_of((0..).zip(frames));
        Self { areas, tree }
    }

    /// The code of the area that a place lies in.
    fn at(&self, spot: Spot) -> Option<&'a str> {
        let mut found = None;
        self.tree.visit(Frame::around(&[spot]), |number| {
            let (code, rings) = &self.areas[number as usize];
            // Inside an odd number of rings: within the border and not within a hole.
            if rings.iter().filter(|ring| ring_contains(ring, spot)).count() % 2 == 1 {
                found = found.max(Some(*code));
            }
        });
        found
    }
}

fn code_of_border(tags: &Tags) -> Option<&str> {
    tag(tags, "boundary")?;
    // Several codes say nothing about one place.
    tag(tags, "postal_code").map(str::trim).filter(|code| !code.contains([';', ',']))
}

/// Gives codes of areas to what has none of its own, and adds the codes as places.
pub fn add<'a>(areas: &PostcodeAreas<'a>, drafts: &mut Vec<Draft<'a>>) {
    struct Use<'a> {
        code: &'a str,
        spot: Spot,
        settlement: Option<u32>,
    }
    let mut uses: HashMap<String, Vec<Use<'a>>> = HashMap::new();
    for draft in drafts.iter_mut() {
        if draft.postcodes.is_empty() && draft.kind != PlaceKind::Locality {
            draft.postcodes.extend(areas.at(draft.spot));
        }
        for house in &mut draft.houses {
            house.postcode = house.postcode.or_else(|| areas.at(house.spot));
        }
        let of_houses = draft.houses.iter().filter_map(|house| Some((house.postcode?, house.spot)));
        let own = draft.postcodes.iter().map(|code| (*code, draft.spot));
        for (code, spot) in of_houses.chain(own) {
            let settlement = draft.settlement;
            uses.entry(fold::postcode_key(code)).or_default().push(Use { code, spot, settlement });
        }
    }
    for uses in uses.into_values() {
        let middle = |of: fn(Spot) -> i32| {
            let sum: i64 = uses.iter().map(|one| i64::from(of(one.spot))).sum();
            (sum / uses.len() as i64) as i32
        };
        let middle = Spot { x: middle(|spot| spot.x), y: middle(|spot| spot.y) };
        let nearest = uses
            .iter()
            .min_by(|a, b| a.spot.distance2(middle).total_cmp(&b.spot.distance2(middle)));
        let Some(nearest) = nearest else { continue };
        let mut draft = Draft::new(PlaceKind::Postcode, nearest.code, nearest.spot, RANK);
        draft.settlement = nearest.settlement;
        draft.postcodes = vec![nearest.code];
        drafts.push(draft);
    }
}

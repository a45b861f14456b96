//! Maps for tests: small random ones, and the real extracts of `SORTIE_TEST_DATA`.

use super::graph::{Built, build};
use super::osm::{MemberKind, OsmMap, OsmMember, OsmNode, OsmRelation, OsmWay, Tags, read};
use super::profile::Profile;
use crate::units::Point;
use crate::units::test_data::test_data;
use proptest::prelude::*;

fn way_tags() -> impl Strategy<Value = Tags> {
    let class = prop::sample::select(vec!["primary", "residential", "service", "living_street"]);
    let oneway = prop::sample::select(vec!["no", "no", "yes", "-1"]);
    (class, oneway).prop_map(|(class, oneway)| {
        vec![("highway".into(), class.into()), ("oneway".into(), oneway.into())]
    })
}

/// A sign by numbers: which way it stands on, which of the ways at that way's end it is about, over how many
/// ways, and whether it forbids.
type Sign = (usize, usize, bool, bool);

/// Up to forty nodes within two kilometres, some at one place, and streets between them at random: loops,
/// parallel streets, streets that meet themselves, dead ends, and signs at some crossings.
pub(crate) fn random_map() -> impl Strategy<Value = OsmMap> {
    let nodes = prop::collection::vec((0_i32..200_000, 0_i32..200_000), 4..40);
    let ways =
        prop::collection::vec((prop::collection::vec(0_usize..1000, 2..6), way_tags()), 3..40);
    let signs = prop::collection::vec(any::<Sign>(), 0..8);
    (nodes, ways, signs).prop_map(|(places, ways, signs)| {
        let count = places.len();
        let nodes = (1..)
            .zip(places)
            .map(|(id, (lat, lon))| OsmNode {
                id,
                lat_e7: 359_000_000 + lat,
                lon_e7: 145_000_000 + lon,
                tags: Tags::new(),
            })
            .collect();
        let ways: Vec<OsmWay> = (1..)
            .zip(ways)
            .map(|(id, (picks, tags))| OsmWay {
                id,
                nodes: picks.iter().map(|pick| (pick % count) as i64 + 1).collect(),
                tags,
            })
            .collect();
        let relations = (1..).zip(signs).filter_map(|(id, sign)| put_up(id, sign, &ways)).collect();
        OsmMap { nodes, ways, relations }
    })
}

/// A sign where some way goes on from the end of another one; some forbid nothing that could be driven.
fn put_up(id: i64, (from, to, is_over_way, forbids): Sign, ways: &[OsmWay]) -> Option<OsmRelation> {
    let at_end = |way: &OsmWay| -> Vec<usize> {
        let end = way.nodes.last();
        let meets =
            |other: &OsmWay| other.id != way.id && other.nodes.iter().any(|at| Some(at) == end);
        (0..ways.len()).filter(|other| meets(&ways[*other])).collect()
    };
    let member = |kind, id, role: &str| OsmMember { kind, id, role: role.into() };
    let from = &ways[from % ways.len()];
    let next = at_end(from);
    let first = &ways[*next.get(to % next.len().max(1))?];
    let mut members = vec![member(MemberKind::Way, from.id, "from")];
    if is_over_way {
        let beyond = at_end(first);
        let last = &ways[*beyond.get(to % beyond.len().max(1))?];
        members.push(member(MemberKind::Way, first.id, "via"));
        members.push(member(MemberKind::Way, last.id, "to"));
    } else {
        members.push(member(MemberKind::Node, *from.nodes.last()?, "via"));
        members.push(member(MemberKind::Way, first.id, "to"));
    }
    let kind = if forbids { "no_left_turn" } else { "only_straight_on" };
    let tags = vec![("type".into(), "restriction".into()), ("restriction".into(), kind.into())];
    Some(OsmRelation { id, members, tags })
}

/// A point in or somewhat around the random maps.
pub(crate) fn random_point() -> impl Strategy<Value = Point> {
    (35.896..35.924, 14.496..14.524).prop_map(|(lat, lon)| Point { lat, lon })
}

/// The bytes of a real extract, or `None` with a line that says why the test is skipped.
pub(crate) fn real_extract(name: &str) -> Option<Vec<u8>> {
    let path = test_data(&format!("osm/{name}"))?;
    Some(std::fs::read(path).expect("an extract that is there is readable"))
}

/// The map that comes with the product.
pub(crate) fn bundled_map() -> Vec<u8> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/maps/valletta.osm.pbf");
    std::fs::read(path).expect("the bundled map is part of the repository")
}

/// The streets of a real extract.
pub(crate) fn real_streets(name: &str) -> Option<Built> {
    let map = read(&real_extract(name)?, &mut |_| {}).expect("the extract is sound");
    build(&map, &Profile::car()).0
}

proptest! {
    #[test]
    fn many_random_maps_have_signs_that_hold(maps in prop::collection::vec(random_map(), 40)) {
        let held = maps
            .iter()
            .filter_map(|map| build(map, &Profile::car()).0)
            .filter(|built| !built.restrictions.is_empty())
            .count();
        prop_assert!(held > 3, "{} of {}", held, maps.len());
    }
}

//! Cuts an area out of an extract. [`within`] keeps what lies in the area and as it is; [`slim`] drops
//! what neither streets, tiles nor places use, so that the file stays small.
//!
//! A street that leaves the area ends at its first node outside. What encloses an area (a building, a
//! wood, the coast of an island) is kept whole, because half an outline has no inside.

mod slim;

pub use slim::slim;

use super::osm::{MemberKind, OsmMap, OsmNode, OsmRelation, OsmWay, Tags, tag};
use crate::units::{BoundingBox, Point};
use std::collections::{HashMap, HashSet};

/// The part of an extract that lies in an area, with the nodes that it needs. Empty where nothing does.
pub fn within(map: &OsmMap, area: &BoundingBox) -> OsmMap {
    let inside: HashSet<i64> = map
        .nodes
        .iter()
        .filter(|node| area.contains(Point::from_e7(node.lat_e7, node.lon_e7)))
        .map(|node| node.id)
        .collect();
    let mut ways: HashMap<i64, OsmWay> = HashMap::new();
    for way in &map.ways {
        if let Some(kept) = trim(way, &inside) {
            ways.insert(way.id, kept);
        }
    }
    let outlines = outline_ways(map, &ways);
    for way in &map.ways {
        if outlines.contains(&way.id) {
            ways.insert(way.id, way.clone());
        }
    }

    let mut needed: HashSet<i64> =
        ways.values().flat_map(|way| way.nodes.iter().copied()).collect();
    needed.extend(
        map.nodes
            .iter()
            .filter(|node| !node.tags.is_empty() && inside.contains(&node.id))
            .map(|node| node.id),
    );
    let nodes: Vec<OsmNode> =
        map.nodes.iter().filter(|node| needed.contains(&node.id)).cloned().collect();
    let relations =
        map.relations.iter().filter_map(|relation| surviving(relation, &needed, &ways)).collect();
    let mut ways: Vec<OsmWay> = ways.into_values().collect();
    ways.sort_unstable_by_key(|way| way.id);
    OsmMap { nodes, ways, relations }
}

/// A way as far as it is kept: an outline whole, a line from one node before the area to one behind it.
fn trim(way: &OsmWay, inside: &HashSet<i64>) -> Option<OsmWay> {
    let first = way.nodes.iter().position(|node| inside.contains(node))?;
    if is_closed(way) {
        return Some(way.clone());
    }
    let last = way.nodes.iter().rposition(|node| inside.contains(node))?;
    let kept = first.saturating_sub(1)..=(last + 1).min(way.nodes.len() - 1);
    Some(OsmWay { id: way.id, nodes: way.nodes[kept].to_vec(), tags: way.tags.clone() })
}

fn is_closed(way: &OsmWay) -> bool {
    way.nodes.len() > 3 && way.nodes.first() == way.nodes.last()
}

/// Ways that are kept whole because they enclose an area together with a way that is kept: the other
/// parts of an island's coast and of a multipolygon's rings.
fn outline_ways(map: &OsmMap, kept: &HashMap<i64, OsmWay>) -> HashSet<i64> {
    let mut whole: HashSet<i64> = HashSet::new();
    let is_area =
        |relation: &&OsmRelation| is_multipolygon(relation) || is_postcode_border(&relation.tags);
    for relation in map.relations.iter().filter(is_area) {
        let members = || relation.members.iter().filter(|member| member.kind == MemberKind::Way);
        if members().any(|member| kept.contains_key(&member.id)) {
            whole.extend(members().map(|member| member.id));
        }
    }
    let coasts: Vec<&OsmWay> =
        map.ways.iter().filter(|way| tag(&way.tags, "natural") == Some("coastline")).collect();
    let mut coasts_at: HashMap<i64, Vec<&OsmWay>> = HashMap::new();
    for way in &coasts {
        for end in [way.nodes.first(), way.nodes.last()].into_iter().flatten() {
            coasts_at.entry(*end).or_default().push(way);
        }
    }
    let mut next: Vec<&OsmWay> =
        coasts.into_iter().filter(|way| kept.contains_key(&way.id)).collect();
    while let Some(way) = next.pop() {
        if whole.insert(way.id) {
            let ends = [way.nodes.first(), way.nodes.last()].into_iter().flatten();
            next.extend(ends.flat_map(|end| &coasts_at[end]));
        }
    }
    whole
}

/// An area to be drawn. Outlines of countries and islands reach far and enclose everything; they are
/// none, unless they are something else besides.
fn is_multipolygon(relation: &OsmRelation) -> bool {
    let value = |key| tag(&relation.tags, key);
    let is_outline = value("boundary").is_some() || value("place").is_some();
    let is_ground = ["landuse", "leisure", "building", "amenity", "waterway", "man_made"]
        .into_iter()
        .any(|key| value(key).is_some())
        || value("natural").is_some_and(|kind| kind != "coastline");
    value("type") == Some("multipolygon") && (is_ground || !is_outline)
}

/// A relation with the members that are kept; none if it says nothing without the others.
fn surviving(
    relation: &OsmRelation,
    nodes: &HashSet<i64>,
    ways: &HashMap<i64, OsmWay>,
) -> Option<OsmRelation> {
    let is_kept = |kind: MemberKind, id: i64| match kind {
        MemberKind::Node => nodes.contains(&id),
        MemberKind::Way => ways.contains_key(&id),
        MemberKind::Relation => false,
    };
    let mut kept = relation.clone();
    kept.members.retain(|member| is_kept(member.kind, member.id));
    let has_all = kept.members.len() == relation.members.len();
    let is_useful = match tag(&relation.tags, "type") {
        Some("restriction") => has_all,
        Some("multipolygon") => is_multipolygon(relation),
        Some("associatedStreet" | "street") => true,
        Some("boundary") => is_postcode_border(&relation.tags),
        _ => false,
    };
    let says_something = is_useful && !kept.members.is_empty() || is_land(&relation.tags);
    says_something.then_some(kept)
}

/// The border of all that has one postcode.
fn is_postcode_border(tags: &Tags) -> bool {
    tag(tags, "boundary").is_some() && tag(tags, "postal_code").is_some()
}

/// A country or region: its name is read, whether or not its border is near.
fn is_land(tags: &Tags) -> bool {
    tag(tags, "boundary") == Some("administrative")
        && matches!(tag(tags, "admin_level"), Some("2" | "3" | "4"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::osm::{OsmMember, Tags};

    const AREA: BoundingBox = BoundingBox { south: 0.0, west: 0.0, north: 1.0, east: 1.0 };

    fn tags(pairs: &[(&str, &str)]) -> Tags {
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
    }

    /// Nodes 1, 2, … in a row on latitude 0.5, 0.4 degrees apart from longitude -1.
    fn row_of_nodes(count: i32) -> Vec<OsmNode> {
        (0..count)
            .map(|at| OsmNode {
                id: i64::from(at) + 1,
                lat_e7: 5_000_000,
                lon_e7: -10_000_000 + 4_000_000 * at,
                tags: Tags::new(),
            })
            .collect()
    }

    fn way(id: i64, nodes: &[i64], pairs: &[(&str, &str)]) -> OsmWay {
        OsmWay { id, nodes: nodes.to_vec(), tags: tags(pairs) }
    }

    fn ids_of_nodes(map: &OsmMap) -> Vec<i64> {
        map.nodes.iter().map(|node| node.id).collect()
    }

    #[test]
    fn a_street_is_cut_one_node_behind_the_border() {
        let street = way(1, &[1, 2, 3, 4, 5, 6, 7, 8], &[("highway", "primary")]);
        let map = OsmMap { nodes: row_of_nodes(8), ways: vec![street], relations: Vec::new() };
        let cut = within(&map, &AREA);
        // Inside are 4 and 5 at 0.2 and 0.6 degrees, and 6 on the border.
        assert_eq!(cut.ways[0].nodes, [3, 4, 5, 6, 7]);
        assert_eq!(ids_of_nodes(&cut), [3, 4, 5, 6, 7]);
    }

    #[test]
    fn what_lies_outside_is_gone_and_an_outline_stays_whole() {
        let map = OsmMap {
            nodes: row_of_nodes(9),
            ways: vec![
                way(1, &[1, 2], &[("highway", "primary")]),
                way(2, &[5, 8, 9, 5], &[("building", "yes")]),
            ],
            relations: Vec::new(),
        };
        let cut = within(&map, &AREA);
        assert_eq!(cut.ways, [map.ways[1].clone()]);
        assert_eq!(ids_of_nodes(&cut), [5, 8, 9]);
        let elsewhere = BoundingBox { south: 50.0, west: 50.0, north: 51.0, east: 51.0 };
        assert_eq!(within(&map, &elsewhere), OsmMap::default());
    }

    #[test]
    fn the_coast_of_an_island_stays_a_ring() {
        let coast = &[("natural", "coastline")];
        let map = OsmMap {
            nodes: row_of_nodes(9),
            ways: vec![
                way(1, &[4, 5], coast),
                way(2, &[5, 8, 9], coast),
                way(3, &[9, 1, 4], coast),
            ],
            relations: Vec::new(),
        };
        assert_eq!(within(&map, &AREA).ways, map.ways);
    }

    fn relation(kind: &str, members: &[(MemberKind, i64)]) -> OsmRelation {
        let members = members
            .iter()
            .map(|(kind, id)| OsmMember { kind: *kind, id: *id, role: "outer".into() })
            .collect();
        OsmRelation { id: 1, members, tags: tags(&[("type", kind), ("natural", "wood")]) }
    }

    #[test]
    fn a_restriction_survives_only_with_all_its_members() {
        let mut map = OsmMap {
            nodes: row_of_nodes(9),
            ways: vec![
                way(1, &[4, 5], &[("highway", "primary")]),
                way(2, &[5, 6], &[("highway", "primary")]),
                way(3, &[8, 9], &[("highway", "primary")]),
            ],
            relations: vec![relation(
                "restriction",
                &[(MemberKind::Way, 1), (MemberKind::Node, 5), (MemberKind::Way, 2)],
            )],
        };
        assert_eq!(within(&map, &AREA).relations, map.relations);
        map.relations[0].members[2].id = 3;
        assert!(within(&map, &AREA).relations.is_empty());
    }

    #[test]
    fn a_multipolygon_keeps_its_rings_whole() {
        let map = OsmMap {
            nodes: row_of_nodes(9),
            ways: vec![way(1, &[4, 5], &[]), way(2, &[5, 8, 9, 4], &[]), way(3, &[1, 2], &[])],
            relations: vec![relation(
                "multipolygon",
                &[(MemberKind::Way, 1), (MemberKind::Way, 2)],
            )],
        };
        let cut = within(&map, &AREA);
        assert_eq!(cut.ways, map.ways[..2]);
        assert_eq!(cut.relations, map.relations);
    }
}

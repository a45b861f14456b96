//! The sheet that the parts of the town are drawn on: gives out ids and keeps the lists in order.

use crate::roads::osm::{MemberKind, OsmMap, OsmMember, OsmNode, OsmRelation, OsmWay, Tags};
use crate::units::Point;

/// An extract in the making.
#[derive(Debug, Default)]
pub struct Drawing {
    pub map: OsmMap,
}

/// Tags from pairs.
pub fn tags<const N: usize>(pairs: [(&str, &str); N]) -> Tags {
    pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect()
}

impl Drawing {
    /// Adds a node and returns its id.
    pub fn node(&mut self, at: Point, tags: Tags) -> i64 {
        let id = self.map.nodes.len() as i64 + 1;
        let (lat_e7, lon_e7) = at.to_e7();
        self.map.nodes.push(OsmNode { id, lat_e7, lon_e7, tags });
        id
    }

    /// Adds a line and returns its id.
    pub fn way(&mut self, nodes: Vec<i64>, tags: Tags) -> i64 {
        debug_assert!(nodes.len() >= 2, "a way has two ends");
        let id = self.map.ways.len() as i64 + 1;
        self.map.ways.push(OsmWay { id, nodes, tags });
        id
    }

    /// Adds an area around untagged corners, closed by its first one, and returns its id.
    pub fn area(&mut self, corners: impl IntoIterator<Item = Point>, tags: Tags) -> i64 {
        let mut nodes: Vec<i64> =
            corners.into_iter().map(|corner| self.node(corner, Tags::new())).collect();
        nodes.extend(nodes.first().copied());
        self.way(nodes, tags)
    }

    /// Adds a relation.
    pub fn relation(&mut self, members: Vec<(MemberKind, i64, &str)>, tags: Tags) {
        let id = self.map.relations.len() as i64 + 1;
        let members = members
            .into_iter()
            .map(|(kind, id, role)| OsmMember { kind, id, role: role.into() })
            .collect();
        self.map.relations.push(OsmRelation { id, members, tags });
    }
}

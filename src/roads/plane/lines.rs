//! Where the nodes of an extract are on the flat map, and the lines through them.

use super::Spot;
use crate::roads::osm::{OsmMap, OsmWay};
use crate::units::Point;

/// An extract with its nodes on the flat map.
#[derive(Debug)]
pub struct Ground<'a> {
    pub map: &'a OsmMap,
    ids: Vec<i64>,
    spots: Vec<Spot>,
}

impl<'a> Ground<'a> {
    pub fn of(map: &'a OsmMap) -> Self {
        use rayon::prelude::*;
        let spots = map
            .nodes
            .par_iter()
            .map(|node| Spot::of(Point::from_e7(node.lat_e7, node.lon_e7)))
            .collect();
        Self { map, ids: map.nodes.iter().map(|node| node.id).collect(), spots }
    }

    /// By the node's place in the list of nodes.
    pub fn spot_at(&self, index: usize) -> Spot {
        self.spots[index]
    }

    /// Where a node is, if the extract has it.
    pub fn spot(&self, node: i64) -> Option<Spot> {
        self.ids.binary_search(&node).ok().map(|index| self.spots[index])
    }

    /// The line of a way. Nodes that the extract does not have are left out, and so is a node at the
    /// place of the one before.
    pub fn line(&self, way: &OsmWay) -> Vec<Spot> {
        self.line_of(&way.nodes)
    }

    /// The same for any list of nodes.
    pub fn line_of(&self, nodes: &[i64]) -> Vec<Spot> {
        let mut line = Vec::with_capacity(nodes.len());
        let mut next = 0;
        for &node in nodes {
            // Nodes drawn one after the other mostly follow each other in the list too.
            let index = match self.ids.get(next) {
                Some(&id) if id == node => next,
                _ => match self.ids.binary_search(&node) {
                    Ok(index) => index,
                    Err(_) => continue,
                },
            };
            next = index + 1;
            line.push(self.spots[index]);
        }
        line.dedup();
        line
    }

    /// A way by its id.
    pub fn way(&self, id: i64) -> Option<&'a OsmWay> {
        self.map.ways.binary_search_by_key(&id, |way| way.id).ok().map(|at| &self.map.ways[at])
    }
}

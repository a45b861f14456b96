//! The shape of a hierarchy: for an order of the nodes, the arcs that any weights may need.
//!
//! Taking the nodes out from the lowest rank up, the neighbours of each are joined to each other; what
//! comes of it is chordal: the higher neighbours of a node are all joined. The lowest of them is its
//! parent in the elimination tree, and all higher nodes that a node can reach upwards are its ancestors
//! (J. Dibbelt, B. Strasser, D. Wagner, "Customizable Contraction Hierarchies", ACM JEA 21, 2016,
//! DOI 10.1145/2886843). Everything here is numbered by rank.

use super::Arc;
use crate::roads::lists::Lists;

/// No node and no arc.
pub const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub struct Topology {
    /// Of each node, its rank.
    pub rank: Vec<u32>,
    /// Of each rank, its node.
    pub node: Vec<u32>,
    /// In the elimination tree; `NONE` for a root.
    pub parent: Vec<u32>,
    /// Where the arcs to higher nodes start; one more at the end.
    pub first_up: Vec<u32>,
    /// The higher end of each arc, ascending for each node.
    pub head: Vec<u32>,
    /// The lower end of each arc.
    pub tail: Vec<u32>,
    /// For each node, the arcs from lower ones by number, ascending in their lower end.
    down: Lists<u32>,
    /// For each arc of the input: the arc, and whether it is driven downwards; `NONE` for loops.
    pub place: Vec<(u32, bool)>,
}

impl Topology {
    /// For nodes in the order of their ranks.
    pub fn new(order: Vec<u32>, arcs: &[Arc]) -> Self {
        let count = order.len();
        let mut rank = vec![NONE; count];
        for (at, node) in (0..).zip(&order) {
            rank[*node as usize] = at;
        }
        let ends = |arc: &Arc| {
            let [from, to] = [arc.from, arc.to].map(|node| rank[node as usize]);
            (from.min(to), from.max(to), from > to)
        };
        let mut above: Vec<Vec<u32>> = vec![Vec::new(); count];
        for arc in arcs {
            let (low, high, _) = ends(arc);
            if low != high {
                above[low as usize].push(high);
            }
        }
        let (mut first_up, mut head, mut tail) = (vec![0; count + 1], Vec::new(), Vec::new());
        let mut parent = vec![NONE; count];
        for low in 0..count {
            let mut own = std::mem::take(&mut above[low]);
            own.sort_unstable();
            own.dedup();
            if let [next, rest @ ..] = &own[..] {
                parent[low] = *next;
                above[*next as usize].extend_from_slice(rest);
            }
            tail.extend(std::iter::repeat_n(low as u32, own.len()));
            head.extend(own);
            first_up[low + 1] = head.len() as u32;
        }
        let down = Lists::grouped(count, (0..).zip(&head).map(|(arc, head)| (*head, arc)));
        let mut topology = Self {
            rank: Vec::new(),
            node: order,
            parent,
            first_up,
            head,
            tail,
            down,
            place: Vec::new(),
        };
        topology.place = arcs
            .iter()
            .map(|arc| {
                let (low, high, is_down) = ends(arc);
                (topology.arc_between(low, high).unwrap_or(NONE), is_down)
            })
            .collect();
        topology.rank = rank;
        topology
    }

    pub fn node_count(&self) -> usize {
        self.node.len()
    }

    pub fn arc_count(&self) -> usize {
        self.head.len()
    }

    /// The arcs of a node to higher ones.
    pub fn up(&self, rank: u32) -> std::ops::Range<usize> {
        self.first_up[rank as usize] as usize..self.first_up[rank as usize + 1] as usize
    }

    /// The arcs from lower nodes to this one.
    pub fn down(&self, rank: u32) -> &[u32] {
        self.down.of(rank as usize)
    }

    pub fn arc_between(&self, low: u32, high: u32) -> Option<u32> {
        let range = self.up(low);
        let at = self.head[range.clone()].binary_search(&high).ok()?;
        Some((range.start + at) as u32)
    }
}

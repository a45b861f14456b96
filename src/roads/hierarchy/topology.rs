//! The shape of a hierarchy: for an order of the nodes, the arcs that any weights may need.
//!
//! Taking the nodes out from the lowest rank up, the neighbours of each are joined to each other; what
//! comes of it is chordal: the higher neighbours of a node are all joined. The lowest of them is its
//! parent in the elimination tree, and all higher nodes that a node can reach upwards are its ancestors
//! (J. Dibbelt, B. Strasser, D. Wagner, "Customizable Contraction Hierarchies", ACM JEA 21, 2016,
//! DOI 10.1145/2886843). Everything here is numbered by rank.

use super::Arc;
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile};
use crate::roads::lists::Lists;

/// No node and no arc.
pub const NONE: u32 = u32::MAX;

#[derive(Debug)]
pub struct Topology {
    /// Of each node, its rank.
    pub rank: Column<u32>,
    /// Of each rank, its node.
    pub node: Column<u32>,
    /// In the elimination tree; `NONE` for a root.
    pub parent: Column<u32>,
    /// The arcs to higher nodes start here; one more at the end.
    pub first_up: Column<u32>,
    /// The higher end of each arc, ascending for each node.
    pub head: Column<u32>,
    /// The lower end of each arc.
    pub tail: Column<u32>,
    /// For each node, the arcs from lower ones by number, ascending in their lower end.
    down: ListsColumn<u32>,
    /// For each arc of the input, what it is here.
    place: Column<ArcPlace>,
}

/// The arc that an arc of the input is, and whether it is driven downwards; none for loops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, bytemuck::Pod, bytemuck::Zeroable)]
#[repr(transparent)]
struct ArcPlace(u32);

impl ArcPlace {
    fn parts(self) -> Option<(u32, bool)> {
        (self.0 != NONE).then_some((self.0 >> 1, self.0 & 1 == 1))
    }
}

impl Topology {
    /// For nodes in the order of their ranks. Ranks are then given anew, so that each subtree of the
    /// elimination tree has ranks that follow each other; that changes no arc.
    pub fn new(order: Vec<u32>, arcs: &[Arc]) -> Self {
        let count = order.len();
        let (above, old_parent) = eliminate(&order, arcs);
        let old_ranks = postorder(&old_parent);
        let new_rank = ranks_of(&old_ranks);
        let order: Vec<u32> = old_ranks.iter().map(|old| order[*old as usize]).collect();
        let mut first_up = Vec::with_capacity(count + 1);
        first_up.push(0);
        let (mut head, mut tail, mut parent) = (Vec::new(), Vec::new(), Vec::new());
        for (low, old) in (0..).zip(&old_ranks) {
            let first = head.len();
            head.extend(above[*old as usize].iter().map(|high| new_rank[*high as usize]));
            head[first..].sort_unstable();
            parent.push(head.get(first).copied().unwrap_or(NONE));
            tail.resize(head.len(), low);
            first_up.push(head.len() as u32);
        }
        let down = Lists::grouped(count, (0..).zip(&head).map(|(arc, head)| (*head, arc)));
        let mut topology = Self {
            rank: ranks_of(&order).into(),
            node: order.into(),
            parent: parent.into(),
            first_up: first_up.into(),
            head: head.into(),
            tail: tail.into(),
            down: down.into(),
            place: Column::default(),
        };
        topology.place = arcs.iter().map(|arc| topology.place_of(*arc)).collect();
        topology
    }

    fn place_of(&self, arc: Arc) -> ArcPlace {
        let (low, high, is_down) = ends(&self.rank, arc);
        self.arc_between(low, high)
            .map_or(ArcPlace(NONE), |arc| ArcPlace(arc << 1 | u32::from(is_down)))
    }

    pub fn node_count(&self) -> usize {
        self.node.len()
    }

    pub fn arc_count(&self) -> usize {
        self.head.len()
    }

    /// Of each arc of the input: the arc here, and whether it is driven downwards; `None` for loops.
    pub fn places(&self) -> impl Iterator<Item = Option<(u32, bool)>> {
        self.place.iter().map(|place| place.parts())
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

    pub(in crate::roads) fn store(&self, file: &mut FileWriter, room: &str) {
        for (section, column) in [
            ("rank", &self.rank),
            ("node", &self.node),
            ("parent", &self.parent),
            ("first_up", &self.first_up),
            ("head", &self.head),
            ("tail", &self.tail),
        ] {
            column.store(file, &format!("{room}.{section}"));
        }
        self.down.store(file, &format!("{room}.down"));
        self.place.store(file, &format!("{room}.place"));
    }

    /// For a graph of so many nodes and arcs.
    pub(in crate::roads) fn load(
        file: &PreparedFile,
        room: &str,
        node_count: usize,
        input_count: usize,
    ) -> Result<Self, FileError> {
        let of = |section: &str| format!("{room}.{section}");
        let topology = Self {
            rank: file.column(&of("rank"))?,
            node: file.column(&of("node"))?,
            parent: file.column(&of("parent"))?,
            first_up: file.column(&of("first_up"))?,
            head: file.column(&of("head"))?,
            tail: file.column(&of("tail"))?,
            down: ListsColumn::load(file, &of("down"))?,
            place: file.column(&of("place"))?,
        };
        topology.check(room, node_count, input_count)?;
        Ok(topology)
    }

    /// What searches rely on: numbers in range, and parents and heads above the nodes they belong to, so
    /// that climbing ends.
    fn check(&self, room: &str, node_count: usize, input_count: usize) -> Result<(), FileError> {
        let arc_count = self.head.len();
        let (rank, node): (&[u32], &[u32]) = (&self.rank, &self.node);
        let (first_up, head, tail): (&[u32], &[u32], &[u32]) =
            (&self.first_up, &self.head, &self.tail);
        let is_in_range = |list: &[u32], end: usize| list.iter().all(|item| (*item as usize) < end);
        let climbs = (0..).zip(self.parent.iter()).all(|(low, high): (u32, &u32)| *high > low);
        let parents_exist =
            self.parent.iter().all(|high| *high == NONE || (*high as usize) < node_count);
        let is_first_sound = first_up.len() == node_count + 1
            && first_up.is_sorted()
            && first_up.first() == Some(&0)
            && first_up.last() == Some(&(arc_count as u32));
        for (section, is_sound) in [
            ("rank", rank.len() == node_count && is_in_range(rank, node_count)),
            ("node", node.len() == node_count && is_in_range(node, node_count)),
            ("parent", self.parent.len() == node_count && climbs && parents_exist),
            ("first_up", is_first_sound),
            ("head", is_in_range(head, node_count)),
            ("tail", tail.len() == arc_count && is_in_range(tail, node_count)),
            ("down", self.down.len() == node_count && is_in_range(self.down.items(), arc_count)),
            ("place", self.place.len() == input_count),
            ("place", self.places().flatten().all(|(arc, _)| (arc as usize) < arc_count)),
        ] {
            if !is_sound {
                return Err(FileError::damaged(&format!("{room}.{section}")));
            }
        }
        let is_whole = (0..node_count as u32).all(|node| self.is_chordal_at(node))
            && self.down.item_count() == arc_count
            && is_postorder(&self.parent);
        if is_whole { Ok(()) } else { Err(FileError::damaged(&format!("{room}.head"))) }
    }

    /// Whether the arcs of a node are told alike everywhere, and all its higher neighbours but the lowest are
    /// neighbours of that one.
    fn is_chordal_at(&self, node: u32) -> bool {
        let own = &self.head[self.up(node)];
        let is_sorted =
            own.is_sorted_by(|a, b| a < b) && own.first().is_none_or(|head| *head > node);
        let has_tail = self.tail[self.up(node)].iter().all(|tail| *tail == node);
        let down = self.down(node);
        let leads_here = down.iter().all(|arc| self.head[*arc as usize] == node);
        let parent = self.parent[node as usize];
        let above = match own {
            [] => parent == NONE,
            [next, rest @ ..] => {
                let mut of_parent =
                    self.head[self.up(parent.min(self.node_count() as u32 - 1))].iter();
                *next == parent && rest.iter().all(|head| of_parent.any(|known| known == head))
            }
        };
        is_sorted && has_tail && leads_here && down.is_sorted_by(|a, b| a < b) && above
    }
}

/// Whether the nodes of each subtree follow each other.
fn is_postorder(parent: &[u32]) -> bool {
    let mut size = vec![1_u32; parent.len()];
    let mut first: Vec<u32> = (0..parent.len() as u32).collect();
    for (node, parent) in parent.iter().enumerate() {
        if *parent != NONE {
            size[*parent as usize] += size[node];
            first[*parent as usize] = first[*parent as usize].min(first[node]);
        }
    }
    (0..)
        .zip(size.iter().zip(&first))
        .all(|(node, (size, first)): (u32, _)| node - first + 1 == *size)
}

fn ranks_of(order: &[u32]) -> Vec<u32> {
    let mut rank = vec![NONE; order.len()];
    for (at, node) in (0..).zip(order) {
        rank[*node as usize] = at;
    }
    rank
}

/// The lower and the higher end of an arc, and whether it is driven downwards.
fn ends(rank: &[u32], arc: Arc) -> (u32, u32, bool) {
    let [from, to] = [arc.from, arc.to].map(|node| rank[node as usize]);
    (from.min(to), from.max(to), from > to)
}

/// Of each rank its higher neighbours, ascending, once all lower nodes are taken out; and its parent.
fn eliminate(order: &[u32], arcs: &[Arc]) -> (Vec<Vec<u32>>, Vec<u32>) {
    let rank = ranks_of(order);
    let mut above: Vec<Vec<u32>> = vec![Vec::new(); order.len()];
    for arc in arcs {
        let (low, high, _) = ends(&rank, *arc);
        if low != high {
            above[low as usize].push(high);
        }
    }
    let mut parent = vec![NONE; order.len()];
    for low in 0..order.len() {
        let mut own = std::mem::take(&mut above[low]);
        own.sort_unstable();
        own.dedup();
        if let [next, rest @ ..] = &own[..] {
            parent[low] = *next;
            above[*next as usize].extend_from_slice(rest);
        }
        above[low] = own;
    }
    (above, parent)
}

/// The nodes of a forest, each behind all of its subtree; children in their order.
fn postorder(parent: &[u32]) -> Vec<u32> {
    let count = parent.len();
    let children = Lists::grouped(
        count,
        (0..).zip(parent).filter(|(_, up)| **up != NONE).map(|(node, up)| (*up, node)),
    );
    let mut order = Vec::with_capacity(count);
    // From behind: a node, then its children from the last on, gives the postorder reversed.
    let mut open: Vec<u32> =
        (0..).zip(parent).filter(|(_, up)| **up == NONE).map(|(node, _)| node).collect();
    while let Some(node) = open.pop() {
        order.push(node);
        open.extend(children.of(node as usize));
    }
    order.reverse();
    order
}

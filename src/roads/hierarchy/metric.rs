//! Weights in a hierarchy: customization. First every arc learns of the ways through lower nodes, then
//! of those through higher ones; an arc that turns out longer than such a way is never needed in a
//! search (perfect customization; Dibbelt, Strasser, Wagner 2016).

use super::topology::{NONE, Topology};
use crate::roads::cost::Cost;
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile};
use crate::roads::lists::Lists;
use bytemuck::{Pod, Zeroable};

/// The weights of a hierarchy, and what searches need of them.
#[derive(Debug)]
pub struct Metric {
    /// For each arc, what the way up and the way down cost, not leaving the nodes below.
    pub(super) basic: Column<[Cost; 2]>,
    /// For each arc, whether an arc of the input costs that: a bit each for the way up and down.
    direct: Column<u8>,
    pub(super) upward: SearchGraph,
    pub(super) downward: SearchGraph,
}

/// For one direction, the arcs of each node to higher ones that searches need.
#[derive(Debug)]
pub(super) struct SearchGraph(ListsColumn<SearchArc>);

#[derive(Debug, Clone, Copy, Pod, Zeroable)]
#[repr(C)]
pub(super) struct SearchArc {
    pub(super) cost: Cost,
    pub(super) head: u32,
    pub(super) arc: u32,
}

const UP: usize = 0;
const DOWN: usize = 1;

impl Metric {
    /// Puts weights in; `cost` tells that of each arc of the input, by its number.
    pub fn customize(topology: &Topology, cost: impl Fn(usize) -> Cost) -> Self {
        let mut basic = vec![[Cost::UNREACHED; 2]; topology.arc_count()];
        for (input, place) in topology.places().enumerate() {
            if let Some((arc, is_down)) = place {
                let slot = &mut basic[arc as usize][usize::from(is_down)];
                *slot = cost(input).min(*slot);
            }
        }
        let mut arc_to = vec![NONE; topology.node_count()];
        for node in 0..topology.node_count() as u32 {
            through_lower(topology, node, &mut arc_to, &mut basic);
        }
        let mut direct = vec![0_u8; topology.arc_count()];
        for (input, place) in topology.places().enumerate() {
            if let Some((arc, is_down)) = place
                && basic[arc as usize][usize::from(is_down)] == cost(input)
            {
                direct[arc as usize] |= 1 << u8::from(is_down);
            }
        }
        let mut least = basic.clone();
        for node in (0..topology.node_count() as u32).rev() {
            through_higher(topology, node, &mut arc_to, &mut least);
        }
        let needed = |side: usize| SearchGraph::of(topology, &basic, &least, side);
        Self {
            upward: needed(UP),
            downward: needed(DOWN),
            basic: basic.into(),
            direct: direct.into(),
        }
    }

    pub(in crate::roads) fn store(&self, file: &mut FileWriter, room: &str) {
        self.basic.store(file, &format!("{room}.basic"));
        self.direct.store(file, &format!("{room}.direct"));
        self.upward.0.store(file, &format!("{room}.upward"));
        self.downward.0.store(file, &format!("{room}.downward"));
    }

    pub(in crate::roads) fn load(
        file: &PreparedFile,
        room: &str,
        topology: &Topology,
    ) -> Result<Self, FileError> {
        let basic: Column<[Cost; 2]> = file.column(&format!("{room}.basic"))?;
        let upward = SearchGraph::load(file, &format!("{room}.upward"), topology)?;
        let downward = SearchGraph::load(file, &format!("{room}.downward"), topology)?;
        let is_bounded = basic
            .iter()
            .flatten()
            .all(|cost| *cost <= Cost::SENSIBLE_MAX || *cost == Cost::UNREACHED);
        let direct: Column<u8> = file.column(&format!("{room}.direct"))?;
        let arc_count = topology.arc_count();
        if basic.len() != arc_count || direct.len() != arc_count || !is_bounded {
            return Err(FileError::damaged(&format!("{room}.basic")));
        }
        Ok(Self { basic, direct, upward, downward })
    }

    /// Whether an arc, driven up or down, is one of the input and no way through lower nodes.
    pub(super) fn is_direct(&self, arc: u32, is_down: bool) -> bool {
        self.direct[arc as usize] >> u8::from(is_down) & 1 == 1
    }

    /// How many arcs searches need, up and down.
    pub fn needed(&self) -> (usize, usize) {
        (self.upward.0.item_count(), self.downward.0.item_count())
    }
}

/// Notes for each higher neighbour of a node which arc leads there.
fn note_arcs(topology: &Topology, node: u32, arc_to: &mut [u32]) {
    let up = topology.up(node);
    for (arc, head) in (up.start as u32..).zip(&topology.head[up]) {
        arc_to[*head as usize] = arc;
    }
}

/// The ways between this node and its higher neighbours through each of its lower ones.
fn through_lower(topology: &Topology, node: u32, arc_to: &mut [u32], costs: &mut [[Cost; 2]]) {
    for_each_triangle(topology, node, arc_to, costs, |[up, down], [on_up, on_down], over| {
        over[UP] = down.plus(*on_up).min(over[UP]);
        over[DOWN] = on_down.plus(*up).min(over[DOWN]);
    });
}

/// The ways from each lower neighbour of this node over it to higher ones, and over those to it.
fn through_higher(topology: &Topology, node: u32, arc_to: &mut [u32], costs: &mut [[Cost; 2]]) {
    for_each_triangle(topology, node, arc_to, costs, |[up, down], on, [over_up, over_down]| {
        let [was_up, was_down] = *on;
        *on = [up.plus(*over_up).min(was_up), over_down.plus(*down).min(was_down)];
        *up = was_up.plus(*over_down).min(*up);
        *down = over_up.plus(was_down).min(*down);
    });
}

/// Each triangle whose middle corner is this node, by the costs of its sides: from the lowest corner to
/// this one, from the lowest to the highest, and from this one to the highest.
fn for_each_triangle(
    topology: &Topology,
    node: u32,
    arc_to: &mut [u32],
    costs: &mut [[Cost; 2]],
    mut relax: impl FnMut(&mut [Cost; 2], &mut [Cost; 2], &mut [Cost; 2]),
) {
    note_arcs(topology, node, arc_to);
    // The arcs of the lower nodes lie before those of this one.
    let own_first = topology.up(node).start;
    let (lower, own) = costs.split_at_mut(own_first);
    for here in topology.down(node) {
        let end = topology.up(topology.tail[*here as usize]).end;
        let on = *here as usize + 1..end;
        let mut side = lower[*here as usize];
        for (head, on) in topology.head[on.clone()].iter().zip(&mut lower[on]) {
            relax(&mut side, on, &mut own[arc_to[*head as usize] as usize - own_first]);
        }
        lower[*here as usize] = side;
    }
}

impl SearchGraph {
    fn of(topology: &Topology, basic: &[[Cost; 2]], least: &[[Cost; 2]], side: usize) -> Self {
        let mut needed = Lists::default();
        for node in 0..topology.node_count() as u32 {
            needed.push(topology.up(node).filter_map(|arc| {
                let cost = basic[arc][side];
                let is_needed = cost.is_reached() && cost == least[arc][side];
                is_needed.then(|| SearchArc { cost, head: topology.head[arc], arc: arc as u32 })
            }));
        }
        Self(needed.into())
    }

    fn load(file: &PreparedFile, name: &str, topology: &Topology) -> Result<Self, FileError> {
        let graph = Self(ListsColumn::load(file, name)?);
        let arcs = graph.0.items();
        let is_sound = graph.0.len() == topology.node_count()
            && arcs.iter().all(|arc| {
                (arc.arc as usize) < topology.arc_count() && arc.cost <= Cost::SENSIBLE_MAX
            })
            && arcs.iter().all(|arc| arc.head == topology.head[arc.arc as usize])
            && (0..graph.0.len()).all(|node| {
                let up = topology.up(node as u32);
                graph.0.of(node).iter().all(|arc| up.contains(&(arc.arc as usize)))
            });
        if is_sound { Ok(graph) } else { Err(FileError::damaged(name)) }
    }

    /// The same, between places instead of ranks.
    pub(super) fn local<'a>(
        &'a self,
        node: u32,
        place: &'a [u32],
    ) -> impl Iterator<Item = (u32, i64)> + 'a {
        self.of_node(node).iter().map(|arc| (place[arc.head as usize], arc.cost.0 as i64))
    }

    pub(super) fn of_node(&self, node: u32) -> &[SearchArc] {
        self.0.of(node as usize)
    }
}

//! Weights in a hierarchy: what its arcs cost, which of them searches need, and what each stands for.

use super::customize::{Runs, needed_beside_higher, through_lower};
use super::topology::Topology;
use crate::roads::cost::Cost;
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile};
use crate::roads::lists::Lists;
use bytemuck::{Pod, Zeroable};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The weights of a hierarchy, and what searches need of them.
#[derive(Debug)]
pub struct Metric {
    /// For each arc, what the way up and the way down cost, not leaving the nodes below.
    pub(super) basic: Column<[Cost; 2]>,
    /// For each arc, whether an arc of the input costs that: a bit each for the way up and down.
    direct: Column<u8>,
    pub(super) upward: SearchGraph,
    pub(super) downward: SearchGraph,
    unpacked: Unpacked,
}

/// For each arc, up and down, the two that it stands for, once somebody has looked for them; 0 before. Ways
/// through a city share most of their arcs, so few are looked for twice.
#[derive(Debug, Default)]
struct Unpacked(OnceLock<Box<[AtomicU64]>>);

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
    /// Puts weights in; `cost` tells that of each arc of the input, by its number. On as many threads as the
    /// caller's pool has.
    pub fn customize(topology: &Topology, cost: impl Fn(usize) -> Cost + Sync) -> Self {
        let mut basic = vec![[Cost::UNREACHED; 2]; topology.arc_count()];
        for (input, place) in topology.places().enumerate() {
            if let Some((arc, is_down)) = place {
                let slot = &mut basic[arc as usize][usize::from(is_down)];
                *slot = cost(input).min(*slot);
            }
        }
        let runs = Runs::of(topology);
        through_lower(&runs, bytemuck::cast_slice_mut(&mut basic));
        let (direct, needed) = rayon::join(
            || direct_arcs(topology, &basic, &cost),
            || needed_beside_higher(&runs, bytemuck::cast_slice(&basic)),
        );
        let graph = |side: usize| SearchGraph::of(topology, &basic, &needed, side);
        let (upward, downward) = rayon::join(|| graph(UP), || graph(DOWN));
        let unpacked = Unpacked::default();
        Self { upward, downward, basic: basic.into(), direct: direct.into(), unpacked }
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
        Ok(Self { basic, direct, upward, downward, unpacked: Unpacked::default() })
    }

    /// The arcs from a lower node to the low and the high end of an arc, over which it leads when it is driven up
    /// or down; `None` if it is one of the input.
    pub(super) fn stands_for(
        &self,
        topology: &Topology,
        arc: u32,
        is_down: bool,
    ) -> Option<(u32, u32)> {
        if self.direct[arc as usize] >> u8::from(is_down) & 1 == 1 {
            return None;
        }
        let all = self.unpacked.0.get_or_init(|| bytemuck::zeroed_slice_box(2 * self.basic.len()));
        let known = &all[2 * arc as usize + usize::from(is_down)];
        // Whoever looks at the same time finds the same.
        let both = match known.load(Ordering::Relaxed) {
            0 => {
                let (to_low, to_high) = self.through(topology, arc, is_down)?;
                let both = u64::from(to_low) << 32 | u64::from(to_high);
                known.store(both, Ordering::Relaxed);
                both
            }
            both => both,
        };
        Some(((both >> 32) as u32, both as u32))
    }

    fn through(&self, topology: &Topology, arc: u32, is_down: bool) -> Option<(u32, u32)> {
        let (low, high) = (topology.tail[arc as usize], topology.head[arc as usize]);
        let cost = self.basic[arc as usize][usize::from(is_down)];
        topology.down(low).iter().find_map(|to_low| {
            let [low_up, low_down] = self.basic[*to_low as usize];
            if (if is_down { low_up } else { low_down }) >= cost {
                return None;
            }
            let to_high = topology.arc_between(topology.tail[*to_low as usize], high)?;
            let [high_up, high_down] = self.basic[to_high as usize];
            let over = if is_down { high_down.plus(low_up) } else { low_down.plus(high_up) };
            (over == cost).then_some((*to_low, to_high))
        })
    }

    /// How many arcs searches need, up and down.
    pub fn needed(&self) -> (usize, usize) {
        (self.upward.0.item_count(), self.downward.0.item_count())
    }
}

/// Whether an arc, up or down, costs what one of the input does.
fn direct_arcs(topology: &Topology, basic: &[[Cost; 2]], cost: impl Fn(usize) -> Cost) -> Vec<u8> {
    let mut direct = vec![0; topology.arc_count()];
    for (input, place) in topology.places().enumerate() {
        if let Some((arc, is_down)) = place
            && basic[arc as usize][usize::from(is_down)] == cost(input)
        {
            direct[arc as usize] |= 1 << u8::from(is_down);
        }
    }
    direct
}

impl SearchGraph {
    /// `needed` has a bit for each side of an arc.
    fn of(topology: &Topology, basic: &[[Cost; 2]], needed: &[u8], side: usize) -> Self {
        let (head, first_up): (&[u32], &[u32]) = (&topology.head, &topology.first_up);
        let if_needed = |needed: u8| usize::from(needed >> side & 1);
        let count: usize = needed.iter().map(|needed| if_needed(*needed)).sum();
        // Whether an arc is needed cannot be foreseen, so nothing branches on it: each is written, and stays if
        // it is.
        let nothing = SearchArc { cost: Cost::ZERO, head: 0, arc: 0 };
        let (mut arcs, mut len) = (vec![nothing; count + 1], 0);
        let mut first = Vec::with_capacity(topology.node_count() + 1);
        first.push(0);
        for bounds in first_up.windows(2) {
            let own = bounds[0] as usize..bounds[1] as usize;
            let facts = basic[own.clone()].iter().zip(&needed[own.clone()]);
            for ((arc, head), (basic, needed)) in (bounds[0]..).zip(&head[own]).zip(facts) {
                arcs[len] = SearchArc { cost: basic[side], head: *head, arc };
                len += if_needed(*needed);
            }
            first.push(len as u32);
        }
        arcs.truncate(len);
        Self(Lists::of_parts(first, arcs).into())
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

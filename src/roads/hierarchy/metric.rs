//! Weights in a hierarchy: customization. First every arc learns of the ways through lower nodes, then
//! of those through higher ones; an arc that turns out longer than such a way is never needed in a
//! search (perfect customization; Dibbelt, Strasser, Wagner 2016).
//!
//! Nodes of one separator mostly have the same higher neighbours. Such a run of nodes (a supernode, as in
//! sparse Cholesky factorization: J. W. H. Liu, E. G. Ng, B. W. Peyton, "On Finding Supernodes for Sparse
//! Matrix Computations", SIAM J. Matrix Anal. Appl. 14, 1993, DOI 10.1137/0614019) is worked on as a block:
//! its rows lie side by side, so the inner loops run over memory in order, in the processor's vectors, and
//! where an arc of another node stands is looked up once for all of them. Subtrees of the elimination tree
//! touch each other's arcs nowhere, so they are worked on by several threads.

use super::lanes::for_processor;
use super::topology::{NONE, Topology};
use crate::roads::cost::Cost;
use crate::roads::file::{Column, FileError, FileWriter, ListsColumn, PreparedFile};
use crate::roads::lists::Lists;
use bytemuck::{Pod, Zeroable};
use rayon::prelude::*;
use std::ops::Range;

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

/// The costs of an arc, up and down; signed, because that is what most processors compare in vectors.
type Pair = [i64; 2];

fn swapped([up, down]: Pair) -> Pair {
    [down, up]
}

impl Metric {
    /// Puts weights in; `cost` tells that of each arc of the input, by its number. On as many threads as the
    /// caller's pool has.
    pub fn customize(topology: &Topology, cost: impl Fn(usize) -> Cost) -> Self {
        let mut basic = vec![[Cost::UNREACHED; 2]; topology.arc_count()];
        for (input, place) in topology.places().enumerate() {
            if let Some((arc, is_down)) = place {
                let slot = &mut basic[arc as usize][usize::from(is_down)];
                *slot = cost(input).min(*slot);
            }
        }
        let nodes = Nodes::of(topology);
        let tasks = Tasks::of(topology);
        through_lower(&nodes, &tasks, bytemuck::cast_slice_mut(&mut basic));
        let mut direct = vec![0_u8; topology.arc_count()];
        for (input, place) in topology.places().enumerate() {
            if let Some((arc, is_down)) = place
                && basic[arc as usize][usize::from(is_down)] == cost(input)
            {
                direct[arc as usize] |= 1 << u8::from(is_down);
            }
        }
        let mut least = basic.clone();
        through_higher(&nodes, &tasks, bytemuck::cast_slice_mut(&mut least));
        let needed = |side: usize| SearchGraph::of(topology, &basic, &least, side);
        let (upward, downward) = rayon::join(|| needed(UP), || needed(DOWN));
        Self { upward, downward, basic: basic.into(), direct: direct.into() }
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

/// The topology as slices, and which nodes are of one run.
struct Nodes<'a> {
    topology: &'a Topology,
    first_up: &'a [u32],
    head: &'a [u32],
    tail: &'a [u32],
    /// Whether a node has the same higher neighbours as the next one, and that one besides.
    is_joined: Vec<bool>,
}

impl<'a> Nodes<'a> {
    fn of(topology: &'a Topology) -> Self {
        let first_up: &[u32] = &topology.first_up;
        let degree = |node: usize| first_up[node + 1] - first_up[node];
        let is_joined = topology
            .parent
            .iter()
            .enumerate()
            .map(|(node, parent)| {
                *parent as usize == node + 1 && degree(node) == degree(node + 1) + 1
            })
            .collect();
        Self { topology, first_up, head: &topology.head, tail: &topology.tail, is_joined }
    }

    fn up(&self, node: u32) -> Range<usize> {
        self.first_up[node as usize] as usize..self.first_up[node as usize + 1] as usize
    }

    /// The arcs from lower nodes of a range to a node. All nodes below one of the range are of it.
    fn down_within(&self, node: u32, within: &Range<u32>) -> &'a [u32] {
        let down = self.topology.down(node);
        if within.contains(&node) {
            return down;
        }
        let from = down.partition_point(|arc| self.tail[*arc as usize] < within.start);
        let until = down.partition_point(|arc| self.tail[*arc as usize] < within.end);
        &down[from..until]
    }

    /// The arcs to a node, run by run: each run's nodes are all joined to it.
    fn runs<'b>(&'b self, arcs: &'b [u32]) -> impl Iterator<Item = &'b [u32]> {
        arcs.chunk_by(|a, b| {
            let (a, b) = (self.tail[*a as usize], self.tail[*b as usize]);
            a + 1 == b && self.is_joined[a as usize]
        })
    }
}

/// How the tree is shared out among threads: subtrees, and the nodes above all of them.
struct Tasks {
    /// Ranges of ranks, ascending.
    subtrees: Vec<Range<u32>>,
    /// The other nodes, ascending.
    top: Vec<u32>,
}

/// So many subtrees for each thread, because they are not equally large.
const SUBTREES_PER_THREAD: usize = 8;

impl Tasks {
    fn of(topology: &Topology) -> Self {
        let count = topology.node_count();
        let threads = rayon::current_num_threads();
        if threads == 1 {
            return Self { subtrees: std::iter::once(0..count as u32).collect(), top: Vec::new() };
        }
        let arcs_max = (topology.arc_count() / (threads * SUBTREES_PER_THREAD)).max(64);
        // The first node of each node's subtree; children come before their parents.
        let mut first: Vec<u32> = (0..count as u32).collect();
        for (node, parent) in topology.parent.iter().enumerate() {
            if *parent != NONE {
                first[*parent as usize] = first[*parent as usize].min(first[node]);
            }
        }
        let arcs_below = |node: usize| {
            (topology.first_up[node + 1] - topology.first_up[first[node] as usize]) as usize
        };
        let is_small = |node: usize| arcs_below(node) <= arcs_max;
        let mut tasks = Self { subtrees: Vec::new(), top: Vec::new() };
        for (node, parent) in topology.parent.iter().enumerate() {
            if !is_small(node) {
                tasks.top.push(node as u32);
            } else if *parent == NONE || !is_small(*parent as usize) {
                tasks.subtrees.push(first[node]..node as u32 + 1);
            }
        }
        tasks
    }

    /// Works on each subtree with the arcs of its nodes alone, on several threads; `work` is told the number of
    /// the first of them.
    fn for_each_subtree(
        &self,
        nodes: &Nodes<'_>,
        costs: &mut [Pair],
        work: impl Fn(&Range<u32>, &mut [Pair], usize) + Sync,
    ) {
        let (mut rest, mut at) = (costs, 0);
        let mut parts = Vec::new();
        for subtree in &self.subtrees {
            let (from, until) = (nodes.up(subtree.start).start, nodes.up(subtree.end - 1).end);
            let (_, behind) = rest.split_at_mut(from - at);
            let (own, behind) = behind.split_at_mut(until - from);
            parts.push((subtree, own, from));
            (rest, at) = (behind, until);
        }
        parts.into_par_iter().for_each(|(subtree, own, first_arc)| work(subtree, own, first_arc));
    }
}

/// The ways between a node and its higher neighbours through each of its lower ones.
fn through_lower(nodes: &Nodes<'_>, tasks: &Tasks, costs: &mut [Pair]) {
    tasks.for_each_subtree(nodes, costs, |subtree, own, first_arc| {
        lower_in(nodes, &mut subtree.clone(), own, first_arc);
    });
    lower_in(nodes, &mut tasks.top.iter().copied(), costs, 0);
}

/// The same for some nodes, ascending, whose arcs and those below them begin with `first_arc`.
fn lower_in(
    nodes: &Nodes<'_>,
    order: &mut dyn Iterator<Item = u32>,
    costs: &mut [Pair],
    first_arc: usize,
) {
    for_processor!(lower_for(
        nodes: &Nodes<'_>,
        order: &mut dyn Iterator<Item = u32>,
        costs: &mut [Pair],
        first_arc: usize
    ));
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn lower_for(
    nodes: &Nodes<'_>,
    order: &mut dyn Iterator<Item = u32>,
    costs: &mut [Pair],
    first_arc: usize,
) {
    let mut place = vec![0_u32; nodes.is_joined.len()];
    let mut best: Vec<Pair> = Vec::new();
    for node in order {
        let own = nodes.up(node);
        for (at, head) in (0..).zip(&nodes.head[own.clone()]) {
            place[*head as usize] = at;
        }
        let (below, row) = costs.split_at_mut(own.start - first_arc);
        let row = &mut row[..own.len()];
        for run in nodes.runs(nodes.topology.down(node)) {
            // The arcs of each node of the run behind the one that leads here go to the same nodes.
            let last = run[run.len() - 1] as usize;
            let end = nodes.up(nodes.tail[last]).end;
            let len = end - last - 1;
            let behind = |arc: u32| {
                let from = arc as usize - first_arc;
                (swapped(below[from]), &below[from + 1..][..len])
            };
            let is_own_run =
                nodes.tail[last] + 1 == node && nodes.is_joined[nodes.tail[last] as usize];
            if is_own_run {
                for arc in run {
                    let (side, on) = behind(*arc);
                    relax(row, on, side);
                }
                continue;
            }
            let heads = &nodes.head[last + 1..end];
            if let [arc] = run {
                let (side, on) = behind(*arc);
                for (head, on) in heads.iter().zip(on) {
                    let over = &mut row[place[*head as usize] as usize];
                    *over = least(*over, sum(*on, side));
                }
                continue;
            }
            best.clear();
            best.resize(len, [i64::MAX; 2]);
            for arc in run {
                let (side, on) = behind(*arc);
                relax(&mut best, on, side);
            }
            for (head, best) in heads.iter().zip(&best) {
                let over = &mut row[place[*head as usize] as usize];
                *over = least(*over, *best);
            }
        }
    }
}

/// The ways from each node over a higher one to those above it, and over those to it.
fn through_higher(nodes: &Nodes<'_>, tasks: &Tasks, costs: &mut [Pair]) {
    let node_count = nodes.is_joined.len();
    let mut is_top = vec![false; node_count];
    for node in &tasks.top {
        is_top[*node as usize] = true;
    }
    let nothing = Above { from: NONE, rows: &[], first_row: &[] };
    let everything = 0..node_count as u32;
    higher_in(nodes, &tasks.top, &everything, Some(&is_top), costs, 0, &nothing);
    // The rows above all subtrees are done; each subtree gets its own rows and reads those.
    let mut first_row = vec![NONE; node_count];
    let mut rows: Vec<Pair> = Vec::new();
    for node in &tasks.top {
        first_row[*node as usize] = rows.len() as u32;
        rows.extend_from_slice(&costs[nodes.up(*node)]);
    }
    tasks.for_each_subtree(nodes, costs, |subtree, own, first_arc| {
        let order: Vec<u32> = subtree.clone().chain(ancestors(nodes, subtree)).collect();
        let above = Above { from: subtree.end, rows: &rows, first_row: &first_row };
        higher_in(nodes, &order, subtree, None, own, first_arc, &above);
    });
}

/// The nodes above a subtree, ascending.
fn ancestors(nodes: &Nodes<'_>, subtree: &Range<u32>) -> Vec<u32> {
    let mut found = Vec::new();
    let mut node = nodes.topology.parent[subtree.end as usize - 1];
    while node != NONE {
        found.push(node);
        node = nodes.topology.parent[node as usize];
    }
    found
}

/// Rows of nodes above a subtree, copied: of those from a rank on.
struct Above<'a> {
    from: u32,
    rows: &'a [Pair],
    first_row: &'a [u32],
}

/// For each node of `order`, from the last one down: over it, for all lower nodes of a range (those of `only`,
/// if given).
fn higher_in(
    nodes: &Nodes<'_>,
    order: &[u32],
    range: &Range<u32>,
    only: Option<&[bool]>,
    costs: &mut [Pair],
    first_arc: usize,
    above: &Above<'_>,
) {
    for_processor!(higher_for(
        nodes: &Nodes<'_>,
        order: &[u32],
        range: &Range<u32>,
        only: Option<&[bool]>,
        costs: &mut [Pair],
        first_arc: usize,
        above: &Above<'_>
    ));
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn higher_for(
    nodes: &Nodes<'_>,
    order: &[u32],
    range: &Range<u32>,
    only: Option<&[bool]>,
    costs: &mut [Pair],
    first_arc: usize,
    above: &Above<'_>,
) {
    let mut place = vec![0_u32; nodes.is_joined.len()];
    let longest = nodes.first_up.windows(2).map(|bounds| bounds[1] - bounds[0]).max();
    let mut over_all: Vec<Pair> = vec![[0; 2]; longest.unwrap_or(0) as usize];
    let mut over_all_back = over_all.clone();
    for node in order.iter().rev() {
        let own = nodes.up(*node);
        if own.is_empty() {
            continue;
        }
        for (at, head) in (0..).zip(&nodes.head[own.clone()]) {
            place[*head as usize] = at;
        }
        let (below, row) = if *node >= above.from {
            let from = above.first_row[*node as usize] as usize;
            (&mut *costs, &above.rows[from..][..own.len()])
        } else {
            let (below, row) = costs.split_at_mut(own.start - first_arc);
            (below, &row[..own.len()])
        };
        for run in nodes.runs(nodes.down_within(*node, range)) {
            let last = run[run.len() - 1] as usize;
            if only.is_some_and(|only| !only[nodes.tail[last] as usize]) {
                continue;
            }
            let end = nodes.up(nodes.tail[last]).end;
            let heads = &nodes.head[last + 1..end];
            let (over, over_back) =
                (&mut over_all[..heads.len()], &mut over_all_back[..heads.len()]);
            for ((head, over), back) in heads.iter().zip(&mut *over).zip(&mut *over_back) {
                *over = row[place[*head as usize] as usize];
                *back = swapped(*over);
            }
            for arc in run {
                let from = *arc as usize - first_arc;
                let (side, on) = below[from..].split_at_mut(1);
                let on = &mut on[..over.len()];
                let here = side[0];
                side[0] = least(here, best_of(on, over_back));
                relax(on, over, here);
            }
        }
    }
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn sum(a: Pair, b: Pair) -> Pair {
    [a[0] + b[0], a[1] + b[1]]
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn least(a: Pair, b: Pair) -> Pair {
    [a[0].min(b[0]), a[1].min(b[1])]
}

/// What each of `over` costs, or `on` with `side` if that is less.
#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn relax(over: &mut [Pair], on: &[Pair], side: Pair) {
    for (over, on) in over.iter_mut().zip(on) {
        *over = least(*over, sum(*on, side));
    }
}

/// The least sum of two that stand in the same place.
#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn best_of(a: &[Pair], b: &[Pair]) -> Pair {
    let mut best = [[i64::MAX; 2]; 4];
    let mut chunks = a.chunks_exact(4).zip(b.chunks_exact(4));
    for (a, b) in &mut chunks {
        for lane in 0..4 {
            best[lane] = least(best[lane], sum(a[lane], b[lane]));
        }
    }
    let done = a.len() / 4 * 4;
    let mut all = least(least(best[0], best[1]), least(best[2], best[3]));
    for (a, b) in a[done..].iter().zip(&b[done..]) {
        all = least(all, sum(*a, *b));
    }
    all
}

impl SearchGraph {
    fn of(topology: &Topology, basic: &[[Cost; 2]], least: &[[Cost; 2]], side: usize) -> Self {
        let (head, first_up): (&[u32], &[u32]) = (&topology.head, &topology.first_up);
        // Whether an arc is needed cannot be foreseen, so nothing branches on it: each is written, and stays if
        // it is.
        let if_needed = |basic: &[Cost; 2], least: &[Cost; 2]| {
            usize::from(basic[side].is_reached()) & usize::from(basic[side] == least[side])
        };
        let count: usize =
            basic.iter().zip(least).map(|(basic, least)| if_needed(basic, least)).sum();
        let nothing = SearchArc { cost: Cost::ZERO, head: 0, arc: 0 };
        let (mut needed, mut len) = (vec![nothing; count + 1], 0);
        let mut first = Vec::with_capacity(topology.node_count() + 1);
        first.push(0);
        for bounds in first_up.windows(2) {
            let own = bounds[0] as usize..bounds[1] as usize;
            let costs = basic[own.clone()].iter().zip(&least[own.clone()]);
            for ((arc, head), (basic, least)) in (bounds[0]..).zip(&head[own]).zip(costs) {
                needed[len] = SearchArc { cost: basic[side], head: *head, arc };
                len += if_needed(basic, least);
            }
            first.push(len as u32);
        }
        needed.truncate(len);
        Self(Lists::of_parts(first, needed).into())
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

//! Customization: what each arc of a hierarchy costs. First every arc learns of the ways through lower nodes,
//! then of those through higher ones; an arc that turns out longer than such a way is never needed in a
//! search (perfect customization; J. Dibbelt, B. Strasser, D. Wagner, "Customizable Contraction
//! Hierarchies", ACM JEA 21, 2016, DOI 10.1145/2886843).
//!
//! It is done like a sparse Cholesky factorization by the multifrontal method (J. W. H. Liu, "The Multifrontal
//! Method for Sparse Matrix Solution: Theory and Practice", SIAM Review 34, 1992, DOI 10.1137/1034004).
//! Nodes of one separator mostly have the same higher neighbours. Such a run of nodes (a supernode) has its
//! rows side by side, over the same columns: the later nodes of the run, then the neighbours above. What a
//! run teaches the pairs of its neighbours is a small dense triangle. It goes on a stack, because the
//! parent's run, which takes it in, comes next; and the other way round on the way back. So rows are
//! visited once, and the inner loops run over memory in order, in the processor's vectors.
//!
//! Subtrees of the elimination tree touch each other's arcs nowhere, so they are worked on by several threads.

use super::lanes::for_processor;
use super::topology::{NONE, Topology};
use crate::roads::cost::Cost;
use rayon::prelude::*;
use std::ops::Range;

/// The costs of an arc, up and down; signed, because that is what most processors compare in vectors.
pub(super) type Pair = [i64; 2];

const UNREACHED: Pair = [Cost::UNREACHED.0 as i64; 2];

fn swapped([up, down]: Pair) -> Pair {
    [down, up]
}

/// The elimination tree by runs, and how it is shared out among threads. On as many as the caller's pool has.
pub(super) struct Runs<'a> {
    first_up: &'a [u32],
    head: &'a [u32],
    /// The first node of each run, with one more at the end; ascending.
    first: Vec<u32>,
    /// The run of the lowest neighbour above; `NONE` at a root.
    parent: Vec<u32>,
    /// Ranges of runs that are worked on by themselves, ascending. What lies between them is above all of them.
    subtrees: Vec<Range<usize>>,
}

/// So many subtrees for each thread, because they are not equally large.
const SUBTREES_PER_THREAD: usize = 8;

impl<'a> Runs<'a> {
    pub(super) fn of(topology: &'a Topology) -> Self {
        let first_up: &[u32] = &topology.first_up;
        let (head, parent): (&[u32], &[u32]) = (&topology.head, &topology.parent);
        let subtrees = subtrees(topology);
        let degree = |node: usize| first_up[node + 1] - first_up[node];
        let mut ends = subtrees.iter().map(|subtree| subtree.end as usize).peekable();
        let mut first = vec![0];
        let mut run_of = vec![0; parent.len()];
        for node in 0..parent.len() {
            run_of[node] = first.len() as u32 - 1;
            let is_end = ends.next_if_eq(&(node + 1)).is_some();
            let is_joined =
                parent[node] as usize == node + 1 && degree(node) == degree(node + 1) + 1;
            if is_end || !is_joined {
                first.push(node as u32 + 1);
            }
        }
        let run_at =
            |node: u32| run_of.get(node as usize).map_or(first.len() - 1, |run| *run as usize);
        let subtrees =
            subtrees.iter().map(|nodes| run_at(nodes.start)..run_at(nodes.end)).collect();
        let parent_of = |last: u32| match parent[last as usize - 1] {
            NONE => NONE,
            above => run_of[above as usize],
        };
        let parent = first[1..].iter().map(|end| parent_of(*end)).collect();
        Self { first_up, head, first, parent, subtrees }
    }

    fn len(&self) -> usize {
        self.parent.len()
    }

    fn nodes(&self, run: usize) -> Range<usize> {
        self.first[run] as usize..self.first[run + 1] as usize
    }

    fn up(&self, node: usize) -> Range<usize> {
        self.first_up[node] as usize..self.first_up[node + 1] as usize
    }

    /// The arcs of all nodes of a range of runs.
    fn arcs(&self, runs: &Range<usize>) -> Range<usize> {
        let first_arc = |run: usize| self.first_up[self.first[run] as usize] as usize;
        first_arc(runs.start)..first_arc(runs.end)
    }

    /// The neighbours above a run, ascending.
    fn above(&self, run: usize) -> &'a [u32] {
        &self.head[self.up(self.first[run + 1] as usize - 1)]
    }

    /// How many columns its rows have: its nodes, and the neighbours above.
    fn width(&self, run: usize) -> usize {
        self.nodes(run).len() + self.above(run).len()
    }

    /// The columns in a run's parent of the neighbours above the run.
    fn columns_in_parent(&self, run: usize, columns: &mut Vec<usize>) {
        columns.clear();
        let parent = self.parent[run] as usize;
        let nodes = self.nodes(parent);
        let mut others = (nodes.len()..).zip(self.above(parent));
        columns.extend(self.above(run).iter().map(|head| {
            if (*head as usize) < nodes.end {
                return *head as usize - nodes.start;
            }
            let found = others.find(|(_, other)| *other == head);
            found.expect("neighbours above are the parent's, or of it").0
        }));
    }

    /// Each subtree in the place of its runs, and the runs above all of them; ascending.
    fn top_down_to_subtrees(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut next = 0;
        for (number, subtree) in self.subtrees.iter().enumerate() {
            parts.extend((next..subtree.start).map(Part::Run));
            parts.push(Part::Subtree(number));
            next = subtree.end;
        }
        parts.extend((next..self.len()).map(Part::Run));
        parts
    }

    /// Works on each subtree with what there is of the arcs of its nodes alone, on several threads. `work` is told the number
    /// of the first of them, and given what belongs to the subtree.
    fn for_each_subtree<A: Send, T: Send, R: Send>(
        &self,
        of_arcs: &mut [A],
        belongings: Vec<T>,
        work: impl Fn(Range<usize>, &mut [A], usize, T) -> R + Sync,
    ) -> Vec<R> {
        let (mut rest, mut at) = (of_arcs, 0);
        let mut parts = Vec::new();
        for (subtree, own) in self.subtrees.iter().zip(belongings) {
            let arcs = self.arcs(subtree);
            let (_, behind) = rest.split_at_mut(arcs.start - at);
            let (of_arcs, behind) = behind.split_at_mut(arcs.len());
            parts.push((subtree.clone(), of_arcs, arcs.start, own));
            (rest, at) = (behind, arcs.end);
        }
        parts
            .into_par_iter()
            .map(|(subtree, of_arcs, first_arc, own)| work(subtree, of_arcs, first_arc, own))
            .collect()
    }
}

#[derive(Debug, Clone, Copy)]
enum Part {
    Run(usize),
    Subtree(usize),
}

/// Ranges of ranks.
fn subtrees(topology: &Topology) -> Vec<Range<u32>> {
    let count = topology.node_count();
    let threads = rayon::current_num_threads();
    if threads == 1 || count == 0 {
        return std::iter::once(0..count as u32).collect();
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
    let roots = topology.parent.iter().enumerate().filter(|(node, parent)| {
        is_small(*node) && (**parent == NONE || !is_small(**parent as usize))
    });
    roots.map(|(node, _)| first[node]..node as u32 + 1).collect()
}

/// Dense triangles, one on top of the other: for some columns, of each the costs to the ones behind it.
#[derive(Default)]
struct Stack {
    pairs: Vec<Pair>,
    /// Of which runs, and where each begins.
    runs: Vec<(usize, usize)>,
}

impl Stack {
    /// Above all others.
    fn push(&mut self, run: usize, triangle: &[Pair]) {
        self.runs.push((run, self.pairs.len()));
        self.pairs.extend_from_slice(triangle);
    }

    fn top(&self) -> Option<(usize, &[Pair])> {
        let (run, start) = self.runs.last()?;
        Some((*run, &self.pairs[*start..]))
    }

    /// The same with nothing in it yet, and the one below.
    fn push_empty(&mut self, run: usize, len: usize) -> (&mut [Pair], &[Pair]) {
        let below = self.runs.last().map_or(0, |(_, start)| *start);
        let start = self.pairs.len();
        self.runs.push((run, start));
        self.pairs.resize(start + len, UNREACHED);
        let (below, own) = self.pairs[below..].split_at_mut(start - below);
        (own, below)
    }

    fn pop(&mut self) {
        if let Some((_, start)) = self.runs.pop() {
            self.pairs.truncate(start);
        }
    }
}

/// How many pairs of so many columns there are.
fn triangle_len(columns: usize) -> usize {
    columns * columns.saturating_sub(1) / 2
}

/// Where the row of a column stands in a triangle of so many. The rows of a run are the first ones of a triangle
/// over its nodes and the neighbours above.
fn row_in_triangle(columns: usize, column: usize) -> Range<usize> {
    let start = column * (2 * columns - column - 1) / 2;
    start..start + columns - 1 - column
}

/// The ways between the higher neighbours of each node over it, to all arcs.
pub(super) fn through_lower(runs: &Runs<'_>, costs: &mut [Pair]) {
    let nothing = vec![(); runs.subtrees.len()];
    let left = runs.for_each_subtree(costs, nothing, |subtree, costs, first_arc, ()| {
        let mut stack = Stack::default();
        let parts: Vec<Part> = subtree.map(Part::Run).collect();
        lower_in(runs, &parts, costs, first_arc, &[], &mut stack);
        stack
    });
    lower_in(runs, &runs.top_down_to_subtrees(), costs, 0, &left, &mut Stack::default());
}

/// The same for some parts, ascending, whose arcs begin with `first_arc`. `done` are the stacks that the
/// subtrees have left.
fn lower_in(
    runs: &Runs<'_>,
    parts: &[Part],
    costs: &mut [Pair],
    first_arc: usize,
    done: &[Stack],
    stack: &mut Stack,
) {
    for_processor!(lower_for(
        runs: &Runs<'_>,
        parts: &[Part],
        costs: &mut [Pair],
        first_arc: usize,
        done: &[Stack],
        stack: &mut Stack
    ));
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn lower_for(
    runs: &Runs<'_>,
    parts: &[Part],
    costs: &mut [Pair],
    first_arc: usize,
    done: &[Stack],
    stack: &mut Stack,
) {
    let (mut columns, mut triangle) = (Vec::new(), Vec::new());
    for part in parts {
        let run = match part {
            Part::Run(run) => *run,
            Part::Subtree(number) => {
                // What its roots have left.
                if let Some((root, triangle)) = done[*number].top() {
                    stack.push(root, triangle);
                }
                continue;
            }
        };
        let (nodes, width) = (runs.nodes(run), runs.width(run));
        let above = width - nodes.len();
        let arcs = runs.arcs(&(run..run + 1));
        let rows = &mut costs[arcs.start - first_arc..arcs.end - first_arc];
        triangle.clear();
        triangle.resize(triangle_len(above), UNREACHED);
        while let Some((child, taught)) =
            stack.top().filter(|(child, _)| runs.parent[*child] as usize == run)
        {
            runs.columns_in_parent(child, &mut columns);
            let mut taught = taught;
            for (at, column) in columns.iter().enumerate() {
                let (own, rest) = taught.split_at(columns.len() - 1 - at);
                taught = rest;
                let row = match column.checked_sub(nodes.len()) {
                    None => &mut rows[row_in_triangle(width, *column)],
                    Some(column) => &mut triangle[row_in_triangle(above, column)],
                };
                for (other, pair) in columns[at + 1..].iter().zip(own) {
                    let over = &mut row[other - column - 1];
                    *over = least(*over, *pair);
                }
            }
            stack.pop();
        }
        for node in 0..nodes.len() {
            let (done, rest) = rows.split_at_mut(row_in_triangle(width, node).end);
            let own = &done[row_in_triangle(width, node)];
            let mut rest = rest;
            for later in node + 1..nodes.len() {
                let (row, behind) = rest.split_at_mut(width - 1 - later);
                rest = behind;
                relax(row, &own[later - node..], swapped(own[later - node - 1]));
            }
        }
        for column in 0..above {
            let taught = &mut triangle[row_in_triangle(above, column)];
            for node in 0..nodes.len() {
                let own = &rows[row_in_triangle(width, node)];
                let at = nodes.len() - node - 1 + column;
                relax(taught, &own[at + 1..], swapped(own[at]));
            }
        }
        if above > 0 {
            stack.push(run, &triangle);
        }
    }
}

/// Which arcs searches need: those that cost no more than any way over higher nodes. A bit each for the way up
/// and down.
pub(super) fn needed_beside_higher(runs: &Runs<'_>, costs: &[Pair]) -> Vec<u8> {
    let mut needed = vec![0; costs.len()];
    let mut given: Vec<Stack> = runs.subtrees.iter().map(|_| Stack::default()).collect();
    let mut top = runs.top_down_to_subtrees();
    top.reverse();
    higher_in(runs, &top, costs, &mut needed, 0, &mut given, &mut Stack::default());
    runs.for_each_subtree(&mut needed, given, |subtree, needed, first_arc, mut stack| {
        let parts: Vec<Part> = subtree.rev().map(Part::Run).collect();
        higher_in(runs, &parts, costs, needed, first_arc, &mut [], &mut stack);
    });
    needed
}

/// The same for some parts, descending, whose arcs begin with `first_arc`. Each subtree is given the triangle
/// of its parent.
fn higher_in(
    runs: &Runs<'_>,
    parts: &[Part],
    costs: &[Pair],
    needed: &mut [u8],
    first_arc: usize,
    given: &mut [Stack],
    stack: &mut Stack,
) {
    for_processor!(higher_for(
        runs: &Runs<'_>,
        parts: &[Part],
        costs: &[Pair],
        needed: &mut [u8],
        first_arc: usize,
        given: &mut [Stack],
        stack: &mut Stack
    ));
}

#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn higher_for(
    runs: &Runs<'_>,
    parts: &[Part],
    costs: &[Pair],
    needed: &mut [u8],
    first_arc: usize,
    given: &mut [Stack],
    stack: &mut Stack,
) {
    let mut columns = Vec::new();
    for part in parts {
        let run = match part {
            Part::Run(run) => *run,
            Part::Subtree(number) => runs.subtrees[*number].end - 1,
        };
        let parent = runs.parent[run];
        while stack.top().is_some_and(|(other, _)| other != parent as usize) {
            stack.pop();
        }
        if let Part::Subtree(number) = part {
            if let Some((parent, triangle)) = stack.top() {
                given[*number].push(parent, triangle);
            }
            continue;
        }
        let width = runs.width(run);
        let arcs = runs.arcs(&(run..run + 1));
        let basic = &costs[arcs.clone()];
        let (own, above) = stack.push_empty(run, triangle_len(width));
        // The rows of the run, and then what its parent knows of the neighbours above.
        let (rows, mut rest) = own.split_at_mut(basic.len());
        rows.copy_from_slice(basic);
        if parent != NONE {
            runs.columns_in_parent(run, &mut columns);
            let parent_width = runs.width(parent as usize);
            for (at, column) in columns.iter().enumerate() {
                let row = &above[row_in_triangle(parent_width, *column)];
                let (own, behind) = rest.split_at_mut(columns.len() - 1 - at);
                rest = behind;
                for (other, pair) in columns[at + 1..].iter().zip(own) {
                    *pair = row[other - column - 1];
                }
            }
        }
        for node in (0..runs.nodes(run).len()).rev() {
            let (done, later) = own.split_at_mut(row_in_triangle(width, node).end);
            let mut later: &[Pair] = later;
            let row = &mut done[row_in_triangle(width, node)];
            for at in 0..row.len() {
                let (over, behind) = later.split_at(row.len() - at - 1);
                later = behind;
                lead_over(row, at, over);
            }
        }
        let needed = &mut needed[arcs.start - first_arc..arcs.end - first_arc];
        for ((needed, basic), least) in needed.iter_mut().zip(basic).zip(&*own) {
            let is_needed = |side: usize| {
                u8::from(basic[side] == least[side]) & u8::from(basic[side] < UNREACHED[side])
            };
            *needed = is_needed(0) | is_needed(1) << 1;
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

/// The ways between a node and the two ends of each arc of a neighbour above it: `own` is the row of the node, the
/// neighbour stands at a place of it, and `over` is the row of the neighbour.
#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn lead_over(own: &mut [Pair], at: usize, over: &[Pair]) {
    let (side, on) = own[at..].split_at_mut(1);
    let here = side[0];
    side[0] = least(here, least_sum(on, over));
    relax(on, over, here);
}

/// The least sum of two that stand in the same place, the second one driven the other way.
#[expect(clippy::inline_always, reason = "compiled anew with the features of its caller")]
#[inline(always)]
fn least_sum(a: &[Pair], b: &[Pair]) -> Pair {
    let mut best = [UNREACHED; 4];
    let (a, a_rest) = a.as_chunks::<4>();
    let (b, b_rest) = b.as_chunks::<4>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..4 {
            best[lane] = least(best[lane], sum(a[lane], swapped(b[lane])));
        }
    }
    let mut all = least(least(best[0], best[1]), least(best[2], best[3]));
    for (a, b) in a_rest.iter().zip(b_rest) {
        all = least(all, sum(*a, swapped(*b)));
    }
    all
}

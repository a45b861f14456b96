//! Drives made up on a network, and what a device on board reads: the truth and the noisy readings of it.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sortie::roads::matching::Reading;
use sortie::roads::street_network::StreetNetwork;
use sortie::units::Point;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One degree of latitude, metres.
const DEGREE_M: f64 = 111_195.0;

/// The fastest way from one edge to another, and when it is where.
pub struct Drive {
    /// The nodes of the graph of turns, with the time in tenths of a second at which each edge begins,
    /// behind the turn onto it.
    pub nodes: Vec<(u32, f64)>,
    pub end_ds: f64,
}

/// Where a vehicle was at a time.
#[derive(Debug, Clone, Copy)]
pub struct Truth {
    pub edge: u32,
    pub at: Point,
}

/// Drives from random edges, each longer than a time, by Dijkstra on the graph of turns.
pub fn drives(network: &StreetNetwork, count: usize, least_s: f64, seed: u64) -> Vec<Drive> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut drives = Vec::with_capacity(count);
    while drives.len() < count {
        let start = dice.random_range(0..network.streets().edges().len() as u32);
        drives.extend(drive_from(network, start, (least_s * 10.0) as u64, &mut dice));
    }
    drives
}

fn drive_from(
    network: &StreetNetwork,
    start: u32,
    least_ds: u64,
    dice: &mut ChaCha8Rng,
) -> Option<Drive> {
    let (turns, edges) = (network.turns(), network.streets().edges());
    let duration = |node: u32| u64::from(edges[turns.edge_of(node) as usize].duration_ds);
    // To the beginning of each edge.
    let mut best = vec![(u64::MAX, u32::MAX); turns.node_count()];
    best[start as usize] = (0, u32::MAX);
    let mut open = BinaryHeap::from([Reverse((0, start))]);
    let mut far = Vec::new();
    while let Some(Reverse((cost, node))) = open.pop() {
        if cost > best[node as usize].0 {
            continue;
        }
        if cost > least_ds + 2_000 {
            break;
        }
        if cost > least_ds {
            far.push(node);
        }
        for turn in turns.turns_from(node) {
            let next = cost + duration(node) + u64::from(turn.delay_ds);
            if next < best[turn.to as usize].0 {
                best[turn.to as usize] = (next, node);
                open.push(Reverse((next, turn.to)));
            }
        }
    }
    let goal = *far.get(dice.random_range(0..far.len().max(1)))?;
    let mut nodes = Vec::new();
    let mut here = goal;
    while here != u32::MAX {
        nodes.push((here, best[here as usize].0 as f64));
        here = best[here as usize].1;
    }
    nodes.reverse();
    Some(Drive { nodes, end_ds: (best[goal as usize].0 + duration(goal)) as f64 })
}

impl Drive {
    pub fn at(&self, network: &StreetNetwork, at_s: f64) -> Truth {
        let ds = (at_s * 10.0).clamp(0.0, self.end_ds);
        let behind = self.nodes.partition_point(|(_, start_ds)| *start_ds <= ds);
        let (node, start_ds) = self.nodes[behind.max(1) - 1];
        let edge = network.turns().edge_of(node);
        let duration_ds = f64::from(network.streets().edges()[edge as usize].duration_ds);
        let along = ((ds - start_ds) / duration_ds).min(1.0);
        Truth { edge, at: network.streets().point_at(edge, along) }
    }

    /// The edges in their order, and when the vehicle leaves each.
    pub fn leaving_s(&self, network: &StreetNetwork) -> Vec<(u32, f64)> {
        let left = |(node, start_ds): &(u32, f64)| {
            let edge = network.turns().edge_of(*node);
            let duration_ds = network.streets().edges()[edge as usize].duration_ds;
            (edge, (start_ds + f64::from(duration_ds)) / 10.0)
        };
        self.nodes.iter().map(left).collect()
    }

    /// Readings every so many seconds, off by so much along either axis.
    pub fn readings(
        &self,
        network: &StreetNetwork,
        every_s: f64,
        sigma_m: f64,
        count: usize,
        dice: &mut ChaCha8Rng,
    ) -> Vec<(Reading, Truth)> {
        let end_s = self.end_ds / 10.0;
        (0..count)
            .map(|number| number as f64 * every_s)
            .take_while(|at_s| *at_s <= end_s)
            .map(|at_s| {
                let truth = self.at(network, at_s);
                let lat = truth.at.lat + normal(dice) * sigma_m / DEGREE_M;
                let scale = DEGREE_M * truth.at.lat.to_radians().cos();
                let lon = truth.at.lon + normal(dice) * sigma_m / scale;
                (Reading::new(Point { lat, lon }, at_s), truth)
            })
            .collect()
    }
}

/// Standard normal (G. Box, M. Muller, "A Note on the Generation of Random Normal Deviates", 1958).
fn normal(dice: &mut ChaCha8Rng) -> f64 {
    let (u, v): (f64, f64) = (dice.random_range(f64::MIN_POSITIVE..1.0), dice.random());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

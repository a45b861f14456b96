//! A cell of junctions and its least balanced cut, by maximum flow between its outer parts (E. A. Dinic,
//! "Algorithm for solution of a problem of maximum flow in networks with power estimation", Soviet Math.
//! Doklady 11, 1970).

use super::order::{Ends, Place};
use crate::roads::lists::Lists;

/// A quarter of the junctions is held fast at each end.
const HELD_SHARE: f64 = 0.25;
/// The directions along which a cell is cut: across each of these.
const DIRECTIONS: [[i64; 2]; 6] = [[1, 0], [0, 1], [1, 1], [1, -1], [2, 1], [1, -2]];

/// Some junctions of the map, by local numbers.
pub struct Cell {
    pub places: Vec<Place>,
}

/// Streets between junctions with what still fits through: both directions of a street are one after the
/// other in `arcs`, so that an arc's partner is its number with the last bit turned.
struct Network {
    /// For each junction, its arcs by number.
    arcs_at: Lists<u32>,
    to: Vec<u32>,
    room: Vec<u32>,
}

impl Cell {
    pub fn new(places: Vec<Place>) -> Self {
        Self { places }
    }

    /// Whether each junction lies on the first side of the best cut found; both sides have junctions.
    pub fn best_cut(&self, edges: impl Iterator<Item = Ends>) -> Vec<bool> {
        let count = self.places.len();
        let network = Network::new(count, edges);
        let held = ((count as f64 * HELD_SHARE) as usize).max(1);
        let mut best: Option<(f64, Vec<bool>)> = None;
        let mut least_cut = u32::MAX;
        for [along_x, along_y] in DIRECTIONS {
            let mut line: Vec<u32> = (0..count as u32).collect();
            line.sort_by_key(|junction| {
                let [x, y] = self.places[*junction as usize];
                (i64::from(x) * along_x + i64::from(y) * along_y, *junction)
            });
            let mut flow = Flow::new(&network, &line[..held], &line[count - held..]);
            // A cut more than twice as wide is not made good by balance.
            let Some(width) = flow.run(least_cut.saturating_mul(2)) else { continue };
            least_cut = least_cut.min(width);
            for side in [flow.near_source(), flow.near_sink()] {
                let first = side.iter().filter(|is_first| **is_first).count();
                let smaller = first.min(count - first) as f64;
                let worth = f64::from(width) / smaller;
                if best.as_ref().is_none_or(|(least, _)| worth < *least) {
                    best = Some((worth, side));
                }
            }
            if count <= 3 {
                break;
            }
        }
        best.map_or_else(|| (0..count).map(|junction| junction < held).collect(), |(_, side)| side)
    }
}

impl Network {
    fn new(count: usize, edges: impl Iterator<Item = Ends>) -> Self {
        let mut pairs: Vec<(u32, u32)> = edges
            .filter(|[from, to]| from != to)
            .map(|[from, to]| (from.min(to), from.max(to)))
            .collect();
        pairs.sort_unstable();
        let (mut to, mut room) = (Vec::new(), Vec::new());
        for chunk in pairs.chunk_by(|a, b| a == b) {
            let (low, high) = chunk[0];
            to.extend([high, low]);
            room.extend([chunk.len() as u32; 2]);
        }
        let arcs = (0..to.len() as u32).map(|arc| (to[arc as usize ^ 1], arc));
        Self { arcs_at: Lists::grouped(count, arcs), to, room }
    }

    fn arcs(&self, junction: u32) -> &[u32] {
        self.arcs_at.of(junction as usize)
    }
}

/// A flow from the held sources to the held sinks.
struct Flow<'a> {
    network: &'a Network,
    room: Vec<u32>,
    sources: &'a [u32],
    is_sink: Vec<bool>,
    sinks: &'a [u32],
    level: Vec<u32>,
    /// For each junction, how many of its arcs have been tried at this level.
    tried: Vec<u32>,
    queue: Vec<u32>,
}

const UNREACHED: u32 = u32::MAX;

impl<'a> Flow<'a> {
    fn new(network: &'a Network, sources: &'a [u32], sinks: &'a [u32]) -> Self {
        let count = network.arcs_at.len();
        let mut is_sink = vec![false; count];
        for sink in sinks {
            is_sink[*sink as usize] = true;
        }
        Self {
            network,
            room: network.room.clone(),
            sources,
            is_sink,
            sinks,
            level: vec![UNREACHED; count],
            tried: vec![0; count],
            queue: Vec::with_capacity(count),
        }
    }

    /// The width of the least cut; `None` when it is more than the limit.
    fn run(&mut self, limit: u32) -> Option<u32> {
        let mut width = 0;
        while self.spread() {
            self.tried.fill(0);
            for source in self.sources {
                while self.push(*source) {
                    width += 1;
                    if width > limit {
                        return None;
                    }
                }
            }
        }
        Some(width)
    }

    /// Levels by breadth, up to the nearest sink; `false` when none is reached any more.
    fn spread(&mut self) -> bool {
        self.level.fill(UNREACHED);
        self.queue.clear();
        for source in self.sources {
            self.level[*source as usize] = 0;
            self.queue.push(*source);
        }
        let mut at = 0;
        let mut reached = UNREACHED;
        while at < self.queue.len() {
            let here = self.queue[at];
            at += 1;
            if self.level[here as usize] >= reached {
                break;
            }
            for arc in self.network.arcs(here) {
                let to = self.network.to[*arc as usize] as usize;
                if self.room[*arc as usize] > 0 && self.level[to] == UNREACHED {
                    self.level[to] = self.level[here as usize] + 1;
                    if self.is_sink[to] {
                        reached = self.level[to];
                    }
                    self.queue.push(to as u32);
                }
            }
        }
        reached != UNREACHED
    }

    /// One more unit from a source along the levels.
    fn push(&mut self, source: u32) -> bool {
        let mut walk: Vec<u32> = Vec::new();
        let mut here = source;
        loop {
            if self.is_sink[here as usize] {
                for arc in walk {
                    self.room[arc as usize] -= 1;
                    self.room[arc as usize ^ 1] += 1;
                }
                return true;
            }
            let mut goes_on = None;
            while let Some(arc) = self.network.arcs(here).get(self.tried[here as usize] as usize) {
                let arc = *arc;
                let to = self.network.to[arc as usize];
                if self.room[arc as usize] > 0
                    && self.level[to as usize] == self.level[here as usize] + 1
                {
                    goes_on = Some((arc, to));
                    break;
                }
                self.tried[here as usize] += 1;
            }
            if let Some((arc, to)) = goes_on {
                walk.push(arc);
                here = to;
            } else {
                let Some(back) = walk.pop() else { return false };
                here = self.network.to[back as usize ^ 1];
                self.tried[here as usize] += 1;
            }
        }
    }

    /// What the sources still reach, after `run`.
    fn near_source(&mut self) -> Vec<bool> {
        self.reach(self.sources, |room, arc| room[arc as usize])
    }

    /// All that does not reach a sink any more.
    fn near_sink(&mut self) -> Vec<bool> {
        let reached = self.reach(self.sinks, |room, arc| room[arc as usize ^ 1]);
        reached.into_iter().map(|is_near| !is_near).collect()
    }

    fn reach(&mut self, starts: &[u32], room: fn(&[u32], u32) -> u32) -> Vec<bool> {
        let mut is_reached = vec![false; self.level.len()];
        self.queue.clear();
        self.queue.extend(starts);
        for start in starts {
            is_reached[*start as usize] = true;
        }
        while let Some(here) = self.queue.pop() {
            for arc in self.network.arcs(here) {
                let to = self.network.to[*arc as usize];
                if room(&self.room, *arc) > 0 && !is_reached[to as usize] {
                    is_reached[to as usize] = true;
                    self.queue.push(to);
                }
            }
        }
        is_reached
    }
}

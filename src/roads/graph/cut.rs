//! Cuts driven ways into pieces at the nodes where they meet, at closed barriers, and where the extract
//! does not hold a node.

use super::build::DrivenWay;
use super::{Junction, PointE7, StreetReport};
use crate::roads::osm::OsmMap;
use crate::roads::profile::{Passage, Profile};
use std::ops::Range;

/// No piece of street is longer; one that is joins damaged coordinates.
const PIECE_LEN_MAX_M: f64 = 2_000_000.0;

/// A street between two junctions, before directions are told apart.
pub(super) struct CutPiece {
    /// Its place in the list of driven ways.
    pub(super) way: usize,
    pub(super) ends: [u32; 2],
    /// What gates and lights cost along the way and against it: those on it and that at the end reached.
    pub(super) delays_ds: [u32; 2],
    pub(super) course: Range<u32>,
    pub(super) length_m: f64,
}

#[derive(Default)]
pub(super) struct Cut {
    pub(super) junctions: Vec<Junction>,
    pub(super) pieces: Vec<CutPiece>,
    pub(super) points: Vec<PointE7>,
    /// Of each driven way.
    pub(super) way_lengths_m: Vec<f64>,
}

pub(super) fn cut_into_pieces(
    map: &OsmMap,
    profile: &Profile,
    ways: &[DrivenWay],
    report: &mut StreetReport,
) -> Cut {
    let spots = Spots::of(map, profile, ways);
    report.barriers_closed =
        spots.found.iter().filter(|found| matches!(found, Some((_, Passage::Closed)))).count();
    let mut junction_of_spot = vec![None; spots.ids.len()];
    let mut cut = Cut::default();
    let mut run = Vec::new();
    for (way, driven) in ways.iter().enumerate() {
        let nodes = &map.ways[driven.at].nodes;
        let mut is_complete = true;
        cut.way_lengths_m.push(0.0);
        run.clear();
        for id in nodes {
            let spot = spots.number(*id);
            let Some((at, passage)) = spots.found[spot] else {
                is_complete = false;
                cut.close_piece(way, &run, &mut junction_of_spot);
                run.clear();
                continue;
            };
            let stop = Stop { spot, node: *id, at, passage };
            if run.last().is_some_and(|before: &Stop| before.spot == spot) {
                continue;
            }
            run.push(stop);
            if spots.is_shared[spot] || passage == Passage::Closed {
                cut.close_piece(way, &run, &mut junction_of_spot);
                run.clear();
                run.push(stop);
            }
        }
        cut.close_piece(way, &run, &mut junction_of_spot);
        report.ways_incomplete += usize::from(!is_complete);
    }
    cut
}

/// The nodes of driven ways, sorted by id.
struct Spots {
    ids: Vec<i64>,
    /// Whether ways meet there.
    is_shared: Vec<bool>,
    /// `None` where the extract does not hold the node.
    found: Vec<Option<(PointE7, Passage)>>,
}

impl Spots {
    fn of(map: &OsmMap, profile: &Profile, ways: &[DrivenWay]) -> Self {
        let mut uses: Vec<i64> =
            ways.iter().flat_map(|way| map.ways[way.at].nodes.iter().copied()).collect();
        uses.sort_unstable();
        let mut spots = Self { ids: Vec::new(), is_shared: Vec::new(), found: Vec::new() };
        for same in uses.chunk_by(|a, b| a == b) {
            spots.ids.push(same[0]);
            spots.is_shared.push(same.len() > 1);
        }
        // Both lists are sorted by id: one walk over both.
        let mut nodes = map.nodes.iter().peekable();
        for id in &spots.ids {
            while nodes.next_if(|node| node.id < *id).is_some() {}
            let node = nodes.next_if(|node| node.id == *id);
            spots.found.push(node.map(|node| {
                (PointE7 { lat: node.lat_e7, lon: node.lon_e7 }, profile.judge_node(&node.tags))
            }));
        }
        spots
    }

    fn number(&self, id: i64) -> usize {
        self.ids.binary_search(&id).expect("the spots were collected from the same ways")
    }
}

/// A node on the way that is being cut.
#[derive(Clone, Copy)]
struct Stop {
    spot: usize,
    node: i64,
    at: PointE7,
    passage: Passage,
}

impl Stop {
    /// Along the way and against it.
    fn delays_ds(&self) -> [u32; 2] {
        match self.passage {
            Passage::Delayed { along_ds, against_ds } => [along_ds, against_ds],
            Passage::Free | Passage::Closed => [0, 0],
        }
    }
}

impl Cut {
    /// Makes a piece of a run of stops, if it is one.
    fn close_piece(&mut self, way: usize, run: &[Stop], junction_of_spot: &mut [Option<u32>]) {
        let [first, .., last] = run else { return };
        let length_m: f64 =
            run.windows(2).map(|pair| pair[0].at.point().distance_m(pair[1].at.point())).sum();
        if length_m > PIECE_LEN_MAX_M {
            return;
        }
        let start = self.points.len() as u32;
        self.points.extend(run.iter().map(|stop| stop.at));
        let ends = [first, last].map(|stop| self.junction_at(stop, junction_of_spot));
        self.way_lengths_m[way] += length_m;
        self.pieces.push(CutPiece {
            way,
            ends,
            delays_ds: [
                run[1..].iter().map(|stop| stop.delays_ds()[0]).sum(),
                run[..run.len() - 1].iter().map(|stop| stop.delays_ds()[1]).sum(),
            ],
            course: start..self.points.len() as u32,
            length_m,
        });
    }

    fn junction_at(&mut self, stop: &Stop, junction_of_spot: &mut [Option<u32>]) -> u32 {
        if let Some(known) = junction_of_spot[stop.spot] {
            return known;
        }
        let number = self.junctions.len() as u32;
        self.junctions.push(Junction { node: stop.node, at: stop.at });
        // At a closed barrier every street gets an end of its own, so that none leads through.
        if stop.passage != Passage::Closed {
            junction_of_spot[stop.spot] = Some(number);
        }
        number
    }
}

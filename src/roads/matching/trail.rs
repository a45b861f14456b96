//! The path of a vehicle while it grows: pieces of edges, one behind the other, and how far along them each
//! reading is.

use super::lattice::{By, Came, Choice, State, Step};
use super::timeline::{Mark, Timeline, Way};
use crate::roads::cost::Cost;
use crate::roads::network::Leg;
use crate::roads::street_network::{LocalSearch, Position, StreetNetwork};
use std::collections::VecDeque;
use std::ops::Range;

/// An edge so far behind the vehicle is settled: no reading goes back there. Metres/10.
const SETTLED_DM: f64 = 500.0;
/// So many readings before what is not told yet stay, because those that stay are drawn towards them.
const NEIGHBOURS: usize = 4;
/// Whoever creeps along one edge for hours leaves no more marks than this.
const MARKS_MAX: usize = 256;

/// A piece of a street that was driven, and when.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrivenEdge {
    pub edge: u32,
    /// Between which shares of it, 0 to 1.
    pub from: f32,
    pub to: f32,
    /// When its first place was reached, seconds as in the readings. If that is the beginning of the edge,
    /// waiting for the turn onto it counts too.
    pub entered_s: f64,
    pub left_s: f64,
    pub metres: f32,
    /// Which part of the time between is the wait for the turn onto it, by the network's measure.
    pub turn_share: f32,
}

impl DrivenEdge {
    pub fn is_whole(&self) -> bool {
        self.from <= 0.0 && self.to >= 1.0
    }
}

/// How long driving an edge from end to end took, without the turn onto it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ObservedSpeed {
    pub edge: u32,
    pub entered_s: f64,
    pub metres: f32,
    pub seconds: f32,
}

/// What driven edges tell about speeds: those that were driven whole.
pub fn observed_speeds(edges: &[DrivenEdge]) -> impl Iterator<Item = ObservedSpeed> {
    let is_told = |driven: &&DrivenEdge| driven.is_whole() && driven.left_s > driven.entered_s;
    edges.iter().filter(is_told).map(|driven| ObservedSpeed {
        edge: driven.edge,
        entered_s: driven.entered_s,
        metres: driven.metres,
        seconds: (driven.left_s - driven.entered_s) as f32 * (1.0 - driven.turn_share),
    })
}

#[derive(Debug, Default)]
pub(super) struct Trail {
    pieces: VecDeque<Piece>,
    /// Where the last reading is: on which piece, and how much of its edge lies before it.
    at_piece: usize,
    at_before: Cost,
    /// Of each reading, less those that are far behind what is told.
    marks: Vec<Mark>,
    /// How many pieces are told already. They stay while readings lie on them.
    told: usize,
}

/// An edge, or the part of it between two places.
#[derive(Debug, Clone, Copy)]
struct Piece {
    node: u32,
    edge: u32,
    from: Cost,
    to: Cost,
    whole: Cost,
    /// Of the turn onto it.
    delay_ds: f64,
    /// How far it is to the turn onto it.
    start: Way,
}

impl Piece {
    fn end(&self) -> Way {
        self.at(self.to)
    }

    fn at(&self, before: Cost) -> Way {
        let length = |cost: Cost| f64::from(cost.length_dm());
        let duration = |cost: Cost| f64::from(cost.duration_ds());
        Way {
            ds: self.start.ds + self.delay_ds + duration(before) - duration(self.from),
            dm: self.start.dm + length(before) - length(self.from),
        }
    }

    /// How much of the edge lies before a place so far on the way, metres/10.
    fn before_dm(&self, dm: f64) -> f64 {
        let [from, to] = [self.from, self.to].map(|cost| f64::from(cost.length_dm()));
        (from + dm - self.start.dm).clamp(from, to)
    }

    fn share_at(&self, dm: f64) -> f64 {
        self.before_dm(dm) / f64::from(self.whole.length_dm().max(1))
    }

    /// The network's time up to there.
    fn ds_at(&self, dm: f64) -> f64 {
        let [from, whole] = [self.from, self.whole].map(|cost| f64::from(cost.duration_ds()));
        self.start.ds + self.delay_ds + (self.share_at(dm) * whole - from).max(0.0)
    }

    /// As far as it lies between the first reading and the last one.
    fn driven(&self, timeline: &Timeline) -> DrivenEdge {
        let (first, last) = timeline.span();
        let is_begun_before = first.dm <= self.start.dm;
        let is_ended_before = last.dm < self.end().dm;
        let enter = if is_begun_before { self.start } else { first };
        let leave = if is_ended_before { last } else { self.end() };
        let is_to_the_end = !is_ended_before && self.to == self.whole;
        let turn_ds = if is_begun_before { self.delay_ds } else { 0.0 };
        let driven_ds = self.ds_at(leave.dm) - self.ds_at(enter.dm);
        DrivenEdge {
            edge: self.edge,
            from: self.share_at(enter.dm) as f32,
            to: if is_to_the_end { 1.0 } else { self.share_at(leave.dm) as f32 },
            entered_s: timeline.time_at(enter),
            left_s: timeline.time_at(leave),
            metres: ((self.before_dm(leave.dm) - self.before_dm(enter.dm)) / 10.0) as f32,
            turn_share: (turn_ds / (turn_ds + driven_ds).max(f64::MIN_POSITIVE)) as f32,
        }
    }
}

impl Trail {
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The vehicle comes to the place of the next reading, the way the chain says.
    pub(super) fn follow(
        &mut self,
        network: &StreetNetwork,
        search: &mut LocalSearch,
        step: &Step,
        choice: Choice,
    ) {
        let to = &step.states[choice.arrived];
        match to.came {
            _ if self.pieces.is_empty() => self.start_at(network, &to.place),
            Came::Stood { .. } => self.go_back_to(&to.place),
            Came::Drove { by, .. } => self.drive_to(network, search, to, by),
            // Only the first reading came from nowhere, and only what left has turned.
            Came::First | Came::Turned { .. } => {}
        }
        let dm = self.pieces.get(self.at_piece).map_or(0.0, |piece| piece.at(self.at_before).dm);
        self.marks.push(Mark { dm, at_s: step.sighting.at_s, sigma_m: step.sighting.sigma_m });
        if choice.left != choice.arrived {
            self.turn_back(network, &step.states[choice.left].place);
        }
    }

    fn start_at(&mut self, network: &StreetNetwork, place: &Position) {
        let Some(whole) = network.drive(place.edge) else { return };
        let (node, edge, at) = (place.edge, place.edge, place.before);
        let start = Way::default();
        self.pieces.push_back(Piece { node, edge, from: at, to: at, whole, delay_ds: 0.0, start });
        (self.at_piece, self.at_before) = (0, at);
    }

    /// Back along the path, because the last readings were too far ahead.
    fn go_back_to(&mut self, place: &Position) {
        while self.pieces[self.at_piece].edge != place.edge && self.at_piece > 0 {
            self.at_piece -= 1;
        }
        let piece = &mut self.pieces[self.at_piece];
        self.at_before = piece.from;
        if piece.edge == place.edge {
            if place.before < piece.from && self.at_piece == 0 && self.told == 0 {
                // It began farther back than the first reading said.
                piece.start = piece.at(place.before);
                piece.from = place.before;
            }
            self.at_before = place.before.clamp(piece.from, piece.to);
        }
    }

    fn drive_to(&mut self, network: &StreetNetwork, search: &mut LocalSearch, to: &State, by: By) {
        let here = self.pieces[self.at_piece];
        let place = to.place;
        if place.edge != here.edge || place.before < self.at_before {
            let Some(nodes) = self.nodes_to(network, search, to, by) else { return };
            for node in nodes {
                self.go_on_to(network, node);
            }
        }
        self.at_before = place.before;
        let piece = &mut self.pieces[self.at_piece];
        piece.to = piece.to.max(place.before);
    }

    /// The nodes of the best way to a place, without the one that the vehicle is on.
    fn nodes_to(
        &self,
        network: &StreetNetwork,
        search: &mut LocalSearch,
        to: &State,
        by: By,
    ) -> Option<Vec<u32>> {
        let here = self.pieces[self.at_piece];
        let behind = here.whole.minus(self.at_before);
        if let By::Search { length_dm_max } = by {
            let mut is_found = false;
            search.run(network, here.node, behind, length_dm_max, |_, node, _| {
                is_found = node == to.node;
                (!is_found).then_some(length_dm_max)
            });
            if is_found {
                return Some(search.nodes_to(to.node));
            }
        }
        let from = Position { edge: here.edge, before: self.at_before, behind };
        let nodes = network.nodes_between(&from, &to.place)?;
        Some(nodes[1..].to_vec())
    }

    /// Over the next junction: along the path as far as it is the same, otherwise it goes on anew.
    fn go_on_to(&mut self, network: &StreetNetwork, node: u32) {
        let next = self.at_piece + 1;
        let is_same = self
            .pieces
            .get(next)
            .is_some_and(|piece| piece.node == node && piece.from == Cost::ZERO);
        if !is_same || self.pieces[self.at_piece].to != self.pieces[self.at_piece].whole {
            let whole = self.pieces[self.at_piece].whole;
            self.end_here_at(whole);
            let turn = network.turns().turn_between(self.pieces[self.at_piece].node, node);
            let delay_ds = turn.map_or(0.0, |turn| f64::from(turn.delay_ds));
            self.push(network, node, Cost::ZERO, delay_ds);
        }
        self.at_piece = next;
    }

    /// Takes away all pieces behind the one that the vehicle is on.
    fn end_here_at(&mut self, to: Cost) {
        self.pieces.truncate(self.at_piece + 1);
        self.pieces[self.at_piece].to = to;
        self.told = self.told.min(self.pieces.len());
        let end = self.pieces[self.at_piece].end();
        self.marks.iter_mut().for_each(|mark| mark.dm = mark.dm.min(end.dm));
    }

    fn push(&mut self, network: &StreetNetwork, node: u32, from: Cost, delay_ds: f64) {
        let edge = network.turns().edge_of(node);
        let whole = network.drive(edge).unwrap_or(from);
        let start = self.pieces[self.at_piece].end();
        self.pieces.push_back(Piece { node, edge, from, to: from, whole, delay_ds, start });
    }

    /// Turns back where it is; the place is the same, driven the other way.
    fn turn_back(&mut self, network: &StreetNetwork, place: &Position) {
        self.end_here_at(self.at_before);
        let delay_ds = 10.0 * network.profile().turns.u_turn_s;
        self.push(network, place.edge, place.before, delay_ds);
        (self.at_piece, self.at_before) = (self.at_piece + 1, place.before);
    }

    /// Tells the edges that no reading will change any more, in the order of driving.
    pub(super) fn tell_settled(&mut self, settled: &mut Vec<DrivenEdge>) {
        let Some(here) = self.pieces.get(self.at_piece) else { return };
        let here_dm = here.at(self.at_before).dm;
        let is_settled = |piece: &&Piece| here_dm - piece.end().dm >= SETTLED_DM;
        let count = self.pieces.iter().take(self.at_piece).take_while(is_settled).count();
        if count > self.told {
            let timeline = self.timeline();
            let first = self.driven_pieces(&timeline).start.max(self.told);
            settled.extend((first..count).map(|number| self.pieces[number].driven(&timeline)));
            self.told = count;
            self.forget_told();
        }
        if self.marks.len() > MARKS_MAX {
            self.marks.drain(1..MARKS_MAX / 2);
        }
    }

    fn forget_told(&mut self) {
        let start_dm = self.pieces[self.told].start.dm;
        let passed = self.marks.iter().take_while(|mark| mark.dm <= start_dm).count();
        self.marks.drain(..passed.saturating_sub(NEIGHBOURS));
        let first_dm = self.marks.first().map_or(start_dm, |mark| mark.dm);
        while self.told > 0 && self.pieces[0].end().dm < first_dm {
            self.pieces.pop_front();
            self.told -= 1;
            self.at_piece -= 1;
        }
    }

    /// The path that is not told yet, from the first reading to the last one, without what lies beyond them.
    pub(super) fn finish(&self) -> Driven {
        let timeline = self.timeline();
        let driven = self.driven_pieces(&timeline);
        let untold = self.pieces.range(driven.start.max(self.told).min(driven.end)..driven.end);
        let edges = untold.map(|piece| piece.driven(&timeline));
        let place_at = |way: Way| {
            let number = self.piece_at(way.dm).clamp(driven.start, driven.end - 1);
            let piece = &self.pieces[number];
            DrivenPlace { edge: piece.edge, along: piece.share_at(way.dm), way }
        };
        let ways = timeline.ways().filter(|_| !driven.is_empty());
        Driven { edges: edges.collect(), places: ways.map(place_at).collect() }
    }

    /// The last piece that begins before a place.
    fn piece_at(&self, dm: f64) -> usize {
        self.pieces.partition_point(|piece| piece.start.dm < dm).saturating_sub(1)
    }

    /// When it was where; not beyond its ends.
    fn timeline(&self) -> Timeline {
        let first_dm = self.pieces.front().map_or(0.0, |piece| piece.start.dm);
        let last_dm = self.pieces.back().map_or(0.0, |piece| piece.end().dm);
        let ds_at =
            |dm: f64| self.pieces.get(self.piece_at(dm)).map_or(0.0, |piece| piece.ds_at(dm));
        Timeline::of(&self.marks, first_dm..=last_dm, ds_at)
    }

    /// The pieces between the first reading and the last one.
    fn driven_pieces(&self, timeline: &Timeline) -> Range<usize> {
        if self.pieces.is_empty() {
            return 0..0;
        }
        let (first, last) = timeline.span();
        let from = self.pieces.iter().position(|piece| piece.end().dm > first.dm);
        let from = from.unwrap_or(self.pieces.len() - 1);
        let to = self.pieces.iter().rposition(|piece| piece.start.dm < last.dm);
        from..to.unwrap_or(0).max(from) + 1
    }
}

/// A path, and the places of its readings.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) edges: Vec<DrivenEdge>,
    pub(super) places: Vec<DrivenPlace>,
}

/// A place on a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct DrivenPlace {
    pub(super) edge: u32,
    pub(super) along: f64,
    way: Way,
}

impl DrivenPlace {
    /// What the network gives for the way from here to a later place.
    pub(super) fn leg_to(&self, to: &Self) -> Leg {
        Leg {
            duration_ds: (to.way.ds - self.way.ds).round() as u32,
            distance_m: ((to.way.dm - self.way.dm) / 10.0).round() as u32,
        }
    }
}

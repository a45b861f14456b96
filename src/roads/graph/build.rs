//! From an extract to the street graph: choose the ways, cut them into pieces (`cut`), keep the largest
//! part that hangs together, number and link what is left.

use super::cut::{Cut, CutPiece, cut_into_pieces};
use super::turns::read_restrictions;
use super::{Piece, StreetGraph, StreetReport, Streets, TurnRestriction};
use crate::roads::file::Texts;
use crate::roads::osm::{OsmMap, Tags, tag};
use crate::roads::profile::{Profile, Street, StreetClass, Verdict};
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef as _;
use std::collections::HashMap;

/// A ferry slower or faster than this misnames its crossing time.
const FERRY_KMH_SENSIBLE: std::ops::Range<f64> = 1.0..120.0;

/// The streets of an extract, and the signs that the turns between them obey.
#[derive(Debug)]
pub struct Built {
    pub streets: Streets,
    pub restrictions: Vec<TurnRestriction>,
}

/// Builds the streets of an extract for one kind of vehicle; `None` where nothing can be driven.
pub fn build(map: &OsmMap, profile: &Profile) -> (Option<Built>, StreetReport) {
    let mut report = StreetReport::default();
    let ways = choose_ways(map, profile, &mut report);
    let cut = cut_into_pieces(map, profile, &ways, &mut report);
    let new_numbers = number_largest_part(&ways, &cut, &mut report);
    let (graph, names) = link(map, &ways, &cut, &new_numbers);
    let restrictions = read_restrictions(map, profile, &graph, &mut report);
    report.junctions = graph.node_count();
    report.edges = graph.edge_count();
    let length_m: f64 = graph
        .edge_references()
        .filter(|edge| edge.weight().reverse.is_none_or(|reverse| edge.id() < reverse))
        .map(|edge| f64::from(edge.weight().length_dm) * 0.1)
        .sum();
    report.length_km = length_m.round() / 1000.0;
    let streets = Streets::freeze(&graph, cut.points, names);
    (streets.map(|streets| Built { streets, restrictions }), report)
}

/// A way that is driven, by its place in the extract's list.
pub(super) struct DrivenWay {
    pub(super) at: usize,
    pub(super) street: Street,
}

fn choose_ways(map: &OsmMap, profile: &Profile, report: &mut StreetReport) -> Vec<DrivenWay> {
    let mut chosen = Vec::new();
    for (at, way) in map.ways.iter().enumerate() {
        match profile.judge_way(&way.tags) {
            Verdict::SomethingElse => {}
            Verdict::NotDriven(reason) => *report.ways_not_driven.entry(reason).or_default() += 1,
            Verdict::Driven(street) => {
                report.ways_driven += 1;
                report.ways_posted += usize::from(street.is_posted);
                report.ways_restricted += usize::from(street.is_restricted);
                report.ways_one_way +=
                    usize::from(street.forward_kmh.is_none() || street.backward_kmh.is_none());
                report.ferries += usize::from(street.class == StreetClass::Ferry);
                chosen.push(DrivenWay { at, street });
            }
        }
    }
    chosen
}

/// New numbers for the junctions of the largest strongly connected component, `None` for all others.
/// They follow a Z-curve over the map.
fn number_largest_part(
    ways: &[DrivenWay],
    cut: &Cut,
    report: &mut StreetReport,
) -> Vec<Option<u32>> {
    let mut graph: DiGraph<(), (), u32> =
        DiGraph::with_capacity(cut.junctions.len(), 2 * cut.pieces.len());
    for _ in &cut.junctions {
        graph.add_node(());
    }
    for piece in &cut.pieces {
        let [from, to] = piece.ends.map(|end| NodeIndex::new(end as usize));
        if ways[piece.way].street.forward_kmh.is_some() {
            graph.add_edge(from, to, ());
        }
        if ways[piece.way].street.backward_kmh.is_some() {
            graph.add_edge(to, from, ());
        }
    }
    // Kosaraju's algorithm: Tarjan's recurses in petgraph and overflows the stack on a country.
    let mut largest = kosaraju_scc(&graph).into_iter().max_by_key(Vec::len).unwrap_or_default();
    largest.sort_by_cached_key(|junction| {
        let at = cut.junctions[junction.index()].at;
        let unsigned = |value: i32| (i64::from(value) - i64::from(i32::MIN)) as u32;
        (interleave(unsigned(at.lat), unsigned(at.lon)), junction.index())
    });
    let mut new_numbers = vec![None; cut.junctions.len()];
    for (number, junction) in (0..).zip(&largest) {
        new_numbers[junction.index()] = Some(number);
    }
    report.junctions_left_out = cut.junctions.len() - largest.len();
    report.edges_left_out = graph
        .raw_edges()
        .iter()
        .filter(|edge| {
            new_numbers[edge.source().index()].is_none()
                || new_numbers[edge.target().index()].is_none()
        })
        .count();
    new_numbers
}

/// The bits of both numbers in turn: a place on the Z-curve.
fn interleave(a: u32, b: u32) -> u64 {
    let spread = |value: u32| {
        let mut bits = u64::from(value);
        for (shift, mask) in [
            (16, 0x0000_FFFF_0000_FFFF),
            (8, 0x00FF_00FF_00FF_00FF),
            (4, 0x0F0F_0F0F_0F0F_0F0F),
            (2, 0x3333_3333_3333_3333),
            (1, 0x5555_5555_5555_5555),
        ] {
            bits = (bits | bits << shift) & mask;
        }
        bits
    };
    spread(a) << 1 | spread(b)
}

/// The final graph: edges in the order of the junctions they leave, both directions of a piece linked.
fn link(
    map: &OsmMap,
    ways: &[DrivenWay],
    cut: &Cut,
    new_numbers: &[Option<u32>],
) -> (StreetGraph, Texts) {
    let mut junctions: Vec<_> = cut
        .junctions
        .iter()
        .zip(new_numbers)
        .filter_map(|(junction, number)| Some(((*number)?, *junction)))
        .collect();
    junctions.sort_unstable_by_key(|(number, _)| *number);

    let mut names = Names::default();
    let mut edges = Vec::new();
    for (number, piece) in cut.pieces.iter().enumerate() {
        let [Some(from), Some(to)] = piece.ends.map(|end| new_numbers[end as usize]) else {
            continue;
        };
        let driven = &ways[piece.way];
        let osm_way = &map.ways[driven.at];
        let name = names.number_of(&osm_way.tags);
        for is_against in [false, true] {
            let (kmh, tail, head) = if is_against {
                (driven.street.backward_kmh, to, from)
            } else {
                (driven.street.forward_kmh, from, to)
            };
            let Some(kmh) = kmh else { continue };
            let way_len_m = cut.way_lengths_m[piece.way];
            let drive_ds = drive_ds(piece, &driven.street, kmh, way_len_m);
            let weight = Piece {
                duration_ds: (drive_ds + piece.delays_ds[usize::from(is_against)]).max(1),
                length_dm: (piece.length_m * 10.0).round() as u32,
                way: osm_way.id,
                class: driven.street.class,
                is_restricted: driven.street.is_restricted,
                is_roundabout: driven.street.is_roundabout,
                reverse: None,
                name,
                course: piece.course.clone(),
                is_against,
            };
            edges.push((tail, head, number, weight));
        }
    }
    edges.sort_by_key(|(tail, ..)| *tail);

    let mut graph = StreetGraph::with_capacity(junctions.len(), edges.len());
    for (_, junction) in junctions {
        graph.add_node(junction);
    }
    let mut other_direction: HashMap<usize, EdgeIndex> = HashMap::new();
    for (tail, head, number, weight) in edges {
        let [tail, head] = [tail, head].map(|number| NodeIndex::new(number as usize));
        let edge = graph.add_edge(tail, head, weight);
        if let Some(reverse) = other_direction.insert(number, edge) {
            graph[edge].reverse = Some(reverse);
            graph[reverse].reverse = Some(edge);
        }
    }
    (graph, names.list.iter().collect())
}

fn drive_ds(piece: &CutPiece, street: &Street, kmh: f32, way_len_m: f64) -> u32 {
    let crossing_s = street.crossing_s.map(f64::from).filter(|crossing_s| {
        FERRY_KMH_SENSIBLE.contains(&(way_len_m / crossing_s * 3.6)) && way_len_m > 0.0
    });
    let seconds = match crossing_s {
        Some(crossing_s) => crossing_s * piece.length_m / way_len_m,
        None => piece.length_m / f64::from(kmh) * 3.6,
    };
    (seconds * 10.0).round() as u32
}

/// Street names, each stored once.
#[derive(Default)]
struct Names<'a> {
    numbers: HashMap<&'a str, u32>,
    list: Vec<&'a str>,
}

impl<'a> Names<'a> {
    fn number_of(&mut self, tags: &'a Tags) -> Option<u32> {
        let name = tag(tags, "name").or_else(|| tag(tags, "ref"))?;
        let next = self.list.len() as u32;
        Some(*self.numbers.entry(name).or_insert_with(|| {
            self.list.push(name);
            next
        }))
    }
}

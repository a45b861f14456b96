//! The order in which a hierarchy is built: nested dissection of the map, from the street graph alone, so
//! it holds for any weights.
//!
//! A cut of streets parts the junctions in two, and the directed edges that it crosses part the graph of
//! turns, whose nodes they are (V. Buchhold, D. Wagner, T. Zeitz, M. Zündorf, "Customizable Contraction
//! Hierarchies with Turn Costs", ATMOS 2020, DOI 10.4230/OASIcs.ATMOS.2020.9). They come last, each half
//! before them, and so on within the halves. A cut is found by inertial flow (A. Schild, C. Sommer, "On
//! Balanced Separators in Road Networks", SEA 2015, DOI 10.1007/978-3-319-20086-6_22): in each of some
//! directions the outer quarters of the junctions are held fast and the least cut between them is taken.

use super::flow::Cell;

/// A junction's place: any units, the same both ways.
pub type Place = [i32; 2];

/// A directed edge of the street graph: its ends among the junctions.
pub type Ends = [u32; 2];

/// The edges in the order of their ranks, lowest first.
pub fn dissect(places: &[Place], edges: &[Ends]) -> Vec<u32> {
    dissect_cell(Cell::new(places.to_vec()), (0..).zip(edges.iter().copied()).collect())
}

/// Orders the edges within a cell; their ends are numbers of its junctions.
fn dissect_cell(cell: Cell, edges: Vec<(u32, Ends)>) -> Vec<u32> {
    if edges.is_empty() {
        return Vec::new();
    }
    if cell.places.len() == 1 {
        return edges.into_iter().map(|(edge, _)| edge).collect();
    }
    let is_first = cell.best_cut(edges.iter().map(|(_, ends)| *ends));
    // New numbers within each half.
    let mut places = [Vec::new(), Vec::new()];
    let number: Vec<u32> = cell
        .places
        .iter()
        .zip(&is_first)
        .map(|(place, is_first)| {
            let half = &mut places[usize::from(!is_first)];
            half.push(*place);
            half.len() as u32 - 1
        })
        .collect();
    let mut halves = [Vec::new(), Vec::new()];
    let mut cut = Vec::new();
    for (edge, [from, to]) in edges {
        let [from_first, to_first] = [from, to].map(|end| is_first[end as usize]);
        if from_first == to_first {
            let ends = [from, to].map(|end| number[end as usize]);
            halves[usize::from(!from_first)].push((edge, ends));
        } else {
            cut.push(edge);
        }
    }
    let ([first_places, second_places], [first, second]) = (places, halves);
    let one = || dissect_cell(Cell::new(first_places), first);
    let other = || dissect_cell(Cell::new(second_places), second);
    let (mut order, rest) = rayon::join(one, other);
    order.extend(rest);
    order.extend(cut);
    order
}

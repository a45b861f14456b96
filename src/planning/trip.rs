//! The shortest order in which to visit places: a day with one vehicle and no other wish.

use crate::solver::search::{self, Options};
use crate::solver::{Budget, Draft, Matrix, Plan, Problem, Task, Tours, UNREACHABLE_S, Vehicle};

/// Where a trip must begin and end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TripEnds {
    pub first: Option<u32>,
    pub last: Option<u32>,
}

/// So many places between the ends are ordered by looking at all orders.
const ALL_ORDERS_MAX: usize = 10;

/// Steps of the search for more, for each place.
const STEPS_PER_PLACE: u64 = 400;
const STEPS_MAX: u64 = 200_000;

/// All places in the best order found, those of `ends` first and last; a round trip has one place as both and
/// names it once. `durations` is square, row after row, in any unit; `None` where no way leads. Nothing if
/// there is no such order.
pub fn best_order(size: usize, durations: &[Option<u32>], ends: TripEnds) -> Option<Vec<usize>> {
    let is_end = |place: u32| ends.first == Some(place) || ends.last == Some(place);
    let between: Vec<u32> = (0..size as u32).filter(|place| !is_end(*place)).collect();
    let middle = if between.len() <= ALL_ORDERS_MAX {
        let leg = |from: u32, to: u32| durations[from as usize * size + to as usize];
        shortest_of_all(leg, &between, ends)?
    } else {
        searched(size, durations, &between, ends)?
    };
    let is_round = ends.first.is_some() && ends.first == ends.last;
    let first = ends.first.into_iter();
    let last = ends.last.into_iter().filter(|_| !is_round);
    let order: Vec<usize> = first.chain(middle).chain(last).map(|place| place as usize).collect();
    let has_way = |from: usize, to: usize| durations[from * size + to].is_some();
    let is_whole = order.windows(2).all(|pair| has_way(pair[0], pair[1]));
    is_whole.then_some(order)
}

/// The shortest of all orders of the places between the ends (Held and Karp 1962, doi 10.1137/0110015).
fn shortest_of_all(
    leg: impl Fn(u32, u32) -> Option<u32>,
    between: &[u32],
    ends: TripEnds,
) -> Option<Vec<u32>> {
    let count = between.len();
    if count == 0 {
        return Some(Vec::new());
    }
    // By a set of places and the last of them: how long the shortest way through all of them is, and which comes before
    // the last.
    let mut ways: Vec<Vec<Option<(u64, usize)>>> = vec![vec![None; count]; 1 << count];
    for (last, place) in between.iter().enumerate() {
        let begin = ends.first.map_or(Some(0), |first| leg(first, *place));
        ways[1 << last][last] = begin.map(|length| (u64::from(length), last));
    }
    for set in 1..1_usize << count {
        for last in 0..count {
            let Some((length, _)) = ways[set][last] else { continue };
            for next in (0..count).filter(|next| set & (1 << next) == 0) {
                let Some(more) = leg(between[last], between[next]) else { continue };
                let length = length + u64::from(more);
                let way = &mut ways[set | 1 << next][next];
                if way.is_none_or(|(known, _)| length < known) {
                    *way = Some((length, last));
                }
            }
        }
    }
    let mut set = (1 << count) - 1;
    let whole = |last: usize| {
        let (length, _) = ways[set][last]?;
        let end = ends.last.map_or(Some(0), |end| leg(between[last], end))?;
        Some((length + u64::from(end), last))
    };
    let (_, mut last) = (0..count).filter_map(whole).min()?;
    let mut order = Vec::with_capacity(count);
    while set != 0 {
        order.push(between[last]);
        let (_, before) = ways[set][last]?;
        set &= !(1 << last);
        last = before;
    }
    order.reverse();
    Some(order)
}

/// A good order of many places between the ends.
fn searched(
    size: usize,
    durations: &[Option<u32>],
    between: &[u32],
    ends: TripEnds,
) -> Option<Vec<u32>> {
    let seconds = durations
        .iter()
        .map(|duration| {
            duration.map_or(UNREACHABLE_S, |duration| duration.min(UNREACHABLE_S as u32 - 1) as i32)
        })
        .collect();
    let matrix = Matrix::parse(size, seconds, Vec::new(), None).ok()?;
    let tasks =
        between.iter().map(|place| Task { location: *place, is_required: true, ..Task::default() });
    let vehicle = Vehicle { start: ends.first, end: ends.last, ..Vehicle::default() };
    let draft = Draft { tasks: tasks.collect(), vehicles: vec![vehicle], matrices: vec![matrix] };
    let problem = Problem::parse(draft).ok()?;
    let tours = Tours::of(&problem, &Plan::empty(&problem)).ok()?;
    let steps = (size as u64 * STEPS_PER_PLACE).min(STEPS_MAX);
    let found =
        search::improve(tours, &Options::default(), &Budget::iterations(steps), &mut |_| {});
    let tour = found.plan.tours.first()?;
    let order = tour.iter().map(|task| between[task.0 as usize]);
    (tour.len() == between.len()).then(|| order.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn length(size: usize, durations: &[Option<u32>], order: &[usize], is_round: bool) -> u64 {
        let closing = is_round.then(|| (order[order.len() - 1], order[0]));
        let legs = order.windows(2).map(|pair| (pair[0], pair[1])).chain(closing);
        legs.map(|(from, to)| u64::from(durations[from * size + to].unwrap())).sum()
    }

    /// The shortest of all orders.
    fn shortest(size: usize, durations: &[Option<u32>], ends: TripEnds, is_round: bool) -> u64 {
        fn walk(order: &mut Vec<usize>, size: usize, visit: &mut dyn FnMut(&[usize])) {
            if order.len() == size {
                return visit(order);
            }
            for next in 0..size {
                if !order.contains(&next) {
                    order.push(next);
                    walk(order, size, visit);
                    order.pop();
                }
            }
        }
        let mut best = u64::MAX;
        walk(&mut Vec::new(), size, &mut |order| {
            let begins = ends.first.is_none_or(|first| order[0] == first as usize);
            let ends_so = is_round || ends.last.is_none_or(|last| order[size - 1] == last as usize);
            if begins && ends_so {
                best = best.min(length(size, durations, order, is_round));
            }
        });
        best
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn few_places_are_visited_in_the_shortest_order_of_all(
            size in 2_usize..7,
            all in prop::collection::vec(1_u32..1_000, 36),
            kind in 0_usize..4,
        ) {
            let durations: Vec<Option<u32>> = (0..size * size)
                .map(|cell| Some(if cell / size == cell % size { 0 } else { all[cell] }))
                .collect();
            let last = size as u32 - 1;
            let (first, last, is_round) = [
                (Some(0), Some(0), true),
                (Some(0), Some(last), false),
                (Some(0), None, false),
                (None, Some(last), false),
            ][kind];
            let ends = TripEnds { first, last };
            let order = best_order(size, &durations, ends).unwrap();
            let mut sorted = order.clone();
            sorted.sort_unstable();
            prop_assert_eq!(sorted, (0..size).collect::<Vec<_>>());
            prop_assert_eq!(
                length(size, &durations, &order, is_round),
                shortest(size, &durations, ends, is_round)
            );
        }
    }

    #[test]
    fn without_a_way_there_is_no_trip() {
        let durations = [Some(0), None, None, Some(0)];
        let ends = TripEnds { first: Some(0), last: Some(1) };
        assert_eq!(best_order(2, &durations, ends), None);
    }
}

//! Puts the ways of an area's border together: multipolygons (any direction) and coastlines (one
//! direction).

use crate::roads::plane::{Frame, Spot};
use std::collections::HashMap;

/// An area: its border and the borders of its holes. Each ring's last place is its first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Area {
    pub outer: Vec<Spot>,
    pub holes: Vec<Vec<Spot>>,
}

/// What came of joining ways: rings, and lines whose ends nothing continues. Node ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Joined {
    pub rings: Vec<Vec<i64>>,
    pub open: Vec<Vec<i64>>,
}

/// Joins ways where one ends and another begins; if they may be `turned`, also where two begin or two
/// end.
pub fn join(ways: Vec<Vec<i64>>, turned: bool) -> Joined {
    let mut joined = Joined::default();
    let mut at_end: HashMap<i64, Vec<usize>> = HashMap::new();
    for (number, way) in ways.iter().enumerate() {
        if let (Some(&first), Some(&last)) = (way.first(), way.last()) {
            at_end.entry(first).or_default().push(number);
            if turned && last != first {
                at_end.entry(last).or_default().push(number);
            }
        }
    }
    let mut used = vec![false; ways.len()];
    // Where lines are directed, a line is begun where nothing leads into it, so that it is found whole.
    let mut order: Vec<usize> = (0..ways.len()).collect();
    if !turned {
        let ends: std::collections::HashSet<i64> =
            ways.iter().filter_map(|way| way.last().copied()).collect();
        order.sort_by_key(|&number| ways[number].first().is_some_and(|first| ends.contains(first)));
    }
    for start in order {
        if used[start] || ways[start].len() < 2 {
            continue;
        }
        used[start] = true;
        let mut line = ways[start].clone();
        let mut grown_backwards = !turned;
        loop {
            let (first, last) = (line[0], line[line.len() - 1]);
            if first == last {
                break;
            }
            let next = at_end
                .get(&last)
                .and_then(|numbers| numbers.iter().copied().find(|&number| !used[number]));
            let Some(number) = next else {
                if grown_backwards {
                    break;
                }
                grown_backwards = true;
                line.reverse();
                continue;
            };
            used[number] = true;
            let way = &ways[number];
            if way[0] == last {
                line.extend_from_slice(&way[1..]);
            } else {
                line.extend(way[..way.len() - 1].iter().rev());
            }
        }
        if line[0] == line[line.len() - 1] && line.len() >= 4 {
            joined.rings.push(line);
        } else {
            joined.open.push(line);
        }
    }
    joined
}

/// Twice the area of a ring in steps, positive if it runs clockwise as seen on the map (y to the
/// south).
pub fn doubled_area(ring: &[Spot]) -> i64 {
    let Some(&origin) = ring.first() else { return 0 };
    let from_origin = |spot: Spot| (i64::from(spot.x - origin.x), i64::from(spot.y - origin.y));
    ring.windows(2)
        .map(|side| {
            let (a, b) = (from_origin(side[0]), from_origin(side[1]));
            a.0 * b.1 - b.0 * a.1
        })
        .sum()
}

/// Even-odd rule; a place on the border may count either way.
pub fn ring_contains(ring: &[Spot], spot: Spot) -> bool {
    let mut inside = false;
    for side in ring.windows(2) {
        let (a, b) = (side[0], side[1]);
        if (a.y > spot.y) != (b.y > spot.y) {
            let along = (f64::from(spot.y) - f64::from(a.y)) / (f64::from(b.y) - f64::from(a.y));
            let x = f64::from(a.x) + along * (f64::from(b.x) - f64::from(a.x));
            inside ^= f64::from(spot.x) < x;
        }
    }
    inside
}

/// Gives each hole to the smallest outer ring around it; holes in none are left out.
pub fn assign_holes(outers: Vec<Vec<Spot>>, holes: Vec<Vec<Spot>>) -> Vec<Area> {
    let frames: Vec<Frame> = outers.iter().map(|ring| Frame::around(ring)).collect();
    let sizes: Vec<i64> = outers.iter().map(|ring| doubled_area(ring).abs()).collect();
    let mut areas: Vec<Area> =
        outers.into_iter().map(|outer| Area { outer, holes: Vec::new() }).collect();
    for hole in holes {
        let frame = Frame::around(&hole);
        let around = (0..areas.len())
            .filter(|&number| {
                frames[number].join(frame) == frames[number]
                    && is_inside(&areas[number].outer, &hole)
            })
            .min_by_key(|&number| sizes[number]);
        if let Some(number) = around {
            areas[number].holes.push(hole);
        }
    }
    areas
}

/// Holes may touch the border at some places, so most of three places decide.
fn is_inside(outer: &[Spot], hole: &[Spot]) -> bool {
    let asked = [0, hole.len() / 3, hole.len() * 2 / 3];
    asked.iter().filter(|&&at| ring_contains(outer, hole[at])).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(i32, i32)]) -> Vec<Spot> {
        corners.iter().chain(corners.first()).map(|&(x, y)| Spot { x, y }).collect()
    }

    #[test]
    fn pieces_of_a_border_are_joined_whichever_way_they_run() {
        let joined = join(vec![vec![1, 2, 3], vec![5, 4, 3], vec![5, 6, 1], vec![8, 9]], true);
        assert_eq!(joined.rings.len(), 1);
        assert_eq!(joined.rings[0].len(), 7);
        assert_eq!(joined.open, vec![vec![9, 8]]);
    }

    #[test]
    fn directed_lines_are_found_whole_whatever_their_order() {
        let joined = join(vec![vec![3, 4], vec![1, 2], vec![2, 3], vec![7, 6]], false);
        assert_eq!(joined.rings, Vec::<Vec<i64>>::new());
        assert_eq!(joined.open, vec![vec![1, 2, 3, 4], vec![7, 6]]);
    }

    #[test]
    fn a_hole_goes_to_the_smallest_area_around_it() {
        let large = ring(&[(0, 0), (100, 0), (100, 100), (0, 100)]);
        let small = ring(&[(10, 10), (50, 10), (50, 50), (10, 50)]);
        let hole = ring(&[(20, 20), (30, 20), (30, 30), (20, 30)]);
        let stray = ring(&[(200, 200), (230, 200), (230, 230), (200, 230)]);
        let areas = assign_holes(vec![large, small], vec![hole.clone(), stray]);
        assert_eq!((areas[0].holes.len(), areas[1].holes.clone()), (0, vec![hole]));
    }

    #[test]
    fn a_clockwise_ring_has_a_positive_area() {
        assert_eq!(doubled_area(&ring(&[(0, 0), (3, 0), (3, 2), (0, 2)])), 12);
        assert_eq!(doubled_area(&ring(&[(0, 2), (3, 2), (3, 0), (0, 0)])), -12);
    }
}

//! Joins lines end to end, so that a street is one line where it is drawn alike, and its name has room.

use crate::roads::plane::Spot;

/// Where more than two lines meet, two go on into each other if they bend by less than this (its cosine).
const STRAIGHT_COS: f64 = 0.87;

/// Joins lines where two meet, and where more meet those that go on straightest. `directed` lines are
/// joined only where one ends and the other begins, and keep their direction; others may be turned. Each
/// line that comes out is shown to the visitor, who may change it: the memory is used again.
pub fn join_lines(lines: &[&[Spot]], directed: bool, mut visit: impl FnMut(&mut Vec<Spot>)) {
    let mut line: Vec<Spot> = Vec::new();
    if let [only] = lines {
        line.extend_from_slice(only);
        return visit(&mut line);
    }
    let partners = partners(lines, directed);
    let mut used = vec![false; lines.len()];
    for start in 0..lines.len() {
        if used[start] {
            continue;
        }
        // Back to where the chain of lines begins, or once around.
        let mut entry = 2 * start;
        while let Some(before) = partners[entry] {
            entry = before ^ 1;
            if entry / 2 == start {
                break;
            }
        }
        line.clear();
        loop {
            used[entry / 2] = true;
            let part = lines[entry / 2];
            let known = usize::from(!line.is_empty());
            if entry.is_multiple_of(2) {
                line.extend(&part[known..]);
            } else {
                line.extend(part.iter().rev().skip(known));
            }
            match partners[entry ^ 1] {
                Some(next) if !used[next / 2] => entry = next,
                _ => break,
            }
        }
        visit(&mut line);
    }
}

/// For each end of a line (its number doubled, one more for its last place) the end that it joins.
fn partners(lines: &[&[Spot]], directed: bool) -> Vec<Option<usize>> {
    let mut partners = vec![None; lines.len() * 2];
    let mut ends: Vec<(Spot, usize)> = Vec::with_capacity(lines.len() * 2);
    for (number, line) in lines.iter().enumerate() {
        if let [first, .., last] = line {
            ends.extend([(*first, 2 * number), (*last, 2 * number + 1)]);
        }
    }
    ends.sort_unstable();
    for meeting in ends.chunk_by(|a, b| a.0 == b.0) {
        let fits = |a: usize, b: usize| a / 2 != b / 2 && (!directed || a % 2 != b % 2);
        if let &[(_, a), (_, b)] = meeting {
            if fits(a, b) {
                (partners[a], partners[b]) = (Some(b), Some(a));
            }
            continue;
        }
        let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
        for (at, &(_, a)) in meeting.iter().enumerate() {
            for &(_, b) in &meeting[at + 1..] {
                let straight = -cosine(heading(lines, a), heading(lines, b));
                if fits(a, b) && straight >= STRAIGHT_COS {
                    pairs.push((straight, a, b));
                }
            }
        }
        pairs.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (_, a, b) in pairs {
            if partners[a].is_none() && partners[b].is_none() {
                (partners[a], partners[b]) = (Some(b), Some(a));
            }
        }
    }
    partners
}

/// The direction in which a line leaves its end.
fn heading(lines: &[&[Spot]], end: usize) -> (f64, f64) {
    let line = lines[end / 2];
    let (from, to) = if end.is_multiple_of(2) {
        (line[0], line[1])
    } else {
        (line[line.len() - 1], line[line.len() - 2])
    };
    (f64::from(to.x - from.x), f64::from(to.y - from.y))
}

fn cosine(a: (f64, f64), b: (f64, f64)) -> f64 {
    (a.0 * b.0 + a.1 * b.1) / ((a.0 * a.0 + a.1 * a.1) * (b.0 * b.0 + b.1 * b.1)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(places: &[(i32, i32)]) -> Vec<Spot> {
        places.iter().map(|&(x, y)| Spot { x, y }).collect()
    }

    fn join(lines: &[Vec<Spot>], directed: bool) -> Vec<Vec<Spot>> {
        let lines: Vec<&[Spot]> = lines.iter().map(|line| &line[..]).collect();
        let mut joined = Vec::new();
        join_lines(&lines, directed, |line| joined.push(line.clone()));
        joined
    }

    #[test]
    fn lines_join_where_two_meet_and_the_straightest_where_three_do() {
        let lines = vec![
            line(&[(0, 0), (1, 0)]),
            line(&[(2, 0), (1, 0)]),
            line(&[(2, 0), (2, 5)]),
            line(&[(2, 0), (3, 0)]),
        ];
        let joined = join(&lines, false);
        assert_eq!(joined, [line(&[(0, 0), (1, 0), (2, 0), (3, 0)]), line(&[(2, 0), (2, 5)])]);
    }

    #[test]
    fn lines_with_a_direction_keep_it() {
        let (onward, against) = (line(&[(0, 0), (1, 0)]), line(&[(2, 0), (1, 0)]));
        let lines = vec![onward, against, line(&[(1, 9), (0, 0)])];
        let joined = join(&lines, true);
        assert_eq!(joined, [line(&[(1, 9), (0, 0), (1, 0)]), line(&[(2, 0), (1, 0)])]);
    }

    #[test]
    fn a_ring_of_lines_becomes_one_closed_line() {
        let lines = vec![line(&[(0, 0), (5, 0)]), line(&[(5, 0), (5, 5), (0, 0)])];
        assert_eq!(join(&lines, true), [line(&[(0, 0), (5, 0), (5, 5), (0, 0)])]);
    }

    proptest! {
        #[test]
        fn joining_keeps_every_side_once(
            lines in prop::collection::vec(prop::collection::vec((0..6_i32, 0..6_i32), 2..5), 1..30),
            directed: bool,
        ) {
            let mut lines: Vec<Vec<Spot>> = lines.iter().map(|places| line(places)).collect();
            lines.iter_mut().for_each(Vec::dedup);
            lines.retain(|line| line.len() >= 2);
            let sides = |lines: &[Vec<Spot>]| {
                let mut sides: Vec<(Spot, Spot)> = lines
                    .iter()
                    .flat_map(|line| line.windows(2).map(|side| (side[0], side[1])))
                    .map(|(a, b)| if directed { (a, b) } else { (a.min(b), a.max(b)) })
                    .collect();
                sides.sort_unstable();
                sides
            };
            let joined = join(&lines, directed);
            prop_assert!(joined.len() <= lines.len());
            prop_assert_eq!(sides(&joined), sides(&lines));
        }
    }
}

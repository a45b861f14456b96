//! Makes areas of sea from `natural=coastline`, which OpenStreetMap has only as lines: land to the
//! left, water to the right.
//!
//! Lines that end in the data are cut by a box, led on to a wider one, and the pieces are closed
//! along its edge so that the water stays on the right. Going around the edge, coast must come in and go out in turn. Where it does not, the
//! coastline is broken and there is no sea at all: a missing sea is a blemish, a flooded town a lie.

use super::geometry::clip_side;
use super::rings::{Area, assign_holes, doubled_area, join, ring_contains};
use crate::roads::osm::tag;
use crate::roads::plane::{Frame, Ground, Spot};

/// A coast that ends inside the box is led straight out of it, if that is at most this share of the
/// box's shorter side.
const LED_OUT_SHARE_MAX: f64 = 0.12;

/// A coast goes on the way it runs if that leads out of the box by at least this (a cosine).
const OUTWARDS_MIN: f64 = 0.2;

/// Around the data the sea goes on for this share of its longer side.
const MARGIN_SHARE: f64 = 2.0;

/// The sea of an extract whose streets lie in `streets`; empty without coast or with a broken one.
pub fn sea(ground: &Ground<'_>, streets: Frame) -> Vec<Area> {
    let (rings, open) = coastlines(ground);
    if rings.is_empty() && open.is_empty() {
        return Vec::new();
    }
    let mut data = streets;
    if open.is_empty() || streets.is_empty() {
        for line in rings.iter().chain(&open) {
            data = data.join(Frame::around(line));
        }
    }
    let side = (data.east - data.west).max(data.south - data.north);
    let reach = inside_world(data.grown((f64::from(side) * MARGIN_SHARE) as i32));
    // Coasts that go on the way they run may meet; straight on they do not.
    let trending = flood(rings.clone(), open.clone(), data, reach, false);
    trending.or_else(|| flood(rings, open, data, reach, true)).unwrap_or_default()
}

fn inside_world(frame: Frame) -> Frame {
    let last = (1 << crate::roads::plane::WORLD_BITS) - 1;
    Frame {
        west: frame.west.max(0),
        north: frame.north.max(0),
        east: frame.east.min(last),
        south: frame.south.min(last),
    }
}

/// The coast as rings and as lines with loose ends.
fn coastlines(ground: &Ground<'_>) -> (Vec<Vec<Spot>>, Vec<Vec<Spot>>) {
    let mut ways = Vec::new();
    for way in &ground.map.ways {
        if tag(&way.tags, "natural") == Some("coastline") {
            // An extract may lack nodes; a line must not jump over the gap.
            let known = way.nodes.split(|&node| ground.spot(node).is_none());
            ways.extend(known.filter(|part| part.len() >= 2).map(<[i64]>::to_vec));
        }
    }
    let joined = join(ways, false);
    let lines = |lists: Vec<Vec<i64>>| {
        lists.iter().map(|nodes| ground.line_of(nodes)).filter(|line| line.len() >= 2).collect()
    };
    (lines(joined.rings), lines(joined.open))
}

/// The water within `reach`; `None` if the coast is broken. Of a coast with loose ends only what is in
/// `frame` counts; beyond, it is thought to go on the
/// way it runs, or straight out.
pub fn flood(
    rings: Vec<Vec<Spot>>,
    open: Vec<Vec<Spot>>,
    frame: Frame,
    reach: Frame,
    straight: bool,
) -> Option<Vec<Area>> {
    if frame.east - frame.west < 2 || frame.south - frame.north < 2 {
        return None;
    }
    let mut pieces = Vec::new();
    let (mut islands, mut basins) = (Vec::new(), Vec::new());
    for ring in rings {
        let around = Frame::around(&ring);
        if around.join(reach) == reach {
            if doubled_area(&ring) < 0 { islands.push(ring) } else { basins.push(ring) }
        } else if around.touches(reach) {
            let outside = ring.iter().position(|&spot| !reach.contains(spot))?;
            let mut turned = ring[outside..].to_vec();
            turned.extend_from_slice(&ring[1..=outside]);
            pieces.extend(cut(&turned, reach));
        }
    }
    for line in open {
        if Frame::around(&line).touches(frame) {
            let inside = cut(&lead_out(line, frame)?, frame);
            pieces.extend(inside.into_iter().map(|piece| lead_on(piece, frame, reach, straight)));
        }
    }
    let mut outers = if pieces.is_empty() { Vec::new() } else { close_pieces(&pieces, reach)? };
    let in_basin = |island: &Vec<Spot>| basins.iter().any(|basin| ring_contains(basin, island[0]));
    if pieces.is_empty() && islands.iter().any(|island| !in_basin(island)) {
        let mut edge = corners(reach).to_vec();
        edge.push(edge[0]);
        outers.push(edge);
    }
    outers.extend(basins);
    Some(assign_holes(outers, islands))
}

/// Continues loose ends inside the box straight to its nearest edge, if that is near.
fn lead_out(mut line: Vec<Spot>, frame: Frame) -> Option<Vec<Spot>> {
    let shorter = (frame.east - frame.west).min(frame.south - frame.north);
    let reach = f64::from(shorter) * LED_OUT_SHARE_MAX;
    for _ in 0..2 {
        line.reverse();
        let end = *line.last()?;
        if frame.contains(end) {
            let out = [
                Spot { x: frame.west - 1, ..end },
                Spot { x: frame.east + 1, ..end },
                Spot { y: frame.north - 1, ..end },
                Spot { y: frame.south + 1, ..end },
            ];
            let nearest =
                out.into_iter().min_by(|a, b| a.distance2(end).total_cmp(&b.distance2(end)))?;
            if nearest.distance2(end).sqrt() > reach + 1.0 {
                return None;
            }
            line.push(nearest);
        }
    }
    Some(line)
}

/// Continues both ends of a piece from the edge of the box to that of the wider one: the way the coast
/// runs on the whole, or straight out where it is to be `straight` or that would lead inside again.
fn lead_on(mut piece: Vec<Spot>, frame: Frame, reach: Frame, straight: bool) -> Vec<Spot> {
    let (first, last) = (piece[0], piece[piece.len() - 1]);
    for other in [last, first] {
        piece.reverse();
        let end = piece[piece.len() - 1];
        // At a corner, as going around the edge clockwise meets it.
        let out = if end.y == frame.north && end.x < frame.east {
            (0.0, -1.0)
        } else if end.x == frame.east && end.y < frame.south {
            (1.0, 0.0)
        } else if end.y == frame.south && end.x > frame.west {
            (0.0, 1.0)
        } else {
            (-1.0, 0.0)
        };
        let trend = (f64::from(end.x - other.x), f64::from(end.y - other.y));
        let outwards = (trend.0 * out.0 + trend.1 * out.1) / trend.0.hypot(trend.1).max(1.0);
        let on = along(end, if straight || outwards < OUTWARDS_MIN { out } else { trend }, reach);
        if on != end {
            piece.push(on);
        }
    }
    piece
}

/// Where a ray from inside a box meets its edge.
fn along(from: Spot, direction: (f64, f64), frame: Frame) -> Spot {
    let until = |at: i32, speed: f64, low: i32, high: i32| {
        let room = f64::from(if speed < 0.0 { low - at } else { high - at });
        if speed == 0.0 { f64::INFINITY } else { room / speed }
    };
    let (x_time, y_time) = (
        until(from.x, direction.0, frame.west, frame.east),
        until(from.y, direction.1, frame.north, frame.south),
    );
    let time = x_time.min(y_time);
    let to = |at: i32, speed: f64| (f64::from(at) + speed * time).round() as i32;
    let mut end = Spot { x: to(from.x, direction.0), y: to(from.y, direction.1) };
    // One of them exactly.
    if x_time <= y_time {
        end.x = if direction.0 < 0.0 { frame.west } else { frame.east };
        end.y = end.y.clamp(frame.north, frame.south);
    } else {
        end.y = if direction.1 < 0.0 { frame.north } else { frame.south };
        end.x = end.x.clamp(frame.west, frame.east);
    }
    end
}

/// The parts of a line inside the box, each from edge to edge. Both ends of the line are outside.
fn cut(line: &[Spot], frame: Frame) -> Vec<Vec<Spot>> {
    let mut pieces: Vec<Vec<Spot>> = Vec::new();
    let mut current: Vec<Spot> = Vec::new();
    for side in line.windows(2) {
        let Some((from, to)) = clip_side(side[0], side[1], frame) else { continue };
        if current.last() != Some(&from) {
            current = vec![from];
        }
        if to != from {
            current.push(to);
        }
        if to != side[1] || on_edge(to, frame) {
            // On the edge: the piece ends here, whether or not the line goes on inside.
            if current.len() >= 2 && on_edge(current[0], frame) {
                pieces.push(std::mem::take(&mut current));
            }
            current.clear();
            if to == side[1] {
                current.push(to);
            }
        }
    }
    // A piece that only runs along the edge bounds nothing.
    pieces.retain(|piece| piece.iter().any(|&spot| !on_edge(spot, frame)) || crosses(piece, frame));
    pieces
}

/// A piece of edge places only that still goes through the inside of the box.
fn crosses(piece: &[Spot], frame: Frame) -> bool {
    piece.windows(2).any(|side| {
        let middle =
            Spot { x: i32::midpoint(side[0].x, side[1].x), y: i32::midpoint(side[0].y, side[1].y) };
        !on_edge(middle, frame)
    })
}

fn on_edge(spot: Spot, frame: Frame) -> bool {
    spot.x == frame.west || spot.x == frame.east || spot.y == frame.north || spot.y == frame.south
}

fn corners(frame: Frame) -> [Spot; 4] {
    [
        Spot { x: frame.west, y: frame.north },
        Spot { x: frame.east, y: frame.north },
        Spot { x: frame.east, y: frame.south },
        Spot { x: frame.west, y: frame.south },
    ]
}

/// How far along the edge a place is, clockwise from the north-west corner.
fn along_edge(spot: Spot, frame: Frame) -> i64 {
    let width = i64::from(frame.east) - i64::from(frame.west);
    let height = i64::from(frame.south) - i64::from(frame.north);
    if spot.y == frame.north {
        i64::from(spot.x - frame.west)
    } else if spot.x == frame.east {
        width + i64::from(spot.y - frame.north)
    } else if spot.y == frame.south {
        width + height + i64::from(frame.east - spot.x)
    } else {
        2 * width + height + i64::from(frame.south - spot.y)
    }
}

/// Rings with the water inside: each piece is followed by the edge, clockwise, up to the next piece.
fn close_pieces(pieces: &[Vec<Spot>], frame: Frame) -> Option<Vec<Vec<Spot>>> {
    // Where coast comes in (a piece starts) and goes out, around the edge.
    let mut events: Vec<(i64, bool, usize)> = Vec::new();
    for (number, piece) in pieces.iter().enumerate() {
        events.push((along_edge(*piece.first()?, frame), true, number));
        events.push((along_edge(*piece.last()?, frame), false, number));
    }
    events.sort_unstable();
    let in_turn = (0..events.len()).all(|at| events[at].1 != events[(at + 1) % events.len()].1);
    if !in_turn {
        return None;
    }
    let mut next_piece = vec![0; pieces.len()];
    for (at, &(_, comes_in, number)) in events.iter().enumerate() {
        if !comes_in {
            next_piece[number] = events[(at + 1) % events.len()].2;
        }
    }
    let mut used = vec![false; pieces.len()];
    let mut rings = Vec::new();
    for start in 0..pieces.len() {
        let mut ring: Vec<Spot> = Vec::new();
        let mut number = start;
        while !used[number] {
            used[number] = true;
            ring.extend_from_slice(&pieces[number]);
            let next = next_piece[number];
            let (from, to) = (*pieces[number].last()?, *pieces[next].first()?);
            ring.extend(corners_between(from, to, frame));
            number = next;
        }
        if ring.len() >= 3 {
            ring.push(ring[0]);
            ring.dedup();
            rings.push(ring);
        }
    }
    Some(rings)
}

/// The corners passed when going clockwise along the edge.
fn corners_between(from: Spot, to: Spot, frame: Frame) -> Vec<Spot> {
    let (start, end) = (along_edge(from, frame), along_edge(to, frame));
    let around: i64 = 2
        * (i64::from(frame.east) - i64::from(frame.west) + i64::from(frame.south)
            - i64::from(frame.north));
    let way = if end >= start { end - start } else { end - start + around };
    let mut passed: Vec<(i64, Spot)> = corners(frame)
        .into_iter()
        .map(|corner| ((along_edge(corner, frame) - start).rem_euclid(around), corner))
        .filter(|&(distance, _)| distance > 0 && distance < way)
        .collect();
    passed.sort_unstable();
    passed.into_iter().map(|(_, corner)| corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BOX: Frame = Frame { west: 0, north: 0, east: 1000, south: 1000 };

    fn line(places: &[(i32, i32)]) -> Vec<Spot> {
        places.iter().map(|&(x, y)| Spot { x, y }).collect()
    }

    fn is_water(areas: &[Area], x: i32, y: i32) -> bool {
        let spot = Spot { x, y };
        areas.iter().any(|area| {
            ring_contains(&area.outer, spot)
                && !area.holes.iter().any(|hole| ring_contains(hole, spot))
        })
    }

    #[test]
    fn the_water_lies_to_the_right_of_a_coast_that_crosses_the_box() {
        // Going north, so the water is in the east.
        let areas =
            flood(vec![], vec![line(&[(400, 1100), (450, 500), (400, -100)])], BOX, BOX, false)
                .unwrap();
        assert!(is_water(&areas, 700, 500) && !is_water(&areas, 200, 500));
        // Going south it is in the west.
        let areas =
            flood(vec![], vec![line(&[(400, -100), (450, 500), (400, 1100)])], BOX, BOX, false)
                .unwrap();
        assert!(!is_water(&areas, 700, 500) && is_water(&areas, 200, 500));
    }

    #[test]
    fn a_strait_has_water_between_two_coasts_and_an_island_is_dry() {
        // East coast of the west land going north; west coast of the east land going south.
        let coasts = vec![line(&[(300, 1001), (300, -1)]), line(&[(700, -1), (700, 1001)])];
        let island = line(&[(500, 500), (500, 550), (550, 550), (550, 500), (500, 500)]);
        assert!(doubled_area(&island) < 0, "land to the left");
        let areas = flood(vec![island], coasts, BOX, BOX, false).unwrap();
        assert!(is_water(&areas, 400, 500) && !is_water(&areas, 520, 520));
        assert!(!is_water(&areas, 100, 500) && !is_water(&areas, 900, 500));
    }

    #[test]
    fn an_island_alone_lies_in_a_sea_that_fills_the_box() {
        let island = line(&[(400, 400), (400, 600), (600, 600), (600, 400), (400, 400)]);
        let areas = flood(vec![island], vec![], BOX, BOX, false).unwrap();
        assert!(is_water(&areas, 10, 10) && is_water(&areas, 990, 990));
        assert!(!is_water(&areas, 500, 500));
    }

    #[test]
    fn beyond_the_box_a_coast_goes_straight_on_and_islands_stay_whole() {
        let reach = BOX.grown(2_000);
        let coast = line(&[(400, 1100), (450, 500), (400, -100)]);
        let island = line(&[(900, 400), (900, 600), (1300, 600), (1300, 400), (900, 400)]);
        let areas = flood(vec![island], vec![coast], BOX, reach, true).unwrap();
        for (x, y) in [(700, 500), (2900, 500), (700, -1900), (700, 2900), (2900, -1900)] {
            assert!(is_water(&areas, x, y), "{x}, {y}");
        }
        for (x, y) in
            [(200, 500), (-1900, 500), (200, -1900), (200, 2900), (1000, 500), (1200, 500)]
        {
            assert!(!is_water(&areas, x, y), "{x}, {y}");
        }
    }

    #[test]
    fn a_coast_goes_on_the_way_it_runs() {
        let reach = BOX.grown(2_000);
        // From the north-east to the south-west along a diagonal, water to the right: north-west.
        let coast = line(&[(1000, 100), (500, 550), (100, 1000)]);
        let areas = flood(vec![], vec![coast], BOX, reach, false).unwrap();
        assert!(is_water(&areas, -1000, 1500) && is_water(&areas, 2500, -1900));
        assert!(!is_water(&areas, -500, 2500) && !is_water(&areas, 2900, 0));
    }

    #[test]
    fn an_island_cut_by_the_box_is_dry_inside_it() {
        let island = line(&[(800, 400), (800, 600), (1200, 600), (1200, 400), (800, 400)]);
        let areas = flood(vec![island], vec![], BOX, BOX, false).unwrap();
        assert!(is_water(&areas, 500, 500) && is_water(&areas, 990, 10));
        assert!(!is_water(&areas, 900, 500));
    }

    #[test]
    fn a_coast_that_ends_near_the_edge_is_led_out_and_one_in_the_middle_is_broken() {
        let near = vec![line(&[(400, 950), (400, 30)])];
        assert!(is_water(&flood(vec![], near, BOX, BOX, false).unwrap(), 700, 500));
        let broken = vec![line(&[(400, 1001), (400, 500)])];
        assert_eq!(flood(vec![], broken, BOX, BOX, false), None);
        // Two coasts that both go out side by side contradict each other.
        let both = vec![line(&[(300, 1001), (300, -1)]), line(&[(700, 1001), (700, -1)])];
        assert_eq!(flood(vec![], both, BOX, BOX, false), None);
    }

    proptest! {
        /// An island of any star shape anywhere, cut by the box or not: a place in the box is water
        /// exactly if it is outside of the island.
        #[test]
        fn what_is_not_island_is_water(
            cx in -200..1200_i32, cy in -200..1200_i32,
            radii in prop::collection::vec(60.0..600.0_f64, 5..24),
            x in 5..995_i32, y in 5..995_i32,
        ) {
            let count = radii.len();
            let mut island: Vec<Spot> = radii.iter().enumerate().map(|(number, radius)| {
                // Counter-clockwise as seen on the map.
                let angle = -std::f64::consts::TAU * number as f64 / count as f64;
                Spot {
                    x: cx + (angle.cos() * radius) as i32,
                    y: cy + (angle.sin() * radius) as i32,
                }
            }).collect();
            island.push(island[0]);
            let spot = Spot { x, y };
            let near_border = island.windows(2).any(|side| {
                spot.onto(side[0], side[1]).distance2(spot) < 9.0
            });
            prop_assume!(!near_border && Frame::around(&island).touches(BOX));
            // Touching a corner or edge exactly may count as broken, which draws nothing.
            if let Some(areas) = flood(vec![island.clone()], vec![], BOX, BOX, false)
                && !areas.is_empty()
            {
                prop_assert_eq!(is_water(&areas, x, y), !ring_contains(&island, spot));
            }
        }
    }
}

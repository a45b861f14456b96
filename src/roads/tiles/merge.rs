//! Areas put together and cut: one area of areas that touch or overlap, and a border less its holes.

use super::rings::{Area, doubled_area};
use crate::roads::plane::Spot;
use geo::{BooleanOps as _, Coord, LineString, MultiPolygon, Polygon, unary_union};

/// The union of areas.
pub fn merge(areas: Vec<Area>) -> Vec<Area> {
    if areas.len() < 2 {
        return areas;
    }
    let polygons: Vec<Polygon<f64>> = areas
        .into_iter()
        .map(|area| {
            let holes = area.holes.into_iter().map(|hole| line_string(hole, false)).collect();
            Polygon::new(line_string(area.outer, true), holes)
        })
        .collect();
    areas_of(&unary_union(&polygons))
}

/// What lies within a border and in none of the holes, which may reach over it or touch it.
pub fn without(border: Vec<Spot>, holes: Vec<Vec<Spot>>) -> Vec<Area> {
    let polygon = |ring| Polygon::new(line_string(ring, true), Vec::new());
    let holes: Vec<Polygon<f64>> = holes.into_iter().map(polygon).collect();
    areas_of(&polygon(border).difference(&MultiPolygon(holes)))
}

fn areas_of(polygons: &MultiPolygon<f64>) -> Vec<Area> {
    let ring = |line: &LineString<f64>| {
        let mut ring: Vec<Spot> = line
            .coords()
            .map(|coord| Spot { x: coord.x.round() as i32, y: coord.y.round() as i32 })
            .collect();
        ring.dedup();
        ring
    };
    let is_ring = |ring: &Vec<Spot>| ring.len() >= 4 && doubled_area(ring) != 0;
    polygons
        .iter()
        .map(|polygon| Area {
            outer: ring(polygon.exterior()),
            holes: polygon.interiors().iter().map(ring).filter(is_ring).collect(),
        })
        .filter(|area| is_ring(&area.outer))
        .collect()
}

/// Borders run one way and holes the other, so that both count alike wherever areas overlap.
fn line_string(mut ring: Vec<Spot>, is_border: bool) -> LineString<f64> {
    if (doubled_area(&ring) > 0) != is_border {
        ring.reverse();
    }
    ring.iter().map(|spot| Coord { x: f64::from(spot.x), y: f64::from(spot.y) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(west: i32, north: i32, side: i32) -> Vec<Spot> {
        [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
            .map(|(x, y)| Spot { x: west + x, y: north + y })
            .to_vec()
    }

    fn area(outer: Vec<Spot>) -> Area {
        Area { outer, holes: Vec::new() }
    }

    #[test]
    fn areas_that_share_a_side_become_one_whichever_way_they_run_and_others_stay() {
        let mut beside = square(100, 0, 100);
        beside.reverse();
        let merged = merge(vec![area(square(0, 0, 100)), area(beside), area(square(500, 0, 10))]);
        let mut sizes: Vec<i64> =
            merged.iter().map(|area| doubled_area(&area.outer).abs() / 2).collect();
        sizes.sort_unstable();
        assert_eq!(sizes, [100, 20_000]);
    }

    #[test]
    fn a_hole_stays_unless_another_area_fills_it() {
        let holed = Area { outer: square(0, 0, 100), holes: vec![square(40, 40, 20)] };
        let far = area(square(500, 500, 10));
        let merged = merge(vec![holed.clone(), far]);
        assert_eq!(merged.iter().map(|area| area.holes.len()).sum::<usize>(), 1);
        let merged = merge(vec![holed, area(square(30, 30, 40))]);
        assert_eq!((merged.len(), merged[0].holes.len()), (1, 0));
    }

    #[test]
    fn a_hole_at_the_border_becomes_a_part_of_it_and_one_across_divides_the_area() {
        let notched = without(square(0, 0, 100), vec![square(0, 40, 20)]);
        assert_eq!((notched.len(), notched[0].holes.len()), (1, 0));
        assert_eq!(doubled_area(&notched[0].outer).abs() / 2, 10_000 - 400);
        let across: Vec<Spot> = [(-10, 40), (110, 40), (110, 60), (-10, 60), (-10, 40)]
            .map(|(x, y)| Spot { x, y })
            .to_vec();
        assert_eq!(without(square(0, 0, 100), vec![across]).len(), 2);
    }
}

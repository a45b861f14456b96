//! A path as people are told it: steps along one street, each with the manoeuvre that begins it, and what a
//! driver meets at every junction on the way.

use super::graph::Streets;
use super::network::Path;
use super::profile::StreetClass;
use super::street_network::StreetNetwork;
use super::turn_graph::DrivingSide;
use crate::units::Point;

/// A stretch of the path that needs no word of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub manoeuvre: Manoeuvre,
    /// Empty for a street without a name.
    pub name: String,
    pub is_ferry: bool,
    /// Tenths of a second, with the turn that begins it.
    pub duration_ds: u32,
    /// Tenths of a metre.
    pub length_dm: u32,
    /// The points of the path's geometry, the last one included.
    pub points: std::ops::Range<usize>,
    /// Junctions, the first at the manoeuvre.
    pub junctions: Vec<Crossing>,
}

/// What to do at the beginning of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manoeuvre {
    pub kind: ManoeuvreKind,
    /// To the right; 180 for turning back.
    pub angle_deg: f32,
    /// Clockwise from north, 0 to 359: the way one comes from and the way one goes on.
    pub bearing_before: u16,
    pub bearing_after: u16,
    pub at: Point,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ManoeuvreKind {
    Depart,
    /// Into another street.
    Turn,
    /// Along a street that bends here.
    Continue,
    /// Straight on, where the name changes.
    NewName,
    /// Into a roundabout, to be left at this exit.
    Roundabout {
        exit: u8,
    },
    ExitRoundabout,
    Arrive,
}

/// A junction on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    pub at: Point,
    /// All streets that meet here, clockwise from north, ascending, and whether one may turn into each.
    pub bearings: Vec<(u16, bool)>,
    /// Which of them one comes from and goes on; none at the ends of the path.
    pub from: Option<usize>,
    pub onto: Option<usize>,
}

/// Straighter than this is no turn.
const STRAIGHT_DEG: f32 = 40.0;
/// A street that keeps its name but bends more than this at a junction is worth a word.
const BEND_DEG: f32 = 60.0;

impl StreetNetwork {
    /// The steps of a path of this network: at least a departure and an arrival.
    pub fn directions(&self, path: &Path) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        let streets = self.streets();
        let bearing = |at: usize| bearing_ahead(&path.geometry[at..]);
        for (number, piece) in path.pieces.iter().enumerate() {
            let begins = piece.first_point as usize;
            let before = number.checked_sub(1).map(|before| &path.pieces[before]);
            let after = bearing(begins).unwrap_or(0.0);
            let came = bearing_behind(&path.geometry[..=begins]).unwrap_or(after);
            let angle_deg = turn_deg(came, after);
            let kind = match before {
                None => Some(ManoeuvreKind::Depart),
                Some(before) => self.manoeuvre_at(path, number, before.edge, piece.edge, angle_deg),
            };
            let crossing =
                self.crossing(before.map(|before| before.edge), piece.edge, path, begins);
            if let Some(kind) = kind {
                if let Some(last) = steps.last_mut() {
                    last.points.end = begins + 1;
                }
                steps.push(Step {
                    manoeuvre: Manoeuvre {
                        kind,
                        angle_deg,
                        bearing_before: if before.is_some() { whole(came) } else { 0 },
                        bearing_after: whole(after),
                        at: path.geometry[begins],
                    },
                    name: streets.name(piece.edge).unwrap_or_default().to_owned(),
                    is_ferry: is_ferry(streets, piece.edge),
                    duration_ds: 0,
                    length_dm: 0,
                    points: begins..begins + 1,
                    junctions: Vec::new(),
                });
            }
            if let Some(step) = steps.last_mut() {
                step.duration_ds += piece.duration_ds + u32::from(piece.turn_ds);
                step.length_dm += piece.length_dm;
                step.junctions.push(crossing);
            }
        }
        let last = path.geometry.len() - 1;
        if let Some(step) = steps.last_mut() {
            step.points.end = last + 1;
        }
        let came = bearing_behind(&path.geometry).unwrap_or(0.0);
        let name = steps.last().map(|step| step.name.clone()).unwrap_or_default();
        let back = whole(came + 180.0);
        steps.push(Step {
            manoeuvre: Manoeuvre {
                kind: ManoeuvreKind::Arrive,
                angle_deg: 0.0,
                bearing_before: whole(came),
                bearing_after: 0,
                at: path.geometry[last],
            },
            name,
            is_ferry: false,
            duration_ds: 0,
            length_dm: 0,
            points: last..last + 1,
            junctions: vec![Crossing {
                at: path.geometry[last],
                bearings: vec![(back, true)],
                from: Some(0),
                onto: None,
            }],
        });
        steps
    }

    /// On which side one drives here.
    pub fn driving_side(&self) -> DrivingSide {
        DrivingSide::at(self.streets().bounds().centre())
    }

    /// What is to be said where one edge leads into the next, if anything.
    fn manoeuvre_at(
        &self,
        path: &Path,
        number: usize,
        from: u32,
        onto: u32,
        angle_deg: f32,
    ) -> Option<ManoeuvreKind> {
        let streets = self.streets();
        let is_round = |edge: u32| streets.edges()[edge as usize].is_roundabout();
        match (is_round(from), is_round(onto)) {
            (false, true) => {
                return Some(ManoeuvreKind::Roundabout {
                    exit: exit_number(streets, path, number),
                });
            }
            (true, false) => return Some(ManoeuvreKind::ExitRoundabout),
            (true, true) => return None,
            (false, false) => {}
        }
        if is_ferry(streets, from) != is_ferry(streets, onto) {
            return Some(ManoeuvreKind::NewName);
        }
        let same_name = streets.name(from) == streets.name(onto);
        let others = self.turns().turns_from(from).len() > 1;
        let is_turn = angle_deg.abs() > STRAIGHT_DEG;
        match (same_name, streets.name(onto).is_some()) {
            (true, true) => {
                (angle_deg.abs() > BEND_DEG && others).then_some(ManoeuvreKind::Continue)
            }
            (true, false) => (is_turn && others).then_some(ManoeuvreKind::Turn),
            (false, _) if is_turn => Some(ManoeuvreKind::Turn),
            (false, true) => Some(ManoeuvreKind::NewName),
            (false, false) => None,
        }
    }

    fn crossing(&self, from: Option<u32>, onto: u32, path: &Path, at: usize) -> Crossing {
        let streets = self.streets();
        let Some(from) = from else {
            let after = bearing_ahead(&path.geometry[at..]).map_or(0, whole);
            let bearings = vec![(after, true)];
            return Crossing { at: path.geometry[at], bearings, from: None, onto: Some(0) };
        };
        let junction = streets.edges()[onto as usize].tail;
        let turns = self.turns().turns_from(from);
        let mut roads: Vec<(u16, u32, bool)> = Vec::new();
        for edge in streets.leaving(junction) {
            let bearing = bearing_of(streets.course(edge));
            let may = turns.iter().any(|turn| self.turns().edge_of(turn.to) == edge);
            roads.push((whole(bearing), edge, may));
        }
        for edge in streets.arriving(junction) {
            if streets.edges()[*edge as usize].reverse().is_none() {
                roads.push((whole(bearing_of(streets.course(*edge).rev())), *edge, false));
            }
        }
        roads.sort_unstable();
        let back = streets.edges()[from as usize].reverse().unwrap_or(from);
        let place = |wanted: u32| roads.iter().position(|(_, edge, _)| *edge == wanted);
        Crossing {
            at: streets.junctions()[junction as usize].at.point(),
            from: place(back),
            onto: place(onto),
            bearings: roads.into_iter().map(|(bearing, _, may)| (bearing, may)).collect(),
        }
    }
}

fn is_ferry(streets: &Streets, edge: u32) -> bool {
    streets.edges()[edge as usize].class() == StreetClass::Ferry
}

/// Which exit the path takes out of the roundabout that it enters with this piece, from 1; those that it
/// passes count if they may be driven.
fn exit_number(streets: &Streets, path: &Path, number: usize) -> u8 {
    let mut exit = 0_u8;
    for piece in &path.pieces[number..] {
        let edge = &streets.edges()[piece.edge as usize];
        if !edge.is_roundabout() {
            break;
        }
        let leaves = streets.leaving(edge.head);
        let has_exit =
            leaves.into_iter().any(|next| !streets.edges()[next as usize].is_roundabout());
        exit = exit.saturating_add(u8::from(has_exit));
    }
    exit.max(1)
}

/// Degrees clockwise from north.
fn bearing(from: Point, to: Point) -> Option<f32> {
    let east = (to.lon - from.lon) * from.lat.to_radians().cos();
    let north = to.lat - from.lat;
    (east != 0.0 || north != 0.0).then(|| (east.atan2(north).to_degrees() as f32 + 360.0) % 360.0)
}

/// How far off one looks: bends close to a junction are drawn as they please.
const LOOK_M: f64 = 10.0;

fn bearing_of(mut points: impl Iterator<Item = Point>) -> f32 {
    let Some(first) = points.next() else { return 0.0 };
    let mut found = 0.0;
    for point in points {
        found = bearing(first, point).unwrap_or(found);
        if first.distance_m(point) >= LOOK_M {
            break;
        }
    }
    found
}

/// The way that a line leaves its first point; none if it is a point.
fn bearing_ahead(line: &[Point]) -> Option<f32> {
    line.get(1)?;
    Some(bearing_of(line.iter().copied()))
}

/// The way that a line reaches its last point.
fn bearing_behind(line: &[Point]) -> Option<f32> {
    line.get(line.len().checked_sub(2)?)?;
    Some((bearing_of(line.iter().rev().copied()) + 180.0) % 360.0)
}

/// From one bearing to another: to the right, -180 to 180.
fn turn_deg(from: f32, onto: f32) -> f32 {
    let turned = (onto - from + 540.0) % 360.0 - 180.0;
    if turned <= -180.0 { 180.0 } else { turned }
}

fn whole(bearing: f32) -> u16 {
    bearing.round().rem_euclid(360.0) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roads::RoadNetwork as _;
    use crate::roads::graph::build;
    use crate::roads::osm::{OsmMap, OsmNode, OsmWay};
    use crate::roads::profile::Profile;
    use crate::roads::test_maps::{random_map, random_point};
    use proptest::prelude::*;

    fn node(id: i64, lat_e7: i32, lon_e7: i32) -> OsmNode {
        OsmNode { id, lat_e7: 410_000_000 + lat_e7, lon_e7: -80_000_000 + lon_e7, tags: Vec::new() }
    }

    fn way(id: i64, nodes: &[i64], tags: &[(&str, &str)]) -> OsmWay {
        let mut all = vec![("highway".into(), "residential".into())];
        all.extend(tags.iter().map(|(key, value)| ((*key).into(), (*value).into())));
        OsmWay { id, nodes: nodes.to_vec(), tags: all }
    }

    fn directions(map: &OsmMap, from: (f64, f64), to: (f64, f64)) -> Vec<Step> {
        let network = StreetNetwork::new(build(map, &Profile::car()).0.unwrap(), Profile::car());
        let network = network.unwrap();
        let snap = |(lat, lon): (f64, f64)| {
            network.snap(Point { lat: 41.0 + lat, lon: -8.0 + lon }).unwrap()
        };
        let path = network.path(&snap(from), &snap(to), None).unwrap();
        network.directions(&path)
    }

    fn kinds(steps: &[Step]) -> Vec<(ManoeuvreKind, &str)> {
        steps.iter().map(|step| (step.manoeuvre.kind, &*step.name)).collect()
    }

    #[test]
    fn a_turn_into_another_street_and_a_change_of_name_are_told() {
        // North along A, on as B from the crossing at 2, right into C at 3.
        let map = OsmMap {
            nodes: vec![
                node(1, 0, 0),
                node(2, 20_000, 0),
                node(3, 40_000, 0),
                node(4, 40_000, 30_000),
                node(5, 20_000, 30_000),
                node(6, 60_000, 0),
            ],
            ways: vec![
                way(1, &[1, 2], &[("name", "A")]),
                way(2, &[2, 3, 6], &[("name", "B")]),
                way(3, &[3, 4], &[("name", "C")]),
                way(4, &[2, 5], &[("name", "D")]),
            ],
            relations: Vec::new(),
        };
        let steps = directions(&map, (0.0005, 0.0), (0.004, 0.002));
        assert_eq!(
            kinds(&steps),
            [
                (ManoeuvreKind::Depart, "A"),
                (ManoeuvreKind::NewName, "B"),
                (ManoeuvreKind::Turn, "C"),
                (ManoeuvreKind::Arrive, "C"),
            ]
        );
        let turn = &steps[2];
        assert!((turn.manoeuvre.angle_deg - 90.0).abs() < 1.0, "{turn:?}");
        assert_eq!((turn.manoeuvre.bearing_before, turn.manoeuvre.bearing_after), (0, 90));
        let crossing = &turn.junctions[0];
        assert_eq!(crossing.bearings.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0, 90, 180]);
        assert_eq!((crossing.from, crossing.onto), (Some(2), Some(1)));
        assert!(crossing.bearings[0].1 && !crossing.bearings[2].1);
    }

    #[test]
    fn exits_of_a_roundabout_are_counted() {
        // A ring 1 - 2 - 3 - 4 against the clock, with an arm at each.
        let map = OsmMap {
            nodes: vec![
                node(1, -2_000, 0),
                node(2, 0, 2_600),
                node(3, 2_000, 0),
                node(4, 0, -2_600),
                node(11, -20_000, 0),
                node(12, 0, 26_000),
                node(13, 20_000, 0),
                node(14, 0, -26_000),
            ],
            ways: vec![
                way(1, &[1, 2, 3, 4, 1], &[("junction", "roundabout")]),
                way(2, &[11, 1], &[("name", "South")]),
                way(3, &[12, 2], &[("name", "East")]),
                way(4, &[13, 3], &[("name", "North")]),
                way(5, &[14, 4], &[("name", "West")]),
            ],
            relations: Vec::new(),
        };
        let exit = |to| match directions(&map, (-0.0015, 0.0), to)[1].manoeuvre.kind {
            ManoeuvreKind::Roundabout { exit } => exit,
            other => panic!("{other:?}"),
        };
        assert_eq!([exit((0.0, 0.002)), exit((0.0015, 0.0)), exit((0.0, -0.002))], [1, 2, 3]);
    }

    proptest! {
        #[test]
        fn steps_are_the_whole_path_piece_by_piece(
            map in random_map(), from in random_point(), to in random_point(),
        ) {
            let Some(built) = build(&map, &Profile::car()).0 else { return Ok(()) };
            let network = StreetNetwork::new(built, Profile::car()).unwrap();
            let (Ok(from), Ok(to)) = (network.snap(from), network.snap(to)) else { return Ok(()) };
            let Ok(path) = network.path(&from, &to, None) else { return Ok(()) };
            let steps = network.directions(&path);
            prop_assert_eq!(steps.iter().map(|step| step.duration_ds).sum::<u32>(), path.leg.duration_ds);
            let length_dm: u32 = steps.iter().map(|step| step.length_dm).sum();
            prop_assert_eq!((length_dm + 5) / 10, path.leg.distance_m);
            prop_assert_eq!(steps[0].points.start, 0);
            for pair in steps.windows(2) {
                prop_assert_eq!(pair[0].points.end, pair[1].points.start + 1);
            }
            prop_assert_eq!(steps[steps.len() - 1].points.end, path.geometry.len());
            let junctions: usize = steps.iter().map(|step| step.junctions.len()).sum();
            prop_assert_eq!(junctions, path.pieces.len() + 1);
        }
    }
}

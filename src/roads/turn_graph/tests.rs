//! Small crossings where each sign and each angle can be told apart.

use super::*;
use crate::roads::graph::{Edge, Streets, build};
use crate::roads::osm::{MemberKind, OsmMap, OsmMember, OsmNode, OsmRelation, OsmWay, Tags};
use crate::roads::profile::Profile;
use crate::units::Point;

fn node(id: i64, lat_e7: i32, lon_e7: i32) -> OsmNode {
    OsmNode { id, lat_e7: 410_000_000 + lat_e7, lon_e7: -80_000_000 + lon_e7, tags: Tags::new() }
}

fn street(id: i64, nodes: &[i64]) -> OsmWay {
    OsmWay { id, nodes: nodes.to_vec(), tags: vec![("highway".into(), "residential".into())] }
}

fn sign(id: i64, kind: &str, members: &[(MemberKind, i64, &str)]) -> OsmRelation {
    OsmRelation {
        id,
        members: members
            .iter()
            .map(|(kind, id, role)| OsmMember { kind: *kind, id: *id, role: (*role).into() })
            .collect(),
        tags: vec![("type".into(), "restriction".into()), ("restriction".into(), kind.into())],
    }
}

/// Four streets from a crossing 5: 1 to the north, 2 east, 3 south, 4 west; each a way of its number.
/// The east one goes on from 2 to 6 (way 6), where 7 lies north of it (way 7).
fn crossing(signs: Vec<OsmRelation>) -> OsmMap {
    OsmMap {
        nodes: vec![
            node(1, 10_000, 0),
            node(2, 0, 13_000),
            node(3, -10_000, 0),
            node(4, 0, -13_000),
            node(5, 0, 0),
            node(6, 0, 26_000),
            node(7, 10_000, 13_000),
        ],
        ways: vec![
            street(1, &[1, 5]),
            street(2, &[2, 5]),
            street(3, &[3, 5]),
            street(4, &[4, 5]),
            street(6, &[2, 6]),
            street(7, &[2, 7]),
        ],
        relations: signs,
    }
}

/// The turns between places: for a walk over node ids, whether each next turn is there.
struct Drive {
    streets: Streets,
    turns: TurnGraph,
}

fn drive(map: &OsmMap, side: DrivingSide) -> Drive {
    let car = Profile::car();
    let built = build(map, &car).0.unwrap();
    let turns = TurnGraph::new(&built, car.turns, side);
    Drive { streets: built.streets, turns }
}

impl Drive {
    fn edge(&self, from: i64, to: i64) -> u32 {
        let node = |junction: u32| self.streets.junctions()[junction as usize].node;
        let is_it = |edge: &Edge| (node(edge.tail), node(edge.head)) == (from, to);
        self.streets.edges().iter().position(is_it).unwrap() as u32
    }

    /// The delays of the turns along a walk, `None` where one may not be taken.
    fn walk(&self, nodes: &[i64]) -> Option<Vec<u16>> {
        let edges: Vec<u32> = nodes.windows(2).map(|pair| self.edge(pair[0], pair[1])).collect();
        let mut here = edges[0];
        let mut delays = Vec::new();
        for onto in &edges[1..] {
            let turns = self.turns.turns_from(here);
            let turn = turns.iter().find(|turn| self.turns.edge_of(turn.to) == *onto)?;
            delays.push(turn.delay_ds);
            here = turn.to;
        }
        Some(delays)
    }
}

use MemberKind::{Node, Way};

#[test]
fn across_the_oncoming_traffic_costs_more_than_along_it_and_straight_on_next_to_nothing() {
    let right = drive(&crossing(vec![]), DrivingSide::Right);
    let (to_right, to_left) =
        (right.walk(&[3, 5, 2]).unwrap()[0], right.walk(&[3, 5, 4]).unwrap()[0]);
    assert!(to_left > to_right && to_right > 10, "{to_left} {to_right}");
    assert!(right.walk(&[3, 5, 1]).unwrap()[0] <= 1);
    let left = drive(&crossing(vec![]), DrivingSide::Left);
    assert_eq!(left.walk(&[3, 5, 2]).unwrap()[0], to_left);
    assert_eq!(left.walk(&[3, 5, 4]).unwrap()[0], to_right);
}

#[test]
fn one_turns_back_only_where_the_street_ends() {
    let drive = drive(&crossing(vec![]), DrivingSide::Right);
    assert_eq!(drive.walk(&[3, 5, 3]), None);
    assert!(drive.walk(&[5, 1, 5]).unwrap()[0] > 200);
}

#[test]
fn a_sign_at_a_crossing_forbids_its_turn_and_no_other() {
    let no_left = sign(9, "no_left_turn", &[(Way, 3, "from"), (Node, 5, "via"), (Way, 4, "to")]);
    let drive = drive(&crossing(vec![no_left]), DrivingSide::Right);
    assert_eq!(drive.walk(&[3, 5, 4]), None);
    for walk in [[3, 5, 1], [3, 5, 2], [2, 5, 4], [1, 5, 4], [4, 5, 3]] {
        assert!(drive.walk(&walk).is_some(), "{walk:?}");
    }
}

#[test]
fn a_sign_that_commands_a_turn_forbids_all_others_from_there() {
    let only = sign(9, "only_straight_on", &[(Way, 3, "from"), (Node, 5, "via"), (Way, 1, "to")]);
    let drive = drive(&crossing(vec![only]), DrivingSide::Right);
    assert!(drive.walk(&[3, 5, 1]).is_some());
    assert_eq!((drive.walk(&[3, 5, 2]), drive.walk(&[3, 5, 4])), (None, None));
    assert!(drive.walk(&[2, 5, 4]).is_some());
}

#[test]
fn a_restriction_over_a_way_holds_only_for_who_came_that_way() {
    let over = sign(9, "no_left_turn", &[(Way, 3, "from"), (Way, 2, "via"), (Way, 7, "to")]);
    let drive = drive(&crossing(vec![over]), DrivingSide::Right);
    assert_eq!(drive.walk(&[3, 5, 2, 7]), None);
    assert!(drive.walk(&[3, 5, 2, 6]).is_some());
    assert!(drive.walk(&[1, 5, 2, 7]).is_some() && drive.walk(&[4, 5, 2, 7]).is_some());
    assert_eq!(drive.turns.node_count(), drive.turns.edge_count() + 1);
    // Who drove on and came back is free again.
    assert!(drive.walk(&[3, 5, 2, 6, 2, 7]).is_some());
}

#[test]
fn the_side_of_the_road_is_known_for_the_maps_at_hand() {
    let side = |lat, lon| DrivingSide::at(Point { lat, lon });
    assert_eq!(side(35.9, 14.5), DrivingSide::Left);
    assert_eq!(side(41.15, -8.61), DrivingSide::Right);
    assert_eq!(side(43.73, 7.42), DrivingSide::Right);
    assert_eq!(side(51.5, -0.1), DrivingSide::Left);
}

//! Small maps drawn by hand: what becomes of each street.

use super::*;
use crate::roads::osm::{MemberKind, OsmMap, OsmMember, OsmNode, OsmRelation, OsmWay, Tags};
use crate::roads::profile::Profile;
use crate::units::Point;

/// A map of nodes on a grid of about 111 m and ways between them, ids from 1.
#[derive(Default)]
struct Drawing {
    map: OsmMap,
}

impl Drawing {
    /// One node per pair of row and column, numbered from 1.
    fn with_nodes(places: &[(i32, i32)]) -> Self {
        let mut drawing = Self::default();
        for (row, column) in places {
            let id = drawing.map.nodes.len() as i64 + 1;
            drawing.map.nodes.push(OsmNode {
                id,
                lat_e7: row * 10_000,
                lon_e7: column * 10_000,
                tags: Tags::new(),
            });
        }
        drawing
    }

    fn way(mut self, nodes: &[i64], tags: &[(&str, &str)]) -> Self {
        let id = self.map.ways.len() as i64 + 1;
        self.map.ways.push(OsmWay { id, nodes: nodes.to_vec(), tags: to_tags(tags) });
        self
    }

    fn node_tags(mut self, id: usize, tags: &[(&str, &str)]) -> Self {
        self.map.nodes[id - 1].tags = to_tags(tags);
        self
    }

    fn restriction(mut self, kind: &str, members: &[(MemberKind, i64, &str)]) -> Self {
        let id = self.map.relations.len() as i64 + 1;
        let members = members
            .iter()
            .map(|(kind, id, role)| OsmMember { kind: *kind, id: *id, role: (*role).into() })
            .collect();
        let tags = to_tags(&[("type", "restriction"), ("restriction", kind)]);
        self.map.relations.push(OsmRelation { id, members, tags });
        self
    }

    fn build(self) -> (Streets, StreetReport) {
        let (built, report) = self.build_all();
        (built.streets, report)
    }

    fn build_all(self) -> (Built, StreetReport) {
        let (built, report) = build(&self.map, &Profile::car());
        (built.expect("the drawing has streets"), report)
    }
}

fn to_tags(pairs: &[(&str, &str)]) -> Tags {
    pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect()
}

const STREET: &[(&str, &str)] = &[("highway", "residential"), ("name", "Triq il-Kbira")];

/// An edge as (OSM node left, OSM node reached).
fn ends(streets: &Streets, edge: u32) -> (i64, i64) {
    let edge = streets.edges()[edge as usize];
    let node = |junction: u32| streets.junctions()[junction as usize].node;
    (node(edge.tail), node(edge.head))
}

fn all(streets: &Streets) -> std::ops::Range<u32> {
    0..streets.edges().len() as u32
}

/// All edges, sorted.
fn edges(streets: &Streets) -> Vec<(i64, i64)> {
    let mut edges: Vec<_> = all(streets).map(|edge| ends(streets, edge)).collect();
    edges.sort_unstable();
    edges
}

#[test]
fn ways_are_cut_where_they_meet_and_nowhere_else() {
    // 1 - 2 - 3 - 4, with 5 below 3.
    let (streets, report) = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2), (0, 3), (-1, 2)])
        .way(&[1, 2, 3, 4], STREET)
        .way(&[3, 5], STREET)
        .build();
    assert_eq!(edges(&streets), [(1, 3), (3, 1), (3, 4), (3, 5), (4, 3), (5, 3)]);
    assert_eq!((report.junctions, report.edges), (4, 6));
    let long = all(&streets).find(|edge| streets.course(*edge).len() == 3).unwrap();
    let piece = streets.edges()[long as usize];
    // 222.4 m at 25 km/h are 32.0 s.
    assert_eq!((piece.length_dm, piece.duration_ds), (2224, 320));
    assert_eq!(streets.name(long), Some("Triq il-Kbira"));
    assert!((report.length_km - 0.4448).abs() < 1e-3, "{}", report.length_km);
}

#[test]
fn both_directions_know_each_other_and_run_over_the_same_points() {
    let (streets, _) =
        Drawing::with_nodes(&[(0, 0), (0, 1), (1, 1)]).way(&[1, 2, 3], STREET).build();
    for number in all(&streets) {
        let edge = streets.edges()[number as usize];
        let reverse = edge.reverse().unwrap();
        assert_eq!(streets.edges()[reverse as usize].reverse(), Some(number));
        let there: Vec<Point> = streets.course(number).collect();
        assert_eq!(there[0], streets.junctions()[edge.tail as usize].at.point());
        assert_eq!(there[there.len() - 1], streets.junctions()[edge.head as usize].at.point());
        let back: Vec<Point> = streets.course(reverse).rev().collect();
        assert_eq!(there, back);
        assert!(streets.leaving(edge.tail).contains(&number));
        assert!(streets.arriving(edge.head).contains(&number));
    }
}

#[test]
fn a_one_way_street_without_a_way_back_is_left_out() {
    let (streets, report) = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2)])
        .way(&[1, 2], STREET)
        .way(&[2, 3], &[("highway", "residential"), ("oneway", "yes")])
        .build();
    assert_eq!(edges(&streets), [(1, 2), (2, 1)]);
    assert_eq!((report.junctions_left_out, report.edges_left_out), (1, 1));
}

#[test]
fn a_bollard_ends_the_street_on_both_sides() {
    // A ring 1 - 2 - 3 - 4 - 1 with a bollard at 2: still connected, but not through 2.
    let (streets, report) = Drawing::with_nodes(&[(0, 0), (0, 1), (1, 1), (1, 0)])
        .way(&[1, 2, 3, 4, 1], STREET)
        .node_tags(2, &[("barrier", "bollard")])
        .build();
    assert_eq!(report.barriers_closed, 1);
    assert_eq!(report.junctions, 3);
    assert_eq!(edges(&streets), [(1, 2), (1, 2), (2, 1), (2, 1)]);
    let ends = streets.junctions().iter().filter(|junction| junction.node == 2).count();
    assert_eq!(ends, 2);
}

#[test]
fn opening_a_gate_takes_time_in_both_directions() {
    let free = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2)]).way(&[1, 2, 3], STREET).build().0;
    let gated = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2)])
        .way(&[1, 2, 3], STREET)
        .node_tags(2, &[("barrier", "gate"), ("access", "private")])
        .build()
        .0;
    for (gated, free) in gated.edges().iter().zip(free.edges()) {
        assert_eq!(gated.duration_ds, free.duration_ds + 300);
    }
}

#[test]
fn a_way_is_cut_where_the_extract_lacks_a_node() {
    let mut drawing = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)])
        .way(&[1, 2, 3, 4, 5], STREET)
        .way(&[1, 5], STREET);
    drawing.map.nodes.remove(2);
    let (streets, report) = drawing.build();
    assert_eq!(report.ways_incomplete, 1);
    assert_eq!(edges(&streets), [(1, 2), (1, 5), (2, 1), (4, 5), (5, 1), (5, 4)]);
}

#[test]
fn a_ferry_takes_the_time_it_names_and_does_not_widen_the_bounds() {
    // The crossing 2 - 3 - 4 has 1.1 km.
    let ferry = &[("route", "ferry"), ("motor_vehicle", "yes"), ("duration", "0:10")];
    let (streets, report) = Drawing::with_nodes(&[(0, 0), (0, 1), (-20, 3), (0, 10), (0, 11)])
        .way(&[1, 2], STREET)
        .way(&[2, 4], ferry)
        .way(&[2, 3], ferry)
        .way(&[4, 5], STREET)
        .build();
    assert_eq!(report.ferries, 2);
    let crossing = streets.edges().iter().find(|edge| edge.class() == StreetClass::Ferry).unwrap();
    assert_eq!(crossing.duration_ds, 6000);
    assert!(streets.bounds().south > -0.001);
}

#[test]
fn a_map_without_streets_builds_nothing() {
    let mut drawing = Drawing::with_nodes(&[(0, 0), (0, 1)]).way(&[1, 2], &[("highway", "steps")]);
    assert!(build(&drawing.map, &Profile::car()).0.is_none());
    assert!(build(&OsmMap::default(), &Profile::car()).0.is_none());
    // A street whose nodes are all missing, and one of a single node.
    drawing = drawing.way(&[7, 8, 9], STREET).way(&[1], STREET).way(&[1, 1], STREET);
    assert!(build(&drawing.map, &Profile::car()).0.is_none());
}

/// A crossing at 3: west 1 - 3, east 3 - 4, south 3 - 5, and 6 beyond 4.
fn crossing() -> Drawing {
    Drawing::with_nodes(&[(0, 0), (9, 9), (0, 2), (0, 3), (-1, 2), (0, 4)])
        .way(&[1, 3], STREET)
        .way(&[3, 4], STREET)
        .way(&[3, 5], STREET)
        .way(&[4, 6], STREET)
}

#[test]
fn a_restriction_at_a_junction_names_two_edges() {
    let (built, report) = crossing()
        .restriction(
            "no_right_turn",
            &[
                (MemberKind::Way, 1, "from"),
                (MemberKind::Node, 3, "via"),
                (MemberKind::Way, 3, "to"),
            ],
        )
        .build_all();
    assert_eq!(report.restrictions_at_junctions, 1);
    let [restriction] = &built.restrictions[..] else { panic!("one is kept") };
    assert_eq!(restriction.rule, TurnRule::Forbidden);
    assert_eq!(ends(&built.streets, restriction.from), (1, 3));
    assert_eq!(ends(&built.streets, restriction.to), (3, 5));
}

#[test]
fn a_restriction_over_a_way_names_the_edges_between() {
    let (built, report) = crossing()
        .restriction(
            "only_straight_on",
            &[
                (MemberKind::Way, 1, "from"),
                (MemberKind::Way, 2, "via"),
                (MemberKind::Way, 4, "to"),
            ],
        )
        .build_all();
    assert_eq!(report.restrictions_over_ways, 1);
    let [restriction] = &built.restrictions[..] else { panic!("one is kept") };
    assert_eq!(restriction.rule, TurnRule::Mandatory);
    assert_eq!(ends(&built.streets, restriction.from), (1, 3));
    assert_eq!(restriction.via.len(), 1);
    assert_eq!(ends(&built.streets, restriction.via[0]), (3, 4));
    assert_eq!(ends(&built.streets, restriction.to), (4, 6));
}

#[test]
fn restrictions_that_say_nothing_are_counted_by_reason() {
    let member = |kind, id, role| (kind, id, role);
    let mut drawing = crossing()
        .way(&[1, 2], STREET)
        // No way from 1 to 2 and 4 at node 3.
        .restriction(
            "no_left_turn",
            &[
                member(MemberKind::Way, 1, "from"),
                member(MemberKind::Node, 3, "via"),
                member(MemberKind::Way, 4, "to"),
            ],
        )
        .restriction("no_left_turn", &[member(MemberKind::Way, 1, "from")])
        .restriction(
            "no_left_turn",
            &[
                member(MemberKind::Way, 1, "from"),
                member(MemberKind::Node, 3, "via"),
                member(MemberKind::Way, 99, "to"),
            ],
        )
        .restriction(
            "no_u_turn",
            &[
                member(MemberKind::Way, 1, "from"),
                member(MemberKind::Node, 3, "via"),
                member(MemberKind::Way, 1, "to"),
            ],
        );
    drawing.map.relations[3].tags.push(("except".into(), "psv;motorcar".into()));
    let (built, report) = drawing.build_all();
    assert!(built.restrictions.is_empty());
    assert_eq!(report.restrictions_ignored[&IgnoredRestriction::CannotBeDriven], 2);
    assert_eq!(report.restrictions_ignored[&IgnoredRestriction::Incomplete], 1);
    assert_eq!(report.restrictions_ignored[&IgnoredRestriction::ForOthers], 1);
}

#[test]
fn lights_delay_the_direction_they_face() {
    let free = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2)]).way(&[1, 2, 3], STREET).build().0;
    let lit = Drawing::with_nodes(&[(0, 0), (0, 1), (0, 2)])
        .way(&[1, 2, 3], STREET)
        .node_tags(2, &[("highway", "traffic_signals"), ("traffic_signals:direction", "forward")])
        .build()
        .0;
    for (lit, free) in lit.edges().iter().zip(free.edges()) {
        let delay_ds = if free.is_against() { 0 } else { 20 };
        assert_eq!(lit.duration_ds, free.duration_ds + delay_ds);
    }
}

#[test]
fn streets_are_stored_and_loaded_and_damage_is_noticed() {
    use crate::roads::file::{FileWriter, PreparedFile};
    let (streets, _) = crossing().build();
    let mut file = FileWriter::default();
    streets.store(&mut file, "car");
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).unwrap();
    let file = PreparedFile::open(bytes.into()).unwrap();
    let loaded = Streets::load(&file, "car").unwrap();
    assert_eq!(loaded.edges(), streets.edges());
    assert_eq!(loaded.junctions(), streets.junctions());
    assert_eq!(loaded.bounds(), streets.bounds());
    for edge in all(&streets) {
        assert_eq!(loaded.name(edge), streets.name(edge));
        assert!(loaded.course(edge).eq(streets.course(edge)));
    }
    // An edge that leads to a junction that is not there.
    let mut edges = streets.edges().to_vec();
    edges[1].head = 99;
    let mut broken = streets;
    broken.edges = edges.into();
    let mut file = FileWriter::default();
    broken.store(&mut file, "car");
    let mut bytes = Vec::new();
    file.write_to(&mut bytes).unwrap();
    let refused = Streets::load(&PreparedFile::open(bytes.into()).unwrap(), "car").unwrap_err();
    assert!(refused.to_string().contains("car.edges"), "{refused}");
}

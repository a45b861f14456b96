//! Turn restrictions: from relations that name ways and nodes to turns between edges.
//!
//! <https://wiki.openstreetmap.org/wiki/Relation:restriction>

use super::{IgnoredRestriction, StreetGraph, StreetReport, TurnRestriction, TurnRule};
use crate::roads::osm::{MemberKind, OsmMap, OsmRelation, tag};
use crate::roads::profile::{Profile, RestrictionRules};
use petgraph::graph::{EdgeIndex, NodeIndex};
use std::collections::{HashMap, HashSet};

/// A restriction over ways is short; a longer one joins ways that do not belong together.
const VIA_EDGES_MAX: usize = 30;
/// Via ways that cross themselves again and again would be walked for ever.
const WALK_STEPS_MAX: usize = 1_000;

/// All restrictions of a profile whose turns can be driven on this graph.
pub(super) fn read_restrictions(
    map: &OsmMap,
    profile: &Profile,
    graph: &StreetGraph,
    report: &mut StreetReport,
) -> Vec<TurnRestriction> {
    let wanted: Vec<&OsmRelation> = map
        .relations
        .iter()
        .filter(|relation| tag(&relation.tags, "type") == Some("restriction"))
        .collect();
    let index = Index::of(graph, &wanted);
    let mut kept = Vec::new();
    for relation in wanted {
        match read_one(relation, &profile.restrictions, graph, &index) {
            Ok(found) => {
                for restriction in found {
                    if restriction.via.is_empty() {
                        report.restrictions_at_junctions += 1;
                    } else {
                        report.restrictions_over_ways += 1;
                    }
                    kept.push(restriction);
                }
            }
            Err(why) => *report.restrictions_ignored.entry(why).or_default() += 1,
        }
    }
    kept
}

/// Edges and junctions by the ids that restrictions name.
struct Index {
    edges_of_way: HashMap<i64, Vec<EdgeIndex>>,
    junction_of_node: HashMap<i64, NodeIndex>,
}

impl Index {
    fn of(graph: &StreetGraph, relations: &[&OsmRelation]) -> Self {
        let members = || relations.iter().flat_map(|relation| &relation.members);
        let named = |kind| members().filter(move |member| member.kind == kind);
        let ways: HashSet<i64> = named(MemberKind::Way).map(|member| member.id).collect();
        let nodes: HashSet<i64> = named(MemberKind::Node).map(|member| member.id).collect();
        let mut edges_of_way: HashMap<i64, Vec<EdgeIndex>> = HashMap::new();
        for edge in graph.edge_indices() {
            if ways.contains(&graph[edge].way) {
                edges_of_way.entry(graph[edge].way).or_default().push(edge);
            }
        }
        let junction_of_node = graph
            .node_indices()
            .filter(|junction| nodes.contains(&graph[*junction].node))
            .map(|junction| (graph[junction].node, junction))
            .collect();
        Self { edges_of_way, junction_of_node }
    }

    fn edges(&self, way: i64) -> Result<&[EdgeIndex], IgnoredRestriction> {
        self.edges_of_way.get(&way).map(Vec::as_slice).ok_or(IgnoredRestriction::CannotBeDriven)
    }
}

fn read_one(
    relation: &OsmRelation,
    rules: &RestrictionRules,
    graph: &StreetGraph,
    index: &Index,
) -> Result<Vec<TurnRestriction>, IgnoredRestriction> {
    let rule = read_rule(relation, rules)?;
    let members = |kind: MemberKind, role: &str| -> Vec<i64> {
        let named =
            |member: &&crate::roads::osm::OsmMember| member.kind == kind && &*member.role == role;
        relation.members.iter().filter(named).map(|member| member.id).collect()
    };
    let (from_ways, to_ways) = (members(MemberKind::Way, "from"), members(MemberKind::Way, "to"));
    let (via_nodes, via_ways) = (members(MemberKind::Node, "via"), members(MemberKind::Way, "via"));
    if from_ways.is_empty() || to_ways.is_empty() {
        return Err(IgnoredRestriction::Incomplete);
    }
    let mut found = Vec::new();
    // `no_entry` has several ways to come from and `no_exit` several to go to.
    for from_way in &from_ways {
        for to_way in &to_ways {
            let turn = match (&via_nodes[..], &via_ways[..]) {
                ([node], []) => turn_at_node(graph, index, *from_way, *node, *to_way)?,
                ([], [_, ..]) => turn_over_ways(graph, index, *from_way, &via_ways, *to_way)?,
                _ => return Err(IgnoredRestriction::Incomplete),
            };
            let (from, via, to) = turn;
            let number = |edge: EdgeIndex| edge.index() as u32;
            found.push(TurnRestriction {
                relation: relation.id,
                rule,
                from: number(from),
                via: via.into_iter().map(number).collect(),
                to: number(to),
            });
        }
    }
    Ok(found)
}

fn read_rule(
    relation: &OsmRelation,
    rules: &RestrictionRules,
) -> Result<TurnRule, IgnoredRestriction> {
    let is_exempt = tag(&relation.tags, "except").is_some_and(|exempt| {
        exempt.split(';').any(|kind| rules.exempt.iter().any(|own| own == kind.trim()))
    });
    if is_exempt {
        return Err(IgnoredRestriction::ForOthers);
    }
    let kind = rules.keys.iter().find_map(|key| tag(&relation.tags, key));
    match kind {
        Some(kind) if kind.starts_with("no_") => Ok(TurnRule::Forbidden),
        Some(kind) if kind.starts_with("only_") => Ok(TurnRule::Mandatory),
        Some(_) => Err(IgnoredRestriction::Incomplete),
        None => {
            let has =
                |wanted: &dyn Fn(&str) -> bool| relation.tags.iter().any(|(key, _)| wanted(key));
            Err(if has(&|key| key.ends_with(":conditional")) {
                IgnoredRestriction::Conditional
            } else if has(&|key| key.starts_with("restriction")) {
                IgnoredRestriction::ForOthers
            } else {
                IgnoredRestriction::Incomplete
            })
        }
    }
}

type Turn = (EdgeIndex, Vec<EdgeIndex>, EdgeIndex);

fn turn_at_node(
    graph: &StreetGraph,
    index: &Index,
    from_way: i64,
    node: i64,
    to_way: i64,
) -> Result<Turn, IgnoredRestriction> {
    let via = *index.junction_of_node.get(&node).ok_or(IgnoredRestriction::CannotBeDriven)?;
    let arriving = edges_where(index.edges(from_way)?, |edge| head(graph, edge) == Some(via));
    let leaving = edges_where(index.edges(to_way)?, |edge| tail(graph, edge) == Some(via));
    match (&arriving[..], &leaving[..]) {
        ([], _) | (_, []) => Err(IgnoredRestriction::CannotBeDriven),
        ([from], [to]) => Ok((*from, Vec::new(), *to)),
        _ => Err(IgnoredRestriction::Ambiguous),
    }
}

fn turn_over_ways(
    graph: &StreetGraph,
    index: &Index,
    from_way: i64,
    via_ways: &[i64],
    to_way: i64,
) -> Result<Turn, IgnoredRestriction> {
    let to_edges = index.edges(to_way)?;
    let via_edges: Vec<&[EdgeIndex]> =
        via_ways.iter().map(|way| index.edges(*way)).collect::<Result<_, _>>()?;
    let mut found: Vec<Turn> = Vec::new();
    let mut steps = 0;
    for from in index.edges(from_way)? {
        // Each unfinished walk: the edges so far, and which of the via ways the last one is of.
        let mut walks = vec![(vec![*from], 0)];
        while let Some((walk, reached)) = walks.pop() {
            let last = walk[walk.len() - 1];
            let here = head(graph, last);
            let goes_on = |edge: EdgeIndex| {
                tail(graph, edge) == here
                    && graph[last].reverse != Some(edge)
                    && !walk.contains(&edge)
            };
            steps += 1;
            if steps > WALK_STEPS_MAX {
                return Err(IgnoredRestriction::Ambiguous);
            }
            if reached == via_ways.len() {
                let ends = edges_where(to_edges, goes_on);
                found.extend(ends.iter().map(|to| (*from, walk[1..].to_vec(), *to)));
            }
            if walk.len() > VIA_EDGES_MAX {
                continue;
            }
            // On along the same via way, or over to the next one.
            for via in [reached.wrapping_sub(1), reached] {
                for edge in via_edges.get(via).into_iter().flat_map(|edges| edges.iter()) {
                    if goes_on(*edge) {
                        let mut longer = walk.clone();
                        longer.push(*edge);
                        walks.push((longer, via + 1));
                    }
                }
            }
        }
    }
    match found.len() {
        0 => Err(IgnoredRestriction::CannotBeDriven),
        1 => Ok(found.swap_remove(0)),
        _ => Err(IgnoredRestriction::Ambiguous),
    }
}

fn edges_where(edges: &[EdgeIndex], condition: impl Fn(EdgeIndex) -> bool) -> Vec<EdgeIndex> {
    edges.iter().copied().filter(|edge| condition(*edge)).collect()
}

fn head(graph: &StreetGraph, edge: EdgeIndex) -> Option<NodeIndex> {
    graph.edge_endpoints(edge).map(|(_, head)| head)
}

fn tail(graph: &StreetGraph, edge: EdgeIndex) -> Option<NodeIndex> {
    graph.edge_endpoints(edge).map(|(tail, _)| tail)
}

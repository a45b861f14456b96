//! Restrictions as an automaton over the edges that were driven last (A. V. Aho, M. J. Corasick,
//! "Efficient String Matching", CACM 18, 1975, DOI 10.1145/360825.360855): a node of the graph of turns
//! is an edge together with as much of the way before it as some restriction still asks about.

use crate::roads::graph::{Streets, TurnRestriction, TurnRule};
use std::collections::{HashMap, HashSet};

/// The signs of a map, ready to be asked turn by turn.
pub(super) struct Signs {
    /// Ways of two and more edges on which a restriction begins, as copies of their last edge; in order.
    copies: Vec<Vec<u32>>,
    number: HashMap<Vec<u32>, u32>,
    /// What applies at the end of a way.
    rules: HashMap<Vec<u32>, Vec<(TurnRule, u32)>>,
    /// Edges that stand in any of it; all others need no second look.
    concerned: HashSet<u32>,
}

impl Signs {
    pub(super) fn of(restrictions: &[TurnRestriction]) -> Self {
        let mut signs = Self {
            copies: Vec::new(),
            number: HashMap::new(),
            rules: HashMap::new(),
            concerned: HashSet::new(),
        };
        for restriction in restrictions {
            let way: Vec<u32> =
                std::iter::once(restriction.from).chain(restriction.via.iter().copied()).collect();
            signs.concerned.extend(&way);
            for len in 2..=way.len() {
                let next = signs.copies.len() as u32;
                signs.number.entry(way[..len].to_vec()).or_insert_with(|| {
                    signs.copies.push(way[..len].to_vec());
                    next
                });
            }
            signs.rules.entry(way).or_default().push((restriction.rule, restriction.to));
        }
        signs
    }

    /// The edges that are copied, in the order of their nodes behind those of the streets.
    pub(super) fn copies(&self) -> impl Iterator<Item = u32> {
        self.copies.iter().filter_map(|way| way.last().copied())
    }

    /// The turns out of a node on an edge: the edge turned onto, and its copy if it leads onto one.
    pub(super) fn turns_of(
        &self,
        streets: &Streets,
        from: u32,
        node: u32,
    ) -> Vec<(u32, Option<u32>)> {
        let of = &streets.edges()[from as usize];
        let (exits, back) = (streets.leaving(of.head), of.reverse());
        let edge_count = streets.edges().len() as u32;
        let driven: &[u32] = match node.checked_sub(edge_count) {
            Some(copy) => &self.copies[copy as usize],
            None => std::slice::from_ref(&from),
        };
        let is_concerned = node >= edge_count || self.concerned.contains(&from);
        let mut turns: Vec<_> = exits
            .filter(|onto| !is_concerned || !self.forbids(driven, *onto))
            .map(|onto| (onto, is_concerned.then(|| self.copy_after(driven, onto)).flatten()))
            .map(|(onto, copy)| (onto, copy.map(|copy| edge_count + copy)))
            .collect();
        turns.sort_unstable_by_key(|(onto, _)| *onto);
        // Turning back is for where there is no other way on.
        if turns.iter().any(|(onto, _)| Some(*onto) != back) {
            turns.retain(|(onto, _)| Some(*onto) != back);
        }
        turns
    }

    fn forbids(&self, driven: &[u32], onto: u32) -> bool {
        (0..driven.len()).any(|from| {
            self.rules.get(&driven[from..]).is_some_and(|rules| {
                let forbidden = rules.contains(&(TurnRule::Forbidden, onto));
                let mut mandatory =
                    rules.iter().filter(|(rule, _)| *rule == TurnRule::Mandatory).peekable();
                forbidden || mandatory.peek().is_some() && mandatory.all(|(_, to)| *to != onto)
            })
        })
    }

    /// The longest way that ends with this turn and that a restriction asks about.
    fn copy_after(&self, driven: &[u32], onto: u32) -> Option<u32> {
        (0..driven.len()).find_map(|from| {
            let mut way = driven[from..].to_vec();
            way.push(onto);
            self.number.get(&way).copied()
        })
    }
}

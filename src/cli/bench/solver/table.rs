//! The families summed up, beside what others reached: what is printed at the end and pasted into the documentation.

use super::peers::{Peer, Peers};
use super::report::Row;
use super::subjects::is_published_family;
use serde::Serialize;
use std::fmt::Write as _;

/// The instances of a folder that were searched for the same time.
#[derive(Debug, PartialEq, Serialize)]
pub struct Family {
    family: String,
    time_s: f64,
    instances: usize,
    /// Of how many the gap is known.
    compared: usize,
    mean_gap_percent: Option<f64>,
    worst_gap_percent: Option<f64>,
    mean_cost: f64,
    mean_vehicles: f64,
    left_out: usize,
    /// What others reached on the same instances.
    peers: Vec<Peer>,
}

/// Sums the instances up, in the order of the first of each family. Plans that break rules and searches that were cut
/// short do not count.
pub fn families(rows: &[Row], peers: &Peers) -> Vec<Family> {
    let counted: Vec<&Row> =
        rows.iter().filter(|row| row.faults.is_empty() && !row.is_cut_short).collect();
    let is_same = |one: &Row, other: &Row| {
        one.family == other.family && (one.time_s - other.time_s).abs() < 1e-9
    };
    let mut families = Vec::new();
    for (at, first) in counted.iter().enumerate() {
        if counted[..at].iter().any(|row| is_same(row, first)) {
            continue;
        }
        let its: Vec<&Row> = counted.iter().copied().filter(|row| is_same(row, first)).collect();
        families.push(Family::of(&its, peers));
    }
    families
}

impl Family {
    /// Of at least one row.
    fn of(rows: &[&Row], peers: &Peers) -> Self {
        let (family, time_s) = (&rows[0].family, rows[0].time_s);
        let gaps: Vec<f64> = rows.iter().filter_map(|row| row.gap_percent).collect();
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let names: Vec<&str> = rows.iter().map(|row| row.instance.as_str()).collect();
        let is_comparable = !peers.is_of_published || is_published_family(family, time_s, &names);
        let peers = peers.of(family, time_s).filter(|_| is_comparable).cloned().collect();
        let costs: Vec<f64> = rows.iter().map(|row| row.cost).collect();
        let vehicles: Vec<f64> = rows.iter().map(|row| row.vehicles as f64).collect();
        Self {
            family: family.clone(),
            time_s,
            instances: rows.len(),
            compared: gaps.len(),
            mean_gap_percent: (!gaps.is_empty()).then(|| mean(&gaps)),
            worst_gap_percent: gaps.into_iter().reduce(f64::max),
            mean_cost: mean(&costs),
            mean_vehicles: mean(&vehicles),
            left_out: rows.iter().map(|row| row.left_out).sum(),
            peers,
        }
    }

    fn gap(&self) -> String {
        match self.compared {
            count if count < self.instances => {
                format!("{} of {count}", percent(self.mean_gap_percent))
            }
            _ => percent(self.mean_gap_percent),
        }
    }
}

/// The tables in Markdown, which people can read too: gaps where a best known solution is known, else costs.
pub fn tables(families: &[Family]) -> String {
    let (with, without): (Vec<&Family>, Vec<&Family>) =
        families.iter().partition(|family| family.compared > 0);
    let mut text = String::new();
    if !with.is_empty() {
        let head = ["mean gap", "worst gap", "mean vehicles", "left out"];
        add_table(&mut text, &with, &head, gap_of_peer, |family| {
            let vehicles = format!("{:.1}", family.mean_vehicles);
            let left_out = family.left_out.to_string();
            vec![family.gap(), percent(family.worst_gap_percent), vehicles, left_out]
        });
    }
    if !without.is_empty() {
        let head = ["mean cost", "mean vehicles", "left out"];
        add_table(&mut text, &without, &head, cost_of_peer, |family| {
            let vehicles = format!("{:.1}", family.mean_vehicles);
            vec![thousands(family.mean_cost), vehicles, family.left_out.to_string()]
        });
    }
    let mut sources: Vec<String> = Vec::new();
    for peer in families.iter().flat_map(|family| &family.peers) {
        let source = format!("{}, {}", peer.measured, peer.machine);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    if !sources.is_empty() {
        let _ = write!(text, "\nThe others were measured: {}.\n", sources.join("; "));
    }
    text
}

fn add_table(
    text: &mut String,
    families: &[&Family],
    head: &[&str],
    cell_of: fn(&Peer) -> String,
    ours: impl Fn(&Family) -> Vec<String>,
) {
    let mut solvers: Vec<&str> = Vec::new();
    for peer in families.iter().flat_map(|family| &family.peers) {
        if !solvers.contains(&peer.solver.as_str()) {
            solvers.push(&peer.solver);
        }
    }
    let named = ["family", "instances", "time each"].iter().chain(head).copied();
    let columns: Vec<&str> = named.chain(solvers.iter().copied()).collect();
    let _ = writeln!(text, "\n| {} |", columns.join(" | "));
    let _ = writeln!(text, "|---|{}", "---:|".repeat(columns.len() - 1));
    for family in families {
        let mut cells = vec![
            family.family.clone(),
            family.instances.to_string(),
            format!("{} s", family.time_s),
        ];
        cells.extend(ours(family));
        cells.extend(solvers.iter().map(|solver| {
            let its = family.peers.iter().filter(|peer| peer.solver == *solver);
            let told: Vec<String> = its.map(cell_of).collect();
            if told.is_empty() { "-".to_owned() } else { told.join(", ") }
        }));
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

/// The time is told where it is not the same as ours.
fn gap_of_peer(peer: &Peer) -> String {
    let same = peer.time.map(|time| time.to_string());
    let other = peer.seconds.as_ref().filter(|seconds| Some(*seconds) != same.as_ref());
    let seconds = other.map_or_else(String::new, |seconds| format!(" in {seconds} s"));
    format!("{}{seconds}", percent(peer.gap))
}

fn cost_of_peer(peer: &Peer) -> String {
    let seconds =
        peer.seconds.as_ref().map_or_else(String::new, |seconds| format!(" in {seconds} s"));
    let left_out = peer.left_out.filter(|count| *count > 0);
    let left_out = left_out.map(|count| format!("{} left out", thousands(count as f64)));
    let told: Vec<String> = [peer.cost.map(thousands), left_out].into_iter().flatten().collect();
    format!("{}{seconds}", told.join(", "))
}

pub fn percent(value: Option<f64>) -> String {
    // Adding nothing makes a plain zero of a negative one.
    let rounded = |percent: f64| (percent * 100.0).round() / 100.0 + 0.0;
    value.map_or_else(|| "-".to_owned(), |percent| format!("{:.2} %", rounded(percent)))
}

/// A whole number with a comma before each three digits.
fn thousands(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut told = String::from(if value < 0.0 { "-" } else { "" });
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::super::report::tests::row;
    use super::*;

    #[test]
    fn families_have_a_mean_and_a_worst() {
        let base = row();
        let mut rows: Vec<Row> = [Some(1.0), Some(3.0), None]
            .map(|gap_percent| Row { gap_percent, left_out: 0, ..base.clone() })
            .to_vec();
        let faults = vec!["late".to_owned()];
        rows.push(Row { gap_percent: Some(99.0), faults, ..base.clone() });
        rows.push(Row { gap_percent: Some(50.0), is_cut_short: true, ..base.clone() });
        rows.push(Row { time_s: 2.0, gap_percent: Some(0.5), ..base });
        let found = families(&rows, &Peers::open(None).unwrap());
        let lines = tables(&found);
        assert!(
            lines.contains("\n| small | 3 | 1 s | 2.00 % of 2 | 3.00 % | 1.0 | 0 |\n"),
            "{lines}"
        );
        assert!(lines.contains("\n| small | 1 | 2 s | 0.50 % | 0.50 % | 1.0 | 1 |\n"), "{lines}");
        assert!(!lines.contains("others"), "nobody else was measured on these: {lines}");
    }

    #[test]
    fn others_stand_beside_the_same_instances_only() {
        let day = |name: &str| Row {
            family: "city 1000x100".to_owned(),
            instance: name.to_owned(),
            time_s: 30.0,
            cost: 157_913.0,
            gap_percent: None,
            left_out: 0,
            ..row()
        };
        let peers = Peers::open(None).unwrap();
        let told = tables(&families(&[day("city 1000x100")], &peers));
        let ours = "| city 1000x100 | 1 | 30 s | 157,913 | 1.0 | 0 | 167,550 in 761 s |";
        assert!(told.contains(ours), "{told}");
        assert!(told.contains("| 486 left out |") && told.contains("2026-11"), "{told}");
        let told = tables(&families(&[day("city 1000x100:2")], &peers));
        assert!(!told.contains("VROOM"), "{told}");
    }

    #[test]
    fn what_is_rounded_to_nothing_has_no_sign() {
        assert_eq!([None, Some(-0.001), Some(-0.2)].map(percent), ["-", "0.00 %", "-0.20 %"]);
    }

    #[test]
    fn large_numbers_have_commas() {
        assert_eq!(
            [0.0, 999.0, 1000.0, 1_234_567.4, -1000.0].map(thousands),
            ["0", "999", "1,000", "1,234,567", "-1,000"]
        );
    }
}

//! What other solvers reached on the same instances: a table of the columns `family`, `time`, `solver`, `gap`, `cost`,
//! `left_out`, `seconds`, `measured` and `machine`. One is part of the program.

use super::subjects::{open_table, table_of};
use crate::cli::failure::{Exit, Failure};
use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::Path;

/// Figures for the published suite.
const PUBLISHED: &str = include_str!("../../../../assets/bench/peers.csv");

/// What a solver reached on a family.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
pub struct Peer {
    pub family: String,
    /// Seconds for each instance that this can be held against; none if any time can.
    pub time: Option<f64>,
    pub solver: String,
    /// Mean, per cent above the best known.
    pub gap: Option<f64>,
    pub cost: Option<f64>,
    pub left_out: Option<usize>,
    /// How long it took: a number, or from and to.
    pub seconds: Option<String>,
    pub measured: String,
    pub machine: String,
}

/// All figures, and whether they are of the published suite and of nothing else.
#[derive(Debug)]
pub struct Peers {
    all: Vec<Peer>,
    pub is_of_published: bool,
}

impl Peers {
    /// The ones in a file, else those of the published suite.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(file) = file else {
            let all = read(table_of(PUBLISHED.as_bytes()), "the published table");
            let all = all.expect("the table that is part of the program is right");
            return Ok(Self { all, is_of_published: true });
        };
        let all = read(open_table(file)?, &file.display().to_string())?;
        Ok(Self { all, is_of_published: false })
    }

    /// What others reached on a family in comparable time.
    pub fn of(&self, family: &str, time_s: f64) -> impl Iterator<Item = &Peer> {
        let is_its = move |peer: &&Peer| {
            let is_timely = peer.time.is_none_or(|time| (time - time_s).abs() < 1e-9);
            peer.family.eq_ignore_ascii_case(family) && is_timely
        };
        self.all.iter().filter(is_its)
    }
}

fn read<R: Read>(mut table: csv::Reader<R>, name: &str) -> Result<Vec<Peer>, Failure> {
    let rows: Result<Vec<Peer>, _> = table.deserialize().collect();
    rows.with_context(|| format!("{name} is no table of other solvers")).map_err(|error| {
        let cure = "give it the columns family, time, solver, gap, cost, left_out, seconds, \
                    measured and machine";
        Failure::of(Exit::CheckFailed, error, cure)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_count_for_their_family_and_time() {
        let peers = Peers::open(None).unwrap();
        let gap = |family: &str, time_s| peers.of(family, time_s).find_map(|peer| peer.gap);
        assert_eq!((gap("Solomon", 10.0), gap("solomon", 5.0)), (Some(0.19), None));
        let city: Vec<&Peer> = peers.of("city 1000x100", 3.0).collect();
        assert!(city.iter().any(|peer| peer.cost == Some(167_550.0)), "{city:?}");
        assert!(city.iter().any(|peer| peer.left_out == Some(486) && peer.cost.is_none()));
    }

    #[test]
    fn a_table_of_ones_own_replaces_the_published_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("peers.csv");
        let head = "family,time,solver,gap,cost,left_out,seconds,measured,machine\n";
        std::fs::write(&file, format!("{head}mine,,Other,1.5,,,3,today,here\n")).unwrap();
        let peers = Peers::open(Some(&file)).unwrap();
        assert_eq!(peers.of("mine", 7.0).count(), 1);
        assert_eq!(peers.of("solomon", 10.0).count(), 0);
        std::fs::write(&file, "family,solver\nmine,Other\n").unwrap();
        assert!(Peers::open(Some(&file)).unwrap_err().cause.contains("measured"));
    }
}

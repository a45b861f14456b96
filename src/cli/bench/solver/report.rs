//! What the search came to: a line for each instance, and all of it together.

use super::super::machine::Machine;
use super::best_known::Known;
use super::ready::Ready;
use super::subjects::Subject;
use super::table::{self, Family, percent};
use crate::solver::checker::Fault;
use crate::solver::{COST_UNIT, Cost, Solution, Tours};
use serde::Serialize;
use std::fmt::{self, Display};

/// What is printed.
#[derive(Debug, Serialize)]
pub struct SolverReport {
    machine: Machine,
    seed: u64,
    threads: u16,
    pub instances: Vec<Row>,
    pub families: Vec<Family>,
    /// Instances that could not be read.
    pub refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
pub struct Refused {
    /// Its file.
    pub file: String,
    pub cause: String,
}

/// One instance.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub instance: String,
    pub family: String,
    pub convention: &'static str,
    pub tasks: usize,
    pub time_s: f64,
    /// In published units; with the prices of tasks left out where the instance names them.
    pub cost: f64,
    pub best_known: Option<f64>,
    /// How much more it costs than the best known; none if that is of another convention, if it has another number of
    /// vehicles and they count first, or if a task is left out that has no price.
    pub gap_percent: Option<f64>,
    pub vehicles: usize,
    pub best_known_vehicles: Option<u32>,
    /// A shipment counts once.
    pub left_out: usize,
    pub iterations: u64,
    pub seconds: f64,
    pub peak_memory_mb: Option<f64>,
    /// Rules that the plan breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// Somebody stopped the search before its time.
    pub is_cut_short: bool,
    #[serde(skip)]
    pub decimals: usize,
}

impl Row {
    pub fn of(subject: &Subject, ready: &Ready, solution: &Solution, known: Known) -> Self {
        let problem = ready.problem();
        let tours: Cost = solution.schedules.iter().map(|schedule| schedule.cost.total()).sum();
        let absent = || solution.left_out.iter().map(|task| (*task, problem.task(*task)));
        let priced = absent().filter(|(_, task)| task.left_out.is_some());
        let prices: Cost = priced.map(|(id, _)| problem.left_out_cost(id)).sum();
        let is_comparable = absent().all(|(_, task)| task.left_out.is_some());
        let heads = Tours::heads(problem);
        let cost = (tours + prices) as f64 / COST_UNIT as f64 / f64::from(ready.scale);
        let vehicles = solution.schedules.iter().filter(|tour| !tour.visits.is_empty()).count();
        let best = known.comparable(vehicles);
        let gap = |best: f64| (cost / best - 1.0) * 100.0;
        Self {
            instance: subject.name.clone(),
            family: subject.family.clone(),
            convention: ready.convention.name(),
            tasks: problem.tasks().len(),
            time_s: subject.time_s,
            cost,
            best_known: best,
            gap_percent: best.filter(|best| is_comparable && *best > 0.0).map(gap),
            vehicles,
            best_known_vehicles: known.vehicles,
            left_out: heads.filter(|head| solution.left_out.contains(head)).count(),
            iterations: 0,
            seconds: 0.0,
            peak_memory_mb: None,
            faults: Vec::new(),
            is_cut_short: false,
            decimals: ready.decimals(),
        }
    }

    pub fn with_faults(mut self, faults: &[Fault]) -> Self {
        self.faults = faults
            .iter()
            .map(|fault| match fault.tour {
                usize::MAX => fault.what.clone(),
                tour => format!("tour {tour}: {}", fault.what),
            })
            .collect();
        self
    }

    pub fn with_effort(mut self, iterations: u64, seconds: f64, peak_mb: Option<f64>) -> Self {
        self.iterations = iterations;
        self.seconds = seconds;
        self.peak_memory_mb = peak_mb;
        self
    }

    /// On one line, the name as wide as the widest.
    pub fn line(&self, name_width: usize) -> impl Display {
        let gap = percent(self.gap_percent);
        let known = self.best_known_vehicles.map_or_else(String::new, |count| format!("/{count}"));
        let vehicles = format!("{}{known}", self.vehicles);
        let memory = self.peak_memory_mb.map_or_else(String::new, |mb| format!("  {mb:.0} MB"));
        let faults = match self.faults.first() {
            Some(fault) => format!("  BREAKS RULES: {fault}"),
            None if self.is_cut_short => "  cut short".to_owned(),
            None => String::new(),
        };
        format!(
            "{:<name_width$}  {:>10.*}  gap {gap:>8}  vehicles {vehicles:>7}  left out {:>3}  \
             {:>9} iterations  {:>6.1} s{memory}{faults}",
            self.instance, self.decimals, self.cost, self.left_out, self.iterations, self.seconds
        )
    }
}

impl SolverReport {
    pub fn new(seed: u64, threads: u16) -> Self {
        Self {
            machine: Machine::here(),
            seed,
            threads,
            instances: Vec::new(),
            families: Vec::new(),
            refused: Vec::new(),
        }
    }
}

/// Where and how it was measured, and the tables.
impl Display for SolverReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.threads == 1 { "" } else { "s" };
        let Self { machine, threads, seed, .. } = self;
        writeln!(f, "Measured {machine}, {threads} thread{plural}, seed {seed}.")?;
        write!(f, "{}", table::tables(&self.families).trim_end())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::ready::tests::{SOLOMON, ready};
    use super::super::subjects::Source;
    use super::*;
    use crate::solver::{Plan, TaskId};
    use std::path::PathBuf;

    const KNOWN: Known = Known { cost: Some(10.0), vehicles: Some(1), cost_at_vehicles: None };

    /// Of an instance with something left out, searched for a second.
    pub(in super::super) fn row() -> Row {
        row_of(SOLOMON, &[0], KNOWN)
    }

    fn row_of(text: &str, tour: &[u32], known: Known) -> Row {
        let ready = ready(text);
        let subject = Subject {
            source: Source::File(PathBuf::new()),
            name: "S2".to_owned(),
            family: "small".to_owned(),
            time_s: 1.0,
        };
        let mut plan = Plan::empty(ready.problem());
        plan.tours[0] = tour.iter().map(|task| TaskId(*task)).collect();
        Row::of(&subject, &ready, &Solution::of(ready.problem(), &plan), known)
    }

    #[test]
    fn a_gap_is_told_when_everything_is_done() {
        // There and back: 5 + 5, and 1.4 + 1.4 if the second vehicle goes too.
        let text = SOLOMON.replace("2 10\n", "1 20\n");
        let all = row_of(&text, &[1, 0], KNOWN);
        assert!((all.cost - 10.0).abs() < 1.0 && all.gap_percent.is_some(), "{all:?}");
        assert_eq!((all.left_out, all.vehicles), (0, 1));
        let part = row_of(&text, &[0], KNOWN);
        assert_eq!((part.cost, part.gap_percent, part.left_out), (10.0, None, 1));
        assert!(part.line(4).to_string().starts_with("S2          10.0  gap        -  vehicles"));
    }

    #[test]
    fn a_price_for_leaving_out_is_part_of_the_cost() {
        let text = "DIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 9\nSERVICE_TIME : 0\n\
            NODE_COORD_SECTION\n1 0 0\n2 3 4\nDEMAND_SECTION\n1 0\n2 5\nTIME_WINDOW_SECTION\n\
            1 0 99\n2 0 99\nPRIZE_SECTION\n1 0\n2 7\nDEPOT_SECTION\n1\n";
        let out = row_of(text, &[], Known { cost: Some(56.0), ..Known::default() });
        assert_eq!((out.cost, out.left_out, out.vehicles), (70.0, 1, 0));
        assert!((out.gap_percent.unwrap() - 25.0).abs() < 1e-9);
        assert!((row_of(text, &[0], KNOWN).cost - 100.0).abs() < 1e-9);
    }
}

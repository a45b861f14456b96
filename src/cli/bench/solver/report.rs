//! What the search came to: a line for each instance, a table of the families.

use super::best_known::Known;
use super::ready::Ready;
use super::subjects::Subject;
use crate::solver::checker::Fault;
use crate::solver::{COST_UNIT, Cost, Solution, Tours};
use serde::Serialize;
use std::fmt::{self, Display};
use std::path::PathBuf;

/// What is printed.
#[derive(Debug, Serialize)]
pub struct SolverReport {
    seed: u64,
    threads: u16,
    pub instances: Vec<Row>,
    families: Vec<Family>,
    /// Instances that could not be read.
    pub refused: Vec<Refused>,
}

#[derive(Debug, Serialize)]
pub struct Refused {
    pub file: PathBuf,
    pub cause: String,
}

/// One instance.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    pub instance: String,
    family: String,
    convention: &'static str,
    tasks: usize,
    time_s: f64,
    /// In published units; with the prices of tasks left out where the instance names them.
    cost: f64,
    best_known: Option<f64>,
    /// How much more it costs than the best known; none if that is of another convention, or if a task is left out that
    /// has no price.
    gap_percent: Option<f64>,
    vehicles: usize,
    best_known_vehicles: Option<u32>,
    /// A shipment counts once.
    left_out: usize,
    iterations: u64,
    seconds: f64,
    peak_memory_mb: Option<f64>,
    /// Rules that the plan breaks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    #[serde(skip)]
    decimals: usize,
}

#[derive(Debug, PartialEq, Serialize)]
struct Family {
    family: String,
    instances: usize,
    /// Of how many the gap is known.
    compared: usize,
    mean_gap_percent: Option<f64>,
    worst_gap_percent: Option<f64>,
    mean_vehicles: f64,
    left_out: usize,
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
        let gap = |best: f64| (cost / best - 1.0) * 100.0;
        Self {
            instance: subject.name.clone(),
            family: subject.family.clone(),
            convention: ready.convention.name(),
            tasks: problem.tasks().len(),
            time_s: subject.time_s,
            cost,
            best_known: known.cost,
            gap_percent: known.cost.filter(|best| is_comparable && *best > 0.0).map(gap),
            vehicles: solution.schedules.iter().filter(|tour| !tour.visits.is_empty()).count(),
            best_known_vehicles: known.vehicles,
            left_out: heads.filter(|head| solution.left_out.contains(head)).count(),
            iterations: 0,
            seconds: 0.0,
            peak_memory_mb: None,
            faults: Vec::new(),
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
        let faults = self
            .faults
            .first()
            .map_or_else(String::new, |fault| format!("  BREAKS RULES: {fault}"));
        format!(
            "{:<name_width$}  {:>10.*}  gap {gap:>8}  vehicles {vehicles:>7}  left out {:>3}  \
             {:>9} iterations  {:>6.1} s{memory}{faults}",
            self.instance, self.decimals, self.cost, self.left_out, self.iterations, self.seconds
        )
    }
}

fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |percent| format!("{percent:.2} %"))
}

impl SolverReport {
    pub fn new(seed: u64, threads: u16) -> Self {
        Self { seed, threads, instances: Vec::new(), families: Vec::new(), refused: Vec::new() }
    }

    /// Sums the instances up; plans that break rules do not count.
    pub fn add_families(&mut self) {
        let mut names: Vec<&String> = Vec::new();
        for row in &self.instances {
            if !names.contains(&&row.family) {
                names.push(&row.family);
            }
        }
        let of = |name: &String| {
            let is_its = |row: &&Row| row.family == *name && row.faults.is_empty();
            Family::of(name, self.instances.iter().filter(is_its))
        };
        self.families = names.into_iter().filter_map(of).collect();
    }
}

impl Family {
    /// None without instances.
    fn of<'a>(name: &str, rows: impl Iterator<Item = &'a Row>) -> Option<Self> {
        let rows: Vec<&Row> = rows.collect();
        let gaps: Vec<f64> = rows.iter().filter_map(|row| row.gap_percent).collect();
        let mean = |sum: f64, count: usize| (count > 0).then(|| sum / count as f64);
        let vehicles: usize = rows.iter().map(|row| row.vehicles).sum();
        Some(Self {
            family: name.to_owned(),
            instances: rows.len(),
            compared: gaps.len(),
            mean_gap_percent: mean(gaps.iter().sum(), gaps.len()),
            worst_gap_percent: gaps.into_iter().reduce(f64::max),
            mean_vehicles: mean(vehicles as f64, rows.len())?,
            left_out: rows.iter().map(|row| row.left_out).sum(),
        })
    }
}

impl Display for SolverReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| family | instances | mean gap | worst gap | mean vehicles | left out |")?;
        write!(f, "|---|---:|---:|---:|---:|---:|")?;
        for family in &self.families {
            let (mean, worst) =
                (percent(family.mean_gap_percent), percent(family.worst_gap_percent));
            let (instances, left_out) = (family.instances, family.left_out);
            write!(
                f,
                "\n| {} | {instances} | {mean} | {worst} | {:.1} | {left_out} |",
                family.family, family.mean_vehicles
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::ready::tests::{SOLOMON, ready};
    use super::*;
    use crate::solver::{Plan, TaskId};

    const KNOWN: Known = Known { cost: Some(10.0), vehicles: Some(1) };

    fn row(text: &str, tour: &[u32], known: Known) -> Row {
        let ready = ready(text);
        let subject = Subject {
            file: PathBuf::new(),
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
        let all = row(&text, &[1, 0], KNOWN);
        assert!((all.cost - 10.0).abs() < 1.0 && all.gap_percent.is_some(), "{all:?}");
        assert_eq!((all.left_out, all.vehicles), (0, 1));
        let part = row(&text, &[0], KNOWN);
        assert_eq!((part.cost, part.gap_percent, part.left_out), (10.0, None, 1));
        assert!(part.line(4).to_string().starts_with("S2          10.0  gap        -  vehicles"));
    }

    #[test]
    fn a_price_for_leaving_out_is_part_of_the_cost() {
        let text = "DIMENSION : 2\nEDGE_WEIGHT_TYPE : EUC_2D\nCAPACITY : 9\nSERVICE_TIME : 0\n\
            NODE_COORD_SECTION\n1 0 0\n2 3 4\nDEMAND_SECTION\n1 0\n2 5\nTIME_WINDOW_SECTION\n\
            1 0 99\n2 0 99\nPRIZE_SECTION\n1 0\n2 7\nDEPOT_SECTION\n1\n";
        let out = row(text, &[], Known { cost: Some(56.0), vehicles: None });
        assert_eq!((out.cost, out.left_out, out.vehicles), (70.0, 1, 0));
        assert!((out.gap_percent.unwrap() - 25.0).abs() < 1e-9);
        assert!((row(text, &[0], KNOWN).cost - 100.0).abs() < 1e-9);
    }

    #[test]
    fn families_have_a_mean_and_a_worst() {
        let mut report = SolverReport::new(1, 1);
        let base = row(SOLOMON, &[0], KNOWN);
        for gap_percent in [Some(1.0), Some(3.0), None] {
            report.instances.push(Row { gap_percent, left_out: 0, ..base.clone() });
        }
        let faults = vec!["late".to_owned()];
        report.instances.push(Row { gap_percent: Some(99.0), faults, ..base });
        report.add_families();
        let table = report.to_string();
        assert!(table.ends_with("\n| small | 3 | 2.00 % | 3.00 % | 1.0 | 0 |"), "{table}");
        assert_eq!(report.families[0].compared, 2);
    }
}

//! The form of VRPLIB with time windows, as ORTEC (EURO Meets NeurIPS 2022: a matrix) and PyVRP (coordinates, prizes,
//! trips, several depots, vehicles that differ) write it: lines `KEY : value`, then sections of rows that begin with the
//! number of a node or of a vehicle. Depots are the first nodes.
//!
//! Every key and section must be known: a rule that is passed over would make an easier problem.

use super::rows::{Line, lines, table};
use super::{Convention, Instance, InstanceError, Point, check_count, euclidean, instance};
use crate::solver::draft::{Limits, Role, Task, Vehicle, VehicleId};
use crate::solver::matrix::Matrix;
use std::collections::HashMap;

/// Keys that rule something.
const KEYS: [&str; 7] = [
    "DIMENSION",
    "EDGE_WEIGHT_TYPE",
    "EDGE_WEIGHT_FORMAT",
    "VEHICLES",
    "VEHICLES_MAX_DURATION",
    "CAPACITY",
    "SERVICE_TIME",
];
/// Keys that only tell.
const REMARKS: [&str; 5] = ["NAME", "COMMENT", "TYPE", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE"];
const SECTIONS: [&str; 12] = [
    "NODE_COORD_SECTION",
    "EDGE_WEIGHT_SECTION",
    "DEMAND_SECTION",
    "SERVICE_TIME_SECTION",
    "TIME_WINDOW_SECTION",
    "PRIZE_SECTION",
    "RELEASE_TIME_SECTION",
    "VEHICLES_RELOAD_DEPOT_SECTION",
    "VEHICLES_ALLOWED_CLIENTS_SECTION",
    "VEHICLES_DEPOT_SECTION",
    "CAPACITY_SECTION",
    "DEPOT_SECTION",
];

pub(super) fn read(text: &str, asked: Option<Convention>) -> Result<Instance, InstanceError> {
    let file = File::parse(text)?;
    let depots = file.depots()?;
    let is_explicit = match file.word("EDGE_WEIGHT_TYPE")? {
        (_, "EXPLICIT") => true,
        (_, "EUC_2D") => false,
        (line, other) => return Err(unsupported(line, format!("EDGE_WEIGHT_TYPE {other}"))),
    };
    let convention = match (is_explicit, file.keys.get("TYPE")) {
        (true, _) => Convention::Explicit,
        _ if asked.is_some() => asked.unwrap_or(Convention::Dimacs),
        _ if file.sections.contains_key("PRIZE_SECTION") => Convention::Pcvrptw,
        (false, Some((_, "MTVRPTWR"))) => Convention::Mtvrptwr,
        (false, Some((_, "SDVRPTW"))) => Convention::Sdvrptw,
        (false, Some((_, "MDVRPTW"))) => Convention::Mdvrptw,
        (false, _) => Convention::Dimacs,
    };
    let windows: Vec<[f64; 3]> = file.table("TIME_WINDOW_SECTION")?;
    let demands: Vec<f64> = file.column("DEMAND_SECTION")?;
    let prizes = file.optional_column("PRIZE_SECTION")?;
    let releases = file.optional_column("RELEASE_TIME_SECTION")?;
    let services: Vec<f64> = match file.keys.get("SERVICE_TIME") {
        Some(_) => vec![file.number("SERVICE_TIME")?; file.dimension],
        None => file.column("SERVICE_TIME_SECTION")?,
    };
    let matrix = if is_explicit { file.matrix()? } else { file.euclidean(convention)? };
    let window = |node: usize| convention.window(windows[node][1], windows[node][2]);
    let whole = |values: &Option<Vec<f64>>, node: usize| {
        values.as_ref().map(|values| convention.whole(values[node]))
    };
    let customer = |node: usize| Task {
        location: node as u32,
        windows: vec![window(node)],
        service_s: convention.whole(services[node]),
        delivery: vec![demands[node] as i32],
        left_out: whole(&prizes, node).map(i64::from),
        goods_from_s: whole(&releases, node),
        ..Task::default()
    };
    let mut tasks: Vec<Task> = (depots..file.dimension).map(customer).collect();
    let mut vehicles = file.vehicles(convention, &windows, depots)?;
    file.restrict(&mut tasks, &mut vehicles, depots)?;
    let calls = file.calls(&tasks, &vehicles, depots)?;
    tasks.extend(calls);
    let name = file.keys.get("NAME").map(|(_, name)| *name);
    Ok(instance(name, convention, vehicles, tasks, matrix))
}

fn unsupported(line: usize, what: impl Into<String>) -> InstanceError {
    InstanceError::Unsupported { line, what: what.into() }
}

/// What stands where.
struct File<'a> {
    /// With the number of the line.
    keys: HashMap<&'static str, (usize, &'a str)>,
    sections: HashMap<&'static str, Vec<Line<'a>>>,
    dimension: usize,
}

impl<'a> File<'a> {
    fn parse(text: &'a str) -> Result<Self, InstanceError> {
        let mut file = Self { keys: HashMap::new(), sections: HashMap::new(), dimension: 0 };
        let mut section = None;
        for line in lines(text) {
            let first = line.words[0];
            let is_row = first.starts_with(|first: char| first.is_ascii_digit() || first == '-');
            if first == "EOF" {
                break;
            } else if is_row {
                let section =
                    section.ok_or_else(|| unsupported(line.number, "a row outside any section"))?;
                file.sections.entry(section).or_default().push(line);
            } else if first.ends_with("_SECTION") {
                let known = SECTIONS.into_iter().find(|known| *known == first);
                let known = known.ok_or_else(|| unsupported(line.number, first))?;
                file.sections.entry(known).or_default();
                section = Some(known);
            } else {
                file.read_key(text, &line)?;
                section = None;
            }
        }
        file.dimension = file.number("DIMENSION")? as usize;
        if file.dimension < 2 {
            return Err(InstanceError::NoCustomers);
        }
        Ok(file)
    }

    fn read_key(&mut self, text: &'a str, line: &Line<'_>) -> Result<(), InstanceError> {
        let written = text.lines().nth(line.number - 1).unwrap_or_default();
        let (key, value) = written.split_once(':').unwrap_or((written, ""));
        let known = KEYS.into_iter().chain(REMARKS).find(|known| *known == key.trim());
        let known = known.ok_or_else(|| unsupported(line.number, key.trim()))?;
        self.keys.insert(known, (line.number, value.trim()));
        Ok(())
    }

    fn word(&self, key: &'static str) -> Result<(usize, &'a str), InstanceError> {
        self.keys.get(key).copied().ok_or(InstanceError::Missing { what: key })
    }

    /// The number a key has, of 0 and above and below a million.
    fn number(&self, key: &'static str) -> Result<f64, InstanceError> {
        let (line, word) = self.word(key)?;
        let number = word.parse().ok().filter(|number: &f64| (0.0..1e6).contains(number));
        number.ok_or(InstanceError::Number { line, column: 2 })
    }

    fn rows(&self, section: &'static str) -> Result<&[Line<'a>], InstanceError> {
        self.sections
            .get(section)
            .map(Vec::as_slice)
            .ok_or(InstanceError::Missing { what: section })
    }

    /// A row for each node; its first number is the node's.
    fn table<const N: usize>(&self, section: &'static str) -> Result<Vec<[f64; N]>, InstanceError> {
        let lines = self.rows(section)?;
        let rows = table(lines, 1)?;
        if rows.len() != self.dimension {
            let line = lines.last().map_or(0, |line| line.number);
            return Err(InstanceError::Order { line, expected: self.dimension });
        }
        Ok(rows)
    }

    /// A number for each node.
    fn column(&self, section: &'static str) -> Result<Vec<f64>, InstanceError> {
        Ok(self.table::<2>(section)?.into_iter().map(|[_, value]| value).collect())
    }

    fn optional_column(&self, section: &'static str) -> Result<Option<Vec<f64>>, InstanceError> {
        let has_some = self.sections.contains_key(section);
        has_some.then(|| self.column(section)).transpose()
    }

    /// A row of whole numbers for each vehicle, without its own number; none if there is no such section.
    fn by_vehicle(
        &self,
        section: &'static str,
        vehicles: usize,
    ) -> Result<Option<Vec<Vec<u32>>>, InstanceError> {
        let Some(lines) = self.sections.get(section) else { return Ok(None) };
        let mut rows = Vec::with_capacity(vehicles);
        for line in lines {
            let mut row = Vec::with_capacity(line.words.len());
            for (at, word) in line.words.iter().enumerate() {
                let (line, column) = (line.number, at + 1);
                row.push(word.parse().map_err(|_| InstanceError::Number { line, column })?);
            }
            if row.first() != Some(&(rows.len() as u32 + 1)) {
                return Err(InstanceError::Order { line: line.number, expected: rows.len() + 1 });
            }
            row.remove(0);
            rows.push(row);
        }
        if rows.len() != vehicles {
            let line = lines.last().map_or(0, |line| line.number);
            return Err(InstanceError::Order { line, expected: vehicles });
        }
        Ok(Some(rows))
    }

    /// The node of a depot as the location it is.
    fn depot(&self, line: &Line<'_>, node: u32, depots: usize) -> Result<u32, InstanceError> {
        if node == 0 || node as usize > depots {
            return Err(unsupported(line.number, format!("depot {node}")));
        }
        Ok(node - 1)
    }

    fn vehicles(
        &self,
        convention: Convention,
        windows: &[[f64; 3]],
        depots: usize,
    ) -> Result<Vec<Vehicle>, InstanceError> {
        let count = match self.keys.get("VEHICLES") {
            Some(_) => self.number("VEHICLES")? as usize,
            None => self.dimension - depots,
        };
        check_count(count)?;
        let mut homes = vec![0; count];
        if let Some(rows) = self.by_vehicle("VEHICLES_DEPOT_SECTION", count)? {
            let lines = self.rows("VEHICLES_DEPOT_SECTION")?;
            for ((home, row), line) in homes.iter_mut().zip(&rows).zip(lines) {
                let [depot] = row[..] else {
                    let found = line.words.len();
                    return Err(InstanceError::Columns { line: line.number, found, expected: 2 });
                };
                *home = self.depot(line, depot, depots)?;
            }
        }
        let capacities = match self.sections.get("CAPACITY_SECTION") {
            Some(lines) => table::<2>(lines, 1)?.iter().map(|[_, most]| *most as i32).collect(),
            None => vec![self.number("CAPACITY")? as i32; count],
        };
        if capacities.len() != count {
            return Err(InstanceError::Missing { what: "capacity for each vehicle" });
        }
        let duration_s = match self.keys.get("VEHICLES_MAX_DURATION") {
            Some(_) => Some(convention.whole(self.number("VEHICLES_MAX_DURATION")?)),
            None => None,
        };
        let vehicle = |(home, capacity): (u32, i32)| {
            let [_, from, until] = windows[home as usize];
            Vehicle {
                start: Some(home),
                end: Some(home),
                shift: convention.window(from, until),
                capacity: vec![capacity],
                limits: Limits { duration_s, ..Limits::default() },
                ..Vehicle::default()
            }
        };
        Ok(homes.into_iter().zip(capacities).map(vehicle).collect())
    }

    /// Who may serve whom, told by skills: vehicles with the same customers have one, and customers ask for one that
    /// stands for all vehicles they may be served by.
    fn restrict(
        &self,
        tasks: &mut [Task],
        vehicles: &mut [Vehicle],
        depots: usize,
    ) -> Result<(), InstanceError> {
        let section = "VEHICLES_ALLOWED_CLIENTS_SECTION";
        let Some(rows) = self.by_vehicle(section, vehicles.len())? else { return Ok(()) };
        let mut may = vec![vec![false; tasks.len()]; vehicles.len()];
        for ((may, row), line) in may.iter_mut().zip(&rows).zip(self.rows(section)?) {
            for node in row {
                let task = (*node as usize).checked_sub(depots + 1);
                let place = task.and_then(|task| may.get_mut(task));
                *place.ok_or_else(|| unsupported(line.number, format!("customer {node}")))? = true;
            }
        }
        // One skill for each set of vehicles.
        let mut sets: HashMap<Vec<bool>, u32> = HashMap::new();
        for (at, task) in tasks.iter_mut().enumerate() {
            let set: Vec<bool> = may.iter().map(|may| may[at]).collect();
            if set.iter().all(|is_in| *is_in) {
                continue;
            }
            let next = sets.len() as u32;
            let skill = *sets.entry(set).or_insert_with_key(|set| {
                for (vehicle, _) in vehicles.iter_mut().zip(set).filter(|(_, is_in)| **is_in) {
                    vehicle.skills.insert(next);
                }
                next
            });
            task.skills.insert(skill);
        }
        Ok(())
    }

    /// Calls of the vehicles at the depots where they may reload. The form names no greatest number of them: here it
    /// is three times as many as were needed if all vehicles carried the same, and some more.
    fn calls(
        &self,
        tasks: &[Task],
        vehicles: &[Vehicle],
        depots: usize,
    ) -> Result<Vec<Task>, InstanceError> {
        let section = "VEHICLES_RELOAD_DEPOT_SECTION";
        let Some(rows) = self.by_vehicle(section, vehicles.len())? else { return Ok(Vec::new()) };
        let sum = |amounts: &[i32]| amounts.iter().map(|amount| i64::from(*amount)).sum::<i64>();
        let demand: i64 = tasks.iter().map(|task| sum(&task.delivery)).sum();
        let room: i64 = vehicles.iter().map(|vehicle| sum(&vehicle.capacity)).sum();
        let calls_max = 3 * (demand / room.max(1)) as usize + 5;
        let mut calls = Vec::new();
        for ((at, row), line) in rows.iter().enumerate().zip(self.rows(section)?) {
            for depot in row {
                let call = Task {
                    location: self.depot(line, *depot, depots)?,
                    role: Role::Call,
                    locked_to: Some(VehicleId(at as u32)),
                    ..Task::default()
                };
                calls.extend(vec![call; calls_max]);
            }
        }
        Ok(calls)
    }

    /// How many depots there are: the first nodes. Node 1 if nobody says.
    fn depots(&self) -> Result<usize, InstanceError> {
        let Some(rows) = self.sections.get("DEPOT_SECTION") else { return Ok(1) };
        let depots: Vec<&Line<'_>> = rows.iter().filter(|line| line.words[0] != "-1").collect();
        for (at, depot) in depots.iter().enumerate() {
            if depot.words != [(at + 1).to_string()] {
                return Err(unsupported(
                    depot.number,
                    "a depot that is not one of the first nodes",
                ));
            }
        }
        match depots.len() {
            0 => Err(InstanceError::Missing { what: "depot in the DEPOT_SECTION" }),
            count if count >= self.dimension => Err(InstanceError::NoCustomers),
            count => Ok(count),
        }
    }

    fn euclidean(&self, convention: Convention) -> Result<Matrix, InstanceError> {
        let rows: Vec<[f64; 3]> = self.table("NODE_COORD_SECTION")?;
        let places: Vec<Point> = rows.iter().map(|[_, x, y]| (*x, *y)).collect();
        euclidean(&places, convention)
    }

    fn matrix(&self) -> Result<Matrix, InstanceError> {
        let (line, form) = self.word("EDGE_WEIGHT_FORMAT")?;
        if form != "FULL_MATRIX" {
            return Err(unsupported(line, format!("EDGE_WEIGHT_FORMAT {form}")));
        }
        let mut durations = Vec::new();
        for line in self.rows("EDGE_WEIGHT_SECTION")? {
            for (at, word) in line.words.iter().enumerate() {
                let (line, column) = (line.number, at + 1);
                durations.push(word.parse().map_err(|_| InstanceError::Number { line, column })?);
            }
        }
        Ok(Matrix::parse(self.dimension, durations, Vec::new(), None)?)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::solver::matrix::MatrixError;
    use crate::solver::{Problem, TaskId, Window};

    pub(in super::super) const SMALL: &str = "\
NAME : small
TYPE : VRPTW
DIMENSION : 3
VEHICLES : 2
CAPACITY : 10
SERVICE_TIME : 9
EDGE_WEIGHT_TYPE : EUC_2D
NODE_COORD_SECTION
1 0 0
2 3 4
3 1 1
DEMAND_SECTION
1 0
2 5
3 6
TIME_WINDOW_SECTION
1 0 100
2 10 20
3 0 50
DEPOT_SECTION
1
-1
EOF
";

    pub(in super::super) const MATRIX: &str = "\
NAME : asymmetric
DIMENSION : 2
EDGE_WEIGHT_TYPE : EXPLICIT
EDGE_WEIGHT_FORMAT : FULL_MATRIX
CAPACITY : 10
EDGE_WEIGHT_SECTION
0\t7
8\t0
DEMAND_SECTION
1 0
2 5
DEPOT_SECTION
1
-1
SERVICE_TIME_SECTION
1 0
2 420
TIME_WINDOW_SECTION
1 0 1000
2 10 20
EOF
";

    fn refusal(text: &str) -> InstanceError {
        read(text, None).unwrap_err()
    }

    #[test]
    fn coordinates_become_distances() {
        let instance = read(SMALL, None).unwrap();
        assert_eq!((instance.name.as_deref(), instance.scale), (Some("small"), 10));
        let draft = instance.draft;
        assert_eq!(draft.matrices[0].duration_s(0, 2), 14);
        assert_eq!(draft.tasks[0].windows, [Window { from_s: 100, until_s: 200 }]);
        assert_eq!((draft.tasks[0].service_s, draft.tasks[0].left_out), (90, None));
        assert_eq!((draft.vehicles.len(), draft.vehicles[0].shift.until_s), (2, 1000));
        assert!(Problem::parse(draft).is_ok());
    }

    #[test]
    fn a_matrix_is_taken_as_it_is() {
        let instance = read(MATRIX, Some(Convention::Exact)).unwrap();
        assert_eq!((instance.convention, instance.scale), (Convention::Explicit, 1));
        let draft = instance.draft;
        assert_eq!(draft.matrices[0].duration_s(0, 1), 7);
        assert_eq!(draft.matrices[0].duration_s(1, 0), 8);
        assert_eq!(draft.tasks[0].service_s, 420);
        assert_eq!(draft.vehicles.len(), 1, "one for each customer if nobody says");
        let short = MATRIX.replace("8\t0", "8");
        assert!(matches!(refusal(&short), InstanceError::Matrix(MatrixError::Size { .. })));
        let upper = MATRIX.replace("FULL_MATRIX", "UPPER_ROW");
        assert_eq!(refusal(&upper), unsupported(4, "EDGE_WEIGHT_FORMAT UPPER_ROW"));
    }

    #[test]
    fn a_prize_is_lost_when_its_customer_is_left_out() {
        let text = SMALL.replace("DEPOT", "PRIZE_SECTION\n1 0\n2 21\n3 0\nDEPOT");
        let instance = read(&text, None).unwrap();
        assert_eq!((instance.convention, instance.scale), (Convention::Pcvrptw, 1));
        let prizes: Vec<_> = instance.draft.tasks.iter().map(|task| task.left_out).collect();
        assert_eq!(prizes, [Some(210), Some(0)]);
        assert_eq!(instance.draft.matrices[0].duration_s(0, 2), 14);
    }

    #[test]
    fn goods_that_come_late_and_reloads_make_trips() {
        let trips =
            "RELEASE_TIME_SECTION\n1 0\n2 0\n3 9\nVEHICLES_RELOAD_DEPOT_SECTION\n1 1\n2\nDEM";
        let text = SMALL.replace("TYPE : VRPTW", "TYPE : MTVRPTWR").replace("DEM", trips);
        let instance = read(&text, None).unwrap();
        assert_eq!((instance.convention, instance.scale), (Convention::Mtvrptwr, 1));
        let tasks = &instance.draft.tasks;
        assert_eq!((tasks[0].goods_from_s, tasks[1].goods_from_s), (Some(0), Some(90)));
        let calls = tasks.iter().filter(|task| task.role == Role::Call);
        let calls: Vec<_> = calls.map(|call| (call.location, call.locked_to)).collect();
        assert_eq!(calls, [(0, Some(VehicleId(0))); 5], "the second vehicle may not reload");
        assert!(Problem::parse(instance.draft).is_ok());
        let short = text.replace("1 1\n2\nDEM", "1 1\nDEM");
        assert_eq!(refusal(&short), InstanceError::Order { line: 17, expected: 2 });
    }

    #[test]
    fn vehicles_differ_in_depot_capacity_and_customers_and_work_so_long() {
        let text = SMALL
            .replace("CAPACITY : 10", "VEHICLES_MAX_DURATION: 50")
            .replace("TYPE : VRPTW", "TYPE : SDVRPTW")
            .replace("DEPOT_SECTION\n1", "DEPOT_SECTION\n1\n2")
            .replace("DEMAND_S", "VEHICLES_DEPOT_SECTION\n1 2\n2 1\nDEMAND_S")
            .replace("DEMAND_S", "CAPACITY_SECTION\n1 7\n2 8\nDEMAND_S")
            .replace("DEMAND_S", "VEHICLES_ALLOWED_CLIENTS_SECTION\n1 3\n2\nDEMAND_S");
        let instance = read(&text, None).unwrap();
        assert_eq!((instance.convention, instance.scale), (Convention::Sdvrptw, 1));
        let draft = &instance.draft;
        let vehicles = draft.vehicles.iter().map(|vehicle| {
            assert_eq!(vehicle.limits.duration_s, Some(50_000));
            (vehicle.start, vehicle.end, vehicle.shift.until_s, vehicle.capacity[0])
        });
        let expected = [(Some(1), Some(1), 20_000, 7), (Some(0), Some(0), 100_000, 8)];
        assert_eq!(vehicles.collect::<Vec<_>>(), expected);
        assert_eq!((draft.tasks.len(), draft.tasks[0].location), (1, 2));
        let problem = Problem::parse(draft.clone()).unwrap();
        assert!(problem.is_allowed(TaskId(0), VehicleId(0)));
        assert!(!problem.is_allowed(TaskId(0), VehicleId(1)));
        let strange = text.replace("SECTION\n1 3\n2\n", "SECTION\n1 2\n2\n");
        assert_eq!(refusal(&strange), unsupported(19, "customer 2"));
    }

    #[test]
    fn a_rule_that_cannot_be_held_is_refused_by_name() {
        let priority = SMALL.replace("DEMAND_S", "PRIORITY_SECTION\n1 0\n2 0\n3 9\nDEMAND_S");
        assert_eq!(refusal(&priority), unsupported(12, "PRIORITY_SECTION"));
        let depot = SMALL.replace("DEPOT_SECTION\n1", "DEPOT_SECTION\n3");
        let what = "a depot that is not one of the first nodes";
        assert_eq!(refusal(&depot), unsupported(21, what));
        let globe = SMALL.replace("EUC_2D", "GEO");
        assert_eq!(refusal(&globe), unsupported(7, "EDGE_WEIGHT_TYPE GEO"));
    }

    #[test]
    fn what_is_absent_or_broken_is_named() {
        let windows = SMALL.replace("TIME_WINDOW_SECTION\n1 0 100\n2 10 20\n3 0 50\n", "");
        assert_eq!(refusal(&windows), InstanceError::Missing { what: "TIME_WINDOW_SECTION" });
        let shorter = SMALL.replace("3 0 50\n", "");
        assert_eq!(refusal(&shorter), InstanceError::Order { line: 18, expected: 3 });
        let wordy = SMALL.replace("2 3 4", "2 three 4");
        assert_eq!(refusal(&wordy), InstanceError::Number { line: 10, column: 2 });
        let row = "EDGE_WEIGHT_TYPE : EUC_2D\n1 2";
        assert_eq!(refusal(row), unsupported(2, "a row outside any section"));
    }
}

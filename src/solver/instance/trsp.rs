//! Technician routing and scheduling: V. Pillac, C. Guéret and A. Medaglia, "A parallel matheuristic for the technician
//! routing and scheduling problem", Optimization Letters 7(7), 2013, doi 10.1007/s11590-012-0567-4.
//!
//! Technicians leave from home with tools, which come back, and spare parts, which are used up; both can be fetched at the
//! depot during the day, as many as one likes. So tools and parts are loads: what a technician lacks is room that is taken
//! until the depot, where it is free. A part takes one, and a tool that is needed takes one of so many that they always
//! last.

use super::rows::{Line, lines};
use super::{Convention, Instance, InstanceError, Point, check_count, euclidean, instance};
use crate::solver::draft::{Role, Task, Vehicle, VehicleCosts, VehicleId, Window};
use crate::solver::skills::Skills;

/// With this line the table begins that says how many there are.
const COUNTS: &str = "CREW COUNT";

/// More than all requests of a day take of anything.
const PLENTY: i32 = 100_000;

/// Whether a text looks like one of these.
pub(super) fn is_it(text: &str) -> bool {
    text.contains(COUNTS)
}

/// A technician or a request.
struct Row {
    line: usize,
    place: Point,
    window: Window,
    service_s: i32,
    skills: Vec<usize>,
    tools: Vec<usize>,
    parts: Vec<usize>,
}

pub(super) fn read(text: &str, convention: Convention) -> Result<Instance, InstanceError> {
    let lines: Vec<Line<'_>> = lines(text).collect();
    let name = lines.first().and_then(|line| line.words.first()).copied();
    let is_counts = |line: &Line<'_>| line.words.join(" ").starts_with(COUNTS);
    let counts = lines.iter().position(is_counts).and_then(|at| lines.get(at + 1));
    let counts = counts.ok_or(InstanceError::Missing { what: "line below CREW COUNT" })?;
    let count = |column: usize| {
        let word = counts.words.get(column).and_then(|word| word.parse::<usize>().ok());
        word.filter(|count| *count < 1000)
            .ok_or(InstanceError::Number { line: counts.number, column: column + 1 })
    };
    let (crew, skills, tools, parts) = (count(0)?, count(1)?, count(2)?, count(3)?);
    check_count(crew)?;
    let begins = |line: &Line<'_>| line.words.first().is_some_and(|word| *word == "0");
    let first = lines.iter().position(begins).ok_or(InstanceError::NoCustomers)?;
    let rows: Result<Vec<Row>, InstanceError> = lines[first..]
        .iter()
        .enumerate()
        .map(|(at, line)| row(line, at, convention, [skills, tools, parts]))
        .collect();
    let rows = rows?;
    if rows.len() < crew + 2 {
        return Err(InstanceError::NoCustomers);
    }
    let places: Vec<Point> = rows.iter().map(|row| row.place).collect();
    let (technicians, requests) = rows[1..].split_at(crew);
    let costs = match convention {
        Convention::TrspDistance => VehicleCosts::default(),
        _ => VehicleCosts { per_hour: 0, per_paid_hour: 3600, ..VehicleCosts::default() },
    };
    let vehicles = technicians.iter().zip(1..).map(|(row, home)| {
        let lack = |tool: usize| if row.tools.contains(&tool) { 0 } else { PLENTY };
        let used = row.parts.iter().map(|stock| PLENTY - *stock as i32);
        Vehicle {
            start: Some(home),
            end: Some(home),
            shift: row.window,
            capacity: vec![PLENTY; tools + parts],
            aboard: (0..tools).map(lack).chain(used).collect(),
            skills: row.skills.iter().map(|skill| *skill as u32).collect(),
            costs,
            ..Vehicle::default()
        }
    });
    let tasks = requests.iter().zip(1 + crew as u32..).map(|(row, location)| {
        let needs = |tool: usize| i32::from(row.tools.contains(&tool));
        let parts = row.parts.iter().map(|count| *count as i32);
        Task {
            location,
            windows: vec![row.window],
            service_s: row.service_s,
            delivery: (0..tools).map(needs).chain(parts).collect(),
            skills: row.skills.iter().map(|skill| *skill as u32).collect::<Skills>(),
            is_required: true,
            ..Task::default()
        }
    });
    let calls = (0..crew as u32).map(|vehicle| Task {
        windows: vec![rows[0].window],
        role: Role::Call,
        locked_to: Some(VehicleId(vehicle)),
        ..Task::default()
    });
    let (vehicles, tasks) = (vehicles.collect(), tasks.chain(calls).collect());
    Ok(instance(name, convention, vehicles, tasks, euclidean(&places, convention)?))
}

fn row(
    line: &Line<'_>,
    expected: usize,
    convention: Convention,
    [skills, tools, parts]: [usize; 3],
) -> Result<Row, InstanceError> {
    let (found, number) = (line.words.len(), line.number);
    if found != 9 {
        return Err(InstanceError::Columns { line: number, found, expected: 9 });
    }
    let mut values = [0.0; 6];
    for (column, value) in values.iter_mut().enumerate() {
        *value = line.words[column]
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite() && (0.0..1e6).contains(value))
            .ok_or(InstanceError::Number { line: number, column: column + 1 })?;
    }
    let [id, x, y, from, until, service] = values;
    if id.to_bits() != (expected as f64).to_bits() {
        return Err(InstanceError::Order { line: number, expected });
    }
    let list = |column: usize, below: usize| -> Result<Vec<usize>, InstanceError> {
        let wrong = || InstanceError::Number { line: number, column: column + 1 };
        let inner = line.words[column].strip_prefix('[').and_then(|word| word.strip_suffix(']'));
        let inner = inner.ok_or_else(wrong)?;
        let numbers = inner.split(',').filter(|number| !number.is_empty());
        let numbers = numbers.map(|number| number.parse().ok().filter(|number| *number < below));
        numbers.collect::<Option<Vec<usize>>>().ok_or_else(wrong)
    };
    let stock = list(8, PLENTY as usize / 1000)?;
    // The depot has no list.
    let is_depot = expected == 0;
    if !is_depot && stock.len() != parts {
        return Err(InstanceError::Number { line: number, column: 9 });
    }
    Ok(Row {
        line: number,
        place: (x, y),
        window: convention.window(from, until),
        service_s: convention.whole(service),
        skills: list(6, skills)?,
        tools: list(7, tools)?,
        parts: stock,
    })
    .and_then(|row| {
        if row.window.until_s < row.window.from_s {
            return Err(InstanceError::Number { line: row.line, column: 5 });
        }
        Ok(row)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::solver::search::{Options, improve};
    use crate::solver::{Budget, Plan, Problem, Solution, Stop, TaskId, Tours, checker};

    /// A technician with a tool of two and one part, and three requests.
    pub(in super::super) const SMALL: &str = "\
T1

INFO
CREW COUNT\tSKILLS\tTOOLS\tSPARE PARTS
1\t1\t2\t1

DEPOT TECHNICIANS AND REQUESTS
ID X Y TWS TWE Serv SKILLS TOOLS SPARE PARTS
0 0 0 0 1000 0 [] \t[] \t[]
1 10 0 0 1000 0 [0] \t[0] \t[1]
2 20 0 0 1000 10 [0] \t[0] \t[1]
3 30 0 0 1000 10 [0] \t[] \t[0]
4 40 0 100 110 10 [0] \t[1] \t[1]
";

    #[test]
    fn what_a_technician_lacks_is_fetched_at_the_depot() {
        let instance = super::super::read(SMALL, None).unwrap();
        assert_eq!((instance.convention, instance.scale), (Convention::TrspDuration, 1000));
        let problem = Problem::parse(instance.draft).unwrap();
        let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
        let budget = Budget::iterations(500);
        let outcome = improve(tours, &Options::default(), &budget, &mut |_| {});
        let solution = Solution::of(&problem, &outcome.plan);
        assert_eq!(checker::check(&problem, &solution), []);
        assert_eq!(solution.left_out, []);
        let stops = solution.schedules[0].visits.iter().map(|visit| visit.stop);
        let depot = stops.clone().position(|stop| stop == Stop::Task(TaskId(3)));
        let last = stops.clone().position(|stop| stop == Stop::Task(TaskId(2)));
        assert!(depot.is_some() && depot < last, "the second tool and part are at the depot");
        // From home to the depot, to 40 at the opening of its window and home: 10 + 40 + 30, and 30 of work.
        assert_eq!(solution.cost, 110 * 1000 * crate::solver::COST_UNIT);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_named() {
        let refused =
            |from: &str, to: &str| super::super::read(&SMALL.replace(from, to), None).unwrap_err();
        assert_eq!(refused("2 20 0", "3 20 0"), InstanceError::Order { line: 11, expected: 2 });
        assert_eq!(
            refused("[1] \t[1]", "[9] \t[1]"),
            InstanceError::Number { line: 13, column: 8 }
        );
        assert_eq!(
            refused("3 30 0 0 1000 10", "3 30 0 0 1000"),
            InstanceError::Columns { line: 12, found: 8, expected: 9 }
        );
    }
}

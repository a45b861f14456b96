//! Service technician routing and scheduling: A. Kovacs, S. Parragh, K. Doerner, R. Hartl, "Adaptive large neighborhood
//! search for service technician routing and scheduling problems", Journal of Scheduling 15(5), 2012, doi
//! 10.1007/s10951-011-0246-9.
//!
//! A task asks for a level in some domains and costs a price if it is given to somebody else; a technician has a level in
//! each. The published cost is the distance and these prices. Tasks and technicians come in two files: one is read behind
//! the other. Teams, which share one route for a day, cannot be held.

use super::rows::{Line, lines};
use super::{Convention, Instance, InstanceError, Point, check_count, euclidean, instance};
use crate::solver::draft::{Task, Vehicle, Window};
use crate::solver::skills::Skills;

/// With this word the technicians begin.
const TECHNICIANS: &str = "Technicians";

/// Columns before the levels: number, place, demand, window, service, price.
const OWN: usize = 8;

/// Whether a text looks like the tasks of one of these.
pub fn is_strsp(text: &str) -> bool {
    head(&lines(text).take(8).collect::<Vec<_>>()).is_some()
}

/// The line above the tasks.
fn head(lines: &[Line<'_>]) -> Option<usize> {
    lines.iter().position(|line| line.words.contains(&"d11") && line.words.contains(&"cost"))
}

pub(super) fn read(text: &str) -> Result<Instance, InstanceError> {
    let convention = Convention::Exact;
    let lines: Vec<Line<'_>> = lines(text).collect();
    let begin = head(&lines).ok_or(InstanceError::NoCustomers)? + 1;
    let levels = lines[begin - 1].words.iter().filter(|word| word.starts_with("d1")).count();
    let width = lines[begin - 1].words.iter().filter(|word| is_level(word)).count();
    let is_technicians = |line: &Line<'_>| line.words == [TECHNICIANS];
    let end = lines.iter().position(is_technicians);
    let end =
        end.ok_or(InstanceError::Missing { what: "table of technicians behind the tasks" })?;
    let mut places: Vec<Point> = Vec::new();
    let mut tasks = Vec::new();
    let mut shift = Window { from_s: 0, until_s: 0 };
    for (at, line) in lines[begin..end].iter().enumerate() {
        let row = numbers(line, OWN + width, at + 1)?;
        let window = convention.window(row[4], row[5]);
        places.push((row[1], row[2]));
        if at == 0 {
            shift = window;
            continue;
        }
        let mut skills = Skills::default();
        for (column, needed) in row[OWN..].iter().enumerate() {
            if *needed > 1.0 {
                let what = format!("a task for {needed} technicians at once");
                return Err(InstanceError::Unsupported { line: line.number, what });
            }
            if *needed > 0.0 {
                skills.insert(column as u32);
            }
        }
        tasks.push(Task {
            location: at as u32,
            windows: vec![window],
            service_s: convention.whole(row[6]),
            left_out: Some(i64::from(convention.whole(row[7]))),
            skills,
            ..Task::default()
        });
    }
    let head = lines[end..].iter().position(|line| line.words.contains(&"domain1"));
    let head = head.ok_or(InstanceError::Missing { what: "line ID domain1 domain2" })?;
    let table = &lines[end + head + 1..];
    check_count(table.len())?;
    let domains = width / levels.max(1);
    let mut vehicles = Vec::new();
    for (at, line) in table.iter().enumerate() {
        let row = numbers(line, 1 + domains, at + 1)?;
        let has = row[1..].iter().enumerate().flat_map(|(domain, level)| {
            let level = (*level as usize).min(levels);
            (0..level).map(move |below| (domain * levels + below) as u32)
        });
        vehicles.push(Vehicle {
            start: Some(0),
            end: Some(0),
            shift,
            skills: has.collect(),
            ..Vehicle::default()
        });
    }
    Ok(instance(None, convention, vehicles, tasks, euclidean(&places, convention)?))
}

/// `d11`, `d12`, ...
fn is_level(word: &str) -> bool {
    word.strip_prefix('d').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A row that begins with its number.
fn numbers(line: &Line<'_>, columns: usize, expected: usize) -> Result<Vec<f64>, InstanceError> {
    let (found, number) = (line.words.len(), line.number);
    if found != columns {
        return Err(InstanceError::Columns { line: number, found, expected: columns });
    }
    let value = |(column, word): (usize, &&str)| {
        let value = word.parse().ok().filter(|value: &f64| (0.0..1e6).contains(value));
        value.ok_or(InstanceError::Number { line: number, column: column + 1 })
    };
    let row: Vec<f64> = line.words.iter().enumerate().map(value).collect::<Result<_, _>>()?;
    if row[0].to_bits() != (expected as f64).to_bits() {
        return Err(InstanceError::Order { line: number, expected });
    }
    Ok(row)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::solver::search::{Options, improve};
    use crate::solver::{Budget, COST_UNIT, Plan, Problem, Solution, TaskId, Tours, checker};

    /// Two tasks, of which the technician can do the first; the other one costs 7.
    pub(in super::super) const SMALL: &str = "\
2
Capacity: 200
Customer: 3

CUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME cost d11 d12 d21 d22
1 0 0 0 0 230 0 0 0 0 0 0
2 3 4 1 0 230 10 100 1 1 0 0
3 6 8 1 0 230 10 7 0 0 1 1
Technicians
Number of Technicians: 1
domains: 2
proficiency level: 2


ID domain1 domain2
1 2 1
";

    #[test]
    fn a_task_beyond_everybodys_level_costs_its_price() {
        let instance = super::super::read(SMALL, None).unwrap();
        let problem = Problem::parse(instance.draft).unwrap();
        let tours = Tours::of(&problem, &Plan::empty(&problem)).unwrap();
        let budget = Budget::iterations(50);
        let outcome = improve(tours, &Options::default(), &budget, &mut |_| {});
        let solution = Solution::of(&problem, &outcome.plan);
        assert_eq!(checker::check(&problem, &solution), []);
        assert_eq!(solution.left_out, [TaskId(1)]);
        assert_eq!(solution.cost, i64::from(instance.scale) * 17 * COST_UNIT);
    }

    #[test]
    fn teams_and_missing_technicians_are_refused_by_name() {
        let refused = |text: &str| super::super::read(text, None).unwrap_err().to_string();
        let (tasks, _) = SMALL.split_once(TECHNICIANS).unwrap();
        assert!(refused(tasks).contains("table of technicians"), "{}", refused(tasks));
        let team = SMALL.replace("10 100 1 1", "10 100 2 1");
        assert_eq!(refused(&team), "line 7: a task for 2 technicians at once cannot be read yet");
    }
}

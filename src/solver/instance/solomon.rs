//! The form of Solomon (1987, doi 10.1287/opre.35.2.254) and of Gehring and Homberger (1999): a block `NUMBER CAPACITY`,
//! then rows `id x y demand ready due service`, the depot first. A window for everyone.

use super::rows::{Line, lines, table};
use super::{Convention, Fleet, Instance, InstanceError, Point, euclidean, instance};
use crate::solver::draft::{Draft, Task};

/// Only the draft, for who knows that it is one.
///
/// # Errors
/// The line that cannot be read.
pub fn read_solomon(text: &str, convention: Convention) -> Result<Draft, InstanceError> {
    Ok(read(text, convention)?.draft)
}

pub(super) fn read(text: &str, convention: Convention) -> Result<Instance, InstanceError> {
    let lines: Vec<Line<'_>> = lines(text).collect();
    let head = lines
        .iter()
        .position(|line| line.words[0] == "NUMBER")
        .filter(|head| head + 1 < lines.len())
        .ok_or(InstanceError::NoFleet)?;
    let [count, capacity] = lines[head + 1].words[..] else { return Err(InstanceError::NoFleet) };
    let mut fleet = Fleet::parse(count, capacity).ok_or(InstanceError::NoFleet)?;
    // Titles stand between the fleet and the rows.
    let is_row = |line: &&Line<'_>| line.words[0].starts_with(|first: char| first.is_ascii_digit());
    let numbered: Vec<Line<'_>> = lines[head + 2..].iter().filter(is_row).cloned().collect();
    let rows: Vec<[f64; 7]> = table(&numbered, 0)?;
    let Some((depot, customers)) = rows.split_first() else {
        return Err(InstanceError::NoCustomers);
    };
    fleet.shift = convention.window(depot[4], depot[5]);
    let places: Vec<Point> = rows.iter().map(|row| (row[1], row[2])).collect();
    let tasks = customers.iter().enumerate().map(|(at, row)| Task {
        location: at as u32 + 1,
        windows: vec![convention.window(row[4], row[5])],
        service_s: convention.whole(row[6]),
        delivery: vec![row[3] as i32],
        ..Task::default()
    });
    let name = lines[0].words[0];
    let name = (name != "VEHICLE" && name != "NUMBER").then_some(name);
    let matrix = euclidean(&places, convention)?;
    Ok(instance(name, convention, fleet.vehicles()?, tasks.collect(), matrix))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::solver::{Problem, Window};

    pub(in super::super) const SMALL: &str = "S3\n\nVEHICLE\nNUMBER CAPACITY\n 2 10\n\nCUSTOMER\nCUST NO. XCOORD. YCOORD. \
         DEMAND READY DUE SERVICE\n\n 0 0 0 0 0 100 0\n 1 3 4 5 10 20 1\n 2 1 1 6 0 50 2\n";

    #[test]
    fn distances_are_ten_times_and_cut_off() {
        let instance = read(SMALL, Convention::Dimacs).unwrap();
        assert_eq!(instance.name.as_deref(), Some("S3"));
        let draft = instance.draft;
        assert_eq!(draft.matrices[0].duration_s(0, 1), 50);
        assert_eq!(draft.matrices[0].duration_s(0, 2), 14);
        assert_eq!(draft.tasks[0].windows, [Window { from_s: 100, until_s: 200 }]);
        assert_eq!(draft.tasks[1].service_s, 20);
        assert_eq!(draft.vehicles.len(), 2);
        assert_eq!(draft.vehicles[0].shift, Window { from_s: 0, until_s: 1000 });
        assert!(Problem::parse(draft).is_ok());
    }

    #[test]
    fn a_broken_line_is_named() {
        let told = |text: &str| read_solomon(text, Convention::Dimacs).unwrap_err();
        let broken = SMALL.replace("1 3 4 5", "1 x 4 5");
        assert_eq!(told(&broken), InstanceError::Number { line: 11, column: 2 });
        let short = SMALL.replace("1 3 4 5", "1 4 5");
        assert_eq!(told(&short), InstanceError::Columns { line: 11, found: 6, expected: 7 });
        assert_eq!(told("nothing"), InstanceError::NoFleet);
        assert_eq!(told("NUMBER CAPACITY\n2 10\n0 0 0 0 0 9 0"), InstanceError::NoCustomers);
    }
}

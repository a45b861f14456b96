//! Reads published instances of Solomon (1987, doi 10.1287/opre.35.2.254) and of Gehring and Homberger (1999): one depot,
//! one kind of vehicle, a window for everyone. For tests, benches and the bench command.

use super::draft::{Draft, Task, Vehicle, Window};
use super::matrix::{Matrix, MatrixError};

/// How distances become whole numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    /// Ten times the distance, truncated; times ten times: the published values of the DIMACS challenge.
    Dimacs,
    /// A thousand times, rounded.
    Exact,
}

/// Why a text is not an instance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    #[error("there is no line NUMBER CAPACITY with two whole numbers below it")]
    NoFleet,
    #[error("line {line} has no whole number in column {column}")]
    Number { line: usize, column: usize },
    #[error("there is no depot (row 0) followed by customers")]
    NoCustomers,
    #[error(transparent)]
    Matrix(#[from] MatrixError),
}

/// Reads an instance. The depot is location 0, customer `n` is task `n - 1` at location `n`. A distance costs what it
/// takes in time, so costs of the plan divided by [`scale`] are distances.
///
/// # Errors
/// The line that cannot be read.
pub fn read_solomon(text: &str, convention: Convention) -> Result<Draft, InstanceError> {
    let lines: Vec<Vec<&str>> =
        text.lines().map(|line| line.split_whitespace().collect()).collect();
    let head = lines
        .iter()
        .position(|words| words.first() == Some(&"NUMBER"))
        .ok_or(InstanceError::NoFleet)?;
    let fleet_words = lines.get(head + 1).ok_or(InstanceError::NoFleet)?;
    let [fleet, capacity] = fleet_words[..] else { return Err(InstanceError::NoFleet) };
    let fleet: usize = fleet.parse().map_err(|_| InstanceError::NoFleet)?;
    let capacity: i32 = capacity.parse().map_err(|_| InstanceError::NoFleet)?;
    let mut rows: Vec<[f64; 7]> = Vec::new();
    for (number, words) in lines.iter().enumerate().skip(head + 2) {
        let is_row = words.len() == 7 && words[0].bytes().all(|byte| byte.is_ascii_digit());
        if !is_row {
            continue;
        }
        let mut row = [0.0; 7];
        for (column, word) in words.iter().enumerate() {
            row[column] = word
                .parse()
                .ok()
                .filter(|value: &f64| value.is_finite() && value.abs() < 1e6)
                .ok_or(InstanceError::Number { line: number + 1, column: column + 1 })?;
        }
        rows.push(row);
    }
    if rows.len() < 2 || fleet > 100_000 {
        return Err(InstanceError::NoCustomers);
    }
    let factor = f64::from(scale(convention));
    let time_s = |value: f64| (value * factor).round() as i32;
    let window = |row: &[f64; 7]| Window { from_s: time_s(row[4]), until_s: time_s(row[5]) };
    let places: Vec<(f64, f64)> = rows.iter().map(|row| (row[1], row[2])).collect();
    let tasks = rows[1..].iter().enumerate().map(|(at, row)| Task {
        location: at as u32 + 1,
        windows: vec![window(row)],
        service_s: time_s(row[6]),
        delivery: vec![row[3] as i32],
        ..Task::default()
    });
    let vehicle = Vehicle {
        start: Some(0),
        end: Some(0),
        shift: window(&rows[0]),
        capacity: vec![capacity],
        ..Vehicle::default()
    };
    Ok(Draft {
        tasks: tasks.collect(),
        vehicles: vec![vehicle; fleet],
        matrices: vec![euclidean(&places, convention)?],
    })
}

/// How many of the solver's seconds are one unit of the instance.
pub fn scale(convention: Convention) -> u32 {
    match convention {
        Convention::Dimacs => 10,
        Convention::Exact => 1000,
    }
}

fn euclidean(places: &[(f64, f64)], convention: Convention) -> Result<Matrix, MatrixError> {
    let mut durations = Vec::with_capacity(places.len() * places.len());
    for one in places {
        for two in places {
            // A plain root, not `hypot`: its last bit decides the digit that is cut off.
            let squared = (one.0 - two.0) * (one.0 - two.0) + (one.1 - two.1) * (one.1 - two.1);
            let distance = squared.sqrt() * f64::from(scale(convention));
            durations.push(match convention {
                Convention::Dimacs => distance as i32,
                Convention::Exact => distance.round() as i32,
            });
        }
    }
    Matrix::parse(places.len(), durations, Vec::new(), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solver::Problem;

    const SMALL: &str = "S3\n\nVEHICLE\nNUMBER CAPACITY\n 2 10\n\nCUSTOMER\nCUST NO. XCOORD. YCOORD. \
                         DEMAND READY DUE SERVICE\n\n 0 0 0 0 0 100 0\n 1 3 4 5 10 20 1\n 2 1 1 6 0 50 2\n";

    #[test]
    fn distances_are_ten_times_and_cut_off() {
        let draft = read_solomon(SMALL, Convention::Dimacs).unwrap();
        assert_eq!(draft.matrices[0].duration_s(0, 1), 50);
        assert_eq!(draft.matrices[0].duration_s(0, 2), 14);
        assert_eq!(draft.tasks[0].windows, [Window { from_s: 100, until_s: 200 }]);
        assert_eq!(draft.tasks[1].service_s, 20);
        assert_eq!(draft.vehicles.len(), 2);
        assert!(Problem::parse(draft).is_ok());
    }

    #[test]
    fn a_broken_line_is_named() {
        let broken = SMALL.replace("1 3 4 5", "1 x 4 5");
        assert_eq!(
            read_solomon(&broken, Convention::Dimacs),
            Err(InstanceError::Number { line: 11, column: 2 })
        );
        assert_eq!(read_solomon("nothing", Convention::Dimacs), Err(InstanceError::NoFleet));
    }
}

//! Made-up days of field service in a city, for comparisons where no published instance looks like a dispatcher's day.
//!
//! Half of the jobs in a dozen districts, half spread out over 24 km; slower streets near the centre, not the same both
//! ways; technicians who start and end at home, work nine hours and belong to one of ten crews with skills. The dice
//! are Python's, so that the days are the same to the last second wherever they are made up.

use super::twister::Twister;
use crate::planning::vroom::input::{Input, Matrices, Stop, Vehicle};
use std::collections::BTreeSet;
use std::fmt::{self, Display};
use std::str::FromStr;

const HOUR_S: i64 = 3600;
const RADIUS_M: f64 = 12_000.0;
const SKILLS: u32 = 8;
const PLACES_MAX: usize = 20_000;

/// Which day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct City {
    pub jobs: usize,
    pub vehicles: usize,
    pub seed: u32,
}

impl FromStr for City {
    type Err = String;

    /// `200x20`, or `200x20:7` for another seed than 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let (size, seed) = text.split_once(':').unwrap_or((text, "1"));
        let read = || {
            let (jobs, vehicles) = size.split_once('x')?;
            let (jobs, vehicles) = (jobs.parse().ok()?, vehicles.parse().ok()?);
            Some(Self { jobs, vehicles, seed: seed.parse().ok()? })
        };
        let is_possible =
            |city: &Self| city.jobs > 0 && city.vehicles > 0 && city.places() <= PLACES_MAX;
        let form = "write jobs x vehicles as 200x20, or 200x20:7 for another seed, at most 20000";
        read().filter(is_possible).ok_or_else(|| form.to_owned())
    }
}

impl Display for City {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.jobs, self.vehicles)?;
        if self.seed == 1 { Ok(()) } else { write!(f, ":{}", self.seed) }
    }
}

impl City {
    fn places(&self) -> usize {
        self.jobs.saturating_add(self.vehicles)
    }

    /// The day as a VROOM document. The first places are the homes.
    pub fn make_up(&self) -> Input {
        let mut dice = Twister::seeded(self.seed);
        let districts: Vec<(f64, f64)> =
            (0..12).map(|_| (dice.bell(5000.0), dice.bell(5000.0))).collect();
        let places: Vec<(f64, f64)> =
            (0..self.places()).map(|_| place(&mut dice, &districts)).collect();
        let durations = durations(&mut dice, &places);
        let crews: Vec<Vec<u32>> = (0..10).map(|number| crew(&mut dice, number)).collect();
        let vehicle = |number: usize| {
            let start_s = dice.pick(&[7, 8, 8, 8, 9]) * HOUR_S;
            Vehicle {
                id: number as u64 + 1,
                start_index: Some(number as u32),
                end_index: Some(number as u32),
                capacity: vec![40],
                time_window: Some([start_s, start_s + 9 * HOUR_S]),
                skills: crews[number % crews.len()].clone(),
                ..Vehicle::default()
            }
        };
        let vehicles = (0..self.vehicles).map(vehicle).collect();
        let jobs = (0..self.jobs).map(|number| Stop {
            id: number as u64 + 1,
            location_index: Some((self.vehicles + number) as u32),
            ..job(&mut dice, &crews)
        });
        let matrices = Matrices { durations: Some(durations), ..Matrices::default() };
        Input {
            jobs: jobs.collect(),
            vehicles,
            matrices: [("car".to_owned(), matrices)].into(),
            ..Input::default()
        }
    }
}

/// Metres from the centre.
fn place(dice: &mut Twister, districts: &[(f64, f64)]) -> (f64, f64) {
    if dice.share() < 0.5 {
        let (x, y) = dice.pick(districts);
        return (x + dice.bell(900.0), y + dice.bell(900.0));
    }
    let distance = RADIUS_M * dice.share().sqrt();
    let angle = dice.share() * 2.0 * std::f64::consts::PI;
    (distance * angle.cos(), distance * angle.sin())
}

/// Crooked lines over a speed, rolled for each way.
fn durations(dice: &mut Twister, places: &[(f64, f64)]) -> Vec<Vec<Option<u32>>> {
    let speed = |&(x, y): &(f64, f64)| 8.0 + 6.0 * (x.hypot(y) / RADIUS_M).min(1.0);
    let speeds: Vec<f64> = places.iter().map(speed).collect();
    let mut leg = |from: usize, to: usize| {
        if from == to {
            return Some(0);
        }
        let (one, other) = (places[from], places[to]);
        let metres = 1.35 * (one.0 - other.0).hypot(one.1 - other.1);
        let seconds = 45.0 + metres / f64::midpoint(speeds[from], speeds[to]);
        Some((seconds * dice.between(0.95, 1.10)) as u32)
    };
    let all = 0..places.len();
    all.clone().map(|from| all.clone().map(|to| leg(from, to)).collect()).collect()
}

/// What the members of a crew can do, ascending.
fn crew(dice: &mut Twister, number: u32) -> Vec<u32> {
    let all: Vec<u32> = (1..=SKILLS).collect();
    let mut skills: BTreeSet<u32> =
        dice.sample(&all, 2 + number as usize % 4).into_iter().collect();
    skills.insert(1 + number % SKILLS);
    skills.into_iter().collect()
}

/// A job that some crew can do.
fn job(dice: &mut Twister, crews: &[Vec<u32>]) -> Stop {
    let share = dice.share();
    let crew = dice.pick(crews);
    let needed: usize = if share < 0.25 { 0 } else { 1 + usize::from(share >= 0.85) };
    let mut skills = dice.sample(&crew, needed.min(crew.len()));
    skills.sort_unstable();
    let share = dice.share();
    let window = if share < 0.40 {
        [8 * HOUR_S, 17 * HOUR_S]
    } else if share < 0.75 {
        dice.pick(&[[8, 12], [10, 14], [12, 16], [13, 17]]).map(|hour| hour * HOUR_S)
    } else {
        let from_s = (8 * 4 + dice.below(7 * 4)) as i64 * 900;
        [from_s, from_s + 2 * HOUR_S]
    };
    let service = dice.pick(&[900, 1200, 1500, 1800, 1800, 2400, 2700, 3600]);
    let delivery = vec![dice.pick(&[0, 0, 1, 2, 3, 5])];
    let priority = dice.pick(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 10]);
    Stop {
        time_windows: Some(vec![window]),
        service,
        delivery: Some(delivery),
        skills,
        priority,
        ..Stop::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The document's numbers, one sum for each kind of choice.
    fn sums(city: &str) -> [i64; 7] {
        let made = city.parse::<City>().unwrap().make_up();
        let durations = made.matrices["car"].durations.as_ref().unwrap();
        let travel = durations.iter().flatten().map(|leg| i64::from(leg.unwrap())).sum();
        let jobs = |number: fn(&Stop) -> i64| {
            made.jobs.iter().map(|job| job.id as i64 * number(job)).sum()
        };
        let skills = |of: &[u32]| of.iter().map(|skill| i64::from(*skill)).sum::<i64>();
        let starts = made.vehicles.iter().map(|one| one.id as i64 * one.time_window.unwrap()[0]);
        let crews = made.vehicles.iter().map(|one| one.id as i64 * skills(&one.skills));
        [
            travel,
            made.jobs.iter().map(|job| i64::from(job.service)).sum(),
            jobs(|job| job.skills.iter().map(|skill| i64::from(*skill)).sum()),
            jobs(|job| job.time_windows.as_ref().unwrap()[0][0] / 900),
            jobs(|job| i64::from(job.delivery.as_ref().unwrap()[0] + job.priority)),
            starts.sum(),
            crews.sum(),
        ]
    }

    #[test]
    fn a_day_is_the_one_that_python_makes_up() {
        let python = [57_344_021, 409_500, 77_060, 799_368, 62_709, 6_087_600, 3_378];
        assert_eq!(sums("200x20"), python);
        assert_ne!(sums("200x20:2"), python);
    }
}

//! The part of a technician's day that the plan no longer moves: visits that were set off for, are at
//! work, or are over. Their times come from facts; where the facts end, the rest of the day begins.

use super::problem::binding_window;
use super::state::{PlannerState, has_begun};
use super::travel::{Travel, off_the_map};
use crate::domain::Rejection;
use crate::domain::fieldwork::job::{Job, Visit, VisitStatus};
use crate::domain::people::technician::{BreakRule, Technician};
use crate::domain::plan::{Route, Stop};
use crate::domain::text::Load;
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};

/// What has begun on a route.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Begun {
    /// In the order in which they were begun; times as the facts say, or as they are to be expected.
    pub stops: Vec<Stop>,
    /// When the last of them ends, and where.
    pub end: Option<(Timestamp, Point)>,
    /// When the first was set off for.
    pub since: Option<Timestamp>,
    /// What these visits put on board.
    pub load: Load,
    /// Times in which nothing was driven or done.
    idle: Vec<TimeWindow>,
}

impl Begun {
    /// Reads the begun stops of a route at an instant.
    ///
    /// # Errors
    /// A place between which travel is needed is off the map.
    pub fn of(
        state: &PlannerState,
        travel: &mut Travel,
        route: &Route,
        now: Timestamp,
    ) -> Result<Self, Rejection> {
        let mut begun: Vec<(Timestamp, usize, &Visit, &Job)> = Vec::new();
        for (position, stop) in route.stops.iter().enumerate() {
            let Some(known) = state.jobs.get(&stop.job) else { continue };
            let Some(visit) = known.job.find_visit(stop.visit).filter(|visit| has_begun(visit))
            else {
                continue;
            };
            begun.push((set_off_at(visit, stop), position, visit, &known.job));
        }
        begun.sort_by_key(|(at, position, ..)| (*at, *position));

        let mut found = Self::default();
        for (order, (set_off_at, position, visit, job)) in begun.iter().enumerate() {
            let mut stop = route.stops[*position];
            if *position != order {
                // The day was driven in another order than planned: this leg starts elsewhere.
                let from = found.end.map(|(_, at)| at).or_else(|| start_of(state, route));
                let to = state.jobs[&stop.job].at;
                (stop.travel_s, stop.travel_m) = leg(travel, route.day, from, to)?;
            }
            let next_set_off_at = begun.get(order + 1).map(|next| next.0);
            reckon(&mut stop, visit, job, *set_off_at, next_set_off_at, now);
            if let Some((end, _)) = found.end
                && let Ok(idle) = TimeWindow::parse(end, *set_off_at)
            {
                found.idle.push(idle);
            }
            found.since.get_or_insert(*set_off_at);
            found.end = Some((stop.planned.until, state.jobs[&stop.job].at));
            if visit.status != VisitStatus::Cancelled {
                for (dimension, amount) in &job.load {
                    let total = found.load.entry(dimension.clone()).or_default();
                    *total = total.saturating_add(*amount);
                }
            }
            found.stops.push(stop);
        }
        Ok(found)
    }

    /// The breaks of the day that are still to be taken. One was taken if between two visits, within its
    /// time, nothing was driven or done for as long as it lasts; one whose time went by is gone.
    pub fn breaks_left(
        &self,
        technician: &Technician,
        day: LocalDay,
        zone: chrono_tz::Tz,
    ) -> Vec<(TimeWindow, u32)> {
        let as_window = |rule: &BreakRule| {
            let from = day.minute(rule.from_minute, zone);
            let until = day.minute(rule.until_minute, zone).max(from);
            (TimeWindow { from, until }, rule.duration_s)
        };
        let is_taken = |window: &TimeWindow, duration_s: u32| {
            self.idle.iter().any(|idle| {
                let from = idle.from.max(window.from);
                let until = idle.until.min(window.until.plus_secs(i64::from(duration_s)));
                until.secs_since(from) >= i64::from(duration_s)
            })
        };
        let is_over = |window: &TimeWindow| self.end.is_some_and(|(end, _)| end > window.until);
        technician
            .breaks
            .iter()
            .map(as_window)
            .filter(|(window, duration_s)| !is_over(window) && !is_taken(window, *duration_s))
            .collect()
    }
}

/// When somebody set off for a begun visit; if nobody said so, as long before the arrival as the way takes.
fn set_off_at(visit: &Visit, stop: &Stop) -> Timestamp {
    let arrived_at = || visit.arrived_at.map(|at| at.plus_secs(-i64::from(stop.travel_s)));
    visit.departed_at.or_else(arrived_at).unwrap_or(stop.planned.from)
}

/// Puts the facts of a begun visit into its stop. Where no fact is known yet, an arrival is expected a
/// leg after setting off, an end a duration after the start, and neither before now: so a later departure
/// never gives an earlier arrival.
fn reckon(
    stop: &mut Stop,
    visit: &Visit,
    job: &Job,
    set_off_at: Timestamp,
    next_set_off_at: Option<Timestamp>,
    now: Timestamp,
) {
    let expected_at = set_off_at.plus_secs(i64::from(stop.travel_s));
    let is_over = visit.status.is_over();
    let arrival_at = match visit.arrived_at {
        Some(at) => at,
        None if is_over => expected_at.min(job.ended_at.unwrap_or(expected_at)),
        None => expected_at.max(now),
    };
    let opens_at = binding_window(job).map(|window| window.from);
    let start_at = match visit.arrived_at {
        Some(at) => at,
        None if is_over => arrival_at,
        None => opens_at.map_or(arrival_at, |opens_at| arrival_at.max(opens_at)),
    };
    let expected_end_at = start_at.plus_secs(i64::from(job.duration_s));
    let ended_at = visit.finished_at.or(visit.left_at);
    let end_at = match ended_at {
        Some(at) => at,
        None if is_over => job.ended_at.unwrap_or(arrival_at),
        None => {
            let end_at = expected_end_at.max(now);
            next_set_off_at.map_or(end_at, |next| end_at.min(next))
        }
    };
    let from = arrival_at.min(end_at);
    stop.planned = TimeWindow { from, until: end_at };
    stop.start_at = start_at.clamp(from, end_at);
}

/// Where the technician of a route starts the day.
fn start_of(state: &PlannerState, route: &Route) -> Option<Point> {
    state.technicians.get(&route.technician).map(|crew| *crew.technician.start)
}

/// Seconds and metres between two places of a day; nothing if one of them is unknown or there is no way.
fn leg(
    travel: &mut Travel,
    day: LocalDay,
    from: Option<Point>,
    to: Point,
) -> Result<(u32, u32), Rejection> {
    let Some(from) = from else { return Ok((0, 0)) };
    let from = travel.place(day, from).map_err(|error| off_the_map("start", &error))?;
    let to = travel.place(day, to).map_err(|error| off_the_map("location", &error))?;
    let matrix = travel.matrix(day);
    let seconds = matrix.duration_s(from, to);
    if seconds >= crate::solver::UNREACHABLE_S {
        return Ok((0, 0));
    }
    Ok((seconds as u32, matrix.distance_m(from, to) as u32))
}

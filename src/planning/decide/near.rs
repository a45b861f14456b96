//! The best place for a job among those who come by it: only they are laid out for the solver, which for a large day
//! takes a small part of the time.
//!
//! By how much a technician has to leave their way at least is told by the streets and by the windows of the stops alone.
//! The solver never finds a place with less, so whoever is farther off than those it found need not be asked, and
//! the answer is that of the whole day.

use super::revision::Revision;
use super::search_place::{Found, VEHICLES_MAX, describe, soonest_of, tours_of};
use crate::domain::Rejection;
use crate::domain::fieldwork::job::Job;
use crate::domain::plan::Stop;
use crate::planning::begun::Begun;
use crate::planning::problem::{self, Orders, binding_window};
use crate::planning::state::has_begun;
use crate::planning::travel::off_the_map;
use crate::solver::insertion;
use crate::solver::{COST_UNIT, Cost, Matrix, PRICED_LEG_S};
use crate::units::LocalDay;
use crate::units::id::{JobId, TechnicianId};

/// How many are asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    /// So many technicians at first, the nearest; then more and more of them.
    pub technicians: usize,
    /// Until there are so many places with the least detours.
    pub places: usize,
}

/// How many more are asked if those were too few.
const MORE: usize = 3;

impl Default for Effort {
    fn default() -> Self {
        Self { technicians: 24, places: VEHICLES_MAX }
    }
}

/// The place that the whole day would give to an open job, and how many stops that can still move come before it.
/// Of those who are able to do it, only the ones with a shift are asked.
///
/// # Errors
/// The job is off the map.
pub(super) fn find(
    revision: &mut Revision<'_>,
    job: JobId,
    day: LocalDay,
    able: &[TechnicianId],
    effort: Effort,
) -> Result<Option<(Found, usize)>, Rejection> {
    let near = by_detour(revision, job, day, able)?;
    let mut asked = effort.technicians;
    loop {
        let among = near.iter().take(asked).map(|(_, technician)| *technician);
        let problem = revision.problem_among(day, among, &[job])?;
        let (Some(task), Some(mut tours)) = (problem.task_of(job), tours_of(&problem)) else {
            return Ok(None);
        };
        let ranked = insertion::ranked(&mut tours, task);
        let beyond = near.get(asked).map_or(Cost::MAX, |(detour, _)| *detour);
        if ranked.iter().filter(|place| place.cost < beyond).count() >= effort.places
            || asked >= near.len()
        {
            let best = soonest_of(&problem, &tours, ranked.into_iter().take(effort.places));
            return Ok(best.map(|best| (describe(&problem, &problem.plan, &best), best.after)));
        }
        asked *= MORE;
    }
}

/// A stop on somebody's way, with the earliest and the latest start there, in milliseconds.
#[derive(Debug, Clone, Copy)]
struct Halt {
    place: u32,
    opens_ms: i64,
    closes_ms: i64,
    work_ms: i64,
}

impl Halt {
    fn of(job: &Job, place: u32) -> Self {
        let window = binding_window(job);
        Self {
            place,
            opens_ms: window.map_or(i64::MIN, |window| window.from.0),
            closes_ms: window.map_or(i64::MAX, |window| window.until.0),
            work_ms: i64::from(job.duration_s.min(86_400)) * 1000,
        }
    }

    /// When somebody leaves who arrives at a time.
    fn left_ms(&self, arrives_ms: i64) -> i64 {
        arrives_ms.max(self.opens_ms) + self.work_ms
    }
}

/// What a technician has before them: where and when it begins at the earliest, and where it ends.
#[derive(Debug)]
struct Rest {
    technician: TechnicianId,
    from: u32,
    free_ms: i64,
    halts: Vec<Halt>,
    end: Option<u32>,
}

impl Rest {
    fn places(&self) -> impl Iterator<Item = u32> {
        self.halts.iter().map(|halt| halt.place).chain([self.from]).chain(self.end)
    }
}

/// Who could come by, each with what the detour costs at least, the least first.
fn by_detour(
    revision: &mut Revision<'_>,
    job: JobId,
    day: LocalDay,
    able: &[TechnicianId],
) -> Result<Vec<(Cost, TechnicianId)>, Rejection> {
    let Some(known) = revision.state.jobs.get(&job) else {
        return Err(Rejection::not_found("job"));
    };
    let place = revision.travel.place(day, known.at);
    let place = place.map_err(|error| off_the_map("location", &error))?;
    let new = Halt::of(&known.job, place);
    let rests: Vec<Rest> = able.iter().filter_map(|id| rest_of(revision, *id, day)).collect();
    expect_departures(revision, job, day, &rests);
    let matrix = revision.travel.matrix(day);
    let detour = |rest: &Rest| Some((least_detour(&matrix, rest, &new)?, rest.technician));
    let mut near: Vec<_> = rests.iter().filter_map(detour).collect();
    near.sort_unstable();
    Ok(near)
}

/// Legs that are not worked out yet will be those of the hour at which one is expected to leave: mostly only from the new
/// place.
fn expect_departures(revision: &mut Revision<'_>, job: JobId, day: LocalDay, rests: &[Rest]) {
    let (state, now) = (revision.state, revision.now);
    let has_legs = |place| revision.travel.has_legs(day, place);
    let are_known = rests.iter().all(|rest| rest.places().all(has_legs));
    let orders = if are_known { Orders::new() } else { revision.orders(day) };
    let crews = state.technicians.values().filter(|_| !are_known);
    problem::expect_departures(state, revision.travel, now, day, (&orders, &[job]), crews);
}

/// None of who has no part in the day, or a place in it that is off the map.
fn rest_of(revision: &mut Revision<'_>, id: TechnicianId, day: LocalDay) -> Option<Rest> {
    let (state, now) = (revision.state, revision.now);
    let technician = &state.technicians.get(&id)?.technician;
    let shift = technician.shift_on(day, state.zone)?;
    let end = match &technician.end {
        Some(end) => Some(revision.travel.place(day, **end).ok()?),
        None => None,
    };
    let route = state.route_of(id, day);
    let drafted = revision.drafted(id, day).map(<[Stop]>::to_vec);
    let present = route.map_or(&[][..], |route| &route.stops);
    let mut is_begun = drafted.is_some();
    let mut halts = Vec::with_capacity(present.len());
    for stop in drafted.as_deref().unwrap_or(present) {
        let Some(known) = state.jobs.get(&stop.job) else { continue };
        if known.job.find_visit(stop.visit).is_some_and(has_begun) {
            is_begun = true;
            continue;
        }
        let halt = Halt::of(&known.job, revision.travel.place(day, known.at).ok()?);
        // One that is late already may stay so.
        halts.push(Halt { closes_ms: halt.closes_ms.max(stop.start_at.0), ..halt });
    }
    let begun = match route.filter(|_| is_begun) {
        Some(route) => Begun::of(state, revision.travel, route, now).ok()?,
        None => Begun::default(),
    };
    let (free_at, from) = begun.end.unwrap_or((shift.from, *technician.start));
    let from = revision.travel.place(day, from).ok()?;
    Some(Rest { technician: id, from, free_ms: free_at.max(now).0, halts, end })
}

/// What it costs at least to come by a new stop on the way; none if there is no time for it. Of breaks nothing is told:
/// they only take more time.
fn least_detour(matrix: &Matrix, rest: &Rest, new: &Halt) -> Option<Cost> {
    let way_s = |from, to| i64::from(matrix.duration_s(from, to));
    let home =
        rest.end.map(|place| Halt { place, opens_ms: i64::MIN, closes_ms: i64::MAX, work_ms: 0 });
    let (mut from, mut leaves_ms, mut least_s) = (rest.from, rest.free_ms, None);
    for next in rest.halts.iter().map(Some).chain([home.as_ref()]) {
        if leaves_ms > new.closes_ms {
            break;
        }
        let direct_s = next.map_or(0, |next| way_s(from, next.place));
        let arrives_ms = leaves_ms + direct_s * 1000;
        // Later than its window only if it is so anyway.
        let closes_ms = next.map_or(i64::MAX, |next| next.closes_ms.max(arrives_ms));
        if new.left_ms(leaves_ms) <= closes_ms {
            let to_s = way_s(from, new.place);
            let on_s = next.map_or(0, |next| way_s(new.place, next.place));
            let begins_ms = leaves_ms + to_s * 1000;
            let is_in_time =
                begins_ms <= new.closes_ms && new.left_ms(begins_ms) + on_s * 1000 <= closes_ms;
            let price_s = |way_s: i64| way_s.min(i64::from(PRICED_LEG_S));
            let detour_s = price_s(to_s) + price_s(on_s) - price_s(direct_s);
            if is_in_time && least_s.is_none_or(|least_s| detour_s < least_s) {
                least_s = Some(detour_s);
            }
        }
        let Some(next) = next else { break };
        (from, leaves_ms) = (next.place, next.left_ms(arrives_ms));
    }
    least_s.map(|least_s| least_s * COST_UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::plan::PlanCommand;
    use crate::planning::decide::search_place::soonest_of_best;
    use crate::planning::tests::support::*;
    use crate::units::TimeWindow;
    use rand::rngs::Xoshiro256PlusPlus;
    use rand::{RngExt as _, SeedableRng as _};

    /// A job anywhere, mostly with a window.
    fn draw_job(world: &mut World, dice: &mut Xoshiro256PlusPlus) -> JobId {
        let (x, y) = (dice.random_range(0..50), dice.random_range(0..50));
        let (from, hours) = (dice.random_range(7..14), dice.random_range(1..5));
        let wanted: Option<TimeWindow> =
            dice.random_bool(0.8).then(|| between((from, 0), (from + hours, 0)));
        let (is_skilled, minutes) = (dice.random_bool(0.3), dice.random_range(0..60));
        world.job_with(x, y, |job| {
            job.wanted = wanted;
            job.duration_s = minutes * 60;
            job.skills = skills(if is_skilled { &["brakes"] } else { &[] });
        })
    }

    /// Twelve technicians with some of their day behind them, some late, some with breaks.
    fn lived(seed: u64) -> (World, Xoshiro256PlusPlus) {
        let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut world = World::new();
        let mut people = Vec::new();
        for number in 0..12 {
            let (x, y) = (dice.random_range(0..50), dice.random_range(0..50));
            people.push(world.technician_with(x, y, |technician| {
                technician.skills = skills(if number % 2 == 0 { &["brakes"] } else { &[] });
                if number % 3 == 0 {
                    technician.breaks = vec![rest((11, 30), (13, 0), 30)];
                }
                if number % 4 == 0 {
                    technician.end = None;
                }
            }));
        }
        for _ in 0..dice.random_range(0..60) {
            let job = draw_job(&mut world, &mut dice);
            if dice.random_bool(0.1) {
                let person = people[dice.random_range(0..12)];
                // Whatever it breaks, as long as they are able to.
                let _ = world.try_plan(&assign(job, person, friday(), Some(0), true));
            } else {
                world.place(job);
            }
        }
        world.publish();
        world.now = clock(dice.random_range(7..12), dice.random_range(0..60));
        for person in people {
            let order = world.order(person, friday());
            let Some(first) = order.first().filter(|_| dice.random_bool(0.5)) else { continue };
            world.depart(*first);
            if dice.random_bool(0.5) {
                world.arrive(*first);
            }
            if dice.random_bool(0.5) {
                world.plan(&PlanCommand::Renew { technician: person, day: None });
            }
        }
        (world, dice)
    }

    #[test]
    fn asking_the_nearest_first_finds_what_asking_everybody_does() {
        let (mut found, mut alone) = (0, 0);
        for seed in 0..150 {
            let (mut world, mut dice) = lived(seed);
            let job = draw_job(&mut world, &mut dice);
            let facts = world.state.jobs[&job].job.clone();
            let able: Vec<TechnicianId> = world
                .state
                .technicians
                .values()
                .filter(|crew| facts.skills.is_subset(&crew.technician.skills))
                .map(|crew| crew.technician.id)
                .collect();
            let mut revision = Revision::new(&world.state, &mut world.travel, world.now);
            let effort = Effort { technicians: 1, places: VEHICLES_MAX };
            let near = find(&mut revision, job, friday(), &able, effort).unwrap();
            let problem = revision.problem(friday(), &[job]).unwrap();
            let (task, mut tours) = (problem.task_of(job).unwrap(), tours_of(&problem).unwrap());
            let best = soonest_of_best(&problem, &mut tours, task);
            let whole = best.map(|best| (describe(&problem, &problem.plan, &best), best.after));
            assert_eq!(near, whole, "seed {seed}");
            found += usize::from(near.is_some());
            // With one place wanted, the one with the least detour of all.
            let effort = Effort { technicians: 1, places: 1 };
            let near = find(&mut revision, job, friday(), &able, effort).unwrap();
            let first = insertion::ranked(&mut tours, task).into_iter().take(1);
            let whole = soonest_of(&problem, &tours, first);
            let whole = whole.map(|best| (describe(&problem, &problem.plan, &best), best.after));
            assert_eq!(near, whole, "seed {seed}");
            let among = by_detour(&mut revision, job, friday(), &able).unwrap();
            alone += usize::from(among.len() < able.len());
        }
        assert!(found > 100 && alone > 20, "{found} found, in {alone} nobody else was asked for");
    }
}

//! Lays a day out for the solver, technician by technician.

use super::departures::expect_departures;
use super::{DayProblem, Orders, binding_window, is_promised, tolerance, truck_of};
use crate::domain::Rejection;
use crate::domain::fieldwork::job::Job;
use crate::planning::begun::Begun;
use crate::planning::reason::{self, Reason};
use crate::planning::state::{Crew, PlannerState};
use crate::planning::travel::{Travel, off_the_map};
use crate::solver::{
    Break, Draft, Plan, Problem, Skills, Task, TaskId, Vehicle, VehicleId, Window,
};
use crate::units::id::{JobId, TechnicianId, TruckId};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use std::collections::BTreeMap;

/// What a dimension that a truck does not limit holds.
const UNLIMITED: i32 = 1_000_000_000;
/// Leaving an open job out costs as much as so many seconds of travel, and once more per ten points of
/// priority.
const LEFT_OUT_S: i64 = 10 * 3_600;
/// Times farther away than this (two years) are as good as never.
const FAR_S: i64 = 2 * 366 * 86_400;
/// Every task asks for it, who has a shift has it.
const ON_SHIFT: u32 = 0;
/// Nobody has it.
const NOBODY: u32 = 1;

/// Skills by number.
struct Words {
    known: Vec<(u32, String)>,
    next: u32,
}

impl Words {
    fn number(&mut self, word: &str) -> u32 {
        if let Some((number, _)) = self.known.iter().find(|(_, known)| known == word) {
            return *number;
        }
        self.known.push((self.next, word.to_owned()));
        self.next += 1;
        self.next - 1
    }
}

/// One vehicle in the making.
struct Ride {
    technician: TechnicianId,
    vehicle: Vehicle,
    begun: Begun,
    truck: Option<TruckId>,
}

impl DayProblem {
    /// The day with these orders, and jobs that are on no route yet. A technician whose start, end or stops
    /// are off the map is kept out.
    ///
    /// # Errors
    /// An open job is off the map.
    pub fn build(
        state: &PlannerState,
        travel: &mut Travel,
        now: Timestamp,
        day: LocalDay,
        orders: &Orders,
        open: &[JobId],
    ) -> Result<Self, Rejection> {
        Self::build_with(state, travel, now, day, (orders, open), |_| true)
    }

    /// The same for those alone who are named in the orders, as if there was nobody else.
    ///
    /// # Errors
    /// None that is not one of [`Self::build`].
    pub fn build_among(
        state: &PlannerState,
        travel: &mut Travel,
        now: Timestamp,
        day: LocalDay,
        orders: &Orders,
        open: &[JobId],
    ) -> Result<Self, Rejection> {
        Self::build_with(state, travel, now, day, (orders, open), |id| orders.contains_key(&id))
    }

    fn build_with(
        state: &PlannerState,
        travel: &mut Travel,
        now: Timestamp,
        day: LocalDay,
        (orders, open): (&Orders, &[JobId]),
        takes_part: impl Fn(TechnicianId) -> bool,
    ) -> Result<Self, Rejection> {
        let crews = || state.technicians.iter().filter(|(id, _)| takes_part(**id));
        let people = crews().map(|(_, crew)| crew);
        expect_departures(state, travel, now, day, (orders, open), people);
        let mut builder = Builder {
            state,
            travel,
            now,
            day,
            origin: day.minute(0, state.zone),
            dimensions: dimensions(state, orders.values().flatten().chain(open)),
            words: Words { known: Vec::new(), next: 2 },
            kept_out: Vec::new(),
            tasks: Vec::new(),
            jobs: Vec::new(),
        };
        builder.open(open)?;
        let mut rides = Vec::new();
        let mut tours: Vec<Vec<JobId>> = Vec::new();
        for (id, crew) in crews() {
            let order = orders.get(id);
            if let Some(ride) = builder.ride(*id, crew, order.map(Vec::as_slice)) {
                rides.push(ride);
                tours.push(order.cloned().unwrap_or_default());
            }
        }
        builder.finish(rides, tours)
    }
}

/// Of what some of these jobs need room for.
fn dimensions<'j>(state: &PlannerState, jobs: impl Iterator<Item = &'j JobId>) -> Vec<String> {
    let known = jobs.filter_map(|job| state.jobs.get(job));
    let names: std::collections::BTreeSet<&String> =
        known.flat_map(|known| known.job.load.keys()).collect();
    // The solver takes at most 32; loads of a day that uses more are judged in the first ones.
    names.into_iter().take(32).cloned().collect()
}

struct Builder<'a> {
    state: &'a PlannerState,
    travel: &'a mut Travel,
    now: Timestamp,
    day: LocalDay,
    origin: Timestamp,
    dimensions: Vec<String>,
    words: Words,
    kept_out: Vec<Reason>,
    tasks: Vec<Task>,
    jobs: Vec<JobId>,
}

impl Builder<'_> {
    fn open(&mut self, open: &[JobId]) -> Result<(), Rejection> {
        for id in open {
            let Some(known) = self.state.jobs.get(id) else {
                return Err(Rejection::not_found("job"));
            };
            let place = self.travel.place(self.day, known.at);
            let place = place.map_err(|error| off_the_map("location", &error))?;
            self.add_task(*id, &known.job, place, false);
        }
        Ok(())
    }

    fn add_task(&mut self, id: JobId, job: &Job, place: u32, is_required: bool) {
        let mut skills = Skills::default();
        skills.insert(ON_SHIFT);
        for word in &job.skills {
            skills.insert(self.words.number(word));
        }
        let windows = binding_window(job).map(|window| self.window(window));
        let amount = |name| job.load.get(name).copied().unwrap_or(0).min(1_000_000) as i32;
        self.jobs.push(id);
        self.tasks.push(Task {
            location: place,
            windows: windows.into_iter().collect(),
            service_s: job.duration_s.min(86_400) as i32,
            // What a job needs room for stays on board to the end of the day.
            pickup: self.dimensions.iter().map(amount).collect(),
            skills,
            priority: job.priority.min(100),
            // Far less than what is planned already, so that no planned job makes way for open ones.
            left_out: Some(LEFT_OUT_S + LEFT_OUT_S * i64::from(job.priority) / 10),
            is_required,
            release_s: Some(self.seconds_up(self.now)),
            ..Task::default()
        });
    }

    /// The vehicle of a technician with their remaining stops; none if they have no part in the day.
    fn ride(&mut self, id: TechnicianId, crew: &Crew, order: Option<&[JobId]>) -> Option<Ride> {
        let shift = crew.technician.shift_on(self.day, self.state.zone);
        let closed = if !crew.technician.active {
            Some(Reason::new(id, "inactive", "is not active"))
        } else if crew.is_sick() {
            Some(Reason::new(id, "sick", "is reported sick"))
        } else if shift.is_none() {
            Some(reason::no_shift(id, self.day))
        } else {
            None
        };
        if let Some(reason) = &closed {
            self.kept_out.push(reason.clone());
            order?;
        }
        match self.vehicle(id, crew, order.unwrap_or_default(), shift, closed.is_none()) {
            Ok(ride) => Some(ride),
            Err(rejection) => {
                if closed.is_none() {
                    self.kept_out.push(Reason::new(id, "off_the_map", rejection.sentence));
                }
                None
            }
        }
    }

    fn vehicle(
        &mut self,
        id: TechnicianId,
        crew: &Crew,
        order: &[JobId],
        shift: Option<TimeWindow>,
        is_open: bool,
    ) -> Result<Ride, Rejection> {
        let route = self.state.route_of(id, self.day);
        let begun = match route {
            Some(route) => Begun::of(self.state, self.travel, route, self.now)?,
            None => Begun::default(),
        };
        let technician = &crew.technician;
        let from = begun.end.map_or(*technician.start, |(_, at)| at);
        let start = self.place(from, "start")?;
        let end = match &technician.end {
            Some(end) => Some(self.place(**end, "end")?),
            None => None,
        };
        let first = self.tasks.len();
        for job in order {
            let Some(known) = self.state.jobs.get(job) else { continue };
            match self.place(known.at, "location") {
                Ok(place) => self.add_task(*job, &known.job, place, true),
                Err(rejection) => {
                    self.tasks.truncate(first);
                    self.jobs.truncate(first);
                    return Err(rejection);
                }
            }
        }
        let truck_id = truck_of(crew, route, !begun.stops.is_empty());
        let truck = truck_id.and_then(|truck| self.state.trucks.get(&truck));
        let capacity = self.dimensions.iter().map(|name| {
            let aboard = begun.load.get(name).copied().unwrap_or(0);
            match truck.map(|truck| truck.capacity.get(name)) {
                // On foot there is no room for anything.
                None => 0,
                Some(None) => UNLIMITED,
                Some(Some(most)) => most.saturating_sub(aboard).min(1_000_000) as i32,
            }
        });
        let capacity = capacity.collect();
        let mut skills = Skills::default();
        if is_open {
            skills.insert(ON_SHIFT);
        }
        for word in reason::abilities(self.state, crew) {
            skills.insert(self.words.number(&word));
        }
        let whole_day =
            TimeWindow { from: self.origin, until: self.day.next().minute(0, self.state.zone) };
        let shift = self.window(shift.unwrap_or(whole_day));
        let free_s = begun.end.map_or(shift.from_s, |(at, _)| self.seconds_up(at));
        let breaks = begun.breaks_left(technician, self.day, self.state.zone);
        let vehicle = Vehicle {
            start: Some(start),
            end,
            shift: Window { from_s: free_s, until_s: shift.until_s.max(free_s) },
            breaks: breaks
                .into_iter()
                .map(|(window, duration_s)| Break {
                    windows: vec![self.window(window)],
                    duration_s: duration_s as i32,
                    ..Break::default()
                })
                .collect(),
            capacity,
            skills,
            ..Vehicle::default()
        };
        Ok(Ride { technician: id, vehicle, begun, truck: truck_id })
    }

    fn place(&mut self, at: Point, noun: &str) -> Result<u32, Rejection> {
        self.travel.place(self.day, at).map_err(|error| off_the_map(noun, &error))
    }

    /// Who may only do what: locks, required technicians, those who declined.
    fn bind(&mut self, rides: &mut [Ride], tours: &[Vec<JobId>]) {
        for (at, id) in self.jobs.iter().enumerate() {
            let job = &self.state.jobs[id].job;
            let vehicle_of =
                |technician| rides.iter().position(|ride| ride.technician == technician);
            let locked_at = self
                .state
                .place_of(*id)
                .filter(|(_, stop)| stop.locked)
                .and_then(|_| tours.iter().position(|tour| tour.contains(id)));
            if let Some(vehicle) = locked_at {
                self.tasks[at].locked_to = Some(VehicleId(vehicle as u32));
            } else if let Some(required) = job.technician {
                match vehicle_of(required) {
                    Some(vehicle) => self.tasks[at].locked_to = Some(VehicleId(vehicle as u32)),
                    None => self.tasks[at].skills.insert(NOBODY),
                }
            }
            if job.visits.iter().any(|visit| reason::has_declined(job, visit.technician)) {
                let accepted = self.words.next;
                self.words.next += 1;
                self.tasks[at].skills.insert(accepted);
                for ride in rides.iter_mut() {
                    if !reason::has_declined(job, ride.technician) {
                        ride.vehicle.skills.insert(accepted);
                    }
                }
            }
        }
    }

    fn finish(
        mut self,
        mut rides: Vec<Ride>,
        tours: Vec<Vec<JobId>>,
    ) -> Result<DayProblem, Rejection> {
        self.bind(&mut rides, &tours);
        let index: BTreeMap<JobId, u32> =
            self.jobs.iter().enumerate().map(|(at, job)| (*job, at as u32)).collect();
        let tour = |order: &Vec<JobId>| {
            order.iter().filter_map(|job| index.get(job)).map(|at| TaskId(*at)).collect()
        };
        let plan = Plan { tours: tours.iter().map(tour).collect() };
        let draft = Draft {
            tasks: self.tasks,
            vehicles: rides.iter().map(|ride| ride.vehicle.clone()).collect(),
            matrices: vec![self.travel.matrix(self.day)],
        };
        let problem = Problem::parse(draft)
            .map_err(|error| unplannable(&error))?
            .tolerating(&plan, tolerance())
            .map_err(|error| unplannable(&error))?;
        let promised = |job: &JobId| is_promised(&self.state.jobs[job].job);
        Ok(DayProblem {
            day: self.day,
            origin: self.origin,
            technicians: rides.iter().map(|ride| ride.technician).collect(),
            promised: self.jobs.iter().map(promised).collect(),
            jobs: self.jobs,
            problem,
            plan,
            kept_out: self.kept_out,
            dimensions: self.dimensions,
            trucks: rides.iter().map(|ride| ride.truck).collect(),
            begun: rides.into_iter().map(|ride| ride.begun).collect(),
            words: self.words.known,
        })
    }

    fn window(&self, window: TimeWindow) -> Window {
        let from_s = self.seconds_up(window.from);
        let until_s = clamp(window.until.ms_since(self.origin).div_euclid(1000));
        Window { from_s, until_s: until_s.max(from_s) }
    }

    fn seconds_up(&self, at: Timestamp) -> i32 {
        clamp(-(-at.ms_since(self.origin)).div_euclid(1000))
    }
}

fn clamp(seconds: i64) -> i32 {
    // The solver refuses times before ten million seconds ago.
    seconds.clamp(-9_000_000, FAR_S) as i32
}

/// The day cannot be laid out for the solver: a bug or numbers beyond all measure; told, not hidden.
fn unplannable(error: &dyn std::fmt::Display) -> Rejection {
    Rejection::conflict("day_cannot_be_planned", format!("the day cannot be planned: {error}"))
}

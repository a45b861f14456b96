//! The grid world and its builders. Everything has a plain default; a test states what matters to it.

use crate::domain::fieldwork::job::{self, Job, JobCommand, JobDetails, JobStatus, Visit};
use crate::domain::fleet::truck::Truck;
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::people::technician::{
    BreakRule, Duty, DutyCommand, Shift, Technician, apply_duty, decide_duty,
};
use crate::domain::plan::{PlanCommand, Route, SeenRoute, Stop};
use crate::domain::text::{Load, Pii, Skills};
use crate::domain::{Decision, Rejection, Who, access::SystemPart};
use crate::planning::{Crew, PlannedJob, PlannerState, Travel, decide};
use crate::roads::speeds::Departure;
use crate::roads::{Leg, Path, RoadError, RoadNetwork, Snap};
use crate::units::id::{
    CustomerId, JobId, LocationId, OrganizationId, ServiceTypeId, TechnicianId, TerritoryId,
    TruckId,
};
use crate::units::{BoundingBox, LocalDay, Point, TimeWindow, Timestamp};
use std::sync::Arc;
use uuid::Uuid;

/// One block, in degrees.
const BLOCK: f64 = 0.001;
/// Blocks from the origin to the edge of the map.
const EDGE: f64 = 200.0;

/// Streets in a grid: a block takes 60 s and is 100 m long. Beyond the edge there is no street; the islands
/// (x from 150 on) have no bridge.
struct Grid;

/// The streets of the grid world.
pub fn grid() -> Arc<dyn RoadNetwork> {
    Arc::new(Grid)
}

fn blocks(at: Point) -> (f64, f64) {
    ((at.lon / BLOCK).round(), (at.lat / BLOCK).round())
}

fn leg(from: &Snap, to: &Snap) -> Option<Leg> {
    let ((x, y), (u, v)) = (blocks(from.on_street), blocks(to.on_street));
    let blocks = ((x - u).abs() + (y - v).abs()) as u32;
    let is_island = |x: f64| x >= 150.0;
    (is_island(x) == is_island(u))
        .then_some(Leg { duration_ds: blocks * 600, distance_m: blocks * 100 })
}

impl RoadNetwork for Grid {
    fn bounds(&self) -> BoundingBox {
        BoundingBox { south: 0.0, west: 0.0, north: EDGE * BLOCK, east: EDGE * BLOCK }
    }
    fn snap(&self, at: Point) -> Result<Snap, RoadError> {
        let (x, y) = blocks(at);
        let off = (x.abs().max(y.abs()) - EDGE).max(0.0);
        if off > 0.0 {
            let (lat, lon) = (at.lat, at.lon);
            return Err(RoadError::OffTheMap { lat, lon, distance_m: off * 100.0, limit_m: 50.0 });
        }
        Ok(Snap { on_street: at, distance_m: 0.0, edge: 0, along: 0.0, reverse_edge: None })
    }
    fn path(&self, from: &Snap, to: &Snap, _: Option<Departure>) -> Result<Path, RoadError> {
        let (a, b) = (from.on_street, to.on_street);
        let leg = leg(from, to).ok_or(RoadError::NoPath {
            from_lat: a.lat,
            from_lon: a.lon,
            to_lat: b.lat,
            to_lon: b.lon,
        })?;
        Ok(Path {
            leg,
            geometry: vec![a, b],
            elapsed_ds: vec![0, leg.duration_ds],
            pieces: Vec::new(),
        })
    }
    fn one_to_many(&self, from: &Snap, to: &[Snap], _: Option<Departure>) -> Vec<Option<Leg>> {
        to.iter().map(|to| leg(from, to)).collect()
    }
    fn many_to_one(&self, from: &[Snap], to: &Snap, _: Option<Departure>) -> Vec<Option<Leg>> {
        from.iter().map(|from| leg(from, to)).collect()
    }
    fn street_name(&self, _: &Snap) -> Option<String> {
        None
    }
    fn size(&self) -> (usize, usize) {
        (0, 0)
    }
}

/// A crossing of the grid.
pub fn at(x: i32, y: i32) -> Point {
    Point { lat: f64::from(y) * BLOCK, lon: f64::from(x) * BLOCK }
}

/// The day of the tests: a Friday.
pub fn friday() -> LocalDay {
    LocalDay::parse("2026-11-20").unwrap()
}

pub fn monday() -> LocalDay {
    LocalDay::parse("2026-11-23").unwrap()
}

/// A clock time on that Friday; hours may go beyond 24.
pub fn clock(hour: i64, minute: i64) -> Timestamp {
    friday().minute(0, chrono_tz::UTC).plus_secs(hour * 3_600 + minute * 60)
}

pub fn between(from: (i64, i64), until: (i64, i64)) -> TimeWindow {
    TimeWindow::parse(clock(from.0, from.1), clock(until.0, until.1)).unwrap()
}

fn id(kind: u8, number: u64) -> Uuid {
    Uuid::from_u64_pair(u64::from(kind), number)
}

pub fn skills(words: &[&str]) -> Skills {
    words.iter().map(|word| (*word).to_owned()).collect()
}

pub fn load(name: &str, amount: u32) -> Load {
    Load::from([(name.to_owned(), amount)])
}

/// The world of a test: the Planner's state, and the other owners played by hand.
pub struct World {
    pub state: PlannerState,
    pub travel: Travel,
    pub now: Timestamp,
    jobs_made: u64,
    technicians_made: u64,
}

impl World {
    /// Friday, seven in the morning, nobody there.
    pub fn new() -> Self {
        Self {
            state: PlannerState::new(
                OrganizationId(id(1, 1)),
                TerritoryId(id(2, 1)),
                chrono_tz::UTC,
                OrganizationSettings::default(),
            ),
            travel: Travel::new(grid()),
            now: clock(7, 0),
            jobs_made: 0,
            technicians_made: 0,
        }
    }

    /// A technician who works Monday to Friday from 8 to 16 and starts and ends at a crossing.
    pub fn technician(&mut self, x: i32, y: i32) -> TechnicianId {
        self.technician_with(x, y, |_| {})
    }

    pub fn technician_with(
        &mut self,
        x: i32,
        y: i32,
        change: impl FnOnce(&mut Technician),
    ) -> TechnicianId {
        self.technicians_made += 1;
        let number = self.technicians_made;
        let mut technician = Technician {
            id: TechnicianId(id(3, number)),
            territory: self.state.territory,
            name: Pii(format!("T{number}")),
            phone: Pii::default(),
            skills: Skills::new(),
            shifts: (0..5)
                .map(|weekday| Shift { weekday, from_minute: 480, until_minute: 960 })
                .collect(),
            breaks: Vec::new(),
            start: Pii(at(x, y)),
            end: Some(Pii(at(x, y))),
            truck: None,
            device: None,
            active: true,
            version: 1,
        };
        change(&mut technician);
        let id = technician.id;
        self.state.technicians.insert(id, Crew { technician, duty: Duty::new(id) });
        id
    }

    /// A truck with room for so many kilograms.
    pub fn truck(&mut self, kg: u32, equipment: &[&str]) -> TruckId {
        let truck = TruckId(id(4, self.state.trucks.len() as u64 + 1));
        self.state.trucks.insert(
            truck,
            Truck {
                id: truck,
                territory: self.state.territory,
                name: "Van".into(),
                plate: String::new(),
                capacity: load("kg", kg),
                equipment: skills(equipment),
                active: true,
                version: 1,
            },
        );
        truck
    }

    /// An open job of half an hour at a crossing.
    pub fn job(&mut self, x: i32, y: i32) -> JobId {
        self.job_with(x, y, |_| {})
    }

    pub fn job_with(&mut self, x: i32, y: i32, change: impl FnOnce(&mut Job)) -> JobId {
        self.jobs_made += 1;
        let number = self.jobs_made;
        let mut job = Job {
            id: JobId(id(5, number)),
            number,
            territory: self.state.territory,
            customer: CustomerId(id(6, number)),
            location: LocationId(id(7, number)),
            service_type: ServiceTypeId(id(8, 1)),
            details: JobDetails::default(),
            status: JobStatus::Open,
            priority: 50,
            duration_s: 1_800,
            skills: Skills::new(),
            load: Load::new(),
            needs_approval: false,
            wanted: None,
            promised: None,
            technician: None,
            created_at: self.now,
            ended_at: None,
            visits: Vec::new(),
            version: 1,
        };
        change(&mut job);
        let id = job.id;
        self.state.jobs.insert(id, PlannedJob { job, at: at(x, y), placement: 0 });
        id
    }

    /// Decides, and if it is a yes folds it in.
    pub fn try_plan(&mut self, command: &PlanCommand) -> Result<Decision, Rejection> {
        let decision = decide(&self.state, &mut self.travel, self.now, command)?;
        self.state.apply(&decision, self.now);
        Ok(decision)
    }

    pub fn plan(&mut self, command: &PlanCommand) -> Decision {
        self.try_plan(command).unwrap_or_else(|rejection| panic!("{command:?}: {rejection}"))
    }

    /// Places a job and answers whether it found a place.
    pub fn place(&mut self, job: JobId) -> bool {
        self.plan(&PlanCommand::Place { job }).detail["placed"] == true
    }

    /// Puts a job at the end of a route, whatever it breaks.
    pub fn put(&mut self, job: JobId, technician: TechnicianId) {
        let position = self.order(technician, friday()).len() as u32;
        self.plan(&assign(job, technician, friday(), Some(position), true));
    }

    /// The Job actor's part.
    pub fn job_command(&mut self, job: JobId, command: JobCommand) {
        let who = Who::System { part: SystemPart::CommandLine };
        let known = self.state.jobs.get_mut(&job).unwrap();
        let decided = job::decide(&known.job, command, &who, self.now).unwrap();
        for event in decided.events {
            known.job = job::apply(Some(known.job.clone()), job, &event, self.now).unwrap();
        }
    }

    pub fn promise(&mut self, job: JobId, window: TimeWindow) {
        self.job_command(job, JobCommand::Promise { seen: None, window });
    }

    /// The open visit is set off for.
    pub fn depart(&mut self, job: JobId) {
        let visit = self.visit(job).id;
        self.job_command(job, JobCommand::Depart { visit });
    }

    pub fn arrive(&mut self, job: JobId) {
        let visit = self.visit(job).id;
        self.job_command(job, JobCommand::Arrive { visit });
    }

    pub fn finish(&mut self, job: JobId, outcome: job::Outcome) {
        let visit = self.visit(job).id;
        self.job_command(job, JobCommand::Finish { visit, outcome, remark: String::new() });
    }

    pub fn cancel(&mut self, job: JobId) {
        self.job_command(job, JobCommand::Cancel { seen: None, remark: String::new() });
    }

    /// The Technician actor's part.
    pub fn duty(&mut self, technician: TechnicianId, command: DutyCommand) {
        let duty = &mut self.state.technicians.get_mut(&technician).unwrap().duty;
        for event in decide_duty(duty, command).unwrap() {
            apply_duty(duty, &event, self.now);
        }
    }

    pub fn visit(&self, job: JobId) -> &Visit {
        self.state.jobs[&job].job.visits.last().expect("the job has a visit")
    }

    pub fn status(&self, job: JobId) -> JobStatus {
        self.state.jobs[&job].job.status
    }

    /// With whom and where the job stands.
    pub fn place_of(&self, job: JobId) -> Option<(TechnicianId, LocalDay)> {
        self.state.place_of(job).map(|(route, _)| (route.technician, route.day))
    }

    pub fn stop(&self, job: JobId) -> &Stop {
        self.state.place_of(job).expect("the job stands on a route").1
    }

    pub fn route(&self, technician: TechnicianId) -> &Route {
        self.state.route_of(technician, friday()).expect("there is a route")
    }

    /// The jobs of a route in order.
    pub fn order(&self, technician: TechnicianId, day: LocalDay) -> Vec<JobId> {
        let route = self.state.route_of(technician, day);
        route.map_or_else(Vec::new, |route| route.stops.iter().map(|stop| stop.job).collect())
    }

    pub fn seen(&self, technician: TechnicianId) -> SeenRoute {
        let route = Route::id_for(technician, friday());
        SeenRoute { route, version: self.state.route_version(route) }
    }

    pub fn publish(&mut self) {
        self.plan(&PlanCommand::Publish { day: friday(), technicians: vec![], seen: vec![] });
    }
}

pub fn assign(
    job: JobId,
    technician: TechnicianId,
    day: LocalDay,
    position: Option<u32>,
    anyway: bool,
) -> PlanCommand {
    PlanCommand::Assign { job, technician, day, position, anyway, seen: vec![] }
}

/// A break of so many minutes that begins between two clock times.
pub fn rest(from: (u16, u16), until: (u16, u16), minutes: u32) -> BreakRule {
    BreakRule {
        from_minute: from.0 * 60 + from.1,
        until_minute: until.0 * 60 + until.1,
        duration_s: minutes * 60,
    }
}

/// The rule that each technician is refused by.
pub fn rules(decision: &Decision) -> Vec<String> {
    let reasons = decision.detail["reasons"].as_array().expect("a refusal lists reasons");
    reasons.iter().map(|reason| reason["rule"].as_str().unwrap().to_owned()).collect()
}

//! From a VROOM document to a problem of the solver: places to rows, skills to small numbers, times to seconds from an
//! origin, and the names to find the way back.

use super::VroomError;
use super::input::{self, Input, Rows, StepKind};
use crate::roads::{RoadError, RoadNetwork, Snap};
use crate::solver::{
    self, Draft, Limits, Matrix, Plan, Problem, Role, Schedule, Skills, Task, TaskId,
    UNREACHABLE_S, VehicleCosts, VehicleId, Window, WorkByType,
};
use crate::units::Point;
use std::collections::{BTreeMap, HashMap};

/// The profile of vehicles that name none.
const DEFAULT_PROFILE: &str = "car";

/// How often a vehicle may use one of its reloads.
const RELOADS_MAX: u32 = 100;

/// Where a task of the solver comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Job(usize),
    Pickup(usize),
    Delivery(usize),
    /// A reload of a vehicle.
    Reload(usize, usize),
}

/// What is asked for beside the document; its own options count too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Add the course of the routes.
    pub geometry: bool,
    /// Only time the given steps.
    pub plan_mode: bool,
}

/// A VROOM document made ready to be solved.
#[derive(Debug)]
pub struct Prepared {
    pub(super) input: Input,
    pub(super) problem: Problem,
    /// By task.
    pub(super) origins: Vec<Origin>,
    /// Of each vehicle: which break of the document comes as the n-th of the solver's.
    pub(super) breaks: Vec<Vec<usize>>,
    /// The solver's second 0.
    pub(super) origin_s: i64,
    pub(super) has_distances: bool,
    /// Where rows are, if the document says.
    pub(super) points: HashMap<u32, [f64; 2]>,
    pub(super) snaps: Vec<Snap>,
    /// The document's number of each skill.
    skills: Vec<u32>,
    /// The plan the document's steps describe.
    pub(super) steps: Plan,
}

impl Prepared {
    /// Reads a document. Without matrices the places must have coordinates, and `network` says how far they are apart.
    ///
    /// # Errors
    /// [`VroomError::Input`] names the field; [`VroomError::Routing`] when the streets have no answer.
    pub fn parse(
        json: &[u8],
        asked: Asked,
        network: Option<&dyn RoadNetwork>,
    ) -> Result<Self, VroomError> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let mut input: Input = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let field = error.path().to_string();
            VroomError::Input { field, what: error.into_inner().to_string() }
        })?;
        reader.end().map_err(|error| wrong("document", error))?;
        input.options.g |= asked.geometry;
        input.options.c |= asked.plan_mode;
        Self::of(input, network)
    }

    fn of(input: Input, network: Option<&dyn RoadNetwork>) -> Result<Self, VroomError> {
        if input.vehicles.is_empty() {
            return Err(wrong("vehicles", "there must be at least one vehicle"));
        }
        if input.jobs.is_empty() && input.shipments.is_empty() {
            return Err(wrong("jobs", "there must be at least one job or shipment"));
        }
        check_ids(&input)?;
        let origin_s = origin_of(&input);
        let mut places = Places::of(&input)?;
        let mut draft = Draft::default();
        let skills = skill_numbers(&input);
        let types = type_numbers(&input);
        let origins = add_tasks(&input, &mut places, &skills, &types, origin_s, &mut draft)?;
        let mut breaks = Vec::new();
        let profiles = profile_numbers(&input);
        for (at, vehicle) in input.vehicles.iter().enumerate() {
            let field = format!("vehicles[{at}]");
            let (made, order) = vehicle_of(vehicle, &field, &mut places, origin_s)?;
            draft.vehicles.push(solver::Vehicle {
                skills: vehicle.skills.iter().map(|skill| skills[skill]).collect(),
                work_type: vehicle.kind.as_ref().map_or(0, |kind| types[kind.as_str()]),
                matrix: profiles[profile_of(vehicle)],
                ..made
            });
            breaks.push(order);
        }
        apply_service_steps(&input, origin_s, &origins, &mut draft)?;
        let mut snaps = Vec::new();
        let mut has_distances = true;
        draft.matrices = if places.is_indexed {
            has_distances = input.matrices.values().any(|tables| tables.distances.is_some());
            given_matrices(&input, &profiles)?
        } else {
            let network = network.ok_or(VroomError::NoMap)?;
            let matrix = travel(&places, network, &mut snaps)?;
            vec![matrix; profiles.len()]
        };
        let steps = steps_of(&input, &origins)?;
        let problem = Problem::parse(draft).map_err(|error| in_document(error, &origins))?;
        let points = places.points;
        let mut skills: Vec<(u32, u32)> =
            skills.into_iter().map(|(skill, number)| (number, skill)).collect();
        skills.sort_unstable();
        Ok(Self {
            skills: skills.into_iter().map(|(_, skill)| skill).collect(),
            input,
            problem,
            origins,
            breaks,
            origin_s,
            has_distances,
            points,
            snaps,
            steps,
        })
    }

    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// What the document calls a skill of the solver.
    pub(super) fn skill(&self, number: u32) -> Option<u32> {
        self.skills.get(number as usize).copied()
    }

    /// Whether the document only asks for the times of its own steps.
    pub fn is_plan_mode(&self) -> bool {
        self.input.options.c
    }

    pub fn wants_geometry(&self) -> bool {
        self.input.options.g
    }

    /// The plan the document's steps describe, rules broken or not.
    pub fn given_plan(&self) -> &Plan {
        &self.steps
    }

    /// The plan to start from: the document's steps as far as they keep the rules.
    pub fn start(&self) -> Plan {
        let mut plan = Plan::empty(&self.problem);
        for (vehicle, steps) in self.problem.vehicle_ids().zip(&self.steps.tours) {
            let tour = &mut plan.tours[vehicle.index()];
            for task in steps {
                if matches!(self.problem.task(*task).role, Role::Alone) {
                    tour.push(*task);
                    if !Schedule::of(&self.problem, vehicle, tour).violations.is_empty() {
                        tour.pop();
                    }
                }
            }
            // Shipments only make sense whole: all of the steps or none of them.
            if Schedule::of(&self.problem, vehicle, steps).violations.is_empty() {
                tour.clone_from(steps);
            }
        }
        plan
    }
}

pub(super) fn wrong(field: impl Into<String>, what: impl ToString) -> VroomError {
    VroomError::Input { field: field.into(), what: what.to_string() }
}

/// The solver's field names in the words of the document.
fn in_document(error: solver::ProblemError, origins: &[Origin]) -> VroomError {
    let text = error.to_string();
    let (field, what) = text.split_once(": ").unwrap_or(("document", &text));
    let field = field
        .replace("limits.duration_s", "max_duration")
        .replace("above_s", "above")
        .replace("goods_from_s", "release_time")
        .replace("service_s", "service")
        .replace("setup_s", "setup")
        .replace("duration_s", "service")
        .replace(".windows", ".time_windows")
        .replace(".shift[0]", ".time_window");
    let name = field
        .strip_prefix("tasks[")
        .and_then(|rest| rest.split_once(']'))
        .and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest)))
        .and_then(|(number, rest)| Some(format!("{}{rest}", field_of(*origins.get(number)?))));
    wrong(name.unwrap_or_else(|| field.clone()), what)
}

fn field_of(origin: Origin) -> String {
    match origin {
        Origin::Job(at) => format!("jobs[{at}]"),
        Origin::Pickup(at) => format!("shipments[{at}].pickup"),
        Origin::Delivery(at) => format!("shipments[{at}].delivery"),
        Origin::Reload(vehicle, at) => format!("vehicles[{vehicle}].reloads[{at}]"),
    }
}

fn check_ids(input: &Input) -> Result<(), VroomError> {
    fn once<'a>(
        ids: impl Iterator<Item = &'a u64>,
        field: impl Fn(usize) -> String,
    ) -> Result<(), VroomError> {
        let mut seen = HashMap::new();
        for (at, id) in ids.enumerate() {
            if seen.insert(*id, at).is_some() {
                return Err(wrong(field(at), format!("the id {id} is there twice")));
            }
        }
        Ok(())
    }
    once(input.jobs.iter().map(|job| &job.id), |at| format!("jobs[{at}].id"))?;
    once(input.shipments.iter().map(|shipment| &shipment.pickup.id), |at| {
        format!("shipments[{at}].pickup.id")
    })?;
    once(input.shipments.iter().map(|shipment| &shipment.delivery.id), |at| {
        format!("shipments[{at}].delivery.id")
    })?;
    once(input.vehicles.iter().map(|vehicle| &vehicle.id), |at| format!("vehicles[{at}].id"))?;
    for (vehicle, of) in input.vehicles.iter().enumerate() {
        once(of.breaks.iter().map(|rest| &rest.id), |at| {
            format!("vehicles[{vehicle}].breaks[{at}].id")
        })?;
        once(of.reloads.iter().map(|reload| &reload.id), |at| {
            format!("vehicles[{vehicle}].reloads[{at}].id")
        })?;
    }
    Ok(())
}

/// The earliest time anybody names, if times are dates rather than seconds of a day.
fn origin_of(input: &Input) -> i64 {
    let jobs = input.jobs.iter();
    let halves = input.shipments.iter().flat_map(|both| [&both.pickup, &both.delivery]);
    let tasks = jobs.chain(halves).flat_map(|stop| &stop.time_windows);
    let vehicles = input.vehicles.iter().flat_map(|vehicle| &vehicle.time_window);
    let earliest = tasks.chain(vehicles).map(|window| window[0]).min().unwrap_or(0);
    if earliest > 100_000_000 { earliest } else { 0 }
}

/// Seconds from the origin, held within what the solver counts.
fn from_origin(time_s: i64, origin_s: i64) -> i32 {
    let most = i64::from(solver::draft::TIME_MAX_S);
    let least = i64::from(solver::draft::TIME_MIN_S);
    time_s.saturating_sub(origin_s).clamp(least, most) as i32
}

fn windows_of(windows: &[[i64; 2]], field: &str, origin_s: i64) -> Result<Vec<Window>, VroomError> {
    let window = |(at, &[from, until]): (usize, &[i64; 2])| {
        if until < from {
            let field = format!("{field}[{at}]");
            return Err(wrong(field, format!("the window ends at {until}, before {from}")));
        }
        Ok(Window { from_s: from_origin(from, origin_s), until_s: from_origin(until, origin_s) })
    };
    windows.iter().enumerate().map(window).collect()
}

/// Rows of the matrices and what is known about them.
struct Places {
    /// The document gives matrices and names their rows.
    is_indexed: bool,
    /// Of documents with coordinates: the row of each place, and the field that named it first.
    rows: HashMap<[u64; 2], u32>,
    fields: Vec<String>,
    points: HashMap<u32, [f64; 2]>,
}

impl Places {
    fn of(input: &Input) -> Result<Self, VroomError> {
        let is_indexed = !input.matrices.is_empty() || input.matrix.is_some();
        if is_indexed
            && input.matrices.is_empty()
            && input.matrix.as_ref().is_some_and(Vec::is_empty)
        {
            return Err(wrong("matrix", "it is empty"));
        }
        Ok(Self { is_indexed, rows: HashMap::new(), fields: Vec::new(), points: HashMap::new() })
    }

    fn row(
        &mut self,
        location: Option<[f64; 2]>,
        index: Option<u32>,
        field: &str,
        key: &str,
    ) -> Result<u32, VroomError> {
        if self.is_indexed {
            let key = format!("{field}.{key}_index");
            let row = index.ok_or_else(|| wrong(key, "it is needed beside matrices"))?;
            if let Some(location) = location {
                self.points.entry(row).or_insert(location);
            }
            return Ok(row);
        }
        let field = format!("{field}.{key}");
        let location =
            location.ok_or_else(|| wrong(&field, "coordinates are needed without matrices"))?;
        Point::parse(location[1], location[0]).map_err(|error| wrong(&field, error))?;
        let next = self.rows.len() as u32;
        let row = *self.rows.entry(location.map(f64::to_bits)).or_insert(next);
        if row == next {
            self.fields.push(field);
            self.points.insert(row, location);
        }
        Ok(row)
    }
}

fn skill_numbers(input: &Input) -> BTreeMap<u32, u32> {
    let of_tasks = input.jobs.iter().map(|job| &job.skills);
    let of_shipments = input.shipments.iter().map(|shipment| &shipment.skills);
    let of_vehicles = input.vehicles.iter().map(|vehicle| &vehicle.skills);
    let mut numbers = BTreeMap::new();
    for skill in of_tasks.chain(of_shipments).chain(of_vehicles).flatten() {
        let next = numbers.len() as u32;
        numbers.entry(*skill).or_insert(next);
    }
    numbers
}

/// Vehicle types; 0 is no type.
fn type_numbers(input: &Input) -> HashMap<&str, u32> {
    let mut numbers = HashMap::new();
    for kind in input.vehicles.iter().filter_map(|vehicle| vehicle.kind.as_deref()) {
        let next = numbers.len() as u32 + 1;
        numbers.entry(kind).or_insert(next);
    }
    numbers
}

fn profile_of(vehicle: &input::Vehicle) -> &str {
    vehicle.profile.as_deref().unwrap_or(DEFAULT_PROFILE)
}

fn profile_numbers(input: &Input) -> BTreeMap<&str, u32> {
    let mut numbers = BTreeMap::new();
    for vehicle in &input.vehicles {
        let next = numbers.len() as u32;
        numbers.entry(profile_of(vehicle)).or_insert(next);
    }
    numbers
}

fn add_tasks(
    input: &Input,
    places: &mut Places,
    skills: &BTreeMap<u32, u32>,
    types: &HashMap<&str, u32>,
    origin_s: i64,
    draft: &mut Draft,
) -> Result<Vec<Origin>, VroomError> {
    let mut origins = Vec::new();
    let numbers = |of: &[u32]| -> Skills { of.iter().map(|skill| skills[skill]).collect() };
    for (at, job) in input.jobs.iter().enumerate() {
        let field = format!("jobs[{at}]");
        let delivery = job.delivery.as_deref().or(job.amount.as_deref()).unwrap_or(&[]);
        draft.tasks.push(Task {
            delivery: amounts(delivery, &format!("{field}.delivery"))?,
            pickup: amounts(job.pickup.as_deref().unwrap_or(&[]), &format!("{field}.pickup"))?,
            skills: numbers(&job.skills),
            priority: priority(job.priority, &field)?,
            goods_from_s: job.release_time.map(|at| from_origin(at, origin_s)),
            group: job.group,
            excludes: job.excludes.clone(),
            preferences: preferences_of(input, job, &field)?,
            ..stop_of(job, &field, places, types, origin_s)?
        });
        origins.push(Origin::Job(at));
    }
    for (at, shipment) in input.shipments.iter().enumerate() {
        let field = format!("shipments[{at}]");
        let amount = amounts(&shipment.amount, &format!("{field}.amount"))?;
        let pickup = TaskId(draft.tasks.len() as u32);
        let delivery = TaskId(pickup.0 + 1);
        let priority = priority(shipment.priority, &field)?;
        let skills = numbers(&shipment.skills);
        draft.tasks.push(Task {
            pickup: amount.clone(),
            skills: skills.clone(),
            priority,
            role: Role::Pickup { delivery },
            ..stop_of(&shipment.pickup, &format!("{field}.pickup"), places, types, origin_s)?
        });
        let field = format!("{field}.delivery");
        draft.tasks.push(Task {
            delivery: amount,
            skills,
            priority,
            role: Role::Delivery { pickup },
            ..stop_of(&shipment.delivery, &field, places, types, origin_s)?
        });
        origins.extend([Origin::Pickup(at), Origin::Delivery(at)]);
    }
    for (vehicle, of) in input.vehicles.iter().enumerate() {
        for (at, reload) in of.reloads.iter().enumerate() {
            let field = format!("vehicles[{vehicle}].reloads[{at}]");
            let times = reload.at_most.unwrap_or(1);
            if times > RELOADS_MAX {
                let what = format!("{times} is outside 0 to {RELOADS_MAX}");
                return Err(wrong(format!("{field}.at_most"), what));
            }
            let call = Task {
                role: Role::Call,
                locked_to: Some(VehicleId(vehicle as u32)),
                ..stop_of(reload, &field, places, types, origin_s)?
            };
            for _ in 0..times {
                draft.tasks.push(call.clone());
                origins.push(Origin::Reload(vehicle, at));
            }
        }
    }
    Ok(origins)
}

fn preferences_of(
    input: &Input,
    job: &input::Stop,
    field: &str,
) -> Result<Vec<solver::Preference>, VroomError> {
    let found = job.preferences.iter().enumerate().map(|(at, preference)| {
        let is_it = |vehicle: &input::Vehicle| vehicle.id == preference.vehicle;
        let place = input.vehicles.iter().position(is_it);
        let place = place.ok_or_else(|| {
            let what = format!("there is no vehicle {}", preference.vehicle);
            wrong(format!("{field}.preferences[{at}].vehicle"), what)
        })?;
        let (vehicle, price) = (VehicleId(place as u32), i64::from(preference.price));
        Ok(solver::Preference { vehicle, price })
    });
    found.collect()
}

fn stop_of(
    stop: &input::Stop,
    field: &str,
    places: &mut Places,
    types: &HashMap<&str, u32>,
    origin_s: i64,
) -> Result<Task, VroomError> {
    let named = stop.setup_per_type.keys().chain(stop.service_per_type.keys());
    let mut by_type: Vec<WorkByType> = Vec::new();
    for name in named {
        let Some(&work_type) = types.get(name.as_str()) else { continue };
        if by_type.iter().all(|known| known.work_type != work_type) {
            by_type.push(WorkByType {
                work_type,
                setup_s: seconds(*stop.setup_per_type.get(name).unwrap_or(&stop.setup)),
                service_s: seconds(*stop.service_per_type.get(name).unwrap_or(&stop.service)),
            });
        }
    }
    Ok(Task {
        location: places.row(stop.location, stop.location_index, field, "location")?,
        windows: windows_of(&stop.time_windows, &format!("{field}.time_windows"), origin_s)?,
        setup_s: seconds(stop.setup),
        service_s: seconds(stop.service),
        by_type,
        ..Task::default()
    })
}

/// The vehicle, but for what needs tables of numbers, and the order of its breaks.
fn vehicle_of(
    vehicle: &input::Vehicle,
    field: &str,
    places: &mut Places,
    origin_s: i64,
) -> Result<(solver::Vehicle, Vec<usize>), VroomError> {
    let mut end_of = |location: Option<[f64; 2]>, index: Option<u32>, key: &str| {
        let is_given = location.is_some() || index.is_some();
        is_given.then(|| places.row(location, index, field, key)).transpose()
    };
    let start = end_of(vehicle.start, vehicle.start_index, "start")?;
    let end = end_of(vehicle.end, vehicle.end_index, "end")?;
    if start.is_none() && end.is_none() {
        return Err(wrong(field, "it needs a start or an end"));
    }
    let shift =
        windows_of(vehicle.time_window.as_slice(), &format!("{field}.time_window"), origin_s)?;
    let mut order: Vec<usize> = (0..vehicle.breaks.len()).collect();
    order.sort_by_key(|&at| vehicle.breaks[at].time_windows.iter().map(|window| window[0]).min());
    let mut breaks = Vec::new();
    for &at in &order {
        let (rest, field) = (&vehicle.breaks[at], format!("{field}.breaks[{at}]"));
        let max_load = rest.max_load.as_ref();
        breaks.push(solver::Break {
            windows: windows_of(&rest.time_windows, &format!("{field}.time_windows"), origin_s)?,
            duration_s: seconds(rest.service),
            max_load: max_load
                .map(|load| amounts(load, &format!("{field}.max_load")))
                .transpose()?,
            ..solver::Break::default()
        });
    }
    let speed_factor = vehicle.speed_factor.unwrap_or(1.0);
    if !(speed_factor > 0.0 && speed_factor <= 5.0) {
        return Err(wrong(format!("{field}.speed_factor"), "it must be above 0 and at most 5"));
    }
    let costs = vehicle.costs;
    let made = solver::Vehicle {
        start,
        end,
        shift: shift.first().copied().unwrap_or(solver::Vehicle::default().shift),
        breaks,
        capacity: amounts(&vehicle.capacity, &format!("{field}.capacity"))?,
        costs: VehicleCosts {
            fixed: i64::from(costs.fixed),
            per_hour: i64::from(costs.per_hour),
            per_task_hour: i64::from(costs.per_task_hour),
            per_km: i64::from(costs.per_km),
            per_paid_hour: i64::from(costs.per_paid_hour),
        },
        surcharges: vehicle
            .surcharges
            .iter()
            .map(|more| solver::Surcharge {
                above_s: seconds(more.above),
                per_hour: i64::from(more.per_hour),
            })
            .collect(),
        speed_factor: speed_factor.max(0.01),
        limits: Limits {
            tasks: vehicle.max_tasks,
            travel_s: vehicle.max_travel_time.map(seconds),
            distance_m: vehicle.max_distance.map(i64::from),
            duration_s: vehicle.max_duration.map(seconds),
        },
        ..solver::Vehicle::default()
    };
    Ok((made, order))
}

fn seconds(of: u32) -> i32 {
    i32::try_from(of).unwrap_or(i32::MAX)
}

fn amounts(of: &[u32], field: &str) -> Result<Vec<i32>, VroomError> {
    let amount = |(at, &amount): (usize, &u32)| {
        i32::try_from(amount).map_err(|_| wrong(format!("{field}[{at}]"), "it is too large"))
    };
    of.iter().enumerate().map(amount).collect()
}

fn priority(of: u32, field: &str) -> Result<u8, VroomError> {
    match u8::try_from(of) {
        Ok(priority) if priority <= 100 => Ok(priority),
        _ => Err(wrong(format!("{field}.priority"), format!("{of} is outside 0 to 100"))),
    }
}

fn given_matrices(
    input: &Input,
    profiles: &BTreeMap<&str, u32>,
) -> Result<Vec<Matrix>, VroomError> {
    let mut by_number: Vec<(u32, &str)> =
        profiles.iter().map(|(profile, number)| (*number, *profile)).collect();
    by_number.sort_unstable();
    by_number.into_iter().map(|(_, profile)| given_matrix(input, profile)).collect()
}

fn given_matrix(input: &Input, profile: &str) -> Result<Matrix, VroomError> {
    let tables = input.matrices.get(profile);
    let (durations, field) = match (tables.and_then(|of| of.durations.as_ref()), &input.matrix) {
        (Some(durations), _) => (durations, format!("matrices.{profile}.durations")),
        (None, Some(durations)) if profile == DEFAULT_PROFILE => (durations, "matrix".to_owned()),
        _ => {
            let field = format!("matrices.{profile}.durations");
            return Err(wrong(field, "a vehicle has this profile, so its durations are needed"));
        }
    };
    let size = durations.len();
    let flat = |rows: &Rows, field: &str, gap: i32| -> Result<Vec<i32>, VroomError> {
        if rows.len() != size {
            return Err(wrong(field, format!("it has {} rows, not {size}", rows.len())));
        }
        let mut flat = Vec::with_capacity(size * size);
        for (from, row) in rows.iter().enumerate() {
            if row.len() != size {
                let what = format!("it has {} values, not {size}", row.len());
                return Err(wrong(format!("{field}[{from}]"), what));
            }
            for (to, value) in row.iter().enumerate() {
                flat.push(match value {
                    None => gap,
                    Some(value) => i32::try_from(*value).map_err(|_| {
                        wrong(format!("{field}[{from}][{to}]"), format!("{value} is too large"))
                    })?,
                });
            }
        }
        Ok(flat)
    };
    let mut seconds = flat(durations, &field, UNREACHABLE_S)?;
    for value in &mut seconds {
        *value = (*value).min(UNREACHABLE_S);
    }
    let table = |rows: Option<&Rows>, key: &str| {
        rows.map(|rows| flat(rows, &format!("matrices.{profile}.{key}"), 0)).transpose()
    };
    let metres = table(tables.and_then(|of| of.distances.as_ref()), "distances")?;
    let costs = table(tables.and_then(|of| of.costs.as_ref()), "costs")?;
    Matrix::parse(size, seconds, metres.unwrap_or_default(), costs)
        .map_err(|error| wrong(field, error))
}

/// Travel over the streets between all places.
fn travel(
    places: &Places,
    network: &dyn RoadNetwork,
    snaps: &mut Vec<Snap>,
) -> Result<Matrix, VroomError> {
    for (row, field) in places.fields.iter().enumerate() {
        let [lon, lat] = places.points[&(row as u32)];
        let point = Point::parse(lat, lon).map_err(|error| wrong(field, error))?;
        let snap = network.snap(point);
        snaps.push(
            snap.map_err(|source: RoadError| VroomError::Routing { field: field.clone(), source })?,
        );
    }
    let legs = network.table(snaps, snaps, None);
    let size = snaps.len();
    let seconds = legs.iter().enumerate().map(|(at, leg)| match leg {
        _ if at / size == at % size => 0,
        None => UNREACHABLE_S,
        Some(leg) => seconds(leg.duration_ds.saturating_add(5) / 10).min(UNREACHABLE_S),
    });
    let metres = legs.iter().enumerate().map(|(at, leg)| match leg {
        Some(leg) if at / size != at % size => i32::try_from(leg.distance_m).unwrap_or(i32::MAX),
        _ => 0,
    });
    Matrix::parse(size, seconds.collect(), metres.collect(), None)
        .map_err(|error| wrong("document", error))
}

/// The orders of tasks in the vehicles' steps.
fn steps_of(input: &Input, origins: &[Origin]) -> Result<Plan, VroomError> {
    let mut by_step: HashMap<(u8, u64), TaskId> = HashMap::new();
    for (task, origin) in origins.iter().enumerate() {
        let key = match *origin {
            Origin::Job(at) => (0, input.jobs[at].id),
            Origin::Pickup(at) => (1, input.shipments[at].pickup.id),
            Origin::Delivery(at) => (2, input.shipments[at].delivery.id),
            Origin::Reload(..) => continue,
        };
        by_step.insert(key, TaskId(task as u32));
    }
    // The calls of a reload are alike: the first one that is still free.
    let call_of = |vehicle: usize, id: u64, used: &HashMap<TaskId, VehicleId>| {
        let is_it = |origin: &Origin| {
            matches!(*origin, Origin::Reload(of, at)
                if of == vehicle && input.vehicles[of].reloads[at].id == id)
        };
        let calls = origins.iter().enumerate().filter(|(_, origin)| is_it(origin));
        let mut calls = calls.map(|(task, _)| TaskId(task as u32));
        calls.find(|call| !used.contains_key(call))
    };
    let mut used = HashMap::new();
    let mut plan = Plan::default();
    for (at, vehicle) in input.vehicles.iter().enumerate() {
        let mut tour = Vec::new();
        for (index, step) in vehicle.steps.iter().enumerate() {
            let kind = match step.kind {
                StepKind::Job => 0,
                StepKind::Pickup => 1,
                StepKind::Delivery => 2,
                StepKind::Reload => 3,
                StepKind::Start | StepKind::Break | StepKind::End => continue,
            };
            let field = format!("vehicles[{at}].steps[{index}].id");
            let id = step.id.ok_or_else(|| wrong(&field, "this step needs an id"))?;
            let task = match step.kind {
                StepKind::Reload => call_of(at, id, &used),
                _ => by_step.get(&(kind, id)).copied(),
            };
            let Some(task) = task else {
                return Err(wrong(field, format!("there is no such task {id}")));
            };
            if used.insert(task, VehicleId(at as u32)).is_some() {
                return Err(wrong(field, format!("the task {id} is in two steps")));
            }
            tour.push(task);
        }
        plan.tours.push(tour);
    }
    Ok(plan)
}

/// Times that steps ask for, where only these steps are to be timed.
fn apply_service_steps(
    input: &Input,
    origin_s: i64,
    origins: &[Origin],
    draft: &mut Draft,
) -> Result<(), VroomError> {
    if !input.options.c {
        return Ok(());
    }
    let plan = steps_of(input, origins)?;
    for (vehicle, tour) in input.vehicles.iter().zip(&plan.tours) {
        let steps = vehicle
            .steps
            .iter()
            .filter(|step| !matches!(step.kind, StepKind::Start | StepKind::Break | StepKind::End));
        for (step, task) in steps.zip(tour) {
            let from = step.service_at.or(step.service_after);
            let until = step.service_at.or(step.service_before);
            if from.is_none() && until.is_none() {
                continue;
            }
            let task = &mut draft.tasks[task.index()];
            let from_s = from.map_or(solver::draft::TIME_MIN_S, |at| from_origin(at, origin_s));
            let until_s = until.map_or(solver::draft::TIME_MAX_S, |at| from_origin(at, origin_s));
            let asked = Window { from_s, until_s: until_s.max(from_s) };
            let narrowed = task.windows.iter().filter_map(|window| {
                let both = Window {
                    from_s: window.from_s.max(asked.from_s),
                    until_s: window.until_s.min(asked.until_s),
                };
                (both.from_s <= both.until_s).then_some(both)
            });
            let narrowed: Vec<Window> = narrowed.collect();
            task.windows = if narrowed.is_empty() { vec![asked] } else { narrowed };
        }
    }
    Ok(())
}

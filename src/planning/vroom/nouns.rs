//! Jobs, shipments and vehicles of a document as the solver's tasks and vehicles.

use super::error::{VroomError, wrong};
use super::input::{self, Input};
use super::prepare::Origin;
use super::tables::Places;
use crate::solver::{
    self, Draft, Limits, Role, Skills, Task, TaskId, VehicleCosts, VehicleId, Window, WorkByType,
};
use std::collections::{BTreeMap, HashMap};

/// How often a vehicle may use one of its reloads.
const RELOADS_MAX: u32 = 100;

/// The earliest time anybody names, if times are dates rather than seconds of a day.
pub(super) fn origin_of(input: &Input) -> i64 {
    let jobs = input.jobs.iter();
    let halves = input.shipments.iter().flat_map(|both| [&both.pickup, &both.delivery]);
    let tasks = jobs.chain(halves).flat_map(|stop| stop.time_windows.iter().flatten());
    let vehicles = input.vehicles.iter().flat_map(|vehicle| &vehicle.time_window);
    let earliest = tasks.chain(vehicles).map(|window| window[0]).min().unwrap_or(0);
    if earliest > 100_000_000 { earliest } else { 0 }
}

/// Seconds from the origin, held within what the solver counts.
pub(super) fn from_origin(time_s: i64, origin_s: i64) -> i32 {
    let most = i64::from(solver::draft::TIME_MAX_S);
    let least = i64::from(solver::draft::TIME_MIN_S);
    time_s.saturating_sub(origin_s).clamp(least, most) as i32
}

/// Windows that are given but none are a mistake: nothing could ever begin.
fn windows_of(
    windows: Option<&[[i64; 2]]>,
    field: &str,
    origin_s: i64,
) -> Result<Vec<Window>, VroomError> {
    let Some(windows) = windows else { return Ok(Vec::new()) };
    if windows.is_empty() {
        return Err(wrong(field, "empty_windows", "there is no window in it"));
    }
    let window =
        |(at, &window): (usize, &[i64; 2])| window_of(window, &format!("{field}[{at}]"), origin_s);
    windows.iter().enumerate().map(window).collect()
}

fn window_of([from, until]: [i64; 2], field: &str, origin_s: i64) -> Result<Window, VroomError> {
    if until < from {
        let what = format!("the window ends at {until}, before {from}");
        return Err(wrong(field, "reversed_window", what));
    }
    // An end far away is no end; a beginning far away is a mistake.
    let latest = i64::from(solver::draft::TIME_MAX_S);
    let earliest = i64::from(solver::draft::TIME_MIN_S);
    if from.saturating_sub(origin_s) > latest || until.saturating_sub(origin_s) < earliest {
        let what = format!("{from} to {until} is too far from all other times");
        return Err(wrong(field, "out_of_range", what));
    }
    Ok(Window { from_s: from_origin(from, origin_s), until_s: from_origin(until, origin_s) })
}

pub(super) fn skill_numbers(input: &Input) -> BTreeMap<u32, u32> {
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
pub(super) fn type_numbers(input: &Input) -> HashMap<&str, u32> {
    let mut numbers = HashMap::new();
    for kind in input.vehicles.iter().filter_map(|vehicle| vehicle.kind.as_deref()) {
        let next = numbers.len() as u32 + 1;
        numbers.entry(kind).or_insert(next);
    }
    numbers
}

pub(super) fn add_tasks(
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
            crew: job.crew,
            after: after_of(input, job, &field)?,
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
                return Err(wrong(format!("{field}.at_most"), "out_of_range", what));
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
            wrong(format!("{field}.preferences[{at}].vehicle"), "unknown_id", what)
        })?;
        let (vehicle, price) = (VehicleId(place as u32), i64::from(preference.price));
        Ok(solver::Preference { vehicle, price })
    });
    found.collect()
}

fn after_of(
    input: &Input,
    job: &input::Stop,
    field: &str,
) -> Result<Vec<solver::After>, VroomError> {
    let found = job.after.iter().enumerate().map(|(at, after)| {
        let place = input.jobs.iter().position(|job| job.id == after.job);
        let place = place.ok_or_else(|| {
            let what = format!("there is no job {}", after.job);
            wrong(format!("{field}.after[{at}].job"), "unknown_id", what)
        })?;
        Ok(solver::After { task: TaskId(place as u32), gap_s: seconds(after.gap) })
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
        windows: windows_of(
            stop.time_windows.as_deref(),
            &format!("{field}.time_windows"),
            origin_s,
        )?,
        setup_s: seconds(stop.setup),
        service_s: seconds(stop.service),
        by_type,
        ..Task::default()
    })
}

/// The vehicle, but for what needs tables of numbers, and the order of its breaks.
pub(super) fn vehicle_of(
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
        return Err(wrong(field, "missing", "it needs a start or an end"));
    }
    let shift = vehicle.time_window;
    let shift = shift
        .map(|window| window_of(window, &format!("{field}.time_window"), origin_s))
        .transpose()?;
    let mut order: Vec<usize> = (0..vehicle.breaks.len()).collect();
    order.sort_by_key(|&at| {
        vehicle.breaks[at].time_windows.iter().flatten().map(|window| window[0]).min()
    });
    let mut breaks = Vec::new();
    for &at in &order {
        let (rest, field) = (&vehicle.breaks[at], format!("{field}.breaks[{at}]"));
        let max_load = rest.max_load.as_ref();
        breaks.push(solver::Break {
            windows: windows_of(
                rest.time_windows.as_deref(),
                &format!("{field}.time_windows"),
                origin_s,
            )?,
            duration_s: seconds(rest.service),
            max_load: max_load
                .map(|load| amounts(load, &format!("{field}.max_load")))
                .transpose()?,
            ..solver::Break::default()
        });
    }
    let speed_factor = vehicle.speed_factor.unwrap_or(1.0);
    if !(speed_factor > 0.0 && speed_factor <= 5.0) {
        let what = "it must be above 0 and at most 5";
        return Err(wrong(format!("{field}.speed_factor"), "out_of_range", what));
    }
    let costs = vehicle.costs;
    let made = solver::Vehicle {
        start,
        end,
        shift: shift.unwrap_or(solver::Vehicle::default().shift),
        breaks,
        capacity: amounts(&vehicle.capacity, &format!("{field}.capacity"))?,
        aboard: amounts(&vehicle.aboard, &format!("{field}.aboard"))?,
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
        // As VROOM, which drives in hundredths of the time.
        speed_factor: 100.0 / (100.0 / speed_factor.max(0.01)).round(),
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
        i32::try_from(amount)
            .map_err(|_| wrong(format!("{field}[{at}]"), "out_of_range", "it is too large"))
    };
    of.iter().enumerate().map(amount).collect()
}

fn priority(of: u32, field: &str) -> Result<u8, VroomError> {
    match u8::try_from(of) {
        Ok(priority) if priority <= 100 => Ok(priority),
        _ => {
            let what = format!("{of} is outside 0 to 100");
            Err(wrong(format!("{field}.priority"), "out_of_range", what))
        }
    }
}

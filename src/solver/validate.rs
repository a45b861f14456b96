//! What must hold of a draft before anything is computed with it. Each refusal names its field, so that a caller can
//! point at it.

use super::draft::{
    Draft, LATENESS_MAX_S, Lateness, Preference, Role, TIME_MAX_S, TIME_MIN_S, TaskId, Vehicle,
    WORK_MAX_S, Window,
};
use std::fmt::Arguments;

/// How many breaks a vehicle may have.
pub(super) const BREAKS_MAX: usize = 7;
const DIMENSIONS_MAX: usize = 32;
const SKILL_MAX: u32 = 1 << 16;
const AMOUNT_MAX: i32 = 1_000_000_000;
const PRICE_MAX: i64 = 1_000_000_000;
const SURCHARGES_MAX: i64 = 16;
const WORK_TYPES_MAX: u32 = 10_000;

/// Why a draft is not a problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    #[error("{field}: {value} is outside {min} to {max}")]
    OutOfRange { field: String, value: i64, min: i64, max: i64 },
    #[error("{field}: the window ends at {until_s}, before it starts at {from_s}")]
    ReversedWindow { field: String, from_s: i32, until_s: i32 },
    #[error("{field}: the window overlaps another one")]
    OverlappingWindows { field: String },
    #[error("{field}: there is no {what} {value}")]
    Unknown { field: String, what: &'static str, value: u32 },
    #[error("{field}: a shipment is a pickup and a delivery that name each other")]
    BrokenPair { field: String },
    #[error(
        "{field}: a call is locked to a vehicle, stands behind all other tasks and has no loads"
    )]
    BrokenCall { field: String },
    #[error("{field}: task {task} is pinned twice, or without the other half of its shipment")]
    BrokenPin { field: String, task: u32 },
    #[error(
        "{field}: a task that is linked with others is no call and no half of a shipment, and no vehicle begins with two \
         of one crew"
    )]
    BrokenLink { field: String },
    #[error("{field}: {size} people are needed, there are {max}")]
    CrewTooLarge { field: String, size: usize, max: usize },
    #[error("{field}: the task would have to come before itself")]
    Circle { field: String },
    #[error("the price of leaving tasks out and of the longest legs is too large to add up")]
    CostsTooLarge,
}

impl ProblemError {
    /// A stable word for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OutOfRange { .. } => "out_of_range",
            Self::ReversedWindow { .. } => "reversed_window",
            Self::OverlappingWindows { .. } => "overlapping_windows",
            Self::Unknown { .. } => "unknown_id",
            Self::BrokenPair { .. } => "broken_pair",
            Self::BrokenCall { .. } => "broken_call",
            Self::BrokenPin { .. } => "broken_pin",
            Self::BrokenLink { .. } => "broken_link",
            Self::CrewTooLarge { .. } => "crew_too_large",
            Self::Circle { .. } => "circle",
            Self::CostsTooLarge => "costs_too_large",
        }
    }

    /// The path of the field at fault: `tasks[3].windows[0]`.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::OutOfRange { field, .. }
            | Self::ReversedWindow { field, .. }
            | Self::OverlappingWindows { field }
            | Self::Unknown { field, .. }
            | Self::BrokenPair { field }
            | Self::BrokenCall { field }
            | Self::BrokenPin { field, .. }
            | Self::BrokenLink { field }
            | Self::CrewTooLarge { field, .. }
            | Self::Circle { field } => Some(field),
            Self::CostsTooLarge => None,
        }
    }
}

/// Windows in order of their start; breaks in order of their first window.
pub(super) fn sort_windows(draft: &mut Draft) {
    for task in &mut draft.tasks {
        task.windows.sort_by_key(|window| window.from_s);
    }
    for vehicle in &mut draft.vehicles {
        for rest in &mut vehicle.breaks {
            rest.windows.sort_by_key(|window| window.from_s);
        }
        vehicle
            .breaks
            .sort_by_key(|rest| rest.windows.first().map_or(TIME_MIN_S, |window| window.from_s));
    }
}

/// Checks everything and gives the number of load dimensions.
pub(super) fn check(draft: &Draft) -> Result<usize, ProblemError> {
    let dimensions = dimensions_of(draft);
    in_range(format_args!("capacity"), dimensions as i64, 0, DIMENSIONS_MAX as i64)?;
    in_range(format_args!("tasks"), draft.tasks.len() as i64, 0, 1_000_000)?;
    in_range(format_args!("vehicles"), draft.vehicles.len() as i64, 0, 100_000)?;
    for (at, vehicle) in draft.vehicles.iter().enumerate() {
        check_vehicle(draft, vehicle, format_args!("vehicles[{at}]"))?;
    }
    // A task must have its place in every matrix that some vehicle uses.
    let used = draft.vehicles.iter().map(|vehicle| draft.matrices[vehicle.matrix as usize].size());
    let places = used.min().unwrap_or(usize::MAX);
    for at in 0..draft.tasks.len() {
        check_task(draft, places, TaskId(at as u32), format_args!("tasks[{at}]"))?;
    }
    check_pins(draft)?;
    super::links::check(draft)?;
    Ok(dimensions)
}

fn dimensions_of(draft: &Draft) -> usize {
    let tasks = draft.tasks.iter().map(|task| task.delivery.len().max(task.pickup.len()));
    let vehicles = draft.vehicles.iter().map(|of| of.capacity.len().max(of.aboard.len()));
    tasks.chain(vehicles).max().unwrap_or(0)
}

fn check_task(
    draft: &Draft,
    places: usize,
    id: TaskId,
    field: Arguments<'_>,
) -> Result<(), ProblemError> {
    let task = &draft.tasks[id.index()];
    if task.location as usize >= places {
        let field = format!("{field}.location");
        return Err(ProblemError::Unknown { field, what: "location", value: task.location });
    }
    check_windows(&task.windows, format_args!("{field}.windows"))?;
    check_lateness(task.lateness, format_args!("{field}.lateness"))?;
    let works = task.by_type.iter().map(|work| (work.setup_s, work.service_s));
    for (setup_s, service_s) in works.chain([(task.setup_s, task.service_s)]) {
        in_range(format_args!("{field}.setup_s"), setup_s, 0, WORK_MAX_S)?;
        in_range(format_args!("{field}.service_s"), service_s, 0, WORK_MAX_S)?;
    }
    check_amounts(&task.delivery, format_args!("{field}.delivery"))?;
    check_amounts(&task.pickup, format_args!("{field}.pickup"))?;
    for skill in task.skills.iter() {
        in_range(format_args!("{field}.skills"), skill, 0, SKILL_MAX)?;
    }
    in_range(format_args!("{field}.priority"), task.priority, 0, 100)?;
    if let Some(price) = task.left_out {
        in_range(format_args!("{field}.left_out"), price, 0, PRICE_MAX)?;
    }
    if let Some(release_s) = task.release_s {
        in_range(format_args!("{field}.release_s"), release_s, TIME_MIN_S, TIME_MAX_S)?;
    }
    if let Some(goods_from_s) = task.goods_from_s {
        in_range(format_args!("{field}.goods_from_s"), goods_from_s, TIME_MIN_S, TIME_MAX_S)?;
    }
    if let Some(vehicle) = task.locked_to
        && vehicle.index() >= draft.vehicles.len()
    {
        let field = format!("{field}.locked_to");
        return Err(ProblemError::Unknown { field, what: "vehicle", value: vehicle.0 });
    }
    for (at, Preference { vehicle, price }) in task.preferences.iter().copied().enumerate() {
        let field = format!("{field}.preferences[{at}]");
        if vehicle.index() >= draft.vehicles.len() {
            let field = format!("{field}.vehicle");
            return Err(ProblemError::Unknown { field, what: "vehicle", value: vehicle.0 });
        }
        in_range(format_args!("{field}.price"), price, 0, PRICE_MAX)?;
    }
    let is_last = draft.tasks.get(id.index() + 1).is_none_or(|next| next.role == Role::Call);
    let has_loads = !task.delivery.is_empty() || !task.pickup.is_empty();
    if task.role == Role::Call && (task.locked_to.is_none() || has_loads || !is_last) {
        return Err(ProblemError::BrokenCall { field: field.to_string() });
    }
    let is_paired = match task.role {
        Role::Alone | Role::Call => true,
        Role::Pickup { delivery } => draft.tasks.get(delivery.index()).is_some_and(|other| {
            other.role == Role::Delivery { pickup: id } && other.delivery == task.pickup
        }),
        Role::Delivery { pickup } => draft.tasks.get(pickup.index()).is_some_and(|other| {
            other.role == Role::Pickup { delivery: id } && other.pickup == task.delivery
        }),
    };
    if is_paired { Ok(()) } else { Err(ProblemError::BrokenPair { field: field.to_string() }) }
}

fn check_vehicle(
    draft: &Draft,
    vehicle: &Vehicle,
    field: Arguments<'_>,
) -> Result<(), ProblemError> {
    if vehicle.matrix as usize >= draft.matrices.len() {
        let field = format!("{field}.matrix");
        return Err(ProblemError::Unknown { field, what: "matrix", value: vehicle.matrix });
    }
    for (name, place) in [("start", vehicle.start), ("end", vehicle.end)] {
        if let Some(place) = place {
            check_place(draft, vehicle, place, format_args!("{field}.{name}"))?;
        }
    }
    check_windows(std::slice::from_ref(&vehicle.shift), format_args!("{field}.shift"))?;
    check_lateness(vehicle.overtime, format_args!("{field}.overtime"))?;
    in_range(format_args!("{field}.breaks"), vehicle.breaks.len() as i64, 0, BREAKS_MAX as i64)?;
    for (at, rest) in vehicle.breaks.iter().enumerate() {
        let field = format!("{field}.breaks[{at}]");
        check_windows(&rest.windows, format_args!("{field}.windows"))?;
        check_lateness(rest.lateness, format_args!("{field}.lateness"))?;
        in_range(format_args!("{field}.duration_s"), rest.duration_s, 0, WORK_MAX_S)?;
        if let Some(load) = &rest.max_load {
            check_amounts(load, format_args!("{field}.max_load"))?;
        }
    }
    check_amounts(&vehicle.capacity, format_args!("{field}.capacity"))?;
    for (at, aboard) in vehicle.aboard.iter().enumerate() {
        let most = vehicle.capacity.get(at).copied().unwrap_or(0);
        in_range(format_args!("{field}.aboard[{at}]"), *aboard, 0, most)?;
    }
    for skill in vehicle.skills.iter() {
        in_range(format_args!("{field}.skills"), skill, 0, SKILL_MAX)?;
    }
    let surcharges = vehicle.surcharges.len() as i64;
    in_range(format_args!("{field}.surcharges"), surcharges, 0, SURCHARGES_MAX)?;
    for (at, surcharge) in vehicle.surcharges.iter().enumerate() {
        let field = format!("{field}.surcharges[{at}]");
        in_range(format_args!("{field}.above_s"), surcharge.above_s, 0, TIME_MAX_S)?;
        in_range(format_args!("{field}.per_hour"), surcharge.per_hour, 0, PRICE_MAX)?;
    }
    if let Some(duration_s) = vehicle.limits.duration_s {
        in_range(format_args!("{field}.limits.duration_s"), duration_s, 0, TIME_MAX_S)?;
    }
    let costs = vehicle.costs;
    for (name, price) in [
        ("fixed", costs.fixed),
        ("per_hour", costs.per_hour),
        ("per_task_hour", costs.per_task_hour),
        ("per_km", costs.per_km),
        ("per_paid_hour", costs.per_paid_hour),
    ] {
        in_range(format_args!("{field}.costs.{name}"), price, 0, PRICE_MAX)?;
    }
    if !(0.01..=100.0).contains(&vehicle.speed_factor) {
        let field = format!("{field}.speed_factor");
        let value = vehicle.speed_factor as i64;
        return Err(ProblemError::OutOfRange { field, value, min: 0, max: 100 });
    }
    in_range(format_args!("{field}.work_type"), vehicle.work_type, 0, WORK_TYPES_MAX)
}

fn check_pins(draft: &Draft) -> Result<(), ProblemError> {
    let mut is_pinned = vec![false; draft.tasks.len()];
    for (at, vehicle) in draft.vehicles.iter().enumerate() {
        let mut aboard: Vec<TaskId> = Vec::new();
        for (index, pin) in vehicle.pinned.iter().enumerate() {
            let name = || format!("vehicles[{at}].pinned[{index}]");
            let Some(task) = draft.tasks.get(pin.task.index()) else {
                let (field, value) = (name(), pin.task.0);
                return Err(ProblemError::Unknown { field, what: "task", value });
            };
            if let Some(start_s) = pin.start_s {
                in_range(format_args!("{}.start_s", name()), start_s, TIME_MIN_S, TIME_MAX_S)?;
            }
            if std::mem::replace(&mut is_pinned[pin.task.index()], true) {
                return Err(ProblemError::BrokenPin { field: name(), task: pin.task.0 });
            }
            match task.role {
                Role::Alone => {}
                Role::Call => aboard.clear(),
                Role::Pickup { .. } => aboard.push(pin.task),
                Role::Delivery { pickup } => {
                    if !aboard.contains(&pickup) {
                        return Err(ProblemError::BrokenPin { field: name(), task: pin.task.0 });
                    }
                }
            }
        }
    }
    Ok(())
}

fn check_place(
    draft: &Draft,
    vehicle: &Vehicle,
    place: u32,
    field: Arguments<'_>,
) -> Result<(), ProblemError> {
    let size = draft.matrices[vehicle.matrix as usize].size();
    if (place as usize) < size {
        return Ok(());
    }
    Err(ProblemError::Unknown { field: field.to_string(), what: "location", value: place })
}

fn check_windows(windows: &[Window], field: Arguments<'_>) -> Result<(), ProblemError> {
    for (at, window) in windows.iter().enumerate() {
        let Window { from_s, until_s } = *window;
        in_range(format_args!("{field}[{at}]"), from_s, TIME_MIN_S, TIME_MAX_S)?;
        in_range(format_args!("{field}[{at}]"), until_s, TIME_MIN_S, TIME_MAX_S)?;
        if until_s < from_s {
            let field = format!("{field}[{at}]");
            return Err(ProblemError::ReversedWindow { field, from_s, until_s });
        }
        if at > 0 && windows[at - 1].until_s >= from_s {
            let field = format!("{field}[{at}]");
            return Err(ProblemError::OverlappingWindows { field });
        }
    }
    Ok(())
}

fn check_lateness(lateness: Lateness, field: Arguments<'_>) -> Result<(), ProblemError> {
    in_range(format_args!("{field}.at_most_s"), lateness.at_most_s, 0, LATENESS_MAX_S)?;
    in_range(format_args!("{field}.per_hour"), lateness.per_hour, 0, PRICE_MAX)
}

fn check_amounts(amounts: &[i32], field: Arguments<'_>) -> Result<(), ProblemError> {
    for (at, &amount) in amounts.iter().enumerate() {
        in_range(format_args!("{field}[{at}]"), amount, 0, AMOUNT_MAX)?;
    }
    Ok(())
}

pub(super) fn in_range(
    field: Arguments<'_>,
    value: impl Into<i64>,
    min: impl Into<i64>,
    max: impl Into<i64>,
) -> Result<(), ProblemError> {
    let (value, min, max) = (value.into(), min.into(), max.into());
    if (min..=max).contains(&value) {
        return Ok(());
    }
    Err(ProblemError::OutOfRange { field: field.to_string(), value, min, max })
}

#[cfg(test)]
mod tests {
    use super::super::{Matrix, Problem, Task, VehicleId};
    use super::*;

    fn draft() -> Draft {
        Draft {
            tasks: vec![Task { location: 1, ..Task::default() }],
            vehicles: vec![Vehicle::default()],
            matrices: vec![Matrix::parse(2, vec![0, 5, 5, 0], vec![], None).unwrap()],
        }
    }

    fn refusal(change: impl FnOnce(&mut Draft)) -> String {
        let mut changed = draft();
        change(&mut changed);
        Problem::parse(changed).unwrap_err().to_string()
    }

    #[test]
    fn each_refusal_names_its_field() {
        assert!(Problem::parse(draft()).is_ok());
        assert!(refusal(|d| d.tasks[0].location = 2).starts_with("tasks[0].location: "));
        assert!(refusal(|d| d.tasks[0].service_s = -1).starts_with("tasks[0].service_s: "));
        assert!(refusal(|d| d.tasks[0].pickup = vec![1, -2]).starts_with("tasks[0].pickup[1]: "));
        assert!(refusal(|d| d.tasks[0].locked_to = Some(VehicleId(7))).starts_with("tasks[0].loc"));
        assert!(refusal(|d| d.vehicles[0].aboard = vec![1]).starts_with("vehicles[0].aboard[0]: "));
        assert!(refusal(|d| d.vehicles[0].matrix = 1).starts_with("vehicles[0].matrix: "));
        assert!(refusal(|d| d.vehicles[0].speed_factor = f64::NAN).contains("speed_factor"));
        assert!(
            refusal(|d| d.vehicles[0].shift = Window { from_s: 9, until_s: 8 })
                .starts_with("vehicles[0].shift[0]: the window ends at 8")
        );
        assert!(
            refusal(|d| d.tasks[0].role = Role::Pickup { delivery: TaskId(0) })
                .starts_with("tasks[0]: a shipment")
        );
    }

    #[test]
    fn windows_may_come_in_any_order_but_not_overlap() {
        let window = |from_s, until_s| Window { from_s, until_s };
        let mut turned = draft();
        turned.tasks[0].windows = vec![window(50, 60), window(10, 20)];
        let problem = Problem::parse(turned).unwrap();
        assert_eq!(problem.task(TaskId(0)).windows[0].from_s, 10);
        assert!(
            refusal(|d| d.tasks[0].windows = vec![window(10, 20), window(20, 30)])
                .contains("tasks[0].windows[1]: the window overlaps")
        );
    }

    #[test]
    fn a_price_that_cannot_be_added_up_is_refused() {
        assert!(
            refusal(|d| {
                d.vehicles[0].costs.per_hour = 1_000_000_000;
                d.matrices =
                    vec![Matrix::parse(2, vec![0, 4_000_000, 4_000_000, 0], vec![], None).unwrap()];
                d.tasks = vec![d.tasks[0].clone(); 100];
            })
            .contains("too large")
        );
    }
}

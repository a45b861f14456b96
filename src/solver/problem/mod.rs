//! A planning problem that has been checked, with what the search looks up all the time laid out flat: one small
//! record per task and vehicle, and one bit per task and vehicle that says whether they may meet.

mod lay_out;
mod left_out;
mod look_up;
mod part;
mod records;
mod travel;
mod windows;

use super::calls::Calls;
use super::draft::{Draft, TIME_MAX_S, TIME_MIN_S, TaskId, VehicleId, Window};
use super::links::Links;
use super::matrix::{Matrix, UNREACHABLE_S};
use super::validate::{self, ProblemError};
use records::Pin;
pub(super) use records::{LoadRule, Node, Ride};
pub(super) use windows::{latest_arrival_in, start_in};

/// Costs inside the solver: whole numbers of 1/3,600,000 of the caller's unit, so that an hour's and a kilometre's
/// price times a second and a metre stay exact.
pub type Cost = i64;

/// How many inner costs make one of the caller's.
pub const COST_UNIT: Cost = 3_600_000;

/// What a required task costs when it is left out: more than any day.
const REQUIRED: Cost = 100_000_000_000_000;

/// A time that never comes, and one that is always past. Both leave room for additions.
pub(super) const FAR: i32 = i32::MAX / 2;
pub(super) const NEVER: i32 = -FAR;

/// Beyond this a paid day does not size the price of leaving tasks out.
const LONGEST_DAY_S: i128 = 86_400;

/// The longest leg that is priced by its length; a leg without a way costs as much as this one.
pub const PRICED_LEG_S: i32 = 4_000_000;

/// No place: an open start or end.
pub(super) const NOWHERE: u32 = u32::MAX;

/// A checked problem. Made only by [`Problem::parse`].
#[derive(Debug, Clone)]
pub struct Problem {
    draft: Draft,
    pub(super) dimensions: usize,
    nodes: Vec<Node>,
    windows: Vec<Window>,
    rides: Vec<Ride>,
    /// Matrices at the speeds that are driven.
    travels: Vec<Matrix>,
    /// Set-up and service, by work type then task.
    work: Vec<(i32, i32)>,
    /// What is aboard from the start, and what changes at the stop, by task then dimension.
    aboard: Vec<i32>,
    change: Vec<i32>,
    pub(super) load_rule: LoadRule,
    /// By task then dimension, dropped or taken up.
    amounts: Vec<i32>,
    /// By vehicle then dimension.
    capacities: Vec<i32>,
    /// By task.
    pins: Vec<Pin>,
    /// So many tasks come first that somebody asked for; behind them are the calls.
    pub(super) asked: usize,
    calls: Calls,
    pub(super) links: Links,
    /// Somebody may make calls, or some trip has to wait for its goods.
    pub(super) has_trips: bool,
    /// Some tasks may not be in one tour; some like one vehicle better than another.
    pub(super) has_groups: bool,
    has_preferences: bool,
    /// How many pairs of tasks ride together.
    pub(super) shipments: usize,
    /// Nobody asks for anything but windows, skills, sums of loads and travel time.
    pub(super) is_plain: bool,
    /// Bits, by task then vehicle.
    allowed: Vec<u64>,
    allowed_words: usize,
    /// Price of leaving each task out.
    left_out: Vec<Cost>,
    kinds: u32,
    /// Pairs that may meet although the rules say no: the plan that was found has them so.
    waived: Vec<(TaskId, VehicleId)>,
}

impl Problem {
    /// Checks a draft.
    ///
    /// # Errors
    /// The first field that does not hold, by its place (`tasks[3].windows[0]`). A task that nobody can do is no
    /// error: it will be left out, with its reason.
    pub fn parse(draft: Draft) -> Result<Self, ProblemError> {
        Self::parse_waiving(draft, Vec::new())
    }

    pub(super) fn parse_waiving(
        mut draft: Draft,
        waived: Vec<(TaskId, VehicleId)>,
    ) -> Result<Self, ProblemError> {
        validate::sort_windows(&mut draft);
        let dimensions = validate::check(&draft)?;
        let mut problem = Self {
            dimensions,
            nodes: Vec::new(),
            windows: Vec::new(),
            rides: Vec::new(),
            travels: Vec::new(),
            work: Vec::new(),
            aboard: Vec::new(),
            change: Vec::new(),
            load_rule: LoadRule::None,
            amounts: Vec::new(),
            capacities: Vec::new(),
            pins: Vec::new(),
            asked: 0,
            calls: Calls::of(&draft),
            links: Links::default(),
            has_trips: false,
            has_groups: draft.tasks.iter().any(|task| !task.excludes.is_empty()),
            has_preferences: draft.tasks.iter().any(|task| !task.preferences.is_empty()),
            shipments: 0,
            is_plain: false,
            allowed: Vec::new(),
            allowed_words: draft.vehicles.len().div_ceil(64),
            left_out: Vec::new(),
            kinds: 0,
            waived,
            draft,
        };
        problem.lay_out_tasks();
        problem.lay_out_vehicles();
        problem.lay_out_allowed();
        problem.lay_out_loads();
        problem.links = Links::of(&problem.draft, |task| problem.pins[task.index()] != Pin::Free);
        problem.is_plain = problem.asks_for_little();
        problem.price_leaving_out()?;
        Ok(problem)
    }
}

const _: () = assert!(TIME_MIN_S + UNREACHABLE_S > TIME_MAX_S);

//! Why a document has no answer: VROOM's code for its clients, and a stable word and the path of the field for ours.

use super::input::{Costs, Input, Vehicle};
use super::prepare::{Origin, field_of};
use crate::roads::RoadError;
use crate::solver::{PlanError, ProblemError};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum VroomError {
    #[error("something broke inside")]
    Internal(#[from] PlanError),
    /// Something in the document does not hold.
    #[error("{field}: {what}")]
    Input {
        /// The path of the field, as it is written: `jobs[3].time_windows[0]`.
        field: String,
        /// A stable word.
        code: &'static str,
        what: String,
    },
    #[error("without matrices a map is needed to find travel times")]
    NoMap,
    #[error("{field}: {source}")]
    Routing { field: String, source: RoadError },
}

impl VroomError {
    /// VROOM's code: 1 internal, 2 input, 3 routing.
    pub fn code(&self) -> u8 {
        match self {
            Self::Internal(_) => 1,
            Self::Input { .. } => 2,
            Self::NoMap | Self::Routing { .. } => 3,
        }
    }

    /// A stable word for programs.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Internal(_) => "internal",
            Self::Input { code, .. } => code,
            Self::NoMap => "no_map",
            Self::Routing { source: RoadError::OffTheMap { .. }, .. } => "off_the_map",
            Self::Routing { source: RoadError::NoPath { .. }, .. } => "no_path",
        }
    }

    /// The path of the field at fault.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Input { field, .. } | Self::Routing { field, .. } => Some(field),
            Self::Internal(_) | Self::NoMap => None,
        }
    }

    /// What serde says about a document that cannot be read.
    pub(super) fn unreadable(error: serde_path_to_error::Error<serde_json::Error>) -> Self {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let what = inner.to_string();
        let code = match inner.classify() {
            serde_json::error::Category::Data if what.starts_with("missing field") => "missing",
            serde_json::error::Category::Data if what.starts_with("invalid value") => {
                "out_of_range"
            }
            serde_json::error::Category::Data if what.starts_with("duplicate field") => {
                "duplicate_key"
            }
            serde_json::error::Category::Data => "wrong_type",
            _ if what.starts_with("number out of range") => "out_of_range",
            _ => "not_json",
        };
        let missing = (code == "missing").then(|| what.split('`').nth(1)).flatten();
        let field = match (path.as_str(), missing) {
            (".", Some(name)) => name.to_owned(),
            (".", None) => "document".to_owned(),
            (path, Some(name)) => format!("{path}.{name}"),
            (path, None) => path.to_owned(),
        };
        Self::Input { field, code, what }
    }

    /// What the solver refuses, in the words of the document.
    pub(super) fn of_problem(error: ProblemError, origins: &[Origin], input: &Input) -> Self {
        let code = error.code();
        let text = error.to_string();
        let (field, what) = match error.field() {
            Some(field) => (field, text.split_once(": ").map_or(text.as_str(), |parts| parts.1)),
            None => return Self::Input { field: dearest(input), code, what: text },
        };
        let field = field
            .replace("limits.duration_s", "max_duration")
            .replace("above_s", "above")
            .replace("goods_from_s", "release_time")
            .replace("service_s", "service")
            .replace("setup_s", "setup")
            .replace("duration_s", "service")
            .replace("travel_s", "max_travel_time")
            .replace("].task", "].job")
            .replace("gap_s", "gap")
            .replace(".windows", ".time_windows")
            .replace(".shift[0]", ".time_window")
            .replace(".location", ".location_index")
            .replace(".start", ".start_index")
            .replace(".end", ".end_index");
        let name = field
            .strip_prefix("tasks[")
            .and_then(|rest| rest.split_once(']'))
            .and_then(|(number, rest)| Some((number.parse::<usize>().ok()?, rest)))
            .and_then(|(number, rest)| Some(format!("{}{rest}", field_of(*origins.get(number)?))));
        Self::Input { field: name.unwrap_or_else(|| field.clone()), code, what: what.to_owned() }
    }
}

/// What makes costs too large to be summed: the prices of a vehicle, or else a table of costs.
fn dearest(input: &Input) -> String {
    let price_of = |vehicle: &Vehicle| {
        let Costs { fixed, per_hour, per_task_hour, per_km, per_paid_hour } = vehicle.costs;
        [fixed, per_hour, per_task_hour, per_km, per_paid_hour].into_iter().max().unwrap_or(0)
    };
    let usual = Costs::default().per_hour;
    let prices = input.vehicles.iter().map(price_of).enumerate();
    let dear = prices.filter(|(_, price)| *price > usual).max_by_key(|(_, price)| *price);
    let table = input.matrices.iter().find(|(_, tables)| tables.costs.is_some());
    match (dear, table) {
        (Some((vehicle, _)), _) => format!("vehicles[{vehicle}].costs"),
        (None, Some((profile, _))) => format!("matrices.{profile}.costs"),
        (None, None) => "matrices".to_owned(),
    }
}

pub(super) fn wrong(
    field: impl Into<String>,
    code: &'static str,
    what: impl ToString,
) -> VroomError {
    VroomError::Input { field: field.into(), code, what: what.to_string() }
}

//! Positions from phones and programs: one or many, in our own shape. `osmand.rs` has the shapes of
//! others. What is acknowledged is on disk.

use crate::actors::ReportAnswer;
use crate::api::body::{Body, Query};
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::{PageBody, page};
use crate::api::state::ApiState;
use crate::api::technician::own_or_all;
use crate::domain::Reading;
use crate::store::views::PositionView;
use crate::store::{positions, tables};
use crate::units::geo::PointError;
use crate::units::id::TechnicianId;
use crate::units::{Point, TimeWindow, Timestamp};
use actix_web::web::{Data, Json, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Most positions of a batch.
pub const BATCH_LEN_MAX: usize = 500;
/// The longest track that is read back, in milliseconds.
const TRACK_MS_MAX: i64 = 7 * 86_400_000;

/// Where a device was. Give `at` (domain time) or `age_ms` (real milliseconds by the device's own clock);
/// now where both are absent.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PositionBody {
    pub lat: f64,
    pub lon: f64,
    pub at: Option<Timestamp>,
    pub age_ms: Option<i64>,
    pub accuracy_m: Option<f32>,
    pub speed_kmh: Option<f32>,
    /// 0 is north, 90 is east.
    pub heading_deg: Option<f32>,
    pub altitude_m: Option<f32>,
    /// 0 to 1.
    pub battery: Option<f32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnePosition {
    /// Whose; a driver's login is its own.
    pub technician: Option<TechnicianId>,
    pub lat: f64,
    pub lon: f64,
    pub at: Option<Timestamp>,
    pub age_ms: Option<i64>,
    pub accuracy_m: Option<f32>,
    pub speed_kmh: Option<f32>,
    pub heading_deg: Option<f32>,
    pub altitude_m: Option<f32>,
    pub battery: Option<f32>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyPositions {
    /// Whose; a driver's login is its own.
    pub technician: Option<TechnicianId>,
    /// 1 to 500, oldest first.
    pub positions: Vec<PositionBody>,
}

/// What came of the positions. The accepted ones are on disk; sending the refused ones again does not help.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReportBody {
    pub accepted: u32,
    pub refused: Vec<RefusedBody>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedBody {
    /// Which one of the batch, from 0.
    pub index: u32,
    pub code: &'static str,
    pub sentence: String,
}

impl From<ReportAnswer> for ReportBody {
    fn from(answer: ReportAnswer) -> Self {
        let refused = answer.refused.iter().map(|refused| RefusedBody {
            index: refused.index,
            code: refused.reason.code(),
            sentence: refused.reason.to_string(),
        });
        Self { accepted: answer.accepted, refused: refused.collect() }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct TrackQuery {
    /// Domain time, milliseconds since 1970; an hour before `until` where absent.
    pub from: Option<i64>,
    /// Now where absent.
    pub until: Option<i64>,
    /// 1 to 200 items; 50 where absent.
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub after: Option<String>,
}

pub async fn report(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<OnePosition>,
) -> Result<Json<ReportBody>, Problem> {
    let one = body.value;
    let position = PositionBody {
        lat: one.lat,
        lon: one.lon,
        at: one.at,
        age_ms: one.age_ms,
        accuracy_m: one.accuracy_m,
        speed_kmh: one.speed_kmh,
        heading_deg: one.heading_deg,
        altitude_m: one.altitude_m,
        battery: one.battery,
    };
    hand_in(&state, &caller, one.technician, vec![position], "").await
}

pub async fn report_batch(
    state: Data<ApiState>,
    caller: Caller,
    body: Body<ManyPositions>,
) -> Result<Json<ReportBody>, Problem> {
    let ManyPositions { technician, positions } = body.value;
    if positions.is_empty() || positions.len() > BATCH_LEN_MAX {
        return Err(Problem::invalid(
            "positions",
            format!(
                "positions must have 1 to {BATCH_LEN_MAX} entries; send the rest in another batch"
            ),
        ));
    }
    hand_in(&state, &caller, technician, positions, "positions/").await
}

async fn hand_in(
    state: &ApiState,
    caller: &Caller,
    technician: Option<TechnicianId>,
    positions: Vec<PositionBody>,
    prefix: &str,
) -> Result<Json<ReportBody>, Problem> {
    let technician = match (caller.technician, technician) {
        (Some(own), None) => own,
        (Some(own), Some(named)) if own == named => own,
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "technician",
                "technician must be you; leave it out, your login tells who you are",
            ));
        }
        (None, Some(named)) => {
            let organization = caller.organization;
            let found =
                state.read(move |db| tables::technician::find(db, organization, named)).await?;
            found.map(|found| found.id).ok_or_else(|| {
                Problem::invalid("technician", "there is no such technician; check the id")
            })?
        }
        (None, None) => {
            return Err(Problem {
                code: "missing_field".to_owned(),
                ..Problem::invalid("technician", "technician is missing; say whose position it is")
            });
        }
    };
    let mut readings = Vec::with_capacity(positions.len());
    for (index, position) in positions.iter().enumerate() {
        let at = if prefix.is_empty() { String::new() } else { format!("{prefix}{index}/") };
        readings.push(reading(state, technician, position, &at)?);
    }
    state.limits.positions(technician, readings.len())?;
    let answer = state.live.report(caller.organization, technician, readings).await?;
    Ok(Json(answer.into()))
}

/// Checks what no device can mean; what is merely vague, old or odd the Technician judges.
fn reading(
    state: &ApiState,
    technician: TechnicianId,
    position: &PositionBody,
    prefix: &str,
) -> Result<Reading, Problem> {
    let point = Point::parse(position.lat, position.lon).map_err(|error| {
        let name = match error {
            PointError::Latitude => "lat",
            PointError::Longitude => "lon",
        };
        Problem::invalid(format!("{prefix}{name}"), error.to_string())
    })?;
    let now = state.now();
    let at = match (position.at, position.age_ms) {
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(format!("{prefix}age_ms"), "give at or age_ms, not both"));
        }
        (Some(at), None) => at,
        (None, Some(age_ms)) if age_ms >= 0 => {
            now.plus_ms(-((age_ms as f64 * state.live.clock.speed()) as i64))
        }
        (None, Some(_)) => {
            let field = format!("{prefix}age_ms");
            return Err(Problem::invalid(field, "age_ms must not be negative: it is a time ago"));
        }
        (None, None) => now,
    };
    let within = |name: &str, value: Option<f32>, most: f32| match value {
        Some(value) if !(0.0..=most).contains(&value) => {
            Err(Problem::invalid(format!("{prefix}{name}"), format!("{name} must be 0 to {most}")))
        }
        other => Ok(other),
    };
    Ok(Reading {
        technician,
        at,
        point,
        accuracy_m: within("accuracy_m", position.accuracy_m, 1_000_000.0)?,
        speed_kmh: within("speed_kmh", position.speed_kmh, 1_000.0)?,
        heading_deg: within("heading_deg", position.heading_deg, 360.0)?,
        altitude_m: position.altitude_m.filter(|altitude| altitude.is_finite()),
        battery: within("battery", position.battery, 1.0)?,
    })
}

pub async fn track(
    state: Data<ApiState>,
    caller: Caller,
    id: Path<TechnicianId>,
    query: Query<TrackQuery>,
) -> Result<Json<PageBody<PositionView>>, Problem> {
    own_or_all(&caller, *id)?;
    let page = page(query.0.limit, query.0.after)?;
    let until = query.0.until.map_or(state.now(), Timestamp);
    let from = query.0.from.map_or(until.plus_secs(-3_600), Timestamp);
    let window = TimeWindow::parse(from, until)
        .map_err(|_| Problem::invalid("from", "from must not be after until"))?;
    if until.ms_since(from) > TRACK_MS_MAX {
        return Err(Problem::invalid("from", "from must be at most seven days before until"));
    }
    let (organization, technician) = (caller.organization, *id);
    let found = state
        .get("technician", move |db| {
            if tables::technician::find(db, organization, technician)?.is_none() {
                return Ok(None);
            }
            positions::list(db, organization, technician, window, &page).map(Some)
        })
        .await?;
    Ok(Json(PageBody::of(found, PositionView::from)))
}

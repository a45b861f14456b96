//! Whether the server lives, is ready, and what it counts; and the description of the interface.

use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::roads::RoadNetwork as _;
use crate::store::tables;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{Data, Json};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// A part that does not answer within this is not ready.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Which parts are ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    pub ready: bool,
    /// The database answers.
    pub store: bool,
    /// Streets are loaded.
    pub map: bool,
    /// The pen writes.
    pub recorder: bool,
    /// Writes that wait for the pen.
    pub writes_waiting: usize,
    pub version: &'static str,
}

/// The process answers; nothing more is said.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

pub async fn readyz(state: Data<ApiState>) -> HttpResponse {
    let store = tokio::time::timeout(WAIT_MAX, state.read(tables::organization::list_all));
    let recorder = tokio::time::timeout(WAIT_MAX, state.live.writes_waiting());
    let (store, recorder) = tokio::join!(store, recorder);
    let store = matches!(store, Ok(Ok(_)));
    let writes_waiting = recorder.ok().flatten();
    let map = state.map.size().0 > 0;
    let ready = store && map && writes_waiting.is_some();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    HttpResponse::build(status).json(Readiness {
        ready,
        store,
        map,
        recorder: writes_waiting.is_some(),
        writes_waiting: writes_waiting.unwrap_or(0),
        version: env!("CARGO_PKG_VERSION"),
    })
}

pub async fn metrics(state: Data<ApiState>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8"),
        ))
        .body(state.metrics.render())
}

pub async fn openapi() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(crate::api::openapi_json())
}

/// Whatever is not in the table, below `/api`.
pub async fn nothing_here() -> Result<Json<()>, Problem> {
    Err(Problem::new(
        StatusCode::NOT_FOUND,
        "no_such_address",
        "there is nothing at this address; /api/v1/openapi.json lists what there is",
    ))
}

/// The address is right and the method is not.
pub async fn other_method() -> Result<Json<()>, Problem> {
    Err(Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not take this method; /api/v1/openapi.json lists what it takes",
    ))
}

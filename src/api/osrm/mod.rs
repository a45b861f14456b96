//! The HTTP interface of OSRM (docs/http.md of Project-OSRM/osrm-backend, 2026-08-17) on our streets, so that
//! programs written for it work with us unchanged: `nearest`, `route`, `table`, `match`, `trip` under `/osrm/`.
//! `docs/osrm.md` says what differs.
//!
//! `request` is what is asked; each service has its file; `parts` are the pieces of JSON that they share.

mod matched;
mod nearest;
mod parts;
pub mod request;
mod route;
mod table;
mod trip;

use crate::api::body;
use crate::api::state::ApiState;
use crate::roads::street_network::StreetNetwork;
use crate::roads::{Map, RoadNetwork as _, Snap};
use actix_web::http::header;
use actix_web::web::{self, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use request::{Asked, Request, Service};
use serde_json::{Value, json};

/// A refusal as OSRM words it: a code for programs and a sentence for people. Always status 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct OsrmError {
    pub code: &'static str,
    pub message: String,
}

impl OsrmError {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

type Answer = Result<Value, OsrmError>;

/// Programs name the profile of OSRM's demo server out of habit.
const OTHER_NAMES: &[(&str, &str)] =
    &[("driving", "car"), ("cycling", "bicycle"), ("bike", "bicycle"), ("walking", "foot")];

/// Answers a request on a map.
///
/// # Errors
/// OSRM's code and a sentence.
pub fn answer(map: &Map, request: &Request) -> Answer {
    let network = network_for(map, &request.profile)?;
    match request.service {
        Service::Nearest => nearest::answer(network, request),
        Service::Route => route::answer(network, request),
        Service::Table => table::answer(network, request),
        Service::Match => matched::answer(network, request),
        Service::Trip => trip::answer(network, request),
    }
}

fn network_for<'a>(map: &'a Map, profile: &str) -> Result<&'a StreetNetwork, OsrmError> {
    let usual = OTHER_NAMES.iter().find(|(other, _)| *other == profile).map(|(_, own)| *own);
    let found = map.network_for(profile).or_else(|| map.network_for(usual?));
    // A server of OSRM has one profile and answers by any name: so does a map made for one.
    let only = || (map.profiles().count() == 1 && usual == Some("car")).then(|| map.network());
    found.or_else(only).map(|network| &**network).ok_or_else(|| {
        let known: Vec<&str> = map.profiles().collect();
        let what =
            format!("the map was not prepared for `{profile}`, it was for {}", known.join(", "));
        OsrmError::new("InvalidValue", what)
    })
}

/// The streets at all coordinates; refuses the first that has none.
fn snap_all(network: &StreetNetwork, stops: &[Asked]) -> Result<Vec<Snap>, OsrmError> {
    stops.iter().enumerate().map(|(number, asked)| snap(network, number, asked)).collect()
}

fn snap(network: &StreetNetwork, number: usize, asked: &Asked) -> Result<Snap, OsrmError> {
    let no_segment = |why: String| {
        let what = format!("Could not find a matching segment for coordinate {number}: {why}");
        OsrmError::new("NoSegment", what)
    };
    let found = match asked.heading {
        None => network.snap(asked.at).map_err(|error| no_segment(error.to_string()))?,
        Some(heading) => {
            let radius_m = asked.radius_m.unwrap_or(parts::SEARCH_M);
            let fitting = network.within(asked.at, radius_m, Some(heading), 1);
            *fitting.first().ok_or_else(|| {
                no_segment(format!("no street within {radius_m} m is driven in that direction"))
            })?
        }
    };
    if let Some(radius_m) =
        asked.radius_m.filter(|radius_m| f64::from(found.distance_m) > *radius_m)
    {
        let why = format!("the nearest street is {:.1} m away, not {radius_m}", found.distance_m);
        return Err(no_segment(why));
    }
    Ok(if asked.at_curb { parts::at_curb(network, asked.at, found) } else { found })
}

/// `GET /osrm/{service}/v1/{profile}/{coordinates}`.
pub async fn get(req: HttpRequest, state: Data<ApiState>) -> HttpResponse {
    let path = path_of(&req);
    let request = request::parse(&path, req.query_string());
    respond(state, request).await
}

/// `POST /osrm/{service}/v1/{profile}` with a JSON body.
pub async fn post(req: HttpRequest, state: Data<ApiState>, payload: Payload) -> HttpResponse {
    let path = path_of(&req);
    let request = match body::read(payload.into_inner()).await {
        Ok(bytes) => request::parse_body(&path, &bytes),
        Err(problem) => Err(OsrmError::new("InvalidQuery", problem.detail)),
    };
    respond(state, request).await
}

/// What stands behind `/osrm/`, percent signs undone.
fn path_of(req: &HttpRequest) -> String {
    req.match_info().query("rest").to_owned()
}

async fn respond(state: Data<ApiState>, request: Result<Request, OsrmError>) -> HttpResponse {
    let answered = match request {
        Err(error) => Err(error),
        Ok(request) => {
            let map = state.map.current();
            // Large tables take a while; not on a thread that serves others.
            web::block(move || answer(&map, &request).map(|value| value.to_string()))
                .await
                .unwrap_or_else(|_| Err(OsrmError::new("InternalError", "the server is stopping")))
        }
    };
    let (mut response, json) = match answered {
        Ok(json) => (HttpResponse::Ok(), json),
        Err(error) => {
            let told = json!({ "code": error.code, "message": error.message });
            (HttpResponse::BadRequest(), told.to_string())
        }
    };
    // Maps on pages of other hosts ask too, as they ask OSRM.
    response
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .content_type("application/json; charset=UTF-8")
        .body(json)
}

#[cfg(test)]
mod tests;

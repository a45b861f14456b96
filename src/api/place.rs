//! Places of the map: search by name, and what is at a point.

use crate::api::body::Query;
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::page::PageBody;
use crate::api::state::ApiState;
use crate::roads::places::{Confidence, Place, PlaceKind};
use crate::units::Point;
use crate::units::geo::PointError;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, Json};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Longest text that is searched for, in characters.
const TEXT_LEN_MAX: usize = 200;
const LIMIT_MAX: u32 = 20;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct SearchQuery {
    /// The beginning of a street, place, postcode or address, 1 to 200 characters. Typing errors are
    /// forgiven.
    pub q: String,
    /// What is near this point comes first.
    pub lat: Option<f64>,
    pub lon: Option<f64>,
    /// 1 to 20; 8 where absent.
    pub limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct ReverseQuery {
    pub lat: f64,
    pub lon: f64,
}

/// A place that people know.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlaceView {
    /// All of it in one line: `Triq il-Kbira 12, Mosta`.
    pub name: String,
    /// `address`, `street`, `place` (settlements, businesses, sights) or `postcode`.
    pub kind: &'static str,
    pub lat: f64,
    pub lon: f64,
    pub street: Option<String>,
    pub housenumber: Option<String>,
    /// The settlement it lies in.
    pub locality: Option<String>,
    pub postcode: Option<String>,
    /// `exact`; `near`: less than was asked for, such as the street without the house number, or a house
    /// number reckoned from its neighbours; `fuzzy`: a similar name, or only a part of the address.
    pub confidence: &'static str,
    /// From the point that was asked for, if one was.
    pub distance_m: Option<f64>,
}

pub async fn search(
    state: Data<ApiState>,
    _caller: Caller,
    query: Query<SearchQuery>,
) -> Result<Json<PageBody<PlaceView>>, Problem> {
    let SearchQuery { q, lat, lon, limit } = query.0;
    let len = q.trim().chars().count();
    if !(1..=TEXT_LEN_MAX).contains(&len) {
        return Err(Problem::invalid("q", format!("q must have 1 to {TEXT_LEN_MAX} characters")));
    }
    let limit = limit.unwrap_or(8);
    if !(1..=LIMIT_MAX).contains(&limit) {
        return Err(Problem::invalid("limit", format!("limit must be 1 to {LIMIT_MAX}")));
    }
    let near = match (lat, lon) {
        (Some(lat), Some(lon)) => Some(point(lat, lon)?),
        (None, None) => None,
        (Some(_), None) => return Err(Problem::invalid("lon", "lon is missing; lat needs it")),
        (None, Some(_)) => return Err(Problem::invalid("lat", "lat is missing; lon needs it")),
    };
    let map = state.map.current();
    let found = web::block(move || map.places.search(q.trim(), near, limit as usize))
        .await
        .map_err(|_| Problem::broken())?;
    let items = found.into_iter().map(|place| PlaceView::new(place, near)).collect();
    Ok(Json(PageBody::whole(items)))
}

pub async fn reverse(
    state: Data<ApiState>,
    _caller: Caller,
    query: Query<ReverseQuery>,
) -> Result<Json<PlaceView>, Problem> {
    let at = point(query.0.lat, query.0.lon)?;
    let place = state.map.current().places.reverse(at).ok_or_else(|| {
        Problem::new(
            StatusCode::NOT_FOUND,
            "no_place_near",
            "no address or street of the map is near this point; choose one on the map",
        )
    })?;
    Ok(Json(PlaceView::new(place, Some(at))))
}

impl PlaceView {
    fn new(place: Place, near: Option<Point>) -> Self {
        Self {
            name: place.label,
            kind: match place.kind {
                PlaceKind::Address => "address",
                PlaceKind::Street => "street",
                PlaceKind::Locality | PlaceKind::Poi => "place",
                PlaceKind::Postcode => "postcode",
            },
            lat: place.at.lat,
            lon: place.at.lon,
            street: place.street,
            housenumber: place.housenumber,
            locality: place.locality,
            postcode: place.postcode,
            confidence: match place.confidence {
                Confidence::Exact => "exact",
                Confidence::Near => "near",
                Confidence::Fuzzy => "fuzzy",
            },
            distance_m: near.map(|near| near.distance_m(place.at)),
        }
    }
}

fn point(lat: f64, lon: f64) -> Result<Point, Problem> {
    Point::parse(lat, lon).map_err(|error| {
        let field = if error == PointError::Latitude { "lat" } else { "lon" };
        Problem::invalid(field, error.to_string())
    })
}

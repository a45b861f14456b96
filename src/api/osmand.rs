//! The Traccar client and OsmAnd protocol in its three shapes, so that a plain phone can be a truck: URL
//! query (clients before 9), JSON (client 9), form (client 10).
//!
//! The device's own id stands for a login: it names the technician whose device it is. Rules as in
//! traccar's `OsmAndProtocolDecoder.java` (2026-08-21): query first, else the body; speed in knots (m/s in
//! JSON); negative speed, heading and level mean unknown; a heartbeat may come without a place; 200 with an
//! empty body tells the app that the fix is delivered.

use crate::api::body;
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::domain::Reading;
use crate::domain::reading::ReadingRefusal;
use crate::store::tables;
use crate::units::clock::real_now;
use crate::units::{Point, Timestamp};
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::Value;
use std::collections::HashMap;

/// Kilometres per hour in a knot.
const KMH_PER_KNOT: f64 = 1.852;
const KMH_PER_MPS: f64 = 3.6;
/// Seconds and milliseconds since 1970 are told apart here: 2^31 s is the year 2038.
const SECONDS_MAX: i64 = 1 << 31;
/// Longest device id that is looked up.
const DEVICE_LEN_MAX: usize = 64;

/// What a device says, whatever the shape.
#[derive(Debug, Clone, PartialEq, Default)]
struct Fix {
    device: String,
    /// Real time; `None` is now.
    at: Option<Timestamp>,
    /// `None` is a heartbeat.
    place: Option<(f64, f64)>,
    accuracy_m: Option<f64>,
    speed_kmh: Option<f64>,
    heading_deg: Option<f64>,
    altitude_m: Option<f64>,
    battery: Option<f64>,
    /// The device itself does not believe it, or it was made up.
    is_doubtful: bool,
}

pub async fn report(
    req: HttpRequest,
    state: Data<ApiState>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let by_query = !req.query_string().is_empty();
    let (fix, unknown) = if by_query {
        (from_pairs(req.query_string().as_bytes())?, StatusCode::BAD_REQUEST)
    } else {
        let is_json = body::content_type(&req).as_deref() == Some("application/json");
        let bytes = body::read(payload.into_inner()).await?;
        if is_json || bytes.first() == Some(&b'{') {
            (from_json(&bytes)?, StatusCode::NOT_FOUND)
        } else {
            (from_pairs(&bytes)?, StatusCode::BAD_REQUEST)
        }
    };
    let device = fix.device.clone();
    let found = match device.len() {
        1..=DEVICE_LEN_MAX => {
            state.read(move |db| tables::technician::find_by_device(db, &device)).await?
        }
        _ => None,
    };
    let Some((organization, technician)) = found else {
        let address = crate::api::caller::address(&req, &state.options.trusted_proxies);
        // Guessing device ids costs as much as guessing links.
        state.limits.link(address)?;
        return Err(Problem {
            field: Some("id".to_owned()),
            ..Problem::new(
                unknown,
                "device_unknown",
                "no technician has a device of this id; enter it at the technician in the console",
            )
        });
    };
    let Some((lat, lon)) = fix.place else { return Ok(HttpResponse::Ok().finish()) };
    if fix.is_doubtful {
        return Ok(HttpResponse::Ok().finish());
    }
    let point = Point::parse(lat, lon).map_err(|error| {
        let field = if error == crate::units::geo::PointError::Latitude { "lat" } else { "lon" };
        Problem { status: StatusCode::BAD_REQUEST, ..Problem::invalid(field, error.to_string()) }
    })?;
    state.limits.positions(technician, 1)?;
    // The device's clock is real; the day's may run faster.
    let now = state.now();
    let age_ms = fix.at.map_or(0, |at| real_now().ms_since(at));
    let at = now.plus_ms(-((age_ms as f64 * state.live.clock.speed()) as i64));
    let reading = Reading {
        technician,
        at,
        point,
        accuracy_m: fix.accuracy_m.map(|value| value as f32),
        speed_kmh: fix.speed_kmh.map(|value| value as f32),
        heading_deg: fix.heading_deg.map(|value| value.rem_euclid(360.0) as f32),
        altitude_m: fix.altitude_m.map(|value| value as f32),
        battery: fix.battery.map(|value| value as f32),
    };
    let answer = state.live.report(organization, technician, vec![reading]).await?;
    // A fix that is not believed is delivered all the same: the app must not send it for ever. Only a
    // wrong clock is told, because somebody can set it right.
    if let Some(refused) = answer.refused.first()
        && refused.reason == ReadingRefusal::InTheFuture
    {
        return Err(Problem {
            status: StatusCode::BAD_REQUEST,
            code: refused.reason.code().to_owned(),
            ..Problem::invalid("timestamp", refused.reason.to_string())
        });
    }
    Ok(HttpResponse::Ok().finish())
}

fn bad(field: &str, detail: &str) -> Problem {
    Problem { status: StatusCode::BAD_REQUEST, ..Problem::invalid(field, detail) }
}

/// Query or form.
fn from_pairs(bytes: &[u8]) -> Result<Fix, Problem> {
    let pairs: HashMap<String, String> = form_urlencoded::parse(bytes).into_owned().collect();
    let text = |names: &[&str]| {
        names.iter().find_map(|name| pairs.get(*name)).map(String::as_str).filter(|t| !t.is_empty())
    };
    let number = |names: &[&str]| -> Result<Option<f64>, Problem> {
        text(names)
            .map(|value| {
                let parsed = value.trim().parse::<f64>().ok().filter(|found| found.is_finite());
                parsed.ok_or_else(|| bad(names[0], &format!("{} must be a number", names[0])))
            })
            .transpose()
    };
    let device =
        text(&["id", "deviceid"]).ok_or_else(|| bad("id", "id is missing; it names the device"))?;
    let place = match text(&["location"]) {
        Some(pair) => {
            let (lat, lon) =
                pair.split_once(',').ok_or_else(|| bad("location", "location must be LAT,LON"))?;
            match (lat.trim().parse(), lon.trim().parse()) {
                (Ok(lat), Ok(lon)) => Some((lat, lon)),
                _ => return Err(bad("location", "location must be LAT,LON")),
            }
        }
        None => match (number(&["lat"])?, number(&["lon"])?) {
            (Some(lat), Some(lon)) => Some((lat, lon)),
            (None, None) => None,
            (Some(_), None) => return Err(bad("lon", "lon is missing")),
            (None, Some(_)) => return Err(bad("lat", "lat is missing")),
        },
    };
    let is_no = |value: &str| matches!(value, "false" | "0");
    Ok(Fix {
        device: device.to_owned(),
        at: text(&["timestamp"]).map(instant).transpose()?,
        place,
        accuracy_m: known(number(&["accuracy"])?),
        speed_kmh: known(number(&["speed"])?).map(|knots| knots * KMH_PER_KNOT),
        heading_deg: known(number(&["bearing", "heading"])?),
        altitude_m: number(&["altitude"])?,
        battery: known(number(&["batt"])?).map(|percent| (percent / 100.0).min(1.0)),
        is_doubtful: text(&["valid"]).is_some_and(is_no)
            || text(&["mock"]).is_some_and(|value| !is_no(value)),
    })
}

/// The JSON of client 9.
fn from_json(bytes: &[u8]) -> Result<Fix, Problem> {
    let root: Value = serde_json::from_slice(bytes)
        .map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "not_json", "the body is not JSON"))?;
    let device = match &root["device_id"] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => return Err(bad("device_id", "device_id is missing; it names the device")),
    };
    let location = &root["location"];
    let coords = &location["coords"];
    let number = |value: &Value| value.as_f64().filter(|found| found.is_finite());
    let place = match (&coords["latitude"], &coords["longitude"]) {
        (Value::Null, Value::Null) => None,
        (lat, lon) => Some((
            number(lat)
                .ok_or_else(|| bad("location/coords/latitude", "latitude must be a number"))?,
            number(lon)
                .ok_or_else(|| bad("location/coords/longitude", "longitude must be a number"))?,
        )),
    };
    let at = match &location["timestamp"] {
        Value::Null => None,
        Value::String(text) => Some(instant(text)?),
        other => Some(instant(&other.to_string())?),
    };
    Ok(Fix {
        device,
        at,
        place,
        accuracy_m: known(number(&coords["accuracy"])),
        speed_kmh: known(number(&coords["speed"])).map(|mps| mps * KMH_PER_MPS),
        heading_deg: known(number(&coords["heading"])),
        altitude_m: number(&coords["altitude"]),
        battery: known(number(&location["battery"]["level"])).map(|level| level.min(1.0)),
        is_doubtful: location["mock"] == true,
    })
}

/// Negative means unknown.
fn known(value: Option<f64>) -> Option<f64> {
    value.filter(|value| *value >= 0.0)
}

/// Seconds, milliseconds, ISO with a `T`, or `yyyy-MM-dd HH:mm:ss` in UTC.
fn instant(text: &str) -> Result<Timestamp, Problem> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Ok(if number < SECONDS_MAX {
            Timestamp::from_secs(number)
        } else {
            Timestamp(number)
        });
    }
    let parsed = if text.contains('T') {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| at.timestamp_millis())
    } else {
        chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
            .ok()
            .map(|at| at.and_utc().timestamp_millis())
    };
    parsed.map(Timestamp).ok_or_else(|| {
        bad("timestamp", "timestamp must be seconds or milliseconds since 1970, or ISO 8601")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_of_an_old_client_is_in_knots_and_seconds() {
        let fix = from_pairs(
            b"id=123456&timestamp=1790000000&lat=35.9&lon=14.5&speed=10&bearing=90&altitude=5&accuracy=7&batt=55",
        )
        .unwrap();
        assert_eq!(fix.device, "123456");
        assert_eq!(fix.at, Some(Timestamp(1_790_000_000_000)));
        assert_eq!(fix.place, Some((35.9, 14.5)));
        assert_eq!(fix.speed_kmh, Some(18.52));
        assert_eq!(fix.battery, Some(0.55));
    }

    #[test]
    fn the_json_of_client_9_is_in_metres_per_second_and_its_negatives_are_unknown() {
        let fix = from_json(
            br#"{"device_id":"123456","location":{"timestamp":"2026-09-21T14:13:20.000Z",
            "coords":{"latitude":35.9,"longitude":14.5,"accuracy":7,"speed":-1,"heading":-1,"altitude":5},
            "is_moving":true,"odometer":1,"event":"motionchange","battery":{"level":0.55,"is_charging":false},
            "activity":{"type":"still"},"extras":{}}}"#,
        )
        .unwrap();
        assert_eq!((fix.speed_kmh, fix.heading_deg), (None, None));
        assert_eq!(fix.at, Some(Timestamp(1_790_000_000_000)));
        assert_eq!(fix.battery, Some(0.55));
        let moving = from_json(
            br#"{"device_id":1,"location":{"coords":{"latitude":1,"longitude":2,"speed":10}}}"#,
        );
        assert_eq!(moving.unwrap().speed_kmh, Some(36.0));
    }

    #[test]
    fn a_heartbeat_comes_without_a_place_in_every_shape() {
        assert_eq!(from_pairs(b"id=123456&timestamp=1790000000&batt=5").unwrap().place, None);
        let json = br#"{"device_id":"123456","location":{"timestamp":"2026-09-21T14:13:20Z"}}"#;
        assert_eq!(from_json(json).unwrap().place, None);
    }

    #[test]
    fn instants_come_in_four_forms() {
        for text in ["1790000000", "1790000000000", "2026-09-21T14:13:20Z", "2026-09-21 14:13:20"] {
            assert_eq!(instant(text).unwrap(), Timestamp(1_790_000_000_000), "{text}");
        }
        assert!(instant("yesterday").is_err());
    }

    #[test]
    fn half_a_place_and_numbers_that_are_none_name_their_field() {
        let field = |bytes: &[u8]| from_pairs(bytes).unwrap_err().field.unwrap();
        assert_eq!(field(b"lat=1&lon=2"), "id");
        assert_eq!(field(b"id=123456&lat=1"), "lon");
        assert_eq!(field(b"id=123456&lat=x&lon=2"), "lat");
        assert_eq!(field(b"id=123456&lat=NaN&lon=2"), "lat");
        assert_eq!(field(b"id=123456&location=1"), "location");
    }
}

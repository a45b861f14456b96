//! What an OSRM client asks: `/{service}/v1/{profile}/{coordinates}?options`, or the same as a POST with a JSON
//! body. Parsed as a whole before anything is looked up, so that a wrong option is never half obeyed.
//!
//! <https://github.com/Project-OSRM/osrm-backend/blob/master/docs/http.md>

use super::OsrmError;
use crate::roads::HeadingRange;
use crate::units::{Point, polyline};
use std::collections::BTreeMap;

/// More points than these are no question of one person.
const POINTS_MAX: usize = 20_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    Nearest,
    Route,
    Table,
    Match,
    Trip,
}

/// A question that can be answered, or fails only on the map.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub service: Service,
    pub profile: String,
    pub stops: Vec<Asked>,
    pub options: Options,
}

/// A coordinate with what is asked of the street there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Asked {
    pub at: Point,
    pub heading: Option<HeadingRange>,
    /// The street may be so far away; the map's own limit holds too.
    pub radius_m: Option<f64>,
    /// Only on the side of the street where one drives.
    pub at_curb: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Geometries {
    Polyline,
    Polyline6,
    GeoJson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overview {
    Simplified,
    Full,
    No,
}

/// Where a trip begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TripEnd {
    Any,
    /// The first coordinate as source, the last as destination.
    Given,
}

/// The options of all services; each reads its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    pub steps: bool,
    pub geometries: Geometries,
    pub overview: Overview,
    /// `duration`, `distance`, `speed`, `weight`, `datasources`; for a table `duration` and `distance`.
    pub annotations: Vec<String>,
    pub continue_straight: Option<bool>,
    /// Coordinates where the route is cut into legs; all where empty.
    pub waypoints: Vec<usize>,
    pub skip_waypoints: bool,
    pub sources: Vec<usize>,
    pub destinations: Vec<usize>,
    pub fallback_speed_mps: Option<f64>,
    pub fallback_from_input: bool,
    pub scale_factor: f64,
    pub number: usize,
    pub timestamps: Vec<i64>,
    pub splits_gaps: bool,
    pub tidy: bool,
    pub round_trip: bool,
    pub source: TripEnd,
    pub destination: TripEnd,
    /// Ours: UTC seconds at which a way begins, so that the speeds of that time hold.
    pub depart_at_s: Option<i64>,
}

/// Option names by service, beside those of all.
const GENERAL: &[&str] = &[
    "bearings",
    "radiuses",
    "hints",
    "generate_hints",
    "approaches",
    "exclude",
    "snapping",
    "skip_waypoints",
    "format",
    "depart_at",
];

impl Service {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "nearest" => Self::Nearest,
            "route" => Self::Route,
            "table" => Self::Table,
            "match" => Self::Match,
            "trip" => Self::Trip,
            _ => return None,
        })
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Nearest => &["number"],
            Self::Route => &[
                "alternatives",
                "steps",
                "annotations",
                "geometries",
                "overview",
                "continue_straight",
                "waypoints",
            ],
            Self::Table => &[
                "sources",
                "destinations",
                "annotations",
                "fallback_speed",
                "fallback_coordinate",
                "scale_factor",
            ],
            Self::Match => &[
                "steps",
                "geometries",
                "annotations",
                "overview",
                "timestamps",
                "gaps",
                "tidy",
                "waypoints",
            ],
            Self::Trip => &[
                "roundtrip",
                "source",
                "destination",
                "steps",
                "annotations",
                "geometries",
                "overview",
            ],
        }
    }

    fn points_min(self) -> usize {
        match self {
            Self::Nearest | Self::Table => 1,
            Self::Route | Self::Match | Self::Trip => 2,
        }
    }
}

fn invalid_value(what: impl Into<String>) -> OsrmError {
    OsrmError::new("InvalidValue", what)
}

fn invalid_options(what: impl Into<String>) -> OsrmError {
    OsrmError::new("InvalidOptions", what)
}

/// Parses what stands behind `/osrm/`, percent signs undone, and the query.
///
/// # Errors
/// OSRM's code, and a sentence that names the part or option at fault.
pub fn parse(path: &str, query: &str) -> Result<Request, OsrmError> {
    let (service, profile, rest) = parse_address(path)?;
    let coordinates = rest.strip_suffix(".json").unwrap_or(rest);
    let points = parse_coordinates(coordinates)?;
    let mut options = BTreeMap::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        options.insert(key.into_owned(), value.into_owned());
    }
    build(service, profile, points, options)
}

/// Parses the address of a POST and its body: `{"coordinates": [[lon, lat]], …}` with the options by name.
///
/// # Errors
/// As [`parse`].
pub fn parse_body(path: &str, body: &[u8]) -> Result<Request, OsrmError> {
    let (service, profile, rest) = parse_address(path)?;
    if !rest.is_empty() {
        let both = "coordinates stand in the body of a POST, not in its address";
        return Err(OsrmError::new("InvalidUrl", both));
    }
    let body: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| OsrmError::new("InvalidQuery", format!("the body is no JSON: {error}")))?;
    let serde_json::Value::Object(mut body) = body else {
        return Err(OsrmError::new("InvalidQuery", "the body is not an object"));
    };
    let points = match body.remove("coordinates") {
        Some(serde_json::Value::String(text)) => parse_coordinates(&text)?,
        Some(list) => {
            let pairs: Vec<[f64; 2]> = serde_json::from_value(list).map_err(|_| {
                OsrmError::new("InvalidQuery", "coordinates: write [[lon, lat], [lon, lat]]")
            })?;
            points_of(pairs.into_iter())?
        }
        None => return Err(OsrmError::new("InvalidQuery", "coordinates are missing")),
    };
    let options = body.into_iter().map(|(key, value)| (key, as_option(&value))).collect();
    build(service, profile, points, options)
}

/// A JSON value as it would stand in a query: lists with semicolons, lists within them with commas.
fn as_option(value: &serde_json::Value) -> String {
    use serde_json::Value;
    let joined =
        |items: &[Value], sign: &str| items.iter().map(as_option).collect::<Vec<_>>().join(sign);
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().any(Value::is_array) => items
            .iter()
            .map(|item| item.as_array().map_or_else(|| as_option(item), |inner| joined(inner, ",")))
            .collect::<Vec<_>>()
            .join(";"),
        Value::Array(items) if items.iter().all(Value::is_string) => joined(items, ","),
        Value::Array(items) => joined(items, ";"),
        other => other.to_string(),
    }
}

fn parse_address(path: &str) -> Result<(Service, String, &str), OsrmError> {
    let url = |what: &str| OsrmError::new("InvalidUrl", what);
    let mut parts = path.trim_start_matches('/').splitn(4, '/');
    let service = parts.next().unwrap_or_default();
    let service = Service::parse(service).ok_or_else(|| {
        let known = "nearest, route, table, match and trip";
        OsrmError::new(
            "InvalidService",
            format!("there is no service `{service}`, there are {known}"),
        )
    })?;
    match parts.next() {
        Some("v1") => {}
        Some(other) => {
            let what = format!("version `{other}` is not served, v1 is");
            return Err(OsrmError::new("InvalidVersion", what));
        }
        None => return Err(url("the address is /{service}/v1/{profile}/{coordinates}")),
    }
    let profile = parts.next().filter(|profile| !profile.is_empty());
    let profile = profile.ok_or_else(|| url("the profile is missing in the address"))?;
    Ok((service, profile.to_owned(), parts.next().unwrap_or_default()))
}

fn parse_coordinates(text: &str) -> Result<Vec<Point>, OsrmError> {
    for (prefix, decimals) in [("polyline6(", 6), ("polyline(", 5)] {
        if let Some(encoded) = text.strip_prefix(prefix) {
            let encoded = encoded.strip_suffix(')');
            let points = encoded.and_then(|encoded| polyline::decode(encoded, decimals));
            return points
                .filter(|points| points.len() <= POINTS_MAX)
                .ok_or_else(|| OsrmError::new("InvalidQuery", "the polyline cannot be decoded"));
        }
    }
    let pairs: Vec<[f64; 2]> = text
        .split(';')
        .enumerate()
        .map(|(number, pair)| {
            let parsed = pair
                .split_once(',')
                .and_then(|(lon, lat)| Some([lon.trim().parse().ok()?, lat.trim().parse().ok()?]));
            parsed.ok_or_else(|| {
                let what =
                    format!("coordinate {number} is not lon,lat: write 14.51,35.89;14.49,35.91");
                OsrmError::new("InvalidQuery", what)
            })
        })
        .collect::<Result<_, _>>()?;
    points_of(pairs.into_iter())
}

fn points_of(pairs: impl ExactSizeIterator<Item = [f64; 2]>) -> Result<Vec<Point>, OsrmError> {
    if pairs.len() > POINTS_MAX {
        let what = format!("{} coordinates are given, {POINTS_MAX} are the most", pairs.len());
        return Err(OsrmError::new("TooBig", what));
    }
    pairs
        .enumerate()
        .map(|(number, [lon, lat])| {
            Point::parse(lat, lon).map_err(|error| {
                OsrmError::new("InvalidValue", format!("coordinate {number}: {error}"))
            })
        })
        .collect()
}

fn build(
    service: Service,
    profile: String,
    points: Vec<Point>,
    options: BTreeMap<String, String>,
) -> Result<Request, OsrmError> {
    if points.len() < service.points_min() {
        let what = format!("{} coordinates are too few", points.len());
        return Err(invalid_options(what));
    }
    for key in options.keys() {
        if !GENERAL.contains(&&**key) && !service.options().contains(&&**key) {
            let known = [service.options(), GENERAL].concat().join(", ");
            let what = format!("there is no option `{key}` here, there are {known}");
            return Err(OsrmError::new("InvalidQuery", what));
        }
    }
    let given = Given(&options);
    if given.text("format").is_some_and(|format| format != "json") {
        return Err(invalid_options("format: json is the only one"));
    }
    if given.text("exclude").is_some() {
        return Err(invalid_value("exclude: this map was not prepared for leaving out classes"));
    }
    given.one_of("snapping", &["default", "any"])?;
    given.flag("generate_hints", true)?;
    let stops = stops_of(&points, &given)?;
    let count = stops.len();
    let annotations = given.annotations(service)?;
    let options = Options {
        steps: given.flag("steps", false)?,
        geometries: match given.one_of("geometries", &["polyline", "polyline6", "geojson"])? {
            Some("polyline6") => Geometries::Polyline6,
            Some("geojson") => Geometries::GeoJson,
            _ => Geometries::Polyline,
        },
        overview: match given.one_of("overview", &["simplified", "full", "false"])? {
            Some("full") => Overview::Full,
            Some("false") => Overview::No,
            _ => Overview::Simplified,
        },
        annotations,
        continue_straight: match given.one_of("continue_straight", &["default", "true", "false"])? {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        },
        waypoints: given.waypoints(count)?,
        skip_waypoints: given.flag("skip_waypoints", false)?,
        sources: given.indices("sources", count)?,
        destinations: given.indices("destinations", count)?,
        fallback_speed_mps: given.number("fallback_speed")?,
        fallback_from_input: given.one_of("fallback_coordinate", &["input", "snapped"])?
            != Some("snapped"),
        scale_factor: given.number("scale_factor")?.unwrap_or(1.0),
        number: given.number("number")?.map_or(1, |number| number as usize),
        timestamps: given.timestamps(count)?,
        splits_gaps: given.one_of("gaps", &["split", "ignore"])? != Some("ignore"),
        tidy: given.flag("tidy", false)?,
        round_trip: given.flag("roundtrip", true)?,
        source: match given.one_of("source", &["any", "first"])? {
            Some("first") => TripEnd::Given,
            _ => TripEnd::Any,
        },
        destination: match given.one_of("destination", &["any", "last"])? {
            Some("last") => TripEnd::Given,
            _ => TripEnd::Any,
        },
        depart_at_s: given.number("depart_at")?.map(|at_s| at_s as i64),
    };
    if options.number == 0 || options.number > 100 {
        return Err(invalid_options("number: 1 to 100 streets can be asked for"));
    }
    Ok(Request { service, profile, stops, options })
}

/// The options as they were given.
struct Given<'a>(&'a BTreeMap<String, String>);

impl Given<'_> {
    fn text(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str).filter(|text| !text.is_empty())
    }

    fn one_of<'a>(&'a self, key: &str, known: &[&str]) -> Result<Option<&'a str>, OsrmError> {
        match self.text(key) {
            Some(text) if !known.contains(&text) => {
                let what = format!("{key}: `{text}` is none of {}", known.join(", "));
                Err(invalid_value(what))
            }
            found => Ok(found),
        }
    }

    fn flag(&self, key: &str, usual: bool) -> Result<bool, OsrmError> {
        Ok(self.one_of(key, &["true", "false"])?.map_or(usual, |text| text == "true"))
    }

    /// Above zero, or at least finite.
    fn number(&self, key: &str) -> Result<Option<f64>, OsrmError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let parsed: Option<f64> = text.parse().ok();
        let number = parsed.filter(|number| number.is_finite() && *number > 0.0);
        number
            .map(Some)
            .ok_or_else(|| invalid_value(format!("{key}: `{text}` is no number above 0")))
    }

    /// One entry per coordinate; empty ones ask for nothing.
    fn per_stop(&self, key: &str, count: usize) -> Result<Vec<Option<&str>>, OsrmError> {
        let Some(text) = self.text(key) else { return Ok(vec![None; count]) };
        let entries: Vec<Option<&str>> =
            text.split(';').map(|entry| Some(entry).filter(|entry| !entry.is_empty())).collect();
        if entries.len() != count {
            let what = format!("{key}: {} entries for {count} coordinates", entries.len());
            return Err(invalid_options(what));
        }
        Ok(entries)
    }

    fn indices(&self, key: &str, count: usize) -> Result<Vec<usize>, OsrmError> {
        let Some(text) = self.text(key).filter(|text| *text != "all") else {
            return Ok(Vec::new());
        };
        text.split(';')
            .map(|index| {
                let index = index.parse().ok().filter(|index| *index < count);
                index.ok_or_else(|| {
                    invalid_options(format!(
                        "{key}: indices are 0 to {}, with semicolons",
                        count - 1
                    ))
                })
            })
            .collect()
    }

    /// Ascending, the first and last coordinate among them.
    fn waypoints(&self, count: usize) -> Result<Vec<usize>, OsrmError> {
        let found = self.indices("waypoints", count)?;
        let is_whole = found.first() == Some(&0) && found.last() == Some(&(count - 1));
        if found.is_empty() || is_whole && found.is_sorted_by(|a, b| a < b) {
            return Ok(found);
        }
        Err(invalid_value("waypoints: ascending, from the first coordinate to the last"))
    }

    fn timestamps(&self, count: usize) -> Result<Vec<i64>, OsrmError> {
        let Some(text) = self.text("timestamps") else { return Ok(Vec::new()) };
        let found: Option<Vec<i64>> = text.split(';').map(|at| at.parse().ok()).collect();
        match found {
            Some(found) if found.len() == count && found.is_sorted_by(|a, b| a < b) => Ok(found),
            Some(found) if found.len() != count => {
                let what = format!("timestamps: {} for {count} coordinates", found.len());
                Err(invalid_options(what))
            }
            _ => Err(invalid_value("timestamps: ascending whole seconds since 1970")),
        }
    }

    fn annotations(&self, service: Service) -> Result<Vec<String>, OsrmError> {
        let known: &[&str] = if service == Service::Table {
            &["duration", "distance"]
        } else {
            &["duration", "distance", "speed", "weight", "datasources"]
        };
        let all = || known.iter().map(|name| (*name).to_owned()).collect();
        match self.text("annotations") {
            Some("true") if service != Service::Table => Ok(all()),
            Some("false") if service != Service::Table => Ok(Vec::new()),
            None if service == Service::Table => Ok(vec!["duration".to_owned()]),
            None => Ok(Vec::new()),
            Some(text) => text
                .split(',')
                .map(|name| {
                    if known.contains(&name) {
                        return Ok(name.to_owned());
                    }
                    let what = format!("annotations: `{name}` is none of {}", known.join(", "));
                    Err(invalid_value(what))
                })
                .collect(),
        }
    }
}

fn stops_of(points: &[Point], given: &Given<'_>) -> Result<Vec<Asked>, OsrmError> {
    let count = points.len();
    let bearings = given.per_stop("bearings", count)?;
    let radiuses = given.per_stop("radiuses", count)?;
    let approaches = given.per_stop("approaches", count)?;
    let mut stops = Vec::with_capacity(count);
    for (number, at) in points.iter().enumerate() {
        let heading = bearings[number].map(parse_bearing).transpose()?;
        let radius_m = match radiuses[number] {
            None | Some("unlimited") => None,
            Some(text) => {
                let parsed: Option<f64> = text.parse().ok();
                let radius_m = parsed.filter(|radius_m| radius_m.is_finite() && *radius_m >= 0.0);
                let wrong =
                    || invalid_value(format!("radiuses: `{text}` is no distance in metres"));
                Some(radius_m.ok_or_else(wrong)?)
            }
        };
        let at_curb = match approaches[number] {
            None | Some("unrestricted") => false,
            Some("curb") => true,
            Some(other) => {
                let what = format!("approaches: `{other}` is neither curb nor unrestricted");
                return Err(invalid_value(what));
            }
        };
        stops.push(Asked { at: *at, heading, radius_m, at_curb });
    }
    Ok(stops)
}

fn parse_bearing(text: &str) -> Result<HeadingRange, OsrmError> {
    let parsed = text.split_once(',').and_then(|(bearing, range)| {
        let (bearing, range): (f32, f32) = (bearing.parse().ok()?, range.parse().ok()?);
        ((0.0..=360.0).contains(&bearing) && (0.0..=180.0).contains(&range))
            .then_some(HeadingRange { heading_deg: bearing, tolerance_deg: range })
    });
    let wrong =
        || invalid_value(format!("bearings: `{text}` is not a bearing 0-360 and a range 0-180"));
    parsed.ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(path: &str, query: &str) -> &'static str {
        parse(path, query).map_or_else(|error| error.code, |_| "Ok")
    }

    #[test]
    fn coordinates_come_as_numbers_or_as_a_line() {
        let plain = parse("route/v1/car/-120.2,38.5;-120.95,40.7", "").unwrap();
        for path in [
            "route/v1/car/polyline(_p~iF~ps|U_ulLnnqC)",
            "route/v1/car/polyline(_p~iF~ps|U_ulLnnqC).json",
        ] {
            assert_eq!(parse(path, "").unwrap().stops, plain.stops);
        }
        assert_eq!(plain.profile, "car");
        assert!((plain.stops[1].at.lat - 40.7).abs() < 1e-9);
    }

    #[test]
    fn what_is_wrong_has_osrms_code() {
        for (path, query, expected) in [
            ("", "", "InvalidService"),
            ("fly/v1/car/1,2;3,4", "", "InvalidService"),
            ("route", "", "InvalidUrl"),
            ("route/v2/car/1,2;3,4", "", "InvalidVersion"),
            ("route/v1/car/1,2;3", "", "InvalidQuery"),
            ("route/v1/car/1,2;3,x", "", "InvalidQuery"),
            ("route/v1/car/1,2;3,91", "", "InvalidValue"),
            ("route/v1/car/1,2", "", "InvalidOptions"),
            ("route/v1/car/polyline(nonsense", "", "InvalidQuery"),
            ("route/v1/car/1,2;3,4", "stepps=true", "InvalidQuery"),
            ("route/v1/car/1,2;3,4", "steps=maybe", "InvalidValue"),
            ("route/v1/car/1,2;3,4", "bearings=10,20", "InvalidOptions"),
            ("route/v1/car/1,2;3,4", "bearings=10,20;500,3", "InvalidValue"),
            ("route/v1/car/1,2;3,4", "radiuses=10;-1", "InvalidValue"),
            ("route/v1/car/1,2;3,4", "exclude=motorway", "InvalidValue"),
            ("table/v1/car/1,2;3,4", "sources=2", "InvalidOptions"),
            ("table/v1/car/1,2;3,4", "annotations=speed", "InvalidValue"),
            ("match/v1/car/1,2;3,4", "timestamps=5;5", "InvalidValue"),
            ("match/v1/car/1,2;3,4", "timestamps=5", "InvalidOptions"),
            ("nearest/v1/car/1,2", "number=0", "InvalidValue"),
            ("route/v1/car/1,2;3,4", "steps=true&overview=full&hints=;&snapping=any", "Ok"),
            (
                "table/v1/car/1,2;3,4",
                "sources=all&destinations=1&annotations=duration,distance",
                "Ok",
            ),
            (
                "route/v1/car/1,2;3,4",
                "bearings=;350,20&approaches=curb;&radiuses=unlimited;5",
                "Ok",
            ),
        ] {
            assert_eq!(code(path, query), expected, "{path}?{query}");
        }
    }

    #[test]
    fn a_body_says_the_same_as_an_address() {
        let by_address = parse(
            "table/v1/car/1,2;3,4",
            "sources=0;1&annotations=duration,distance&bearings=10,20;&scale_factor=2",
        );
        let body = r#"{"coordinates": [[1, 2], [3, 4]], "sources": [0, 1], "annotations": ["duration", "distance"],
            "bearings": [[10, 20], null], "scale_factor": 2}"#;
        assert_eq!(parse_body("table/v1/car", body.as_bytes()), by_address);
        let refused = |body: &str| parse_body("route/v1/car", body.as_bytes()).unwrap_err().code;
        assert_eq!([refused("[]"), refused("{"), refused("{}")], ["InvalidQuery"; 3]);
        assert_eq!(refused(r#"{"coordinates": [[1, 2], [3, 400]]}"#), "InvalidValue");
    }

    proptest! {
        #[test]
        fn any_address_is_a_request_or_an_error(path in ".{0,60}", query in ".{0,60}") {
            let _ = parse(&path, &query);
            let _ = parse(&format!("route/v1/car/{path}"), &query);
            let _ = parse("match/v1/car/1,2;3,4", &format!("timestamps={query}&{path}"));
            let _ = parse_body("table/v1/car", path.as_bytes());
        }
    }
}

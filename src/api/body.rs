//! What requests carry: JSON bodies, files and query strings, read strictly. Whatever is wrong, the answer names
//! the field and says what would be right.

use crate::api::error::Problem;
use crate::auth::secret;
use actix_web::dev::Payload;
use actix_web::http::{StatusCode, header};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::future::Future;
use std::pin::Pin;

/// Longest body, in bytes; a batch of 500 positions with every field is about 90 KB.
pub const BODY_LEN_MAX: usize = 256 * 1024;

/// A JSON body and the hash of what was sent.
pub struct Body<T> {
    pub value: T,
    pub hash: [u8; 32],
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(req);
        let payload = payload.take();
        Box::pin(async move {
            let bytes = read(payload).await?;
            if bytes.is_empty() {
                // Commands whose fields are all optional may come without a body.
                return parse(b"{}").map(|value| Self { value, hash: [0; 32] });
            }
            if kind.as_deref() != Some("application/json") {
                return Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "json_expected",
                    "send the body as JSON with the header Content-Type: application/json",
                ));
            }
            Ok(Self { value: parse(&bytes)?, hash: secret::hash(&bytes) })
        })
    }
}

/// Longest CSV file, in bytes.
pub const CSV_LEN_MAX: usize = 10 * 1024 * 1024;

/// A CSV file as it was sent.
pub struct CsvBody(pub Bytes);

impl FromRequest for CsvBody {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = content_type(req);
        let payload = payload.take();
        Box::pin(async move {
            if kind.as_deref() != Some("text/csv") {
                return Err(Problem::new(
                    StatusCode::UNSUPPORTED_MEDIA_TYPE,
                    "csv_expected",
                    "send the file itself with the header Content-Type: text/csv",
                ));
            }
            read_up_to(payload, CSV_LEN_MAX).await.map(Self)
        })
    }
}

/// The media type without its parameters, in lower case.
pub fn content_type(req: &HttpRequest) -> Option<String> {
    let value = req.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or(value).trim().to_ascii_lowercase())
}

/// The whole body, up to the limit.
pub async fn read(payload: Payload) -> Result<Bytes, Problem> {
    read_up_to(payload, BODY_LEN_MAX).await
}

/// The whole body, up to so many bytes.
pub async fn read_up_to(mut payload: Payload, len_max: usize) -> Result<Bytes, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body_broken",
                "the body ended early; send it again",
            )
        })?;
        if bytes.len() + chunk.len() > len_max {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "body_too_large",
                format!("a body may have at most {} KiB; send less at a time", len_max / 1024),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

/// JSON text to a value, or the field at fault.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = path_text(error.path());
        let inner = error.into_inner();
        match inner.classify() {
            serde_json::error::Category::Data => {
                let text = inner.to_string();
                let text = text.rsplit_once(" at line ").map_or(text.as_str(), |parts| parts.0);
                field_problem(&path, text)
            }
            // Where a word is expected, serde_json calls any other kind of value a fault of syntax.
            _ if !path.is_empty() && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => {
                field_problem(&path, "invalid type: expected a string")
            }
            _ => not_json(&inner),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "not_json",
        format!("the body is not JSON: look at line {}, column {}", error.line(), error.column()),
    )
}

/// A query string, with the same care as a body.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = std::future::Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(parse_pairs(req.query_string().as_bytes()).map(Self))
    }
}

/// `a=1&b=2` to a value, or the field at fault.
pub fn parse_pairs<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let pairs = serde_urlencoded::Deserializer::new(url_pairs(bytes));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = path_text(error.path());
        field_problem(&path, &error.into_inner().to_string())
    })
}

fn url_pairs(bytes: &[u8]) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(bytes)
}

/// `wanted.until` and `stops[3].job` as `wanted/until` and `stops/3/job`.
fn path_text(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segments: Vec<String> = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(key.clone()),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect();
    segments.join("/")
}

/// Serde's sentence as ours. Its wording is part of serde's tests and has been the same for years; what
/// is not recognised is passed on as it is.
fn field_problem(path: &str, text: &str) -> Problem {
    let below = |name: &str| {
        if path.is_empty() || path == name || path.ends_with(&format!("/{name}")) {
            if path.is_empty() { name.to_owned() } else { path.to_owned() }
        } else {
            format!("{path}/{name}")
        }
    };
    let quoted = |text: &str| text.split('`').nth(1).map(str::to_owned);
    if let Some(name) = text.strip_prefix("missing field ").and_then(quoted_whole) {
        let field = below(&name);
        return Problem {
            code: "missing_field".to_owned(),
            ..Problem::invalid(field.clone(), format!("{field} is missing; add it"))
        };
    }
    if text.starts_with("unknown field ") {
        let field = below(&quoted(text).unwrap_or_default());
        let known: Vec<&str> = text.split('`').skip(3).step_by(2).collect();
        let cure = if known.is_empty() {
            "leave it out".to_owned()
        } else {
            format!("the fields here are {}", known.join(", "))
        };
        return Problem {
            code: "unknown_field".to_owned(),
            ..Problem::invalid(field.clone(), format!("{field} is not known; {cure}"))
        };
    }
    if text.starts_with("duplicate field ") {
        let field = below(&quoted(text).unwrap_or_default());
        return Problem::invalid(
            field.clone(),
            format!("{field} stands there twice; give it once"),
        );
    }
    let field = if path.is_empty() { "body".to_owned() } else { path.to_owned() };
    if text.starts_with("unknown variant ") {
        let words: Vec<&str> = text.split('`').skip(3).step_by(2).collect();
        return Problem::invalid(
            field.clone(),
            format!("{field} must be one of {}", words.join(", ")),
        );
    }
    let expected = text.rsplit_once("expected ").map(|parts| parts.1);
    if (text.starts_with("invalid type: ") || text.starts_with("invalid value: "))
        && let Some(expected) = expected
    {
        return Problem::invalid(field.clone(), format!("{field} must be {}", in_words(expected)));
    }
    if text.starts_with("UUID parsing failed") {
        return Problem::invalid(
            field.clone(),
            format!("{field} must be an id such as 01936f3e-8a4b-7c3d-9f2e-1a2b3c4d5e6f"),
        );
    }
    if text.starts_with("invalid digit")
        || text.starts_with("number too")
        || text.starts_with("cannot parse integer")
    {
        return Problem::invalid(field.clone(), format!("{field} must be a whole number in range"));
    }
    if text.starts_with("invalid float") {
        return Problem::invalid(field.clone(), format!("{field} must be a number"));
    }
    if text.starts_with("provided string was not") {
        return Problem::invalid(field.clone(), format!("{field} must be true or false"));
    }
    // Sentences of our own types already name what they want.
    let names_itself = text.starts_with(field.rsplit('/').next().unwrap_or(&field));
    let detail = if names_itself { text.to_owned() } else { format!("{field}: {text}") };
    // A point names the number at fault in its first word.
    let first = text.split(' ').next().unwrap_or_default();
    if matches!(first, "lat" | "lon") && !names_itself {
        return Problem::invalid(format!("{field}/{first}"), text);
    }
    Problem::invalid(field, detail)
}

fn quoted_whole(text: &str) -> Option<String> {
    text.split('`').nth(1).map(str::to_owned)
}

/// What serde expects, as people say it.
fn in_words(expected: &str) -> String {
    match expected {
        "u8" => "a whole number from 0 to 255".to_owned(),
        "u16" => "a whole number from 0 to 65535".to_owned(),
        "u32" => "a whole number from 0 to 4294967295".to_owned(),
        "u64" => "a whole number, 0 or more".to_owned(),
        "i32" | "i64" => "a whole number".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a string" | "string" => "a text".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "an object".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{Point, TimeWindow};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Example {
        title: String,
        priority: Option<u8>,
        wanted: Option<TimeWindow>,
        at: Option<Point>,
        id: Option<uuid::Uuid>,
        list: Option<Vec<Inner>>,
        role: Option<crate::domain::Role>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether it can be read is asked")]
    struct Inner {
        number: u32,
    }

    fn fault(json: &str) -> (String, String, String) {
        let problem = parse::<Example>(json.as_bytes()).unwrap_err();
        (problem.code, problem.field.unwrap_or_default(), problem.detail)
    }

    #[test]
    fn whatever_is_wrong_the_field_is_named() {
        let table = [
            ("{}", "missing_field", "title"),
            (r#"{"title":1}"#, "invalid_value", "title"),
            (r#"{"title":"x","priority":300}"#, "invalid_value", "priority"),
            (r#"{"title":"x","priority":-1}"#, "invalid_value", "priority"),
            (r#"{"title":"x","colour":1}"#, "unknown_field", "colour"),
            (r#"{"title":"x","title":"y"}"#, "invalid_value", "title"),
            (r#"{"title":"x","wanted":{"from":2,"until":1}}"#, "invalid_value", "wanted"),
            (r#"{"title":"x","wanted":{"from":2}}"#, "missing_field", "wanted/until"),
            (r#"{"title":"x","at":{"lat":91,"lon":0}}"#, "invalid_value", "at/lat"),
            (r#"{"title":"x","id":"abc"}"#, "invalid_value", "id"),
            (r#"{"title":"x","role":"king"}"#, "invalid_value", "role"),
            (r#"{"title":"x","role":true}"#, "invalid_value", "role"),
            (r#"{"title":"x","list":[{"number":1},{}]}"#, "missing_field", "list/1/number"),
            (r#"{"title":"x","list":[{"number":1,"z":0}]}"#, "unknown_field", "list/0/z"),
            ("[]", "invalid_value", "body"),
            ("{", "not_json", ""),
            (r#"{"title":"x"} y"#, "not_json", ""),
        ];
        for (json, code, field) in table {
            let found = fault(json);
            assert_eq!((found.0.as_str(), found.1.as_str()), (code, field), "{json}: {}", found.2);
        }
        assert_eq!(fault(r#"{"title":1}"#).2, "title must be a text");
        assert_eq!(
            fault(r#"{"title":"x","priority":300}"#).2,
            "priority must be a whole number from 0 to 255"
        );
    }

    #[test]
    fn a_query_string_is_judged_like_a_body() {
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "only whether it can be read is asked")]
        struct Example {
            limit: Option<u32>,
            lat: f64,
        }
        let fault = |text: &str| {
            let problem = parse_pairs::<Example>(text.as_bytes()).unwrap_err();
            (problem.code, problem.field.unwrap_or_default())
        };
        assert_eq!(fault("limit=x&lat=1"), ("invalid_value".into(), "limit".into()));
        assert_eq!(fault("limit=1"), ("missing_field".into(), "lat".into()));
        assert_eq!(fault("lat=1&foo=1"), ("unknown_field".into(), "foo".into()));
        assert!(parse_pairs::<Example>(b"lat=1.5&limit=20").is_ok());
    }
}

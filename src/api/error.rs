//! The one table from what went wrong to what is answered: RFC 9457 problem details.
//!
//! A problem has a stable code for programs, a sentence with the cure for people, and names the field at
//! fault where there is one. What broke inside is logged with its chain here, and answered without it.

use crate::actors::Refusal;
use crate::domain::Rejection;
use crate::domain::rejection::RejectionKind;
use crate::roads::RoadError;
use crate::store::StoreError;
use crate::telemetry::request;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde::Serialize;
use uuid::Uuid;

/// An answer that says no.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{detail}")]
pub struct Problem {
    pub status: StatusCode,
    pub code: String,
    pub detail: String,
    pub field: Option<String>,
    pub facts: serde_json::Value,
    pub retry_after_s: Option<u32>,
}

/// What is wrong and how to cure it (RFC 9457).
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// `urn:sortie:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The status in words.
    title: &'a str,
    status: u16,
    /// Stable, for programs: `stale_version`.
    code: &'a str,
    /// What is wrong and how to cure it.
    detail: &'a str,
    /// The field at fault, as a path: `wanted/until`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// The numbers behind it.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    facts: &'a serde_json::Value,
    /// Names this request in the server's log.
    request_id: Option<Uuid>,
}

impl Problem {
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            detail: detail.into(),
            field: None,
            facts: serde_json::Value::Null,
            retry_after_s: None,
        }
    }

    /// A value that cannot be, with the field that has it.
    pub fn invalid(field: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_value", detail)
        }
    }

    /// Nobody is logged in, or no longer.
    pub fn unauthorized(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, detail)
    }

    pub fn not_found(noun: &str) -> Self {
        Rejection::not_found(noun).into()
    }

    /// Too many of something; when to come back.
    pub fn too_many(detail: impl Into<String>, retry_after_s: u32) -> Self {
        Self {
            retry_after_s: Some(retry_after_s.max(1)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", detail)
        }
    }

    /// Something of ours broke; the log says what.
    pub fn broken() -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            "something broke on our side and was logged; try again, and name the request id if you ask for help",
        )
    }

    /// The part of the answer that is the same for every problem with this status.
    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Problem")
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let status = match rejection.kind {
            RejectionKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            RejectionKind::Forbidden => StatusCode::FORBIDDEN,
            // What the address names is not there; or what a field names, and then the field is wrong.
            RejectionKind::NotFound if rejection.field.is_some() => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            RejectionKind::NotFound => StatusCode::NOT_FOUND,
            RejectionKind::Stale | RejectionKind::Conflict => StatusCode::CONFLICT,
        };
        Self {
            status,
            code: rejection.code,
            detail: rejection.sentence,
            field: rejection.field,
            facts: rejection.facts,
            retry_after_s: None,
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Rejected(rejection) => rejection.into(),
            Refusal::Busy { retry_after_s } => Self {
                retry_after_s: Some(retry_after_s.max(1)),
                ..Self::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    "the server has too much to do at the moment; try again shortly",
                )
            },
            // Logged where it broke.
            Refusal::Broken => Self::broken(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Cursor) {
            return Self::invalid("after", error.to_string());
        }
        tracing::error!(error = %chain(&error), "reading from the store failed");
        Self::broken()
    }
}

impl From<RoadError> for Problem {
    fn from(error: RoadError) -> Self {
        let code = match error {
            RoadError::OffTheMap { .. } => "off_the_map",
            RoadError::NoPath { .. } => "no_path",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string())
    }
}

impl From<crate::auth::password::PasswordError> for Problem {
    fn from(error: crate::auth::password::PasswordError) -> Self {
        tracing::error!(error = %error, "hashing a password failed");
        Self::broken()
    }
}

/// An error with its causes, in one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(found) = cause {
        text.push_str(": ");
        text.push_str(&found.to_string());
        cause = found.source();
    }
    text
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let body = ProblemBody {
            kind: format!("urn:sortie:problem:{}", self.code),
            title: self.title(),
            status: self.status.as_u16(),
            code: &self.code,
            detail: &self.detail,
            field: self.field.as_deref(),
            facts: &self.facts,
            request_id: request::current(),
        };
        let mut answer = HttpResponseBuilder::new(self.status);
        answer.insert_header((
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        ));
        answer.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
        if let Some(seconds) = self.retry_after_s {
            answer.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        let text = serde_json::to_string(&body).unwrap_or_else(|_| "{}".to_owned());
        answer.body(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_no_has_its_status() {
        let status = |rejection: Rejection| Problem::from(rejection).status.as_u16();
        assert_eq!(status(Rejection::invalid("title", "x")), 422);
        assert_eq!(status(Rejection::forbidden("x")), 403);
        assert_eq!(status(Rejection::not_found("job")), 404);
        assert_eq!(status(Rejection::not_found("customer").with_field("customer")), 422);
        assert_eq!(status(Rejection::stale("job", 1, 2)), 409);
        assert_eq!(status(Rejection::conflict("job_already_closed", "x")), 409);
        assert_eq!(Problem::from(Refusal::Busy { retry_after_s: 0 }).retry_after_s, Some(1));
    }
}

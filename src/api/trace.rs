//! Around every request: an id, a log line, metrics; and the headers that every answer carries.
//!
//! The log names the route's pattern, never the address that was asked for: ids are fields where they
//! matter, and query strings may hold places and names.

use crate::api::state::ApiState;
use crate::telemetry::request;
use crate::units::clock::real_now;
use crate::units::id::new_uuid;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use std::time::Instant;
use tracing::Instrument;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Scripts and styles from this server alone; MapLibre makes its worker and some images from blobs.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; \
     img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self'; font-src 'self'; \
     manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Middleware: serves the request under an id of its own, counts and logs it.
pub async fn request<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let id = new_uuid(real_now());
    let started = Instant::now();
    let method = req.method().as_str().to_owned();
    let state = req.app_data::<web::Data<ApiState>>().cloned();
    let span = tracing::info_span!("request", request.id = %id);
    let served = request::within(id, next.call(req)).instrument(span.clone()).await;
    let mut response = served?;

    let status = response.status().as_u16();
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let elapsed = started.elapsed();
    metrics::counter!("sortie_http_requests_total",
        "method" => method.clone(), "route" => route.clone(), "status" => status.to_string())
    .increment(1);
    metrics::histogram!("sortie_http_request_seconds", "route" => route.clone())
        .record(elapsed.as_secs_f64());
    let duration_ms = elapsed.as_millis() as u64;
    span.in_scope(|| {
        if status >= 500 {
            tracing::error!(method, route, status, duration_ms, "request failed");
        } else if method == "GET" || status < 400 {
            tracing::debug!(method, route, status, duration_ms, "request served");
        } else {
            tracing::info!(method, route, status, duration_ms, "request refused");
        }
    });
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(REQUEST_ID, value);
    }
    let https = state.is_some_and(|state| state.options.secure_cookies);
    protect(headers, https);
    Ok(response)
}

/// What keeps browsers from doing more with an answer than it is for (OWASP: HTTP headers).
fn protect(headers: &mut HeaderMap, https: bool) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(
        HeaderName::from_static("permissions-policy"),
        "geolocation=(self), camera=(self), microphone=()",
    );
    set(HeaderName::from_static("x-robots-tag"), "noindex");
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

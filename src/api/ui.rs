//! The embedded pages: the table that the build wrote, served with compression and caching.
//!
//! Files below `assets/` have a hash in their name and never change; all others are asked for again each
//! time and answered by their tag.

use crate::api::error::Problem;
use crate::auth::secret;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use std::collections::HashMap;
use std::sync::LazyLock;

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// A file by its path without the leading slash, with the tag of its content.
static TAGS: LazyLock<HashMap<&'static str, String>> =
    LazyLock::new(|| ASSETS.iter().map(|(name, bytes)| (*name, tag(bytes))).collect());

/// An `ETag` for this content.
pub fn tag(bytes: &[u8]) -> String {
    format!("\"{}\"", secret::encode(&secret::hash(bytes)[..12]))
}

/// Whether the browser has the content of this tag already.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    known.is_some_and(|known| known.split(',').any(|one| one.trim() == tag))
}

/// Whether the browser takes this encoding.
pub fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| list.split(',').any(|part| takes(part, encoding)))
}

/// The dispatcher's page.
pub async fn dispatcher(req: HttpRequest) -> Result<HttpResponse, Problem> {
    serve(&req, "index.html")
}

/// The driver's page.
pub async fn driver(req: HttpRequest) -> Result<HttpResponse, Problem> {
    serve(&req, "driver.html")
}

/// The customer's page; its token stands in the fragment and never reaches the server by address.
pub async fn tracking(req: HttpRequest) -> Result<HttpResponse, Problem> {
    serve(&req, "tracking.html")
}

/// Any other file of the pages.
pub async fn file(req: HttpRequest) -> Result<HttpResponse, Problem> {
    serve(&req, req.path().trim_start_matches('/'))
}

fn serve(req: &HttpRequest, name: &str) -> Result<HttpResponse, Problem> {
    let (bytes, encoding) = find_accepted(req.headers(), name).ok_or_else(|| {
        if ASSETS.is_empty() {
            Problem::new(
                StatusCode::NOT_FOUND,
                "pages_not_built",
                "this build has no pages; build it with the feature ui",
            )
        } else {
            Problem::not_found("page")
        }
    })?;
    let tag = TAGS.get(name).cloned().unwrap_or_default();
    let is_known = is_known(req.headers(), &tag);
    let mut answer =
        HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    answer.insert_header((header::ETAG, tag));
    answer.insert_header((header::CACHE_CONTROL, caching(name)));
    answer.insert_header((header::VARY, "Accept-Encoding"));
    if is_known {
        return Ok(answer.finish());
    }
    answer.insert_header((header::CONTENT_TYPE, media_type(name)));
    if let Some(encoding) = encoding {
        // This also keeps the compressing middleware away; what has no compressed sibling it compresses.
        answer.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(encoding)));
    }
    Ok(answer.body(bytes))
}

/// The file, or its compressed sibling where the browser takes that.
fn find_accepted(headers: &HeaderMap, name: &str) -> Option<(&'static [u8], Option<&'static str>)> {
    let plain = find(name)?;
    for (suffix, encoding) in [(".br", "br"), (".gz", "gzip")] {
        if accepts(headers, encoding)
            && let Some(bytes) = find(&format!("{name}{suffix}"))
        {
            return Some((bytes, Some(encoding)));
        }
    }
    Some((plain, None))
}

/// Whether one part of `Accept-Encoding` takes this encoding: `br`, `br;q=0.5`, not `br;q=0`.
fn takes(part: &str, encoding: &str) -> bool {
    let (name, weight) = part.split_once(';').unwrap_or((part, ""));
    let is_refused = weight.trim().trim_start_matches("q=").parse::<f32>().is_ok_and(|q| q <= 0.0);
    name.trim().eq_ignore_ascii_case(encoding) && !is_refused
}

fn find(name: &str) -> Option<&'static [u8]> {
    ASSETS.binary_search_by_key(&name, |row| row.0).ok().map(|at| ASSETS[at].1)
}

fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|parts| parts.1) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("pbf") => "application/x-protobuf",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_taken_by_name_and_weight() {
        assert!(takes(" br", "br"));
        assert!(takes("br;q=0.5", "br"));
        assert!(!takes("br;q=0", "br"));
        assert!(!takes("gzip", "br"));
    }

    #[test]
    fn only_hashed_names_are_kept_for_ever() {
        assert!(caching("assets/index-BxY12.js").contains("immutable"));
        assert_eq!(caching("index.html"), "no-cache");
    }
}

//! The map: what it covers, and its vector tiles. Open to all: it is public data, and the customer's page
//! shows it too.

use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::api::ui::{accepts, is_known, tag};
use crate::roads::tiles::{ATTRIBUTION, MAX_ZOOM, MIN_ZOOM};
use crate::units::{BoundingBox, Point};
use actix_web::http::header;
use actix_web::web::{self, Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

/// What the live map needs to start.
#[derive(Debug, Serialize, ToSchema)]
pub struct MapView {
    /// West, south, east, north.
    pub bounds: [f64; 4],
    pub centre: Point,
    pub min_zoom: u8,
    pub max_zoom: u8,
    pub attribution: &'static str,
    pub has_tiles: bool,
}

pub async fn get(state: Data<ApiState>) -> Json<MapView> {
    let BoundingBox { west, south, east, north } = state.map.current().bounds;
    Json(MapView {
        bounds: [west, south, east, north],
        centre: state.map.current().bounds.centre(),
        min_zoom: MIN_ZOOM,
        max_zoom: MAX_ZOOM,
        attribution: ATTRIBUTION,
        has_tiles: true,
    })
}

pub async fn tile(
    req: HttpRequest,
    state: Data<ApiState>,
    address: Path<(u8, u32, u32)>,
) -> Result<HttpResponse, Problem> {
    let (z, x, y) = *address;
    if !(MIN_ZOOM..=MAX_ZOOM).contains(&z) {
        return Err(Problem::invalid("z", format!("z must be {MIN_ZOOM} to {MAX_ZOOM}")));
    }
    if u64::from(x) >= 1 << z || u64::from(y) >= 1 << z {
        let field = if u64::from(x) >= 1 << z { "x" } else { "y" };
        return Err(Problem::invalid(field, format!("{field} must be less than {}", 1_u64 << z)));
    }
    let map = state.map.current();
    let takes_gzip = accepts(req.headers(), "gzip");
    let made =
        web::block(
            move || {
                if takes_gzip { map.tiles.tile_gzip(z, x, y) } else { map.tiles.tile(z, x, y) }
            },
        );
    let tile = made.await.map_err(|_| Problem::broken())?;
    let tile = tile.ok_or_else(|| Problem::not_found("tile"))?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, "public, max-age=3600"));
    answer.insert_header((header::VARY, "Accept-Encoding"));
    let tag = tag(&tile);
    if is_known(req.headers(), &tag) {
        return Ok(HttpResponse::NotModified().insert_header((header::ETAG, tag)).finish());
    }
    answer.insert_header((header::ETAG, tag));
    answer.insert_header((header::CONTENT_TYPE, "application/vnd.mapbox-vector-tile"));
    let encoding = if takes_gzip { "gzip" } else { "identity" };
    answer.insert_header((header::CONTENT_ENCODING, encoding));
    Ok(answer.body(tile))
}

//! Removing something from the books: `DELETE …?version=N` names the version that was seen; without it
//! the present one is meant.

use crate::api::body::Query;
use crate::api::error::Problem;
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
pub struct Removal {
    /// The version that was seen; the present one where absent.
    pub version: Option<u32>,
}

/// The version to remove; `present` is asked where none is named.
pub async fn seen(
    query: Query<Removal>,
    present: impl AsyncFn() -> Result<u32, Problem>,
) -> Result<u32, Problem> {
    match query.0.version {
        Some(version) => Ok(version),
        None => present().await,
    }
}

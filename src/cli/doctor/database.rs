//! The database: ours, reachable, its tables as this version wants them.

use super::finding::Finding;
use crate::cli::database::failure_of;
use crate::store::{Store, StoreOptions};
use std::path::Path;

const WHAT: &str = "database";

/// Looks without making a file that is not there.
pub fn check(address: &str) -> Vec<Finding> {
    let file = address.strip_prefix("sqlite://").unwrap_or(address);
    if !address.starts_with("postgres") && !Path::new(file).exists() {
        let said = format!("{file} is not there yet; the first start makes it");
        return vec![Finding::good(WHAT, said)];
    }
    match Store::open(address, StoreOptions::default()) {
        Ok(_) => vec![Finding::good(WHAT, "can be opened")],
        Err(error) => {
            let failure = failure_of(error);
            vec![Finding::bad(WHAT, failure.cause, failure.cure)]
        }
    }
}

//! The database: ours, reachable, undamaged, its tables as this version wants them.

use super::finding::Finding;
use crate::cli::database::{failure_of, missing_file};
use crate::store::{Facts, Store, StoreOptions};

const WHAT: &str = "database";

/// Looks without making a file that is not there.
pub fn check(address: &str) -> Vec<Finding> {
    if let Some(file) = missing_file(address) {
        let said = format!("{} is not there yet; the first start makes it", file.display());
        return vec![Finding::good(WHAT, said)];
    }
    let facts = Store::open(address, StoreOptions::default()).and_then(|store| store.facts());
    match facts {
        Ok(facts) => judge(&facts),
        Err(error) => {
            let failure = failure_of(error);
            vec![Finding::bad(WHAT, failure.cause, failure.cure)]
        }
    }
}

fn judge(facts: &Facts) -> Vec<Finding> {
    let megabytes = facts.size_bytes as f64 / 1e6;
    let said =
        format!("{} {}, {}, {megabytes:.1} MB", facts.database, facts.version, facts.durability);
    let mut findings = vec![if facts.damage.is_empty() {
        Finding::good(WHAT, said)
    } else {
        let cure = "go back to a copy of the database; keep this one for a look";
        Finding::bad(WHAT, format!("damaged: {}", facts.damage.join("; ")), cure)
    }];
    findings.push(if facts.pending_migrations.is_empty() {
        Finding::good("migrations", "all done")
    } else {
        let said = format!("to be done: {}", facts.pending_migrations.join(", "));
        Finding::doubtful("migrations", said, "the next start does them, or `sortie migrate run`")
    });
    findings
}

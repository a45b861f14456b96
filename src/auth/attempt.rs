//! Failed logins: five in a quarter of an hour per account and address, then that pair must wait.
//!
//! An account is locked for an address only, so a stranger cannot lock its owner out from elsewhere.

use super::secret;
use crate::units::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// So many failures are allowed in a window.
pub const FAILURES_MAX: usize = 5;
pub const WINDOW_MS: i64 = 15 * 60_000;
/// So many pairs are remembered; with more, the oldest are forgotten first.
const PAIRS_MAX: usize = 100_000;

/// Failures by pair; the account is kept as a hash only.
#[derive(Debug, Default)]
pub struct LoginAttempts {
    failures: Mutex<HashMap<Pair, Vec<Timestamp>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Pair {
    account: [u8; 32],
    address: IpAddr,
}

/// The pair has failed too often; seconds until it may try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Locked {
    pub retry_after_s: u32,
}

impl LoginAttempts {
    /// Takes a seat for a try: it counts as failed until [`Self::succeed`] says otherwise, so parallel
    /// tries cannot slip past the limit.
    pub fn begin(&self, account: &str, address: IpAddr, now: Timestamp) -> Result<(), Locked> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let known = failures.entry(pair(account, address)).or_default();
        known.retain(|at| now.ms_since(*at) < WINDOW_MS);
        if known.len() >= FAILURES_MAX {
            let wait_ms = WINDOW_MS - now.ms_since(known[0]);
            return Err(Locked { retry_after_s: (wait_ms.max(1) as u32).div_ceil(1000) });
        }
        known.push(now);
        if failures.len() > PAIRS_MAX {
            forget(&mut failures, now);
        }
        Ok(())
    }

    /// The try succeeded: the pair's failures are forgotten.
    pub fn succeed(&self, account: &str, address: IpAddr) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&pair(account, address));
    }
}

fn pair(account: &str, address: IpAddr) -> Pair {
    Pair { account: secret::hash(account.trim().to_lowercase().as_bytes()), address }
}

/// Drops what has run out; and if that is not enough, the older half.
fn forget(failures: &mut HashMap<Pair, Vec<Timestamp>>, now: Timestamp) {
    let newest = |tries: &[Timestamp]| tries.last().copied().unwrap_or_default();
    failures.retain(|_, tries| now.ms_since(newest(tries)) < WINDOW_MS);
    if failures.len() > PAIRS_MAX {
        let mut times: Vec<Timestamp> = failures.values().map(|tries| newest(tries)).collect();
        times.sort_unstable();
        let middle = times[times.len() / 2];
        failures.retain(|_, tries| newest(tries) > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_790_000_000_000);
    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V6(std::net::Ipv6Addr::LOCALHOST);

    #[test]
    fn the_sixth_failure_waits_until_the_first_is_a_quarter_of_an_hour_old() {
        let attempts = LoginAttempts::default();
        for second in 0..5 {
            attempts.begin("ana@example.org", HERE, NOW.plus_secs(second)).unwrap();
        }
        let locked = attempts.begin(" Ana@example.org", HERE, NOW.plus_secs(10)).unwrap_err();
        assert_eq!(locked.retry_after_s, 890);
        assert!(attempts.begin("ana@example.org", HERE, NOW.plus_secs(900)).is_ok());
    }

    #[test]
    fn another_address_and_another_account_are_not_locked() {
        let attempts = LoginAttempts::default();
        for _ in 0..5 {
            attempts.begin("ana@example.org", HERE, NOW).unwrap();
        }
        assert!(attempts.begin("ana@example.org", THERE, NOW).is_ok());
        assert!(attempts.begin("ben@example.org", HERE, NOW).is_ok());
    }

    #[test]
    fn a_success_forgets_the_failures() {
        let attempts = LoginAttempts::default();
        for _ in 0..20 {
            attempts.begin("ana@example.org", HERE, NOW).unwrap();
            attempts.succeed("ana@example.org", HERE);
        }
    }
}

//! How often: token buckets per caller, address, device and link. On real time.

use crate::api::caller;
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::auth::secret;
use crate::units::id::TechnicianId;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError, web};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// After so many requests, buckets that are full again are forgotten.
const SWEEP_EVERY: u32 = 10_000;

/// All buckets; one for the process.
pub struct Limits {
    /// Requests of a login or, without one, of an address.
    caller: Buckets<[u8; 32]>,
    /// Logins and refreshes of an address, whether they succeed or not.
    login: Buckets<IpAddr>,
    /// Tracking links opened from an address.
    link: Buckets<IpAddr>,
    /// Requests with positions of a technician, and the positions in them.
    report: Buckets<TechnicianId>,
    position: Buckets<TechnicianId>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A screen that starts loads some hundred tiles at once.
            caller: Buckets::new(Duration::from_millis(10), 1_000),
            login: Buckets::new(Duration::from_secs(2), 60),
            link: Buckets::new(Duration::from_secs(2), 30),
            report: Buckets::new(Duration::from_millis(200), 50),
            // A day without signal is handed in within minutes, and nobody can send for ever.
            position: Buckets::new(Duration::from_millis(200), 2_000),
        }
    }
}

impl Limits {
    pub fn login(&self, address: IpAddr) -> Result<(), Problem> {
        self.login.take(&address, 1, "too many logins from this address")
    }

    pub fn link(&self, address: IpAddr) -> Result<(), Problem> {
        self.link.take(&address, 1, "too many tracking links opened from this address")
    }

    /// A request of a device with so many positions.
    pub fn positions(&self, technician: TechnicianId, count: usize) -> Result<(), Problem> {
        self.report.take(&technician, 1, "positions come too often; send several at a time")?;
        self.position.take(&technician, count, "too many positions; keep them and send them later")
    }
}

/// Buckets of one kind, by key.
struct Buckets<K: Hash + Eq + Clone> {
    buckets: DefaultKeyedRateLimiter<K>,
    asked: AtomicU32,
}

impl<K: Hash + Eq + Clone> Buckets<K> {
    /// One token each `every`, at most `burst` saved.
    fn new(every: Duration, burst: u32) -> Self {
        let quota = Quota::with_period(every)
            .expect("the period is not zero")
            .allow_burst(NonZeroU32::new(burst).expect("the burst is not zero"));
        Self { buckets: RateLimiter::keyed(quota), asked: AtomicU32::new(0) }
    }

    fn take(&self, key: &K, count: usize, why: &str) -> Result<(), Problem> {
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY) {
            self.buckets.retain_recent();
        }
        let Some(count) = u32::try_from(count).ok().and_then(NonZeroU32::new) else {
            return Ok(());
        };
        match self.buckets.check_key_n(key, count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                let seconds = wait.as_secs_f64().ceil() as u32;
                Err(Problem::too_many(format!("{why}; wait {} s", seconds.max(1)), seconds))
            }
            Err(_) => Err(Problem::too_many(format!("{why}; send fewer at a time"), 1)),
        }
    }
}

/// Middleware: every request takes a token of its login or address.
pub async fn per_caller<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let refusal = req.app_data::<web::Data<ApiState>>().and_then(|state| {
        let key = key_of(&req, state);
        let taken = state.limits.caller.take(&key, 1, "too many requests");
        taken.err()
    });
    if let Some(problem) = refusal {
        metrics::counter!("sortie_http_limited_total").increment(1);
        return Ok(req.into_response(problem.error_response()).map_into_right_body());
    }
    next.call(req).await.map(ServiceResponse::map_into_left_body)
}

/// The login if there is a good token, else the address: what anybody can make up makes no new bucket.
fn key_of(req: &ServiceRequest, state: &ApiState) -> [u8; 32] {
    let token = caller::find_token(req.request());
    if let Some(identity) = token.and_then(|token| caller::identify(state, &token).ok()) {
        return secret::hash(identity.session.0.as_bytes());
    }
    let address = caller::address(req.request(), &state.options.trusted_proxies);
    secret::hash(address.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_positions_is_told_when_to_come_back() {
        let limits = Limits::default();
        let technician = TechnicianId(uuid::Uuid::nil());
        let refused = (0..60).find_map(|_| limits.positions(technician, 1).err());
        let problem = refused.expect("sixty at once are too many");
        assert_eq!(problem.status.as_u16(), 429);
        assert!(problem.retry_after_s.is_some_and(|seconds| seconds >= 1));
        assert!(limits.positions(TechnicianId(uuid::Uuid::max()), 1).is_ok());
    }

    #[test]
    fn four_full_batches_pass_and_the_fifth_waits() {
        let limits = Limits::default();
        let technician = TechnicianId(uuid::Uuid::nil());
        let passed = (0..5).filter(|_| limits.positions(technician, 500).is_ok()).count();
        assert_eq!(passed, 4);
    }
}

//! The one source of domain time.
//!
//! Real: the system's clock. Running: a saved start plus speed times the time elapsed, on tokio's
//! clock, so that a test that turns tokio's clock turns this one too; it can be put forward (the demo's
//! night is short), never back. Sessions, rate limits and
//! timeouts do not use it; they run on real time.

use crate::units::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::time::Instant;

/// Where "now" comes from; cheap to clone, the same for all clones.
#[derive(Debug, Clone)]
pub struct Clock {
    kind: Arc<Kind>,
}

#[derive(Debug)]
enum Kind {
    Real,
    /// `ahead_ms` is what has been put forward since.
    Running {
        start: Timestamp,
        speed: f64,
        since: Instant,
        ahead_ms: AtomicI64,
    },
}

impl Clock {
    /// The system's clock.
    pub fn real() -> Self {
        Self { kind: Arc::new(Kind::Real) }
    }

    /// Starts at `start` now and runs `speed` times as fast as tokio's clock.
    pub fn running(start: Timestamp, speed: f64) -> Self {
        debug_assert!(speed > 0.0, "a clock runs forwards");
        Self {
            kind: Arc::new(Kind::Running {
                start,
                speed,
                since: Instant::now(),
                ahead_ms: AtomicI64::new(0),
            }),
        }
    }

    pub fn now(&self) -> Timestamp {
        match &*self.kind {
            Kind::Real => real_now(),
            Kind::Running { start, speed, since, ahead_ms } => start
                .plus_ms((since.elapsed().as_secs_f64() * 1000.0 * speed) as i64)
                .plus_ms(ahead_ms.load(Ordering::Acquire)),
        }
    }

    /// Puts a running clock forward to an instant. A real clock, or one that is past it, stays.
    pub fn put_forward(&self, to: Timestamp) {
        if let Kind::Running { ahead_ms, .. } = &*self.kind {
            ahead_ms.fetch_add(to.ms_since(self.now()).max(0), Ordering::AcqRel);
        }
    }

    /// Domain seconds per real second.
    pub fn speed(&self) -> f64 {
        match &*self.kind {
            Kind::Real => 1.0,
            Kind::Running { speed, .. } => *speed,
        }
    }

    /// How long to wait on tokio's clock until so much domain time has passed.
    pub fn real_duration(&self, domain: std::time::Duration) -> std::time::Duration {
        domain.div_f64(self.speed())
    }
}

/// The system's time, for what must run on real time (sessions, rate limits) and for real clocks.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the system clock")]
pub fn real_now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp(since.map_or(0, |elapsed| elapsed.as_millis() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_passes_a_day_while_tokio_passes_its_share() {
        let clock = Clock::running(Timestamp(1_000), 60.0);
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(clock.now(), Timestamp(1_000 + 3_600_000));
        assert_eq!(clock.real_duration(Duration::from_secs(60)), Duration::from_secs(1));
        clock.put_forward(Timestamp(10_000_000));
        assert_eq!(clock.now(), Timestamp(10_000_000));
        clock.put_forward(Timestamp(5_000_000));
        assert_eq!(clock.now(), Timestamp(10_000_000), "never back");
    }
}

//! The one source of domain time.
//!
//! Real: the system's clock. Running: a saved start plus speed times the time elapsed, on tokio's
//! clock, so that a test that turns tokio's clock turns this one too. Sessions, rate limits and
//! timeouts do not use it; they run on real time.

use crate::units::Timestamp;
use std::sync::Arc;
use tokio::time::Instant;

/// Where "now" comes from; cheap to clone, the same for all clones.
#[derive(Debug, Clone)]
pub struct Clock {
    kind: Arc<Kind>,
}

#[derive(Debug)]
enum Kind {
    Real,
    Running { start: Timestamp, speed: f64, since: Instant },
}

impl Clock {
    /// The system's clock.
    pub fn real() -> Self {
        Self { kind: Arc::new(Kind::Real) }
    }

    /// Starts at `start` now and runs `speed` times as fast as tokio's clock.
    pub fn running(start: Timestamp, speed: f64) -> Self {
        debug_assert!(speed > 0.0, "a clock runs forwards");
        Self { kind: Arc::new(Kind::Running { start, speed, since: Instant::now() }) }
    }

    pub fn now(&self) -> Timestamp {
        match &*self.kind {
            Kind::Real => real_now(),
            Kind::Running { start, speed, since } => {
                start.plus_ms((since.elapsed().as_secs_f64() * 1000.0 * speed) as i64)
            }
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
    }
}

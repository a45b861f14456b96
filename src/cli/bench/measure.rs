//! Taking times: as often as it takes to trust the middle one.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Times of one kind of work, seconds, ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Times(Vec<f64>);

impl Times {
    /// Does the work again and again: at least three times, then until enough time is spent.
    pub fn of<T>(spend: Duration, mut work: impl FnMut(usize) -> T) -> Self {
        let started = Instant::now();
        let mut taken = Vec::new();
        while taken.len() < 3 || started.elapsed() < spend {
            let before = Instant::now();
            black_box(work(taken.len()));
            taken.push(before.elapsed().as_secs_f64());
        }
        taken.sort_by(f64::total_cmp);
        Self(taken)
    }

    /// Times that were taken elsewhere, at least one.
    pub fn from_seconds(mut taken: Vec<f64>) -> Self {
        taken.sort_by(f64::total_cmp);
        Self(taken)
    }

    /// Does the work so many times, at least once.
    pub fn of_each<T>(count: usize, mut work: impl FnMut() -> T) -> Self {
        let mut taken: Vec<f64> = (0..count.max(1))
            .map(|_| {
                let before = Instant::now();
                black_box(work());
                before.elapsed().as_secs_f64()
            })
            .collect();
        taken.sort_by(f64::total_cmp);
        Self(taken)
    }

    pub fn median_s(&self) -> f64 {
        self.at(0.5)
    }

    /// Ninety-five of a hundred are no longer.
    pub fn p95_s(&self) -> f64 {
        self.at(0.95)
    }

    pub fn p99_s(&self) -> f64 {
        self.at(0.99)
    }

    pub fn worst_s(&self) -> f64 {
        self.at(1.0)
    }

    fn at(&self, share: f64) -> f64 {
        let place = ((self.0.len() - 1) as f64 * share).round() as usize;
        self.0[place]
    }
}

/// With a unit that leaves one to three digits before the point.
pub fn human(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s:.2} s"),
        s if s >= 1e-3 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} µs", s * 1e6),
    }
}

/// The most memory that this process had, megabytes; `None` where the system does not tell.
pub fn peak_memory_mb() -> Option<f64> {
    #[cfg(unix)]
    {
        let usage =
            nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF).ok()?;
        // Kilobytes on Linux, bytes on macOS.
        let unit = if cfg!(target_os = "macos") { 1e6 } else { 1e3 };
        Some(usage.max_rss() as f64 / unit)
    }
    #[cfg(not(unix))]
    None
}

/// Forgets the peak so far, so that the next one told is that of the next work. Where the system cannot, it stays the
/// peak of all work.
pub fn forget_peak_memory() {
    // 5 is the peak, see proc(5). Memory that the allocator keeps for later still counts.
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_and_the_slow_end_are_told_apart() {
        let times = Times((0..=100).map(f64::from).collect());
        assert!((times.median_s() - 50.0).abs() < 1e-9 && (times.p95_s() - 95.0).abs() < 1e-9);
        assert!(Times::of(Duration::ZERO, |_| ()).0.len() == 3);
    }

    #[test]
    fn times_are_told_with_a_fitting_unit() {
        assert_eq!([2.5, 0.0031, 0.000_017].map(human), ["2.50 s", "3.10 ms", "17.00 µs"]);
    }
}

//! Threads for long searches, off the actors' threads: few, so that searching never starves driving.
//!
//! Work waits its turn, runs until its budget ends or somebody cancels it, and answers. A full queue says so at
//! once. Who waits does so through `spawn_blocking`, which holds a test's paused clock. What falls takes
//! nobody along.

use crate::actors::execute::Refusal;
use crate::domain::plan::Proposal;
use crate::planning::{Improvement, SearchBudget};
use crate::units::Timestamp;
use crate::units::id::ProposalId;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Searches that wait for a thread.
const QUEUE_LEN_MAX: usize = 64;

/// How hard to search, and when by itself.
#[derive(Debug, Clone, Copy)]
pub struct SolverOptions {
    pub threads: usize,
    /// A search ends after so many steps: the same day and seed give the same plan.
    pub iterations: Option<u64>,
    /// A search ends after so much real time.
    pub time: Option<Duration>,
    /// A Planner whose plan has changed looks for a better one by itself this often, in domain time.
    pub by_itself_every: Option<Duration>,
}

impl Default for SolverOptions {
    /// Two seconds on one thread, when asked.
    fn default() -> Self {
        Self {
            threads: 1,
            iterations: None,
            time: Some(Duration::from_secs(2)),
            by_itself_every: None,
        }
    }
}

/// A search with all it needs.
pub struct Search {
    pub improvement: Improvement,
    pub seed: u64,
    /// From which those of the proposals are derived.
    pub id: ProposalId,
    pub made_at: Timestamp,
    /// Ends the search early when set; what it has found by then still counts.
    pub cancel: Arc<AtomicBool>,
}

type Work = Box<dyn FnOnce(&SolverOptions) + Send>;

/// When to come back if too many wait.
const RETRY_AFTER_S: u32 = 5;

/// The threads. Cheap to clone; they end with the last clone.
#[derive(Clone)]
pub struct SolverPool {
    queue: SyncSender<Work>,
    options: SolverOptions,
}

impl Default for SolverPool {
    fn default() -> Self {
        Self::new(SolverOptions::default())
    }
}

impl SolverPool {
    pub fn new(options: SolverOptions) -> Self {
        let (queue, waiting) = sync_channel(QUEUE_LEN_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..options.threads.max(1) {
            let waiting = waiting.clone();
            let thread = std::thread::Builder::new().name(format!("solver-{number}"));
            if let Err(error) = thread.spawn(move || work(&waiting, &options)) {
                tracing::error!(%error, "a thread for searches could not be started");
            }
        }
        Self { queue, options }
    }

    pub fn options(&self) -> &SolverOptions {
        &self.options
    }

    /// Searches. `tell` hears, on the search's thread, of the first proposal that is worth making and, if there is a
    /// clearly better one by the end, of that.
    pub async fn search(&self, search: Search, tell: impl FnMut(Proposal) + Send + 'static) {
        // One that was refused or fell has nothing to tell.
        let _ = self.run(move |options| run(&search, options, tell)).await;
    }

    /// Has any work done on one of the threads, when its turn comes.
    ///
    /// # Errors
    /// Too many wait, or the work fell.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&SolverOptions) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        let (done, answer) = sync_channel(1);
        let work: Work = Box::new(move |options| {
            // Whoever asked may have gone.
            let _ = done.send(work(options));
        });
        if self.queue.try_send(work).is_err() {
            metrics::counter!("sortie_searches_refused_total").increment(1);
            return Err(Refusal::Busy { retry_after_s: RETRY_AFTER_S });
        }
        // The sender goes when the work falls; then there is no answer.
        let answer = tokio::task::spawn_blocking(move || answer.recv().ok()).await;
        answer.ok().flatten().ok_or(Refusal::Broken)
    }
}

fn work(waiting: &Mutex<Receiver<Work>>, options: &SolverOptions) {
    loop {
        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if std::panic::catch_unwind(AssertUnwindSafe(|| work(options))).is_err() {
            tracing::error!("a search fell");
        }
    }
}

fn run(search: &Search, options: &SolverOptions, mut tell: impl FnMut(Proposal)) {
    let started = Instant::now();
    let share_used = options.time.map(|time| {
        move || started.elapsed().as_secs_f64() / time.as_secs_f64().max(f64::MIN_POSITIVE)
    });
    let budget = SearchBudget {
        iterations: options.iterations,
        share_used: share_used.as_ref().map(|share_used| share_used as &(dyn Fn() -> f64 + Sync)),
        cancel: Some(&search.cancel),
    };
    let mut first_after = None;
    search.improvement.run(search.seed, &budget, search.id, search.made_at, &mut |proposal| {
        first_after.get_or_insert_with(|| started.elapsed());
        tell(proposal);
    });
    if let Some(first_after) = first_after {
        metrics::histogram!("sortie_search_first_find_seconds").record(first_after.as_secs_f64());
    }
    metrics::histogram!("sortie_search_seconds").record(started.elapsed().as_secs_f64());
    tracing::debug!(
        day = %search.improvement.day,
        duration_ms = started.elapsed().as_millis() as u64,
        cancelled = search.cancel.load(Ordering::Relaxed),
        found = first_after.is_some(),
        "a search has ended"
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::people::organization::OrganizationSettings;
    use crate::planning::{PlannerState, Travel};
    use crate::roads::speeds::Departure;
    use crate::roads::{Leg, Path, RoadError, RoadNetwork, Snap};
    use crate::units::id::{OrganizationId, TerritoryId};
    use crate::units::{BoundingBox, LocalDay, Point};

    struct Nowhere;
    impl RoadNetwork for Nowhere {
        fn bounds(&self) -> BoundingBox {
            BoundingBox { south: 0.0, west: 0.0, north: 1.0, east: 1.0 }
        }
        fn snap(&self, at: Point) -> Result<Snap, RoadError> {
            let (lat, lon) = (at.lat, at.lon);
            Err(RoadError::OffTheMap { lat, lon, distance_m: 1.0, limit_m: 0.0 })
        }
        fn path(&self, from: &Snap, _: &Snap, _: Option<Departure>) -> Result<Path, RoadError> {
            self.snap(from.on_street).map(|_| unreachable!("no point is on this map"))
        }
        fn one_to_many(&self, _: &Snap, to: &[Snap], _: Option<Departure>) -> Vec<Option<Leg>> {
            vec![None; to.len()]
        }
        fn many_to_one(&self, from: &[Snap], _: &Snap, _: Option<Departure>) -> Vec<Option<Leg>> {
            vec![None; from.len()]
        }
        fn street_name(&self, _: &Snap) -> Option<String> {
            None
        }
        fn size(&self) -> (usize, usize) {
            (0, 0)
        }
    }

    /// A day on which nothing can be found.
    fn idle_search() -> Search {
        let nil = uuid::Uuid::nil();
        let state = PlannerState::new(
            OrganizationId(nil),
            TerritoryId(nil),
            chrono_tz::UTC,
            OrganizationSettings::default(),
        );
        let mut travel = Travel::new(Arc::new(Nowhere));
        let day = LocalDay::parse("2026-11-20").unwrap();
        let improvement = Improvement::prepare(&state, &mut travel, Timestamp(0), day, None)
            .expect("an empty day");
        Search {
            improvement,
            seed: 1,
            id: ProposalId(nil),
            made_at: Timestamp(0),
            cancel: Arc::default(),
        }
    }

    #[tokio::test]
    async fn what_falls_is_told_and_the_thread_goes_on() {
        let pool = SolverPool::default();
        let fallen: Result<(), Refusal> = pool.run(|_| panic!("it falls")).await;
        assert!(matches!(fallen, Err(Refusal::Broken)));
        assert!(matches!(pool.run(|options| options.threads).await, Ok(1)));
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_search_moves_a_paused_clock_by_nothing() {
        let pool = SolverPool::default();
        let before = tokio::time::Instant::now();
        pool.search(idle_search(), |_| panic!("there is nothing to find")).await;
        assert_eq!(before.elapsed(), Duration::ZERO);
    }
}

//! What one more job costs in a large living plan, street times included.

use super::office::{Office, Order, monday};
use crate::cli::bench::measure::Times;
use crate::domain::Rejection;
use crate::domain::plan::PlanCommand;
use crate::planning::decide;
use crate::roads::Map;
use rand::SeedableRng as _;
use rand::rngs::Xoshiro256PlusPlus;
use serde::Serialize;
use std::time::Instant;

/// Minutes of a short job, so that many fit into a day.
const SHORT_S: u32 = 600;

/// What was measured, seconds.
#[derive(Debug, Clone, Serialize)]
pub struct Placed {
    pub stops: usize,
    pub technicians: usize,
    pub orders: usize,
    /// Orders that found a place.
    pub placed: usize,
    /// Ways to and from all places of the day for a new one.
    pub ways_p50_s: f64,
    pub ways_p99_s: f64,
    /// The whole decision: ways, the best place, the routes that change.
    pub decision_p50_s: f64,
    pub decision_p99_s: f64,
}

/// Places orders one after the other into a day of `technicians` with `stops` each.
pub fn measure(
    map: &Map,
    technicians: usize,
    stops: usize,
    orders: usize,
    seed: u64,
) -> Result<Placed, Rejection> {
    let mut dice = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut office = Office::open(map, technicians, seed);
    office.is_judged = false;
    let mut number = 0;
    let mut draw = || {
        number += 1;
        (number, Order::draw(map, &mut dice, 7 * 60).lasting(SHORT_S))
    };
    for _ in 0..technicians * stops {
        let (number, order) = draw();
        office.take_up(number, &order);
    }
    office.plan(&PlanCommand::PlaceAll { day: monday() })?;
    let planned = office.state.routes_on(monday()).map(|route| route.stops.len()).sum();
    let (mut ways, mut decisions, mut placed) = (Vec::new(), Vec::new(), 0);
    for _ in 0..orders {
        let (number, order) = draw();
        let job = office.take_up(number, &order);
        let started = Instant::now();
        let _ = office.travel.place(monday(), order.place());
        office.travel.matrix(monday());
        ways.push(started.elapsed().as_secs_f64());
        let Office { state, travel, now, .. } = &mut office;
        let decision = decide(state, travel, *now, &PlanCommand::Place { job })?;
        decisions.push(started.elapsed().as_secs_f64());
        placed += usize::from(decision.detail["placed"] == true);
        office.state.apply(&decision, office.now);
    }
    let (ways, decisions) = (Times::from_seconds(ways), Times::from_seconds(decisions));
    Ok(Placed {
        stops: planned,
        technicians,
        orders,
        placed,
        ways_p50_s: ways.median_s(),
        ways_p99_s: ways.p99_s(),
        decision_p50_s: decisions.median_s(),
        decision_p99_s: decisions.p99_s(),
    })
}

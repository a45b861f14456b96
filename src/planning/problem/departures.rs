//! Legs are those of the hour at which one leaves; here is told when that is expected to be.

use super::Orders;
use crate::planning::state::{Crew, PlannerState};
use crate::planning::travel::Travel;
use crate::units::id::JobId;
use crate::units::{LocalDay, Timestamp};
use std::collections::HashMap;

/// From where one leaves when, as far as the plan and the customers' windows tell.
pub(in crate::planning) fn expect_departures<'c>(
    state: &PlannerState,
    travel: &mut Travel,
    now: Timestamp,
    day: LocalDay,
    (orders, open): (&Orders, &[JobId]),
    crews: impl Iterator<Item = &'c Crew>,
) {
    let zone = state.zone;
    let (morning, evening) = (day.minute(0, zone), day.next().minute(0, zone));
    let noon = day.minute(12 * 60, zone);
    let planned: HashMap<JobId, Timestamp> = state
        .routes_on(day)
        .filter(|route| orders.contains_key(&route.technician))
        .flat_map(|route| &route.stops)
        .map(|stop| (stop.job, stop.planned.until))
        .collect();
    for job in orders.values().flatten().chain(open) {
        let Some(known) = state.jobs.get(job) else { continue };
        let wanted = known.job.wanted.map(|wanted| {
            let (from, until) = (wanted.from.max(morning), wanted.until.min(evening));
            Timestamp(i64::midpoint(from.0, until.0))
        });
        let at = planned.get(job).copied().or(wanted).unwrap_or(noon).max(now);
        travel.expect(day, known.at, at, zone);
    }
    for crew in crews {
        let shift = crew.technician.shift_on(day, zone);
        let at = shift.map_or(noon, |shift| shift.from).max(now);
        travel.expect(day, *crew.technician.start, at, zone);
    }
}

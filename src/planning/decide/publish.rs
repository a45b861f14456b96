//! Telling the technicians: from now on a stop is theirs to accept and to drive.

use super::revision::Revision;
use super::{check_day, check_seen};
use crate::domain::plan::SeenRoute;
use crate::domain::{Aggregate, Decision, Rejection};
use crate::units::LocalDay;
use crate::units::id::TechnicianId;
use serde_json::json;

/// Publishes the stops of the day, of these technicians or of all. One who is reported sick is not told.
pub(super) fn publish(
    mut revision: Revision<'_>,
    day: LocalDay,
    technicians: &[TechnicianId],
    seen: &[SeenRoute],
) -> Result<Decision, Rejection> {
    let state = revision.state;
    check_day(state, revision.now, day)?;
    check_seen(state, seen)?;
    if technicians.iter().any(|technician| !state.technicians.contains_key(technician)) {
        return Err(Rejection::not_found("technician").with_field("technicians"));
    }
    let mut published = 0;
    for route in state.routes_on(day) {
        let is_asked = technicians.is_empty() || technicians.contains(&route.technician);
        let is_here = state.technicians.get(&route.technician).is_some_and(|crew| !crew.is_sick());
        if !is_asked || !is_here {
            continue;
        }
        if state.remaining_stops(route).iter().all(|stop| stop.published) {
            continue;
        }
        for stop in revision.draft(route.technician, day) {
            published += usize::from(!stop.published);
            stop.published = true;
        }
    }
    let subject = (Aggregate::Territory(state.territory), 0);
    revision.finish("publish", subject, json!({ "published": published }))
}

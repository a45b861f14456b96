//! What the holder of a tracking link may see: when, who, where, and no more.
//!
//! The technician's position is shown only while they are on the way to *this* customer: no history, no
//! other stops, no surname, no phone.

use super::{Arrival, ConnectionId, Hub, Topic, text};
use crate::actors::execute::Refusal;
use crate::domain::Rejection;
use crate::domain::fieldwork::job::{Job, JobStatus, Outcome, Visit, VisitStatus};
use crate::domain::reading::Reading;
use crate::store::{Db, StoreError, tables};
use crate::units::id::{JobId, OrganizationId, TechnicianId};
use crate::units::{Point, TimeWindow, Timestamp};
use actix::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use utoipa::ToSchema;

/// The arrival is told as a window this much around the estimate, growing with the way to go.
const ETA_SPREAD_SHARE: f64 = 0.15;
/// And at least so much, in milliseconds.
const ETA_SPREAD_MS_MIN: i64 = 3 * 60_000;

/// The customer's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrackingView {
    pub organization: String,
    pub job_label: String,
    /// The kind of work.
    pub title: String,
    pub state: TrackingState,
    #[schema(value_type = Option<Object>)]
    pub promised: Option<TimeWindow>,
    #[schema(value_type = Option<Object>)]
    pub planned: Option<TimeWindow>,
    /// When the technician is expected, on the day and as far as it is known.
    #[schema(value_type = Option<Object>)]
    pub eta: Option<TimeWindow>,
    /// Visits that come before this one, on the day.
    pub stops_before: Option<u32>,
    pub technician_first_name: Option<String>,
    pub truck: Option<String>,
    #[schema(value_type = Object)]
    pub destination: Point,
    /// Only while the technician is on the way to this customer.
    pub position: Option<TrackedPosition>,
    /// What has happened, oldest first.
    pub steps: Vec<TrackingStep>,
    pub time_zone: String,
    #[schema(value_type = i64)]
    pub now: Timestamp,
    /// Domain seconds per real second.
    pub speed: f64,
}

/// The states that a customer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrackingState {
    /// We have it; no time yet.
    Booked,
    /// There is a plan for it.
    Confirmed,
    OnTheWay,
    Arrived,
    Done,
    CouldNotComplete,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrackedPosition {
    pub lat: f64,
    pub lon: f64,
    pub heading_deg: Option<f32>,
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrackingStep {
    pub name: TrackingState,
    #[schema(value_type = i64)]
    pub at: Timestamp,
}

/// What the tables say about the job of a link.
struct Known {
    business: String,
    time_zone: String,
    title: String,
    job: Job,
    destination: Point,
    technician: Option<String>,
    truck: Option<String>,
    /// Jobs on the route before this one that are not over.
    stops_before: Option<u32>,
}

pub fn not_found() -> Refusal {
    Refusal::Rejected(Rejection::not_found("tracking link"))
}

fn read(db: &mut Db, organization: OrganizationId, id: JobId) -> Result<Option<Known>, StoreError> {
    let Some(business) = tables::organization::find(db, organization)? else { return Ok(None) };
    let Some(job) = tables::job::find(db, organization, id)? else { return Ok(None) };
    let Some(location) = tables::location::find(db, organization, job.location)? else {
        return Ok(None);
    };
    let service = tables::service_type::find(db, organization, job.service_type)?;
    let (mut technician, mut truck, mut stops_before) = (None, None, None);
    if let Some(visit) = job.visits.last() {
        technician = tables::technician::find(db, organization, visit.technician)?
            .and_then(|found| found.name.split_whitespace().next().map(str::to_owned));
        if let Some(driven) = visit.truck {
            truck = tables::truck::find(db, organization, driven)?.map(|found| found.name);
        }
        if let Some(route) = tables::route::find(db, organization, visit.route)? {
            let mut before = 0;
            for stop in route.stops.iter().take_while(|stop| stop.job != id) {
                let ahead = tables::job::find(db, organization, stop.job)?.is_some_and(|other| {
                    other.find_visit(stop.visit).is_some_and(|found| !found.status.is_over())
                });
                before += u32::from(ahead);
            }
            stops_before = Some(before);
        }
    }
    Ok(Some(Known {
        business: business.name,
        time_zone: business.time_zone,
        title: service.map(|found| found.name).unwrap_or_default(),
        destination: *location.at,
        job,
        technician,
        truck,
        stops_before,
    }))
}

/// The page, from what the tables say and what is known live.
fn view(
    known: Known,
    reading: Option<&Reading>,
    arrivals: &[Arrival],
    now: Timestamp,
    speed: f64,
) -> TrackingView {
    let Known { business, time_zone, title, job, destination, technician, truck, stops_before } =
        known;
    let visit = job.visits.last();
    let state = state(&job, visit);
    let on_the_way = state == TrackingState::OnTheWay;
    let expected = matches!(state, TrackingState::Confirmed | TrackingState::OnTheWay);
    let told = visit.is_some_and(|visit| visit.status != VisitStatus::Planned);
    let eta = visit
        .filter(|_| expected && told)
        .and_then(|visit| arrivals.iter().find(|arrival| arrival.visit == visit.id))
        .map(|arrival| around(arrival.eta, now));
    TrackingView {
        organization: business,
        job_label: job.label(),
        title,
        state,
        promised: job.promised,
        planned: visit.filter(|_| expected && told).map(|visit| visit.planned),
        eta,
        stops_before: stops_before.filter(|_| expected && told),
        technician_first_name: technician.filter(|_| told),
        truck: truck.filter(|_| told),
        destination,
        position: reading.filter(|_| on_the_way).map(|reading| TrackedPosition {
            lat: reading.point.lat,
            lon: reading.point.lon,
            heading_deg: reading.heading_deg,
            at: reading.at,
        }),
        steps: steps(&job, visit, state),
        time_zone,
        now,
        speed,
    }
}

fn state(job: &Job, visit: Option<&Visit>) -> TrackingState {
    match (job.status, visit.map(|visit| visit.status)) {
        (JobStatus::Cancelled, _) => TrackingState::Cancelled,
        (JobStatus::Completed | JobStatus::Closed | JobStatus::Ready, _) => TrackingState::Done,
        (_, Some(VisitStatus::EnRoute)) => TrackingState::OnTheWay,
        (_, Some(VisitStatus::OnSite)) => TrackingState::Arrived,
        (_, Some(VisitStatus::Finished)) => TrackingState::CouldNotComplete,
        (JobStatus::Scheduled, _) => TrackingState::Confirmed,
        _ => TrackingState::Booked,
    }
}

fn steps(job: &Job, visit: Option<&Visit>, state: TrackingState) -> Vec<TrackingStep> {
    let mut steps = vec![TrackingStep { name: TrackingState::Booked, at: job.created_at }];
    let mut push =
        |name, at: Option<Timestamp>| steps.extend(at.map(|at| TrackingStep { name, at }));
    if let Some(visit) = visit {
        push(TrackingState::Confirmed, visit.published_at);
        push(TrackingState::OnTheWay, visit.departed_at);
        push(TrackingState::Arrived, visit.arrived_at);
        match visit.outcome {
            Some(Outcome::Completed) => push(TrackingState::Done, visit.finished_at),
            Some(_) => push(TrackingState::CouldNotComplete, visit.finished_at),
            None => {}
        }
    }
    if state == TrackingState::Cancelled {
        push(TrackingState::Cancelled, job.ended_at);
    }
    steps
}

/// An honest window around an estimate; never in the past.
fn around(eta: Timestamp, now: Timestamp) -> TimeWindow {
    let ahead_ms = eta.ms_since(now).max(0);
    let spread_ms =
        ((ahead_ms as f64 * ETA_SPREAD_SHARE) as i64).max(ETA_SPREAD_MS_MIN.min(ahead_ms));
    let from = eta.plus_ms(-spread_ms).max(now);
    let until = eta.plus_ms(spread_ms).max(now);
    TimeWindow { from, until }
}

/// A page that is being read.
type PageReading = ResponseFuture<Result<Option<TrackingView>, StoreError>>;

impl Hub {
    /// A future that reads the page of a job, with what is known live at this moment.
    pub(super) fn tracking_reader(&self, organization: OrganizationId, job: JobId) -> PageReading {
        let store = self.store.clone();
        let (now, speed) = (self.clock.now(), self.clock.speed());
        let readings: HashMap<TechnicianId, Reading> =
            self.fleets.get(&organization).map(super::viewports::Fleet::all).unwrap_or_default();
        let arrivals: HashMap<TechnicianId, Vec<Arrival>> = self
            .arrivals
            .iter()
            .filter(|((of, _), _)| *of == organization)
            .map(|((_, technician), stops)| (*technician, stops.clone()))
            .collect();
        Box::pin(async move {
            let known = store.read(move |db| read(db, organization, job)).await?;
            Ok(known.map(|known| {
                let technician = known.job.visits.last().map(|visit| visit.technician);
                let reading = technician.and_then(|technician| readings.get(&technician));
                let expected = technician.and_then(|technician| arrivals.get(&technician));
                view(known, reading, expected.map_or(&[], Vec::as_slice), now, speed)
            }))
        })
    }

    /// Sends the page to one watching customer.
    pub(super) fn send_tracking(
        &mut self,
        connection: ConnectionId,
        id: u32,
        ctx: &mut Context<Self>,
    ) {
        let Some(known) = self.connections.get(&connection) else { return };
        let Some(job) = known.tracked_job else { return };
        let reading = self.tracking_reader(known.organization, job);
        ctx.spawn(reading.into_actor(self).map(move |view, actor, _| {
            let Some(connection) = actor.connections.get_mut(&connection) else { return };
            let Some(seq) = connection.subscriptions.get(&id).map(|subscription| subscription.seq)
            else {
                return;
            };
            if let Ok(Some(view)) = view {
                connection
                    .send(text(&json!({ "type": "update", "id": id, "seq": seq, "prev": seq,
                    "changes": [{ "kind": "tracking", "value": view }] })));
            }
        }));
    }

    /// A technician has moved: the customers to whom they drive see it.
    pub(super) fn show_tracking(
        &mut self,
        organization: OrganizationId,
        technician: TechnicianId,
        ctx: &mut Context<Self>,
    ) {
        let next = self
            .arrivals
            .get(&(organization, technician))
            .and_then(|stops| stops.first())
            .map(|stop| stop.job);
        let Some(next) = next else { return };
        let watching: Vec<(ConnectionId, u32)> = self
            .connections
            .iter()
            .filter(|(_, known)| {
                known.organization == organization && known.tracked_job == Some(next)
            })
            .flat_map(|(connection, known)| {
                known
                    .subscriptions
                    .iter()
                    .filter(|(_, subscription)| subscription.topic == Topic::Tracking)
                    .map(|(id, _)| (*connection, *id))
            })
            .collect();
        for (connection, id) in watching {
            self.send_tracking(connection, id, ctx);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_told_as_a_window_that_never_lies_in_the_past() {
        let now = Timestamp::from_secs(1_000);
        let soon = around(Timestamp::from_secs(1_060), now);
        assert!(soon.from >= now && soon.until >= Timestamp::from_secs(1_060));
        let overdue = around(Timestamp::from_secs(900), now);
        assert_eq!((overdue.from, overdue.until), (now, now));
        let later = around(Timestamp::from_secs(1_000 + 7_200), now);
        assert_eq!(later.duration_s(), 2 * 1_080);
    }
}

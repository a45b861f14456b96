//! Progress along today's route: what a reading says of arrival and departure, and when the coming stops
//! will be reached. Pure but for `Today::load`.

use crate::domain::fieldwork::job::{Visit, VisitStatus};
use crate::domain::people::organization::OrganizationSettings;
use crate::domain::people::technician::{Duty, DutyStatus};
use crate::domain::plan::{Route, Stop};
use crate::domain::reading::Reading;
use crate::planning::{departure, leg};
use crate::roads::RoadNetwork;
use crate::store::{Db, StoreError, tables};
use crate::units::id::{JobId, OrganizationId, TechnicianId, VisitId};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};

/// One inside the fence for so long has arrived, even if nobody said that they set off.
const DWELL_MS: i64 = 60_000;
/// Slower than this inside the fence is arrival at once, when on the way there.
const ARRIVING_KMH: f32 = 12.0;
/// Outside means farther than this many times the fence, for two readings in a row.
const LEFT_FACTOR: f64 = 2.5;

/// What is to be done today, as the technician's actor sees it.
#[derive(Clone)]
pub struct Today {
    day: LocalDay,
    zone: chrono_tz::Tz,
    settings: OrganizationSettings,
    /// In driving order, those that are over left out.
    ahead: Vec<Ahead>,
}

#[derive(Clone)]
struct Ahead {
    stop: Stop,
    visit: Visit,
    at: Point,
    wanted: Option<TimeWindow>,
}

/// When a coming stop will be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Arrival {
    pub job: JobId,
    pub visit: VisitId,
    pub eta: Timestamp,
    /// When the technician will be done there.
    pub done_at: Timestamp,
}

/// What a reading says of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sighting {
    Arrived { job: JobId, visit: VisitId },
    Left { job: JobId, visit: VisitId },
}

impl Today {
    pub fn load(
        db: &mut Db,
        organization: OrganizationId,
        technician: TechnicianId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let business = tables::organization::find(db, organization)?;
        let zone = business.as_ref().and_then(|found| found.zone().ok()).unwrap_or(chrono_tz::UTC);
        let settings = business.map(|found| found.settings).unwrap_or_default();
        let day = LocalDay::at(now, zone);
        let mut ahead = Vec::new();
        if let Some(route) = tables::route::find(db, organization, Route::id_for(technician, day))?
        {
            for stop in route.stops {
                let Some(job) = tables::job::find(db, organization, stop.job)? else { continue };
                let Some(visit) =
                    job.find_visit(stop.visit).filter(|visit| !visit.status.is_over())
                else {
                    continue;
                };
                let Some(location) = tables::location::find(db, organization, job.location)? else {
                    continue;
                };
                ahead.push(Ahead {
                    stop,
                    visit: visit.clone(),
                    at: *location.at,
                    wanted: job.wanted,
                });
            }
        }
        Ok(Self { day, zone, settings, ahead })
    }

    pub fn is_of(&self, now: Timestamp) -> bool {
        LocalDay::at(now, self.zone) == self.day
    }

    pub fn has(&self, job: JobId) -> bool {
        self.ahead.iter().any(|ahead| ahead.stop.job == job)
    }

    pub fn zone(&self) -> chrono_tz::Tz {
        self.zone
    }

    pub fn settings(&self) -> &OrganizationSettings {
        &self.settings
    }

    /// The status of the visit that has begun, if one has.
    pub fn under_way(&self) -> Option<VisitStatus> {
        self.next().map(|ahead| ahead.visit.status).filter(|status| status.is_under_way())
    }

    /// The visit under way, else the first one that the technician knows of.
    fn next(&self) -> Option<&Ahead> {
        self.ahead
            .iter()
            .find(|ahead| ahead.visit.status.is_under_way())
            .or_else(|| self.ahead.iter().find(|ahead| ahead.visit.status != VisitStatus::Planned))
    }

    /// Reckons when each coming stop will be reached from where the technician is now: real streets to
    /// the next one, the plan's travel after it. `None` if nothing is ahead or the place is off the map.
    pub fn arrivals(&self, roads: &dyn RoadNetwork, from: &Reading) -> Option<Vec<Arrival>> {
        let first = self.next()?;
        let arrival = |ahead: &Ahead, eta, done_at| Arrival {
            job: ahead.stop.job,
            visit: ahead.visit.id,
            eta,
            done_at,
        };
        let mut arrivals = Vec::new();
        let mut free_at = if first.visit.status == VisitStatus::OnSite {
            // The arrival is known; the work takes what is left of it.
            let arrived_at = first.visit.arrived_at.unwrap_or(from.at);
            let done_at = done(first, arrived_at).max(from.at);
            arrivals.push(arrival(first, arrived_at, done_at));
            done_at
        } else {
            let (here, there) = (roads.snap(from.point).ok()?, roads.snap(first.at).ok()?);
            let departure = Some(departure(from.at, self.zone));
            let drive = leg(roads, &here, &there, departure)?;
            let eta = from.at.plus_ms(i64::from(drive.duration_ds) * 100);
            arrivals.push(arrival(first, eta, done(first, eta)));
            done(first, eta)
        };
        for ahead in self.ahead.iter().filter(|ahead| ahead.visit.id != first.visit.id) {
            let eta = free_at.plus_secs(i64::from(ahead.stop.travel_s));
            free_at = done(ahead, eta);
            arrivals.push(arrival(ahead, eta, free_at));
        }
        Some(arrivals)
    }
}

/// Work begins on arrival, or when the wanted window opens, and takes as long as planned.
fn done(ahead: &Ahead, eta: Timestamp) -> Timestamp {
    let begun_at = ahead.wanted.map_or(eta, |wanted| eta.max(wanted.from));
    begun_at.plus_ms(ahead.stop.planned.until.ms_since(ahead.stop.start_at))
}

/// What the geofence remembers between readings.
#[derive(Debug, Default)]
pub struct Progress {
    inside_since: Option<(VisitId, Timestamp)>,
    outside: Option<(VisitId, u32)>,
}

impl Progress {
    /// Judges one reading against the next visit.
    pub fn see(&mut self, today: &Today, reading: &Reading) -> Option<Sighting> {
        let next = today.next()?;
        let (job, visit) = (next.stop.job, next.visit.id);
        let fence_m = f64::from(today.settings.geofence_m);
        let distance_m = reading.point.distance_m(next.at);
        if next.visit.status == VisitStatus::OnSite {
            if distance_m <= fence_m * LEFT_FACTOR {
                self.outside = None;
                return None;
            }
            let count =
                self.outside.filter(|known| known.0 == visit).map_or(1, |known| known.1 + 1);
            self.outside = Some((visit, count));
            return (count == 2 && next.visit.left_at.is_none())
                .then_some(Sighting::Left { job, visit });
        }
        if distance_m > fence_m + f64::from(reading.accuracy_m.unwrap_or(0.0)).min(fence_m) {
            self.inside_since = None;
            return None;
        }
        let since = match self.inside_since {
            Some((known, since)) if known == visit => since,
            _ => {
                self.inside_since = Some((visit, reading.at));
                reading.at
            }
        };
        let slow = reading.speed_kmh.is_none_or(|speed| speed < ARRIVING_KMH);
        let on_the_way = next.visit.status == VisitStatus::EnRoute;
        ((on_the_way && slow && distance_m <= fence_m) || reading.at.ms_since(since) >= DWELL_MS)
            .then_some(Sighting::Arrived { job, visit })
    }
}

/// The status byte of a position on the live map.
pub fn screen_status(duty: &Duty, under_way: Option<VisitStatus>) -> u8 {
    match (duty.status, duty.silent_since, under_way) {
        (DutyStatus::Off | DutyStatus::Sick, ..) => 4,
        (_, Some(_), _) => 3,
        (_, _, Some(VisitStatus::OnSite)) => 2,
        (_, _, Some(VisitStatus::EnRoute)) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::id::RouteId;
    use uuid::Uuid;

    fn today(status: VisitStatus) -> Today {
        let window = TimeWindow::parse(Timestamp(0), Timestamp(1_800_000)).unwrap();
        let visit = Visit {
            id: VisitId(Uuid::nil()),
            status,
            route: RouteId(Uuid::nil()),
            technician: TechnicianId(Uuid::nil()),
            truck: None,
            planned: window,
            published_at: None,
            accepted_at: None,
            departed_at: None,
            arrived_at: None,
            left_at: None,
            finished_at: None,
            outcome: None,
        };
        let stop = Stop {
            visit: visit.id,
            job: JobId(Uuid::nil()),
            planned: window,
            start_at: Timestamp(0),
            travel_s: 0,
            travel_m: 0,
            locked: false,
            published: true,
        };
        Today {
            day: LocalDay::parse("2026-11-20").unwrap(),
            zone: chrono_tz::UTC,
            settings: OrganizationSettings::default(),
            ahead: vec![Ahead { stop, visit, at: Point::parse(35.9, 14.5).unwrap(), wanted: None }],
        }
    }

    /// North of the place by so many metres.
    fn reading(at_s: i64, metres: f64, speed_kmh: f32) -> Reading {
        Reading {
            technician: TechnicianId(Uuid::nil()),
            at: Timestamp::from_secs(at_s),
            point: Point::parse(35.9 + metres / 111_195.0, 14.5).unwrap(),
            accuracy_m: Some(5.0),
            speed_kmh: Some(speed_kmh),
            heading_deg: None,
            altitude_m: None,
            battery: None,
        }
    }

    #[test]
    fn slowing_down_at_the_place_one_drives_to_is_arrival() {
        let (today, mut progress) = (today(VisitStatus::EnRoute), Progress::default());
        assert_eq!(progress.see(&today, &reading(0, 500.0, 40.0)), None);
        assert_eq!(
            progress.see(&today, &reading(10, 60.0, 40.0)),
            None,
            "driving by is not arrival"
        );
        assert!(matches!(
            progress.see(&today, &reading(15, 20.0, 3.0)),
            Some(Sighting::Arrived { .. })
        ));
    }

    #[test]
    fn one_who_did_not_say_that_they_set_off_has_arrived_after_a_minute_at_the_place() {
        let (today, mut progress) = (today(VisitStatus::Published), Progress::default());
        assert_eq!(progress.see(&today, &reading(0, 20.0, 0.0)), None);
        assert_eq!(progress.see(&today, &reading(30, 20.0, 0.0)), None);
        assert!(matches!(
            progress.see(&today, &reading(60, 20.0, 0.0)),
            Some(Sighting::Arrived { .. })
        ));
    }

    #[test]
    fn two_readings_far_away_from_unfinished_work_are_a_departure_and_one_is_not() {
        let (today, mut progress) = (today(VisitStatus::OnSite), Progress::default());
        assert_eq!(progress.see(&today, &reading(0, 300.0, 30.0)), None);
        assert!(matches!(
            progress.see(&today, &reading(10, 400.0, 30.0)),
            Some(Sighting::Left { .. })
        ));
        assert_eq!(progress.see(&today, &reading(20, 500.0, 30.0)), None, "it is told once");
    }
}

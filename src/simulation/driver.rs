//! A driver: looks what is next, drives there along the streets, works, finishes. Reports positions as a
//! phone does. What the office changes meanwhile is seen at the next look.

use super::world::World;
use crate::domain::access::{Role, Who};
use crate::domain::fieldwork::job::{Job, JobCommand, Outcome, Visit, VisitStatus};
use crate::domain::people::technician::{DutyCommand, DutyStatus, Technician};
use crate::domain::plan::Route;
use crate::domain::{Command, Reading};
use crate::store::{Db, StoreError, tables};
use crate::units::id::{JobId, OrganizationId, TechnicianId};
use crate::units::{LocalDay, Point, TimeWindow, Timestamp};
use rand::RngExt;
use std::collections::HashMap;

/// Positions come this often in domain time, and at most this often in real time.
const READING_S: f64 = 5.0;
const READING_REAL_S: f64 = 0.5;
/// A driver who waits looks again this often in domain time, and at most this often in real time.
const LOOK_S: f64 = 20.0;
const LOOK_REAL_S: f64 = 1.0;

/// What a driver knows after a look.
struct Look {
    technician: Technician,
    duty: DutyStatus,
    shift: Option<TimeWindow>,
    next: Option<(Job, Visit, Point)>,
    last: Option<Reading>,
}

/// Lives a technician's days until the program stops.
pub async fn drive(world: World, id: TechnicianId) {
    let who = Who::User {
        id: crate::units::id::UserId::derived(id.0, "simulated phone"),
        role: Role::Technician,
        technician: Some(id),
    };
    let driver = Driver { world, id, who };
    loop {
        let Some(look) = driver.look().await else {
            driver.world.wait_s(driver.look_every_s()).await;
            continue;
        };
        driver.act(look).await;
    }
}

/// The published visit of a route that is under way, else its first one that is not over.
fn find_next(
    db: &mut Db,
    organization: OrganizationId,
    route: &Route,
) -> Result<Option<(Job, Visit, Point)>, StoreError> {
    let ids: Vec<JobId> = route.stops.iter().map(|stop| stop.job).collect();
    let jobs: HashMap<JobId, Job> =
        tables::job::list(db, organization, &ids)?.into_iter().map(|job| (job.id, job)).collect();
    let ahead = route.stops.iter().filter_map(|stop| {
        let job = jobs.get(&stop.job)?;
        let visit = job.find_visit(stop.visit)?;
        let told = !visit.status.is_over() && visit.status != VisitStatus::Planned;
        told.then_some((job, visit))
    });
    // Of those that are equal, the first.
    let Some((job, visit)) = ahead.min_by_key(|(_, visit)| !visit.status.is_under_way()) else {
        return Ok(None);
    };
    let location = tables::location::find(db, organization, job.location)?;
    Ok(location.map(|location| (job.clone(), visit.clone(), *location.at)))
}

struct Driver {
    world: World,
    id: TechnicianId,
    who: Who,
}

impl Driver {
    async fn look(&self) -> Option<Look> {
        let (organization, id, zone, now) =
            (self.world.organization, self.id, self.world.zone, self.world.now());
        self.world
            .read(move |db| {
                let Some(technician) = tables::technician::find(db, organization, id)? else {
                    return Ok(None);
                };
                let duty = tables::duty::find(db, organization, id)?
                    .map_or(DutyStatus::Off, |duty| duty.status);
                let day = LocalDay::at(now, zone);
                let next = match tables::route::find(db, organization, Route::id_for(id, day))? {
                    Some(route) => find_next(db, organization, &route)?,
                    None => None,
                };
                let shift = technician.shift_on(day, zone);
                let last = crate::store::positions::find_last(db, organization, id)?;
                Ok(Some(Look { technician, duty, shift, next, last }))
            })
            .await
            .flatten()
    }

    async fn act(&self, look: Look) {
        let now = self.world.now();
        let here = look.last.map_or(*look.technician.start, |reading| reading.point);
        let on_shift = look.shift.is_some_and(|shift| shift.contains(now));
        match (look.duty, look.next) {
            (DutyStatus::Sick, _) => self.world.wait_s(60.0).await,
            (DutyStatus::Off, _) if on_shift && look.technician.active => {
                let _ = self
                    .wish(
                        &format!("start {}", now.ms()),
                        Command::Duty(self.id, DutyCommand::Start),
                    )
                    .await;
                self.report(here, None, 0.0).await;
            }
            (DutyStatus::Off, _) => self.world.wait_s(60.0).await,
            (DutyStatus::On, Some((job, visit, place))) => {
                self.next_step(&job, &visit, here, place).await;
            }
            (DutyStatus::On, None) if !on_shift => {
                self.go_home(&look.technician, here).await;
                let _ = self
                    .wish(&format!("end {}", now.ms()), Command::Duty(self.id, DutyCommand::End))
                    .await;
            }
            (DutyStatus::On, None) => self.stand(here, self.look_every_s()).await,
        }
    }

    async fn next_step(&self, job: &Job, visit: &Visit, here: Point, place: Point) {
        let mut chance = self.world.chance(visit.id.0, "driver");
        let now = self.world.now();
        let about = visit.id;
        match visit.status {
            VisitStatus::Published => {
                self.stand(here, chance.random_range(10.0..60.0)).await;
                let _ = self
                    .field(
                        job,
                        &format!("accept {about} {}", now.ms()),
                        JobCommand::Accept { visit: about },
                    )
                    .await;
            }
            VisitStatus::Accepted => {
                let travel_s = self
                    .world
                    .path(here, place)
                    .await
                    .map_or(600.0, |path| f64::from(path.leg.duration_ds) / 10.0);
                let leave_at = visit.planned.from.plus_secs(-(travel_s * 1.1) as i64 - 120);
                if now < leave_at {
                    let ahead_s = leave_at.ms_since(now) as f64 / 1000.0;
                    self.stand(here, self.look_every_s().min(ahead_s)).await;
                } else {
                    let _ = self
                        .field(
                            job,
                            &format!("depart {about} {}", now.ms()),
                            JobCommand::Depart { visit: about },
                        )
                        .await;
                }
            }
            VisitStatus::EnRoute => {
                if self.drive_to(here, place, Some((job.id, about))).await {
                    // The geofence has usually seen it by now; a tap on "I'm here" does no harm.
                    self.stand(place, 20.0).await;
                    let _ = self
                        .field(
                            job,
                            &format!("arrive {about} {}", now.ms()),
                            JobCommand::Arrive { visit: about },
                        )
                        .await;
                }
            }
            VisitStatus::OnSite => {
                let pace = chance.random_range(0.75..1.25);
                let started_at = visit
                    .arrived_at
                    .unwrap_or(now)
                    .max(job.wanted.map_or(Timestamp(0), |wanted| wanted.from));
                let done_at =
                    started_at.plus_ms((f64::from(job.duration_s) * 1000.0 * pace) as i64);
                if now < done_at {
                    self.stand(
                        here,
                        (done_at.ms_since(now) as f64 / 1000.0).min(self.look_every_s().max(60.0)),
                    )
                    .await;
                } else {
                    let outcome = match chance.random_range(0..40) {
                        0 => Outcome::NoShow,
                        1 => Outcome::Partial,
                        _ => Outcome::Completed,
                    };
                    let command =
                        JobCommand::Finish { visit: about, outcome, remark: String::new() };
                    let _ = self.field(job, &format!("finish {about}"), command).await;
                }
            }
            _ => self.stand(here, LOOK_S).await,
        }
    }

    /// Drives along the streets, reporting on the way. Answers whether the place was reached: the office
    /// may have changed its mind.
    async fn drive_to(
        &self,
        from: Point,
        to: Point,
        visit: Option<(JobId, crate::units::id::VisitId)>,
    ) -> bool {
        let Some(path) = self.world.path(from, to).await else {
            self.stand(from, LOOK_S).await;
            return false;
        };
        let mut chance = self.world.chance(self.id.0, &format!("drive {}", self.world.now().ms()));
        // Traffic: a little slower than the map says, as on most days.
        let traffic = chance.random_range(1.0..1.25);
        let started_at = self.world.now();
        let mut looked_at = started_at;
        loop {
            self.world.wait_s(self.reading_every_s()).await;
            let now = self.world.now();
            let driven_ds = now.ms_since(started_at) as f64 / 100.0 / traffic;
            let (place, heading, speed_kmh) = along(&path.geometry, &path.elapsed_ds, driven_ds);
            let noise =
                |chance: &mut rand_chacha::ChaCha8Rng| (chance.random::<f64>() - 0.5) * 5e-5;
            let seen = Point::parse(place.lat + noise(&mut chance), place.lon + noise(&mut chance))
                .unwrap_or(place);
            self.report(seen, heading, speed_kmh / traffic).await;
            if driven_ds >= f64::from(path.leg.duration_ds) {
                return true;
            }
            if let Some((job, visit)) = visit
                && now.secs_since(looked_at) >= 30
            {
                looked_at = now;
                let organization = self.world.organization;
                let job = self
                    .world
                    .read(move |db| tables::job::find(db, organization, job))
                    .await
                    .flatten();
                let still_mine = job.is_some_and(|job| {
                    job.find_visit(visit).is_some_and(|visit| {
                        visit.status.is_under_way() && visit.technician == self.id
                    })
                });
                if !still_mine {
                    return false;
                }
            }
        }
    }

    async fn go_home(&self, technician: &Technician, here: Point) {
        let Some(home) = technician.end.as_ref() else { return };
        if here.distance_m(**home) > 100.0 {
            self.drive_to(here, **home, None).await;
        }
    }

    /// Stands still for so long, with a sign of life now and then.
    async fn stand(&self, at: Point, seconds: f64) {
        self.report(at, None, 0.0).await;
        self.world.wait_s(seconds.max(1.0)).await;
    }

    async fn report(&self, point: Point, heading_deg: Option<f32>, speed_kmh: f64) {
        let reading = Reading {
            technician: self.id,
            at: self.world.now(),
            point,
            accuracy_m: Some(5.0),
            speed_kmh: Some(speed_kmh as f32),
            heading_deg,
            altitude_m: None,
            battery: Some(0.8),
        };
        self.world.report(self.id, reading).await;
    }

    fn look_every_s(&self) -> f64 {
        LOOK_S.max(LOOK_REAL_S * self.world.clock().speed())
    }

    fn reading_every_s(&self) -> f64 {
        READING_S.max(READING_REAL_S * self.world.clock().speed())
    }

    async fn field(&self, job: &Job, word: &str, command: JobCommand) -> Result<(), ()> {
        self.wish(word, Command::Job(job.id, command)).await
    }

    async fn wish(&self, word: &str, command: Command) -> Result<(), ()> {
        let word = format!("{} {word}", self.id);
        if self.world.wish(self.who, &word, command).await.is_ok() {
            return Ok(());
        }
        // Whatever it was, the next look tells how things stand now.
        self.world.wait_s(LOOK_S).await;
        Err(())
    }
}

/// Where one is after so many tenths of a second on a path, with heading and speed.
fn along(geometry: &[Point], elapsed_ds: &[u32], driven_ds: f64) -> (Point, Option<f32>, f64) {
    let after = elapsed_ds.partition_point(|elapsed| f64::from(*elapsed) <= driven_ds);
    let Some(last) = geometry.last().copied() else {
        return (Point { lat: 0.0, lon: 0.0 }, None, 0.0);
    };
    if after == 0 || after >= geometry.len() {
        return (if after == 0 { geometry[0] } else { last }, None, 0.0);
    }
    let (from, to) = (geometry[after - 1], geometry[after]);
    let (began, ends) = (f64::from(elapsed_ds[after - 1]), f64::from(elapsed_ds[after]));
    let share = if ends > began { (driven_ds - began) / (ends - began) } else { 0.0 };
    let place = Point {
        lat: from.lat + (to.lat - from.lat) * share,
        lon: from.lon + (to.lon - from.lon) * share,
    };
    let speed_kmh =
        if ends > began { from.distance_m(to) / ((ends - began) / 10.0) * 3.6 } else { 0.0 };
    (place, Some(from.bearing_deg(to) as f32), speed_kmh.min(130.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_the_time_of_a_straight_street_is_half_its_way() {
        let north = |metres: f64| Point::parse(35.9 + metres / 111_195.0, 14.5).unwrap();
        let geometry = [north(0.0), north(100.0), north(300.0)];
        let elapsed_ds = [0, 100, 300];
        let (place, heading, speed_kmh) = along(&geometry, &elapsed_ds, 200.0);
        assert!(place.distance_m(north(200.0)) < 0.5);
        assert!(heading.unwrap() < 0.1);
        assert!((speed_kmh - 36.0).abs() < 0.2);
        assert_eq!(along(&geometry, &elapsed_ds, 900.0).0, geometry[2]);
    }
}

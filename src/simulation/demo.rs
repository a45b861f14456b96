//! The demo: the sample organization on a clock of its own, which is kept in the data folder and goes on
//! where it stood.

use super::sample::{self, Login, SampleOptions};
use super::world::World;
use super::{day, live_on};
use crate::actors::{Live, Refusal};
use crate::auth::secret;
use crate::domain::Command;
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::job::JobStatus;
use crate::domain::fieldwork::tracking_link::{AGE_MS_MAX, TrackingLink};
use crate::roads::Map;
use crate::store::{Store, StoreError, journal, tables};
use crate::units::id::TrackingLinkId;
use crate::units::{Clock, LocalDay, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// The clock's file is written this often, in real time.
const SAVE_EVERY: Duration = Duration::from_secs(1);
/// Technicians of the sample.
const TECHNICIANS: usize = 12;
/// Tracking links that are handed out at the start.
const LINKS: usize = 3;

/// What the demo is to be like.
#[derive(Debug, Clone, Copy)]
pub struct DemoOptions {
    pub seed: u64,
    /// Domain seconds per real second.
    pub speed: f64,
}

/// What a visitor needs to look around.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub logins: Vec<Login>,
    /// Tokens of tracking links, for `/t#TOKEN`.
    pub tracking: Vec<String>,
}

/// The demo's clock: where it stood, but never before what is recorded; eight in the morning of today for
/// a new one.
pub fn clock(
    data: &Path,
    store: &Store,
    zone: chrono_tz::Tz,
    speed: f64,
) -> Result<Clock, StoreError> {
    let recorded = store.read_now(|db| {
        let mut last = None;
        for organization in tables::organization::list_all(db)? {
            let head = journal::head(db, organization.id)?;
            let facts = journal::since(db, organization.id, head - 1, 1)?;
            last = last.max(facts.last().map(|fact| fact.recorded_at));
        }
        Ok(last)
    })?;
    let start = match (saved(data), recorded) {
        (None, None) => day::opening(LocalDay::at(crate::units::clock::real_now(), zone), zone),
        (saved, recorded) => saved.max(recorded).unwrap_or_default(),
    };
    Ok(Clock::running(start, speed))
}

fn file(data: &Path) -> PathBuf {
    data.join("demo-clock")
}

/// Whether this data folder is a demo's.
pub fn has_clock(data: &Path) -> bool {
    file(data).exists()
}

fn saved(data: &Path) -> Option<Timestamp> {
    std::fs::read_to_string(file(data)).ok()?.trim().parse().ok().map(Timestamp)
}

/// Writes the clock down again and again. A new file takes the old one's place whole, so that a crash
/// leaves one or the other.
pub async fn keep_clock(clock: Clock, data: PathBuf) {
    loop {
        let (now, data) = (clock.now(), data.clone());
        let written = tokio::task::spawn_blocking(move || {
            let fresh = data.join("demo-clock.new");
            std::fs::write(&fresh, now.ms().to_string())?;
            std::fs::rename(&fresh, file(&data))
        });
        if let Ok(Err(error)) = written.await {
            tracing::warn!(error = %error, "the demo's clock could not be written down");
        }
        tokio::time::sleep(SAVE_EVERY).await;
    }
}

/// Makes the sample (if it is not there), its day, and lets everyone live on.
pub async fn open(
    live: &Live,
    store: &Store,
    map: &Arc<Map>,
    zone: chrono_tz::Tz,
    options: DemoOptions,
) -> Result<Visitor, Refusal> {
    let password_hash = crate::auth::password::hash(sample::PASSWORD.to_owned())
        .await
        .map_err(|_| Refusal::Broken)?;
    let sample_options =
        SampleOptions { seed: options.seed, technicians: TECHNICIANS, zone, password_hash };
    let sampled = sample::found(live, map, &sample_options).await?;
    let world = World {
        live: live.clone(),
        store: store.clone(),
        map: map.clone(),
        organization: sampled.organization,
        territory: sampled.territory,
        zone,
        seed: options.seed,
    };
    day::prepare(&world).await;
    let tracking = hand_out_links(&world).await;
    actix::spawn(live_on(world));
    Ok(Visitor { logins: sample::logins(TECHNICIANS), tracking })
}

/// New links for some of the day's customers; the old ones' tokens are not kept anywhere.
async fn hand_out_links(world: &World) -> Vec<String> {
    let (organization, territory, day) = (world.organization, world.territory, world.today());
    let jobs = world.read(move |db| {
        let mut jobs = Vec::new();
        for route in tables::route::list_of_day(db, organization, territory, day)? {
            for stop in route.stops {
                if let Some(job) = tables::job::find(db, organization, stop.job)?
                    && matches!(job.status, JobStatus::Scheduled | JobStatus::InProgress)
                {
                    jobs.push((stop.planned.from, job.id));
                }
            }
        }
        jobs.sort_unstable();
        Ok(jobs)
    });
    let mut tokens = Vec::new();
    for (_, job) in jobs.await.unwrap_or_default().into_iter().take(LINKS) {
        let token = secret::new_link_token();
        let Some(token_hash) = secret::link_token_hash(&token) else { continue };
        let now = world.now();
        let id = TrackingLinkId::new(now);
        let link = TrackingLink {
            id,
            job,
            token_hash,
            made_at: now,
            expires_at: now.plus_ms(AGE_MS_MAX),
            revoked_at: None,
            version: 0,
        };
        let who = sample::dispatcher(organization);
        let command = Command::Clerk(ClerkCommand::MakeTrackingLink(link));
        if world.wish(who, &format!("link {id}"), command).await.is_ok() {
            tokens.push(token);
        }
    }
    tokens
}

/// The time zone of a place, as far as its longitude tells: for maps of which nothing else is known.
pub fn zone_by_longitude(longitude: f64) -> chrono_tz::Tz {
    let hours = (longitude / 15.0).round() as i32;
    // The sign in these names is turned: Etc/GMT-1 is one hour east.
    let name = match hours {
        0 => "Etc/GMT".to_owned(),
        east @ 1.. => format!("Etc/GMT-{east}"),
        west => format!("Etc/GMT+{}", -west),
    };
    name.parse().unwrap_or(chrono_tz::UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn east_of_greenwich_the_clock_is_ahead() {
        assert_eq!(zone_by_longitude(14.5).name(), "Etc/GMT-1");
        assert_eq!(zone_by_longitude(-74.0).name(), "Etc/GMT+5");
        assert_eq!(zone_by_longitude(-179.9).name(), "Etc/GMT+12");
    }

    #[test]
    fn the_clock_goes_on_where_it_stood_and_never_before_what_is_written_down() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(saved(folder.path()), None);
        std::fs::write(file(folder.path()), "1700000000000\n").unwrap();
        assert_eq!(saved(folder.path()), Some(Timestamp(1_700_000_000_000)));
        std::fs::write(file(folder.path()), "half a num").unwrap();
        assert_eq!(saved(folder.path()), None);
    }
}

//! The sample's dispatcher while nobody sits there: tells customers their windows and technicians their
//! stops, a few minutes after they were planned. A person at the console is always faster and is not
//! interfered with: nothing is moved, nothing is applied.

use super::sample;
use super::world::World;
use crate::domain::Command;
use crate::domain::fieldwork::job::{JobCommand, JobStatus};
use crate::domain::plan::PlanCommand;
use crate::store::tables;
use crate::units::id::JobId;
use crate::units::{TimeWindow, Timestamp};

/// Publishes the day's new stops this often, in domain seconds.
const ROUND_S: f64 = 600.0;

/// Promises and publishes until the day ends.
pub async fn keep_publishing(world: World, until: Timestamp) {
    while world.now() < until {
        publish(&world).await;
        world.wait_s(ROUND_S).await;
    }
}

/// Promises what was not promised yet, then publishes the day.
pub async fn publish(world: &World) {
    let who = sample::dispatcher(world.organization);
    let day = world.today();
    for (job, window) in unpromised(world).await {
        let command = Command::Job(job, JobCommand::Promise { seen: None, window });
        let _ = world.wish(who, &format!("promise {job}"), command).await;
    }
    let command = PlanCommand::Publish { day, technicians: Vec::new(), seen: Vec::new() };
    let word = format!("publish {}", world.now().ms());
    let _ = world.wish(who, &word, Command::Plan(world.territory, command)).await;
}

/// Planned jobs of the day without a promise, with the window to promise: the planned arrival, widened
/// and rounded to quarters of an hour, but not before what the customer wanted.
async fn unpromised(world: &World) -> Vec<(JobId, TimeWindow)> {
    let (organization, territory, day) = (world.organization, world.territory, world.today());
    let read = world.read(move |db| {
        let settings = tables::organization::find(db, organization)?
            .map(|found| found.settings)
            .unwrap_or_default();
        let mut found = Vec::new();
        for route in tables::route::list_of_day(db, organization, territory, day)? {
            for stop in route.stops {
                let Some(job) = tables::job::find(db, organization, stop.job)? else { continue };
                if job.promised.is_none() && job.status == JobStatus::Scheduled {
                    let slack_s = i64::from(settings.promise_slack_s);
                    found.push((job.id, promise(stop.planned.from, slack_s, job.wanted)));
                }
            }
        }
        Ok(found)
    });
    read.await.unwrap_or_default()
}

fn promise(arrival: Timestamp, slack_s: i64, wanted: Option<TimeWindow>) -> TimeWindow {
    const QUARTER_S: i64 = 900;
    let from = arrival.plus_secs(-slack_s).secs().div_euclid(QUARTER_S) * QUARTER_S;
    let until = -(-arrival.plus_secs(slack_s).secs()).div_euclid(QUARTER_S) * QUARTER_S;
    let (from, until) = (Timestamp::from_secs(from), Timestamp::from_secs(until));
    let opens_at = wanted.map(|wanted| wanted.from).filter(|opens_at| *opens_at < until);
    TimeWindow { from: opens_at.map_or(from, |opens_at| from.max(opens_at)), until }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_promise_is_whole_quarters_around_the_planned_arrival() {
        let window = promise(Timestamp::from_secs(10_000), 1_800, None);
        assert_eq!((window.from.secs(), window.until.secs()), (8_100, 12_600));
    }

    #[test]
    fn a_promise_does_not_begin_before_the_customer_is_there() {
        let noon = Timestamp::from_secs(43_200);
        let wanted = TimeWindow { from: noon, until: noon.plus_secs(7_200) };
        let window = promise(noon, 1_800, Some(wanted));
        assert_eq!((window.from, window.until), (noon, noon.plus_secs(1_800)));
    }
}

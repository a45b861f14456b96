//! One day after another: calls before eight, the day's plan, then everyone at work until the evening; and
//! the night is short.

use super::caller::{self, Call};
use super::world::World;
use super::{dispatcher, driver, sample};
use crate::domain::Command;
use crate::domain::plan::PlanCommand;
use crate::store::tables;
use crate::units::{LocalDay, Timestamp};
use rand::RngExt;

/// Calls that are in before the day begins, and those that come while it runs.
const CALLS_BEFORE: u32 = 60;
const CALLS_DURING: u32 = 20;
/// Minutes after midnight: the day begins, the last call comes in, the day is over.
const BEGIN_MINUTE: u16 = 480;
const LAST_CALL_MINUTE: u16 = 930;
const END_MINUTE: u16 = 1_200;

/// Where the clock of a new demo stands: eight in the morning of this day.
pub fn opening(day: LocalDay, zone: chrono_tz::Tz) -> Timestamp {
    day.minute(BEGIN_MINUTE, zone)
}

/// Calls, plan and promises of a day before anybody moves. What was done already is not done again.
pub async fn prepare(world: &World) {
    let day = world.today();
    let earliest = opening(day, world.zone);
    for number in 0..CALLS_BEFORE {
        caller::take(world, &Call { day, number, urgent: false, earliest }).await;
    }
    let who = sample::dispatcher(world.organization);
    let place_all = Command::Plan(world.territory, PlanCommand::PlaceAll { day });
    let _ = world.wish(who, &format!("place all {day}"), place_all).await;
    dispatcher::publish(world).await;
}

/// Lives on from here, day after day, until the program stops.
pub async fn live_on(world: World) {
    let organization = world.organization;
    let technicians = world
        .read(move |db| tables::technician::list_all(db, organization))
        .await
        .unwrap_or_default();
    for technician in technicians {
        actix::spawn(driver::drive(world.clone(), technician.id));
    }
    loop {
        let day = world.today();
        let end = day.minute(END_MINUTE, world.zone);
        prepare(&world).await;
        actix::spawn(dispatcher::keep_publishing(world.clone(), end));
        take_calls(&world, day).await;
        world.wait_until(end).await;
        world.clock().put_forward(opening(day.next(), world.zone));
    }
}

/// The calls of the running day, each at its time; those of before a restart are known by their ids.
async fn take_calls(world: &World, day: LocalDay) {
    for number in CALLS_BEFORE..CALLS_BEFORE + CALLS_DURING {
        let about =
            uuid::Uuid::new_v5(&world.organization.0, format!("call {day} {number}").as_bytes());
        let mut chance = world.chance(about, "time");
        let share = f64::from(number - CALLS_BEFORE) / f64::from(CALLS_DURING);
        let minute = f64::from(BEGIN_MINUTE) + share * f64::from(LAST_CALL_MINUTE - BEGIN_MINUTE);
        let at = day.minute(minute as u16, world.zone).plus_secs(chance.random_range(0..900));
        world.wait_until(at).await;
        if world.today() != day {
            return;
        }
        let urgent = chance.random_range(0..5) == 0;
        caller::take(world, &Call { day, number, urgent, earliest: at.plus_secs(900) }).await;
    }
}

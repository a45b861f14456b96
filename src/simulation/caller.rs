//! Customers who ask for work: most of them before the day begins, some while it runs, a few of them in a
//! hurry, and now and then one who changes their mind.

use super::sample::{dispatcher, service_types};
use super::words::{FIRST_NAMES, LAST_NAMES};
use super::world::World;
use crate::actors::Refusal;
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::job::{JobCommand, JobDetails, NewJob};
use crate::domain::people::customer::{Customer, Location};
use crate::domain::text::Pii;
use crate::domain::{Command, Who};
use crate::store::tables;
use crate::units::id::{CustomerId, JobId, LocationId};
use crate::units::{LocalDay, TimeWindow, Timestamp};
use rand::RngExt;
use rand::seq::IndexedRandom;

/// So often a number is asked for anew.
const NUMBERS_TRIED_MAX: u32 = 8;

/// A request as it comes in over the phone.
pub struct Call {
    pub day: LocalDay,
    /// The how-manieth of the day.
    pub number: u32,
    pub urgent: bool,
    /// Not before this.
    pub earliest: Timestamp,
}

/// Takes a call: customer, location and job come to be. The planner places the job.
pub async fn take(world: &World, call: &Call) -> Option<JobId> {
    let word = format!("call {} {}", call.day, call.number);
    let about = uuid::Uuid::new_v5(&world.organization.0, word.as_bytes());
    let mut chance = world.chance(about, "call");
    let who = dispatcher(world.organization);
    let (first, last) = (FIRST_NAMES.choose(&mut chance)?, LAST_NAMES.choose(&mut chance)?);
    let customer = CustomerId::derived(about, "customer");
    let location = LocationId::derived(about, "location");
    let job = JobId::derived(about, "job");
    let at = world.random_place(&mut chance);
    let address = address(world, at);

    let facts = Customer {
        id: customer,
        name: Pii(format!("{first} {last}")),
        phone: Pii(format!("+35699{:06}", chance.random_range(0..1_000_000))),
        email: Pii(format!("{}.{}@customer.example", first.to_lowercase(), last.to_lowercase())),
        notes: Pii(String::new()),
        version: 0,
    };
    clerk(world, who, &format!("{word} customer"), ClerkCommand::SaveCustomer(facts)).await?;
    let facts = Location {
        id: location,
        customer,
        address: Pii(address),
        at: Pii(at),
        notes: Pii(String::new()),
        version: 0,
    };
    clerk(world, who, &format!("{word} location"), ClerkCommand::SaveLocation(facts)).await?;

    let (service_type, title) = *service_types(world.organization).choose(&mut chance)?;
    let organization = world.organization;
    let service = world
        .read(move |db| tables::service_type::find(db, organization, service_type))
        .await
        .flatten()?;
    let wanted = wanted(world, call, &mut chance);
    for _ in 0..NUMBERS_TRIED_MAX {
        let number = world.read(move |db| tables::job::next_number(db, organization)).await?;
        let new = NewJob {
            number,
            territory: world.territory,
            customer,
            location,
            service_type,
            details: JobDetails { title: Pii(title.to_owned()), ..JobDetails::default() },
            priority: if call.urgent { 90 } else { service.priority },
            duration_s: service.duration_s,
            skills: service.skills.clone(),
            load: service.load.clone(),
            needs_approval: service.needs_approval,
            wanted,
            technician: None,
        };
        let command = Command::Job(job, JobCommand::Create(Box::new(new)));
        match world.wish(who, &format!("{word} job"), command).await {
            Ok(_) => return Some(job),
            // Somebody else's job was given this number first: take the next one.
            Err(Refusal::Rejected(rejection)) if rejection.code == "number_taken" => {}
            Err(_) => return None,
        }
    }
    None
}

async fn clerk(world: &World, who: Who, word: &str, command: ClerkCommand) -> Option<()> {
    world.wish(who, word, Command::Clerk(command)).await.ok().map(|_| ())
}

/// Two hours for most, half a day for some, soon for those in a hurry.
fn wanted(world: &World, call: &Call, chance: &mut impl rand::Rng) -> Option<TimeWindow> {
    let minute = |minute: u16| call.day.minute(minute, world.zone);
    if call.urgent {
        return TimeWindow::parse(call.earliest, call.earliest.plus_secs(2 * 3_600)).ok();
    }
    let (from, length_minutes) = match chance.random_range(0..10) {
        0..6 => (480 + 60 * chance.random_range(0..7_u16), 120),
        6..8 => (480, 300),
        _ => (780, 240),
    };
    let from = minute(from).max(call.earliest);
    let until =
        minute((from.secs_since(minute(0)) / 60) as u16 + length_minutes).min(minute(1_020));
    TimeWindow::parse(from, until.max(from.plus_secs(3_600))).ok()
}

/// The address that the map knows nearest to a place.
fn address(world: &World, at: crate::units::Point) -> String {
    let place = world.map.places.reverse(at);
    place.map_or_else(|| format!("{:.5}, {:.5}", at.lat, at.lon), |place| place.label)
}

//! The Clerk: one per organization, keeps the books: who and what there is (users, customers, locations,
//! service types, technicians, trucks, territories), sessions and tracking links.
//!
//! Changes here are rare and simple: the version that the caller saw must be the present one, the fields
//! must be right, and what is named must be there. The Clerk keeps no state between commands.

use crate::actors::execute::{Around, Carry, Refusal, carry_out_anew};
use crate::domain::access::{Permission, permits};
use crate::domain::command::ClerkCommand;
use crate::domain::fieldwork::service_type::ServiceType;
use crate::domain::fleet::truck::Truck;
use crate::domain::people::customer::{Customer, Location};
use crate::domain::people::organization::Organization;
use crate::domain::people::technician::Technician;
use crate::domain::people::territory::Territory;
use crate::domain::people::user::User;
use crate::domain::streets::street_change::{COUNT_MAX, StreetChange};
use crate::domain::{Aggregate, Answer, Command, Decision, Envelope, Event, Rejection, Row};
use crate::store::{Db, StoreError, tables};
use crate::units::id::OrganizationId;
use actix::prelude::*;
use serde::Serialize;

pub struct Clerk {
    around: Around,
    organization: OrganizationId,
}

impl Clerk {
    pub fn new(around: Around, organization: OrganizationId) -> Self {
        Self { around, organization }
    }
}

impl Actor for Clerk {
    type Context = Context<Self>;
}

impl Handler<Carry> for Clerk {
    type Result = AtomicResponse<Self, Result<Answer, Refusal>>;

    fn handle(&mut self, Carry(envelope): Carry, _: &mut Self::Context) -> Self::Result {
        let (around, organization) = (self.around.clone(), self.organization);
        let work = async move {
            let decide_anew = async || {
                let wish = envelope.clone();
                let decided = around.store.read(move |db| decide(db, organization, &wish)).await?;
                Ok(decided?)
            };
            carry_out_anew(&around, &envelope, decide_anew).await
        };
        AtomicResponse::new(Box::pin(work.into_actor(self)))
    }
}

type Decided = Result<Decision, Rejection>;

/// A noun in the books.
trait Noun: Serialize + Clone {
    const NAME: &'static str;
    fn aggregate(&self) -> Aggregate;
    fn version(&self) -> u32;
    fn with_version(self, version: u32) -> Self;
    fn row(self) -> Row;
    fn present(
        &self,
        db: &mut Db,
        organization: OrganizationId,
    ) -> Result<Option<Self>, StoreError>;
    fn checked(self) -> Result<Self, Rejection>;
}

macro_rules! nouns {
    ($($noun:ident, $name:literal, $table:ident, |$value:ident| $check:expr;)*) => {$(
        impl Noun for $noun {
            const NAME: &'static str = $name;
            fn aggregate(&self) -> Aggregate {
                Aggregate::$noun(self.id)
            }
            fn version(&self) -> u32 {
                self.version
            }
            fn with_version(mut self, version: u32) -> Self {
                self.version = version;
                self
            }
            fn row(self) -> Row {
                Row::$noun(self)
            }
            fn present(&self, db: &mut Db, organization: OrganizationId) -> Result<Option<Self>, StoreError> {
                tables::$table::find(db, organization, self.id)
            }
            fn checked(self) -> Result<Self, Rejection> {
                let $value = self;
                $check
            }
        }
    )*};
}

nouns! {
    Territory, "territory", territory, |value| value.validate().map(|()| value);
    User, "user", user, |value| value.validated();
    Customer, "customer", customer, |value| value.validated();
    Location, "location", location, |value| value.validated();
    ServiceType, "service type", service_type, |value| value.validated();
    Technician, "technician", technician, |value| value.validated();
    Truck, "truck", truck, |value| value.validated();
    StreetChange, "street change", street_change, |value| value.validated();
}

impl Noun for Organization {
    const NAME: &'static str = "organization";
    fn aggregate(&self) -> Aggregate {
        Aggregate::Organization(self.id)
    }
    fn version(&self) -> u32 {
        self.version
    }
    fn with_version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }
    fn row(self) -> Row {
        Row::Organization(self)
    }
    fn present(
        &self,
        db: &mut Db,
        organization: OrganizationId,
    ) -> Result<Option<Self>, StoreError> {
        tables::organization::find(db, organization)
    }
    fn checked(self) -> Result<Self, Rejection> {
        self.validate().map(|()| self)
    }
}

fn decide(
    db: &mut Db,
    organization: OrganizationId,
    envelope: &Envelope,
) -> Result<Decided, StoreError> {
    let Command::Clerk(command) = &envelope.command else {
        return Ok(Err(Rejection::not_found("command")));
    };
    match command {
        ClerkCommand::SaveOrganization(noun) => {
            if noun.id == organization {
                save(db, organization, noun.clone())
            } else {
                Ok(Err(Rejection::not_found("organization")))
            }
        }
        ClerkCommand::SaveTerritory(noun) => save(db, organization, noun.clone()),
        ClerkCommand::SaveUser(noun) => save_user(db, organization, noun, envelope),
        ClerkCommand::SaveCustomer(noun) => save(db, organization, noun.clone()),
        ClerkCommand::SaveLocation(noun) => {
            if tables::customer::find(db, organization, noun.customer)?.is_none() {
                return Ok(Err(named("customer")));
            }
            save(db, organization, noun.clone())
        }
        ClerkCommand::SaveServiceType(noun) => save(db, organization, noun.clone()),
        ClerkCommand::SaveTechnician(noun) => {
            if tables::territory::find(db, organization, noun.territory)?.is_none() {
                return Ok(Err(named("territory")));
            }
            if let Some(truck) = noun.truck
                && tables::truck::find(db, organization, truck)?.is_none()
            {
                return Ok(Err(named("truck")));
            }
            save(db, organization, noun.clone())
        }
        ClerkCommand::SaveTruck(noun) => {
            if tables::territory::find(db, organization, noun.territory)?.is_none() {
                return Ok(Err(named("territory")));
            }
            save(db, organization, noun.clone())
        }
        ClerkCommand::RemoveTerritory(id, seen) => {
            let found = tables::territory::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::RemoveUser(id, seen) => {
            if envelope.who.user() == Some(*id) {
                return Ok(Err(Rejection::conflict(
                    "cannot_remove_oneself",
                    "you cannot remove your own login; ask another owner",
                )));
            }
            let found = tables::user::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::RemoveCustomer(id, seen) => {
            let found = tables::customer::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::RemoveLocation(id, seen) => {
            let found = tables::location::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::RemoveServiceType(id, seen) => {
            let found = tables::service_type::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::RemoveTechnician(id, seen) => {
            let found = tables::technician::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::RemoveTruck(id, seen) => {
            let found = tables::truck::find(db, organization, *id)?;
            Ok(remove(found, *seen))
        }
        ClerkCommand::OpenSession(session) => {
            let mut session = session.clone();
            session.version = 1;
            let event = Event::SessionOpened { user: session.user };
            Ok(Ok(one(Aggregate::Session(session.id), 1, event, Row::Session(session))))
        }
        ClerkCommand::RotateSession(session) => {
            let Some(present) = tables::session::find(db, organization, session.id)? else {
                return Ok(Err(Rejection::not_found("session")));
            };
            if present.version != session.version {
                return Ok(Err(Rejection::stale("session", session.version, present.version)));
            }
            let mut session = session.clone();
            session.version += 1;
            let version = session.version;
            Ok(Ok(one(
                Aggregate::Session(session.id),
                version,
                Event::SessionRotated,
                Row::Session(session),
            )))
        }
        ClerkCommand::RevokeSession(id) => {
            let Some(mut session) = tables::session::find(db, organization, *id)? else {
                return Ok(Err(Rejection::not_found("session")));
            };
            if session.revoked_at.is_some() {
                return Ok(Ok(Decision::unchanged(Aggregate::Session(*id), session.version)));
            }
            session.version += 1;
            session.revoked_at = Some(crate::units::clock::real_now());
            let version = session.version;
            Ok(Ok(one(
                Aggregate::Session(*id),
                version,
                Event::SessionRevoked,
                Row::Session(session),
            )))
        }
        ClerkCommand::MakeTrackingLink(link) => {
            let Some(job) = tables::job::find(db, organization, link.job)? else {
                return Ok(Err(Rejection::not_found("job")));
            };
            let mut link = link.clone();
            link.version = 1;
            let event = Event::TrackingLinkMade { job: job.id };
            Ok(Ok(one(Aggregate::TrackingLink(link.id), 1, event, Row::TrackingLink(link))))
        }
        ClerkCommand::RevokeTrackingLink(id) => {
            let Some(mut link) = tables::tracking_link::find(db, organization, *id)? else {
                return Ok(Err(Rejection::not_found("tracking link")));
            };
            if link.revoked_at.is_some() {
                return Ok(Ok(Decision::unchanged(Aggregate::TrackingLink(*id), link.version)));
            }
            link.version += 1;
            link.revoked_at = Some(envelope.arrived_at);
            let (version, job) = (link.version, link.job);
            let event = Event::TrackingLinkRevoked { job };
            Ok(Ok(one(Aggregate::TrackingLink(*id), version, event, Row::TrackingLink(link))))
        }
        ClerkCommand::SaveStreetChange(noun) => {
            save_street_change(db, organization, noun, envelope)
        }
        ClerkCommand::LiftStreetChange(id, seen) => {
            let Some(present) = tables::street_change::find(db, organization, *id)? else {
                return Ok(Err(Rejection::not_found("street change")));
            };
            let now = envelope.arrived_at;
            if present.is_over(now) {
                return Ok(Ok(Decision::unchanged(Aggregate::StreetChange(*id), present.version)));
            }
            save(db, organization, StreetChange { lifted_at: Some(now), version: *seen, ..present })
        }
    }
}

/// A person may change their own name and password; the rest of a login is the owner's.
fn save_user(
    db: &mut Db,
    organization: OrganizationId,
    noun: &User,
    envelope: &Envelope,
) -> Result<Decided, StoreError> {
    if let Some(technician) = noun.technician
        && tables::technician::find(db, organization, technician)?.is_none()
    {
        return Ok(Err(named("technician")));
    }
    if !permits(&envelope.who, Permission::ManageUsers) {
        let Some(present) = tables::user::find(db, organization, noun.id)? else {
            return Ok(Err(Rejection::not_found("user")));
        };
        let allowed =
            User { name: noun.name.clone(), password_hash: noun.password_hash.clone(), ..present };
        if allowed != (User { version: allowed.version, ..noun.clone() }) {
            return Ok(Err(Rejection::forbidden("you may change your own name and password only")));
        }
    }
    save(db, organization, noun.clone())
}

/// Whoever makes a change of the streets stands in it; where it holds stays as it was made.
fn save_street_change(
    db: &mut Db,
    organization: OrganizationId,
    noun: &StreetChange,
    envelope: &Envelope,
) -> Result<Decided, StoreError> {
    let now = envelope.arrived_at;
    let mut noun = noun.clone();
    match tables::street_change::find(db, organization, noun.id)? {
        Some(present) if present.is_over(now) => {
            return Ok(Err(Rejection::conflict(
                "street_change_over",
                "this change of the streets is over; make another one",
            )));
        }
        Some(present) => {
            noun = StreetChange {
                effect: noun.effect,
                from: noun.from,
                until: noun.until,
                reason: noun.reason,
                version: noun.version,
                ..present
            };
        }
        None => {
            let known = tables::street_change::list_not_over(db, organization, now)?;
            if known.len() >= COUNT_MAX {
                return Ok(Err(Rejection::conflict(
                    "too_many_street_changes",
                    format!("there are {COUNT_MAX} changes of the streets already; lift some"),
                )));
            }
            (noun.made_by, noun.made_at, noun.lifted_at) = (envelope.who.user(), now, None);
        }
    }
    if noun.until.is_some_and(|until| until <= now) {
        return Ok(Err(Rejection::invalid(
            "until",
            "until must lie ahead; lift the change to end it now",
        )));
    }
    save(db, organization, noun)
}

/// Adds (version 0) or replaces (the version that was seen).
fn save<N: Noun>(
    db: &mut Db,
    organization: OrganizationId,
    noun: N,
) -> Result<Decided, StoreError> {
    let present = noun.present(db, organization)?;
    let seen = noun.version();
    let current = present.as_ref().map_or(0, Noun::version);
    if seen != current {
        return Ok(Err(match present {
            None => Rejection::not_found(N::NAME),
            Some(_) => Rejection::stale(N::NAME, seen, current),
        }));
    }
    let noun = match noun.checked() {
        Ok(noun) => noun,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let fields = changed_fields(present.as_ref(), &noun);
    if fields.is_empty() {
        return Ok(Ok(Decision::unchanged(noun.aggregate(), current)));
    }
    let aggregate = noun.aggregate();
    let event = Event::Saved { added: present.is_none(), fields };
    Ok(Ok(one(aggregate, current + 1, event, noun.with_version(current + 1).row())))
}

fn remove<N: Noun>(present: Option<N>, seen: u32) -> Decided {
    let Some(present) = present else {
        return Err(Rejection::not_found(N::NAME));
    };
    if present.version() != seen {
        return Err(Rejection::stale(N::NAME, seen, present.version()));
    }
    let aggregate = present.aggregate();
    Ok(one(aggregate, seen + 1, Event::Removed, Row::Removed(aggregate)))
}

/// The names of the fields that differ; all of them for a new noun. The version is no field.
fn changed_fields<N: Serialize>(before: Option<&N>, after: &N) -> Vec<String> {
    let value = |noun: &N| match serde_json::to_value(noun) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (old, new) = (before.map(value).unwrap_or_default(), value(after));
    new.iter()
        .filter(|(name, _)| !matches!(name.as_str(), "id" | "version"))
        .filter(|(name, value)| old.get(*name) != Some(value))
        .map(|(name, _)| name.clone())
        .collect()
}

fn one(aggregate: Aggregate, version: u32, event: Event, row: Row) -> Decision {
    Decision {
        events: vec![(aggregate, version, event)],
        rows: vec![row],
        ..Decision::unchanged(aggregate, version)
    }
}

/// A thing that the noun names is not there.
fn named(field: &str) -> Rejection {
    Rejection::invalid(field, format!("{field} must be the id of a {field} of your organization"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::id::TerritoryId;

    #[test]
    fn only_what_differs_is_named_and_never_its_value() {
        let before =
            Territory { id: TerritoryId(uuid::Uuid::nil()), name: "North".into(), version: 3 };
        let after = Territory { name: "South".into(), version: 4, ..before.clone() };
        assert_eq!(changed_fields(Some(&before), &after), ["name"]);
        assert!(changed_fields(Some(&before), &before).is_empty());
    }
}

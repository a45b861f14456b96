//! The Truck actor: one for each truck in use. It owns what the truck carries; never above its capacity,
//! never below zero. What the truck *is* stands in the books (the Clerk's).

use crate::actors::execute::{Around, Carry, Refusal, carry_out};
use crate::domain::fleet::truck::{Cargo, Truck as TruckFacts, apply_cargo, decide_cargo};
use crate::domain::{Aggregate, Answer, Command, Decision, Envelope, Event, Rejection, Row};
use crate::store::{Db, StoreError, tables};
use crate::units::id::{OrganizationId, TruckId};
use actix::prelude::*;

pub struct Truck {
    around: Around,
    organization: OrganizationId,
    id: TruckId,
    known: Option<Known>,
}

/// The truck (`None` if it is not there) and what it carries.
struct Known {
    truck: Option<TruckFacts>,
    cargo: Cargo,
}

impl Truck {
    pub fn new(around: Around, organization: OrganizationId, id: TruckId) -> Self {
        Self { around, organization, id, known: None }
    }
}

impl Actor for Truck {
    type Context = Context<Self>;
}

impl Handler<Carry> for Truck {
    type Result = AtomicResponse<Self, Result<Answer, Refusal>>;

    fn handle(&mut self, Carry(envelope): Carry, _: &mut Self::Context) -> Self::Result {
        let (around, organization, id) = (self.around.clone(), self.organization, self.id);
        let kept = self.known.take();
        let work = async move {
            let load = async || Ok(around.store.read(move |db| load(db, organization, id)).await?);
            carry_out(&around, &envelope, kept, load, |known, _| decide(known, &envelope)).await
        };
        AtomicResponse::new(Box::pin(work.into_actor(self).map(|(known, answer), actor, _| {
            actor.known = known;
            answer
        })))
    }
}

fn load(db: &mut Db, organization: OrganizationId, id: TruckId) -> Result<Known, StoreError> {
    Ok(Known {
        truck: tables::truck::find(db, organization, id)?,
        cargo: tables::cargo::find(db, organization, id)?.unwrap_or_else(|| Cargo::empty(id)),
    })
}

fn decide(known: &Known, envelope: &Envelope) -> Result<(Decision, Known), Rejection> {
    let (Command::Cargo(id, command), Some(truck)) = (&envelope.command, &known.truck) else {
        return Err(Rejection::not_found("truck"));
    };
    let mut cargo = known.cargo.clone();
    let mut events = Vec::new();
    for event in decide_cargo(truck, &known.cargo, command.clone())? {
        apply_cargo(&mut cargo, &event);
        events.push((Aggregate::Cargo(*id), cargo.version, Event::Cargo(event)));
    }
    let decision = Decision {
        // The capacity that was judged by.
        reads: vec![(Aggregate::Truck(*id), truck.version)],
        rows: if events.is_empty() { Vec::new() } else { vec![Row::Cargo(cargo.clone())] },
        events,
        bumps: Vec::new(),
        subject: (Aggregate::Cargo(*id), cargo.version),
        detail: serde_json::Value::Null,
    };
    Ok((decision, Known { truck: known.truck.clone(), cargo }))
}

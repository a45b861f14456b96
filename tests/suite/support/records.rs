//! Records as the Recorder would send them, with plain defaults.

use super::nouns::{MORNING, id};
use sortie::domain::access::SystemPart;
use sortie::domain::{Aggregate, Answer, Event, Row, Who};
use sortie::store::journal::Record;
use sortie::units::id::{CommandId, OrganizationId};

/// Nothing, by the product itself.
pub fn nothing(organization: OrganizationId) -> Record {
    Record {
        command_id: CommandId(id()),
        body_hash: [7; 32],
        organization,
        who: Who::System { part: SystemPart::CommandLine },
        meant_at: MORNING,
        recorded_at: MORNING,
        reads: Vec::new(),
        events: Vec::new(),
        bumps: Vec::new(),
        rows: Vec::new(),
        answer: Answer {
            aggregate: Aggregate::Organization(organization),
            version: 1,
            seq: None,
            detail: serde_json::Value::Null,
        },
    }
}

/// An event `Saved` or `Removed` for each row, at the version that the row carries.
pub fn saved(organization: OrganizationId, rows: Vec<Row>) -> Record {
    let mut record = nothing(organization);
    for row in &rows {
        if let Some((aggregate, version)) = identity(row) {
            let event = Event::Saved { added: version == 1, fields: Vec::new() };
            record.events.push((aggregate, version, event));
        }
    }
    record.rows = rows;
    record
}

/// Removes an aggregate that is at this version.
pub fn removed(organization: OrganizationId, aggregate: Aggregate, version: u32) -> Record {
    let mut record = nothing(organization);
    record.events = vec![(aggregate, version + 1, Event::Removed)];
    record.rows = vec![Row::Removed(aggregate)];
    record
}

fn identity(row: &Row) -> Option<(Aggregate, u32)> {
    Some(match row {
        Row::Organization(noun) => (Aggregate::Organization(noun.id), noun.version),
        Row::Territory(noun) => (Aggregate::Territory(noun.id), noun.version),
        Row::User(noun) => (Aggregate::User(noun.id), noun.version),
        Row::Customer(noun) => (Aggregate::Customer(noun.id), noun.version),
        Row::Location(noun) => (Aggregate::Location(noun.id), noun.version),
        Row::ServiceType(noun) => (Aggregate::ServiceType(noun.id), noun.version),
        Row::Technician(noun) => (Aggregate::Technician(noun.id), noun.version),
        Row::Duty(noun) => (Aggregate::Duty(noun.technician), noun.version),
        Row::Truck(noun) => (Aggregate::Truck(noun.id), noun.version),
        Row::Cargo(noun) => (Aggregate::Cargo(noun.truck), noun.version),
        Row::Job(noun) => (Aggregate::Job(noun.id), noun.version),
        Row::Route(change) => (Aggregate::Route(change.route.id), change.route.version),
        Row::Proposal(noun) => (Aggregate::Proposal(noun.id), noun.version),
        Row::Session(noun) => (Aggregate::Session(noun.id), noun.version),
        Row::TrackingLink(noun) => (Aggregate::TrackingLink(noun.id), noun.version),
        Row::StreetChange(noun) => (Aggregate::StreetChange(noun.id), noun.version),
        Row::Removed(_) => return None,
    })
}

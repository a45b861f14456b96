//! An event of the journal as a timeline shows it.

use crate::domain::Fact;
use crate::store::{Db, Listed, Page, StoreError, journal};
use crate::units::Timestamp;
use crate::units::id::{CommandId, OrganizationId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FactView {
    /// Position in the organization's journal.
    pub seq: i64,
    /// What the event is about: `job`, `route`, `duty` and so on, and its id.
    pub kind: String,
    pub id: Uuid,
    /// Of that, after the event.
    pub version: u32,
    pub event: serde_json::Value,
    pub who: serde_json::Value,
    pub command_id: CommandId,
    /// When it was meant and when it was recorded.
    pub meant_at: Timestamp,
    pub recorded_at: Timestamp,
}

impl From<Fact> for FactView {
    fn from(fact: Fact) -> Self {
        let (kind, id) = fact.aggregate.parts();
        Self {
            seq: fact.seq,
            kind: kind.to_owned(),
            id,
            version: fact.version,
            event: serde_json::json!(fact.event),
            who: serde_json::json!(fact.who),
            command_id: fact.command_id,
            meant_at: fact.meant_at,
            recorded_at: fact.recorded_at,
        }
    }
}

/// What happened to the thing with this id, oldest first; see [`journal::timeline`].
pub fn timeline(
    db: &mut Db,
    organization: OrganizationId,
    id: Uuid,
    page: &Page,
) -> Result<Listed<FactView>, StoreError> {
    let found = journal::timeline(db, organization, id, page)?;
    Ok(Listed { items: found.items.into_iter().map(Into::into).collect(), next: found.next })
}

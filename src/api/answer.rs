//! What commands answer, as shown.

use crate::api::job::Placement;
use crate::domain::Answer;
use crate::store::views::JobView;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What was changed, and where that stands in the journal.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Answer)]
pub struct AnswerBody {
    pub aggregate: AggregateBody,
    /// Of that, after the change.
    pub version: u32,
    /// Position in the organization's journal; null if nothing changed.
    pub seq: Option<i64>,
    /// What else there is to know.
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    pub detail: serde_json::Value,
}

/// A thing with a version of its own: `job`, `route` and so on.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Aggregate)]
pub struct AggregateBody {
    pub kind: String,
    pub id: Uuid,
}

impl From<Answer> for AnswerBody {
    fn from(answer: Answer) -> Self {
        let (kind, id) = answer.aggregate.parts();
        Self {
            aggregate: AggregateBody { kind: kind.to_owned(), id },
            version: answer.version,
            seq: answer.seq,
            detail: answer.detail,
        }
    }
}

/// The answer to a command.
#[derive(Debug, Serialize, ToSchema)]
pub struct Done {
    pub answer: AnswerBody,
}

/// The answer to a command about a job, with the job as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub struct JobDone {
    pub answer: AnswerBody,
    pub job: JobView,
    /// Where it went or why nowhere, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
}

/// The id of what a command made.
pub fn id_of(answer: &Answer) -> Uuid {
    answer.aggregate.parts().1
}

/// For fields of a change that may be emptied: absent is `None`, null is `Some(None)`.
pub fn nullable<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

//! How every owner carries out an envelope: look up the command id, decide, record, apply, answer. And
//! when something has moved meanwhile: read the news and decide again.

use crate::actors::recorder::{Recorder, Write, WriteError};
use crate::domain::{Answer, Decision, Envelope, Rejection};
use crate::store::journal::{self, CommitError, Record};
use crate::store::{Store, StoreError};
use crate::units::{Clock, Timestamp};
use actix::prelude::*;

/// So often an owner decides again before it tells the caller to look again.
const ATTEMPTS_MAX: u32 = 4;

/// What every owner needs to do its work; cheap to clone.
#[derive(Clone)]
pub struct Around {
    pub clock: Clock,
    pub store: Store,
    pub recorder: Addr<Recorder>,
}

/// Do: carry out this envelope. Access has been checked.
#[derive(Message, Debug, Clone)]
#[rtype(result = "Result<Answer, Refusal>")]
pub struct Carry(pub Envelope);

/// Why a command was not carried out. In every case nothing has changed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// A rule said no.
    #[error("{0}")]
    Rejected(#[from] Rejection),
    /// Too much at once; the same command may be sent again.
    #[error("too busy, come back in {retry_after_s} s")]
    Busy { retry_after_s: u32 },
    /// Something broke on our side; it is in the log. The same command may be sent again.
    #[error("something broke on our side")]
    Broken,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = %error, "the store could not be read");
        Self::Broken
    }
}

impl From<MailboxError> for Refusal {
    fn from(_: MailboxError) -> Self {
        Self::Broken
    }
}

/// Carries out an envelope for the owner of some state. `load` reads the state from the tables;
/// `decide` answers what is to be recorded and the state after it. Returns the state that holds now, so
/// that the owner keeps it, and the answer.
pub async fn carry_out<S>(
    around: &Around,
    envelope: &Envelope,
    kept: Option<S>,
    load: impl AsyncFn() -> Result<S, Refusal>,
    decide: impl Fn(&S, Timestamp) -> Result<(Decision, S), Rejection>,
) -> (Option<S>, Result<Answer, Refusal>) {
    match remembered(&around.store, envelope).await {
        Ok(None) => {}
        Ok(Some(answer)) => return (kept, Ok(answer)),
        Err(refusal) => return (kept, Err(refusal)),
    }
    let mut state = kept;
    for _ in 0..ATTEMPTS_MAX {
        let present = match state.take() {
            Some(present) => present,
            None => match load().await {
                Ok(loaded) => loaded,
                Err(refusal) => return (None, Err(refusal)),
            },
        };
        let now = around.clock.now();
        let (decision, after) = match decide(&present, now) {
            Ok(decided) => decided,
            Err(rejection) => return (Some(present), Err(rejection.into())),
        };
        match record(around, envelope, decision, now).await {
            Ok(answer) => return (Some(after), Ok(answer)),
            Err(Unrecorded::Stale) => {}
            Err(Unrecorded::Refused(refusal)) => return (Some(present), Err(refusal)),
        }
    }
    (None, Err(too_much_movement()))
}

/// The same for an owner that keeps nothing between commands: `decide` reads and decides in one go.
pub async fn carry_out_anew(
    around: &Around,
    envelope: &Envelope,
    decide: impl AsyncFn() -> Result<Decision, Refusal>,
) -> Result<Answer, Refusal> {
    if let Some(answer) = remembered(&around.store, envelope).await? {
        return Ok(answer);
    }
    for _ in 0..ATTEMPTS_MAX {
        match record(around, envelope, decide().await?, around.clock.now()).await {
            Ok(answer) => return Ok(answer),
            Err(Unrecorded::Stale) => {}
            Err(Unrecorded::Refused(refusal)) => return Err(refusal),
        }
    }
    Err(too_much_movement())
}

/// The refusal after several decisions that all came too late.
pub fn too_much_movement() -> Refusal {
    Refusal::Rejected(Rejection::conflict(
        "too_much_movement",
        "others keep changing the same thing at this moment; look again and repeat",
    ))
}

/// The answer that this command id got before, if it was carried out. A different wish under a known id
/// is refused.
pub async fn remembered(store: &Store, envelope: &Envelope) -> Result<Option<Answer>, Refusal> {
    let (organization, command_id) = (envelope.organization, envelope.command_id);
    let known = store.read(move |db| journal::find_answer(db, organization, command_id)).await?;
    match known {
        None => Ok(None),
        Some((hash, answer)) if hash == envelope.body_hash => Ok(Some(answer)),
        Some(_) => Err(other_body()),
    }
}

fn other_body() -> Refusal {
    Refusal::Rejected(
        Rejection::conflict(
            "idempotency_key_reused",
            "this Idempotency-Key was used for another request; take a new one for a new wish",
        )
        .with_field("Idempotency-Key"),
    )
}

/// Why a decision was not recorded.
pub enum Unrecorded {
    /// Something that the decision rests on has moved: read the news and decide again.
    Stale,
    Refused(Refusal),
}

/// Has a decision written down.
pub async fn record(
    around: &Around,
    envelope: &Envelope,
    decision: Decision,
    now: Timestamp,
) -> Result<Answer, Unrecorded> {
    let (aggregate, version) = decision.subject;
    let record = Record {
        command_id: envelope.command_id,
        body_hash: envelope.body_hash,
        organization: envelope.organization,
        who: envelope.who,
        meant_at: envelope.meant_at,
        recorded_at: now,
        reads: decision.reads,
        events: decision.events,
        bumps: decision.bumps,
        rows: decision.rows,
        answer: Answer { aggregate, version, seq: None, detail: decision.detail },
    };
    let written = around.recorder.send(Write(Box::new(record))).await;
    match written {
        Ok(Ok(committed)) => Ok(committed.answer),
        Ok(Err(WriteError::Refused(error))) => Err(match error {
            CommitError::Stale { .. } => Unrecorded::Stale,
            CommitError::OtherBody => Unrecorded::Refused(other_body()),
            CommitError::Taken { what } => Unrecorded::Refused(Refusal::Rejected(
                Rejection::conflict(
                    &format!("{what}_taken"),
                    format!("this {what} is in use already; choose another one"),
                )
                .with_field(what),
            )),
            CommitError::InUse { noun } => {
                Unrecorded::Refused(Refusal::Rejected(Rejection::conflict(
                    "in_use",
                    format!("it is still used by a {noun}; change or remove that first"),
                )))
            }
            CommitError::Missing { noun } => {
                Unrecorded::Refused(Refusal::Rejected(Rejection::not_found(noun)))
            }
            CommitError::Broken(error) if error.is_passing() => {
                Unrecorded::Refused(Refusal::Busy { retry_after_s: 1 })
            }
            CommitError::Broken(_) => Unrecorded::Refused(Refusal::Broken),
        }),
        Ok(Err(WriteError::Busy)) => Err(Unrecorded::Refused(Refusal::Busy { retry_after_s: 1 })),
        Ok(Err(WriteError::Broken)) | Err(_) => Err(Unrecorded::Refused(Refusal::Broken)),
    }
}

//! The Recorder: the one pen. It owns the store's only `Writer`.
//!
//! What arrives while a transaction is being written waits and goes into the next one (group commit), so
//! the pen is never idle and never writes twice at once. Waiting happens in `spawn_blocking`, which also
//! holds a test's paused clock. First recorded, then told: the owner is answered when its record is on
//! disk, then the followers hear of it, in journal order.
//!
//! When the queue is full, callers are told to come back. When the disk fails, the process ends: better
//! to stop than to run wrong.

use crate::domain::streets::learned_speed::LearnedSpeed;
use crate::domain::{Fact, Reading};
use crate::store::journal::{self, CommitError, Record};
use crate::store::{StoreError, Writer};
use crate::units::id::OrganizationId;
use actix::prelude::*;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Most writes that wait; beyond that callers are told to come back.
const QUEUE_LEN_MAX: usize = 20_000;
/// Most records in one transaction.
const BATCH_LEN_MAX: usize = 1_000;

/// Do: write this record.
#[derive(Message)]
#[rtype(result = "Result<journal::Committed, WriteError>")]
pub struct Write(pub Box<Record>);

/// Do: store these readings of one organization; answered when they are durable.
#[derive(Message)]
#[rtype(result = "Result<(), WriteError>")]
pub struct StoreReadings {
    pub organization: OrganizationId,
    pub readings: Vec<Reading>,
}

/// Do: remember how far a follower of the journal has come.
#[derive(Message)]
#[rtype(result = "Result<(), WriteError>")]
pub struct SetCursor {
    pub organization: OrganizationId,
    pub name: &'static str,
    pub seq: i64,
}

/// Do: keep what driving has taught; each street and band is named once.
#[derive(Message)]
#[rtype(result = "Result<(), WriteError>")]
pub struct SetLearnedSpeeds(pub Vec<LearnedSpeed>);

/// Do: tell this follower of what is recorded from now on.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Follow(pub Recipient<Committed>);

/// Know: these facts are on disk, in journal order.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Committed(pub Arc<[Fact]>);

/// Ask: is the pen alive? Answers the number of writes that wait.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct GetQueueLength;

/// Do: finish what waits, then answer. For an orderly stop.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain;

/// Why a write did not happen.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("the record was refused")]
    Refused(#[from] CommitError),
    #[error("too many writes are waiting")]
    Busy,
    #[error("the store did not take it")]
    Broken,
}

pub struct Recorder {
    /// `None` while a batch is being written.
    writer: Option<Writer>,
    queue: Vec<Waiting>,
    followers: Vec<Recipient<Committed>>,
    draining: Vec<oneshot::Sender<()>>,
}

enum Waiting {
    Record(Box<Record>, RecordAnswer),
    Readings(OrganizationId, Vec<Reading>, OtherAnswer),
    Cursor(OrganizationId, &'static str, i64, OtherAnswer),
    LearnedSpeeds(Vec<LearnedSpeed>, OtherAnswer),
}

impl Recorder {
    pub fn new(writer: Writer) -> Self {
        Self {
            writer: Some(writer),
            queue: Vec::new(),
            followers: Vec::new(),
            draining: Vec::new(),
        }
    }
}

impl Actor for Recorder {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // The queue is bounded here, where a full one can be answered, not in the mailbox.
        ctx.set_mailbox_capacity(QUEUE_LEN_MAX);
    }
}

impl Handler<Write> for Recorder {
    type Result = ResponseFuture<Result<journal::Committed, WriteError>>;

    fn handle(&mut self, Write(record): Write, ctx: &mut Self::Context) -> Self::Result {
        self.enqueue(ctx, |done| Waiting::Record(record, done))
    }
}

impl Handler<StoreReadings> for Recorder {
    type Result = ResponseFuture<Result<(), WriteError>>;

    fn handle(&mut self, message: StoreReadings, ctx: &mut Self::Context) -> Self::Result {
        self.enqueue(ctx, |done| Waiting::Readings(message.organization, message.readings, done))
    }
}

impl Handler<SetCursor> for Recorder {
    type Result = ResponseFuture<Result<(), WriteError>>;

    fn handle(&mut self, message: SetCursor, ctx: &mut Self::Context) -> Self::Result {
        self.enqueue(ctx, |done| {
            Waiting::Cursor(message.organization, message.name, message.seq, done)
        })
    }
}

impl Handler<SetLearnedSpeeds> for Recorder {
    type Result = ResponseFuture<Result<(), WriteError>>;

    fn handle(
        &mut self,
        SetLearnedSpeeds(learned): SetLearnedSpeeds,
        ctx: &mut Self::Context,
    ) -> Self::Result {
        self.enqueue(ctx, |done| Waiting::LearnedSpeeds(learned, done))
    }
}

impl Handler<Follow> for Recorder {
    type Result = ();

    fn handle(&mut self, Follow(follower): Follow, _: &mut Self::Context) {
        self.followers.push(follower);
    }
}

impl Handler<GetQueueLength> for Recorder {
    type Result = usize;

    fn handle(&mut self, _: GetQueueLength, _: &mut Self::Context) -> usize {
        self.queue.len()
    }
}

impl Handler<Drain> for Recorder {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Drain, _: &mut Self::Context) -> Self::Result {
        if self.writer.is_some() && self.queue.is_empty() {
            return Box::pin(async {});
        }
        let (done, drained) = oneshot::channel();
        self.draining.push(done);
        Box::pin(async move {
            let _ = drained.await;
        })
    }
}

impl Recorder {
    fn enqueue<T: 'static>(
        &mut self,
        ctx: &mut Context<Self>,
        waiting: impl FnOnce(oneshot::Sender<Result<T, WriteError>>) -> Waiting,
    ) -> ResponseFuture<Result<T, WriteError>> {
        if self.queue.len() >= QUEUE_LEN_MAX {
            metrics::counter!("sortie_recorder_refused_total").increment(1);
            return Box::pin(async { Err(WriteError::Busy) });
        }
        let (done, answer) = oneshot::channel();
        self.queue.push(waiting(done));
        self.write_next(ctx);
        Box::pin(async move { answer.await.unwrap_or(Err(WriteError::Broken)) })
    }

    /// Writes what waits, unless a batch is being written already.
    fn write_next(&mut self, ctx: &mut Context<Self>) {
        if self.queue.is_empty() {
            self.draining.drain(..).for_each(|done| {
                let _ = done.send(());
            });
            return;
        }
        let Some(writer) = self.writer.take() else { return };
        let batch: Vec<Waiting> = self.queue.drain(..self.queue.len().min(BATCH_LEN_MAX)).collect();
        let written = tokio::task::spawn_blocking(move || write_batch(writer, batch));
        let then = written.into_actor(self).map(|written, actor, ctx| {
            // A panic while writing leaves the store in doubt; so does a disk that fails.
            let Ok((writer, outcome)) = written else {
                stop_the_process("the pen fell while writing")
            };
            actor.writer = Some(writer);
            actor.answer_and_tell(outcome);
            actor.write_next(ctx);
        });
        ctx.spawn(then);
    }

    fn answer_and_tell(&mut self, outcome: Outcome) {
        let mut facts = Vec::new();
        for (done, result) in outcome.records {
            if let Ok(committed) = &result
                && !committed.repeated
            {
                facts.extend(committed.facts.iter().cloned());
            }
            if let Err(CommitError::Broken(error)) = &result
                && !error.is_passing()
            {
                tracing::error!(error = %error, "the journal could not be written");
                stop_the_process("the journal could not be written");
            }
            let _ = done.send(result.map_err(WriteError::from));
        }
        for (done, result) in outcome.others {
            if let Err(error) = &result {
                tracing::error!(error = %error, "readings, a cursor or what was learned could not be written");
                if !error.is_passing() {
                    stop_the_process("the store could not be written");
                }
            }
            let _ = done.send(result.map_err(|_| WriteError::Broken));
        }
        if facts.is_empty() {
            return;
        }
        metrics::counter!("sortie_facts_recorded_total").increment(facts.len() as u64);
        let committed = Committed(facts.into());
        for follower in &self.followers {
            // Unbounded on purpose: a follower that misses a fact would be wrong for good, and facts are
            // few beside readings.
            follower.do_send(committed.clone());
        }
    }
}

type RecordAnswer = oneshot::Sender<Result<journal::Committed, WriteError>>;
type OtherAnswer = oneshot::Sender<Result<(), WriteError>>;

/// What came of a batch, in its order, with who waits for it.
struct Outcome {
    records: Vec<(RecordAnswer, Result<journal::Committed, CommitError>)>,
    others: Vec<(OtherAnswer, Result<(), StoreError>)>,
}

fn write_batch(mut writer: Writer, batch: Vec<Waiting>) -> (Writer, Outcome) {
    let started = std::time::Instant::now();
    let mut outcome = Outcome { records: Vec::new(), others: Vec::new() };
    let (mut records, mut waiting) = (Vec::new(), Vec::new());
    // Readings that came together are stored together.
    let mut readings_by = HashMap::new();
    for item in batch {
        match item {
            Waiting::Record(record, done) => {
                records.push(*record);
                waiting.push(done);
            }
            Waiting::Readings(organization, readings, done) => {
                let of_organization: &mut (Vec<Reading>, Vec<_>) =
                    readings_by.entry(organization).or_default();
                of_organization.0.extend(readings);
                of_organization.1.push(done);
            }
            Waiting::LearnedSpeeds(learned, done) => {
                outcome.others.push((done, writer.set_learned_speeds(&learned)));
            }
            Waiting::Cursor(organization, name, seq, done) => {
                outcome.others.push((done, writer.set_cursor(organization, name, seq)));
            }
        }
    }
    for (organization, (readings, waiting)) in readings_by {
        let stored = writer.store_positions(organization, &readings);
        outcome.others.extend(waiting.into_iter().map(|done| (done, stored.clone())));
    }
    if !records.is_empty() {
        let results = writer.commit(&records);
        debug_assert_eq!(results.len(), waiting.len(), "one answer for each record");
        outcome.records = waiting.into_iter().zip(results).collect();
        metrics::histogram!("sortie_commit_seconds").record(started.elapsed().as_secs_f64());
        metrics::histogram!("sortie_commit_records").record(records.len() as f64);
    }
    (writer, outcome)
}

/// Ends the process at once: what is in memory can no longer be trusted to match the disk.
fn stop_the_process(why: &str) -> ! {
    tracing::error!(why, "stopping at once; start again and the journal tells where things stood");
    std::process::abort()
}

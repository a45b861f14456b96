//! The Planner's desk: what it knows and how long ways take. Deciding can take a while (the streets are
//! asked), so the desk goes to a thread that may wait, one command at a time, and comes back.

use super::load;
use crate::actors::execute::{Around, Refusal, Unrecorded, record, remembered, too_much_movement};
use crate::domain::plan::PlanCommand;
use crate::domain::{Aggregate, Answer, Command, Decision, Envelope, Fact, Rejection};
use crate::planning::{
    Earlier, Followed, Improvement, PlacementOption, PlannerState, Question, Travel, decide,
    options,
};
use crate::roads::RoadNetwork;
use crate::units::id::{JobId, OrganizationId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;

/// So often a decision is made again when something has moved meanwhile.
const ATTEMPTS_MAX: u32 = 4;

/// What a Planner needs to load and decide; cheap to clone.
#[derive(Clone)]
pub(super) struct Books {
    pub around: Around,
    pub roads: Arc<dyn RoadNetwork>,
    pub organization: OrganizationId,
    pub territory: TerritoryId,
}

/// State and travel times, and which parts of the state are known to be old.
pub(super) struct Desk {
    pub state: PlannerState,
    pub travel: Travel,
    old: BTreeSet<Aggregate>,
}

impl Desk {
    /// Takes note of a recorded fact.
    pub fn follow(&mut self, fact: &Fact) {
        if let Followed::Reload(part) = self.state.follow(fact) {
            self.old.insert(part);
        }
    }
}

/// What came of a command, for the actor.
pub(super) struct Carried {
    pub answer: Result<Answer, Refusal>,
    /// The search that `Improve` asked for.
    pub search: Option<Improvement>,
}

/// Carries out an envelope: decide, record, fold in. Returns the desk as it is then; none if it must be
/// loaded again. `earlier` is what is left of the last search of the day that `Improve` asks for.
pub(super) async fn carry_out(
    books: &Books,
    mut desk: Option<Desk>,
    envelope: &Envelope,
    earlier: Option<Earlier>,
) -> (Option<Desk>, Carried) {
    let refused = |refusal| Carried { answer: Err(refusal), search: None };
    match remembered(&books.around.store, envelope).await {
        Ok(None) => {}
        Ok(Some(answer)) => return (desk, Carried { answer: Ok(answer), search: None }),
        Err(refusal) => return (desk, refused(refusal)),
    }
    let Command::Plan(_, command) = &envelope.command else {
        return (desk, refused(Rejection::not_found("command").into()));
    };
    for _ in 0..ATTEMPTS_MAX {
        if let Some(desk) = &mut desk {
            desk.old.extend(subject_of(command));
        }
        let current = match up_to_date(books, desk.take()).await {
            Ok(current) => current,
            Err(refusal) => return (None, refused(refusal)),
        };
        let now = books.around.clock.now();
        let (mut current, decided) = think(current, command.clone(), earlier.clone(), now).await;
        let (decision, search) = match decided {
            Ok(decided) => decided,
            Err(rejection) => return (Some(current), refused(rejection.into())),
        };
        match record(&books.around, envelope, decision.clone(), now).await {
            Ok(answer) => {
                current.state.apply(&decision, now);
                return (Some(current), Carried { answer: Ok(answer), search });
            }
            // Read everything anew: what has moved is on its way to us, but not here yet.
            Err(Unrecorded::Stale) => {}
            Err(Unrecorded::Refused(refusal)) => {
                // It may have been written all the same, if only the answer was lost.
                let is_sure = !matches!(refusal, Refusal::Broken);
                return (is_sure.then_some(current), refused(refusal));
            }
        }
    }
    (None, refused(too_much_movement()))
}

/// What a command is about is read anew before it is decided: a caller who has just changed it (or made
/// it) may be here before the news of that.
fn subject_of(command: &PlanCommand) -> Option<Aggregate> {
    match command {
        PlanCommand::Place { job }
        | PlanCommand::Assign { job, .. }
        | PlanCommand::Unassign { job, .. }
        | PlanCommand::Lock { job, .. }
        | PlanCommand::Unlock { job, .. }
        | PlanCommand::Forget { job } => Some(Aggregate::Job(*job)),
        PlanCommand::Release { technician } => Some(Aggregate::Duty(*technician)),
        PlanCommand::PlaceAll { .. }
        | PlanCommand::Publish { .. }
        | PlanCommand::Improve { .. }
        | PlanCommand::Offer { .. }
        | PlanCommand::Apply { .. }
        | PlanCommand::Discard { .. }
        | PlanCommand::Renew { .. } => None,
    }
}

type Decided = Result<(Decision, Option<Improvement>), Rejection>;

/// Decides, off the actors' threads.
async fn think(
    desk: Desk,
    command: PlanCommand,
    earlier: Option<Earlier>,
    now: Timestamp,
) -> (Desk, Decided) {
    on_a_thread(move || {
        let mut desk = desk;
        let Desk { state, travel, .. } = &mut desk;
        let decided = decide(state, travel, now, &command).and_then(|decision| {
            let search = match command {
                PlanCommand::Improve { day } => {
                    Some(Improvement::prepare(state, travel, now, day, earlier.as_ref())?)
                }
                _ => None,
            };
            Ok((decision, search))
        });
        (desk, decided)
    })
    .await
}

/// Every technician for a job, best first.
pub(super) async fn list_options(
    books: &Books,
    desk: Option<Desk>,
    job: JobId,
    day: Option<LocalDay>,
) -> (Option<Desk>, Result<Vec<PlacementOption>, Refusal>) {
    ask(books, desk, job, move |desk, now| options(&desk.state, &mut desk.travel, now, job, day))
        .await
}

/// All that is needed to say why a job is where it is.
pub(super) async fn question(
    books: &Books,
    desk: Option<Desk>,
    job: JobId,
    day: Option<LocalDay>,
) -> (Option<Desk>, Result<Question, Refusal>) {
    ask(books, desk, job, move |desk, now| {
        Question::prepare(&desk.state, &mut desk.travel, now, job, day)
    })
    .await
}

/// Works something out about a job, which is read anew.
async fn ask<T: Send + 'static>(
    books: &Books,
    mut desk: Option<Desk>,
    job: JobId,
    work: impl FnOnce(&mut Desk, Timestamp) -> Result<T, Rejection> + Send + 'static,
) -> (Option<Desk>, Result<T, Refusal>) {
    if let Some(desk) = &mut desk {
        desk.old.insert(Aggregate::Job(job));
    }
    let current = match up_to_date(books, desk).await {
        Ok(current) => current,
        Err(refusal) => return (None, Err(refusal)),
    };
    let now = books.around.clock.now();
    let (current, found) = on_a_thread(move || {
        let mut desk = current;
        let found = work(&mut desk, now);
        (desk, found)
    })
    .await;
    (Some(current), found.map_err(Refusal::from))
}

/// The desk with everything on it as the tables have it, but for facts that are still on their way.
pub(super) async fn up_to_date(books: &Books, desk: Option<Desk>) -> Result<Desk, Refusal> {
    let now = books.around.clock.now();
    let mut desk = match desk {
        Some(desk) if desk.old.is_empty() => desk,
        Some(desk) => match refreshed(books, desk).await? {
            Some(desk) => desk,
            None => loaded(books, now).await?,
        },
        None => loaded(books, now).await?,
    };
    let today = desk.state.today(now);
    desk.state.forget_before(today);
    desk.travel.forget_before(today);
    desk.travel.renew();
    Ok(desk)
}

async fn loaded(books: &Books, now: Timestamp) -> Result<Desk, Refusal> {
    let (organization, territory) = (books.organization, books.territory);
    let store = &books.around.store;
    let state = store.read(move |db| load::load(db, organization, territory, now)).await?;
    let state = state.ok_or_else(|| Rejection::not_found("territory"))?;
    Ok(Desk { state, travel: Travel::new(books.roads.clone()), old: BTreeSet::new() })
}

async fn refreshed(books: &Books, desk: Desk) -> Result<Option<Desk>, Refusal> {
    let read = books.around.store.read(move |db| {
        let mut desk = desk;
        let is_enough = load::refresh(db, &mut desk.state, &desk.old)?;
        desk.old.clear();
        Ok(is_enough.then_some(desk))
    });
    Ok(read.await?)
}

/// Runs on a thread that may wait, which holds a paused clock; a panic there is a panic here.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(fallen) => match fallen.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is stopping; nobody waits for this any more.
            Err(_) => std::future::pending().await,
        },
    }
}

//! Numbered topics: snapshots, changes as whole entities, and what a client missed.
//!
//! A fact concerns entities; a topic concerns some of them. For each batch of facts every touched entity is
//! read once and serialised once, whoever watches. An update carries the number of the last fact in it and
//! `prev`, the number the subscriber had before: a client whose own number is smaller has a gap.

use super::{ConnectionId, Hub, Subscription, Topic, clock_fields, route_of, text};
use crate::domain::plan::PlanEvent;
use crate::domain::{Aggregate, Event, Fact};
use crate::store::{Db, StoreError, journal, tables, views};
use crate::units::id::{JobId, OrganizationId, RouteId, TechnicianId, TerritoryId};
use crate::units::{LocalDay, Timestamp};
use actix::prelude::*;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A client that missed more facts than this starts from a new snapshot.
const TAIL_LEN_MAX: u32 = 2_000;

/// An entity as it is after some facts, and whom it concerns.
#[derive(Debug, Clone)]
pub struct Change {
    pub seq: i64,
    pub organization: OrganizationId,
    pub kind: &'static str,
    pub value: Value,
    territory: Option<TerritoryId>,
    day: Option<LocalDay>,
    job: Option<JobId>,
    technician: Option<TechnicianId>,
    /// The route itself, or for a job the routes that its visits are on.
    routes: HashSet<RouteId>,
}

impl Change {
    /// Whether a topic shows this. `tracked_job` is the customer's.
    fn concerns(&self, topic: &Topic, tracked_job: Option<JobId>) -> bool {
        match topic {
            Topic::Viewport { .. } => false,
            Topic::Plan { territory, day } => {
                self.territory == Some(*territory) && self.day.is_none_or(|of| of == *day)
            }
            Topic::StreetChanges => self.kind == "street_change",
            Topic::Job { job } => self.job == Some(*job) && self.kind == "job",
            Topic::Route { technician, day } => {
                self.technician == Some(*technician)
                    || self.routes.contains(&route_of(*technician, *day))
            }
            Topic::Tracking => self.kind == "job" && self.job == tracked_job,
        }
    }
}

/// Reads every entity that the facts touched, each once, as it is now.
pub fn gather(db: &mut Db, facts: &[Fact]) -> Result<Vec<Change>, StoreError> {
    let mut touched: BTreeMap<(OrganizationId, Aggregate), i64> = BTreeMap::new();
    for fact in facts {
        let mut touch = |aggregate: Aggregate| {
            let seq = touched.entry((fact.organization, aggregate)).or_insert(0);
            *seq = fact.seq.max(*seq);
        };
        touch(fact.aggregate);
        if let Event::Plan(PlanEvent::RouteChanged(change)) = &fact.event {
            change.route.stops.iter().for_each(|stop| touch(Aggregate::Job(stop.job)));
            change.removed.iter().for_each(|visit| touch(Aggregate::Job(visit.job)));
        }
    }
    let mut changes = Vec::new();
    for ((organization, aggregate), seq) in touched {
        if let Some(change) = read_change(db, organization, aggregate, seq)? {
            changes.push(change);
        }
    }
    changes.sort_by_key(|change| change.seq);
    Ok(changes)
}

fn read_change(
    db: &mut Db,
    organization: OrganizationId,
    aggregate: Aggregate,
    seq: i64,
) -> Result<Option<Change>, StoreError> {
    let change = |kind, value| Change {
        seq,
        organization,
        kind,
        value,
        territory: None,
        day: None,
        job: None,
        technician: None,
        routes: HashSet::new(),
    };
    Ok(match aggregate {
        Aggregate::Job(id) => views::job_view(db, organization, id)?.map(|view| Change {
            territory: Some(view.territory),
            job: Some(id),
            routes: view.visits.iter().map(|visit| visit.route).collect(),
            ..change("job", value(&view))
        }),
        Aggregate::Route(id) => tables::route::find(db, organization, id)?.map(|route| Change {
            territory: Some(route.territory),
            day: Some(route.day),
            routes: HashSet::from([id]),
            ..change("route", value(&route))
        }),
        Aggregate::Technician(id) | Aggregate::Duty(id) => {
            views::technician_view(db, organization, id)?.map(|view| Change {
                territory: Some(view.territory),
                technician: Some(id),
                ..change("technician", value(&view))
            })
        }
        Aggregate::Truck(id) | Aggregate::Cargo(id) => views::truck_view(db, organization, id)?
            .map(|view| Change {
                territory: Some(view.territory),
                ..change("truck", value(&view))
            }),
        Aggregate::Proposal(id) => {
            tables::proposal::find(db, organization, id)?.map(|proposal| Change {
                territory: Some(proposal.territory),
                day: Some(proposal.day),
                ..change("proposal", value(&proposal))
            })
        }
        Aggregate::StreetChange(id) => views::street_change_view(db, organization, id)?
            .map(|view| change("street_change", value(&view))),
        _ => None,
    })
}

fn value<T: serde::Serialize>(view: &T) -> Value {
    serde_json::to_value(view).unwrap_or(Value::Null)
}

/// What a new subscriber starts from.
enum Start {
    Snapshot {
        seq: i64,
        data: Value,
    },
    /// The client goes on: all that it missed.
    Tail {
        seq: i64,
        changes: Vec<Change>,
    },
    Missing,
}

fn read_start(
    db: &mut Db,
    organization: OrganizationId,
    topic: Topic,
    tracked_job: Option<JobId>,
    last: Option<i64>,
    now: Timestamp,
) -> Result<Start, StoreError> {
    let head = journal::head(db, organization)?;
    if let Some(last) = last.filter(|last| *last <= head && head - *last <= i64::from(TAIL_LEN_MAX))
    {
        let facts = journal::since(db, organization, last, TAIL_LEN_MAX)?;
        let mut changes = gather(db, &facts)?;
        changes.retain(|change| change.concerns(&topic, tracked_job));
        return Ok(Start::Tail { seq: head, changes });
    }
    let data = match topic {
        Topic::Plan { territory, day } => {
            views::plan_view(db, organization, territory, day)?.map(|view| value(&view))
        }
        Topic::Job { job } => views::job_view(db, organization, job)?.map(|view| value(&view)),
        Topic::Route { technician, day } => {
            views::technician_day_view(db, organization, technician, day)?.map(|view| value(&view))
        }
        Topic::StreetChanges => {
            let items = views::street_change_views(db, organization, now)?;
            Some(json!({ "street_changes": items }))
        }
        // The customer's page is made of live values too: `tracking` sends it.
        Topic::Tracking | Topic::Viewport { .. } => Some(Value::Null),
    };
    Ok(data.map_or(Start::Missing, |data| Start::Snapshot { seq: head, data }))
}

impl Hub {
    /// Reads what a new subscriber starts from and sends it; what happens meanwhile waits.
    pub(super) fn start_topic(
        &mut self,
        connection: ConnectionId,
        id: u32,
        last: Option<i64>,
        ctx: &mut Context<Self>,
    ) {
        let Some(known) = self.connections.get(&connection) else { return };
        let Some(subscription) = known.subscriptions.get(&id) else { return };
        let (organization, tracked_job, topic) =
            (known.organization, known.tracked_job, subscription.topic);
        let (store, now) = (self.store.clone(), self.clock.now());
        let read = async move {
            store.read(move |db| read_start(db, organization, topic, tracked_job, last, now)).await
        };
        ctx.spawn(read.into_actor(self).map(move |start, actor, ctx| {
            actor.begin(connection, id, last, start);
            if topic == Topic::Tracking {
                actor.send_tracking(connection, id, ctx);
            }
        }));
    }

    fn begin(
        &mut self,
        connection: ConnectionId,
        id: u32,
        last: Option<i64>,
        start: Result<Start, StoreError>,
    ) {
        let (now, speed) = clock_fields(&self.clock);
        let Some(connection) = self.connections.get_mut(&connection) else { return };
        let tracked_job = connection.tracked_job;
        let sent = match start {
            Ok(Start::Snapshot { seq, data }) => {
                let reset = last.is_some().then(|| text(&json!({ "type": "reset", "id": id })));
                let snapshot = text(
                    &json!({ "type": "snapshot", "id": id, "seq": seq, "now": now, "speed": speed, "data": data }),
                );
                reset.is_none_or(|reset| connection.send(reset))
                    && connection.send(snapshot)
                    && mark(connection.subscriptions.get_mut(&id), seq)
            }
            Ok(Start::Tail { seq, changes }) => {
                let has_changes = !changes.is_empty();
                // The number from which the next update counts.
                let from = if has_changes { last } else { Some(seq) };
                let resumed = text(
                    &json!({ "type": "resumed", "id": id, "seq": from, "now": now, "speed": speed }),
                );
                let update = update(id, seq, last.unwrap_or(0), changes.iter());
                connection.send(resumed)
                    && (!has_changes || connection.send(update))
                    && mark(connection.subscriptions.get_mut(&id), seq)
            }
            Ok(Start::Missing) => {
                connection.subscriptions.remove(&id);
                connection
                    .send(text(&json!({ "type": "error", "id": id, "code": "topic_not_found",
                    "sentence": "there is no such thing to watch; check the ids" })));
                return;
            }
            Err(error) => {
                tracing::error!(error = %error, "a snapshot could not be read");
                connection.subscriptions.remove(&id);
                connection.send(text(&json!({ "type": "error", "id": id, "code": "internal",
                    "sentence": "something broke on our side; subscribe again" })));
                return;
            }
        };
        let Some(subscription) = connection.subscriptions.get_mut(&id) else { return };
        if !sent {
            subscription.needs_snapshot = true;
            return;
        }
        subscription.needs_snapshot = false;
        let waiting = std::mem::take(&mut subscription.waiting);
        for changes in waiting {
            if let Some(subscription) = connection.subscriptions.get_mut(&id)
                && let Some(frame) = next_update(id, subscription, tracked_job, &changes)
                && !connection.send(frame)
                && let Some(subscription) = connection.subscriptions.get_mut(&id)
            {
                subscription.needs_snapshot = true;
            }
        }
    }

    /// Shows the facts that wait, batch by batch and in order.
    pub(super) fn show_facts(&mut self, ctx: &mut Context<Self>) {
        if self.showing || self.facts.is_empty() {
            return;
        }
        let facts: Vec<Fact> = self.facts.drain(..).collect();
        let watched =
            self.connections.values().any(|connection| !connection.subscriptions.is_empty());
        if !watched {
            return;
        }
        self.showing = true;
        let store = self.store.clone();
        let read = async move { store.read(move |db| gather(db, &facts)).await };
        ctx.spawn(read.into_actor(self).map(|changes, actor, ctx| {
            actor.showing = false;
            match changes {
                Ok(changes) => actor.show(changes, ctx),
                Err(error) => {
                    // Nobody may miss what could not be read: everyone starts afresh.
                    tracing::error!(error = %error, "changes could not be read for the screens");
                    let all = actor
                        .connections
                        .values_mut()
                        .flat_map(|one| one.subscriptions.values_mut());
                    all.for_each(|subscription| subscription.needs_snapshot = true);
                }
            }
            actor.show_facts(ctx);
        }));
    }

    fn show(&mut self, changes: Vec<Change>, ctx: &mut Context<Self>) {
        let changes: Arc<[Change]> = changes.into();
        let mut customers = Vec::new();
        for (connection_id, connection) in &mut self.connections {
            let organization = connection.organization;
            if !changes.iter().any(|change| change.organization == organization) {
                continue;
            }
            let tracked_job = connection.tracked_job;
            let mut frames = Vec::new();
            for (id, subscription) in &mut connection.subscriptions {
                if subscription.seq.is_none() {
                    subscription.waiting.push(changes.clone());
                } else if subscription.topic == Topic::Tracking {
                    if changes.iter().any(|change| {
                        change.organization == organization
                            && change.concerns(&Topic::Tracking, tracked_job)
                    }) {
                        customers.push((*connection_id, *id));
                    }
                } else if !subscription.needs_snapshot
                    && let Some(frame) =
                        next_update_of(*id, subscription, organization, tracked_job, &changes)
                {
                    frames.push((*id, frame));
                }
            }
            for (id, frame) in frames {
                if !connection.send(frame)
                    && let Some(subscription) = connection.subscriptions.get_mut(&id)
                {
                    subscription.needs_snapshot = true;
                }
            }
        }
        for (connection, id) in customers {
            self.send_tracking(connection, id, ctx);
        }
    }

    /// Who lost deltas gets one fresh snapshot.
    pub(super) fn renew_lagging(&mut self, ctx: &mut Context<Self>) {
        let lagging: Vec<(ConnectionId, u32)> = self
            .connections
            .iter()
            .flat_map(|(connection, known)| {
                known
                    .subscriptions
                    .iter()
                    .filter(|(_, subscription)| subscription.needs_snapshot)
                    .map(|(id, _)| (*connection, *id))
            })
            .collect();
        for (connection, id) in lagging {
            if let Some(subscription) = self
                .connections
                .get_mut(&connection)
                .and_then(|known| known.subscriptions.get_mut(&id))
            {
                (subscription.seq, subscription.needs_snapshot) = (None, false);
                subscription.waiting.clear();
            }
            // The client is told `reset`: it holds something that is no longer continued.
            self.start_topic(connection, id, Some(i64::MAX), ctx);
        }
    }
}

fn mark(subscription: Option<&mut Subscription>, seq: i64) -> bool {
    subscription.is_some_and(|subscription| {
        subscription.seq = Some(seq);
        true
    })
}

fn next_update(
    id: u32,
    subscription: &mut Subscription,
    tracked_job: Option<JobId>,
    changes: &[Change],
) -> Option<super::OutFrame> {
    let organization = changes.first()?.organization;
    next_update_of(id, subscription, organization, tracked_job, changes)
}

/// The update for one subscriber, if any of the changes concerns it and is news to it.
fn next_update_of(
    id: u32,
    subscription: &mut Subscription,
    organization: OrganizationId,
    tracked_job: Option<JobId>,
    changes: &[Change],
) -> Option<super::OutFrame> {
    let prev = subscription.seq?;
    let concerning: Vec<&Change> = changes
        .iter()
        .filter(|change| change.organization == organization && change.seq > prev)
        .filter(|change| change.concerns(&subscription.topic, tracked_job))
        .collect();
    let seq = concerning.iter().map(|change| change.seq).max()?;
    subscription.seq = Some(seq);
    Some(update(id, seq, prev, concerning.into_iter()))
}

fn update<'a>(
    id: u32,
    seq: i64,
    prev: i64,
    changes: impl Iterator<Item = &'a Change>,
) -> super::OutFrame {
    let changes: Vec<Value> =
        changes.map(|change| json!({ "kind": change.kind, "value": change.value })).collect();
    text(&json!({ "type": "update", "id": id, "seq": seq, "prev": prev, "changes": changes }))
}

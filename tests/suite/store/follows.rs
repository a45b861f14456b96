//! What a route's row does for its jobs in the tables equals what `job::follow` does in memory, whatever
//! happens in whatever order.

use crate::support::database::on_both_databases;
use crate::support::nouns::{House, MORNING, stop};
use crate::support::records::{nothing, saved};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use sortie::domain::access::SystemPart;
use sortie::domain::fieldwork::job::{Job, JobCommand, JobEvent, Outcome, apply, decide, follow};
use sortie::domain::plan::event::RemovedVisit;
use sortie::domain::plan::{PlanEvent, Route, RouteChange};
use sortie::domain::{Aggregate, Event, Row, Who};
use sortie::store::{Page, Store, Writer, journal, tables};
use sortie::units::Timestamp;
use sortie::units::id::{JobId, RouteId};
use std::collections::BTreeMap;

/// Jobs and routes as the events say, and the versions that they are at.
struct Memory {
    house: House,
    jobs: BTreeMap<JobId, Job>,
    routes: BTreeMap<RouteId, Route>,
    placements: BTreeMap<JobId, u32>,
    now: Timestamp,
}

/// One thing that may happen; what is not allowed just now does not.
#[derive(Debug, Clone)]
enum Step {
    /// A job is put on a technician's route, from wherever it was.
    Place {
        job: usize,
        technician: usize,
        at: usize,
    },
    Unplace {
        job: usize,
    },
    Publish {
        technician: usize,
    },
    Field {
        job: usize,
        wish: u8,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0_usize..5, 0_usize..3, 0_usize..4)
            .prop_map(|(job, technician, at)| Step::Place { job, technician, at }),
        1 => (0_usize..5).prop_map(|job| Step::Unplace { job }),
        2 => (0_usize..3).prop_map(|technician| Step::Publish { technician }),
        6 => (0_usize..5, 0_u8..10).prop_map(|(job, wish)| Step::Field { job, wish }),
    ];
    prop::collection::vec(step, 1..25)
}

impl Memory {
    fn nth_job(&self, nth: usize) -> &Job {
        self.jobs.values().nth(nth).expect("there are so many jobs")
    }

    /// The route's stops, but for those whose visit is not over, may be changed.
    fn place(&mut self, writer: &mut Writer, nth: usize, technician: usize, at: usize) {
        let job = self.nth_job(nth).clone();
        let may = job.open_visit().is_none_or(|visit| !visit.status.is_under_way());
        let is_plannable =
            job.status.after(sortie::domain::fieldwork::job::JobStep::Schedule).is_some();
        if !may || !is_plannable {
            return;
        }
        let mut changed: BTreeMap<RouteId, Route> = BTreeMap::new();
        for route in self.routes.values() {
            let mut without = route.clone();
            without
                .stops
                .retain(|stop| job.open_visit().is_none_or(|visit| visit.id != stop.visit));
            if without.stops.len() != route.stops.len() {
                changed.insert(route.id, without);
            }
        }
        let id = self.house.route(technician).id;
        let route = changed.entry(id).or_insert_with(|| self.routes[&id].clone());
        let at = at.min(route.stops.len());
        route.stops.insert(at, stop(&job, at as i64));
        self.record(writer, changed.into_values().map(|route| (route, Vec::new())).collect());
    }

    fn unplace(&mut self, writer: &mut Writer, nth: usize) {
        let job = self.nth_job(nth);
        let Some(visit) = job.open_visit().filter(|visit| !visit.status.is_under_way()) else {
            return;
        };
        let gone = RemovedVisit { job: job.id, visit: visit.id };
        let mut route = self.routes[&visit.route].clone();
        route.stops.retain(|stop| stop.visit != gone.visit);
        self.record(writer, vec![(route, vec![gone])]);
    }

    fn publish(&mut self, writer: &mut Writer, technician: usize) {
        let mut route = self.routes[&self.house.route(technician).id].clone();
        route.stops.iter_mut().for_each(|stop| stop.published = true);
        self.record(writer, vec![(route, Vec::new())]);
    }

    /// Routes change: in memory by `follow`, in the tables by their rows.
    fn record(&mut self, writer: &mut Writer, changes: Vec<(Route, Vec<RemovedVisit>)>) {
        let mut record = nothing(self.house.organization.id);
        record.recorded_at = self.now;
        let mut named = std::collections::BTreeSet::new();
        for (mut route, removed) in changes {
            route.version += 1;
            let change = RouteChange { route, removed, cause: "place".into() };
            for stop in &change.route.stops {
                named.insert(stop.job);
                let job = self.jobs.get_mut(&stop.job).expect("stops name jobs");
                follow::placed(job, &change.route, stop, self.now);
            }
            for gone in &change.removed {
                named.insert(gone.job);
                let job = self.jobs.get_mut(&gone.job).expect("stops name jobs");
                follow::removed(job, gone.visit);
            }
            let event = Event::Plan(PlanEvent::RouteChanged(Box::new(change.clone())));
            record.events.push((Aggregate::Route(change.route.id), change.route.version, event));
            self.routes.insert(change.route.id, change.route.clone());
            record.rows.push(Row::Route(Box::new(change)));
        }
        for job in named {
            let version = self.placements.entry(job).or_insert(0);
            *version += 1;
            record.bumps.push((Aggregate::Placement(job), *version));
        }
        commit(writer, record);
    }

    /// Something happens to a job; the row is the job as it is in memory afterwards.
    fn field(&mut self, writer: &mut Writer, nth: usize, wish: u8) {
        let job = self.nth_job(nth).clone();
        let visit = job.open_visit().map_or_else(|| job.next_visit_id(), |visit| visit.id);
        let command = match wish {
            0 => JobCommand::Accept { visit },
            1 => JobCommand::Decline { visit, remark: String::new() },
            2 | 3 => JobCommand::Depart { visit },
            4 => JobCommand::TurnBack { visit },
            5 => JobCommand::Arrive { visit },
            6 => JobCommand::Finish { visit, outcome: Outcome::Completed, remark: "done".into() },
            7 => JobCommand::Finish { visit, outcome: Outcome::Partial, remark: String::new() },
            8 => JobCommand::Cancel { seen: None, remark: "not needed".into() },
            _ => JobCommand::Hold { seen: None, remark: String::new() },
        };
        let who = Who::System { part: SystemPart::CommandLine };
        let Ok(decision) = decide(&job, command, &who, self.now) else { return };
        let mut record = nothing(self.house.organization.id);
        record.recorded_at = self.now;
        record.reads = vec![(
            Aggregate::Placement(job.id),
            self.placements.get(&job.id).copied().unwrap_or(0),
        )];
        let mut after = job;
        for event in decision.events {
            after =
                apply(Some(after.clone()), after.id, &event, self.now).expect("the job is there");
            record.events.push((Aggregate::Job(after.id), after.version, Event::Job(event)));
        }
        if let Some(details) = decision.details {
            after.details = details;
        }
        record.rows = vec![Row::Job(Box::new(after.clone()))];
        self.jobs.insert(after.id, after);
        commit(writer, record);
    }

    fn take(&mut self, writer: &mut Writer, step: &Step) {
        self.now = self.now.plus_secs(60);
        match *step {
            Step::Place { job, technician, at } => self.place(writer, job, technician, at),
            Step::Unplace { job } => self.unplace(writer, job),
            Step::Publish { technician } => self.publish(writer, technician),
            Step::Field { job, wish } => self.field(writer, job, wish),
        }
    }

    fn begin(writer: &mut Writer) -> Self {
        let house = House::new("Alpha");
        let organization = house.organization.id;
        let jobs: BTreeMap<JobId, Job> =
            (1..=5).map(|number| house.job(number)).map(|job| (job.id, job)).collect();
        let routes: BTreeMap<RouteId, Route> = (0..3)
            .map(|technician| house.route(technician))
            .map(|route| (route.id, Route { version: 0, ..route }))
            .collect();
        let mut rows = house.rows();
        rows.extend(jobs.values().cloned().map(|job| Row::Job(Box::new(job))));
        commit(writer, saved(organization, rows));
        Self { house, jobs, routes, placements: BTreeMap::new(), now: MORNING }
    }

    /// What the tables say is what memory says.
    fn compare(&self, store: &Store) {
        let organization = self.house.organization.id;
        let ids: Vec<JobId> = self.jobs.keys().copied().collect();
        let mut stored = store.read_now(|db| tables::job::list(db, organization, &ids)).unwrap();
        stored.sort_by_key(|job| job.id);
        assert_eq!(stored, self.jobs.values().cloned().collect::<Vec<_>>());
        for route in self.routes.values().filter(|route| route.version > 0) {
            let stored =
                store.read_now(|db| tables::route::find(db, organization, route.id)).unwrap();
            assert_eq!(stored.as_ref(), Some(route));
        }
    }

    /// What the journal alone says of jobs, texts aside, is what the tables say.
    fn replay(&self, store: &Store) {
        let organization = self.house.organization.id;
        let mut jobs: BTreeMap<JobId, Job> = self
            .jobs
            .values()
            .map(|job| {
                let new = self.house.job(job.number);
                (job.id, Job { id: job.id, details: job.details.clone(), ..new })
            })
            .collect();
        for fact in store.read_now(|db| journal::since(db, organization, 0, 10_000)).unwrap() {
            let at = fact.recorded_at;
            match (fact.aggregate, fact.event) {
                (Aggregate::Job(id), Event::Job(event)) => {
                    let job = apply(jobs.remove(&id), id, &event, at).expect("it was created");
                    assert!(!matches!(event, JobEvent::Created { .. }));
                    assert_eq!(job.version, fact.version);
                    jobs.insert(id, job);
                }
                (_, Event::Plan(PlanEvent::RouteChanged(change))) => {
                    for stop in &change.route.stops {
                        let job = jobs.get_mut(&stop.job).expect("stops name jobs");
                        follow::placed(job, &change.route, stop, at);
                    }
                    for gone in &change.removed {
                        follow::removed(jobs.get_mut(&gone.job).expect("named"), gone.visit);
                    }
                }
                _ => {}
            }
        }
        assert_eq!(jobs, self.jobs);
    }
}

fn commit(writer: &mut Writer, record: journal::Record) {
    writer.commit(&[record]).pop().expect("one answer").expect("nothing stands against it");
}

on_both_databases! {
    fn tables_equal_the_fold_of_the_events(database) {
        let (store, writer) = database.store_and_writer();
        let writer = std::cell::RefCell::new(writer);
        let cases = Config { cases: 24, failure_persistence: None, ..Config::default() };
        TestRunner::new(cases)
            .run(&steps(), |steps| {
                let mut writer = writer.borrow_mut();
                let mut memory = Memory::begin(&mut writer);
                for step in &steps {
                    memory.take(&mut writer, step);
                }
                memory.compare(&store);
                memory.replay(&store);
                Ok(())
            })
            .unwrap();
    }

    fn a_visit_moves_between_routes_in_one_record_and_is_on_one_of_them(database) {
        let (store, mut writer) = database.store_and_writer();
        let mut memory = Memory::begin(&mut writer);
        for technician in [0, 1, 0, 2] {
            memory.take(&mut writer, &Step::Place { job: 0, technician, at: 0 });
            memory.compare(&store);
        }
        let job = memory.nth_job(0).clone();
        assert_eq!(job.visits.len(), 1);
        assert_eq!(job.visits[0].technician, memory.house.technicians[2].id);
    }

    fn a_timeline_tells_of_the_routes_that_moved_the_job_and_of_no_others(database) {
        let (store, mut writer) = database.store_and_writer();
        let mut memory = Memory::begin(&mut writer);
        let organization = memory.house.organization.id;
        memory.take(&mut writer, &Step::Place { job: 0, technician: 0, at: 0 });
        // Another job joins the route: nothing that people would call an event happens to the first.
        memory.take(&mut writer, &Step::Place { job: 1, technician: 0, at: 1 });
        memory.take(&mut writer, &Step::Publish { technician: 0 });
        memory.take(&mut writer, &Step::Field { job: 0, wish: 2 });
        let job = memory.nth_job(0).id;
        let timeline = store
            .read_now(|db| journal::timeline(db, organization, job.0, &Page::first(50)))
            .unwrap();
        let kinds: Vec<&str> =
            timeline.items.iter().map(|fact| fact.aggregate.parts().0).collect();
        assert_eq!(kinds, ["job", "route", "route", "job"]);
    }

    fn a_visit_that_stands_on_two_routes_is_refused(database) {
        let (_store, mut writer) = database.store_and_writer();
        let mut memory = Memory::begin(&mut writer);
        memory.take(&mut writer, &Step::Place { job: 0, technician: 0, at: 0 });
        let stop = memory.routes[&memory.house.route(0).id].stops[0];
        let mut route = memory.house.route(1);
        (route.stops, route.version) = (vec![stop], 1);
        let change = RouteChange { route, removed: Vec::new(), cause: "assign".into() };
        let record = saved(memory.house.organization.id, vec![Row::Route(Box::new(change))]);
        let refused = writer.commit(&[record]).pop().unwrap();
        assert!(
            matches!(refused, Err(journal::CommitError::Taken { what: "visit" })),
            "{refused:?}"
        );
    }
}

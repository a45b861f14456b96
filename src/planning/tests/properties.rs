//! Whatever is wished in whatever order: the plan stays whole. Every decision is also judged by
//! `check::check_decision`, which the debug build of `decide` calls: the independent checker, one place
//! per visit, versions that rise by one, begun visits in front.

use super::support::*;
use crate::domain::fieldwork::job::{JobStatus, Outcome, VisitStatus};
use crate::domain::people::technician::DutyCommand;
use crate::domain::plan::{PlanCommand, Stop};
use crate::planning::problem::binding_window;
use crate::planning::{Improvement, SearchBudget, arrival};
use crate::units::id::{JobId, ProposalId, TechnicianId};
use proptest::prelude::*;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One thing that happens; numbers are taken modulo what is there.
#[derive(Debug, Clone)]
enum Happening {
    NewJob { x: i32, y: i32, wanted: Option<(i64, i64)>, priority: u8, skilled: bool },
    PlaceAll,
    Assign { job: usize, technician: usize, position: Option<u32>, anyway: bool },
    Unassign(usize),
    Lock(usize),
    Unlock(usize),
    Publish,
    Promise(usize),
    Next { technician: usize },
    Cancel(usize),
    Sick(usize),
    Recover(usize),
    Improve(u64),
    Wait(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    let n = 0_usize..64;
    prop_oneof![
        6 => (0..60_i32, 0..60_i32, prop::option::of((7_i64..14, 1_i64..5)), 0_u8..100, any::<bool>())
            .prop_map(|(x, y, wanted, priority, skilled)| Happening::NewJob {
                x, y, wanted, priority, skilled
            }),
        1 => Just(Happening::PlaceAll),
        3 => (n.clone(), n.clone(), prop::option::of(0_u32..6), any::<bool>()).prop_map(
            |(job, technician, position, anyway)| Happening::Assign { job, technician, position, anyway }
        ),
        1 => n.clone().prop_map(Happening::Unassign),
        1 => n.clone().prop_map(Happening::Lock),
        1 => n.clone().prop_map(Happening::Unlock),
        1 => Just(Happening::Publish),
        1 => n.clone().prop_map(Happening::Promise),
        5 => n.clone().prop_map(|technician| Happening::Next { technician }),
        1 => n.clone().prop_map(Happening::Cancel),
        1 => n.clone().prop_map(Happening::Sick),
        1 => n.prop_map(Happening::Recover),
        1 => any::<u64>().prop_map(Happening::Improve),
        3 => (60_i64..2_400).prop_map(Happening::Wait),
    ]
}

struct Day {
    world: World,
    jobs: Vec<JobId>,
    people: Vec<TechnicianId>,
}

impl Day {
    fn new() -> Self {
        let mut world = World::new();
        let rests = vec![rest((11, 30), (13, 0), 30)];
        let people = vec![
            world.technician(0, 0),
            world.technician_with(40, 40, |technician| {
                technician.skills = skills(&["brakes"]);
                technician.breaks.clone_from(&rests);
            }),
            world.technician_with(20, 0, |technician| technician.breaks = rests),
        ];
        Self { world, jobs: Vec::new(), people }
    }

    fn job(&self, number: usize) -> Option<JobId> {
        (!self.jobs.is_empty()).then(|| self.jobs[number % self.jobs.len()])
    }

    fn person(&self, number: usize) -> TechnicianId {
        self.people[number % self.people.len()]
    }

    /// Begins, goes on with or ends the next visit of a technician, as the Job actor and the Reactor would.
    fn next(&mut self, technician: TechnicianId) {
        let world = &mut self.world;
        let Some(route) = world.state.route_of(technician, friday()) else { return };
        let open = route
            .stops
            .iter()
            .find(|stop| world.state.visit_of(stop).is_some_and(|visit| !visit.status.is_over()));
        let Some(Stop { job, .. }) = open.copied() else { return };
        match world.visit(job).status {
            VisitStatus::Published | VisitStatus::Accepted => world.depart(job),
            VisitStatus::EnRoute => world.arrive(job),
            VisitStatus::OnSite => {
                world.finish(
                    job,
                    if world.now.secs() % 5 == 0 { Outcome::Partial } else { Outcome::Completed },
                );
                world.plan(&PlanCommand::Forget { job });
            }
            _ => return,
        }
        world.plan(&PlanCommand::Renew { technician, day: None });
    }

    fn happen(&mut self, happening: &Happening) -> Result<(), TestCaseError> {
        match happening {
            Happening::NewJob { x, y, wanted, priority, skilled } => {
                let window = wanted.map(|(from, hours)| between((from, 0), (from + hours, 0)));
                let job = self.world.job_with(*x, *y, |job| {
                    job.wanted = window;
                    job.priority = *priority;
                    job.skills = skills(if *skilled { &["brakes"] } else { &[] });
                });
                self.jobs.push(job);
                self.place_and_look(job)?;
            }
            Happening::PlaceAll => {
                self.wish(&PlanCommand::PlaceAll { day: friday() });
            }
            Happening::Assign { job, technician, position, anyway } => {
                let technician = self.person(*technician);
                if let Some(job) = self.job(*job) {
                    self.wish(&assign(job, technician, friday(), *position, *anyway));
                }
            }
            Happening::Unassign(job) => {
                self.wish_of(*job, |job| PlanCommand::Unassign { job, seen: vec![] });
            }
            Happening::Lock(job) => {
                self.wish_of(*job, |job| PlanCommand::Lock { job, seen: vec![] });
            }
            Happening::Unlock(job) => {
                self.wish_of(*job, |job| PlanCommand::Unlock { job, seen: vec![] });
            }
            Happening::Publish => self.world.publish(),
            Happening::Promise(job) => {
                if let Some(job) = self.job(*job)
                    && self.world.status(job) == JobStatus::Scheduled
                {
                    let start_at = self.world.stop(job).start_at;
                    let window = crate::units::TimeWindow {
                        from: start_at.plus_secs(-1_800),
                        until: start_at.plus_secs(1_800),
                    };
                    self.world.promise(job, window);
                }
            }
            Happening::Next { technician } => self.next(self.person(*technician)),
            Happening::Cancel(job) => {
                if let Some(job) = self.job(*job)
                    && matches!(
                        self.world.status(job),
                        JobStatus::Open | JobStatus::Scheduled | JobStatus::InProgress
                    )
                {
                    self.world.cancel(job);
                    self.world.plan(&PlanCommand::Forget { job });
                }
            }
            Happening::Sick(technician) => {
                let technician = self.person(*technician);
                self.world.duty(technician, DutyCommand::ReportSick);
                self.world.plan(&PlanCommand::Release { technician });
            }
            Happening::Recover(technician) => {
                self.world.duty(self.person(*technician), DutyCommand::Recover);
            }
            Happening::Improve(seed) => self.improve(*seed),
            Happening::Wait(seconds) => self.world.now = self.world.now.plus_secs(*seconds),
        }
        Ok(())
    }

    /// A wish that may be refused.
    fn wish(&mut self, command: &PlanCommand) {
        let before = self.world.state.clone();
        if self.world.try_plan(command).is_err() {
            assert_eq!(self.world.state, before, "a refused wish changes nothing");
        }
    }

    fn wish_of(&mut self, job: usize, command: impl Fn(JobId) -> PlanCommand) {
        if let Some(job) = self.job(job) {
            self.wish(&command(job));
        }
    }

    /// Placing a job breaks no promise to anybody and makes nothing later than its window that was not.
    fn place_and_look(&mut self, job: JobId) -> Result<(), TestCaseError> {
        let before = self.lateness();
        self.world.place(job);
        let after = self.lateness();
        for (other, was) in &before {
            // One that was moved to another day to make room has its own window there.
            let is = after.get(other).copied().unwrap_or(0);
            prop_assert!(is <= (*was).max(0), "{other} was {was} s late and is {is} s late");
        }
        Ok(())
    }

    /// By how much each start lies after what binds it, if nothing is changed from now on.
    fn lateness(&mut self) -> BTreeMap<JobId, i64> {
        let World { state, travel, now, .. } = &mut self.world;
        let mut lateness = BTreeMap::new();
        for route in state.routes.values() {
            let (technician, day) = (route.technician, route.day);
            let remaining = state.remaining_stops(route);
            let reckoned =
                arrival::reckon(state, travel, *now, technician, day, &remaining).unwrap();
            for stop in reckoned.stops.iter().filter(|stop| !state.is_begun(stop)) {
                let job = &state.jobs[&stop.job].job;
                if let Some(window) = binding_window(job) {
                    lateness.insert(stop.job, stop.start_at.secs_since(window.until));
                }
            }
        }
        lateness
    }

    fn improve(&mut self, seed: u64) {
        let world = &mut self.world;
        let Ok(improvement) =
            Improvement::prepare(&world.state, &mut world.travel, world.now, friday(), None)
        else {
            return;
        };
        let budget = SearchBudget { iterations: Some(60), ..SearchBudget::default() };
        let id = ProposalId(Uuid::from_u64_pair(9, seed));
        let mut found = Vec::new();
        improvement.run(seed, &budget, id, world.now, &mut |proposal| found.push(proposal));
        for proposal in &found {
            world.plan(&PlanCommand::Offer { proposal: Box::new(proposal.clone()) });
        }
        if let Some(proposal) = found.last() {
            world.plan(&PlanCommand::Apply { proposal: proposal.id });
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn after_any_sequence_of_wishes_and_facts_the_plan_is_whole(
        happenings in prop::collection::vec(happening(), 1..60)
    ) {
        let mut day = Day::new();
        for happening in &happenings {
            let begun = begun(&day.world);
            day.happen(happening)?;
            // What has begun keeps its route and its order.
            let now = self::begun(&day.world);
            for (technician, was) in begun {
                let is = now.get(&technician).cloned().unwrap_or_default();
                prop_assert!(is.len() >= was.len(), "{technician}: {was:?} became {is:?}");
                prop_assert_eq!(&is[..was.len()], &was[..]);
            }
            consistent(&day.world)?;
        }
    }
}

/// The begun visits of each route in their order.
fn begun(world: &World) -> BTreeMap<TechnicianId, Vec<Uuid>> {
    let routes = world.state.routes_on(friday());
    routes
        .map(|route| {
            let begun = route.stops.iter().filter(|stop| world.state.is_begun(stop));
            (route.technician, begun.map(|stop| stop.visit.0).collect())
        })
        .collect()
}

/// Jobs and routes say the same.
fn consistent(world: &World) -> Result<(), TestCaseError> {
    for (id, known) in &world.state.jobs {
        let stands = world.state.place_of(*id);
        if known.job.status == JobStatus::Scheduled {
            let visit = known.job.open_visit().expect("a scheduled job has an open visit");
            let (route, stop) = stands.expect("a scheduled job stands on a route");
            prop_assert_eq!((visit.route, visit.planned), (route.id, stop.planned));
        }
        if known.job.status == JobStatus::Open {
            let is_open = known.job.open_visit().is_none();
            prop_assert!(is_open, "an open job has no open visit");
        }
    }
    Ok(())
}

//! When life moves on: jobs end, people fall ill, visits begin.

use super::support::*;
use crate::domain::fieldwork::job::{JobStatus, Outcome, VisitStatus};
use crate::domain::people::technician::DutyCommand;
use crate::domain::plan::PlanCommand;

#[test]
fn a_cancelled_job_leaves_its_route_and_the_later_ones_move_up() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let (first, second) = (world.job(10, 0), world.job(0, 10));
    world.put(first, technician);
    world.put(second, technician);
    assert_eq!(world.stop(second).planned.from, clock(9, 0));
    world.cancel(first);
    world.plan(&PlanCommand::Forget { job: first });
    assert_eq!(world.order(technician, friday()), [second]);
    assert_eq!(world.stop(second).planned.from, clock(8, 10));
    assert_eq!(world.visit(first).status, VisitStatus::Cancelled);
}

#[test]
fn a_job_cancelled_on_the_way_stays_as_a_record_and_the_day_goes_on_from_there() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let (first, second) = (world.job(10, 0), world.job(10, 5));
    world.put(first, technician);
    world.put(second, technician);
    world.publish();
    world.now = clock(8, 0);
    world.depart(first);
    world.now = clock(8, 4);
    world.cancel(first);
    world.plan(&PlanCommand::Forget { job: first });
    assert_eq!(world.order(technician, friday()), [first, second]);
    assert_eq!(world.stop(second).planned.from, clock(8, 9));
    assert_eq!(world.status(second), JobStatus::Scheduled);
}

#[test]
fn forgetting_too_late_does_not_take_a_job_that_is_planned_again() {
    let mut world = World::new();
    world.technician(0, 0);
    let job = world.job(1, 0);
    world.place(job);
    assert!(world.plan(&PlanCommand::Forget { job }).events.is_empty());
    assert!(world.place_of(job).is_some());
}

#[test]
fn partial_work_stays_as_a_record_and_the_job_gets_a_second_visit_the_same_day() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let job = world.job(1, 0);
    world.put(job, technician);
    world.publish();
    world.now = clock(8, 1);
    world.arrive(job);
    world.now = clock(8, 20);
    world.finish(job, Outcome::Partial);
    world.plan(&PlanCommand::Forget { job });
    assert_eq!(world.status(job), JobStatus::Open);
    assert!(world.place(job));
    assert_eq!(world.order(technician, friday()), [job, job]);
    let route = world.route(technician);
    assert_eq!(route.stops[0].planned, between((8, 1), (8, 20)));
    assert_eq!(route.stops[1].planned.from, clock(8, 20));
    assert_eq!(world.state.jobs[&job].job.visits.len(), 2);
}

#[test]
fn a_sick_technicians_visits_move_at_once_and_what_has_begun_stays() {
    let mut world = World::new();
    let (ill, well) = (world.technician(0, 0), world.technician(5, 0));
    let begun = world.job(1, 0);
    let published = world.job_with(2, 0, |job| job.wanted = Some(between((9, 0), (12, 0))));
    let special = world.job_with(3, 0, |job| job.technician = Some(ill));
    for job in [begun, published, special] {
        world.put(job, ill);
    }
    world.plan(&PlanCommand::Lock { job: published, seen: vec![] });
    world.publish();
    world.now = clock(8, 0);
    world.depart(begun);
    world.duty(ill, DutyCommand::ReportSick);
    let decision = world.plan(&PlanCommand::Release { technician: ill });
    assert_eq!(world.order(ill, friday()), [begun]);
    assert_eq!(world.place_of(published), Some((well, friday())));
    assert_eq!(world.visit(published).status, VisitStatus::Published);
    assert!(!world.stop(published).locked);
    assert_eq!(world.status(special), JobStatus::Open);
    assert_eq!(decision.detail["moved"].as_array().unwrap().len(), 1);
    assert_eq!(decision.detail["open"][0]["reasons"][0]["rule"], "sick");
    // Once more changes nothing; and when they are back, nothing is taken from them.
    assert!(world.plan(&PlanCommand::Release { technician: ill }).events.is_empty());
    world.duty(ill, DutyCommand::Recover);
    world.plan(&assign(special, ill, friday(), None, true));
    assert!(world.plan(&PlanCommand::Release { technician: ill }).events.is_empty());
}

#[test]
fn a_late_departure_moves_the_later_arrivals_and_a_small_one_is_not_worth_a_record() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let (first, second) = (world.job(10, 0), world.job(20, 0));
    world.put(first, technician);
    world.put(second, technician);
    world.publish();
    let renew = PlanCommand::Renew { technician, day: None };
    world.now = clock(8, 0).plus_secs(20);
    world.depart(first);
    assert!(world.plan(&renew).events.is_empty());
    world.now = clock(8, 30);
    world.arrive(first);
    let decision = world.plan(&renew);
    assert_eq!(decision.detail, serde_json::Value::Null);
    assert_eq!(world.stop(first).planned.from, clock(8, 30));
    assert_eq!(world.stop(second).planned.from, clock(9, 10));
    // Work takes longer than planned: the end is not before now.
    world.now = clock(9, 30);
    world.plan(&renew);
    assert_eq!(world.stop(second).planned.from, clock(9, 40));
}

#[test]
fn a_visit_driven_out_of_order_comes_first_from_then_on() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let (first, second) = (world.job(10, 0), world.job(0, 4));
    world.put(first, technician);
    world.put(second, technician);
    world.publish();
    world.now = clock(8, 0);
    world.depart(second);
    world.plan(&PlanCommand::Renew { technician, day: None });
    assert_eq!(world.order(technician, friday()), [second, first]);
    assert_eq!(world.stop(second).planned.from, clock(8, 4));
    assert_eq!(world.stop(first).travel_s, 14 * 60);
}

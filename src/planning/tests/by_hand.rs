//! What dispatchers do by hand, and what is refused even to them.

use super::support::*;
use crate::domain::fieldwork::job::{JobStatus, VisitStatus};
use crate::domain::plan::PlanCommand;
use crate::domain::rejection::RejectionKind;
use crate::planning::options;
use crate::units::LocalDay;

#[test]
fn a_stale_wish_is_refused_with_the_routes_as_they_are() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let seen = world.seen(technician);
    let (one, two) = (world.job(1, 0), world.job(2, 0));
    world.place(one);
    let wish = PlanCommand::Assign {
        job: two,
        technician,
        day: friday(),
        position: None,
        anyway: false,
        seen: vec![seen],
    };
    let rejection = world.try_plan(&wish).unwrap_err();
    assert_eq!(rejection.kind, RejectionKind::Stale);
    assert_eq!(rejection.facts["current"], 1);
    assert_eq!(rejection.facts["routes"][0]["stops"][0]["job"], serde_json::json!(one));
    assert_eq!(world.place_of(two), None);
}

#[test]
fn a_move_takes_the_visit_along_and_tells_both_routes_in_one_decision() {
    let mut world = World::new();
    let (from, to) = (world.technician(0, 0), world.technician(9, 0));
    let job = world.job(1, 0);
    world.place(job);
    let visit = world.visit(job).id;
    let decision = world.plan(&assign(job, to, friday(), None, false));
    assert_eq!(decision.events.len(), 2);
    assert_eq!(decision.bumps.len(), 1);
    assert!(world.order(from, friday()).is_empty());
    assert_eq!(world.order(to, friday()), [job]);
    assert_eq!((world.visit(job).id, world.visit(job).technician), (visit, to));
    assert_eq!(world.status(job), JobStatus::Scheduled);
}

#[test]
fn a_position_counts_the_stops_that_can_still_move() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let jobs = [world.job(1, 0), world.job(2, 0), world.job(3, 0)];
    world.put(jobs[0], technician);
    world.put(jobs[1], technician);
    world.publish();
    world.now = clock(8, 0);
    world.depart(jobs[0]);
    world.plan(&assign(jobs[2], technician, friday(), Some(0), false));
    assert_eq!(world.order(technician, friday()), [jobs[0], jobs[2], jobs[1]]);
}

#[test]
fn a_broken_window_or_shift_needs_an_anyway_and_a_missing_skill_is_refused_even_so() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let late = world.job_with(50, 0, |job| job.wanted = Some(between((8, 0), (8, 20))));
    let rejection = world.try_plan(&assign(late, technician, friday(), None, false)).unwrap_err();
    assert_eq!(rejection.code, "rule_window");
    assert_eq!(rejection.facts["reasons"][0]["by"], 30 * 60);
    let decision = world.plan(&assign(late, technician, friday(), None, true));
    assert_eq!(decision.detail["lateness_s"], 30 * 60);
    assert_eq!(world.stop(late).planned.from, clock(8, 50));

    let saturday = LocalDay::parse("2026-11-21").unwrap();
    let free = world.job(1, 0);
    let rejection = world.try_plan(&assign(free, technician, saturday, None, false)).unwrap_err();
    assert_eq!(rejection.code, "rule_no_shift");
    world.plan(&assign(free, technician, saturday, None, true));
    assert_eq!(world.place_of(free), Some((technician, saturday)));

    let skilled = world.job_with(1, 0, |job| job.skills = skills(&["brakes"]));
    let rejection = world.try_plan(&assign(skilled, technician, friday(), None, true)).unwrap_err();
    assert_eq!(rejection.code, "rule_skill");
    let heavy = world.job_with(1, 0, |job| job.load = load("kg", 1));
    let rejection = world.try_plan(&assign(heavy, technician, friday(), None, true)).unwrap_err();
    assert_eq!(rejection.code, "rule_capacity");
}

#[test]
fn a_day_that_runs_late_already_takes_one_more_job_where_it_makes_nothing_worse() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let late = world.job_with(50, 0, |job| job.wanted = Some(between((8, 0), (8, 20))));
    world.put(late, technician);
    let more = world.job(50, 1);
    assert!(world.place(more));
    assert_eq!(world.order(technician, friday()), [late, more]);
}

#[test]
fn a_visit_that_has_begun_is_moved_by_nobody() {
    let mut world = World::new();
    let (technician, other) = (world.technician(0, 0), world.technician(0, 0));
    let job = world.job(5, 0);
    world.put(job, technician);
    world.publish();
    world.depart(job);
    for wish in [
        assign(job, other, friday(), None, true),
        PlanCommand::Unassign { job, seen: vec![] },
        PlanCommand::Lock { job, seen: vec![] },
    ] {
        assert_eq!(world.try_plan(&wish).unwrap_err().code, "visit_under_way");
    }
}

#[test]
fn unassigning_opens_the_job_and_leaves_no_visit() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let job = world.job(5, 0);
    world.place(job);
    world.plan(&PlanCommand::Unassign { job, seen: vec![world.seen(technician)] });
    assert_eq!(world.status(job), JobStatus::Open);
    assert!(world.state.jobs[&job].job.visits.is_empty());
    let again = world.try_plan(&PlanCommand::Unassign { job, seen: vec![] });
    assert_eq!(again.unwrap_err().code, "job_not_on_a_route");
}

#[test]
fn publishing_tells_the_technicians_and_a_move_tells_the_new_one_at_once() {
    let mut world = World::new();
    let (one, two) = (world.technician(0, 0), world.technician(20, 0));
    let jobs = [world.job(1, 0), world.job(21, 0)];
    world.place(jobs[0]);
    world.place(jobs[1]);
    let day = friday();
    let decision = world.plan(&PlanCommand::Publish { day, technicians: vec![one], seen: vec![] });
    assert_eq!(decision.detail["published"], 1);
    assert_eq!(world.visit(jobs[0]).status, VisitStatus::Published);
    assert_eq!(world.visit(jobs[1]).status, VisitStatus::Planned);
    world.now = clock(7, 30);
    world.plan(&assign(jobs[0], two, friday(), None, false));
    assert_eq!(world.visit(jobs[0]).status, VisitStatus::Published);
    assert_eq!(world.visit(jobs[0]).published_at, Some(clock(7, 30)));
    world.publish();
    let again = world.plan(&PlanCommand::Publish { day, technicians: vec![], seen: vec![] });
    assert!(again.events.is_empty());
}

#[test]
fn a_job_on_hold_or_over_is_not_assigned() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let job = world.job(1, 0);
    world.job_command(
        job,
        crate::domain::fieldwork::job::JobCommand::Hold { seen: None, remark: String::new() },
    );
    let refusal = |world: &mut World| {
        world.try_plan(&assign(job, technician, friday(), None, true)).unwrap_err().code
    };
    assert_eq!(refusal(&mut world), "job_on_hold");
    world.cancel(job);
    assert_eq!(refusal(&mut world), "job_already_cancelled");
    let yesterday = LocalDay::parse("2026-11-19").unwrap();
    let open = world.job(1, 0);
    let rejection = world.try_plan(&assign(open, technician, yesterday, None, true)).unwrap_err();
    assert_eq!(rejection.field.as_deref(), Some("day"));
}

#[test]
fn options_list_everybody_best_first_and_change_nothing() {
    let mut world = World::new();
    let near = world.technician(1, 0);
    let far = world.technician(30, 0);
    let unable = world.technician(1, 0);
    for id in [near, far] {
        world.state.technicians.get_mut(&id).unwrap().technician.skills = skills(&["lift"]);
    }
    let too_far = world.technician_with(90, 0, |technician| technician.skills = skills(&["lift"]));
    let job = world.job_with(1, 0, |job| {
        job.skills = skills(&["lift"]);
        job.wanted = Some(between((8, 0), (9, 0)));
    });
    world.place(job);
    let before = world.state.clone();
    let found = options(&world.state, &mut world.travel, world.now, job, None).unwrap();
    let order: Vec<_> = found.iter().map(|option| option.technician).collect();
    assert_eq!(order, [near, far, too_far, unable]);
    assert_eq!(found[1].added_travel_s, Some(58 * 60));
    assert_eq!(found[1].arrival_at, Some(clock(8, 29)));
    assert!(found[1].feasible && !found[2].feasible);
    assert_eq!(found[2].lateness_s, 29 * 60);
    assert_eq!(found[3].rule.as_deref(), Some("skill"));
    assert_eq!(world.state, before);
}

//! Places for new jobs: the arithmetic of a place, and each reason for having none.

use super::support::*;
use crate::domain::fieldwork::job::JobStatus;
use crate::domain::plan::PlanCommand;
use crate::domain::{Aggregate, Event};
use crate::units::id::JobId;

#[test]
fn a_job_goes_to_the_technician_who_drives_least_and_arrives_when_the_shift_lets_them() {
    let mut world = World::new();
    world.technician(0, 0);
    let near = world.technician(10, 0);
    let job = world.job(13, 4);
    let decision = world.plan(&PlanCommand::Place { job });
    // Seven blocks there and seven back, and the shift begins at eight.
    assert_eq!(world.place_of(job), Some((near, friday())));
    assert_eq!(decision.detail["added_travel_s"], 14 * 60);
    assert_eq!(decision.detail["added_travel_m"], 1_400);
    let stop = *world.stop(job);
    assert_eq!(stop.planned, between((8, 7), (8, 37)));
    assert_eq!((stop.travel_s, stop.travel_m), (420, 700));
    assert_eq!(world.route(near).planned, Some(between((8, 0), (8, 44))));
    assert_eq!(world.status(job), JobStatus::Scheduled);
    assert_eq!(world.visit(job).planned, stop.planned);
}

#[test]
fn a_decision_names_what_it_read_and_what_it_wrote() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let first = world.job(1, 0);
    let second = world.job(2, 0);
    world.place(first);
    let decision = world.plan(&PlanCommand::Place { job: second });
    let route = Aggregate::Route(world.route(technician).id);
    assert_eq!(decision.subject, (route, 2));
    assert!(matches!(decision.events[..], [(at, 2, Event::Plan(_))] if at == route));
    for job in [first, second] {
        assert!(decision.reads.contains(&(Aggregate::Job(job), 1)));
    }
    assert!(decision.reads.contains(&(Aggregate::Duty(technician), 0)));
    assert!(decision.bumps.contains(&(Aggregate::Placement(second), 1)));
    assert_eq!(world.state.jobs[&second].placement, 1);
}

#[test]
fn a_wanted_window_is_kept_by_waiting_for_it() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let early = world.job(2, 0);
    let late = world.job_with(4, 0, |job| job.wanted = Some(between((10, 0), (11, 0))));
    assert!(world.place(early) && world.place(late));
    assert_eq!(world.order(technician, friday()), [early, late]);
    assert_eq!(world.stop(late).start_at, clock(10, 0));
    assert_eq!(world.stop(late).planned.until, clock(10, 30));
}

#[test]
fn a_job_without_a_window_goes_to_the_next_working_day_when_today_is_full_or_over() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    world.now = clock(15, 50);
    let job = world.job(1, 0);
    // Half an hour of work does not fit before 16:00, and nobody works on the weekend.
    assert!(world.place(job));
    assert_eq!(world.place_of(job), Some((technician, monday())));
}

#[test]
fn nobody_sets_off_before_now() {
    let mut world = World::new();
    world.technician(0, 0);
    world.now = clock(10, 30);
    let job = world.job(5, 0);
    assert!(world.place(job));
    assert_eq!(world.stop(job).planned.from, clock(10, 35));
}

#[test]
fn a_break_is_taken_between_stops_within_its_window() {
    let mut world = World::new();
    let technician = world.technician_with(0, 0, |technician| {
        technician.breaks = vec![rest((12, 0), (13, 0), 30)];
    });
    let before = world.job_with(1, 0, |job| job.wanted = Some(between((12, 0), (12, 0))));
    let after = world.job_with(2, 0, |job| job.wanted = Some(between((12, 0), (14, 0))));
    assert!(world.place(before) && world.place(after));
    assert_eq!(world.order(technician, friday()), [before, after]);
    // 12:30 the first one is done, then half an hour of rest and one block.
    assert_eq!(world.stop(after).planned.from, clock(13, 1));
}

#[test]
fn each_technician_is_refused_by_their_own_reason() {
    let mut world = World::new();
    world.technician_with(0, 0, |technician| technician.active = false);
    let sick = world.technician(0, 0);
    world.duty(sick, crate::domain::people::technician::DutyCommand::ReportSick);
    world.technician(0, 0);
    world.technician_with(0, 0, |technician| {
        technician.skills = skills(&["brakes"]);
        technician.shifts.clear();
    });
    // Can do it, but starts 100 blocks away: 9:40 at the earliest.
    world.technician_with(100, 0, |technician| technician.skills = skills(&["brakes"]));
    let job = world.job_with(0, 0, |job| {
        job.skills = skills(&["brakes"]);
        job.wanted = Some(between((8, 0), (9, 0)));
    });
    let decision = world.plan(&PlanCommand::Place { job });
    assert_eq!(decision.detail["placed"], false);
    assert_eq!(rules(&decision), ["inactive", "sick", "skill", "no_shift", "window"]);
    let reasons = &decision.detail["reasons"];
    assert_eq!(reasons[2]["sentence"], "lacks brakes");
    assert_eq!(reasons[4]["by"], 40 * 60);
    assert_eq!(reasons[4]["sentence"], "would begin 40 min after the job's window");
    assert!(decision.events.is_empty());
    assert_eq!(world.status(job), JobStatus::Open);
}

#[test]
fn the_tightest_rule_is_the_one_that_would_have_to_give_least() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let present = world.job_with(0, 0, |job| {
        job.wanted = Some(between((15, 20), (15, 20)));
        job.duration_s = 1_200;
    });
    world.put(present, technician);
    // Before the other job it would push that by 5 min; after it, the shift by 40 min.
    let job = world.job_with(5, 0, |job| job.wanted = Some(between((14, 50), (15, 55))));
    let decision = world.plan(&PlanCommand::Place { job });
    assert_eq!(rules(&decision), ["other_window"]);
    assert_eq!(decision.detail["reasons"][0]["by"], 5 * 60);
    world.promise(present, between((15, 20), (15, 20)));
    assert_eq!(rules(&world.plan(&PlanCommand::Place { job })), ["promise"]);
}

#[test]
fn the_truck_gives_its_equipment_and_takes_no_more_than_it_holds() {
    let mut world = World::new();
    let truck = world.truck(100, &["lift"]);
    let driver = world.technician_with(0, 0, |technician| technician.truck = Some(truck));
    let heavy = |kg| {
        move |job: &mut crate::domain::fieldwork::job::Job| {
            job.load = load("kg", kg);
            job.skills = skills(&["lift"]);
            job.wanted = Some(between((8, 0), (15, 0)));
        }
    };
    let first = world.job_with(1, 0, heavy(60));
    let second = world.job_with(2, 0, heavy(60));
    assert!(world.place(first));
    assert_eq!(world.route(driver).truck, Some(truck));
    let decision = world.plan(&PlanCommand::Place { job: second });
    assert_eq!(rules(&decision), ["capacity"]);
    assert_eq!(decision.detail["reasons"][0]["by"], 20);
}

#[test]
fn an_urgent_job_displaces_a_flexible_one_and_no_promise() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let long = |from: i64| {
        move |job: &mut crate::domain::fieldwork::job::Job| {
            job.duration_s = 3 * 3_600;
            job.priority = 10;
            job.wanted = Some(between((from, 0), (24 * 5, 0)));
        }
    };
    let promised = world.job_with(0, 0, long(8));
    let flexible = world.job_with(0, 0, long(8));
    world.put(promised, technician);
    world.promise(promised, between((8, 0), (8, 30)));
    world.put(flexible, technician);
    // Two hours remain of the day; the urgent job takes three and wants today.
    let urgent = world.job_with(0, 0, |job| {
        job.duration_s = 3 * 3_600;
        job.priority = 90;
        job.wanted = Some(between((8, 0), (15, 0)));
    });
    let promise_before = world.stop(promised).planned;
    let decision = world.plan(&PlanCommand::Place { job: urgent });
    assert_eq!(decision.detail["placed"], true);
    assert_eq!(decision.detail["displaced"][0]["job"], serde_json::json!(flexible));
    assert_eq!(world.place_of(urgent), Some((technician, friday())));
    assert_eq!(world.place_of(flexible), Some((technician, monday())));
    assert_eq!(world.stop(promised).planned, promise_before);
    // The next one finds nobody less urgent without a promise.
    let equal = world.job_with(0, 0, |job| {
        job.duration_s = 3 * 3_600;
        job.priority = 90;
        job.wanted = Some(between((8, 0), (15, 0)));
    });
    assert!(!world.place(equal));
    assert_eq!(world.place_of(urgent), Some((technician, friday())));
}

#[test]
fn a_locked_stop_does_not_make_room() {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let all_day = |job: &mut crate::domain::fieldwork::job::Job| {
        job.duration_s = 7 * 3_600;
        job.priority = 1;
    };
    let flexible = world.job_with(0, 0, all_day);
    world.put(flexible, technician);
    world.plan(&PlanCommand::Lock { job: flexible, seen: vec![] });
    let urgent = world.job_with(0, 0, |job| {
        job.duration_s = 7_200;
        job.priority = 99;
        job.wanted = Some(between((8, 0), (12, 0)));
    });
    assert!(!world.place(urgent));
    world.plan(&PlanCommand::Unlock { job: flexible, seen: vec![] });
    assert!(world.place(urgent));
}

#[test]
fn a_place_off_the_map_is_refused_with_its_distance() {
    let mut world = World::new();
    world.technician(0, 0);
    let job = world.job(203, 0);
    let rejection = world.try_plan(&PlanCommand::Place { job }).unwrap_err();
    assert_eq!(rejection.code, "location_off_the_map");
    assert_eq!(rejection.facts["distance_m"], 300.0);
}

#[test]
fn a_technician_who_starts_off_the_map_does_not_stop_the_others() {
    let mut world = World::new();
    world.technician(300, 0);
    let other = world.technician(0, 0);
    let job = world.job(1, 0);
    assert!(world.place(job));
    assert_eq!(world.place_of(job), Some((other, friday())));
}

#[test]
fn a_place_without_a_way_is_refused_as_such() {
    let mut world = World::new();
    world.technician(0, 0);
    let job = world.job_with(160, 0, |job| job.wanted = Some(between((8, 0), (15, 0))));
    assert_eq!(rules(&world.plan(&PlanCommand::Place { job })), ["unreachable"]);
}

#[test]
fn who_declined_a_job_does_not_get_it_again() {
    use crate::domain::fieldwork::job::JobCommand;
    let mut world = World::new();
    let near = world.technician(0, 0);
    let far = world.technician(40, 0);
    let job = world.job(1, 0);
    world.place(job);
    world.publish();
    let visit = world.visit(job).id;
    world.job_command(job, JobCommand::Decline { visit, remark: String::new() });
    assert_eq!(world.status(job), JobStatus::Open);
    world.plan(&PlanCommand::Forget { job });
    assert!(world.order(near, friday()).is_empty());
    assert!(world.place(job));
    assert_eq!(world.place_of(job), Some((far, friday())));
}

#[test]
fn a_job_that_asks_for_somebody_gets_them_or_nobody() {
    let mut world = World::new();
    world.technician(1, 0);
    let far = world.technician(50, 0);
    let job = world.job_with(1, 0, |job| job.technician = Some(far));
    assert!(world.place(job));
    assert_eq!(world.place_of(job), Some((far, friday())));
    world.state.technicians.get_mut(&far).unwrap().technician.shifts.clear();
    let job = world.job_with(1, 0, |job| job.technician = Some(far));
    assert_eq!(
        rules(&world.plan(&PlanCommand::Place { job })),
        ["required_technician", "no_shift"]
    );
}

#[test]
fn many_open_jobs_find_places_at_once_and_the_rest_get_reasons() {
    let mut world = World::new();
    let one = world.technician(0, 0);
    let two = world.technician(100, 0);
    let exact = |job: &mut crate::domain::fieldwork::job::Job| {
        job.wanted = Some(between((9, 0), (9, 10)));
    };
    let jobs: Vec<JobId> = vec![
        world.job_with(1, 0, exact),
        world.job_with(99, 0, exact),
        world.job_with(50, 0, exact),
        world.job(2, 0),
    ];
    let decision = world.plan(&PlanCommand::PlaceAll { day: friday() });
    assert_eq!(decision.detail["placed"], 3);
    assert_eq!(decision.detail["refused"].as_array().unwrap().len(), 1);
    assert_eq!(decision.detail["refused"][0]["reasons"].as_array().unwrap().len(), 2);
    let placed = jobs.iter().filter(|job| world.place_of(**job).is_some()).count();
    assert_eq!(placed, 3);
    assert_eq!(world.place_of(jobs[3]), Some((one, friday())));
    assert!(world.order(two, friday()).len() == 1);
}

#[test]
fn placing_twice_changes_nothing() {
    let mut world = World::new();
    world.technician(0, 0);
    let job = world.job(1, 0);
    world.place(job);
    let again = world.plan(&PlanCommand::Place { job });
    assert!(again.events.is_empty());
    assert_eq!(again.detail["placed"], true);
}

#[test]
fn a_promise_is_kept_from_when_the_customer_wanted_it_to_begin() {
    let mut world = World::new();
    world.technician(0, 0);
    let job = world.job_with(3, 0, |job| job.wanted = Some(between((12, 0), (16, 0))));
    world.place(job);
    // Nobody stands at the door before noon, and the promise around noon does not bring them there.
    assert_eq!(world.stop(job).planned, between((12, 0), (12, 30)));
    world.promise(job, between((11, 30), (12, 30)));
    world.plan(&PlanCommand::Lock { job, seen: vec![] });
    assert_eq!(world.stop(job).planned.from, clock(12, 0));
}

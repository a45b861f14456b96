//! Why a job is where it is, or nowhere.

use super::support::*;
use crate::domain::plan::PlanCommand;
use crate::planning::explain::{Explanation, MovedJob, Question};
use crate::units::id::JobId;

fn explain(world: &mut World, job: JobId) -> Explanation {
    let question = Question::prepare(&world.state, &mut world.travel, world.now, job, None);
    question.unwrap().answer()
}

#[test]
fn a_planned_job_is_told_who_would_be_next_and_what_that_costs() {
    let mut world = World::new();
    let near = world.technician(1, 0);
    let far = world.technician(10, 0);
    let job = world.job(2, 0);
    assert!(world.place(job));
    let before = world.state.clone();
    let found = explain(&mut world, job);
    assert_eq!((found.technician, found.fixed), (Some(near), None));
    let other = found.alternative.unwrap();
    // Eight blocks there and back instead of one.
    assert_eq!((other.technician, other.travel_s), (Some(far), 14 * 60));
    assert_eq!((other.travel_m, other.lateness_s, other.moves), (1_400, 0, vec![]));
    assert!(other.arrival_at.is_some() && other.nearest.is_none());
    assert_eq!(world.state, before, "asking changes nothing");
}

#[test]
fn if_nobody_else_can_the_nearest_one_and_the_rule_are_named() {
    let mut world = World::new();
    let expert = world.technician_with(1, 0, |technician| technician.skills = skills(&["gas"]));
    let other = world.technician(1, 0);
    let job = world.job_with(2, 0, |job| job.skills = skills(&["gas"]));
    assert!(world.place(job));
    let found = explain(&mut world, job);
    assert_eq!(found.technician, Some(expert));
    let alternative = found.alternative.unwrap();
    assert_eq!(alternative.technician, None);
    let nearest = alternative.nearest.unwrap();
    assert_eq!((nearest.technician, nearest.sentence.as_str()), (other, "lacks gas"));
}

#[test]
fn what_is_locked_asked_for_or_begun_cannot_be_elsewhere() {
    let mut world = World::new();
    let technician = world.technician(1, 0);
    world.technician(2, 0);
    let (locked, wished) =
        (world.job(1, 0), world.job_with(2, 0, |job| job.technician = Some(technician)));
    world.put(locked, technician);
    world.put(wished, technician);
    world.plan(&PlanCommand::Lock { job: locked, seen: Vec::new() });
    assert_eq!(explain(&mut world, locked).fixed.as_deref(), Some("locked"));
    assert_eq!(explain(&mut world, wished).fixed.as_deref(), Some("required_technician"));
    world.publish();
    world.now = clock(8, 0);
    world.depart(locked);
    let begun = explain(&mut world, locked);
    assert_eq!((begun.technician, begun.fixed.as_deref()), (Some(technician), Some("begun")));
}

#[test]
fn a_refused_job_is_told_its_reasons_and_each_cure_lets_it_in() {
    let mut world = World::new();
    let near = world.technician(10, 0);
    let far = world.technician(30, 0);
    let job = world.job_with(40, 0, |job| job.wanted = Some(between((8, 0), (8, 5))));
    assert!(!world.place(job));
    let found = explain(&mut world, job);
    assert_eq!((found.technician, found.place), (None, None));
    let reason = &found.reasons[0];
    assert_eq!((reason.technicians, reason.nearest.rule.as_str()), (2, "window"));
    assert_eq!((reason.nearest.technician, reason.nearest.by), (far, Some(300)));
    let cure = &found.cures[0];
    assert_eq!((cure.change.as_str(), cure.by, cure.technician), ("later", Some(300), far));
    assert_eq!(cure.sentence, "it could begin 5 min later");
    assert_eq!((cure.arrival_at, cure.added_travel_s), (clock(8, 10), 20 * 60));
    // So it is.
    world.state.jobs.get_mut(&job).unwrap().job.wanted = Some(between((8, 0), (8, 10)));
    assert!(world.place(job));
    assert_eq!(world.place_of(job), Some((far, friday())));
    let _ = near;
}

#[test]
fn a_skill_nobody_has_is_a_cure_and_a_technicians_no_is_none() {
    let mut world = World::new();
    let technician = world.technician(1, 0);
    let gas = world.job_with(2, 0, |job| job.skills = skills(&["gas"]));
    let found = explain(&mut world, gas);
    assert_eq!(found.reasons[0].nearest.rule, "skill");
    assert_eq!(found.cures[0].sentence, "somebody had gas");
    // Nobody works on a Saturday: no skill and no overtime is offered.
    let day = friday().next();
    let question =
        Question::prepare(&world.state, &mut world.travel, world.now, gas, Some(day)).unwrap();
    let weekend = question.answer();
    assert_eq!((weekend.day, weekend.cures), (day, vec![]));
    assert_eq!(weekend.reasons[0].nearest.technician, technician);
}

#[test]
fn a_place_that_others_could_make_is_told_and_promises_stay() {
    let mut world = World::new();
    let near = world.technician(0, 0);
    let far = world.technician_with(20, 0, |technician| technician.skills = skills(&["gas"]));
    // The expert is held by a job that the other one could do.
    let plain = world.job_with(20, 0, |job| {
        job.wanted = Some(between((8, 0), (9, 0)));
        job.duration_s = 7_200;
    });
    world.put(plain, far);
    let gas = world.job_with(20, 0, |job| {
        job.skills = skills(&["gas"]);
        job.wanted = Some(between((8, 0), (8, 30)));
        job.duration_s = 7_200;
    });
    let found = explain(&mut world, gas);
    let place = found.place.unwrap();
    assert_eq!(place.technician, far);
    assert_eq!(place.moves, [MovedJob { job: plain, from: Some(far), to: Some(near) }]);
    // Told to the customer, it does not move for an explanation, and its window is no cure.
    world.promise(plain, between((8, 0), (9, 0)));
    let found = explain(&mut world, gas);
    assert_eq!(found.place, None);
    assert!(found.cures.iter().all(|cure| cure.change != "other_later"), "{:?}", found.cures);
}

//! Arrivals and facts: a later fact never gives an earlier arrival.

use super::support::*;
use crate::domain::plan::PlanCommand;
use proptest::prelude::*;

/// Arrivals of a route whose first visit was set off for, arrived at and finished so many seconds after
/// eight (or not yet), renewed at an instant.
fn arrivals(depart_s: i64, drive_s: Option<i64>, work_s: Option<i64>, idle_s: i64) -> Vec<i64> {
    let mut world = World::new();
    let technician = world.technician(0, 0);
    let windows = [None, Some(between((10, 0), (15, 0))), None, Some(between((8, 0), (9, 0)))];
    let places = [(10, 0), (20, 3), (5, 5), (1, 1)];
    let jobs: Vec<_> = places
        .iter()
        .zip(windows)
        .map(|((x, y), wanted)| world.job_with(*x, *y, |job| job.wanted = wanted))
        .collect();
    for job in &jobs {
        world.put(*job, technician);
    }
    world.publish();
    world.now = clock(8, 0).plus_secs(depart_s);
    world.depart(jobs[0]);
    if let Some(drive_s) = drive_s {
        world.now = world.now.plus_secs(drive_s);
        world.arrive(jobs[0]);
        if let Some(work_s) = work_s {
            world.now = world.now.plus_secs(work_s);
            world.finish(jobs[0], crate::domain::fieldwork::job::Outcome::Completed);
        }
    }
    world.now = world.now.plus_secs(idle_s);
    world.plan(&PlanCommand::Forget { job: jobs[0] });
    world.plan(&PlanCommand::Renew { technician, day: None });
    jobs.iter().map(|job| world.stop(*job).planned.from.secs()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn a_later_fact_never_gives_an_earlier_arrival(
        depart_s in 0_i64..7_200,
        drive_s in prop::option::of(0_i64..3_600),
        work_s in prop::option::of(0_i64..7_200),
        idle_s in 0_i64..3_600,
        later_s in 60_i64..3_600,
    ) {
        let before = arrivals(depart_s, drive_s, work_s, idle_s);
        let after = arrivals(depart_s + later_s, drive_s, work_s, idle_s);
        for (before, after) in before.iter().zip(&after) {
            // Renewal rounds away what nobody would notice.
            prop_assert!(after + 60 > *before, "{} became {}", before, after);
        }
    }
}

#[test]
fn a_break_that_was_taken_between_two_visits_is_not_planned_again() {
    let mut world = World::new();
    let technician = world.technician_with(0, 0, |technician| {
        technician.breaks = vec![rest((9, 0), (11, 0), 30)];
    });
    let jobs = [world.job(10, 0), world.job(20, 0), world.job(30, 0)];
    for job in jobs {
        world.put(job, technician);
    }
    world.publish();
    world.now = clock(8, 50);
    world.arrive(jobs[0]);
    world.now = clock(9, 20);
    world.finish(jobs[0], crate::domain::fieldwork::job::Outcome::Completed);
    world.plan(&PlanCommand::Forget { job: jobs[0] });
    let planned = |world: &World| {
        let stops = &world.route(technician).stops;
        stops[2].planned.from.secs_since(stops[1].planned.from)
    };
    // Rest, drive, work, drive: or the rest after the second one.
    assert!(planned(&world) == 40 * 60 || planned(&world) == 70 * 60);
    world.now = clock(9, 50);
    world.depart(jobs[1]);
    world.plan(&PlanCommand::Renew { technician, day: None });
    assert_eq!(world.stop(jobs[1]).planned.from, clock(10, 0));
    assert_eq!(world.stop(jobs[2]).planned.from, clock(10, 40));
}

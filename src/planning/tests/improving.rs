//! Better plans: found, offered when they are worth it, applied only to the plan they rest on.

use super::support::*;
use crate::domain::fieldwork::job::JobStatus;
use crate::domain::plan::proposal::Share;
use crate::domain::plan::{PlanCommand, Proposal, ProposalStatus};
use crate::planning::{Earlier, Improvement, SearchBudget};
use crate::units::id::{JobId, ProposalId, TechnicianId};
use uuid::Uuid;

fn prepare(world: &mut World, earlier: Option<&Earlier>) -> Improvement {
    let World { state, travel, now, .. } = world;
    let improvement = Improvement::prepare(state, travel, *now, friday(), earlier).unwrap();
    assert!(improvement.still_holds(state));
    improvement
}

/// What a search tells, in its order.
fn run(world: &World, improvement: &Improvement, iterations: u64) -> Vec<Proposal> {
    let budget = SearchBudget { iterations: Some(iterations), ..SearchBudget::default() };
    let id = ProposalId(Uuid::from_u64_pair(9, world.state.proposals.len() as u64 + 1));
    let mut told = Vec::new();
    improvement.run(7, &budget, id, world.now, &mut |proposal| told.push(proposal));
    told
}

fn search(world: &mut World) -> Option<Proposal> {
    let improvement = prepare(world, None);
    run(world, &improvement, 4_000).pop()
}

fn offer(world: &mut World, proposal: &Proposal) {
    world.plan(&PlanCommand::Offer { proposal: Box::new(proposal.clone()) });
}

/// Two technicians at the two ends of a street, each with the other one's job.
fn crossed(world: &mut World) -> ([TechnicianId; 2], [JobId; 2]) {
    let people = [world.technician(0, 0), world.technician(100, 0)];
    let jobs = [world.job(95, 0), world.job(5, 0)];
    world.put(jobs[0], people[0]);
    world.put(jobs[1], people[1]);
    (people, jobs)
}

#[test]
fn a_better_plan_is_offered_with_its_difference_and_applied_as_it_was_offered() {
    let mut world = World::new();
    let (people, jobs) = crossed(&mut world);
    let open = world.job(50, 0);
    let proposal = search(&mut world).expect("there is a better plan");
    // 4 × 95 min of driving become 4 × 5, and the open job adds some.
    assert!(proposal.difference.travel_s < -300 * 60 + 2 * 50 * 60 + 1);
    assert_eq!(proposal.difference.placed_jobs, 1);
    assert_eq!(proposal.difference.moved_promises, 0);
    offer(&mut world, &proposal);
    assert_eq!(world.state.proposals[&proposal.id].status, ProposalStatus::Offered);
    let decision = world.plan(&PlanCommand::Apply { proposal: proposal.id });
    assert_eq!(decision.events.len(), 3);
    assert_eq!(world.place_of(jobs[0]).unwrap().0, people[1]);
    assert_eq!(world.place_of(jobs[1]).unwrap().0, people[0]);
    assert_eq!(world.status(open), JobStatus::Scheduled);
    for route in &proposal.routes {
        let now = &world.state.routes[&route.id];
        let order = |stops: &[crate::domain::plan::Stop]| {
            stops.iter().map(|stop| (stop.job, stop.planned)).collect::<Vec<_>>()
        };
        assert_eq!(order(&now.stops), order(&route.stops));
    }
    let again = world.try_plan(&PlanCommand::Apply { proposal: proposal.id });
    assert_eq!(again.unwrap_err().code, "proposal_not_found");
}

#[test]
fn a_plan_that_cannot_be_bettered_gets_no_proposal() {
    let mut world = World::new();
    world.technician(0, 0);
    let job = world.job(5, 0);
    world.place(job);
    assert_eq!(search(&mut world), None);
}

#[test]
fn a_proposal_is_outdated_as_soon_as_one_of_its_routes_moves_on() {
    let mut world = World::new();
    let (people, _) = crossed(&mut world);
    let proposal = search(&mut world).unwrap();
    offer(&mut world, &proposal);
    let another = world.job(1, 1);
    let decision = world.plan(&assign(another, people[0], friday(), None, false));
    assert_eq!(decision.events.len(), 2);
    assert!(world.state.proposals.is_empty());
    // A search that ended too late is not even offered.
    let late = PlanCommand::Offer { proposal: Box::new(proposal) };
    assert_eq!(world.try_plan(&late).unwrap_err().code, "proposal_outdated");
}

#[test]
fn a_newer_proposal_takes_the_place_of_the_one_before_and_can_be_discarded() {
    let mut world = World::new();
    crossed(&mut world);
    let first = search(&mut world).unwrap();
    offer(&mut world, &first);
    let second = search(&mut world).unwrap();
    assert_ne!(first.id, second.id);
    offer(&mut world, &second);
    assert_eq!(world.state.proposals.keys().collect::<Vec<_>>(), [&second.id]);
    world.plan(&PlanCommand::Discard { proposal: second.id });
    assert!(world.state.proposals.is_empty());
}

#[test]
fn a_published_visit_changes_hands_only_when_the_gain_pays_the_price() {
    let mut world = World::new();
    let people = [world.technician(0, 0), world.technician(20, 0)];
    let job = world.job(15, 0);
    world.put(job, people[0]);
    world.publish();
    // 30 min of driving would become 10: 1,200 s gained.
    world.state.settings.disruption_price_s = 1_200;
    assert_eq!(search(&mut world), None);
    world.state.settings.disruption_price_s = 1_199;
    let proposal = search(&mut world).unwrap();
    assert_eq!(proposal.difference.travel_s, -1_200);
    assert_eq!(proposal.difference.moves[0].to, Some(people[1]));
}

#[test]
fn promises_are_kept_and_no_more_of_them_move_than_the_budget_allows() {
    let mut world = World::new();
    let (_, jobs) = crossed(&mut world);
    for job in jobs {
        world.promise(job, between((8, 0), (12, 0)));
    }
    world.state.settings.disruption_price_s = 0;
    world.state.settings.moved_promises_max = 0;
    world.state.settings.promise_slack_s = 600;
    // Changing hands would bring the arrivals forward by an hour and a half.
    assert_eq!(search(&mut world), None);
    world.state.settings.moved_promises_max = 2;
    let proposal = search(&mut world).unwrap();
    assert_eq!(proposal.difference.moved_promises, 2);
    for stop in proposal.routes.iter().flat_map(|route| &route.stops) {
        assert!(between((8, 0), (12, 0)).contains(stop.start_at));
    }
}

#[test]
fn a_proposal_is_refused_when_one_of_its_visits_has_begun_meanwhile() {
    let mut world = World::new();
    let (people, jobs) = crossed(&mut world);
    world.publish();
    world.state.settings.disruption_price_s = 0;
    let proposal = search(&mut world).unwrap();
    offer(&mut world, &proposal);
    world.now = clock(8, 0);
    world.depart(jobs[0]);
    let refused = world.try_plan(&PlanCommand::Apply { proposal: proposal.id });
    assert_eq!(refused.unwrap_err().code, "proposal_outdated");
    assert_eq!(world.place_of(jobs[0]).unwrap().0, people[0]);
}

#[test]
fn a_search_goes_on_from_what_an_earlier_one_had_found_when_the_day_moved_on() {
    let mut world = World::new();
    let (people, jobs) = crossed(&mut world);
    let first = prepare(&mut world, None);
    let found = run(&world, &first, 4_000).pop().expect("there is a better plan");
    // Nobody has used it yet when a third job comes and one of the two is cancelled.
    let third = world.job(50, 0);
    world.put(third, people[0]);
    let mut earlier = first.as_earlier();
    let no_steps = |world: &World, improvement: &Improvement| run(world, improvement, 0).pop();
    let without = prepare(&mut world, Some(&earlier));
    assert_eq!(no_steps(&world, &without), None, "without a step nothing is found");
    earlier.keep(&found);
    let with = prepare(&mut world, Some(&earlier));
    let proposal = no_steps(&world, &with).expect("what was found still is a better plan");
    offer(&mut world, &proposal);
    world.plan(&PlanCommand::Apply { proposal: proposal.id });
    assert_eq!(world.place_of(jobs[0]).unwrap().0, people[1]);
    assert!(world.place_of(third).is_some());
}

#[test]
fn a_cancelled_search_tells_nothing_more() {
    let mut world = World::new();
    crossed(&mut world);
    let improvement = prepare(&mut world, None);
    let cancel = std::sync::atomic::AtomicBool::new(true);
    let budget = SearchBudget { iterations: Some(4_000), share_used: None, cancel: Some(&cancel) };
    let id = ProposalId(Uuid::from_u64_pair(9, 1));
    improvement.run(7, &budget, id, world.now, &mut |_| panic!("it is over"));
}

#[test]
fn only_what_is_new_is_looked_at_first_and_what_is_found_there_is_told_first() {
    let mut world = World::new();
    let (people, _) = crossed(&mut world);
    world.publish();
    world.state.settings.disruption_price_s = 0;
    let before = Earlier::of(&world.state, friday());
    // Nothing is new: there is no first look, and a budget that only has that finds nothing.
    let idle = prepare(&mut world, Some(&before));
    let new = {
        let job = world.job(1, 0);
        world.put(job, people[0]);
        prepare(&mut world, Some(&before))
    };
    let told = run(&world, &new, 100_000);
    assert!(!told.is_empty() && told.len() <= 2, "{}", told.len());
    let first = ProposalId::derived(Uuid::from_u64_pair(9, 1), "0.04");
    assert_eq!(told[0].id, first, "found near the route that is new");
    assert_ne!(run(&world, &idle, 100_000)[0].id, first);
}

#[test]
fn a_proposal_says_what_speaks_for_each_move_and_what_each_day_becomes() {
    let mut world = World::new();
    world.state.settings.hour_price = 3_000;
    let (people, jobs) = crossed(&mut world);
    world.promise(jobs[0], between((8, 0), (12, 0)));
    let proposal = search(&mut world).expect("there is a better plan");
    let difference = &proposal.difference;
    // 4 x 95 min of driving become 4 x 5: six hours less.
    assert_eq!((difference.travel_s, difference.cost), (-6 * 3600, Some(-18_000)));
    let of = |person: TechnicianId| difference.routes.iter().find(|it| it.technician == person);
    let first = of(people[0]).expect("the day of the first changes");
    assert_eq!((first.before.travel_s, first.after.travel_s), (190 * 60, 10 * 60));
    assert_eq!((first.before.cost, first.after.cost), (Some(9_500), Some(500)));
    assert_eq!((first.before.jobs, first.after.jobs), (1, 1));
    assert!(first.after.end_at < first.before.end_at);
    for (at, job) in jobs.iter().enumerate() {
        let moved = difference.moves.iter().find(|it| it.job == *job).expect("both change hands");
        assert_eq!((moved.from, moved.to), (Some(people[at]), Some(people[1 - at])));
        let detour = |share: Option<Share>| share.unwrap().detour_s;
        assert_eq!((detour(moved.before), detour(moved.after)), (190 * 60, 10 * 60));
        assert_eq!(moved.moves_promise, at == 0, "only one of them was told a time");
    }
    assert_eq!(difference.moved_promises, 1);
}

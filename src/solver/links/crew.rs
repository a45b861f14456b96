//! Where a linked task goes, with all of its crew.
//!
//! Each member's places are found alone, as if the others did not matter, with the span of time in which it could start
//! there. Then places whose spans meet are put together, the cheapest first, and each party that could be the best is
//! judged by walking all tours that hang together with it. So the best one is found without trying all, unless lateness
//! or paid time become cheaper by another stop.

use super::graph::CREW_MAX;
use super::judge::{More, judge};
use crate::solver::draft::{TaskId, VehicleId};
use crate::solver::insertion::{Call, Insertion, Mate, added_cost, fits_in_load};
use crate::solver::problem::{Cost, FAR};
use crate::solver::tours::{SpotId, Tours};

/// Who does a linked task, and its crew with it, and where.
#[derive(Debug, Clone, Copy)]
pub(in crate::solver) struct Party {
    pub cost: Cost,
    members: [Option<(TaskId, VehicleId, SpotId)>; CREW_MAX],
}

impl Party {
    /// The head first.
    pub(in crate::solver) fn members(
        &self,
    ) -> impl Iterator<Item = (TaskId, VehicleId, SpotId)> + use<> {
        self.members.into_iter().flatten()
    }

    pub(in crate::solver) fn apply(&self, tours: &mut Tours<'_>) {
        for (task, vehicle, after) in self.members() {
            tours.put(task, vehicle, after);
        }
    }

    pub(in crate::solver) fn insertion(&self, tours: &Tours<'_>) -> Insertion {
        let mut members =
            self.members().map(|(task, vehicle, spot)| (task, vehicle, tours.count_until(spot)));
        let (task, vehicle, after) = members.next().expect("the head is a member");
        let mut mates = [None; CREW_MAX - 1];
        for (mate, (task, vehicle, after)) in mates.iter_mut().zip(members) {
            *mate = Some(Mate { task, vehicle, after });
        }
        let (delivery_after, call): (_, Option<Call>) = (None, None);
        Insertion { task, vehicle, after, delivery_after, call, mates, cost: self.cost }
    }
}

/// A place of one member, what it adds at least, and when it could start there.
#[derive(Debug, Clone, Copy)]
struct Place {
    vehicle: VehicleId,
    after: SpotId,
    cost: Cost,
    from_s: i32,
    until_s: i32,
}

/// The cheapest places of a linked head, which is on one vehicle if that is given, and of its crew, if they cost less
/// than `beat`. At most so many parties are looked at.
pub(in crate::solver) fn best(
    tours: &mut Tours<'_>,
    head: TaskId,
    on: Option<VehicleId>,
    beat: Cost,
    looks_max: usize,
) -> Option<Party> {
    let problem = tours.problem();
    let crew: Vec<TaskId> = std::iter::once(head).chain(problem.links.followers(head)).collect();
    if crew.iter().any(|task| tours.missing_before(*task).is_some()) {
        return None;
    }
    let mut places: Vec<Vec<Place>> = Vec::with_capacity(crew.len());
    for (at, task) in crew.iter().enumerate() {
        let on = on.filter(|_| at == 0);
        let found = places_of(tours, *task, on);
        if found.is_empty() {
            return None;
        }
        places.push(found);
    }
    // What the members behind each one add at least.
    let mut rest = vec![0; crew.len()];
    for at in (1..crew.len()).rev() {
        rest[at - 1] = rest[at] + places[at][0].cost;
    }
    let mut search = Search {
        crew: &crew,
        places: &places,
        rest: &rest,
        chosen: Vec::with_capacity(crew.len()),
        best: None,
        beat,
        looks: looks_max,
    };
    search.choose(tours, 0, 0, (i32::MIN, i32::MAX));
    let (cost, chosen) = search.best?;
    let mut members = [None; CREW_MAX];
    for ((member, task), place) in members.iter_mut().zip(&crew).zip(&chosen) {
        *member = Some((*task, place.vehicle, place.after));
    }
    Some(Party { cost, members })
}

struct Search<'a> {
    crew: &'a [TaskId],
    places: &'a [Vec<Place>],
    rest: &'a [Cost],
    chosen: Vec<Place>,
    best: Option<(Cost, Vec<Place>)>,
    beat: Cost,
    looks: usize,
}

impl Search<'_> {
    /// Chooses a place for the members from one on, those before have theirs.
    fn choose(&mut self, tours: &mut Tours<'_>, at: usize, cost: Cost, span: (i32, i32)) {
        let Some(&rest) = self.rest.get(at) else {
            return self.look(tours, cost);
        };
        let places = self.places;
        for place in &places[at] {
            if cost + place.cost + rest >= self.beat || self.looks == 0 {
                return;
            }
            let meets = (span.0.max(place.from_s), span.1.min(place.until_s));
            let is_taken = self.chosen.iter().any(|other| other.vehicle == place.vehicle);
            if is_taken || meets.0 > meets.1 {
                continue;
            }
            self.chosen.push(*place);
            self.choose(tours, at + 1, cost + place.cost, meets);
            self.chosen.pop();
        }
    }

    /// Judges a whole party.
    fn look(&mut self, tours: &mut Tours<'_>, cost: Cost) {
        self.looks -= 1;
        let mut spots = [[(0, TaskId(0))]; CREW_MAX];
        for ((spot, task), place) in spots.iter_mut().zip(self.crew).zip(&self.chosen) {
            *spot = [(place.after, *task)];
        }
        let more: Vec<More<'_>> = self
            .chosen
            .iter()
            .zip(&spots)
            .map(|(place, spot)| (place.vehicle, &spot[..]))
            .collect();
        let Some(timed) = judge(tours, &more) else { return };
        if cost + timed < self.beat {
            self.beat = cost + timed;
            self.best = Some((self.beat, self.chosen.clone()));
        }
    }
}

/// All places of one task in which its own tour does not forbid it, the cheapest first.
fn places_of(tours: &Tours<'_>, task: TaskId, on: Option<VehicleId>) -> Vec<Place> {
    let problem = tours.problem();
    let mut places = Vec::new();
    for vehicle in problem.vehicle_ids() {
        if on.is_none_or(|on| on == vehicle)
            && problem.is_allowed(task, vehicle)
            && tours.holds(vehicle)
            && !tours.breaks_promise(task, vehicle)
            && tours.rival_on(task, vehicle).is_none()
        {
            add_places(tours, task, vehicle, &mut places);
        }
    }
    places.sort_by_key(|place| (place.cost, place.vehicle, place.after));
    places
}

fn add_places(tours: &Tours<'_>, task: TaskId, vehicle: VehicleId, places: &mut Vec<Place>) {
    let problem = tours.problem();
    let ride = problem.ride(vehicle);
    let node = problem.node(task);
    let tour = &tours.tours[vehicle.index()];
    let fixed = if tour.count == 0 { ride.fixed } else { 0 };
    let own =
        fixed + problem.preference_cost(task, vehicle) + tours.disruption().cost(task, vehicle);
    let mut after = tours.end_of(vehicle);
    let first = tours.first_open(vehicle);
    while after != first {
        after = tours.spots[after as usize].prev;
        let spot = &tours.spots[after as usize];
        if spot.ready_s > node.closes_s + node.late_max_s
            || spot.next_due_s < node.opens_s
            || !fits_in_load(tours, task, vehicle, after)
        {
            continue;
        }
        let legs = problem.legs_around(ride, spot.place, node.location, spot.next_place);
        if ride.has_limits {
            let travel_s = i64::from(legs.0) + i64::from(legs.1) - i64::from(spot.leg_s);
            let to_and_on = problem.travel_m(ride, spot.place, node.location)
                + problem.travel_m(ride, node.location, spot.next_place);
            let direct = if tour.count > 0 {
                problem.travel_m(ride, spot.place, spot.next_place)
            } else {
                0
            };
            if !tours.fits_in_limits(vehicle, 1, travel_s, to_and_on - direct) {
                continue;
            }
        }
        let from_s = problem.start_s(node, spot.ready_s.max(node.release_s) + legs.0);
        if from_s >= FAR {
            continue;
        }
        // The next stop may be due later than it says if it needs no set-up then.
        let next = tours.task_at(spot.next).map_or(0, |next| problem.work_on(next, ride).0);
        let (_, service_s) = problem.work_on(task, ride);
        let until_s = if next > 0 { FAR } else { spot.next_due_s - legs.1 - service_s };
        if from_s > until_s {
            continue;
        }
        let cost = own + added_cost(tours, ride, task, after, legs);
        places.push(Place { vehicle, after, cost, from_s, until_s });
    }
}

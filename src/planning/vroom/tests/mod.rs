//! Small documents with known answers.

mod bad_input;
mod keys;
mod plan_mode;
mod reasons;

use super::{Answer, Asked, Prepared, Run, Streets, VroomError};
use crate::roads::speeds::Departure;
use crate::roads::{Leg, Path, RoadError, RoadNetwork, Snap};
use crate::solver::{Solution, checker};
use crate::units::{BoundingBox, Point};
use serde_json::{Value, json};

/// Solves a document and checks the plan.
fn solve_on(document: &Value, network: Option<&dyn RoadNetwork>) -> Result<Value, VroomError> {
    let streets = network.map(Streets::one);
    let text = document.to_string();
    let prepared = Prepared::parse(text.as_bytes(), Asked::default(), streets.as_ref())?;
    let run = Run { iterations: Some(500), ..Run::default() };
    if !prepared.is_plan_mode() {
        let plan = prepared.search(&run, &mut |_| {})?;
        let solution = Solution::of(prepared.problem(), &plan);
        assert_eq!(checker::check(prepared.problem(), &solution), []);
    }
    let written: Answer = prepared.run(&run, streets.as_ref(), &mut |_| {})?;
    Ok(serde_json::to_value(written).unwrap())
}

fn solve(document: &Value) -> Value {
    solve_on(document, None).unwrap()
}

fn refusal(document: &Value) -> VroomError {
    solve_on(document, None).unwrap_err()
}

/// Four places on a line, 100 s and 1000 m apart.
fn line(rest: Value) -> Value {
    let table = |step: i64| -> Vec<Vec<i64>> {
        (0..4).map(|from: i64| (0..4).map(|to| (from - to).abs() * step).collect()).collect()
    };
    let mut document = json!({
        "matrices": {"car": {"durations": table(100), "distances": table(1000)}},
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0}],
    });
    for (key, value) in rest.as_object().unwrap() {
        document[key] = value.clone();
    }
    document
}

fn ids(route: &Value) -> Vec<(String, Option<u64>)> {
    let steps = route["steps"].as_array().unwrap();
    steps
        .iter()
        .map(|step| (step["type"].as_str().unwrap().to_owned(), step["id"].as_u64()))
        .collect()
}

#[test]
fn the_second_example_of_vroom_has_vrooms_answer() {
    let found = solve(&json!({
        "vehicles": [{"id": 0, "start_index": 0, "end_index": 3}],
        "jobs": [{"id": 1414, "location_index": 1}, {"id": 1515, "location_index": 2}],
        "matrix": [[0, 2104, 197, 1299], [2103, 0, 2255, 3152], [197, 2256, 0, 1102], [1299, 3153, 1102, 0]],
    }));
    assert_eq!(found["code"], 0);
    let summary = &found["summary"];
    assert_eq!(summary["cost"], 5461);
    assert_eq!((&summary["routes"], &summary["unassigned"]), (&json!(1), &json!(0)));
    assert_eq!((&summary["duration"], &summary["violations"]), (&json!(5461), &json!([])));
    assert!(summary.get("distance").is_none(), "no distances were given");
    let steps = found["routes"][0]["steps"].as_array().unwrap();
    let times: Vec<_> = steps.iter().map(|step| step["arrival"].as_i64().unwrap()).collect();
    assert_eq!(times, [0, 2104, 4359, 5461]);
    assert_eq!(steps[1]["job"], 1414);
    assert_eq!(steps[2]["duration"], 4359);
    assert_eq!(steps[2]["location_index"], 2);
}

#[test]
fn loads_services_and_distances_are_in_the_steps() {
    let found = solve(&line(json!({
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "capacity": [5], "description": "van",
                      "costs": {"fixed": 10, "per_hour": 3600, "per_km": 2}}],
        "jobs": [
            {"id": 1, "location_index": 1, "service": 60, "setup": 5, "delivery": [2], "priority": 3},
            {"id": 2, "location_index": 3, "service": 30, "pickup": [4], "description": "far"},
        ],
    })));
    let route = &found["routes"][0];
    // 600 s of travel, 6 km, and the vehicle itself.
    assert_eq!(route["cost"], 600 + 12 + 10);
    assert_eq!((&route["distance"], &route["priority"]), (&json!(6000), &json!(3)));
    assert_eq!((&route["setup"], &route["service"]), (&json!(5), &json!(90)));
    assert_eq!((&route["delivery"], &route["pickup"]), (&json!([2]), &json!([4])));
    assert_eq!(route["description"], "van");
    let steps = route["steps"].as_array().unwrap();
    assert_eq!(steps[0]["load"], json!([2]));
    let last = steps.last().unwrap();
    assert_eq!((&last["load"], &last["distance"]), (&json!([4]), &json!(6000)));
    assert_eq!(found["summary"]["cost"], route["cost"]);
}

#[test]
fn a_shipment_is_fetched_before_it_is_brought() {
    let found = solve(&line(json!({
        "shipments": [{"amount": [1], "pickup": {"id": 4, "location_index": 3},
                       "delivery": {"id": 5, "location_index": 1}}],
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "capacity": [1]}],
    })));
    let route = &found["routes"][0];
    let kinds = ids(route);
    assert_eq!(kinds[1], ("pickup".to_owned(), Some(4)));
    assert_eq!(kinds[2], ("delivery".to_owned(), Some(5)));
    assert_eq!(route["cost"], 600);
    assert_eq!(route["steps"][1]["load"], json!([1]));
}

#[test]
fn a_break_is_taken_within_its_window() {
    let found = solve(&line(json!({
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "time_window": [0, 2000],
            "breaks": [{"id": 9, "time_windows": [[350, 500]], "service": 300, "description": "lunch"}]}],
        "jobs": [{"id": 1, "location_index": 3, "service": 20, "time_windows": [[0, 1500]]}],
    })));
    let route = &found["routes"][0];
    assert_eq!(ids(route).len(), 4);
    let rest =
        route["steps"].as_array().unwrap().iter().find(|step| step["type"] == "break").unwrap();
    let begins = rest["arrival"].as_i64().unwrap() + rest["waiting_time"].as_i64().unwrap();
    assert!((350..=500).contains(&begins), "{rest}");
    assert_eq!((&rest["id"], &rest["service"]), (&json!(9), &json!(300)));
    assert_eq!(route["service"], 320);
}

#[test]
fn the_sum_of_priorities_counts_first_and_then_the_number_of_tasks() {
    let job = |id: u64, priority: u64, service: u64| json!({"id": id, "location_index": 3, "priority": priority, "service": service});
    // 300 s of work fit: one job of priority 10, or three of priority 3.
    let vehicles = json!([{"id": 7, "start_index": 0, "end_index": 0, "time_window": [0, 900]}]);
    let found = solve(&line(json!({"vehicles": vehicles, "jobs":
        [job(1, 10, 300), job(2, 3, 100), job(3, 3, 100), job(4, 3, 100)]})));
    assert_eq!(found["summary"]["priority"], 10);
    let found = solve(&line(json!({"vehicles": vehicles, "jobs":
        [job(1, 0, 300), job(2, 0, 100), job(3, 0, 100), job(4, 0, 100)]})));
    assert_eq!(found["summary"]["unassigned"], 1);
}

#[test]
fn limits_speed_and_open_ends_are_kept() {
    let found = solve(&line(json!({
        "vehicles": [
            {"id": 1, "start_index": 0, "max_tasks": 1, "speed_factor": 2.0},
            {"id": 2, "end_index": 3, "max_travel_time": 150},
            {"id": 3, "start_index": 0, "end_index": 0, "max_distance": 2500},
        ],
        "jobs": [{"id": 1, "location_index": 3}, {"id": 2, "location_index": 2}, {"id": 3, "location_index": 1}],
    })));
    assert_eq!(found["summary"]["unassigned"], 0);
    for route in found["routes"].as_array().unwrap() {
        let steps = route["steps"].as_array().unwrap();
        assert_eq!(
            (&steps[0]["type"], &steps.last().unwrap()["type"]),
            (&json!("start"), &json!("end"))
        );
        // Where there is no start or end, the route begins and ends at its tasks.
        let is_same_place =
            |at: usize| steps[at]["location_index"] == steps[at + 1]["location_index"];
        match route["vehicle"].as_u64().unwrap() {
            1 => assert!(is_same_place(1) && steps.len() == 3),
            2 => assert!(is_same_place(0) && route["duration"].as_i64() <= Some(150)),
            _ => assert!(route["distance"].as_i64() <= Some(2500)),
        }
    }
}

#[test]
fn dates_come_back_as_dates() {
    let morning = 1_700_000_000;
    let found = solve(&line(json!({
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "time_window": [morning, morning + 9000]}],
        "jobs": [{"id": 1, "location_index": 2, "time_windows": [[morning + 500, morning + 600]]}],
    })));
    let steps = found["routes"][0]["steps"].as_array().unwrap();
    // It leaves when it must, not when it could.
    assert_eq!(steps[0]["arrival"], morning + 300);
    assert_eq!(steps[1]["arrival"], morning + 500);
    assert_eq!(steps[1]["waiting_time"], 0);
    assert_eq!(steps[2]["arrival"], morning + 700);
}

#[test]
fn service_may_depend_on_the_type_of_the_vehicle() {
    let found = solve(&line(json!({
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "type": "expert"}],
        "jobs": [{"id": 1, "location_index": 1, "service": 900, "service_per_type": {"expert": 300, "other": 1}}],
    })));
    assert_eq!(found["summary"]["service"], 300);
}

#[test]
fn costs_of_their_own_replace_the_price_of_time() {
    let found = solve(&json!({
        "matrices": {"car": {"durations": [[0, 10, 10], [10, 0, 10], [10, 10, 0]],
                             "costs": [[0, 1, 50], [50, 0, 1], [1, 50, 0]]}},
        "vehicles": [{"id": 1, "start_index": 0, "end_index": 0}],
        "jobs": [{"id": 2, "location_index": 2}, {"id": 1, "location_index": 1}],
    }));
    assert_eq!((&found["summary"]["cost"], &found["summary"]["duration"]), (&json!(3), &json!(30)));
}

#[test]
fn given_steps_are_where_the_search_begins() {
    let mut document = line(json!({
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0,
            "steps": [{"type": "job", "id": 2}, {"type": "job", "id": 1}]}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 3}],
    }));
    let prepared =
        Prepared::parse(document.to_string().as_bytes(), Asked::default(), None).unwrap();
    assert_eq!(prepared.start(), prepared.given_plan());
    document["vehicles"][0]["time_window"] = json!([0, 10]);
    let prepared =
        Prepared::parse(document.to_string().as_bytes(), Asked::default(), None).unwrap();
    assert_eq!(prepared.start().tours, [vec![]]);
}

/// Streets as the crow flies, ten metres a second, with an edge in the east.
struct Crow;

impl RoadNetwork for Crow {
    fn bounds(&self) -> BoundingBox {
        BoundingBox { south: 30.0, west: 10.0, north: 40.0, east: 20.0 }
    }
    fn snap(&self, at: Point) -> Result<Snap, RoadError> {
        if !self.bounds().contains(at) {
            let (lat, lon) = (at.lat, at.lon);
            return Err(RoadError::OffTheMap { lat, lon, distance_m: 9e4, limit_m: 500.0 });
        }
        Ok(Snap { on_street: at, distance_m: 0.0, edge: 0, along: 0.0, reverse_edge: None })
    }
    fn path(&self, from: &Snap, to: &Snap, _: Option<Departure>) -> Result<Path, RoadError> {
        let leg = self.one_to_many(from, std::slice::from_ref(to), None)[0].unwrap();
        let geometry = vec![from.on_street, to.on_street];
        Ok(Path { leg, geometry, elapsed_ds: vec![0, leg.duration_ds], pieces: Vec::new() })
    }
    fn one_to_many(&self, from: &Snap, to: &[Snap], _: Option<Departure>) -> Vec<Option<Leg>> {
        let leg = |snap: &Snap| {
            let distance_m = from.on_street.distance_m(snap.on_street) as u32;
            Some(Leg { duration_ds: distance_m, distance_m })
        };
        to.iter().map(leg).collect()
    }
    fn many_to_one(&self, from: &[Snap], to: &Snap, _: Option<Departure>) -> Vec<Option<Leg>> {
        self.one_to_many(to, from, None)
    }
    fn street_name(&self, _: &Snap) -> Option<String> {
        None
    }
    fn size(&self) -> (usize, usize) {
        (0, 0)
    }
}

#[test]
fn coordinates_are_driven_over_the_streets() {
    let document = json!({
        "options": {"g": true},
        "vehicles": [{"id": 1, "start": [14.5, 35.9], "end": [14.5, 35.9]}],
        "jobs": [{"id": 1, "location": [14.5, 35.8]}, {"id": 2, "location": [14.5, 35.7]}],
    });
    let found = solve_on(&document, Some(&Crow)).unwrap();
    let route = &found["routes"][0];
    let metres = route["distance"].as_i64().unwrap();
    assert!((44_400..44_500).contains(&metres), "{metres}");
    assert!((route["duration"].as_i64().unwrap() - metres / 10).abs() <= 2);
    let first = if route["steps"][1]["id"] == 1 { 35.8 } else { 35.7 };
    assert_eq!(route["steps"][1]["location"], json!([14.5, first]));
    assert!(route["geometry"].as_str().unwrap().len() > 10);
    assert!(route["steps"][1].get("location_index").is_none());

    // Where no street is near, nobody can go; who starts there cannot leave.
    let mut far = document.clone();
    far["jobs"][1]["location"] = json!([25.0, 35.7]);
    let found = solve_on(&far, Some(&Crow)).unwrap();
    assert_eq!(found["unassigned"][0]["id"], 2);
    assert_eq!(
        found["unassigned"][0]["reasons"],
        json!([{"rule": "off_the_map", "vehicles": 1, "by": 0}])
    );
    assert_eq!(found["routes"][0]["steps"].as_array().unwrap().len(), 3);
    far["vehicles"][0]["end"] = json!([25.0, 35.7]);
    let error = solve_on(&far, Some(&Crow)).unwrap_err();
    assert_eq!((error.code(), error.word()), (3, "off_the_map"));
    assert_eq!(error.field(), Some("vehicles[0].end"));
}

#[test]
fn a_profile_the_map_was_not_prepared_for_is_refused() {
    let mut document = json!({
        "vehicles": [{"id": 1, "start": [14.5, 35.9], "profile": "driving-car"}],
        "jobs": [{"id": 1, "location": [14.5, 35.8]}],
    });
    assert_eq!(solve_on(&document, Some(&Crow)).unwrap()["code"], 0);
    document["vehicles"][0]["profile"] = json!("truck");
    let error = solve_on(&document, Some(&Crow)).unwrap_err();
    assert_eq!((error.word(), error.field()), ("unknown_profile", Some("vehicles[0].profile")));
}

#[test]
fn a_vehicle_reloads_between_two_trips_and_waits_for_goods() {
    let job = |id: u64| json!({"id": id, "location_index": id, "delivery": [2], "service": 10});
    let mut jobs = vec![job(1), job(2), job(3)];
    jobs[2]["release_time"] = json!(500);
    let vehicle = |reloads: Value| json!([{"id": 7, "start_index": 0, "end_index": 0, "capacity": [4], "reloads": reloads}]);
    let reloads = json!([{"id": 9, "location_index": 0, "service": 30, "at_most": 2}]);
    let found = solve(&line(json!({"jobs": jobs, "vehicles": vehicle(reloads)})));
    assert_eq!(found["summary"]["unassigned"], 0);
    let route = &found["routes"][0];
    let steps = route["steps"].as_array().unwrap();
    let at = steps.iter().position(|step| step["type"] == "reload").unwrap();
    assert_eq!(steps[at]["id"], 9);
    // The third job is 300 s away and waits for its goods; two jobs are a load.
    let third = steps.iter().position(|step| step["id"] == 3).unwrap();
    assert!(steps[third]["arrival"].as_i64() >= Some(800), "{route}");
    assert!(steps.iter().all(|step| step["load"][0].as_i64() <= Some(4)));
    let none = solve(&line(json!({"jobs": jobs, "vehicles": vehicle(json!([]))})));
    assert_eq!(none["summary"]["unassigned"], 1);
    let often = json!([{"id": 9, "location_index": 0, "at_most": 101}]);
    let told = refusal(&line(json!({"jobs": jobs, "vehicles": vehicle(often)})));
    assert!(told.to_string().contains("vehicles[0].reloads[0].at_most"), "{told:?}");
}

#[test]
fn paid_time_is_priced_and_limited() {
    let jobs = json!([
        {"id": 1, "location_index": 1, "time_windows": [[1000, 1000]]},
        {"id": 2, "location_index": 3, "time_windows": [[3000, 3000]]},
    ]);
    let vehicle = |rest: Value| {
        let mut vehicle = json!({"id": 7, "start_index": 0, "end_index": 0});
        for (key, value) in rest.as_object().unwrap() {
            vehicle[key] = value.clone();
        }
        line(json!({"jobs": jobs, "vehicles": [vehicle]}))
    };
    let costs = json!({"per_hour": 3600, "per_paid_hour": 3600});
    let surcharges = json!([{"above": 2000, "per_hour": 7200}]);
    let found = solve(&vehicle(json!({"costs": costs, "surcharges": surcharges})));
    // Away from 900 to 3300: 600 s of travel, 2400 s paid, 400 s of them at two more.
    assert_eq!(found["summary"]["cost"], 600 + 2400 + 800);
    let short = solve(&vehicle(json!({"max_duration": 2399})));
    assert_eq!(short["unassigned"][0]["reasons"][0]["rule"], "max_duration");
    assert_eq!(solve(&vehicle(json!({"max_duration": 2400})))["summary"]["unassigned"], 0);
}

#[test]
fn jobs_keep_apart_and_prefer_vehicles() {
    let jobs = json!([
        {"id": 1, "location_index": 1, "group": 1, "preferences": [{"vehicle": 7, "price": 5000}]},
        {"id": 2, "location_index": 2, "excludes": [1]},
    ]);
    let vehicle = |id: u64| json!({"id": id, "start_index": 0, "end_index": 0});
    let both = json!({"jobs": jobs, "vehicles": [vehicle(7), vehicle(8)]});
    let found = solve(&line(both.clone()));
    assert_eq!(found["summary"]["routes"], 2);
    for route in found["routes"].as_array().unwrap() {
        let id = if route["vehicle"] == 8 { 1 } else { 2 };
        assert_eq!(route["steps"][1]["id"], id, "the first job is dear on vehicle 7");
    }
    let alone = solve(&line(json!({"jobs": jobs, "vehicles": [vehicle(7)]})));
    assert_eq!(alone["unassigned"][0]["reasons"][0]["rule"], "incompatible");
    let mut strange = both;
    strange["jobs"][0]["preferences"][0]["vehicle"] = json!(6);
    assert!(refusal(&line(strange)).to_string().contains("jobs[0].preferences[0].vehicle"));
}

#[test]
fn a_job_for_two_starts_when_both_are_there_or_not_at_all() {
    let jobs = json!([
        {"id": 1, "location_index": 1, "crew": 5, "service": 60},
        {"id": 2, "location_index": 1, "crew": 5, "service": 60},
        {"id": 3, "location_index": 3},
    ]);
    let vehicle = |id: u64, from: u64| json!({"id": id, "start_index": from, "end_index": 0});
    let found = solve(&line(json!({"jobs": jobs, "vehicles": [vehicle(7, 0), vehicle(8, 3)]})));
    assert_eq!(found["summary"]["unassigned"], 0);
    let routes = found["routes"].as_array().unwrap();
    let starts = routes.iter().map(|route| {
        let mut steps = route["steps"].as_array().unwrap().iter();
        let step = steps.find(|step| step["id"] == 1 || step["id"] == 2).unwrap();
        step["arrival"].as_i64().unwrap() + step["waiting_time"].as_i64().unwrap()
    });
    assert_eq!(starts.collect::<Vec<_>>(), [200, 200], "one waits for the other");
    let alone = solve(&line(json!({"jobs": jobs, "vehicles": [vehicle(7, 0)]})));
    assert_eq!(alone["summary"]["unassigned"], 2);
    for task in alone["unassigned"].as_array().unwrap() {
        assert_eq!(task["reasons"][0]["rule"], "crew");
    }
}

#[test]
fn a_job_waits_for_what_has_to_come_first() {
    let jobs = json!([
        {"id": 1, "location_index": 3, "service": 500, "skills": [1]},
        {"id": 2, "location_index": 1, "after": [{"job": 1, "gap": 30}], "skills": [2]},
    ]);
    let vehicle = |id: u64| json!({"id": id, "start_index": 0, "end_index": 0, "skills": [id]});
    let found = solve(&line(json!({"jobs": jobs, "vehicles": [vehicle(1), vehicle(2)]})));
    let waits = &found["routes"][1]["steps"][1];
    assert_eq!(waits["id"], 2);
    let start_s = waits["arrival"].as_i64().unwrap() + waits["waiting_time"].as_i64().unwrap();
    assert_eq!(start_s, 300 + 500 + 30);
    let alone = solve(&line(json!({"jobs": jobs, "vehicles": [vehicle(2)]})));
    let rules = alone["unassigned"].as_array().unwrap().iter();
    let rules = rules.map(|task| task["reasons"][0]["rule"].as_str().unwrap().to_owned());
    assert_eq!(rules.collect::<Vec<_>>(), ["skills", "after"]);
    // In plan mode nobody waits, and what is too early is told.
    let steps = |of: u64| json!([{"type": "start"}, {"type": "job", "id": of}, {"type": "end"}]);
    let mut given = line(json!({"jobs": jobs, "vehicles": [vehicle(1), vehicle(2)]}));
    (given["vehicles"][0]["steps"], given["vehicles"][1]["steps"]) = (steps(1), steps(2));
    given["options"] = json!({"c": true});
    let timed = solve(&given);
    let violation = &timed["routes"][1]["steps"][1]["violations"][0];
    assert_eq!((&violation["cause"], &violation["duration"]), (&json!("after"), &json!(730)));
}

#[test]
fn the_hour_decides_how_long_a_leg_takes() {
    let mut document = line(json!({"jobs": [
        {"id": 1, "location_index": 1, "time_windows": [[1000, 2000]]},
    ]}));
    let slow = (0..4_i64).map(|from| (0..4).map(|to| (from - to).abs() * 300).collect());
    let slow: Vec<Vec<i64>> = slow.collect();
    document["matrices"]["car"]["bands"] = json!([{"from": 1050, "durations": slow}]);
    let found = solve(&document);
    let steps = found["routes"][0]["steps"].as_array().unwrap();
    // Home half of the way as quick as there, the other half three times as slow.
    assert_eq!((&steps[0]["arrival"], &steps[1]["arrival"]), (&json!(900), &json!(1000)));
    assert_eq!(steps[2]["arrival"], 1000 + 50 + 150);
    assert_eq!(found["routes"][0]["duration"], 300);
}

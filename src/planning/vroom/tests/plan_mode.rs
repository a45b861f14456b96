//! Given steps, timed and judged (option `c`). Where VROOM 1.15 gives the same times, they are its own.

use super::{line, refusal, solve};
use serde_json::{Value, json};

/// One vehicle with these steps, between a start and an end, and these keys.
fn given(vehicle: Value, steps: Value, rest: Value) -> Value {
    let mut all = vec![json!({"type": "start"})];
    all.extend(steps.as_array().unwrap().iter().cloned());
    all.push(json!({"type": "end"}));
    let mut document = rest;
    document["options"] = json!({"c": true});
    document["vehicles"] = json!([{"id": 7, "start_index": 0, "end_index": 0, "steps": all}]);
    for (key, value) in vehicle.as_object().unwrap() {
        document["vehicles"][0][key] = value.clone();
    }
    line(document)
}

fn job(id: u64, row: u64) -> Value {
    json!({"type": "job", "id": id, "location_index": row})
}

fn arrivals(found: &Value) -> Vec<(i64, i64)> {
    let steps = found["routes"][0]["steps"].as_array().unwrap();
    let times = steps
        .iter()
        .map(|step| (step["arrival"].as_i64().unwrap(), step["waiting_time"].as_i64().unwrap()));
    times.collect()
}

fn causes(broken: &Value) -> Vec<&str> {
    broken.as_array().unwrap().iter().map(|one| one["cause"].as_str().unwrap()).collect()
}

#[test]
fn it_leaves_as_late_as_the_day_allows_and_waits_where_it_must() {
    let mut jobs = [job(1, 1), job(2, 2)];
    jobs[0]["time_windows"] = json!([[500, 600]]);
    jobs[1]["time_windows"] = json!([[900, 1000]]);
    let found = solve(&given(json!({}), json!([job(1, 1), job(2, 2)]), json!({"jobs": jobs})));
    // As late at the first stop as its window allows.
    assert_eq!(arrivals(&found), [(500, 0), (600, 0), (700, 200), (1100, 0)]);
    assert_eq!(found["summary"]["violations"], json!([]));
    assert_eq!(found["summary"]["waiting_time"], 200);
}

#[test]
fn times_that_steps_ask_for_are_kept() {
    let jobs = json!({"jobs": [{"id": 1, "location_index": 1, "time_windows": [[500, 600]]}]});
    let asked = |key: &str, at: i64| {
        let mut step = json!({"type": "job", "id": 1});
        step[key] = json!(at);
        solve(&given(json!({}), json!([step]), jobs.clone()))
    };
    assert_eq!(arrivals(&asked("service_at", 550))[1], (550, 0));
    assert_eq!(arrivals(&asked("service_after", 560))[1], (560, 0));
    let late = asked("service_at", 700);
    assert_eq!(arrivals(&late), [(600, 0), (700, 0), (800, 0)]);
    assert_eq!(late["summary"]["violations"], json!([{"cause": "delay", "duration": 100}]));
    let early = asked("service_before", 450);
    assert_eq!(early["summary"]["violations"], json!([{"cause": "lead_time", "duration": 50}]));
    // The start and the end may ask too.
    let mut document = given(json!({}), json!([{"type": "job", "id": 1}]), jobs.clone());
    document["vehicles"][0]["steps"][0]["service_at"] = json!(100);
    document["vehicles"][0]["steps"][2]["service_before"] = json!(800);
    assert_eq!(arrivals(&solve(&document)), [(100, 0), (200, 300), (600, 0)]);
}

#[test]
fn to_be_where_it_is_asked_for_it_leaves_before_its_shift() {
    let found = solve(&given(
        json!({"time_window": [1000, 2000]}),
        json!([{"type": "job", "id": 1, "service_at": 1050}]),
        json!({"jobs": [job(1, 1)]}),
    ));
    assert_eq!(arrivals(&found)[0], (950, 0));
    let steps = &found["routes"][0]["steps"];
    assert_eq!(steps[0]["violations"], json!([{"cause": "lead_time", "duration": 50}]));
}

#[test]
fn wishes_that_contradict_each_other_are_refused_at_the_step() {
    let error = refusal(&given(
        json!({}),
        json!([{"type": "job", "id": 1, "service_after": 300}, {"type": "job", "id": 2, "service_before": 350}]),
        json!({"jobs": [job(1, 1), job(2, 2)]}),
    ));
    assert_eq!((error.code(), error.word()), (2, "infeasible_steps"));
    assert_eq!(error.field(), Some("vehicles[0].steps[1]"));
}

#[test]
fn breaks_are_where_the_steps_have_them_also_on_the_way() {
    let rest = json!({"breaks": [{"id": 9, "time_windows": [[120, 150]], "service": 60}], "time_window": [0, 2000]});
    let jobs = json!({"jobs": [job(1, 3)]});
    let (work, nap) = (json!({"type": "job", "id": 1}), json!({"type": "break", "id": 9}));
    let found = solve(&given(rest.clone(), json!([nap, work]), jobs.clone()));
    assert_eq!(arrivals(&found), [(0, 0), (120, 0), (360, 0), (660, 0)]);
    let steps = &found["routes"][0]["steps"];
    assert_eq!((&steps[1]["duration"], &steps[1]["distance"]), (&json!(120), &json!(1200)));
    assert_eq!((&steps[2]["duration"], &steps[2]["distance"]), (&json!(300), &json!(3000)));
    assert_eq!(found["summary"]["violations"], json!([]));

    let found = solve(&given(rest.clone(), json!([work, nap]), jobs.clone()));
    assert_eq!(arrivals(&found), [(0, 0), (300, 0), (300, 0), (660, 0)]);
    assert_eq!(found["summary"]["violations"], json!([{"cause": "delay", "duration": 150}]));

    let found = solve(&given(rest, json!([work]), jobs.clone()));
    assert_eq!(found["routes"][0]["violations"], json!([{"cause": "missing_break"}]));

    let loaded = json!({"capacity": [5], "breaks": [{"id": 9, "service": 60, "max_load": [0]}]});
    let mut jobs = jobs;
    jobs["jobs"][0]["delivery"] = json!([2]);
    let found = solve(&given(loaded, json!([nap, work]), jobs));
    assert_eq!(found["routes"][0]["steps"][1]["violations"], json!([{"cause": "max_load"}]));
}

#[test]
fn each_fault_of_a_route_is_told_at_its_step() {
    let mut jobs = [job(1, 1), job(2, 2)];
    jobs[0]["delivery"] = json!([2]);
    jobs[0]["skills"] = json!([3]);
    jobs[1]["delivery"] = json!([1]);
    let found = solve(&given(
        json!({"capacity": [2], "max_tasks": 1, "max_travel_time": 350, "max_distance": 3500}),
        json!([job(1, 1), job(2, 2)]),
        json!({"jobs": jobs}),
    ));
    let steps = &found["routes"][0]["steps"];
    assert_eq!(causes(&steps[0]["violations"]), ["load"]);
    assert_eq!(causes(&steps[1]["violations"]), ["skills"]);
    assert_eq!(causes(&steps[2]["violations"]), ["max_tasks"]);
    assert_eq!(causes(&steps[3]["violations"]), ["max_travel_time", "max_distance"]);
    let all = ["load", "skills", "max_tasks", "max_travel_time", "max_distance"];
    assert_eq!(causes(&found["routes"][0]["violations"]), all);
    assert_eq!(causes(&found["summary"]["violations"]), all);
}

#[test]
fn delays_of_a_route_are_summed() {
    let mut jobs = [job(1, 1), job(2, 2)];
    jobs[0]["time_windows"] = json!([[100, 150]]);
    jobs[1]["time_windows"] = json!([[180, 190]]);
    let found = solve(&given(json!({}), json!([job(2, 2), job(1, 1)]), json!({"jobs": jobs})));
    assert_eq!(found["summary"]["violations"], json!([{"cause": "delay", "duration": 10 + 150}]));
}

#[test]
fn a_shipment_may_be_turned_round_or_torn_apart() {
    let goods = json!({"shipments": [{"amount": [1], "pickup": {"id": 1, "location_index": 1},
        "delivery": {"id": 2, "location_index": 2}}]});
    let van = json!({"capacity": [5]});
    let (fetch, bring) = (json!({"type": "pickup", "id": 1}), json!({"type": "delivery", "id": 2}));
    let turned = solve(&given(van.clone(), json!([bring, fetch]), goods.clone()));
    let steps = &turned["routes"][0]["steps"];
    assert_eq!(steps[1]["load"], json!([-1]));
    assert_eq!(causes(&steps[1]["violations"]), ["precedence"]);
    assert_eq!(causes(&turned["summary"]["violations"]), ["precedence"]);
    let torn = solve(&given(van.clone(), json!([fetch]), goods.clone()));
    assert_eq!(causes(&torn["routes"][0]["steps"][1]["violations"]), ["precedence"]);
    assert_eq!(torn["unassigned"][0]["type"], "delivery");
    let right = solve(&given(van, json!([fetch, bring]), goods));
    assert_eq!(right["summary"]["violations"], json!([]));
}

#[test]
fn who_has_no_steps_has_no_route() {
    let document = line(json!({"options": {"c": true}, "jobs": [job(1, 1)]}));
    let found = solve(&document);
    assert_eq!((&found["routes"], &found["summary"]["unassigned"]), (&json!([]), &json!(1)));
    assert_eq!(found["summary"]["distance"], 0);
}

//! Beyond VROOM's keys: reasons, cures and explanations.

use super::super::{Asked, Prepared, Run};
use super::{line, solve};
use serde_json::{Value, json};

#[test]
fn what_cannot_be_done_is_left_out_with_its_reasons() {
    let found = solve(&line(json!({
        "vehicles": [
            {"id": 7, "start_index": 0, "end_index": 0, "skills": [12], "time_window": [0, 500]},
            {"id": 8, "start_index": 0, "end_index": 0, "time_window": [0, 580]},
        ],
        "jobs": [
            {"id": 1, "location_index": 1, "skills": [4_000_000_000_u32]},
            {"id": 2, "location_index": 3},
            {"id": 3, "location_index": 1, "time_windows": [[0, 40]], "skills": [12]},
            {"id": 4, "location_index": 1},
        ],
    })));
    assert_eq!(found["summary"]["unassigned"], 3);
    let reasons = |id: u64| {
        let all = found["unassigned"].as_array().unwrap();
        all.iter().find(|task| task["id"] == id).unwrap()["reasons"].clone()
    };
    assert_eq!(
        reasons(1),
        json!([{"rule": "skills", "vehicles": 2, "nearest_vehicle": 7, "by": 0, "skill": 4_000_000_000_u32}])
    );
    let cures = |id: u64| {
        let all = found["unassigned"].as_array().unwrap();
        all.iter().find(|task| task["id"] == id).unwrap()["cures"].clone()
    };
    assert_eq!(
        cures(1)[0],
        json!({"change": "skills", "vehicle": 7, "cost": 0, "skills": [4_000_000_000_u32]})
    );
    assert_eq!(
        cures(2)[0],
        json!({"change": "vehicle_time_window_later", "by": 20, "vehicle": 8, "cost": 600})
    );
    assert_eq!(
        cures(3)[0],
        json!({"change": "time_window_later", "by": 60, "vehicle": 7, "cost": 0, "type": "job", "id": 3})
    );
    assert_eq!(
        reasons(2)[0],
        json!({"rule": "vehicle_time_window", "vehicles": 2, "nearest_vehicle": 8, "by": 20})
    );
    assert_eq!(
        reasons(3)[0],
        json!({"rule": "time_window", "vehicles": 1, "nearest_vehicle": 7, "by": 60})
    );
}

/// Every cure that a document's answer tells, made in the document, lets the task in.
#[test]
fn a_cure_made_in_the_document_cures() {
    let document = line(json!({
        "vehicles": [
            {"id": 7, "start_index": 0, "end_index": 0, "capacity": [4], "time_window": [0, 700], "max_tasks": 2,
             "breaks": [{"id": 5, "time_windows": [[0, 100]], "service": 90}]},
            {"id": 8, "start_index": 3, "end_index": 3, "skills": [2], "max_travel_time": 300, "max_distance": 5000},
        ],
        "jobs": [
            {"id": 1, "location_index": 3, "service": 150},
            {"id": 2, "location_index": 1, "skills": [2, 3], "delivery": [1]},
            {"id": 3, "location_index": 0, "delivery": [6]},
            {"id": 4, "location_index": 2, "time_windows": [[0, 90]]},
        ],
    }));
    let found = solve(&document);
    let mut seen = Vec::new();
    for task in found["unassigned"].as_array().unwrap() {
        let at =
            document["jobs"].as_array().unwrap().iter().position(|job| job["id"] == task["id"]);
        for cure in task["cures"].as_array().unwrap() {
            let mut cured = document.clone();
            let vehicle = usize::from(cure["vehicle"] == 8);
            let by = cure["by"].as_i64().unwrap_or(0);
            let more = |value: &mut Value| *value = json!(value.as_i64().unwrap() + by);
            match cure["change"].as_str().unwrap() {
                "time_window_later" => more(&mut cured["jobs"][at.unwrap()]["time_windows"][0][1]),
                "vehicle_time_window_later" => {
                    more(&mut cured["vehicles"][vehicle]["time_window"][1]);
                }
                "without_break" => cured["vehicles"][vehicle]["breaks"] = json!([]),
                "capacity" => more(&mut cured["vehicles"][vehicle]["capacity"][0]),
                "max_tasks" => more(&mut cured["vehicles"][vehicle]["max_tasks"]),
                "max_travel_time" => more(&mut cured["vehicles"][vehicle]["max_travel_time"]),
                "max_distance" => more(&mut cured["vehicles"][vehicle]["max_distance"]),
                "skills" => {
                    let has = cured["vehicles"][vehicle]["skills"].as_array().cloned();
                    let more = cure["skills"].as_array().unwrap().clone();
                    cured["vehicles"][vehicle]["skills"] =
                        has.unwrap_or_default().into_iter().chain(more).collect();
                }
                other => panic!("{other} was not asked for"),
            }
            let better = solve(&cured);
            let left_out = better["unassigned"].as_array().unwrap();
            assert!(left_out.iter().all(|other| other["id"] != task["id"]), "{cure}");
            assert!(left_out.len() < found["unassigned"].as_array().unwrap().len(), "{cure}");
            seen.push(cure["change"].as_str().unwrap().to_owned());
        }
    }
    seen.sort();
    seen.dedup();
    assert!(seen.len() >= 3, "{seen:?}");
}

#[test]
fn a_step_is_explained_when_the_document_asks() {
    let mut document = line(json!({
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0}, {"id": 8, "start_index": 3, "end_index": 3}],
        "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
    }));
    assert!(solve(&document)["routes"][0]["steps"][1].get("explanation").is_none());
    document["options"] = json!({"explain": true});
    let found = solve(&document);
    for route in found["routes"].as_array().unwrap() {
        let why = &route["steps"][1]["explanation"];
        let other = if route["vehicle"] == 7 { 8 } else { 7 };
        // Two places farther instead of one, there and back, on a tour that drives there already or not.
        assert_eq!(why["vehicle"], other, "{why}");
        assert!(why["cost"].as_i64().unwrap() >= 0, "{why}");
        assert_eq!(why["cost"], why["duration"], "{why}");
    }
    // With one vehicle there is no other.
    document["vehicles"] = json!([{"id": 7, "start_index": 0, "end_index": 0}]);
    document["jobs"][0]["skills"] = json!([]);
    let alone = solve(&document);
    let why = &alone["routes"][0]["steps"][1]["explanation"];
    assert_eq!(why["vehicle"], Value::Null);
    assert!(why["cost"].as_i64().unwrap() <= 0, "leaving it out saves the way");
}

#[test]
fn when_the_time_is_over_every_task_left_out_still_has_a_reason() {
    let jobs: Vec<Value> = (0..40)
        .map(|id| json!({"id": id, "location_index": 3, "time_windows": [[0, 10 + id]]}))
        .collect();
    let document = line(json!({"jobs": jobs})).to_string();
    let prepared = Prepared::parse(document.as_bytes(), Asked::default(), None).unwrap();
    let run = Run { share_used: Some(&|| 1.0), ..Run::default() };
    let answer = serde_json::to_value(prepared.run(&run, None, &mut |_| {}).unwrap()).unwrap();
    let left_out = answer["unassigned"].as_array().unwrap();
    assert_eq!(left_out.len(), 40);
    for task in left_out {
        assert_eq!(task["reasons"][0]["rule"], "time_window", "{task}");
        assert!(task.get("cures").is_none(), "there was no time for cures");
    }
}

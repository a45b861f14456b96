//! Whatever is wrong with a document, the answer says so with a stable word and the path of the field; what only makes a
//! task impossible leaves that task out, with its reason.

use super::super::{Asked, Prepared, failure};
use super::{line, refusal, solve};
use serde_json::{Value, json};

#[test]
fn each_fault_has_its_word_and_names_its_field() {
    type Change = fn(&mut Value);
    let cases: [(&str, &str, Change); 51] = [
        ("wrong_type", "jobs[0].service", |d| d["jobs"][0]["service"] = json!("5")),
        ("wrong_type", "jobs[0].time_windows[0][1]", |d| {
            d["jobs"][0]["time_windows"] = json!([[0, "x"]]);
        }),
        ("wrong_type", "jobs[0].time_windows[0]", |d| d["jobs"][0]["time_windows"] = json!([[0]])),
        ("wrong_type", "jobs", |d| d["jobs"] = json!(5)),
        ("wrong_type", "vehicles[0].steps[0].type", |d| {
            d["vehicles"][0]["steps"] = json!([{"type": "nap"}]);
        }),
        ("missing", "jobs[0].id", |d| d["jobs"] = json!([{"location_index": 1}])),
        ("missing", "vehicles", |d| drop(d.as_object_mut().unwrap().remove("vehicles"))),
        ("missing", "vehicles", |d| d["vehicles"] = json!([])),
        ("missing", "jobs", |d| d["jobs"] = json!([])),
        ("missing", "jobs[0].location_index", |d| d["jobs"] = json!([{"id": 1}])),
        ("missing", "vehicles[0]", |d| d["vehicles"] = json!([{"id": 1}])),
        ("missing", "matrices.bike.durations", |d| d["vehicles"][0]["profile"] = json!("bike")),
        ("missing", "vehicles[0].steps[0].id", |d| {
            d["vehicles"][0]["steps"] = json!([{"type": "job"}]);
        }),
        ("empty_windows", "jobs[0].time_windows", |d| d["jobs"][0]["time_windows"] = json!([])),
        ("empty_windows", "vehicles[0].breaks[0].time_windows", |d| {
            d["vehicles"][0]["breaks"] = json!([{"id": 1, "time_windows": []}]);
        }),
        ("reversed_window", "jobs[0].time_windows[1]", |d| {
            d["jobs"][0]["time_windows"] = json!([[1, 2], [9, 3]]);
        }),
        ("reversed_window", "vehicles[0].time_window", |d| {
            d["vehicles"][0]["time_window"] = json!([9, 3]);
        }),
        ("reversed_window", "shipments[0].delivery.time_windows[0]", |d| {
            d["shipments"] = json!([{"pickup": {"id": 1, "location_index": 0},
                "delivery": {"id": 1, "location_index": 1, "time_windows": [[5, 4]]}}]);
        }),
        ("reversed_window", "vehicles[0].steps[0].service_before", |d| {
            d["vehicles"][0]["steps"] =
                json!([{"type": "job", "id": 1, "service_after": 9, "service_before": 8}]);
        }),
        ("overlapping_windows", "jobs[0].time_windows[1]", |d| {
            d["jobs"][0]["time_windows"] = json!([[1, 5], [4, 8]]);
        }),
        ("out_of_range", "jobs[0].delivery[0]", |d| d["jobs"][0]["delivery"] = json!([-2])),
        ("out_of_range", "jobs[0].pickup[1]", |d| {
            d["jobs"][0]["pickup"] = json!([1, 4_000_000_000_u32]);
        }),
        ("out_of_range", "shipments[0].amount[0]", |d| {
            d["shipments"] = json!([{"amount": [-1], "pickup": {"id": 1, "location_index": 0},
                "delivery": {"id": 1, "location_index": 1}}]);
        }),
        ("out_of_range", "vehicles[0].capacity[0]", |d| d["vehicles"][0]["capacity"] = json!([-1])),
        ("out_of_range", "jobs[0].service", |d| d["jobs"][0]["service"] = json!(4_294_967_295_u32)),
        ("out_of_range", "jobs[0].setup", |d| d["jobs"][0]["setup"] = json!(-1)),
        ("out_of_range", "jobs[0].priority", |d| d["jobs"][0]["priority"] = json!(101)),
        ("out_of_range", "jobs[0].time_windows[1]", |d| {
            d["jobs"][0]["time_windows"] =
                json!([[0, 5], [900_000_000_000_i64, 900_000_000_001_i64]]);
        }),
        ("out_of_range", "vehicles[0].speed_factor", |d| {
            d["vehicles"][0]["speed_factor"] = json!(0);
        }),
        ("out_of_range", "vehicles[0].speed_factor", |d| {
            d["vehicles"][0]["speed_factor"] = json!(5.5);
        }),
        ("out_of_range", "vehicles[0].breaks", |d| {
            d["vehicles"][0]["breaks"] = (0..9).map(|id| json!({"id": id})).collect();
        }),
        ("out_of_range", "vehicles[0].costs.fixed", |d| {
            d["vehicles"][0]["costs"] = json!({"fixed": 4_000_000_000_u32});
        }),
        ("out_of_range", "matrices.car.durations[1][0]", |d| {
            d["matrices"]["car"]["durations"][1][0] = json!(4_000_000_000_u32);
        }),
        ("costs_too_large", "vehicles[0].costs", |d| {
            d["vehicles"][0]["costs"] = json!({"per_hour": 1_000_000_000});
            d["matrices"]["car"]["durations"][1][2] = json!(4_000_000);
            d["jobs"] = (0..100).map(|id| json!({"id": id, "location_index": 1})).collect();
        }),
        ("unknown_id", "jobs[0].location_index", |d| d["jobs"][0]["location_index"] = json!(4)),
        ("unknown_id", "vehicles[0].start_index", |d| d["vehicles"][0]["start_index"] = json!(9)),
        ("unknown_id", "vehicles[0].steps[0].id", |d| {
            d["vehicles"][0]["steps"] = json!([{"type": "job", "id": 9}]);
        }),
        ("unknown_id", "vehicles[0].steps[1].id", |d| {
            d["vehicles"][0]["steps"] = json!([{"type": "start"}, {"type": "break", "id": 9}]);
        }),
        ("wrong_order", "vehicles[0].steps[1].type", |d| {
            d["vehicles"][0]["steps"] = json!([{"type": "job", "id": 1}, {"type": "start"}]);
        }),
        ("duplicate_id", "vehicles[0].steps[1].id", |d| {
            d["vehicles"][0]["steps"] = json!([{"type": "job", "id": 1}, {"type": "job", "id": 1}]);
        }),
        ("duplicate_id", "jobs[1].id", |d| {
            d["jobs"] = json!([{"id": 1, "location_index": 1}, {"id": 1, "location_index": 1}]);
        }),
        ("duplicate_id", "vehicles[1].id", |d| {
            d["vehicles"] = json!([{"id": 7, "start_index": 0}, {"id": 7, "start_index": 0}]);
        }),
        ("wrong_size", "matrices.car.durations[1]", |d| {
            d["matrices"]["car"]["durations"][1] = json!([1, 2]);
        }),
        ("wrong_size", "matrices.car.distances", |d| {
            d["matrices"]["car"]["distances"] = json!([[0]]);
        }),
        ("wrong_size", "matrices.car.durations", |d| d["matrices"]["car"]["durations"] = json!([])),
        ("gap", "matrices.car.distances[2][1]", |d| {
            d["matrices"]["car"]["distances"][2][1] = json!(null);
        }),
        ("unknown_id", "jobs[0].after[0].job", |d| d["jobs"][0]["after"] = json!([{"job": 9}])),
        ("circle", "jobs[0].after", |d| d["jobs"][0]["after"] = json!([{"job": 1}])),
        ("crew_too_large", "jobs[4].crew", |d| {
            let job = |id| json!({"id": id, "location_index": 1, "crew": 1});
            d["jobs"] = (1..=5).map(job).collect();
        }),
        ("wrong_order", "matrices.car.bands[1].from", |d| {
            let durations = &d["matrices"]["car"]["durations"];
            let band = json!({"from": 60, "durations": durations});
            d["matrices"]["car"]["bands"] = json!([band, band]);
        }),
        ("wrong_size", "matrices.car.bands[0].durations", |d| {
            d["matrices"]["car"]["bands"] = json!([{"from": 60, "durations": [[0]]}]);
        }),
    ];
    for (word, field, change) in cases {
        let mut document = line(json!({"jobs": [{"id": 1, "location_index": 1}]}));
        change(&mut document);
        let error = refusal(&document);
        assert_eq!((error.word(), error.field()), (word, Some(field)), "{error}");
        assert_eq!(error.code(), 2, "{error}");
    }
}

#[test]
fn what_is_not_json_or_has_no_map_is_told() {
    for text in ["{\"jobs\": [", "", "{} x", "[]"] {
        let error = Prepared::parse(text.as_bytes(), Asked::default(), None).unwrap_err();
        assert_eq!(error.code(), 2, "{text}");
        let told = serde_json::to_value(failure(&error)).unwrap();
        assert_eq!((&told["code"], told["error_code"].is_string()), (&json!(2), true), "{text}");
    }
    let coordinates = json!({"vehicles": [{"id": 1, "start": [14.5, 35.9]}],
        "jobs": [{"id": 1, "location": [14.5, 35.8]}]});
    assert_eq!((refusal(&coordinates).code(), refusal(&coordinates).word()), (3, "no_map"));
}

#[test]
fn what_only_makes_a_task_impossible_leaves_that_task_out_with_its_reason() {
    type Change = fn(&mut Value);
    let cases: [(&str, Change); 7] = [
        ("skills", |d| d["jobs"][0]["skills"] = json!([9])),
        ("capacity", |d| d["jobs"][0]["delivery"] = json!([6])),
        ("capacity", |d| d["jobs"][0]["pickup"] = json!([0, 6])),
        ("time_window", |d| d["jobs"][0]["time_windows"] = json!([[0, 50]])),
        ("vehicle_time_window", |d| d["jobs"][0]["service"] = json!(20_000)),
        // A gap is a leg without a way.
        ("unreachable", |d| {
            for from in 0..4 {
                d["matrices"]["car"]["durations"][from][1] = json!(null);
            }
        }),
        ("unreachable", |d| {
            for to in 0..4 {
                d["matrices"]["car"]["durations"][1][to] = json!(null);
            }
        }),
    ];
    for (rule, change) in cases {
        let mut document = line(json!({
            "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "time_window": [0, 9000], "capacity": [5, 5]}],
            "jobs": [{"id": 1, "location_index": 1}, {"id": 2, "location_index": 2}],
        }));
        change(&mut document);
        let found = solve(&document);
        assert_eq!(found["code"], 0, "{rule}");
        assert_eq!(found["summary"]["unassigned"], 1, "{rule}");
        assert_eq!(found["unassigned"][0]["id"], 1, "{rule}");
        assert_eq!(found["unassigned"][0]["reasons"][0]["rule"], rule);
    }
}

#[test]
fn a_vehicle_without_any_task_it_may_do_stays_at_home() {
    let found = solve(&line(json!({
        "vehicles": [
            {"id": 1, "start_index": 0, "time_window": [0, 0]},
            {"id": 2, "start_index": 0, "max_tasks": 0},
            {"id": 3, "start_index": 0, "skills": [4]},
        ],
        "jobs": [{"id": 1, "location_index": 1, "skills": [4]}],
    })));
    assert_eq!(found["summary"]["routes"], 1);
    assert_eq!(found["routes"][0]["vehicle"], 3);
}

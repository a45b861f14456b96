//! Each key of VROOM's documents does what its documentation says (VROOM-Project/vroom, docs/API.md). Every case changes a
//! document in which one vehicle drives from place 0 to a job at place 1 and back, 200 s and 2 km.

use super::{line, solve};
use serde_json::{Value, json};

type Change = fn(&mut Value);
/// The key, the change, where to look in the answer, what has to be there.
type Case = (&'static str, Change, &'static str, Value);

fn check(cases: &[Case]) {
    for (key, change, pointer, expected) in cases {
        let mut document = line(json!({"jobs": [{"id": 1, "location_index": 1}]}));
        change(&mut document);
        let found = solve(&document);
        assert_eq!(found["code"], 0, "{key}: {found}");
        assert_eq!(found.pointer(pointer), Some(expected), "{key}: {found:#}");
    }
}

#[test]
fn without_any_of_them_there_and_back_is_driven() {
    check(&[("nothing", |_| {}, "/summary/cost", json!(200))]);
    check(&[("keys nobody knows", |d| d["jobs"][0]["colour"] = json!("red"), "/code", json!(0))]);
}

#[test]
fn keys_of_jobs() {
    check(&[
        ("id", |d| d["jobs"][0]["id"] = json!(9), "/routes/0/steps/1/id", json!(9)),
        (
            "description",
            |d| d["jobs"][0]["description"] = json!("boiler"),
            "/routes/0/steps/1/description",
            json!("boiler"),
        ),
        (
            "location_index",
            |d| d["jobs"][0]["location_index"] = json!(3),
            "/summary/cost",
            json!(600),
        ),
        (
            "location beside location_index",
            |d| d["jobs"][0]["location"] = json!([14.5, 35.9]),
            "/routes/0/steps/1/location",
            json!([14.5, 35.9]),
        ),
        ("setup", |d| d["jobs"][0]["setup"] = json!(30), "/summary/setup", json!(30)),
        (
            "setup, once where two jobs are at one place",
            |d| {
                d["jobs"] = json!([{"id": 1, "location_index": 1, "setup": 30},
                                   {"id": 2, "location_index": 1, "setup": 30}]);
            },
            "/summary/setup",
            json!(30),
        ),
        ("service", |d| d["jobs"][0]["service"] = json!(60), "/summary/service", json!(60)),
        (
            "setup_per_type",
            |d| {
                d["jobs"][0]["setup"] = json!(30);
                d["jobs"][0]["setup_per_type"] = json!({"van": 5});
                d["vehicles"][0]["type"] = json!("van");
            },
            "/summary/setup",
            json!(5),
        ),
        (
            "setup_per_type of another type",
            |d| {
                d["jobs"][0]["setup"] = json!(30);
                d["jobs"][0]["setup_per_type"] = json!({"van": 5});
            },
            "/summary/setup",
            json!(30),
        ),
        (
            "service_per_type",
            |d| {
                d["jobs"][0]["service_per_type"] = json!({"van": 5});
                d["vehicles"][0]["type"] = json!("van");
            },
            "/summary/service",
            json!(5),
        ),
        (
            "delivery",
            |d| {
                d["jobs"][0]["delivery"] = json!([3]);
                d["vehicles"][0]["capacity"] = json!([3]);
            },
            "/routes/0/steps/0/load",
            json!([3]),
        ),
        (
            "pickup",
            |d| {
                d["jobs"][0]["pickup"] = json!([3]);
                d["vehicles"][0]["capacity"] = json!([3]);
            },
            "/routes/0/steps/2/load",
            json!([3]),
        ),
        (
            "amount, deprecated",
            |d| {
                d["jobs"][0]["amount"] = json!([3]);
                d["vehicles"][0]["capacity"] = json!([3]);
            },
            "/summary/delivery",
            json!([3]),
        ),
        ("skills", |d| d["jobs"][0]["skills"] = json!([4]), "/unassigned/0/id", json!(1)),
        ("priority", |d| d["jobs"][0]["priority"] = json!(7), "/summary/priority", json!(7)),
        (
            "time_windows",
            |d| d["jobs"][0]["time_windows"] = json!([[0, 50], [500, 600]]),
            "/routes/0/steps/1/arrival",
            json!(500),
        ),
        (
            "time_windows, their last second too",
            |d| {
                d["vehicles"][0]["time_window"] = json!([0, 900]);
                d["jobs"][0]["time_windows"] = json!([[0, 100]]);
            },
            "/summary/unassigned",
            json!(0),
        ),
        (
            "time_windows, and none after it",
            |d| {
                d["vehicles"][0]["time_window"] = json!([0, 900]);
                d["jobs"][0]["time_windows"] = json!([[0, 99]]);
            },
            "/summary/unassigned",
            json!(1),
        ),
    ]);
}

/// A shipment from place 3 to place 1 instead of the job, 600 s.
fn ship(document: &mut Value, key: &str, value: Value) {
    document["jobs"] = json!([]);
    document["shipments"] = json!([{
        "pickup": {"id": 4, "location_index": 3, "service": 10, "description": "here"},
        "delivery": {"id": 4, "location_index": 1, "setup": 20, "time_windows": [[0, 2000]]},
    }]);
    document["vehicles"][0]["capacity"] = json!([2]);
    document["shipments"][0][key] = value;
}

#[test]
fn keys_of_shipments() {
    check(&[
        ("pickup", |d| ship(d, "amount", json!([2])), "/routes/0/steps/1/type", json!("pickup")),
        (
            "delivery",
            |d| ship(d, "amount", json!([2])),
            "/routes/0/steps/2/type",
            json!("delivery"),
        ),
        ("their own service", |d| ship(d, "amount", json!([2])), "/summary/service", json!(10)),
        ("their own setup", |d| ship(d, "amount", json!([2])), "/summary/setup", json!(20)),
        (
            "their own description",
            |d| ship(d, "amount", json!([2])),
            "/routes/0/steps/1/description",
            json!("here"),
        ),
        ("amount", |d| ship(d, "amount", json!([2])), "/routes/0/steps/1/load", json!([2])),
        ("amount above", |d| ship(d, "amount", json!([3])), "/summary/unassigned", json!(2)),
        ("skills", |d| ship(d, "skills", json!([4])), "/unassigned/1/type", json!("delivery")),
        (
            "priority, of both halves",
            |d| ship(d, "priority", json!(5)),
            "/summary/priority",
            json!(10),
        ),
    ]);
}

#[test]
fn keys_of_vehicles() {
    fn set(document: &mut Value, key: &str, value: Value) {
        document["vehicles"][0][key] = value;
    }
    check(&[
        ("id", |d| set(d, "id", json!(5)), "/routes/0/vehicle", json!(5)),
        (
            "profile",
            |d| {
                set(d, "profile", json!("bike"));
                d["matrices"]["bike"] = json!({"durations": [[0, 30], [40, 0]]});
            },
            "/summary/cost",
            json!(70),
        ),
        (
            "description",
            |d| set(d, "description", json!("red van")),
            "/routes/0/description",
            json!("red van"),
        ),
        ("start_index", |d| set(d, "start_index", json!(2)), "/summary/cost", json!(200)),
        ("end_index", |d| set(d, "end_index", json!(3)), "/summary/cost", json!(300)),
        (
            "start beside start_index",
            |d| set(d, "start", json!([14.0, 35.0])),
            "/routes/0/steps/0/location",
            json!([14.0, 35.0]),
        ),
        (
            "no end",
            |d| drop(d["vehicles"][0].as_object_mut().unwrap().remove("end_index")),
            "/summary/cost",
            json!(100),
        ),
        (
            "no start",
            |d| drop(d["vehicles"][0].as_object_mut().unwrap().remove("start_index")),
            "/routes/0/steps/0/location_index",
            json!(1),
        ),
        (
            "capacity",
            |d| {
                set(d, "capacity", json!([1]));
                d["jobs"][0]["delivery"] = json!([2]);
            },
            "/summary/unassigned",
            json!(1),
        ),
        ("costs.fixed", |d| set(d, "costs", json!({"fixed": 10})), "/summary/cost", json!(210)),
        (
            "costs.per_hour",
            |d| set(d, "costs", json!({"per_hour": 7200})),
            "/summary/cost",
            json!(400),
        ),
        (
            "costs.per_task_hour",
            |d| {
                set(d, "costs", json!({"per_task_hour": 1800}));
                d["jobs"][0]["service"] = json!(60);
            },
            "/summary/cost",
            json!(230),
        ),
        ("costs.per_km", |d| set(d, "costs", json!({"per_km": 5})), "/summary/cost", json!(210)),
        (
            "skills",
            |d| {
                set(d, "skills", json!([4, 5]));
                d["jobs"][0]["skills"] = json!([5]);
            },
            "/summary/unassigned",
            json!(0),
        ),
        (
            "time_window, its last second too",
            |d| set(d, "time_window", json!([300, 500])),
            "/routes/0/steps/2/arrival",
            json!(500),
        ),
        (
            "time_window too short",
            |d| set(d, "time_window", json!([300, 499])),
            "/summary/unassigned",
            json!(1),
        ),
        ("speed_factor", |d| set(d, "speed_factor", json!(2.0)), "/summary/duration", json!(100)),
        ("max_tasks", |d| set(d, "max_tasks", json!(0)), "/summary/unassigned", json!(1)),
        (
            "max_travel_time",
            |d| set(d, "max_travel_time", json!(199)),
            "/summary/unassigned",
            json!(1),
        ),
        (
            "max_travel_time just enough",
            |d| set(d, "max_travel_time", json!(200)),
            "/summary/unassigned",
            json!(0),
        ),
        ("max_distance", |d| set(d, "max_distance", json!(1999)), "/summary/unassigned", json!(1)),
        (
            "max_distance just enough",
            |d| set(d, "max_distance", json!(2000)),
            "/summary/unassigned",
            json!(0),
        ),
    ]);
}

#[test]
fn keys_of_breaks() {
    fn rest(document: &mut Value, key: &str, value: Value) {
        document["vehicles"][0]["time_window"] = json!([0, 1000]);
        document["vehicles"][0]["breaks"] =
            json!([{"id": 3, "time_windows": [[0, 800]], "service": 60}]);
        document["vehicles"][0]["breaks"][0][key] = value;
    }
    check(&[
        (
            "time_windows",
            |d| {
                d["jobs"][0]["time_windows"] = json!([[100, 100]]);
                rest(d, "time_windows", json!([[0, 0], [150, 900]]));
            },
            "/routes/0/steps/2/type",
            json!("break"),
        ),
        ("service", |d| rest(d, "service", json!(70)), "/summary/service", json!(70)),
        (
            "max_load: not before the goods are delivered",
            |d| {
                d["jobs"][0]["delivery"] = json!([2]);
                d["vehicles"][0]["capacity"] = json!([2]);
                rest(d, "max_load", json!([1]));
            },
            "/routes/0/steps/2/type",
            json!("break"),
        ),
        (
            "max_load: not after the goods are picked up",
            |d| {
                d["jobs"][0]["pickup"] = json!([2]);
                d["vehicles"][0]["capacity"] = json!([2]);
                rest(d, "max_load", json!([1]));
            },
            "/routes/0/steps/1/type",
            json!("break"),
        ),
    ]);
    let mut document = line(json!({"jobs": [{"id": 1, "location_index": 1}]}));
    rest(&mut document, "description", json!("lunch"));
    let found = solve(&document);
    let steps = found["routes"][0]["steps"].as_array().unwrap();
    let step = steps.iter().find(|step| step["type"] == "break").unwrap();
    assert_eq!((&step["id"], &step["description"]), (&json!(3), &json!("lunch")));
}

#[test]
fn keys_of_matrices() {
    check(&[
        ("distances", |_| {}, "/summary/distance", json!(2000)),
        (
            "costs",
            |d| {
                d["matrices"]["car"]["costs"] =
                    json!([[0, 7, 9, 9], [4, 0, 9, 9], [9, 9, 0, 9], [9, 9, 9, 0]]);
            },
            "/summary/cost",
            json!(11),
        ),
        (
            "durations beside costs",
            |d| d["matrices"]["car"]["costs"] = json!(vec![vec![1; 4]; 4]),
            "/summary/duration",
            json!(200),
        ),
        (
            "matrix, deprecated",
            |d| {
                d.as_object_mut().unwrap().remove("matrices");
                d["matrix"] = json!([[0, 3], [4, 0]]);
            },
            "/summary/cost",
            json!(7),
        ),
    ]);
}

#[test]
fn keys_of_steps() {
    fn plan(document: &mut Value, key: &str, value: Value) {
        document["options"] = json!({"c": true});
        document["vehicles"][0]["steps"] =
            json!([{"type": "start"}, {"type": "job", "id": 1}, {"type": "end"}]);
        if !key.is_empty() {
            document["vehicles"][0]["steps"][1][key] = value;
        }
    }
    check(&[
        ("type and id", |d| plan(d, "", json!(null)), "/routes/0/steps/1/id", json!(1)),
        (
            "service_at",
            |d| plan(d, "service_at", json!(700)),
            "/routes/0/steps/1/arrival",
            json!(700),
        ),
        (
            "service_after",
            |d| plan(d, "service_after", json!(650)),
            "/routes/0/steps/2/arrival",
            json!(750),
        ),
        (
            "service_before",
            |d| {
                d["vehicles"][0]["time_window"] = json!([500, 900]);
                plan(d, "service_before", json!(580));
            },
            "/routes/0/violations/0",
            json!({"cause": "lead_time", "duration": 20}),
        ),
        (
            "none of them: its jobs are left out",
            |d| d["options"] = json!({"c": true}),
            "/unassigned/0/id",
            json!(1),
        ),
    ]);
}

/// The keys of an object, in the order of the alphabet.
fn keys(of: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = of.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_answer_has_each_key_that_clients_read() {
    let found = solve(&line(json!({
        "jobs": [
            {"id": 1, "location_index": 1, "location": [14.5, 35.9], "description": "a", "delivery": [1]},
            {"id": 2, "location_index": 2, "location": [14.6, 35.9], "description": "b", "skills": [9]},
        ],
        "vehicles": [{"id": 7, "start_index": 0, "end_index": 0, "capacity": [1], "description": "van"}],
    })));
    assert_eq!(keys(&found), ["code", "routes", "summary", "unassigned"]);
    let totals = ["amount", "cost", "delivery", "distance", "duration"];
    let of_summary = ["pickup", "priority", "routes", "service", "setup", "unassigned"];
    let last = ["violations", "waiting_time"];
    assert_eq!(keys(&found["summary"]), [&totals[..], &of_summary[..], &last[..]].concat());
    let of_route = [
        "amount",
        "cost",
        "delivery",
        "description",
        "distance",
        "duration",
        "pickup",
        "priority",
        "service",
        "setup",
        "steps",
        "vehicle",
        "violations",
        "waiting_time",
    ];
    assert_eq!(keys(&found["routes"][0]), of_route);
    let of_step = [
        "arrival",
        "description",
        "distance",
        "duration",
        "id",
        "job",
        "load",
        "location",
        "location_index",
        "service",
        "setup",
        "type",
        "violations",
        "waiting_time",
    ];
    assert_eq!(keys(&found["routes"][0]["steps"][1]), of_step);
    let of_unassigned =
        ["cures", "description", "id", "location", "location_index", "reasons", "type"];
    let left_out = &found["unassigned"][0];
    assert!(keys(left_out).iter().all(|key| of_unassigned.contains(key)), "{left_out}");
    for key in ["description", "id", "location", "location_index", "reasons", "type"] {
        assert!(left_out.get(key).is_some(), "{key}: {left_out}");
    }
}

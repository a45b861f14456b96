//! Small made-up problems with every feature of the model, for tests. The same seed makes the same problem.

use super::{
    After, Band, Break, Draft, Lateness, Limits, Matrix, Pinned, Plan, Preference, Problem, Role,
    Surcharge, Task, TaskId, Vehicle, VehicleCosts, VehicleId, Window, WorkByType,
};
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};

pub(super) type Dice = Xoshiro256PlusPlus;

pub(super) fn dice(seed: u64) -> Dice {
    Dice::seed_from_u64(seed)
}

/// How rich a made-up problem is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taste {
    pub tasks: usize,
    pub vehicles: usize,
    pub shipments: usize,
    pub is_rich: bool,
}

fn windows(dice: &mut Dice, most: usize) -> Vec<Window> {
    let mut from_s = dice.random_range(0..3000);
    (0..dice.random_range(0..=most))
        .map(|_| {
            let until_s = from_s + dice.random_range(50..1500);
            let window = Window { from_s, until_s };
            from_s = until_s + dice.random_range(1..1500);
            window
        })
        .collect()
}

/// Places on a square of 1000, travel times near the distance (neither symmetric nor quite triangular).
pub(super) fn matrix(dice: &mut Dice, size: usize) -> Matrix {
    let places: Vec<(f64, f64)> = (0..size)
        .map(|_| (dice.random_range(0.0..1000.0), dice.random_range(0.0..1000.0)))
        .collect();
    let mut durations = Vec::new();
    let mut distances = Vec::new();
    for (from, one) in places.iter().enumerate() {
        for (to, two) in places.iter().enumerate() {
            let metres = (one.0 - two.0).hypot(one.1 - two.1);
            let factor = if from == to { 0.0 } else { dice.random_range(0.9..1.2) };
            durations.push((metres * factor) as i32);
            distances.push(metres as i32);
        }
    }
    Matrix::parse(size, durations, distances, None).unwrap()
}

pub(super) fn problem(seed: u64, taste: Taste) -> Problem {
    let dice = &mut dice(seed);
    let places = taste.tasks + 3;
    let rich = |dice: &mut Dice, chance: f64| taste.is_rich && dice.random_bool(chance);
    let mut tasks: Vec<Task> = (0..taste.tasks)
        .map(|_| Task {
            location: dice.random_range(0..places as u32),
            windows: windows(dice, if taste.is_rich { 3 } else { 1 }),
            lateness: if rich(dice, 0.2) {
                Lateness {
                    at_most_s: dice.random_range(1..600),
                    per_hour: dice.random_range(1..9000),
                }
            } else {
                Lateness::default()
            },
            setup_s: if rich(dice, 0.3) { dice.random_range(1..200) } else { 0 },
            service_s: dice.random_range(0..200),
            by_type: if rich(dice, 0.1) {
                vec![WorkByType { work_type: 1, setup_s: 10, service_s: 20 }]
            } else {
                Vec::new()
            },
            delivery: if rich(dice, 0.5) { vec![dice.random_range(0..4), 1] } else { Vec::new() },
            pickup: if rich(dice, 0.5) { vec![dice.random_range(0..4)] } else { Vec::new() },
            skills: (0..3).filter(|_| rich(dice, 0.15)).collect(),
            priority: dice.random_range(0..3),
            release_s: rich(dice, 0.15).then(|| dice.random_range(0..2000)),
            locked_to: rich(dice, 0.07)
                .then(|| VehicleId(dice.random_range(0..taste.vehicles as u32))),
            ..Task::default()
        })
        .collect();
    for pair in 0..taste.shipments.min(taste.tasks / 2) {
        let (pickup, delivery) = (pair * 2, pair * 2 + 1);
        let amount = vec![dice.random_range(0..4), dice.random_range(0..2)];
        let skills = tasks[pickup].skills.clone();
        let locked_to = tasks[pickup].locked_to;
        tasks[pickup] = Task {
            role: Role::Pickup { delivery: TaskId(delivery as u32) },
            delivery: Vec::new(),
            pickup: amount.clone(),
            ..tasks[pickup].clone()
        };
        tasks[delivery] = Task {
            role: Role::Delivery { pickup: TaskId(pickup as u32) },
            delivery: amount,
            pickup: Vec::new(),
            skills,
            locked_to,
            ..tasks[delivery].clone()
        };
    }
    let mut vehicles: Vec<Vehicle> = (0..taste.vehicles)
        .map(|_| {
            let from_s = dice.random_range(0..800);
            let breaks = if taste.is_rich { dice.random_range(0..=2) } else { 0 };
            Vehicle {
                start: (!rich(dice, 0.2)).then(|| dice.random_range(0..places as u32)),
                end: (!rich(dice, 0.2)).then(|| dice.random_range(0..places as u32)),
                shift: Window { from_s, until_s: from_s + dice.random_range(2000..7000) },
                overtime: if rich(dice, 0.2) {
                    Lateness { at_most_s: dice.random_range(1..900), per_hour: 5000 }
                } else {
                    Lateness::default()
                },
                breaks: (0..breaks)
                    .map(|_| Break {
                        windows: windows(dice, 2),
                        lateness: if rich(dice, 0.2) {
                            Lateness { at_most_s: 300, per_hour: 700 }
                        } else {
                            Lateness::default()
                        },
                        duration_s: dice.random_range(0..400),
                        max_load: rich(dice, 0.15).then(|| vec![6, 6]),
                    })
                    .collect(),
                capacity: vec![dice.random_range(6..15), dice.random_range(6..12)],
                skills: (0..3).filter(|_| dice.random_bool(0.7)).collect(),
                costs: VehicleCosts {
                    fixed: if rich(dice, 0.3) { dice.random_range(0..500) } else { 0 },
                    per_hour: 3600,
                    per_task_hour: if rich(dice, 0.2) { 1000 } else { 0 },
                    per_km: if rich(dice, 0.3) { 800 } else { 0 },
                    per_paid_hour: 0,
                },
                surcharges: Vec::new(),
                speed_factor: if rich(dice, 0.2) { 1.3 } else { 1.0 },
                limits: if rich(dice, 0.2) {
                    Limits {
                        tasks: Some(dice.random_range(2..8)),
                        travel_s: Some(dice.random_range(1000..6000)),
                        distance_m: Some(dice.random_range(1000..6000)),
                        duration_s: None,
                    }
                } else {
                    Limits::default()
                },
                aboard: Vec::new(),
                matrix: 0,
                work_type: u32::from(rich(dice, 0.3)),
                pinned: Vec::new(),
            }
        })
        .collect();
    if rich(dice, 0.4) {
        // The last task has begun, on the first vehicle.
        let task = TaskId(taste.tasks as u32 - 1);
        if tasks[task.index()].role == Role::Alone {
            tasks[task.index()].locked_to = None;
            tasks[task.index()].skills = super::Skills::default();
            tasks[task.index()].delivery = Vec::new();
            tasks[task.index()].pickup = Vec::new();
            let start_s = rich(dice, 0.6).then(|| vehicles[0].shift.from_s + 10);
            vehicles[0].pinned = vec![Pinned { task, start_s }];
        }
    }
    let matrices = vec![matrix(dice, places)];
    Problem::parse(Draft { tasks, vehicles, matrices }).unwrap()
}

/// The same, many of them with trips, with paid time, or with both.
pub(super) fn any(seed: u64, taste: Taste) -> Problem {
    let problem = match seed % 4 {
        2 | 3 => with_trips(seed, taste),
        _ => problem(seed, taste),
    };
    let problem = if seed % 4 == 1 || seed % 8 == 3 { paid(&problem, seed) } else { problem };
    let problem = if seed.is_multiple_of(5) { choosy(&problem, seed) } else { problem };
    if seed.is_multiple_of(7) { timed(&problem, seed) } else { problem }
}

/// The same with tasks that may not be in one tour, or like one vehicle better than another.
pub(super) fn choosy(problem: &Problem, seed: u64) -> Problem {
    let mut draft = problem.draft().clone();
    let dice = &mut dice(seed + 3_000_000);
    for task in draft.tasks.iter_mut().filter(|task| task.role != Role::Call) {
        task.group = dice.random_bool(0.5).then(|| dice.random_range(0..4));
        if dice.random_bool(0.2) {
            task.excludes = vec![dice.random_range(0..4)];
        }
        if dice.random_bool(0.3) {
            let vehicle = VehicleId(dice.random_range(0..draft.vehicles.len() as u32));
            task.preferences = vec![Preference { vehicle, price: dice.random_range(0..900) }];
        }
    }
    Problem::parse(draft).unwrap()
}

/// The same with travel that depends on the time: two or three bands, in which legs take longer or less.
pub(super) fn timed(problem: &Problem, seed: u64) -> Problem {
    let mut draft = problem.draft().clone();
    let dice = &mut dice(seed + 5_000_000);
    let plain = draft.matrices[0].clone();
    let size = plain.size();
    let mut from_s = 0;
    let bands = (0..dice.random_range(2..4)).map(|_| {
        let factor = dice.random_range(0.5..2.0);
        let cells = (0..size * size).map(|cell| {
            let leg_s = plain.duration_s((cell / size) as u32, (cell % size) as u32);
            (f64::from(leg_s) * factor * dice.random_range(0.9..1.1)) as i32
        });
        let band = Band { from_s, durations_s: cells.collect() };
        from_s += dice.random_range(500..2500);
        band
    });
    let bands = bands.collect();
    let metres = (0..size * size)
        .map(|cell| plain.distance_m((cell / size) as u32, (cell % size) as u32))
        .collect();
    draft.matrices[0] = Matrix::by_bands(size, bands, metres, None).unwrap();
    // Some drive where it is always the same.
    draft.matrices.push(plain);
    for vehicle in &mut draft.vehicles {
        vehicle.matrix = u32::from(dice.random_bool(0.2));
    }
    Problem::parse(draft).unwrap()
}

/// The same with crews of two and three, and tasks that come after others.
pub(super) fn linked(problem: &Problem, seed: u64) -> Problem {
    let mut draft = problem.draft().clone();
    let dice = &mut dice(seed + 4_000_000);
    let is_pinned = |task: usize| {
        let mut pins = draft.vehicles.iter().flat_map(|vehicle| &vehicle.pinned);
        pins.any(|pin| pin.task.index() == task)
    };
    let mut alone: Vec<usize> = (0..draft.tasks.len())
        .filter(|task| draft.tasks[*task].role == Role::Alone)
        .filter(|task| !is_pinned(*task) || dice.random_bool(0.3))
        .collect();
    for crew in 0..dice.random_range(0..3) {
        for _ in 0..dice.random_range(2..=3.min(draft.vehicles.len())) {
            if alone.is_empty() {
                break;
            }
            let task = alone.swap_remove(dice.random_range(0..alone.len()));
            draft.tasks[task].crew = Some(crew);
            // Who has to come together should be able to.
            draft.tasks[task].locked_to = None;
            draft.tasks[task].windows.truncate(1);
        }
    }
    for _ in 0..dice.random_range(0..4) {
        let (one, two) =
            (dice.random_range(0..draft.tasks.len()), dice.random_range(0..draft.tasks.len()));
        let are_alone = [one, two].iter().all(|task| draft.tasks[*task].role == Role::Alone);
        let (first, second) = (one.min(two), one.max(two));
        let crews = [first, second].map(|task| draft.tasks[task].crew);
        // From lower to higher numbers, and into crews never: so there are no circles.
        if are_alone && first != second && crews[1].is_none() {
            let gap_s = dice.random_range(0..2) * 100;
            draft.tasks[second].after.push(After { task: TaskId(first as u32), gap_s });
        }
    }
    Problem::parse(draft).unwrap()
}

/// The same with paid time that has prices and limits.
pub(super) fn paid(problem: &Problem, seed: u64) -> Problem {
    let mut draft = problem.draft().clone();
    let dice = &mut dice(seed + 2_000_000);
    for vehicle in &mut draft.vehicles {
        vehicle.limits.duration_s = dice.random_bool(0.4).then(|| dice.random_range(800..4000));
        vehicle.costs.per_paid_hour = dice.random_range(0..3) * 1500;
        let surcharges = 0..dice.random_range(0..3);
        vehicle.surcharges = surcharges
            .map(|_| Surcharge { above_s: dice.random_range(0..3000), per_hour: 2000 })
            .collect();
    }
    if dice.random_bool(0.5) {
        // Nothing that has to be walked.
        for task in &mut draft.tasks {
            task.windows.truncate(1);
            task.lateness = Lateness::default();
        }
        for vehicle in &mut draft.vehicles {
            vehicle.breaks.clear();
            vehicle.overtime = Lateness::default();
        }
    }
    Problem::parse(draft).unwrap()
}

/// A made-up problem whose vehicles make trips.
pub(super) fn with_trips(seed: u64, taste: Taste) -> Problem {
    let mut draft = problem(seed, taste).draft().clone();
    let dice = &mut dice(seed + 1_000_000);
    let places = draft.matrices[0].size() as u32;
    for task in &mut draft.tasks {
        task.goods_from_s = dice.random_bool(0.3).then(|| dice.random_range(0..1500));
    }
    for vehicle in &mut draft.vehicles {
        if dice.random_bool(0.3) {
            vehicle.aboard = vec![dice.random_range(0..7)];
        }
    }
    for vehicle in 0..draft.vehicles.len() as u32 {
        let depot = dice.random_range(0..places);
        for at in 0..dice.random_range(0..5) {
            let is_tip = at > 0 && taste.is_rich && dice.random_bool(0.3);
            draft.tasks.push(Task {
                location: if is_tip { dice.random_range(0..places) } else { depot },
                windows: if is_tip { windows(dice, 2) } else { Vec::new() },
                service_s: 20,
                role: Role::Call,
                locked_to: Some(VehicleId(vehicle)),
                ..Task::default()
            });
        }
    }
    Problem::parse(draft).unwrap()
}

/// Every task on a random tour at its end, whatever the rules say; pins, pairs and locks kept.
pub(super) fn any_plan(problem: &Problem, dice: &mut Dice, share: f64) -> Plan {
    let mut plan = Plan::empty(problem);
    let pinned: Vec<TaskId> = plan.tours.iter().flatten().copied().collect();
    for head in super::Tours::heads(problem).collect::<Vec<_>>() {
        if pinned.contains(&head) || !dice.random_bool(share) {
            continue;
        }
        let tour = dice.random_range(0..plan.tours.len());
        plan.tours[tour].push(head);
        plan.tours[tour].extend(problem.partner(head));
        for (at, mate) in problem.links.followers(head).enumerate() {
            let count = plan.tours.len();
            plan.tours[(tour + at + 1) % count].push(mate);
        }
        let calls = problem.calls().of_vehicle(VehicleId(tour as u32)).iter();
        let call = calls.copied().find(|call| !plan.tours[tour].contains(call));
        plan.tours[tour].extend(call.filter(|_| dice.random_bool(0.3)));
    }
    plan
}

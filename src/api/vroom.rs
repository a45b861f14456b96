//! VROOM problems over HTTP, answered as vroom-express does: a document in, a document out, the status by its code.
//!
//! All of it (reading the document, travel times, the search, writing) runs on the solver pool, never on a thread
//! that serves others. Who hangs up ends the search. docs/vroom.md says what can be asked.

use crate::actors::Refusal;
use crate::actors::solver_pool::SolverOptions;
use crate::api::body;
use crate::api::caller::Caller;
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::planning::vroom::{self, Asked, Limits, Prepared, Streets};
use crate::roads::Map;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Problems that are held at the same time, waiting or solved.
pub const HELD_MAX: usize = 4;
/// Longest document, in bytes: matrices of 2000 places with distances.
const DOCUMENT_LEN_MAX: usize = 64 * 1024 * 1024;
/// How long it searches if nobody says: so long, and so much longer for each task.
const TIME_S: f64 = 0.5;
const TIME_PER_TASK_S: f64 = 0.01;
const TIME_MOST_S: f64 = 10.0;

/// Ends a search when nobody waits for it any more.
struct EndsWithMe(Arc<AtomicBool>);

impl Drop for EndsWithMe {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// `POST /vroom`.
pub async fn solve(
    state: Data<ApiState>,
    _caller: Caller,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    let busy = || Problem::from(Refusal::Busy { retry_after_s: 5 });
    let slot = state.vroom_slots.clone().try_acquire_owned().map_err(|_| busy())?;
    let document = body::read_up_to(payload.into_inner(), DOCUMENT_LEN_MAX).await?;
    let map = state.map.current();
    let bounds = Bounds {
        seconds: f64::from(state.options.vroom_seconds),
        tasks: state.options.vroom_tasks,
    };
    let cancel = Arc::new(AtomicBool::new(false));
    let waiting = EndsWithMe(cancel.clone());
    let work = move |options: &SolverOptions| {
        let _held = slot;
        answer(&document, &map, &bounds, options.threads, &cancel)
    };
    let (status, json) = state.live.pool.run(work).await?;
    drop(waiting);
    Ok(HttpResponse::build(status).content_type("application/json; charset=utf-8").body(json))
}

/// What a request may ask for at most.
struct Bounds {
    seconds: f64,
    tasks: usize,
}

fn answer(
    document: &[u8],
    map: &Map,
    bounds: &Bounds,
    threads: usize,
    cancel: &AtomicBool,
) -> (StatusCode, Vec<u8>) {
    let started = Instant::now();
    let streets = Streets::of_map(map);
    let told = Prepared::read(document, Asked::default()).and_then(|input| {
        let (tasks, vehicles) =
            (input.jobs.len() + 2 * input.shipments.len(), input.vehicles.len());
        for (noun, count) in [("locations", tasks), ("vehicles", vehicles)] {
            if count > bounds.tasks {
                return Ok(Err(too_many(noun, count, bounds.tasks)));
            }
        }
        let prepared = Prepared::of(input, Some(&streets))?;
        let wishes = prepared.wishes();
        let usual_s = (TIME_S + TIME_PER_TASK_S * tasks as f64).min(TIME_MOST_S);
        let limit_s =
            wishes.time.filter(|time| *time >= 0.0).unwrap_or(usual_s).min(bounds.seconds);
        // An answer is a small part of a document with matrices; a little for the system.
        let read_s = started.elapsed().as_secs_f64();
        let room_s = (limit_s - 1.1 * read_s - 0.02).max(1e-6);
        let share_used = move || (started.elapsed().as_secs_f64() - read_s) / room_s;
        let limits = Limits {
            iterations: wishes.iterations,
            share_used: Some(&share_used),
            cancel: Some(cancel),
            threads_max: threads,
        };
        prepared.solve(&limits, Some(&streets)).map(Ok)
    });
    let found = match told {
        Ok(Ok(answer)) => answer,
        Ok(Err(refused)) => return refused,
        Err(error) => vroom::failure(&error),
    };
    let status = match found.code {
        0 => StatusCode::OK,
        2 => StatusCode::BAD_REQUEST,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, serde_json::to_vec(&found).unwrap_or_default())
}

/// vroom-express has a code of its own for this.
fn too_many(noun: &str, count: usize, most: usize) -> (StatusCode, Vec<u8>) {
    let error = format!("Too many {noun} ({count}) in query, maximum is set to {most}");
    let told = json!({"code": 4, "error": error, "error_code": "too_many"});
    (StatusCode::PAYLOAD_TOO_LARGE, told.to_string().into_bytes())
}

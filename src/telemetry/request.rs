//! The id of the request being served: in every log line, problem and answer of it.

use uuid::Uuid;

tokio::task_local! {
    static REQUEST_ID: Uuid;
}

/// Runs a future as part of the request of this id.
pub async fn within<F: Future>(id: Uuid, future: F) -> F::Output {
    REQUEST_ID.scope(id, future).await
}

/// The id of the request that this task serves, if it serves one.
pub fn current() -> Option<Uuid> {
    REQUEST_ID.try_with(|id| *id).ok()
}

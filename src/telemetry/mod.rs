//! Logs, metrics and request ids. Knows no noun of dispatch.
//!
//! What is logged: the sentence reads alone and ids are fields. Never positions, addresses, names, query
//! strings or tokens; `log` formats, it does not decide what is personal, so callers must not pass it.
//!
//! Reading order: `log` (tracing), `metric` (Prometheus), `request` (the id of the request being served).

pub mod log;
pub mod metric;
pub mod request;

pub use log::{LogShape, start_log};
pub use metric::{Metrics, start_metrics};

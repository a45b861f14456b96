//! Field work: what is offered (service types) and what is to be done (jobs and their visits).

pub mod job;
pub mod service_type;
pub mod tracking_link;

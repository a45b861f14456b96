//! People and the organization they work for.

pub mod customer;
pub mod organization;
pub mod session;
pub mod technician;
pub mod territory;
pub mod user;

//! The store on both databases: one body for each test, run on SQLite and on PostgreSQL.

mod commits;
mod follows;
mod opening;
mod positions;
mod tables;
mod views;
mod walls;

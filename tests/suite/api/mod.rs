//! The interface, noun by noun: the happy path and each refusal, bad input everywhere, rights as a table.

mod auth;
mod bad_input;
mod books;
mod job_files;
mod jobs;
mod learned_speeds;
mod live;
mod openapi;
mod plan;
mod positions;
mod rights;
mod street_changes;
mod tracking;
mod vroom;
mod web;

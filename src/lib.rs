//! Sortie: a self-hosted realtime dispatch engine. ARCHITECTURE.md is the way in.

pub mod actors;
pub mod adapters;
pub mod api;
pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod domain;
pub mod planning;
pub mod roads;
pub mod simulation;
pub mod solver;
pub mod store;
pub mod telemetry;
pub mod units;

//! The command line through the real program: results, exit codes, cause and cure.

mod arguments;
mod bench;
mod config;
mod doctor;
mod maps;
mod migrate;
mod roads;
mod serve;
mod solve;
mod town;
mod user;

//! The command line through the real program: results, exit codes, cause and cure.

mod arguments;
mod config;
mod maps;
mod town;

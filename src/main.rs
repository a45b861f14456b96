//! The program `sortie`. Everything it does is in the library; the command line is the way in.

use std::process::ExitCode;

/// Many small messages and rows, made on one thread and freed on another: what this allocator is for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything may speak TLS. A second call would only find the first provider in place.
    let _ = rustls::crypto::ring::default_provider().install_default();
    sortie::cli::main()
}

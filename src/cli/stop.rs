//! Ctrl-C for commands that work long without a server: the first time they end early with what they have, the second time
//! at once.

use super::failure::Exit;
use super::system::told_to_stop;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

/// Whether somebody wants the command to end.
#[derive(Debug)]
pub struct Stop {
    flag: Arc<AtomicBool>,
}

impl Stop {
    /// Listens from now on until the process ends: once this returns, nothing is missed.
    pub fn listen() -> Self {
        let flag = Arc::new(AtomicBool::new(false));
        let heard = Arc::clone(&flag);
        let (ready, is_ready) = mpsc::channel();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Without a runtime the signal does what it always does: it ends the process.
            let Ok(runtime) = runtime else { return };
            runtime.block_on(async {
                let told = told_to_stop();
                let _ = ready.send(());
                told.await;
                heard.store(true, Ordering::Relaxed);
                told_to_stop().await;
                std::process::exit(i32::from(Exit::Interrupted as u8));
            });
        });
        let _ = is_ready.recv();
        Self { flag }
    }

    pub fn is_heard(&self) -> bool {
        self.flag.load(Ordering::Relaxed)
    }

    /// For searches, which look at it themselves.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }
}

//! A server in a process of its own, as users run it. Killed when dropped.

use super::program::sortie;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// A debug build on a busy machine needs its time.
const START_MAX: Duration = Duration::from_secs(120);
const STOP_MAX: Duration = Duration::from_secs(20);

pub struct Server {
    child: Child,
    /// The one line that it prints when it is ready.
    pub told: Value,
    pub url: String,
}

impl Server {
    /// Starts `sortie ARGUMENTS --json --listen 127.0.0.1:0` and waits until it says that it is ready.
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = sortie(folder);
        command.args(arguments).args(["--json", "--listen", "127.0.0.1:0"]);
        Self::of(command)
    }

    fn of(mut command: Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut out = BufReader::new(child.stdout.take().expect("standard output is piped"));
        let mut err = child.stderr.take().expect("standard error is piped");
        // Standard error is read to its end all the time, so that a full pipe stops nobody.
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = err.read_to_string(&mut text);
            text
        });
        let (send, receive) = mpsc::channel();
        std::thread::spawn(move || {
            let mut line = String::new();
            let _ = out.read_line(&mut line);
            let _ = send.send(line);
            let _ = out.read_to_string(&mut String::new());
        });
        let line = receive.recv_timeout(START_MAX).unwrap_or_default();
        let Ok(told) = serde_json::from_str::<Value>(&line) else {
            let _ = child.kill();
            let _ = child.wait();
            panic!("no server came up; it said {line:?} and {}", errors.join().unwrap_or_default());
        };
        let url = told["url"].as_str().expect("the line names the url").to_owned();
        Self { child, told, url }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        let id = nix::unistd::Pid::from_raw(self.id() as i32);
        nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).expect("it still runs");
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is our child") {
                return status;
            }
            assert!(asked.elapsed() < STOP_MAX, "it did not stop in time");
            #[expect(clippy::disallowed_methods, reason = "a test that waits for another process")]
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().expect("it still runs");
        self.child.wait().expect("it is our child");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

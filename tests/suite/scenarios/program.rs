//! The real binary as a child process: started on a free port, spoken to over HTTP, ended for good.

use super::client::{Client, Request, Response};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// `sortie demo`, running.
pub struct Program {
    child: Child,
    pub url: String,
}

impl Program {
    /// Starts the demo and waits until it says that it is ready.
    pub fn demo(data: &Path, map: &Path, speed: f64, seed: u64) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_sortie"))
            .arg("demo")
            .args(["--listen", "127.0.0.1:0", "--json"])
            .args(["--speed", &speed.to_string(), "--seed", &seed.to_string()])
            .arg("--data")
            .arg(data)
            .arg("--map")
            .arg(map)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("the binary starts");
        let out = child.stdout.take().expect("a pipe");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("a line");
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|error| {
            panic!("the demo did not say that it is ready ({error}): {line:?}")
        });
        let url = ready["url"].as_str().expect("an address").trim_end_matches('/').to_owned();
        Self { child, url }
    }

    /// Ends it without any warning, as a crash does.
    pub fn kill(&mut self) {
        self.child.kill().expect("a process to end");
        self.child.wait().expect("an end");
    }

    /// A client whose domain time runs `speed` times as fast as the wall clock.
    pub fn client(&self, speed: f64) -> Client {
        let url = self.url.clone();
        Client {
            send: Box::new(move |request| {
                let url = url.clone();
                Box::pin(async move {
                    tokio::task::spawn_blocking(move || call(&url, request))
                        .await
                        .expect("an answer")
                })
            }),
            wait_s: Box::new(move |seconds| {
                Box::pin(tokio::time::sleep(Duration::from_secs_f64(seconds / speed)))
            }),
            bearer: None,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(url: &str, request: Request) -> Response {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build()
        .into();
    let mut call =
        ureq::http::Request::builder().method(request.method).uri(format!("{url}{}", request.path));
    if let Some(bearer) = &request.bearer {
        call = call.header("authorization", format!("Bearer {bearer}"));
    }
    if let Some(cookie) = &request.cookie {
        call = call.header("cookie", cookie).header("sec-fetch-site", "same-origin");
    }
    let answer = match &request.body {
        Some(body) => agent.run(
            call.header("content-type", "application/json")
                .body(body.to_string())
                .expect("a request"),
        ),
        None => agent.run(call.body(()).expect("a request")),
    };
    let mut answer =
        answer.unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path));
    let cookies = answer
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next().map(str::to_owned))
        .collect();
    let text = answer.body_mut().read_to_string().expect("a body");
    Response {
        status: answer.status().as_u16(),
        cookies,
        body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
    }
}

//! Speaks HTTP as a person's browser or a program does, to a system inside the test or to a real process.

use futures_util::future::LocalBoxFuture;
use serde_json::Value;

/// One request.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: &'static str,
    pub path: String,
    pub bearer: Option<String>,
    pub cookie: Option<String>,
    pub body: Option<Value>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    /// `name=value` of each cookie that was set.
    pub cookies: Vec<String>,
    pub body: Value,
}

type Send = Box<dyn Fn(Request) -> LocalBoxFuture<'static, Response>>;
type Wait = Box<dyn Fn(f64) -> LocalBoxFuture<'static, ()>>;

/// How a script reaches the system and lets domain time pass.
pub struct Client {
    pub send: Send,
    pub wait_s: Wait,
    pub bearer: Option<String>,
}

impl Client {
    pub async fn request(&self, method: &'static str, path: &str, body: Option<Value>) -> Response {
        let request = Request {
            method,
            path: format!("/api/v1/{path}"),
            bearer: self.bearer.clone(),
            cookie: None,
            body,
        };
        (self.send)(request).await
    }

    /// A GET that must succeed.
    pub async fn get(&self, path: &str) -> Value {
        let response = self.request("GET", path, None).await;
        assert_eq!(response.status, 200, "GET {path}: {}", response.body);
        response.body
    }

    /// A POST that must succeed.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.request("POST", path, Some(body)).await;
        assert!(
            (200..300).contains(&response.status),
            "POST {path}: {} {}",
            response.status,
            response.body
        );
        response.body
    }

    pub async fn log_in(&mut self, email: &str, password: &str) {
        let answer = self
            .post("auth/login", serde_json::json!({ "email": email, "password": password }))
            .await;
        self.bearer = Some(answer["access_token"].as_str().expect("a token").to_owned());
    }

    /// Looks again and again until something is so; fails after so many domain seconds.
    pub async fn until<T>(&self, what: &str, limit_s: f64, look: impl AsyncFn() -> Option<T>) -> T {
        let step_s = 60.0;
        let mut waited_s = 0.0;
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(waited_s < limit_s, "{what} did not come about within {limit_s} s of the day");
            (self.wait_s)(step_s).await;
            waited_s += step_s;
        }
    }
}

//! What every handler has at hand. Built once by `app`, shared by all workers.

use crate::actors::Live;
use crate::api::caller::Caller;
use crate::api::endpoint::Needs;
use crate::api::error::Problem;
use crate::api::limit::Limits;
use crate::auth::{Auth, secret};
use crate::domain::{Answer, Command, Envelope, Who};
use crate::roads::LiveMap;
use crate::store::{Db, Store, StoreError, tables};
use crate::telemetry::Metrics;
use crate::units::Timestamp;
use crate::units::id::{CommandId, OrganizationId};
use actix_web::http::Method;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Semaphore;

/// How the server is reached, and what it takes.
#[derive(Debug, Clone)]
pub struct ApiOptions {
    /// Cookies are marked `Secure`: unless plain http on loopback is all there is.
    pub secure_cookies: bool,
    /// Without a slash at the end; for links that are handed out.
    pub public_url: Option<String>,
    /// Proxies whose `X-Forwarded-For` counts.
    pub trusted_proxies: Vec<IpAddr>,
    /// Longest search for `POST /vroom`, seconds; most jobs and most vehicles that it takes.
    pub vroom_seconds: u32,
    pub vroom_tasks: usize,
}

impl Default for ApiOptions {
    fn default() -> Self {
        Self {
            secure_cookies: false,
            public_url: None,
            trusted_proxies: Vec::new(),
            vroom_seconds: 30,
            vroom_tasks: 2_000,
        }
    }
}

pub struct ApiState {
    pub live: Live,
    pub store: Store,
    pub map: LiveMap,
    pub auth: Auth,
    pub metrics: Metrics,
    pub options: ApiOptions,
    pub limits: Limits,
    /// The last number given to a job, by organization.
    job_numbers: Mutex<HashMap<OrganizationId, u64>>,
    needs: HashMap<(Method, String), Needs>,
    /// Problems of `POST /vroom` that are held at the same time.
    pub vroom_slots: Arc<Semaphore>,
}

impl ApiState {
    pub fn new(
        live: Live,
        store: Store,
        map: LiveMap,
        auth: Auth,
        metrics: Metrics,
        options: ApiOptions,
    ) -> Self {
        let mut needs = HashMap::new();
        for row in super::endpoints() {
            if super::AT_THE_ROOT_TOO.contains(&row.path) {
                needs.insert((row.method.clone(), row.path.to_owned()), row.needs);
            }
            needs.insert((row.method, format!("{}{}", super::ROOT, row.path)), row.needs);
        }
        let vroom_slots = Arc::new(Semaphore::new(super::vroom::HELD_MAX));
        let (limits, job_numbers) = (Limits::default(), Mutex::default());
        Self { live, store, map, auth, metrics, options, limits, job_numbers, needs, vroom_slots }
    }

    /// The number for the organization's next job. Others may give numbers too: the store refuses one that
    /// is taken, and after [`Self::forget_job_number`] it is asked anew.
    pub async fn next_job_number(&self, organization: OrganizationId) -> Result<u64, Problem> {
        let numbers = || self.job_numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = numbers().contains_key(&organization);
        if !is_known {
            let next = self.read(move |db| tables::job::next_number(db, organization)).await?;
            // Whoever was quicker has counted on.
            numbers().entry(organization).or_insert(next - 1);
        }
        let mut numbers = numbers();
        let last = numbers.entry(organization).or_default();
        *last += 1;
        Ok(*last)
    }

    pub fn forget_job_number(&self, organization: OrganizationId) {
        self.job_numbers.lock().unwrap_or_else(PoisonError::into_inner).remove(&organization);
    }

    /// What a caller needs for this endpoint; `None` is not in the table.
    pub fn needs_of(&self, method: &Method, pattern: &str) -> Option<Needs> {
        self.needs.get(&(method.clone(), pattern.to_owned())).copied()
    }

    /// Now, in domain time.
    pub fn now(&self) -> Timestamp {
        self.live.clock.now()
    }

    /// Reads from the store.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Db) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.store.read(work).await.map_err(Problem::from)
    }

    /// Reads what must be there; `noun` is what is said to be missing.
    pub async fn get<T: Send + 'static>(
        &self,
        noun: &str,
        work: impl FnOnce(&mut Db) -> Result<Option<T>, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.read(work).await?.ok_or_else(|| Problem::not_found(noun))
    }

    /// Has a command of the caller carried out, meant now.
    pub async fn submit(&self, wish: Wish<'_>, command: Command) -> Result<Answer, Problem> {
        self.submit_meant(wish, command, self.now()).await
    }

    /// The same, meant at another instant of domain time.
    pub async fn submit_meant(
        &self,
        wish: Wish<'_>,
        command: Command,
        meant_at: Timestamp,
    ) -> Result<Answer, Problem> {
        let Wish { caller, part, body_hash } = wish;
        let what = [caller.what.as_bytes(), body_hash.as_slice()].concat();
        let envelope = Envelope {
            command_id: CommandId::derived(caller.request.0, part),
            organization: caller.organization,
            who: caller.who(),
            meant_at,
            arrived_at: self.now(),
            body_hash: secret::hash(&what),
            command,
        };
        self.live.submit(envelope).await.map_err(Problem::from)
    }

    /// Has a command of the product itself carried out: sessions, above all.
    pub async fn submit_own(
        &self,
        organization: OrganizationId,
        command: Command,
    ) -> Result<Answer, Problem> {
        let now = self.now();
        let envelope = Envelope {
            command_id: CommandId::new(crate::units::clock::real_now()),
            organization,
            who: Who::System { part: crate::domain::access::SystemPart::Session },
            meant_at: now,
            arrived_at: now,
            body_hash: [0; 32],
            command,
        };
        self.live.submit(envelope).await.map_err(Problem::from)
    }
}

/// One command of a request: who wishes it, which part of the request it is, and what was sent.
#[derive(Clone, Copy)]
pub struct Wish<'a> {
    pub caller: &'a Caller,
    /// Tells the commands of one request apart.
    pub part: &'static str,
    pub body_hash: [u8; 32],
}

impl Caller {
    /// The one command of a request with this body.
    pub fn wish(&self, body_hash: [u8; 32]) -> Wish<'_> {
        Wish { caller: self, part: "command", body_hash }
    }

    /// One of several commands of a request.
    pub fn part(&self, part: &'static str, body_hash: [u8; 32]) -> Wish<'_> {
        Wish { caller: self, part, body_hash }
    }
}

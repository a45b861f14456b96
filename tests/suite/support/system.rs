//! A whole system inside the test: store, actors and the interface, on an own database and a made-up town.
//! Two organizations live in it, so that walls can be tried.

use actix_web::cookie::Cookie;
use actix_web::dev::Service;
use actix_web::http::{Method, header::HeaderMap};
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::{App, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use sortie::actors::solver_pool::SolverPool;
use sortie::api::{self, ApiOptions, ApiState};
use sortie::app::{Parts, start_live};
use sortie::auth::access_token::{self, Identity};
use sortie::auth::{Auth, Keys, password};
use sortie::domain::access::SystemPart;
use sortie::domain::command::ClerkCommand;
use sortie::domain::fieldwork::service_type::ServiceType;
use sortie::domain::fleet::truck::Truck;
use sortie::domain::people::organization::{Organization, OrganizationSettings};
use sortie::domain::people::technician::{Shift, Technician};
use sortie::domain::people::territory::Territory;
use sortie::domain::people::user::User;
use sortie::domain::text::Pii;
use sortie::domain::{Command, Envelope, Role, Who};
use sortie::roads::profile::Profile;
use sortie::roads::town::{TownOptions, generate};
use sortie::roads::{FileFacts, LiveMap, Map, RoadNetwork as _};
use sortie::store::{Store, StoreOptions};
use sortie::telemetry::start_metrics;
use sortie::units::clock::real_now;
use sortie::units::id::{
    CommandId, OrganizationId, ServiceTypeId, SessionId, TechnicianId, TerritoryId, TruckId, UserId,
};
use sortie::units::{Clock, LocalDay, Point, Timestamp};
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// Everybody's.
pub const PASSWORD: &str = "a long password";
/// Friday, 20 November 2026, 08:00 in Malta.
pub const START: Timestamp = Timestamp(1_795_158_000_000);

static MAP: LazyLock<Arc<Map>> = LazyLock::new(own_map);

/// A map like everybody's, for tests that change its streets.
pub fn own_map() -> Arc<Map> {
    let town = generate(&TownOptions { size: 400, ..TownOptions::default() });
    let map = Map::from_osm(&town, FileFacts::default(), &[Profile::car()], &mut |_| {});
    Arc::new(map.expect("a made-up town has streets"))
}
static PASSWORD_HASH: LazyLock<Pii<String>> =
    LazyLock::new(|| password::hash_now(PASSWORD).expect("a password can be hashed"));

type Send = Box<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Reply>>;

pub struct System {
    pub state: web::Data<ApiState>,
    /// The one that most tests live in, and the one behind the wall.
    pub house: House,
    pub other: House,
    send: Send,
    _folder: TempDir,
}

/// An organization with what a day needs.
pub struct House {
    pub organization: OrganizationId,
    pub territory: TerritoryId,
    pub service_type: ServiceTypeId,
    pub truck: TruckId,
    /// Two of them, each with a truck; the first has the truck above and the device `phone-NAME-1`.
    pub technicians: Vec<TechnicianId>,
    /// One per role; the technician's login is the first technician.
    pub users: Vec<(Role, UserId)>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub cookies: Vec<(String, String)>,
    pub bytes: web::Bytes,
    /// Null if the body is no JSON.
    pub body: Value,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }

    /// `code` of a problem.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("")
    }

    pub fn cookie(&self, name: &str) -> &str {
        self.cookies.iter().find(|cookie| cookie.0 == name).map_or("", |cookie| cookie.1.as_str())
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.body);
        self.body
    }

    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert!(!self.body["detail"].as_str().unwrap_or("").is_empty(), "{}", self.body);
        assert!(self.body["request_id"].is_string(), "{}", self.body);
        self.body
    }
}

impl System {
    pub async fn start() -> Self {
        Self::start_with(ApiOptions::default()).await
    }

    pub async fn start_with(options: ApiOptions) -> Self {
        Self::start_on(MAP.clone(), options).await
    }

    /// On a map whose streets nobody else uses.
    pub async fn start_apart() -> Self {
        Self::start_on(own_map(), ApiOptions::default()).await
    }

    async fn start_on(map: Arc<Map>, options: ApiOptions) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("sortie.db");
        let store = Store::open(&file.to_string_lossy(), StoreOptions::default()).expect("opens");
        store.migrate().expect("migrates");
        let parts = Parts {
            store: store.clone(),
            map: LiveMap::new(map),
            clock: Clock::running(START, 1.0),
            auth: Auth::new(Keys::random()),
            metrics: start_metrics(),
            pool: SolverPool::default(),
        };
        let live = start_live(&parts).expect("starts");
        let state = web::Data::new(ApiState::new(
            live,
            store,
            parts.map.clone(),
            parts.auth.clone(),
            parts.metrics.clone(),
            options,
        ));
        let house = House::build(&state, "acme").await;
        let other = House::build(&state, "borg").await;
        let configured = state.clone();
        let service =
            init_service(App::new().configure(move |cfg| api::configure(cfg, configured))).await;
        let service = Rc::new(service);
        let send: Send = Box::new(move |request| {
            let service = service.clone();
            Box::pin(async move {
                let response =
                    service.call(request.to_request()).await.expect("errors are answers");
                let status = response.status().as_u16();
                let headers = response.headers().clone();
                let cookies = response
                    .response()
                    .cookies()
                    .map(|cookie| (cookie.name().to_owned(), cookie.value().to_owned()))
                    .collect();
                let bytes = read_body(response).await;
                let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
                Reply { status, headers, cookies, bytes, body }
            })
        });
        Self { state, house, other, send, _folder: folder }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: TestRequest) -> Reply {
        let here = SocketAddr::from(([127, 0, 0, 1], 40_000));
        (self.send)(request.peer_addr(here)).await
    }

    pub async fn call(&self, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
        let mut request = TestRequest::default()
            .method(Method::from_bytes(method.as_bytes()).expect("a method"))
            .uri(&format!("/api/v1{path}"));
        if !token.is_empty() {
            request = request.insert_header(("authorization", format!("Bearer {token}")));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.send(request).await
    }

    pub async fn get(&self, token: &str, path: &str) -> Reply {
        self.call(token, "GET", path, None).await
    }

    pub async fn post(&self, token: &str, path: &str, body: Value) -> Reply {
        self.call(token, "POST", path, Some(body)).await
    }

    pub async fn patch(&self, token: &str, path: &str, body: Value) -> Reply {
        self.call(token, "PATCH", path, Some(body)).await
    }

    pub async fn delete(&self, token: &str, path: &str) -> Reply {
        self.call(token, "DELETE", path, None).await
    }

    /// A POST with an `Idempotency-Key`.
    pub async fn post_once(&self, token: &str, key: &str, path: &str, body: Value) -> Reply {
        let request = TestRequest::post()
            .uri(&format!("/api/v1{path}"))
            .insert_header(("authorization", format!("Bearer {token}")))
            .insert_header(("idempotency-key", key))
            .set_json(body);
        self.send(request).await
    }

    /// A request by a page: with cookies and what a browser says of itself.
    pub async fn page(
        &self,
        method: &str,
        path: &str,
        cookies: &[(&str, &str)],
        site: Option<&str>,
        body: Option<Value>,
    ) -> Reply {
        let mut request = TestRequest::default()
            .method(Method::from_bytes(method.as_bytes()).expect("a method"))
            .uri(&format!("/api/v1{path}"));
        for (name, value) in cookies {
            request = request.cookie(Cookie::new((*name).to_owned(), (*value).to_owned()));
        }
        if let Some(site) = site {
            request = request.insert_header(("sec-fetch-site", site));
        }
        if let Some(body) = body {
            request = request.set_json(body);
        }
        self.send(request).await
    }

    /// An access token of a role in the house, without a login.
    pub fn token(&self, role: Role) -> String {
        self.token_of(&self.house, role)
    }

    pub fn token_of(&self, house: &House, role: Role) -> String {
        let drives = matches!(role, Role::Technician | Role::Contractor);
        let identity = Identity {
            organization: house.organization,
            user: house.user(role),
            role,
            technician: drives.then_some(house.technicians[0]),
            session: SessionId::new(real_now()),
        };
        access_token::issue(&self.state.auth.keys, &identity, real_now()).0
    }

    pub fn day(&self) -> LocalDay {
        LocalDay::at(START, chrono_tz::Europe::Malta)
    }

    /// A place on a street, so many metres from the middle of the town.
    pub fn street(&self, east_m: f64, north_m: f64) -> Point {
        let centre = MAP.bounds.centre();
        let lat = centre.lat + north_m / 111_195.0;
        let lon = centre.lon + east_m / 111_195.0 / centre.lat.to_radians().cos();
        let at = Point::parse(lat, lon).expect("the town is on the earth");
        let found = MAP.network().snap(at).expect("the town has streets everywhere").on_street;
        // Six digits, so that the number is the same after a trip through JSON.
        let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
        Point { lat: rounded(found.lat), lon: rounded(found.lon) }
    }

    /// The body of a job that can be done.
    pub fn job_body(&self, title: &str) -> Value {
        let at = self.street(300.0, 200.0);
        json!({
            "territory": self.house.territory,
            "service_type": self.house.service_type,
            "title": title,
            "new_customer": { "name": "Ana Borg", "phone": "+35621234567" },
            "new_location": { "address": "1 Main Street", "lat": at.lat, "lon": at.lon },
        })
    }

    /// A job of the house, placed by the planner.
    pub async fn job(&self, title: &str) -> Value {
        let owner = self.token(Role::Owner);
        self.post(&owner, "/jobs", self.job_body(title)).await.ok()["job"].clone()
    }
}

impl House {
    pub fn user(&self, role: Role) -> UserId {
        self.users.iter().find(|user| user.0 == role).expect("one user per role").1
    }

    async fn build(state: &ApiState, name: &'static str) -> Self {
        let organization = OrganizationId::new(START);
        let save = async |command: ClerkCommand| {
            let envelope = Envelope {
                command_id: CommandId::new(START),
                organization,
                who: Who::System { part: SystemPart::CommandLine },
                meant_at: START,
                arrived_at: START,
                body_hash: [0; 32],
                command: Command::Clerk(command),
            };
            state.live.submit(envelope).await.expect("the house is built");
        };
        save(ClerkCommand::SaveOrganization(Organization {
            id: organization,
            name: name.to_owned(),
            slug: name.to_owned(),
            time_zone: "Europe/Malta".to_owned(),
            settings: OrganizationSettings::default(),
            version: 0,
        }))
        .await;
        let territory = TerritoryId::new(START);
        let noun = Territory { id: territory, name: "Town".to_owned(), version: 0 };
        save(ClerkCommand::SaveTerritory(noun)).await;
        let service_type = ServiceTypeId::new(START);
        save(ClerkCommand::SaveServiceType(ServiceType {
            id: service_type,
            name: "Screen repair".to_owned(),
            duration_s: 1_800,
            skills: ["phones".to_owned()].into(),
            load: [("parts".to_owned(), 1)].into(),
            priority: 50,
            needs_approval: false,
            active: true,
            version: 0,
        }))
        .await;
        let (truck, other_truck) = (TruckId::new(START), TruckId::new(START));
        for (id, name) in [(truck, "Van 1"), (other_truck, "Van 2")] {
            save(ClerkCommand::SaveTruck(Truck {
                id,
                territory,
                name: name.to_owned(),
                plate: "ABC 123".to_owned(),
                capacity: [("parts".to_owned(), 20)].into(),
                equipment: ["ladder".to_owned()].into(),
                active: true,
                version: 0,
            }))
            .await;
        }
        let mut technicians = Vec::new();
        for number in 1..=2 {
            let id = TechnicianId::new(START);
            save(ClerkCommand::SaveTechnician(Technician {
                id,
                territory,
                name: Pii(format!("Tech {number}")),
                phone: Pii(String::new()),
                skills: ["phones".to_owned()].into(),
                shifts: (0..7)
                    .map(|weekday| Shift { weekday, from_minute: 480, until_minute: 1_020 })
                    .collect(),
                breaks: Vec::new(),
                start: Pii(MAP.bounds.centre()),
                end: None,
                truck: Some(if number == 1 { truck } else { other_truck }),
                device: (number == 1).then(|| Pii(format!("phone-{name}-1"))),
                active: true,
                version: 0,
            }))
            .await;
            technicians.push(id);
        }
        let mut users = Vec::new();
        for role in Role::ALL {
            let id = UserId::new(START);
            let drives = matches!(role, Role::Technician | Role::Contractor);
            save(ClerkCommand::SaveUser(User {
                id,
                name: Pii(format!("{} of {name}", role.word())),
                email: Pii(format!("{}@{name}.example", role.word())),
                password_hash: PASSWORD_HASH.clone(),
                role,
                technician: drives.then_some(technicians[0]),
                active: true,
                version: 0,
            }))
            .await;
            users.push((role, id));
        }
        Self { organization, territory, service_type, truck, technicians, users }
    }
}

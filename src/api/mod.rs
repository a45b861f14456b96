//! HTTP and websockets: translation only. A request becomes a question to the store or a command to the
//! actors, and what comes back becomes JSON or a problem.
//!
//! Every address stands in the one table below, with who may ask, what it takes and what it answers; the
//! same row makes the route, the permission check and the OpenAPI operation. The live protocol is
//! `live/`, the pages are `ui`.
//!
//! Reading order: `endpoint` (a row), `state`, `caller` (who asks), `body` and `page` (what comes in),
//! `answer` and `error` (what goes out), `trace` and `limit` (around every request), then the nouns.

pub mod answer;
pub mod body;
pub mod caller;
pub mod endpoint;
pub mod error;
pub mod limit;
pub mod live;
pub mod openapi;
pub mod page;
pub mod removal;
pub mod state;
pub mod trace;

pub mod customer;
pub mod health;
pub mod job;
pub mod job_file;
pub mod location;
pub mod map;
pub mod organization;
pub mod osmand;
pub mod osrm;
pub mod place;
pub mod plan;
pub mod position;
pub mod route;
pub mod service_type;
pub mod session;
pub mod street_change;
pub mod technician;
pub mod territory;
pub mod tracking;
pub mod truck;
pub mod ui;
pub mod user;
pub mod visit;
pub mod vroom;

pub use error::Problem;
pub use live::{Kick, on_connect};
pub use openapi::openapi_json;
pub use state::{ApiOptions, ApiState};

use crate::actors::hub::TrackingView;
use crate::domain::access::Permission::{
    ManageJobs, ManageResources, ManageUsers, Plan, ReadAll, ReadOwn, ReportOwn, Request,
};
use crate::planning::Explanation;
use crate::planning::vroom::Answer;
use crate::planning::vroom::input::Input;
use crate::store::views::{
    CustomerView, FactView, JobView, LocationView, OrganizationView, PositionView, ProposalView,
    RouteView, ServiceTypeView, TechnicianView, TerritoryView, TruckView, UserView,
};
use actix_web::web::{self, Data, ServiceConfig};
use answer::{Done, JobDone};
use endpoint::Needs::{AnyOf, Login, Nothing};
use endpoint::{Endpoint, delete, get, patch, post};
use live::ticket::TicketMade;
use removal::Removal;

/// Where all of the table stands.
pub const ROOT: &str = "/api/v1";

/// Addresses of the table that programs written for others expect at the root.
pub const AT_THE_ROOT_TOO: [&str; 1] = ["/vroom"];

/// Every address below `/api/v1`.
#[rustfmt::skip]
pub fn endpoints() -> Vec<Endpoint> {
    let mut all = Vec::new();
    let mut under = |tag: &'static str, rows: Vec<Endpoint>| {
        all.extend(rows.into_iter().map(|row| row.under(tag)));
    };
    under("auth", vec![
        post("/auth/login", Nothing, session::login).does("Logs in with e-mail and password").takes::<session::Login>().answers::<session::LoggedIn>(),
        post("/auth/refresh", Nothing, session::refresh).does("Takes the refresh token (body or cookie) and gives new ones").takes::<session::Refresh>().answers::<session::LoggedIn>(),
        post("/auth/logout", Login, session::logout).does("Ends this session").answers_nothing(204),
        get("/auth/me", Login, session::me).does("Tells who is logged in").answers::<session::Me>(),
        post("/auth/password", Login, session::change_password).does("Changes the own password and ends all other sessions").takes::<session::PasswordChange>().answers_nothing(204),
        get("/auth/sessions", Login, session::list).does("Lists the own sessions").answers_page::<session::SessionView>(),
        delete("/auth/sessions/{id}", Login, session::remove).does("Ends one of the own sessions").answers_nothing(204),
    ]);
    under("organization", vec![
        get("/organization", Login, organization::get).does("Shows the own organization").answers::<OrganizationView>(),
        patch("/organization", AnyOf(&[ManageUsers]), organization::change).does("Changes the organization and its settings").takes::<organization::OrganizationChanges>().answers::<OrganizationView>(),
    ]);
    under("users", vec![
        get("/users", AnyOf(&[ManageUsers]), user::list).does("Lists users").query::<page::PageQuery>().answers_page::<UserView>(),
        post("/users", AnyOf(&[ManageUsers]), user::add).does("Adds a user").takes::<user::NewUser>().answers_with::<UserView>(201),
        get("/users/{id}", AnyOf(&[ManageUsers]), user::get).does("Shows a user").answers::<UserView>(),
        patch("/users/{id}", AnyOf(&[ManageUsers]), user::change).does("Changes a user").takes::<user::UserChanges>().answers::<UserView>(),
        delete("/users/{id}", AnyOf(&[ManageUsers]), user::remove).does("Removes a user").query::<Removal>().answers_nothing(204),
    ]);
    under("territories", vec![
        get("/territories", AnyOf(&[ReadAll, ReadOwn, Request]), territory::list).does("Lists territories").query::<page::PageQuery>().answers_page::<TerritoryView>(),
        post("/territories", AnyOf(&[ManageResources]), territory::add).does("Adds a territory").takes::<territory::NewTerritory>().answers_with::<TerritoryView>(201),
        get("/territories/{id}", AnyOf(&[ReadAll, ReadOwn, Request]), territory::get).does("Shows a territory").answers::<TerritoryView>(),
        patch("/territories/{id}", AnyOf(&[ManageResources]), territory::change).does("Changes a territory").takes::<territory::TerritoryChanges>().answers::<TerritoryView>(),
        delete("/territories/{id}", AnyOf(&[ManageResources]), territory::remove).does("Removes a territory").query::<Removal>().answers_nothing(204),
    ]);
    under("service types", vec![
        get("/service-types", AnyOf(&[ReadAll, ReadOwn, Request]), service_type::list).does("Lists service types").query::<page::PageQuery>().answers_page::<ServiceTypeView>(),
        post("/service-types", AnyOf(&[ManageResources]), service_type::add).does("Adds a service type").takes::<service_type::NewServiceType>().answers_with::<ServiceTypeView>(201),
        get("/service-types/{id}", AnyOf(&[ReadAll, ReadOwn, Request]), service_type::get).does("Shows a service type").answers::<ServiceTypeView>(),
        patch("/service-types/{id}", AnyOf(&[ManageResources]), service_type::change).does("Changes a service type").takes::<service_type::ServiceTypeChanges>().answers::<ServiceTypeView>(),
        delete("/service-types/{id}", AnyOf(&[ManageResources]), service_type::remove).does("Removes a service type").query::<Removal>().answers_nothing(204),
    ]);
    under("customers", vec![
        get("/customers", AnyOf(&[ReadAll]), customer::list).does("Lists or finds customers").query::<customer::CustomerQuery>().answers_page::<CustomerView>(),
        post("/customers", AnyOf(&[ManageJobs]), customer::add).does("Adds a customer").takes::<customer::NewCustomer>().answers_with::<CustomerView>(201),
        get("/customers/{id}", AnyOf(&[ReadAll]), customer::get).does("Shows a customer").answers::<CustomerView>(),
        patch("/customers/{id}", AnyOf(&[ManageJobs]), customer::change).does("Changes a customer").takes::<customer::CustomerChanges>().answers::<CustomerView>(),
        delete("/customers/{id}", AnyOf(&[ManageJobs]), customer::remove).does("Removes a customer").query::<Removal>().answers_nothing(204),
    ]);
    under("locations", vec![
        get("/locations", AnyOf(&[ReadAll]), location::list).does("Lists locations").query::<location::LocationQuery>().answers_page::<LocationView>(),
        post("/locations", AnyOf(&[ManageJobs]), location::add).does("Adds a location of a customer").takes::<location::NewLocation>().answers_with::<LocationView>(201),
        get("/locations/{id}", AnyOf(&[ReadAll]), location::get).does("Shows a location").answers::<LocationView>(),
        patch("/locations/{id}", AnyOf(&[ManageJobs]), location::change).does("Changes a location").takes::<location::LocationChanges>().answers::<LocationView>(),
        delete("/locations/{id}", AnyOf(&[ManageJobs]), location::remove).does("Removes a location").query::<Removal>().answers_nothing(204),
    ]);
    under("technicians", vec![
        get("/technicians", AnyOf(&[ReadAll]), technician::list).does("Lists technicians with duty and position").query::<page::PageQuery>().answers_page::<TechnicianView>(),
        post("/technicians", AnyOf(&[ManageResources]), technician::add).does("Adds a technician").takes::<technician::NewTechnician>().answers_with::<TechnicianView>(201),
        get("/technicians/{id}", AnyOf(&[ReadAll, ReadOwn]), technician::get).does("Shows a technician").answers::<TechnicianView>(),
        patch("/technicians/{id}", AnyOf(&[ManageResources]), technician::change).does("Changes a technician").takes::<technician::TechnicianChanges>().answers::<TechnicianView>(),
        delete("/technicians/{id}", AnyOf(&[ManageResources]), technician::remove).does("Removes a technician").query::<Removal>().answers_nothing(204),
        post("/technicians/{id}/duty", AnyOf(&[ManageJobs, ReportOwn]), technician::duty).does("Starts or ends duty, reports sick or recovered").takes::<technician::DutyWish>().answers::<TechnicianView>(),
        get("/technicians/{id}/route", AnyOf(&[ReadAll, ReadOwn]), route::of_technician).does("Shows a technician's day with its jobs").query::<plan::DayQuery>().answers::<route::DayRoute>(),
        get("/technicians/{id}/positions", AnyOf(&[ReadAll, ReadOwn]), position::track).does("Shows where a technician was, by time").query::<position::TrackQuery>().answers_page::<PositionView>(),
    ]);
    under("trucks", vec![
        get("/trucks", AnyOf(&[ReadAll]), truck::list).does("Lists trucks with what they carry").query::<page::PageQuery>().answers_page::<TruckView>(),
        post("/trucks", AnyOf(&[ManageResources]), truck::add).does("Adds a truck").takes::<truck::NewTruck>().answers_with::<TruckView>(201),
        get("/trucks/{id}", AnyOf(&[ReadAll]), truck::get).does("Shows a truck").answers::<TruckView>(),
        patch("/trucks/{id}", AnyOf(&[ManageResources]), truck::change).does("Changes a truck").takes::<truck::TruckChanges>().answers::<TruckView>(),
        delete("/trucks/{id}", AnyOf(&[ManageResources]), truck::remove).does("Removes a truck").query::<Removal>().answers_nothing(204),
        post("/trucks/{id}/cargo", AnyOf(&[ManageJobs]), truck::cargo).does("Takes cargo on board, puts it off, or empties the truck").takes::<truck::CargoWish>().answers::<TruckView>(),
    ]);
    under("jobs", vec![
        get("/jobs", AnyOf(&[ReadAll, ReadOwn]), job::list).does("Lists or finds jobs").query::<job::JobQuery>().answers_page::<JobView>(),
        post("/jobs", AnyOf(&[ManageJobs]), job::add).does("Makes a job and places it in the plan, or tells why not").takes::<job::JobWish>().answers_with::<job::JobMade>(201),
        get("/jobs/{id}", AnyOf(&[ReadAll, ReadOwn]), job::get).does("Shows a job").answers::<JobView>(),
        patch("/jobs/{id}", AnyOf(&[ManageJobs]), job::change).does("Changes a job").takes::<job::JobChange>().answers::<JobDone>(),
        post("/jobs/{id}/hold", AnyOf(&[ManageJobs]), job::hold).does("Puts a job on hold").takes::<job::JobStep>().answers::<JobDone>(),
        post("/jobs/{id}/resume", AnyOf(&[ManageJobs]), job::resume).does("Resumes a job that is on hold").takes::<job::JobStep>().answers::<JobDone>(),
        post("/jobs/{id}/cancel", AnyOf(&[ManageJobs]), job::cancel).does("Cancels a job").takes::<job::JobStep>().answers::<JobDone>(),
        post("/jobs/{id}/approve", AnyOf(&[ManageJobs]), job::approve).does("Approves finished work").takes::<job::JobStep>().answers::<JobDone>(),
        post("/jobs/{id}/close", AnyOf(&[ManageJobs]), job::close).does("Closes a completed job").takes::<job::JobStep>().answers::<JobDone>(),
        post("/jobs/{id}/reopen", AnyOf(&[ManageJobs]), job::reopen).does("Brings a job back").takes::<job::JobStep>().answers::<JobDone>(),
        post("/jobs/{id}/promise", AnyOf(&[ManageJobs]), job::promise).does("Promises the customer a window").takes::<job::PromiseWish>().answers::<JobDone>(),
        get("/jobs/{id}/timeline", AnyOf(&[ReadAll]), job::timeline).does("Shows what happened to a job, oldest first").query::<page::PageQuery>().answers_page::<FactView>(),
        post("/jobs/{id}/visits/{visit}/accept", AnyOf(&[ReportOwn]), visit::accept).does("Accepts a visit").takes::<visit::VisitStep>().answers::<JobDone>(),
        post("/jobs/{id}/visits/{visit}/decline", AnyOf(&[ReportOwn]), visit::decline).does("Declines a visit").takes::<visit::VisitStep>().answers::<JobDone>(),
        post("/jobs/{id}/visits/{visit}/depart", AnyOf(&[ReportOwn]), visit::depart).does("Sets off for a visit").takes::<visit::VisitStep>().answers::<JobDone>(),
        post("/jobs/{id}/visits/{visit}/turn-back", AnyOf(&[ReportOwn]), visit::turn_back).does("Turns round before arriving").takes::<visit::VisitStep>().answers::<JobDone>(),
        post("/jobs/{id}/visits/{visit}/arrive", AnyOf(&[ReportOwn]), visit::arrive).does("Arrives at a visit").takes::<visit::VisitStep>().answers::<JobDone>(),
        post("/jobs/{id}/visits/{visit}/finish", AnyOf(&[ReportOwn]), visit::finish).does("Finishes a visit with its outcome").takes::<visit::VisitEnd>().answers::<JobDone>(),
        // Below `/jobs/{id}`, so that it is looked for first.
        post("/jobs/read-csv", AnyOf(&[ManageJobs]), job_file::read).does("Tells what a CSV file of jobs would become, and changes nothing").query::<job_file::JobFileQuery>().takes_media("text/csv").answers::<job_file::sheet::JobFile>(),
    ]);
    under("plan", vec![
        get("/territories/{id}/plan", AnyOf(&[ReadAll]), plan::get).does("Shows a territory's day").query::<plan::DayQuery>().answers::<plan::PlanNow>(),
        post("/territories/{id}/plan/place-all", AnyOf(&[Plan]), plan::place_all).does("Finds places for all open jobs of the day").takes::<plan::DayWish>().answers::<Done>(),
        post("/territories/{id}/plan/improve", AnyOf(&[Plan]), plan::improve).does("Starts the search for a better plan").takes::<plan::DayWish>().answers::<Done>(),
        post("/territories/{id}/plan/publish", AnyOf(&[Plan]), plan::publish).does("Tells technicians their stops").takes::<plan::PublishWish>().answers::<Done>(),
        get("/jobs/{id}/options", AnyOf(&[Plan]), plan::options).does("Shows what each technician would mean for a job, best first").query::<plan::DayQuery>().answers_page::<plan::OptionView>(),
        get("/jobs/{id}/explanation", AnyOf(&[Plan]), plan::explain).does("Tells why a job is with its technician, or nowhere, and what would let it in").query::<plan::DayQuery>().answers::<Explanation>(),
        post("/jobs/{id}/place", AnyOf(&[Plan]), plan::place).does("Finds the best place for a job").takes::<plan::NoFields>().answers::<JobDone>(),
        post("/jobs/{id}/assign", AnyOf(&[Plan]), plan::assign).does("Puts a job on a technician's route").takes::<plan::AssignWish>().answers::<JobDone>(),
        post("/jobs/{id}/unassign", AnyOf(&[Plan]), plan::unassign).does("Takes a job off its route").takes::<plan::RouteStep>().answers::<JobDone>(),
        post("/jobs/{id}/lock", AnyOf(&[Plan]), plan::lock).does("Pins a job to its route").takes::<plan::RouteStep>().answers::<JobDone>(),
        post("/jobs/{id}/unlock", AnyOf(&[Plan]), plan::unlock).does("Lets a job move again").takes::<plan::RouteStep>().answers::<JobDone>(),
        get("/proposals/{id}", AnyOf(&[ReadAll]), plan::proposal).does("Shows a proposal").answers::<ProposalView>(),
        post("/proposals/{id}/apply", AnyOf(&[Plan]), plan::apply).does("Applies a proposal").takes::<plan::NoFields>().answers::<Done>(),
        post("/proposals/{id}/discard", AnyOf(&[Plan]), plan::discard).does("Discards a proposal").takes::<plan::NoFields>().answers::<Done>(),
        get("/routes/{id}", AnyOf(&[ReadAll, ReadOwn]), route::get).does("Shows a route").answers::<RouteView>(),
        get("/routes/{id}/geometry", AnyOf(&[ReadAll, ReadOwn]), route::geometry).does("Shows the course of a route along the streets").answers::<route::Geometry>(),
    ]);
    under("street changes", vec![
        get("/street-changes", AnyOf(&[ReadAll]), street_change::list).does("Lists streets that are closed or slower, those that are over left out").query::<page::PageQuery>().answers_page::<street_change::StreetChangeShown>(),
        post("/street-changes", AnyOf(&[Plan]), street_change::add).does("Closes a street, slows it down or limits its speed for a while").takes::<street_change::NewStreetChange>().answers_with::<street_change::StreetChangeShown>(201),
        post("/streets/concerned", AnyOf(&[Plan]), street_change::concerned_by).does("Tells which streets a change would be about, and changes nothing").takes::<street_change::StreetsWish>().answers::<street_change::StreetsConcerned>(),
        get("/street-changes/{id}", AnyOf(&[ReadAll]), street_change::get).does("Shows a change of the streets, over or not").answers::<street_change::StreetChangeShown>(),
        patch("/street-changes/{id}", AnyOf(&[Plan]), street_change::change).does("Changes what a change of the streets does, its end or its reason").takes::<street_change::StreetChangeChanges>().answers::<street_change::StreetChangeShown>(),
        delete("/street-changes/{id}", AnyOf(&[Plan]), street_change::lift).does("Lifts a change of the streets: it ends now").query::<Removal>().answers_nothing(204),
    ]);
    under("positions", vec![
        post("/positions", AnyOf(&[ReportOwn]), position::report).does("Hands in a position").takes::<position::OnePosition>().answers::<position::ReportBody>(),
        post("/positions/batch", AnyOf(&[ReportOwn]), position::report_batch).does("Hands in up to 500 positions").takes::<position::ManyPositions>().answers::<position::ReportBody>(),
        get("/osmand", Nothing, osmand::report).does("Takes a position in the OsmAnd shape (query)").answers_nothing(200),
        post("/osmand", Nothing, osmand::report).does("Takes a position of a Traccar client (query, form or JSON)").answers_nothing(200),
    ]);
    under("map", vec![
        get("/map", Nothing, map::get).does("Tells what the map covers").answers::<map::MapView>(),
        get("/tiles/{z}/{x}/{y}", Nothing, map::tile).does("Gives a vector tile (MVT)").answers_media("application/vnd.mapbox-vector-tile"),
        get("/places/search", Login, place::search).does("Finds addresses, streets and places by name").query::<place::SearchQuery>().answers_page::<place::PlaceView>(),
        get("/places/reverse", Login, place::reverse).does("Tells what is at a point").query::<place::ReverseQuery>().answers::<place::PlaceView>(),
    ]);
    under("tracking", vec![
        post("/jobs/{id}/tracking-links", AnyOf(&[ManageJobs]), tracking::make).does("Makes a link by which the customer follows the job").takes::<plan::NoFields>().answers_with::<tracking::LinkMade>(201),
        delete("/tracking-links/{id}", AnyOf(&[ManageJobs]), tracking::revoke).does("Ends a tracking link").answers_nothing(204),
        post("/tracking/open", Nothing, tracking::open).does("Opens a tracking link and sets its cookie").takes::<tracking::OpenLink>().answers::<TrackingView>(),
        get("/tracking", Nothing, tracking::get).does("Shows what the holder of the link's cookie may see").answers::<TrackingView>(),
    ]);
    under("live", vec![
        post("/live/tickets", Login, live::ticket::issue).does("Gives a ticket for the live connection, also to the holder of a tracking link").answers::<TicketMade>(),
        get("/live", Nothing, live::connection::open).does("Opens the live connection (websocket); see docs/protocol.md").answers_nothing(101),
    ]);
    under("vroom", vec![
        post("/vroom", AnyOf(&[Plan]), vroom::solve).does("Solves a VROOM problem, also at /vroom; see docs/vroom.md").takes::<Input>().answers::<Answer>(),
    ]);
    under("about", vec![
        get("/openapi.json", Nothing, health::openapi).does("Describes this interface").answers::<serde_json::Value>(),
    ]);
    all
}

/// Puts everything into an application: the table, the pages, health and metrics, and what stands around
/// every request.
pub fn configure(cfg: &mut ServiceConfig, state: Data<ApiState>) {
    let mut api = web::scope(ROOT);
    let mut rows = endpoints();
    while let Some(row) = rows.pop() {
        let mut resource = web::resource(row.path).route((row.route)());
        // The other methods of the same address.
        let same: Vec<Endpoint> = rows.extract_if(.., |other| other.path == row.path).collect();
        for other in same {
            resource = resource.route((other.route)());
        }
        api = api.service(resource.default_service(web::route().to(health::other_method)));
    }
    let api = api.default_service(web::route().to(health::nothing_here));
    let all = web::scope("")
        .app_data(state)
        .app_data(web::PathConfig::default().error_handler(|_, _| {
            Problem::invalid(
                "id",
                "the address must have an id such as 01936f3e-8a4b-7c3d-9f2e-1a2b3c4d5e6f",
            )
            .into()
        }))
        .service(api)
        .route("/healthz", web::get().to(health::healthz))
        .route("/readyz", web::get().to(health::readyz))
        .route("/metrics", web::get().to(health::metrics))
        .service(
            // A phone's tracker app takes an address and no more.
            web::resource("/osmand")
                .route(web::get().to(osmand::report))
                .route(web::post().to(osmand::report))
                .default_service(web::route().to(health::other_method)),
        )
        .service(
            web::resource("/osrm/{rest:.*}")
                .route(web::get().to(osrm::get))
                .route(web::post().to(osrm::post))
                .default_service(web::route().to(health::other_method)),
        )
        .service(
            web::resource("/vroom")
                .route(web::post().to(vroom::solve))
                .default_service(web::route().to(health::other_method)),
        )
        .route("/", web::get().to(ui::dispatcher))
        .route("/driver", web::get().to(ui::driver))
        .route("/t", web::get().to(ui::tracking))
        .route("/api/{rest:.*}", web::route().to(health::nothing_here))
        .default_service(web::get().to(ui::file))
        .wrap(actix_web::middleware::Compress::default())
        .wrap(actix_web::middleware::from_fn(limit::per_caller))
        .wrap(actix_web::middleware::from_fn(trace::request));
    cfg.service(all);
}

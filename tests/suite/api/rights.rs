//! Who may ask for what, as a table over every endpoint and role; and the wall between organizations.

use crate::support::system::System;
use serde_json::json;
use sortie::api::endpoint::Needs;
use sortie::api::endpoints;
use sortie::domain::access::permits;
use sortie::domain::{Role, Who};
use uuid::Uuid;

/// The path with ids that nobody has.
fn unknown(path: &str) -> String {
    let id = Uuid::from_u128(0x0193_6f3e_0000_7000_8000_0000_0000_0001).to_string();
    path.replace("{id}", &id).replace("{visit}", &id)
}

#[actix_web::test]
async fn every_endpoint_lets_in_the_roles_of_its_row_and_no_others() {
    let system = System::start().await;
    for row in endpoints() {
        let Needs::AnyOf(permissions) = row.needs else { continue };
        for role in Role::ALL {
            let drives = matches!(role, Role::Technician | Role::Contractor);
            let technician = drives.then_some(system.house.technicians[0]);
            let who = Who::User { id: system.house.user(role), role, technician };
            let allowed = permissions.iter().any(|permission| permits(&who, *permission));
            let token = system.token(role);
            let body = (row.method != "GET").then(|| json!({}));
            let path = unknown(row.path);
            let reply = system.call(&token, row.method.as_str(), &path, body).await;
            let place = format!("{role:?} {} {}: {}", row.method, row.path, reply.body);
            if allowed {
                assert!(!matches!(reply.status, 401 | 403 | 500), "{} {place}", reply.status);
            } else {
                assert_eq!((reply.status, reply.code()), (403, "forbidden"), "{place}");
            }
        }
    }
}

#[actix_web::test]
async fn nobody_comes_in_without_a_login_where_one_is_needed() {
    let system = System::start().await;
    for row in endpoints() {
        if row.needs == Needs::Nothing {
            continue;
        }
        let body = (row.method != "GET").then(|| json!({}));
        let path = unknown(row.path);
        for (token, code) in [("", "not_logged_in"), ("x.y.z", "token_not_valid")] {
            let reply = system.call(token, row.method.as_str(), &path, body.clone()).await;
            assert_eq!((reply.status, reply.code()), (401, code), "{} {}", row.method, row.path);
            assert_eq!(reply.header("www-authenticate"), "Bearer");
        }
    }
}

#[actix_web::test]
async fn what_another_organization_has_is_not_there() {
    let system = System::start().await;
    let owner = system.token(Role::Owner);
    let stranger = system.token_of(&system.other, Role::Owner);
    let job = system.job("Secret").await;
    let house = &system.house;
    let link = system
        .post(&owner, &format!("/jobs/{}/tracking-links", job["id"].as_str().unwrap()), json!({}))
        .await
        .ok();
    // A factor of 1 leaves the streets, which all tests share, as they are.
    let change = json!({
        "extent": { "kind": "street", "at": system.street(0.0, 0.0) },
        "effect": { "kind": "factor", "factor": 1.0 },
        "reason": "secret works",
    });
    let change = system.post(&owner, "/street-changes", change).await.ok();
    let route = job["visits"][0]["route"].as_str().unwrap_or_default().to_owned();
    let ids = [
        ("users", house.user(Role::Owner).to_string()),
        ("territories", house.territory.to_string()),
        ("service-types", house.service_type.to_string()),
        ("trucks", house.truck.to_string()),
        ("technicians", house.technicians[0].to_string()),
        ("customers", job["customer"]["id"].as_str().unwrap().to_owned()),
        ("locations", job["location"]["id"].as_str().unwrap().to_owned()),
        ("jobs", job["id"].as_str().unwrap().to_owned()),
        ("routes", route),
        ("tracking-links", link["id"].as_str().unwrap().to_owned()),
        ("street-changes", change["id"].as_str().unwrap().to_owned()),
    ];
    let visit = job["visits"][0]["id"].as_str().unwrap_or_default();
    for row in endpoints() {
        let Some((_, id)) =
            ids.iter().find(|known| row.path.starts_with(&format!("/{}/{{id}}", known.0)))
        else {
            continue;
        };
        let body = crate::api::bad_input::valid_body(&system, row.method.as_str(), row.path);
        let theirs = row.path.replace("{id}", id).replace("{visit}", visit);
        let nobodys = unknown(row.path);
        let method = row.method.as_str();
        let theirs = system.call(&stranger, method, &theirs, body.clone()).await;
        let nobodys = system.call(&stranger, method, &nobodys, body).await;
        let place = format!("{method} {}: {}", row.path, theirs.body);
        assert_eq!(theirs.status, 404, "{place}");
        // Not a word tells the two apart.
        let strip = |mut body: serde_json::Value| {
            body.as_object_mut().map(|fields| fields.remove("request_id"));
            body
        };
        assert_eq!(strip(theirs.body), strip(nobodys.body), "{place}");
    }
}

#[actix_web::test]
async fn a_driver_sees_themselves_and_their_own_jobs() {
    let system = System::start().await;
    let driver = system.token(Role::Technician);
    let (own, other) = (system.house.technicians[0], system.house.technicians[1]);
    system.get(&driver, &format!("/technicians/{own}")).await.ok();
    system
        .get(&driver, &format!("/technicians/{other}"))
        .await
        .refused(404, "technician_not_found");
    system.get(&driver, &format!("/technicians/{own}/route")).await.ok();
    system
        .get(&driver, &format!("/technicians/{other}/route"))
        .await
        .refused(404, "technician_not_found");
    let job = system.job("Whose").await;
    let id = job["id"].as_str().unwrap();
    let is_own = job["visits"][0]["technician"] == json!(own);
    let reply = system.get(&driver, &format!("/jobs/{id}")).await;
    assert_eq!(reply.status, if is_own { 200 } else { 404 });
    let listed = system.get(&driver, "/jobs").await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), usize::from(is_own));
}

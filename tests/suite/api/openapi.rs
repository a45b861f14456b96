//! The description that is checked in is the one that the program gives.

use crate::support::system::System;
use sortie::config::environment;

#[test]
fn the_description_that_is_checked_in_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");
    let fresh = sortie::api::openapi_json();
    if environment("SORTIE_WRITE_OPENAPI").is_some() {
        std::fs::write(path, &fresh).expect("docs can be written");
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == fresh,
        "docs/openapi.json is stale; write it anew with \
         SORTIE_WRITE_OPENAPI=1 cargo test --test suite api::openapi"
    );
}

#[actix_web::test]
async fn the_server_describes_itself() {
    let system = System::start().await;
    let reply = system.get("", "/openapi.json").await.ok();
    assert_eq!(reply["info"]["title"], "Sortie");
    assert!(reply["paths"]["/jobs"]["post"]["requestBody"].is_object());
}

//! The description of the interface (OpenAPI 3.1), made from the one table of endpoints. It is checked in
//! as docs/openapi.json; a test fails when that is stale.

use crate::api::endpoint::Schemas;
use crate::api::endpoints;
use utoipa::openapi::path::{PathItem, PathsBuilder};
use utoipa::openapi::schema::ComponentsBuilder;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme,
};
use utoipa::openapi::{Info, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ServerBuilder};

const DESCRIPTION: &str = "Sortie's interface for programs. Instants are integer milliseconds UTC, points \
{lat, lon} in WGS 84 degrees, days YYYY-MM-DD. Errors are problem details (RFC 9457) with a stable code, \
naming the field at fault and the cure. Lists take limit and after and answer items and next. Commands \
take an Idempotency-Key; changes name the version that was seen. The live connection is described in \
docs/protocol.md.";

/// The description as JSON, the same bytes for the same table.
pub fn openapi_json() -> String {
    let mut text = serde_json::to_string_pretty(&openapi())
        .expect("a description is plain values with text keys");
    text.push('\n');
    text
}

fn openapi() -> OpenApi {
    let mut schemas: Schemas = Vec::new();
    let mut paths = PathsBuilder::new();
    for row in endpoints() {
        let operation = row.operation(&mut schemas).build();
        // The builder merges methods of one path.
        paths = paths.path(row.path, PathItem::new(row.http_method(), operation));
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .description(Some("an access token from auth/login, for programs"))
        .build();
    let cookie = ApiKey::Cookie(ApiKeyValue::with_description(
        crate::api::caller::ACCESS_COOKIE,
        "set by auth/login, for pages; changes must come from the same origin",
    ));
    // Sorted, so that the text does not depend on the order of rows.
    schemas.sort_by(|one, other| one.0.cmp(&other.0));
    let mut components = ComponentsBuilder::new()
        .security_scheme("bearer", SecurityScheme::Http(bearer))
        .security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    for (name, schema) in schemas {
        components = components.schema(name, schema);
    }
    OpenApiBuilder::new()
        .info(info())
        .servers(Some([ServerBuilder::new().url(crate::api::ROOT).build()]))
        .paths(paths)
        .components(Some(components.build()))
        .security(Some([
            SecurityRequirement::new("bearer", Vec::<String>::new()),
            SecurityRequirement::new("cookie", Vec::<String>::new()),
        ]))
        .build()
}

fn info() -> Info {
    InfoBuilder::new()
        .title("Sortie")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .license(Some(
            LicenseBuilder::new()
                .name("MIT OR Apache-2.0")
                .identifier(Some("MIT OR Apache-2.0"))
                .build(),
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_and_a_sentence() {
        let mut names = std::collections::HashSet::new();
        let document: serde_json::Value = serde_json::from_str(&openapi_json()).unwrap();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        let mut count = 0;
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let name = operation["operationId"].as_str().unwrap().to_owned();
                assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
                assert!(operation["x-authz"].is_object(), "{method} {path}");
                assert!(names.insert(name), "{method} {path}");
                count += 1;
            }
        }
        assert_eq!(count, endpoints().len());
    }

    #[test]
    fn every_schema_that_is_named_is_there() {
        let text = openapi_json();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        for part in text.split("\"#/components/schemas/").skip(1) {
            let name = part.split('"').next().unwrap();
            assert!(document["components"]["schemas"][name].is_object(), "{name}");
        }
    }
}

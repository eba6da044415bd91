//! The description of the API (OpenAPI 3.0), made from the operations.

use std::collections::HashMap;

use poem::endpoint::BoxEndpoint;
use poem::http::Method;
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{LicenseObject, OpenApi, OpenApiService};

use crate::routes::Routes;

const TITLE: &str = "Aperilex";
const ABOUT: &str = "Analyses of SEC filings in which every quote and number is checked against the \
filing. Errors are problem documents (RFC 9457) with a stable `code`. Requests that change something \
count against the plan's quota; reading what is stored, events, and waiting do not. What does says in `RateLimit-Policy` \
and `RateLimit` how much of the plan's windows is left; every 429 and 503 says in `Retry-After` when it is \
worth asking again. Money is a decimal string of US dollars.";

/// The operations without anything behind them.
struct Described;

impl OpenApi for Described {
    fn meta() -> Vec<MetaApi> {
        Routes::meta()
    }

    fn register(registry: &mut Registry) {
        Routes::register(registry);
    }

    fn add_routes(self, _: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}

/// The description of the API as JSON, with a line break at its end.
#[must_use]
pub fn openapi_json() -> String {
    let service = OpenApiService::new(Described, TITLE, env!("CARGO_PKG_VERSION"))
        .description(ABOUT)
        .license(LicenseObject::new("MIT OR Apache-2.0"));
    // Generators know the bare name; a charset means nothing to JSON (RFC 8259 §11).
    let mut json = service
        .spec()
        .replace("application/json; charset=utf-8", "application/json");
    json.push('\n');
    json
}

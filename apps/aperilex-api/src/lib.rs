#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod answered;
mod api;
mod auth;
mod body;
mod description;
mod front;
mod gate;
mod guard;
mod head;
mod in_flight;
mod limits;
mod metrics;
mod operations;
mod problem;
mod routes;
mod server;
mod settings;
mod signature;
mod sse;
mod strict;
mod wake;
mod wire;

use std::sync::Arc;

use aperilex_core::Engine;
use poem::{Endpoint, IntoEndpoint, Response};
use poem_openapi::OpenApiService;
use tokio_util::sync::CancellationToken;

pub use description::openapi_json;
pub use metrics::Metrics;
pub use problem::ProblemCode;
pub use server::{serve, serve_measured};
pub use settings::ApiSettings;
pub use signature::WebhookSecret;
pub use wire::payment::payment_event;

/// The whole API as one endpoint, for tests and for embedding in another server.
///
/// Deadlines for heads, the cap on connections and the graceful stop are the server's: [`serve`].
#[must_use]
pub fn endpoint(
    engine: Engine,
    settings: ApiSettings,
) -> impl Endpoint<Output = Response> + 'static {
    front(engine, settings, Arc::default(), CancellationToken::new())
}

fn front(
    engine: Engine,
    settings: ApiSettings,
    metrics: Arc<Metrics>,
    closing: CancellationToken,
) -> front::Front<impl Endpoint<Output = Response> + 'static> {
    let api = Arc::new(api::Api::new(engine, settings, metrics, closing));
    let operations = operations::Operations::of::<routes::Routes>();
    let service = OpenApiService::new(routes::routes(&api), "", "").into_endpoint();
    front::Front::new(api, operations, service)
}

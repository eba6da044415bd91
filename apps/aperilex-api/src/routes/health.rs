//! Whether the service lives and can serve.

use std::sync::Arc;
use std::time::Duration;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use super::Group;
use crate::api::Api;
use crate::problem::{Fails, Problem, ProblemCode, Public};

/// Longest time the database may take to show that it is there.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(crate) struct Health(pub(crate) Arc<Api>);

/// State of the service.
#[derive(Debug, Object)]
#[oai(rename = "Health")]
struct HealthDocument {
    /// `live` or `ready`.
    status: String,
}

#[derive(ApiResponse)]
enum Healthy {
    /// All is well.
    #[oai(status = 200)]
    Ok(Json<HealthDocument>),
}

impl Healthy {
    fn new(status: &str) -> Self {
        let status = status.to_owned();
        Self::Ok(Json(HealthDocument { status }))
    }
}

#[OpenApi(tag = "Group::Service")]
impl Health {
    /// Whether the process lives.
    #[oai(path = "/health/live", method = "get", operation_id = "healthLive")]
    async fn live(&self) -> Result<Healthy, Fails<Public>> {
        Ok(Healthy::new("live"))
    }

    /// Whether the process can serve: its database answers and it is not about to stop.
    #[oai(path = "/health/ready", method = "get", operation_id = "healthReady")]
    async fn ready(&self) -> Result<Healthy, Fails<Public>> {
        let not_ready = |why| Problem::new(ProblemCode::NotReady, why).retry_after(2);
        if self.0.closing.is_cancelled() {
            return Err(not_ready("the server is stopping").into());
        }
        let asked = self.0.engine.ports().stores.accounts.list(None, 1);
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(Ok(_)) => Ok(Healthy::new("ready")),
            Ok(Err(error)) => {
                tracing::warn!(%error, "not ready");
                Err(not_ready("the database does not answer").into())
            }
            Err(_) => Err(not_ready("the database does not answer in time").into()),
        }
    }
}

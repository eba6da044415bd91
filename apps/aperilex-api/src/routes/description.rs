//! The description of the API, served by the API.

use std::sync::OnceLock;

use bytes::Bytes;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use crate::problem::{Fails, Public};
use crate::wire::payload::OpenApiJson;

#[derive(Debug)]
pub(crate) struct Description;

#[derive(ApiResponse)]
enum Described {
    /// The description.
    #[oai(status = 200)]
    Ok(OpenApiJson),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Service")]
impl Description {
    /// This description (OpenAPI 3.0).
    #[oai(path = "/openapi.json", method = "get", operation_id = "getOpenApi")]
    async fn get(&self) -> Result<Described, Fails<Public>> {
        static DESCRIPTION: OnceLock<Bytes> = OnceLock::new();
        let description = DESCRIPTION.get_or_init(|| crate::openapi_json().into());
        Ok(Described::Ok(OpenApiJson(description.clone())))
    }
}

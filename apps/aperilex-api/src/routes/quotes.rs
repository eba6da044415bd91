//! What a request would cost.

use std::sync::Arc;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Paid};
use crate::wire::quote::QuoteDocument;
use crate::wire::request::AnalysisBody;

#[derive(Debug)]
pub(crate) struct Quotes(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Quoted {
    /// The price.
    #[oai(status = 200)]
    Ok(Json<QuoteDocument>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Analyses")]
impl Quotes {
    /// What an analysis would cost.
    ///
    /// Nothing is done and nothing is charged.
    #[oai(path = "/quotes", method = "post", operation_id = "createQuote")]
    async fn create(&self, caller: Caller, body: AnalysisBody) -> Result<Quoted, Fails<Paid>> {
        let quote = self.0.engine.quote(&caller, &body.0).await?;
        Ok(Quoted::Ok(Json((&quote).into())))
    }
}

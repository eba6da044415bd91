//! What a request would cost.

use std::sync::Arc;

use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Paid, Problem, ProblemCode};
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
    /// Nothing is charged. A request that names the quote costs what it says until it expires, whatever
    /// prices are by then; one quote is good for one task.
    #[oai(path = "/quotes", method = "post", operation_id = "createQuote")]
    async fn create(&self, caller: Caller, body: AnalysisBody) -> Result<Quoted, Fails<Paid>> {
        if body.0.quote.is_some() {
            let detail = "goes with a request for an analysis only";
            return Err(Problem::field(ProblemCode::InvalidField, "/quote", detail).into());
        }
        let quote = self.0.engine.quote(&caller, &body.0).await?;
        Ok(Quoted::Ok(Json((&quote).into())))
    }
}

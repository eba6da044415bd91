//! Filings and their raw documents.

use std::sync::Arc;

use aperilex_core::FilingId;
use poem::http::HeaderMap;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain};
use crate::wire::filing::FilingDocument;
use crate::wire::payload::{RawFile, etag, is_fresh};

#[derive(Debug)]
pub(crate) struct Filings(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Read {
    /// The filing.
    #[oai(status = 200)]
    Ok(Json<FilingDocument>),
}

#[derive(ApiResponse)]
enum ReadRaw {
    /// The bytes, as they were fetched.
    #[oai(
        status = 200,
        header(name = "ETag", ty = "String", description = "Of these bytes.")
    )]
    Ok(RawFile),
    /// The client has them.
    #[oai(status = 304)]
    Fresh(#[oai(header = "ETag")] String),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Filings")]
impl Filings {
    /// A filing the account has access to.
    #[oai(
        path = "/filings/:filing_id",
        method = "get",
        operation_id = "getFiling"
    )]
    async fn get(&self, caller: Caller, filing_id: Path<Uuid>) -> Result<Read, Fails<Plain>> {
        let id = FilingId::from_uuid(filing_id.0);
        let record = self.0.engine.filing(&caller, id).await?;
        Ok(Read::Ok(Json((&record).into())))
    }

    /// A raw document of a filing, as a file to save.
    #[oai(
        path = "/filings/:filing_id/raw",
        method = "get",
        operation_id = "getFilingRaw"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the operation"
    )]
    async fn raw(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Name of the document; the main one if not said.
        document: Query<Option<String>>,
        /// ETag of what the client has.
        #[oai(name = "If-None-Match")]
        _etag: Header<Option<String>>,
        headers: &HeaderMap,
    ) -> Result<ReadRaw, Fails<Plain>> {
        let engine = &self.0.engine;
        let record = engine
            .filing(&caller, FilingId::from_uuid(filing_id.0))
            .await?;
        let name = document.0.as_deref();
        let stored = record.stored.iter().flat_map(|stored| &stored.documents);
        let known = stored
            .into_iter()
            .find(|d| name.is_none_or(|name| d.name == name));
        if let Some(known) = known.filter(|known| is_fresh(headers, &known.sha256)) {
            return Ok(ReadRaw::Fresh(etag(&known.sha256)));
        }
        let raw = engine.raw_document(&record, name).await?;
        let digest = raw.digest();
        Ok(ReadRaw::Ok(RawFile::new(raw, &digest)))
    }
}

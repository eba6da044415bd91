//! Asking for analyses and reading them.

use std::sync::Arc;

use aperilex_core::{AnalysisId, AnalysisRequest, Answer, FilingId};
use poem::http::HeaderMap;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Paid, Plain};
use crate::wire::analysis::{AnalysisPage, AnalysisSummary};
use crate::wire::payload::{StoredAnalysis, etag, is_fresh};
use crate::wire::request::{AnalysisBody, idempotency_key};
use crate::wire::task::{AcceptedDocument, task_url};
use crate::wire::text::CursorText;

#[derive(Debug)]
pub(crate) struct Analyses(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Asked {
    /// The analysis existed.
    #[oai(status = 200)]
    Ready(
        StoredAnalysis,
        /// `true` if this is the first answer to this key, given again.
        #[oai(header = "Idempotency-Replayed")]
        Option<bool>,
    ),
    /// A task will make it.
    #[oai(status = 202)]
    Accepted(
        Json<AcceptedDocument>,
        /// Where the task is.
        #[oai(header = "Location")]
        String,
        /// `true` if this is the first answer to this key, given again.
        #[oai(header = "Idempotency-Replayed")]
        Option<bool>,
    ),
}

#[derive(ApiResponse)]
enum Listed {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<AnalysisPage>),
}

#[derive(ApiResponse)]
enum Read {
    /// The analysis.
    #[oai(
        status = 200,
        header(name = "ETag", ty = "String", description = "Of these bytes."),
        header(
            name = "Retracted-At",
            ty = "Option<String>",
            description = "When it was withdrawn; absent if it was not."
        )
    )]
    Ok(StoredAnalysis),
    /// The client has it.
    #[oai(status = 304)]
    Fresh(
        #[oai(header = "ETag")] String,
        /// When it was withdrawn; absent if it was not.
        #[oai(header = "Retracted-At")]
        Option<String>,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Analyses")]
impl Analyses {
    /// Asks for an analysis.
    ///
    /// If it exists, it is given at once and nothing is charged for it; else a task makes it. Either
    /// way access to the filing is charged once for each account.
    #[oai(path = "/analyses", method = "post", operation_id = "requestAnalysis")]
    async fn request(
        &self,
        caller: Caller,
        /// Repeats a request safely: for 30 days the same key and body give the first outcome again, and
        /// another body is refused. 1 to 255 visible ASCII characters.
        #[oai(name = "Idempotency-Key")]
        _key: Header<Option<String>>,
        headers: &HeaderMap,
        body: AnalysisBody,
    ) -> Result<Asked, Fails<Paid>> {
        let idempotency_key = idempotency_key(headers)?;
        let key = idempotency_key.as_deref();
        let _underway = self.0.in_flight.begin(caller.id, key)?;
        let request = AnalysisRequest {
            idempotency_key,
            ..body.0
        };
        let requested = self.0.engine.request_analysis(&caller, &request).await?;
        let replayed = requested.replayed.then_some(true);
        match requested.answer {
            Answer::Analysis(record) => {
                let bytes = self.0.result(&record).await?;
                self.0.engine.viewed(record.id);
                let analysis = StoredAnalysis::new(&record, bytes);
                Ok(Asked::Ready(analysis, replayed))
            }
            Answer::Task(task) => {
                let location = task_url(task.id.as_uuid());
                Ok(Asked::Accepted(Json((&task).into()), location, replayed))
            }
        }
    }

    /// Analyses of filings the account has access to, newest first.
    #[oai(path = "/analyses", method = "get", operation_id = "listAnalyses")]
    async fn list(
        &self,
        caller: Caller,
        /// Of this filing only.
        filing_id: Query<Option<Uuid>>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Listed, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<Uuid>::new("analyses", caller.id, limit.0, cursor)?;
        let before = page.from.map(AnalysisId::from_uuid);
        let filing = filing_id.0.map(FilingId::from_uuid);
        let engine = &self.0.engine;
        let mut records = engine
            .analyses(&caller, filing, before, page.limit_and_one())
            .await?;
        let next = page.cut(&mut records, |record| record.id.as_uuid());
        let items = records.iter().map(AnalysisSummary::from).collect();
        Ok(Listed::Ok(Json(AnalysisPage { items, next })))
    }

    /// One analysis, as it was stored.
    #[oai(
        path = "/analyses/:analysis_id",
        method = "get",
        operation_id = "getAnalysis"
    )]
    async fn get(
        &self,
        caller: Caller,
        analysis_id: Path<Uuid>,
        /// ETag of what the client has.
        #[oai(name = "If-None-Match")]
        _etag: Header<Option<String>>,
        headers: &HeaderMap,
    ) -> Result<Read, Fails<Plain>> {
        let id = AnalysisId::from_uuid(analysis_id.0);
        let record = self.0.engine.analysis(&caller, id).await?;
        if is_fresh(headers, &record.result_sha256) {
            let retracted_at = record.retracted_at.map(|at| at.to_string());
            return Ok(Read::Fresh(etag(&record.result_sha256), retracted_at));
        }
        let bytes = self.0.result(&record).await?;
        self.0.engine.viewed(record.id);
        Ok(Read::Ok(StoredAnalysis::new(&record, bytes)))
    }
}

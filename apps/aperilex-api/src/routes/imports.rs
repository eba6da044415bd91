//! Bulk imports.

use std::sync::Arc;

use aperilex_core::{ImportId, ImportRequest};
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
use crate::wire::import::{
    ImportBody, ImportDocument, ImportItemDocument, ImportItemPage, ImportPage, import_url,
};
use crate::wire::request::idempotency_key;
use crate::wire::text::CursorText;

#[derive(Debug)]
pub(crate) struct Imports(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Started {
    /// Its filings come one by one.
    #[oai(status = 202)]
    Accepted(
        Json<ImportDocument>,
        /// Where the import is.
        #[oai(header = "Location")]
        String,
        /// `true` if this is the import that this key was first answered with.
        #[oai(header = "Idempotency-Replayed")]
        Option<bool>,
    ),
}

#[derive(ApiResponse)]
enum Listed {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<ImportPage>),
}

#[derive(ApiResponse)]
enum ListedItems {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<ImportItemPage>),
}

#[derive(ApiResponse)]
enum Read {
    /// The import as it is now.
    #[oai(status = 200)]
    Ok(Json<ImportDocument>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Imports")]
impl Imports {
    /// Imports many filings.
    ///
    /// What they may cost is set aside at once: the plan's price for each that the account does not have.
    /// Each is charged when it is there, a failure costs nothing, and the rest goes back at the end.
    /// Filings are named one by one, or as a company's by form and day.
    #[oai(path = "/imports", method = "post", operation_id = "startImport")]
    async fn start(
        &self,
        caller: Caller,
        /// Repeats a request safely: for 30 days the same key and body give the first import again, and
        /// another body is refused. 1 to 255 visible ASCII characters.
        #[oai(name = "Idempotency-Key")]
        _key: Header<Option<String>>,
        headers: &HeaderMap,
        body: ImportBody,
    ) -> Result<Started, Fails<Paid>> {
        let idempotency_key = idempotency_key(headers)?;
        let key = idempotency_key.as_deref();
        let _underway = self.0.in_flight.begin(caller.id, key)?;
        let request = ImportRequest {
            idempotency_key,
            ..body.0
        };
        let started = self.0.engine.start_import(&caller, &request).await?;
        let location = import_url(started.job.id.as_uuid());
        let replayed = started.replayed.then_some(true);
        Ok(Started::Accepted(
            Json((&started.job).into()),
            location,
            replayed,
        ))
    }

    /// The account's imports, newest first.
    #[oai(path = "/imports", method = "get", operation_id = "listImports")]
    async fn list(
        &self,
        caller: Caller,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Listed, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<Uuid>::new("imports", caller.id, limit.0, cursor)?;
        let before = page.from.map(ImportId::from_uuid);
        let engine = &self.0.engine;
        let mut jobs = engine
            .imports(&caller, before, page.limit_and_one())
            .await?;
        let next = page.cut(&mut jobs, |job| job.id.as_uuid());
        let items = jobs.iter().map(ImportDocument::from).collect();
        Ok(Listed::Ok(Json(ImportPage { items, next })))
    }

    /// One import: how far it is.
    #[oai(
        path = "/imports/:import_id",
        method = "get",
        operation_id = "getImport"
    )]
    async fn get(&self, caller: Caller, import_id: Path<Uuid>) -> Result<Read, Fails<Plain>> {
        let id = ImportId::from_uuid(import_id.0);
        let job = self.0.engine.import(&caller, id).await?;
        Ok(Read::Ok(Json((&job).into())))
    }

    /// The filings of an import, in their order: what became of each.
    #[oai(
        path = "/imports/:import_id/items",
        method = "get",
        operation_id = "listImportItems"
    )]
    async fn items(
        &self,
        caller: Caller,
        import_id: Path<Uuid>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ListedItems, Fails<Plain>> {
        let id = ImportId::from_uuid(import_id.0);
        let engine = &self.0.engine;
        let job = engine.import(&caller, id).await?;
        let list = format!("items of {id}");
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new(&list, caller.id, limit.0, cursor)?;
        let after = u32::try_from(page.from.unwrap_or(0)).unwrap_or(u32::MAX);
        let mut items = engine
            .import_items(&caller, id, after, page.limit_and_one())
            .await?;
        let next = page.cut(&mut items, |item| u64::from(item.place));
        let items = items.iter().map(|item| ImportItemDocument::new(&job, item));
        let items = items.collect();
        Ok(ListedItems::Ok(Json(ImportItemPage { items, next })))
    }

    /// Withdraws an import.
    ///
    /// What waits is not imported, and what was set aside for it goes back; what was imported stays.
    /// Withdrawing it again changes nothing.
    #[oai(
        path = "/imports/:import_id",
        method = "delete",
        operation_id = "cancelImport"
    )]
    async fn cancel(&self, caller: Caller, import_id: Path<Uuid>) -> Result<Read, Fails<Plain>> {
        let id = ImportId::from_uuid(import_id.0);
        let job = self.0.engine.cancel_import(&caller, id).await?;
        Ok(Read::Ok(Json((&job).into())))
    }
}

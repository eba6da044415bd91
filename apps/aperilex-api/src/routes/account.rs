//! The account: limits, usage, credits.

use std::sync::Arc;

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain};
use crate::wire::account::{EntryDocument, LedgerPage, MeDocument};
use crate::wire::text::CursorText;

#[derive(Debug)]
pub(crate) struct AccountRoutes(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum ReadMe {
    /// The account.
    #[oai(status = 200)]
    Ok(Json<MeDocument>),
}

#[derive(ApiResponse)]
enum Listed {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<LedgerPage>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Group::Account")]
impl AccountRoutes {
    /// The account behind the key: tier, limits, usage, balance.
    #[oai(path = "/me", method = "get", operation_id = "getMe")]
    async fn me(&self, caller: Caller) -> Result<ReadMe, Fails<Plain>> {
        let engine = &self.0.engine;
        let usage = engine.usage(&caller).await?;
        let plan = engine.settings().plan_of(&caller);
        Ok(ReadMe::Ok(Json(MeDocument::new(&caller, &plan, &usage))))
    }

    /// The account's ledger, newest entry first.
    #[oai(
        path = "/billing/entries",
        method = "get",
        operation_id = "listBillingEntries"
    )]
    async fn entries(
        &self,
        caller: Caller,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Listed, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("entries", caller.id, limit.0, cursor)?;
        let engine = &self.0.engine;
        let mut entries = engine
            .ledger_entries(&caller, page.from, page.limit_and_one())
            .await?;
        let next = page.cut(&mut entries, |entry| entry.seq);
        let items = entries.iter().map(EntryDocument::from).collect();
        Ok(Listed::Ok(Json(LedgerPage { items, next })))
    }
}

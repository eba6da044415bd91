//! Tables and facts of a filing.

use std::sync::Arc;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain};
use crate::wire::figures::{FactDocument, FactPage, StatementName, TableDocument, TablePage};
use crate::wire::text::CursorText;

#[derive(Debug)]
pub(crate) struct Figures(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Tables {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<TablePage>),
}

#[derive(ApiResponse)]
enum Facts {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<FactPage>),
}

#[OpenApi(prefix_path = "/api/v1/filings", tag = "Group::Filings")]
impl Figures {
    /// The tables of a filing, in document order.
    #[oai(
        path = "/:filing_id/tables",
        method = "get",
        operation_id = "listFilingTables"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the operation"
    )]
    async fn tables(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// This primary financial statement only.
        statement: Query<Option<StatementName>>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Tables, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("tables", caller.id, limit.0, cursor)?;
        let content = self.0.readable_content(&caller, filing_id.0).await?;
        let wanted = |(_, table): &(usize, &aperilex_core::Table)| {
            statement.0.is_none_or(|statement| statement.is(table))
        };
        let all: Vec<_> = content.tables.iter().enumerate().filter(wanted).collect();
        let (tables, next) = page.slice(&all);
        let table = |(_, (index, table)): (_, &(usize, &aperilex_core::Table))| {
            TableDocument::new(&content, *index, table)
        };
        let items = tables.into_iter().map(table).collect();
        Ok(Tables::Ok(Json(TablePage { items, next })))
    }

    /// The XBRL facts of a filing, in document order.
    #[oai(
        path = "/:filing_id/facts",
        method = "get",
        operation_id = "listFilingFacts"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the operation"
    )]
    async fn facts(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Of this concept only, such as `us-gaap:Assets`.
        concept: Query<Option<String>>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "500")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Facts, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("facts", caller.id, limit.0, cursor)?;
        let content = self.0.readable_content(&caller, filing_id.0).await?;
        let wanted = |fact: &&aperilex_core::Fact| {
            concept
                .0
                .as_ref()
                .is_none_or(|concept| *fact.concept == **concept)
        };
        let all: Vec<_> = content.facts.iter().filter(wanted).collect();
        let (facts, next) = page.slice(&all);
        let items = facts
            .into_iter()
            .map(|(_, fact)| FactDocument::new(&content, fact))
            .collect();
        Ok(Facts::Ok(Json(FactPage { items, next })))
    }
}

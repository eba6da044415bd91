//! What is in a filing: items, tables, facts, exhibits.

use std::sync::Arc;

use aperilex_core::{EngineError, FilingContent, FilingId};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain, Problem};
use crate::wire::filing::{
    ExhibitDocument, ExhibitList, FactDocument, FactPage, SectionList, SectionTextDocument,
    TableDocument, TablePage,
};
use crate::wire::text::CursorText;

/// How an address writes the part of a form without parts.
const NO_PART: &str = "-";

#[derive(Debug)]
pub(crate) struct Contents(pub(crate) Arc<Api>);

#[derive(ApiResponse)]
enum Sections {
    /// The items, in the form's order.
    #[oai(status = 200)]
    Ok(Json<SectionList>),
}

#[derive(ApiResponse)]
enum SectionText {
    /// The item with its text.
    #[oai(status = 200)]
    Ok(Json<SectionTextDocument>),
}

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

#[derive(ApiResponse)]
enum Exhibits {
    /// The exhibits.
    #[oai(status = 200)]
    Ok(Json<ExhibitList>),
}

impl Contents {
    async fn read(&self, caller: &Caller, filing: Uuid) -> Result<Arc<FilingContent>, Problem> {
        let id = FilingId::from_uuid(filing);
        let record = self.0.engine.filing(caller, id).await?;
        self.0.content(&record).await
    }
}

#[OpenApi(prefix_path = "/api/v1/filings", tag = "Group::Filings")]
impl Contents {
    /// The items of a filing, each with its state.
    #[oai(
        path = "/:filing_id/sections",
        method = "get",
        operation_id = "listFilingSections"
    )]
    async fn sections(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
    ) -> Result<Sections, Fails<Plain>> {
        let content = self.read(&caller, filing_id.0).await?;
        Ok(Sections::Ok(Json((&*content).into())))
    }

    /// One item with its text.
    #[oai(
        path = "/:filing_id/sections/:part/:item",
        method = "get",
        operation_id = "getFilingSection"
    )]
    async fn section(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Roman numeral; `-` for forms without parts.
        part: Path<String>,
        /// Number of the item, or slug of its heading.
        item: Path<String>,
    ) -> Result<SectionText, Fails<Plain>> {
        let content = self.read(&caller, filing_id.0).await?;
        let part = if part.0 == NO_PART { "" } else { &part.0 };
        let wanted = |s: &&aperilex_core::Section| s.key.part == part && s.key.item == item.0;
        let section =
            content
                .sections
                .iter()
                .find(wanted)
                .ok_or_else(|| EngineError::NotFound {
                    what: "section".to_owned(),
                })?;
        Ok(SectionText::Ok(Json(SectionTextDocument::new(
            &content, section,
        ))))
    }

    /// The tables of a filing, in document order.
    #[oai(
        path = "/:filing_id/tables",
        method = "get",
        operation_id = "listFilingTables"
    )]
    async fn tables(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<Tables, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("tables", caller.id, limit.0, cursor)?;
        let content = self.read(&caller, filing_id.0).await?;
        let (tables, next) = page.slice(&content.tables);
        let table = |(index, table)| TableDocument::new(&content, index, table);
        let items = tables.into_iter().map(table).collect();
        Ok(Tables::Ok(Json(TablePage { items, next })))
    }

    /// The inline XBRL facts of a filing, in document order.
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
        let content = self.read(&caller, filing_id.0).await?;
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

    /// The exhibits of a filing.
    #[oai(
        path = "/:filing_id/exhibits",
        method = "get",
        operation_id = "listFilingExhibits"
    )]
    async fn exhibits(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
    ) -> Result<Exhibits, Fails<Plain>> {
        let content = self.read(&caller, filing_id.0).await?;
        let items = content.exhibits.iter().map(ExhibitDocument::from).collect();
        Ok(Exhibits::Ok(Json(ExhibitList { items })))
    }
}

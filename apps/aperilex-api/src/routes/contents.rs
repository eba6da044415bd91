//! What is in a filing: text, items, single risks, exhibits, header.

use std::sync::Arc;

use aperilex_core::{EngineError, FilingContent};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use uuid::Uuid;

use super::Group;
use super::page::Page;
use crate::api::Api;
use crate::auth::Caller;
use crate::problem::{Fails, Plain, Problem};
use crate::wire::content::{
    ExhibitDocument, ExhibitList, HeaderDocument, RiskFactorDocument, RiskFactorPage, SectionList,
    SectionTextDocument, TextDocument,
};
use crate::wire::text::CursorText;

/// How an address writes the part of a form without parts.
const NO_PART: &str = "-";
/// Bytes of text given at a time if the client doesn't say.
const TEXT_PIECE: u32 = 256 * 1024;

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
enum Text {
    /// The piece.
    #[oai(status = 200)]
    Ok(Json<TextDocument>),
}

#[derive(ApiResponse)]
enum RiskFactors {
    /// A page.
    #[oai(status = 200)]
    Ok(Json<RiskFactorPage>),
}

#[derive(ApiResponse)]
enum Header {
    /// The header.
    #[oai(status = 200)]
    Ok(Json<HeaderDocument>),
}

#[derive(ApiResponse)]
enum Exhibits {
    /// The exhibits.
    #[oai(status = 200)]
    Ok(Json<ExhibitList>),
}

impl Contents {
    async fn read(&self, caller: &Caller, filing: Uuid) -> Result<Arc<FilingContent>, Problem> {
        self.0.readable_content(caller, filing).await
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
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the operation"
    )]
    async fn section(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Roman numeral; `-` for forms without parts.
        part: Path<String>,
        /// Number of the item, or slug of its heading.
        item: Path<String>,
        /// Which of several with the same key, as there are several proposals in a proxy statement; 1 if
        /// not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "1000")))]
        occurrence: Query<Option<u16>>,
    ) -> Result<SectionText, Fails<Plain>> {
        let content = self.read(&caller, filing_id.0).await?;
        let part = if part.0 == NO_PART { "" } else { &part.0 };
        let wanted = |s: &&aperilex_core::Section| s.key.part == part && s.key.item == item.0;
        let section = content
            .sections
            .iter()
            .filter(wanted)
            .nth(usize::from(occurrence.0.unwrap_or(1).saturating_sub(1)))
            .ok_or_else(|| EngineError::NotFound {
                what: "section".to_owned(),
            })?;
        Ok(SectionText::Ok(Json(SectionTextDocument::new(
            &content, section,
        ))))
    }

    /// A piece of a document's canonical text.
    ///
    /// Citations address this text; it is the same for everybody who parses the same bytes with the same
    /// version.
    #[oai(
        path = "/:filing_id/text",
        method = "get",
        operation_id = "getFilingText"
    )]
    #[expect(
        clippy::too_many_arguments,
        reason = "one for each parameter of the operation"
    )]
    async fn text(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Name of the document; the main one if not said.
        document: Query<Option<String>>,
        /// First byte; 0 if not said.
        start: Query<Option<u64>>,
        /// Most bytes; 262144 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "1048576")))]
        limit: Query<Option<u32>>,
    ) -> Result<Text, Fails<Plain>> {
        let content = self.read(&caller, filing_id.0).await?;
        let named = |name: &String| content.documents.iter().position(|d| d.name == *name);
        let index = document.0.as_ref().map_or(Some(content.main), named);
        let start = usize::try_from(start.0.unwrap_or(0)).unwrap_or(usize::MAX);
        let most = usize::try_from(limit.0.unwrap_or(TEXT_PIECE)).unwrap_or(usize::MAX);
        let piece = index.and_then(|index| TextDocument::new(&content, index, start, most));
        let piece = piece.ok_or_else(|| EngineError::NotFound {
            what: "text of this document".to_owned(),
        })?;
        Ok(Text::Ok(Json(piece)))
    }

    /// The single risks of a filing's risk factors, in document order.
    #[oai(
        path = "/:filing_id/risk-factors",
        method = "get",
        operation_id = "listFilingRiskFactors"
    )]
    async fn risk_factors(
        &self,
        caller: Caller,
        filing_id: Path<Uuid>,
        /// Entries of a page; 50 if not said.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u16>>,
        /// `next` of the page before.
        cursor: Query<Option<CursorText>>,
    ) -> Result<RiskFactors, Fails<Plain>> {
        let cursor = cursor.0.as_ref().map(|cursor| cursor.0.as_str());
        let page = Page::<u64>::new("risk-factors", caller.id, limit.0, cursor)?;
        let content = self.read(&caller, filing_id.0).await?;
        let (risks, next) = page.slice(&content.risk_factors);
        let risk = |(_, risk)| RiskFactorDocument::new(&content, risk);
        let items = risks.into_iter().map(risk).collect();
        Ok(RiskFactors::Ok(Json(RiskFactorPage { items, next })))
    }

    /// What the header of the submission says.
    ///
    /// Only full submissions have one: filings of before about 2001, and local files.
    #[oai(
        path = "/:filing_id/header",
        method = "get",
        operation_id = "getFilingHeader"
    )]
    async fn header(&self, caller: Caller, filing_id: Path<Uuid>) -> Result<Header, Fails<Plain>> {
        let content = self.read(&caller, filing_id.0).await?;
        let header = content
            .header
            .as_ref()
            .ok_or_else(|| EngineError::NotFound {
                what: "header of the submission".to_owned(),
            })?;
        Ok(Header::Ok(Json(header.into())))
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

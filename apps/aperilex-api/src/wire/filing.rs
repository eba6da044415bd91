//! Filings and what is in them.

use std::sync::Arc;

use aperilex_core::ports::FilingRecord;
use aperilex_core::{
    Exhibit, Fact, FilingContent, FilingMeta, Period, Section, StoredDocument, Table, TextRange,
};
use poem_openapi::Object;
use uuid::Uuid;

use super::text::{Day, Moment, Sha256};

/// A filing in short.
#[derive(Debug, Object)]
#[oai(rename = "FilingSummary", skip_serializing_if_is_none)]
pub(crate) struct FilingSummary {
    filing_id: Uuid,
    /// Accession number.
    accession: Option<String>,
    /// SEC Central Index Key, ten digits.
    cik: Option<String>,
    company: Option<String>,
    ticker: Option<String>,
    /// Form type in the SEC's spelling.
    form: String,
    /// When it was filed.
    filed: Option<Day>,
    /// End of the period it reports on.
    period: Option<Day>,
    /// Item codes of a current report.
    items: Vec<String>,
    /// Where the source has it.
    url: Option<String>,
}

/// A raw document that is kept.
#[derive(Debug, Object)]
#[oai(rename = "FilingDocument", skip_serializing_if_is_none)]
struct DocumentDocument {
    name: String,
    /// EDGAR's type, such as `EX-99.1`.
    #[oai(rename = "type")]
    doc_type: Option<String>,
    /// Place in the submission, from 1.
    sequence: Option<u32>,
    description: Option<String>,
    /// SHA-256 of its bytes.
    sha256: Sha256,
    /// Its size.
    bytes: u64,
}

/// A filing.
#[derive(Debug, Object)]
#[oai(rename = "Filing", skip_serializing_if_is_none)]
pub(crate) struct FilingDocument {
    #[oai(flatten)]
    filing: FilingSummary,
    /// Raw documents, the main one first.
    documents: Vec<DocumentDocument>,
    /// When it was stored here.
    stored_at: Option<Moment>,
}

/// An item of the form.
#[derive(Debug, Object)]
#[oai(rename = "Section")]
pub(crate) struct SectionDocument {
    /// Roman numeral; empty for forms without parts (write `-` for it in the address).
    part: String,
    /// Number, or slug of the heading.
    item: String,
    title: String,
    /// What became of it, such as `present`, `reserved` or `not_found`.
    state: String,
    /// How sure the parser is of state and boundaries: 0 to 1.
    confidence: f32,
    /// Name of the document it is in.
    document: String,
    /// First byte in the document's canonical text.
    start: u64,
    /// Behind its last byte.
    end: u64,
}

/// An item of the form with its text.
#[derive(Debug, Object)]
#[oai(rename = "SectionText")]
pub(crate) struct SectionTextDocument {
    #[oai(flatten)]
    section: SectionDocument,
    /// SHA-256 of the document's canonical text.
    text_sha256: Sha256,
    /// Its own text.
    text: String,
}

/// Items of a filing, in the form's order.
#[derive(Debug, Object)]
#[oai(rename = "SectionList")]
pub(crate) struct SectionList {
    /// Name and version of the parser.
    parser_version: String,
    items: Vec<SectionDocument>,
    /// What the reader should know of the whole filing.
    warnings: Vec<String>,
}

/// A table.
#[derive(Debug, Object)]
#[oai(rename = "Table", skip_serializing_if_is_none)]
pub(crate) struct TableDocument {
    /// Its number in the filing, from 0.
    index: u64,
    /// Part of the item it is in.
    part: Option<String>,
    /// The item it is in.
    item: Option<String>,
    document: String,
    start: u64,
    end: u64,
    /// The line above it that names it, or empty.
    caption: String,
    /// How many of the first rows are headers.
    header_rows: u64,
    /// Cells by row, all rows equally long.
    rows: Vec<Vec<String>>,
}

/// A page of tables, in document order.
#[derive(Debug, Object)]
#[oai(rename = "TablePage", skip_serializing_if_is_none)]
pub(crate) struct TablePage {
    pub(crate) items: Vec<TableDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// The period of a fact: an instant, or start and end.
#[derive(Debug, Object)]
#[oai(rename = "FactPeriod", skip_serializing_if_is_none)]
struct PeriodDocument {
    instant: Option<Day>,
    start: Option<Day>,
    end: Option<Day>,
}

/// An XBRL dimension of a fact.
#[derive(Debug, Object)]
#[oai(rename = "FactDimension")]
struct DimensionDocument {
    axis: String,
    member: String,
}

/// An inline XBRL fact.
#[derive(Debug, Object)]
#[oai(rename = "Fact", skip_serializing_if_is_none)]
pub(crate) struct FactDocument {
    /// Qualified name, such as `us-gaap:Assets`.
    concept: String,
    /// Exact decimal, scaled and signed; the text shown for facts that are no numbers.
    value: String,
    unit: Option<String>,
    decimals: Option<String>,
    period: Option<PeriodDocument>,
    dimensions: Vec<DimensionDocument>,
    document: String,
    /// First byte where it is shown; absent if hidden.
    start: Option<u64>,
    end: Option<u64>,
}

/// A page of facts, in document order.
#[derive(Debug, Object)]
#[oai(rename = "FactPage", skip_serializing_if_is_none)]
pub(crate) struct FactPage {
    pub(crate) items: Vec<FactDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

/// An exhibit.
#[derive(Debug, Object)]
#[oai(rename = "Exhibit", skip_serializing_if_is_none)]
pub(crate) struct ExhibitDocument {
    /// Number by Regulation S-K Item 601.
    number: String,
    description: String,
    /// Name of its document, if it is attached.
    document: Option<String>,
}

/// Exhibits of a filing.
#[derive(Debug, Object)]
#[oai(rename = "ExhibitList")]
pub(crate) struct ExhibitList {
    pub(crate) items: Vec<ExhibitDocument>,
}

fn document_name(content: &FilingContent, index: usize) -> String {
    content
        .documents
        .get(index)
        .map(|d| d.name.clone())
        .unwrap_or_default()
}

fn bounds(range: &TextRange) -> (u64, u64) {
    (number(range.start), number(range.end))
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl From<&FilingMeta> for FilingSummary {
    fn from(meta: &FilingMeta) -> Self {
        Self {
            filing_id: meta.id.as_uuid(),
            accession: meta.accession.as_ref().map(ToString::to_string),
            cik: meta.cik.as_ref().map(ToString::to_string),
            company: meta.company.clone(),
            ticker: meta.ticker.as_ref().map(ToString::to_string),
            form: meta.form.to_string(),
            filed: meta.filed.map(Day::from),
            period: meta.period.map(Day::from),
            items: meta.items.clone(),
            url: meta.url.clone(),
        }
    }
}

impl From<&StoredDocument> for DocumentDocument {
    fn from(document: &StoredDocument) -> Self {
        Self {
            name: document.name.clone(),
            doc_type: document.doc_type.clone(),
            sequence: document.sequence,
            description: document.description.clone(),
            sha256: document.sha256.into(),
            bytes: document.bytes,
        }
    }
}

impl From<&FilingRecord> for FilingDocument {
    fn from(record: &FilingRecord) -> Self {
        let stored = record.stored.as_ref();
        let documents = stored.map_or(&[][..], |stored| &stored.documents);
        Self {
            filing: (&record.meta).into(),
            documents: documents.iter().map(DocumentDocument::from).collect(),
            stored_at: stored.map(|stored| stored.stored_at.into()),
        }
    }
}

impl SectionDocument {
    fn new(content: &FilingContent, section: &Section) -> Self {
        let (start, end) = bounds(&section.range);
        Self {
            part: section.key.part.clone(),
            item: section.key.item.clone(),
            title: section.title.clone(),
            state: state(section),
            confidence: section.confidence,
            document: document_name(content, section.document),
            start,
            end,
        }
    }
}

/// The word that is stored for a state.
fn state(section: &Section) -> String {
    match serde_json::to_value(section.state) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

impl From<&FilingContent> for SectionList {
    fn from(content: &FilingContent) -> Self {
        let section = |section| SectionDocument::new(content, section);
        Self {
            parser_version: content.parser_version.clone(),
            items: content.sections.iter().map(section).collect(),
            warnings: content.warnings.clone(),
        }
    }
}

impl SectionTextDocument {
    pub(crate) fn new(content: &FilingContent, section: &Section) -> Self {
        let text = content
            .documents
            .get(section.document)
            .and_then(|d| d.text.as_ref());
        Self {
            section: SectionDocument::new(content, section),
            text_sha256: Sha256(text.map(|text| text.sha256.to_string()).unwrap_or_default()),
            text: content.section_text(section).to_owned(),
        }
    }
}

impl TableDocument {
    pub(crate) fn new(content: &FilingContent, index: usize, table: &Table) -> Self {
        let (start, end) = bounds(&table.range);
        Self {
            index: number(index),
            part: table.section.as_ref().map(|key| key.part.clone()),
            item: table.section.as_ref().map(|key| key.item.clone()),
            document: document_name(content, table.document),
            start,
            end,
            caption: table.caption.clone(),
            header_rows: number(table.header_rows),
            rows: table.rows.clone(),
        }
    }
}

impl From<&Period> for PeriodDocument {
    fn from(period: &Period) -> Self {
        let (mut instant, mut start, mut end) = (None, None, None);
        match period {
            Period::Instant { instant: day } => instant = Some(Day::from(day)),
            Period::Duration {
                start: first,
                end: last,
            } => {
                (start, end) = (Some(Day::from(first)), Some(Day::from(last)));
            }
        }
        Self {
            instant,
            start,
            end,
        }
    }
}

impl FactDocument {
    pub(crate) fn new(content: &FilingContent, fact: &Fact) -> Self {
        let dimension = |(axis, member): &(Arc<str>, Arc<str>)| DimensionDocument {
            axis: axis.to_string(),
            member: member.to_string(),
        };
        let range = fact.range.as_ref().map(bounds);
        Self {
            concept: fact.concept.to_string(),
            value: fact.value.clone(),
            unit: fact.unit.as_deref().map(str::to_owned),
            decimals: fact.decimals.clone(),
            period: fact.period.as_ref().map(PeriodDocument::from),
            dimensions: fact.dimensions.iter().map(dimension).collect(),
            document: document_name(content, fact.document),
            start: range.map(|(start, _)| start),
            end: range.map(|(_, end)| end),
        }
    }
}

impl From<&Exhibit> for ExhibitDocument {
    fn from(exhibit: &Exhibit) -> Self {
        Self {
            number: exhibit.number.clone(),
            description: exhibit.description.clone(),
            document: exhibit.document.clone(),
        }
    }
}

//! Filings as they are kept.

use aperilex_core::ports::FilingRecord;
use aperilex_core::{FilingMeta, StoredDocument};
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

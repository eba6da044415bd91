//! Filings as they are named, fetched and kept.

use bytes::Bytes;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{AccessionNumber, Cik, Digest, FilingId, FormType, Ticker};

/// How a caller names a filing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FilingLocator {
    /// The latest filing of that form by the company with this symbol.
    Ticker {
        /// Stock symbol.
        ticker: Ticker,
        /// Form, in the SEC's spelling; an amendment only if named as one.
        form: FormType,
    },
    /// The latest filing of that form by this company.
    Company {
        /// The company.
        cik: Cik,
        /// Form, in the SEC's spelling; an amendment only if named as one.
        form: FormType,
    },
    /// One filing by its number.
    Accession(AccessionNumber),
    /// One filing by an EDGAR address: its folder, its index page or one of its documents.
    Url(String),
    /// One filing that is already stored.
    Stored(FilingId),
}

/// What is known of a filing before its documents are read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilingMeta {
    /// Our id; of the accession number where there is one.
    pub id: FilingId,
    /// SEC accession number; none for a local file that does not name one.
    pub accession: Option<AccessionNumber>,
    /// The (first) filer.
    pub cik: Option<Cik>,
    /// The filer's name, as the source gives it.
    pub company: Option<String>,
    /// A current symbol of the filer, if the source knows one.
    pub ticker: Option<Ticker>,
    /// Form type.
    pub form: FormType,
    /// Date of filing.
    pub filed: Option<Date>,
    /// End of the period reported on.
    pub period: Option<Date>,
    /// 8-K item codes from the SEC's header, such as `2.02`.
    #[serde(default)]
    pub items: Vec<String>,
    /// Name of the main document in the filing's folder; none where only the full submission exists.
    pub primary_document: Option<String>,
    /// Address of the filing at its source.
    pub url: Option<String>,
}

/// One raw document, byte for byte as the source served it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDocument {
    /// File name at the source.
    pub name: String,
    /// EDGAR document type (`10-K`, `EX-99.1`); none if the source does not tell. A full
    /// submission text file has none: its SGML says what is in it.
    pub doc_type: Option<String>,
    /// Place in the submission, from 1.
    pub sequence: Option<u32>,
    /// The filer's description.
    pub description: Option<String>,
    /// The bytes.
    pub bytes: Bytes,
    /// Their SHA-256, if it was taken already; whoever needs it then need not take it again.
    pub sha256: Option<Digest>,
}

impl RawDocument {
    /// SHA-256 of the bytes.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.sha256.unwrap_or_else(|| Digest::of(&self.bytes))
    }
}

/// A filing as fetched: what is known of it and its raw documents, the main one first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFiling {
    /// What the source says of it.
    pub meta: FilingMeta,
    /// Raw documents, the main one first.
    pub documents: Vec<RawDocument>,
}

/// A raw document as kept: everything of [`RawDocument`] but the bytes, which are found by digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredDocument {
    /// File name at the source.
    pub name: String,
    /// EDGAR document type.
    pub doc_type: Option<String>,
    /// Place in the submission, from 1.
    pub sequence: Option<u32>,
    /// The filer's description.
    pub description: Option<String>,
    /// SHA-256 of the bytes; also their key in the document store.
    pub sha256: Digest,
    /// Size in bytes.
    pub bytes: u64,
}

/// A filing that is kept: its documents are in the document store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFiling {
    /// What is known of it.
    pub meta: FilingMeta,
    /// Its documents, the main one first.
    pub documents: Vec<StoredDocument>,
    /// When it was stored.
    pub stored_at: jiff::Timestamp,
}

/// Which filings of a company to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingQuery {
    /// The company, by symbol or key.
    pub company: CompanyLocator,
    /// Only this form, if given.
    pub form: Option<FormType>,
    /// Filed on or after.
    pub from: Option<Date>,
    /// Filed on or before.
    pub to: Option<Date>,
    /// At most this many, the newest first.
    pub limit: usize,
}

/// How a caller names a company.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CompanyLocator {
    /// By symbol.
    Ticker(Ticker),
    /// By key.
    Cik(Cik),
}

/// A company as the source describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its key.
    pub cik: Cik,
    /// Its name.
    pub name: String,
    /// Its current symbols.
    pub tickers: Vec<Ticker>,
    /// Standard Industrial Classification code and title.
    pub sic: Option<String>,
    /// End of its fiscal year as `MMDD`.
    pub fiscal_year_end: Option<String>,
}

//! Daily and quarterly index files: every filing of a day or quarter.

pub(crate) mod parse;

use std::time::Duration;

use aperilex_ports::{AccessionNumber, Cik};
use bytes::Bytes;
use jiff::civil::Date;

use crate::client::EdgarClient;
use crate::error::{EdgarError, absent_is_none};
use crate::request::{Host, Request, Shape};

/// A quarter's index is some 41 MB unpacked.
const MAX_INDEX_BYTES: u64 = 256 * 1024 * 1024;
const TTL: Duration = Duration::from_secs(30);

/// In which order and shape an index file lists filings; all list the same ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    /// By form, fixed width.
    Form,
    /// By company, fixed width.
    Company,
    /// By CIK, with `|` between the fields: the only one that any company name leaves readable.
    Master,
    /// By company, with the address of the index page.
    Crawler,
}

impl IndexKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Company => "company",
            Self::Master => "master",
            Self::Crawler => "crawler",
        }
    }
}

/// A line of an index file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexEntry {
    /// The company under which it is listed; a filing comes once for each of its filers.
    pub cik: Cik,
    /// The company's name.
    pub company: String,
    /// Form, as written.
    pub form: String,
    /// Date of filing.
    pub filed: Date,
    /// The filing.
    pub accession: AccessionNumber,
}

/// A quarter of a year, 1 to 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quarter {
    year: i16,
    quarter: u8,
}

impl Quarter {
    /// A quarter; none unless it is 1 to 4 of a year from 1993.
    #[must_use]
    pub const fn new(year: i16, quarter: u8) -> Option<Self> {
        if year >= 1993 && year <= 9999 && quarter >= 1 && quarter <= 4 {
            Some(Self { year, quarter })
        } else {
            None
        }
    }

    fn of(day: Date) -> Option<Self> {
        let quarter = u8::try_from((day.month() - 1) / 3 + 1).ok()?;
        Self::new(day.year(), quarter)
    }
}

impl EdgarClient {
    /// All filings of a day; a few (letters, effectiveness orders) bear an earlier date.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] for weekends, holidays and days to come.
    pub async fn daily_index(
        &self,
        day: Date,
        kind: IndexKind,
    ) -> Result<Vec<IndexEntry>, EdgarError> {
        let Quarter { year, quarter } = Quarter::of(day)
            .ok_or_else(|| EdgarError::not_found(format!("daily index of {day}")))?;
        let path = format!(
            "/Archives/edgar/daily-index/{year}/QTR{quarter}/{}.{year:04}{:02}{:02}.idx",
            kind.name(),
            day.month(),
            day.day()
        );
        let request = Request::new(Host::Www, &path, Shape::Text).limit(MAX_INDEX_BYTES);
        let file = self.index_file(request, kind).await?;
        self.entries(file).await
    }

    /// All filings of a quarter.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] for quarters to come.
    pub async fn quarterly_index(
        &self,
        quarter: Quarter,
        kind: IndexKind,
    ) -> Result<Vec<IndexEntry>, EdgarError> {
        let file = self.quarter_file(quarter, kind).await?;
        self.entries(file).await
    }

    /// A company that filed this, by way of the quarterly indexes of the number's year.
    pub(crate) async fn in_quarterly_index(
        &self,
        accession: &AccessionNumber,
    ) -> Result<Option<Cik>, EdgarError> {
        let year = i16::try_from(accession.year()).unwrap_or(i16::MAX);
        let quarters = (1..=4).map(|quarter| (year, quarter));
        // A number of December may be filed in January.
        for (year, quarter) in quarters.chain([(year.saturating_add(1), 1)]) {
            let Some(quarter) = Quarter::new(year, quarter) else {
                continue;
            };
            let file = self.quarter_file(quarter, IndexKind::Master).await;
            let Some(file) = absent_is_none(file)? else {
                continue;
            };
            let wanted = *accession;
            let take = move |found: &mut Option<Cik>, entry: IndexEntry| {
                *found = (entry.accession == wanted).then_some(entry.cik);
                found.is_none()
            };
            let found = self.scan(file, None, take).await?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    async fn quarter_file(
        &self,
        Quarter { year, quarter }: Quarter,
        kind: IndexKind,
    ) -> Result<IndexFile, EdgarError> {
        let ask = |end: &str, shape| {
            let name = kind.name();
            let path = format!("/Archives/edgar/full-index/{year}/QTR{quarter}/{name}.{end}");
            Request::new(Host::Www, &path, shape).limit(MAX_INDEX_BYTES)
        };
        match self.index_file(ask("gz", Shape::Gzip), kind).await {
            Err(error) if error.is_absent() => self.index_file(ask("idx", Shape::Text), kind).await,
            outcome => outcome,
        }
    }

    async fn index_file(&self, request: Request, kind: IndexKind) -> Result<IndexFile, EdgarError> {
        let bytes = self.cached(&request, TTL).await?;
        Ok(IndexFile {
            request,
            kind,
            bytes,
        })
    }

    async fn entries(&self, file: IndexFile) -> Result<Vec<IndexEntry>, EdgarError> {
        let take = |entries: &mut Vec<IndexEntry>, entry| {
            entries.push(entry);
            true
        };
        self.scan(file, Vec::new(), take).await
    }

    /// Goes through the entries until `take` says no. Off the runtime's threads: 41 MB take long
    /// enough to hold up other tasks.
    async fn scan<T: Send + 'static>(
        &self,
        file: IndexFile,
        mut into: T,
        mut take: impl FnMut(&mut T, IndexEntry) -> bool + Send + 'static,
    ) -> Result<T, EdgarError> {
        let what = file.request.what();
        let (kind, bytes) = (file.kind, file.bytes);
        let work = move || {
            let take = |entry| take(&mut into, entry);
            parse::each(&what, kind, &bytes, MAX_INDEX_BYTES, take)?;
            Ok(into)
        };
        let outcome = tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|_| Err(EdgarError::bad(file.request.what(), "reading it failed")));
        if outcome.is_err() {
            // Or it would hold for as long as EDGAR says that it has not changed.
            self.forget(&file.request);
        }
        outcome
    }
}

/// An index file as it came.
struct IndexFile {
    request: Request,
    kind: IndexKind,
    bytes: Bytes,
}

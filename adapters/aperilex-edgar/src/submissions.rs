//! A company and what it filed: the submissions files.

mod wire;

use std::time::Duration;

use aperilex_ports::{AccessionNumber, Cik, Company, FormType, Ticker};
use jiff::civil::Date;

use crate::client::{EdgarClient, json};
use crate::error::{EdgarError, absent_is_none};
use crate::request::{Host, Request, Shape, checked_name};

/// EDGAR marks these `no-store`; within this time one answer serves.
const TTL: Duration = Duration::from_secs(30);
/// One page of a prolific filer is a few MB.
const MAX_PAGE_BYTES: u64 = 64 * 1024 * 1024;

/// A company as its submissions file describes it, with its latest filings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submissions {
    /// The company.
    pub company: Company,
    /// At least its last 1,000 filings or those of one year, newest first.
    pub recent: Vec<SubmittedFiling>,
    /// Where the older ones are listed; dates may overlap with `recent`.
    pub older: Vec<OlderPage>,
}

/// One line of a company's list of filings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedFiling {
    /// Its number.
    pub accession: AccessionNumber,
    /// Its form.
    pub form: FormType,
    /// Date of filing.
    pub filed: Date,
    /// End of the period reported on.
    pub period: Option<Date>,
    /// 8-K item codes.
    pub items: Vec<String>,
    /// Main document, without the folder of EDGAR's rendering; none in filings of before 2001.
    pub primary_document: Option<String>,
    /// EDGAR's acceptance time as written: its zone differs from filer to filer, so it orders
    /// filings of one company and says nothing else.
    pub(crate) accepted: String,
}

/// An older part of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OlderPage {
    /// File name beside the submissions file.
    pub name: String,
    /// Date of its oldest filing.
    pub from: Date,
    /// Date of its newest filing.
    pub to: Date,
}

/// Which filings of a company are wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) form: Option<&'a FormType>,
    pub(crate) from: Date,
    pub(crate) to: Date,
    pub(crate) limit: usize,
}

impl Wanted<'_> {
    fn takes(&self, filing: &SubmittedFiling) -> bool {
        self.form.is_none_or(|form| *form == filing.form)
            && (self.from..=self.to).contains(&filing.filed)
    }
}

impl EdgarClient {
    /// A company and its latest filings.
    ///
    /// # Errors
    /// [`EdgarError::NotFound`] if EDGAR has no such company.
    pub async fn submissions(&self, cik: Cik) -> Result<Submissions, EdgarError> {
        let path = format!("/submissions/CIK{cik}.json");
        let request = Request::new(Host::Data, &path, Shape::Json).limit(MAX_PAGE_BYTES);
        let company = |what: &str, bytes: &[u8]| wire::company(what, cik, json(what, bytes)?);
        self.read(&request, TTL, company).await
    }

    /// The filings of an older page, newest first.
    ///
    /// # Errors
    /// [`EdgarError`].
    pub async fn older_filings(
        &self,
        page: &OlderPage,
    ) -> Result<Vec<SubmittedFiling>, EdgarError> {
        let path = format!("/submissions/{}", checked_name(&page.name)?);
        let request = Request::new(Host::Data, &path, Shape::Json).limit(MAX_PAGE_BYTES);
        let filings = |what: &str, bytes: &[u8]| wire::filings(what, json(what, bytes)?);
        self.read(&request, TTL, filings).await
    }

    /// Everything a company ever filed, newest first, each filing once.
    ///
    /// # Errors
    /// [`EdgarError`].
    pub async fn all_filings(&self, cik: Cik) -> Result<Vec<SubmittedFiling>, EdgarError> {
        let company = self.submissions(cik).await?;
        let wanted = Wanted {
            form: None,
            from: Date::MIN,
            to: Date::MAX,
            limit: usize::MAX,
        };
        self.matching(&company, &wanted).await
    }

    /// The filings that are wanted, newest first; reads only the older pages that can hold some.
    pub(crate) async fn matching(
        &self,
        company: &Submissions,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<SubmittedFiling>, EdgarError> {
        let mut found = company.recent.clone();
        found.retain(|filing| wanted.takes(filing));
        merge(&mut found);
        let mut pages = company.older.clone();
        pages.sort_by_key(|page| std::cmp::Reverse(page.to));
        for page in &pages {
            let last = wanted.limit.checked_sub(1).and_then(|last| found.get(last));
            if wanted.limit == 0 || last.is_some_and(|filing| filing.filed > page.to) {
                break;
            }
            if page.to < wanted.from || page.from > wanted.to {
                continue;
            }
            let more = match self.older_filings(page).await {
                // A partial mirror may lack a page that its list names.
                outcome if self.is_partial() => absent_is_none(outcome)?.unwrap_or_default(),
                outcome => outcome?,
            };
            found.extend(more.into_iter().filter(|filing| wanted.takes(filing)));
            merge(&mut found);
        }
        found.truncate(wanted.limit);
        Ok(found)
    }

    /// One filing of a company by its number.
    pub(crate) async fn submitted(
        &self,
        company: &Submissions,
        accession: &AccessionNumber,
    ) -> Result<Option<SubmittedFiling>, EdgarError> {
        let is = |filing: &&SubmittedFiling| filing.accession == *accession;
        if let Some(filing) = company.recent.iter().find(is) {
            return Ok(Some(filing.clone()));
        }
        // A number is used in the year it was given out or early in the next.
        let year = i16::try_from(accession.year()).unwrap_or(i16::MAX);
        for page in &company.older {
            if page.to.year() < year || page.from.year() > year.saturating_add(1) {
                continue;
            }
            let Some(filings) = absent_is_none(self.older_filings(page).await)? else {
                continue;
            };
            if let Some(filing) = filings.iter().find(is) {
                return Ok(Some(filing.clone()));
            }
        }
        Ok(None)
    }
}

impl Submissions {
    /// A current symbol.
    pub(crate) fn ticker(&self) -> Option<Ticker> {
        self.company.tickers.first().cloned()
    }
}

/// Newest first, each number once.
fn merge(filings: &mut Vec<SubmittedFiling>) {
    filings.sort_by(|a, b| {
        (b.filed, &b.accepted, b.accession).cmp(&(a.filed, &a.accepted, a.accession))
    });
    let mut seen = std::collections::HashSet::new();
    filings.retain(|filing| seen.insert(filing.accession));
}

//! A source of given filings.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aperilex_ports::{
    BoxError, Cik, Company, CompanyLocator, FilingLocator, FilingMeta, FilingQuery, FilingSource,
    FilingSourceError, RawFiling, Ticker,
};
use async_trait::async_trait;

use crate::faults::Faults;

/// Serves the filings it was given. Companies are what their filings say of them.
#[derive(Debug, Default)]
pub struct MemorySource {
    faults: Faults,
    filings: Mutex<Vec<RawFiling>>,
}

impl MemorySource {
    /// A source without filings that fails as `faults` says.
    #[must_use]
    pub fn new(faults: Faults) -> Self {
        Self {
            faults,
            ..Self::default()
        }
    }

    /// Adds a filing; one with the same id is replaced.
    pub fn add(&self, filing: RawFiling) {
        let mut filings = self.lock();
        filings.retain(|other| other.meta.id != filing.meta.id);
        filings.push(filing);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<RawFiling>> {
        self.filings.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Filings that pass, newest first; of one day the last added first.
    fn select(&self, passes: impl Fn(&FilingMeta) -> bool) -> Vec<FilingMeta> {
        let filings = self.lock();
        let metas = filings.iter().rev().map(|filing| &filing.meta);
        let mut metas: Vec<_> = metas.filter(|meta| passes(meta)).cloned().collect();
        metas.sort_by_key(|meta| std::cmp::Reverse(meta.filed));
        metas
    }
}

const fn unavailable(source: BoxError) -> FilingSourceError {
    FilingSourceError::Unavailable { source }
}

fn not_found(what: impl Into<String>) -> FilingSourceError {
    FilingSourceError::NotFound { what: what.into() }
}

fn is_of(meta: &FilingMeta, company: &CompanyLocator) -> bool {
    match company {
        CompanyLocator::Ticker(ticker) => meta.ticker.as_ref() == Some(ticker),
        CompanyLocator::Cik(cik) => meta.cik == Some(*cik),
    }
}

fn name(company: &CompanyLocator) -> String {
    match company {
        CompanyLocator::Ticker(ticker) => ticker.to_string(),
        CompanyLocator::Cik(cik) => format!("CIK {cik}"),
    }
}

/// Whether `url` is the filing's folder or something in it.
fn is_at(meta: &FilingMeta, url: &str) -> bool {
    let folder = meta
        .url
        .as_deref()
        .map(|folder| folder.trim_end_matches('/'));
    let inside = folder.and_then(|folder| url.strip_prefix(folder));
    inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[async_trait]
impl FilingSource for MemorySource {
    async fn find(&self, locator: &FilingLocator) -> Result<FilingMeta, FilingSourceError> {
        self.faults.around("source.find", unavailable, || {
            let (found, what) = match locator {
                FilingLocator::Ticker { ticker, form } => {
                    let company = CompanyLocator::Ticker(ticker.clone());
                    let found = self.select(|it| is_of(it, &company) && it.form == *form);
                    (found, format!("{form} of {ticker}"))
                }
                FilingLocator::Company { cik, form } => {
                    let company = CompanyLocator::Cik(*cik);
                    let found = self.select(|it| is_of(it, &company) && it.form == *form);
                    (found, format!("{form} of CIK {cik}"))
                }
                FilingLocator::Accession(accession) => {
                    let found = self.select(|it| it.accession == Some(*accession));
                    (found, accession.to_string())
                }
                FilingLocator::Url(url) => (self.select(|it| is_at(it, url)), url.clone()),
                _ => (Vec::new(), "a stored filing".to_owned()),
            };
            found.into_iter().next().ok_or_else(|| not_found(what))
        })
    }

    async fn fetch(&self, filing: &FilingMeta) -> Result<RawFiling, FilingSourceError> {
        self.faults.around("source.fetch", unavailable, || {
            let filings = self.lock();
            let found = filings.iter().find(|it| it.meta.id == filing.id);
            let found = found.ok_or_else(|| not_found(filing.id.to_string()))?;
            if found.documents.iter().any(|it| it.bytes.is_empty()) || found.documents.is_empty() {
                let reason = "an empty document".to_owned();
                return Err(FilingSourceError::BadAnswer { reason });
            }
            Ok(found.clone())
        })
    }

    async fn list(&self, query: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError> {
        self.faults.around("source.list", unavailable, || {
            let own = self.select(|it| is_of(it, &query.company));
            if own.is_empty() {
                return Err(not_found(name(&query.company)));
            }
            let wanted = own.into_iter().filter(|it| {
                query.form.as_ref().is_none_or(|form| it.form == *form)
                    && query.from.is_none_or(|from| it.filed >= Some(from))
                    && query
                        .to
                        .is_none_or(|to| it.filed.is_some_and(|filed| filed <= to))
            });
            Ok(wanted.take(query.limit).collect())
        })
    }

    async fn company(&self, company: &CompanyLocator) -> Result<Company, FilingSourceError> {
        self.faults.around("source.company", unavailable, || {
            let filings = self.select(|it| is_of(it, company));
            let newest = filings.first().ok_or_else(|| not_found(name(company)))?;
            let cik: Cik = newest.cik.ok_or_else(|| not_found(name(company)))?;
            let mut tickers: Vec<Ticker> =
                filings.iter().filter_map(|it| it.ticker.clone()).collect();
            tickers.sort();
            tickers.dedup();
            Ok(Company {
                cik,
                name: newest.company.clone().unwrap_or_default(),
                tickers,
                sic: None,
                fiscal_year_end: None,
            })
        })
    }
}

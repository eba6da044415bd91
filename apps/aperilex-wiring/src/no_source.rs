//! The source of commands that need none.

use aperilex_core::ports::{FilingSource, FilingSourceError};
use aperilex_core::{Company, CompanyLocator, FilingLocator, FilingMeta, FilingQuery, RawFiling};
use async_trait::async_trait;

/// Offers nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoSource;

const fn unsupported<T>(operation: &'static str) -> Result<T, FilingSourceError> {
    Err(FilingSourceError::Unsupported { operation })
}

#[async_trait]
impl FilingSource for NoSource {
    async fn find(&self, _: &FilingLocator) -> Result<FilingMeta, FilingSourceError> {
        unsupported("finding a filing")
    }

    async fn fetch(&self, _: &FilingMeta) -> Result<RawFiling, FilingSourceError> {
        unsupported("fetching a filing")
    }

    async fn list(&self, _: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError> {
        unsupported("listing filings")
    }

    async fn company(&self, _: &CompanyLocator) -> Result<Company, FilingSourceError> {
        unsupported("describing a company")
    }
}

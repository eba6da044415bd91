//! Where filings come from.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use crate::error::{BoxError, Retry};
use crate::model::{Company, CompanyLocator, FilingLocator, FilingMeta, FilingQuery, RawFiling};

/// Why a source cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilingSourceError {
    /// The source has no such company or filing.
    #[error("not found: {what}")]
    NotFound {
        /// What was looked for, in the caller's words.
        what: String,
    },
    /// The address is not one that may be fetched.
    #[error("this address is not allowed: {reason}")]
    UrlNotAllowed {
        /// What is wrong with it and what would be right.
        reason: String,
    },
    /// The source asks us to slow down; nothing is sent until then.
    #[error("the source has blocked requests for {} s", after.as_secs())]
    Throttled {
        /// How long the pause lasts.
        after: Duration,
    },
    /// The source refuses us for a reason that settings can mend.
    #[error("the source refuses our requests: {reason}")]
    Misconfigured {
        /// What to do.
        reason: String,
    },
    /// A filing larger than the cap, counted after decompression.
    #[error("the filing has more than {limit} bytes")]
    TooLarge {
        /// The cap in bytes.
        limit: u64,
    },
    /// The answer is not what the source gives for such a request.
    #[error("the source gave an unusable answer: {reason}")]
    BadAnswer {
        /// What was wrong with it.
        reason: String,
    },
    /// The adapter does not offer this.
    #[error("{operation} is not offered by this source")]
    Unsupported {
        /// The operation.
        operation: &'static str,
    },
    /// Anything else: network, time-out, server error.
    #[error("the source cannot be reached")]
    Unavailable {
        /// The adapter's own error.
        #[source]
        source: BoxError,
    },
}

impl FilingSourceError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub const fn retry(&self) -> Retry {
        match self {
            Self::Throttled { after } => Retry::After(*after),
            Self::BadAnswer { .. } | Self::Unavailable { .. } => Retry::Backoff,
            _ => Retry::Never,
        }
    }
}

/// A source of filings.
///
/// # Contract
/// - **FS-1** `find` of a filing that exists gives its accession number, form and filer.
/// - **FS-2** what does not exist is [`FilingSourceError::NotFound`], never an empty answer.
/// - **FS-3** `fetch` gives the main document first, byte for byte as the source serves it.
/// - **FS-4** an error page, an empty or a cut body is never given as a document.
/// - **FS-5** `list` is newest first, within the dates, at most `limit`.
#[async_trait]
pub trait FilingSource: Debug + Send + Sync + 'static {
    /// Finds one filing. [`FilingLocator::Stored`] is not for sources: `NotFound`.
    ///
    /// # Errors
    /// [`FilingSourceError`].
    async fn find(&self, locator: &FilingLocator) -> Result<FilingMeta, FilingSourceError>;

    /// Fetches the raw documents of a filing that `find` or `list` gave.
    ///
    /// # Errors
    /// [`FilingSourceError`].
    async fn fetch(&self, filing: &FilingMeta) -> Result<RawFiling, FilingSourceError>;

    /// Lists filings of a company.
    ///
    /// # Errors
    /// [`FilingSourceError`].
    async fn list(&self, query: &FilingQuery) -> Result<Vec<FilingMeta>, FilingSourceError>;

    /// Describes a company.
    ///
    /// # Errors
    /// [`FilingSourceError`].
    async fn company(&self, company: &CompanyLocator) -> Result<Company, FilingSourceError>;
}

//! Filings that are known, and who may read them.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{
    AccessSource, FilingId, FilingMeta, StoredDocument, StoredFiling, Timestamp, UserId,
};

/// A filing as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingRecord {
    /// What the source said of it.
    pub meta: FilingMeta,
    /// Its documents, once they are in the document store.
    pub stored: Option<StoredFiling>,
}

/// Keeps filings and the right to read them.
///
/// # Contract
/// - **FI-1** registering a filing again gives the record that is there.
/// - **FI-2** a filing is stored once: the second `mark_stored` gives the first one's record.
/// - **FI-3** an unknown filing is `None`.
/// - **FI-4** access is per account, and `None` for others.
#[async_trait]
pub trait FilingStore: Debug + Send + Sync + 'static {
    /// Makes a filing known.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn register(&self, meta: &FilingMeta, now: Timestamp)
    -> Result<FilingRecord, StoreError>;

    /// Records where its documents are kept.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if the filing was never registered.
    async fn mark_stored(
        &self,
        filing: FilingId,
        documents: &[StoredDocument],
        now: Timestamp,
    ) -> Result<FilingRecord, StoreError>;

    /// One filing.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, filing: FilingId) -> Result<Option<FilingRecord>, StoreError>;

    /// Why this account may read this filing; none if it may not.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn access(
        &self,
        user: UserId,
        filing: FilingId,
    ) -> Result<Option<AccessSource>, StoreError>;
}

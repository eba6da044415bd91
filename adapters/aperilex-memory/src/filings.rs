//! Filings and access to them.

use aperilex_ports::{
    AccessSource, FilingId, FilingMeta, FilingRecord, FilingStore, StoreError, StoredDocument,
    StoredFiling, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::stores::MemoryStores;

#[async_trait]
impl FilingStore for MemoryStores {
    async fn register(
        &self,
        meta: &FilingMeta,
        _now: Timestamp,
    ) -> Result<FilingRecord, StoreError> {
        self.commit("filings.register", |state| {
            let filing = state.filings.entry(meta.id);
            let record = filing.or_insert_with(|| FilingRecord {
                meta: meta.clone(),
                stored: None,
            });
            Ok(record.clone())
        })
    }

    async fn mark_stored(
        &self,
        filing: FilingId,
        documents: &[StoredDocument],
        now: Timestamp,
    ) -> Result<FilingRecord, StoreError> {
        self.commit("filings.mark_stored", |state| {
            let record = state.filings.get_mut(&filing);
            let record = record.ok_or(StoreError::Conflict)?;
            record.stored.get_or_insert_with(|| StoredFiling {
                meta: record.meta.clone(),
                documents: documents.to_vec(),
                stored_at: now,
            });
            Ok(record.clone())
        })
    }

    async fn get(&self, filing: FilingId) -> Result<Option<FilingRecord>, StoreError> {
        self.read("filings.get", |state| state.filings.get(&filing).cloned())
    }

    async fn access(
        &self,
        user: UserId,
        filing: FilingId,
    ) -> Result<Option<AccessSource>, StoreError> {
        self.read("filings.access", |state| {
            state.access.get(&(user, filing)).map(|(source, _)| *source)
        })
    }
}

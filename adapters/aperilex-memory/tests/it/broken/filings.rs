//! Broken filing stores.

use std::sync::Arc;

use aperilex_ports::{
    AccessSource, FilingId, FilingMeta, FilingRecord, FilingStore, StoreError, StoredDocument,
    Stores, Timestamp, UserId,
};
use async_trait::async_trait;

use super::{failures, unavailable};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    RegistersAnew,
    StoresAnew,
    FailsForUnknownOnes,
    OpensToAll,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::RegistersAnew, "FI-1"),
    (Flaw::StoresAnew, "FI-2"),
    (Flaw::FailsForUnknownOnes, "FI-3"),
    (Flaw::OpensToAll, "FI-4"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.filings.clone();
        Stores {
            filings: Arc::new(Broken { inner, flaw }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn FilingStore>,
    flaw: Flaw,
}

#[async_trait]
impl FilingStore for Broken {
    async fn register(
        &self,
        meta: &FilingMeta,
        now: Timestamp,
    ) -> Result<FilingRecord, StoreError> {
        let mut record = self.inner.register(meta, now).await?;
        if self.flaw == Flaw::RegistersAnew {
            record.meta = meta.clone();
        }
        Ok(record)
    }

    async fn mark_stored(
        &self,
        filing: FilingId,
        documents: &[StoredDocument],
        now: Timestamp,
    ) -> Result<FilingRecord, StoreError> {
        let mut record = self.inner.mark_stored(filing, documents, now).await?;
        if let (Flaw::StoresAnew, Some(stored)) = (self.flaw, &mut record.stored) {
            stored.documents = documents.to_vec();
        }
        Ok(record)
    }

    async fn get(&self, filing: FilingId) -> Result<Option<FilingRecord>, StoreError> {
        match (self.flaw, self.inner.get(filing).await?) {
            (Flaw::FailsForUnknownOnes, None) => Err(unavailable()),
            (_, record) => Ok(record),
        }
    }

    async fn access(
        &self,
        user: UserId,
        filing: FilingId,
    ) -> Result<Option<AccessSource>, StoreError> {
        let access = self.inner.access(user, filing).await?;
        let open = self.flaw == Flaw::OpensToAll;
        Ok(access.or(open.then_some(AccessSource::Policy)))
    }
}

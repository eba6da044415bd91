//! Broken audit logs.

use std::sync::Arc;

use aperilex_ports::{
    AuditEntry, AuditHead, AuditLog, AuditRecord, Ledger, LedgerEntry, LedgerError, PostEntry,
    Refund, StoreError, Stores,
};
use async_trait::async_trait;

use super::failures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    NumbersFromZero,
    ForgetsTheEnd,
    ForgetsTheDetail,
    ListsOldestFirst,
    PostsWithoutRecord,
    RecordsWhatWasRefused,
    RecordsAgain,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::NumbersFromZero, "AL-1"),
    (Flaw::ForgetsTheEnd, "AL-1"),
    (Flaw::ForgetsTheDetail, "AL-2"),
    (Flaw::ListsOldestFirst, "AL-3"),
    (Flaw::PostsWithoutRecord, "AL-4"),
    (Flaw::RecordsWhatWasRefused, "AL-4"),
    (Flaw::RecordsAgain, "AL-4"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.audit_log.clone(),
            ledger: stores.ledger.clone(),
            flaw,
        };
        Stores {
            audit_log: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn AuditLog>,
    ledger: Arc<dyn Ledger>,
    flaw: Flaw,
}

#[async_trait]
impl AuditLog for Broken {
    async fn append(&self, record: &AuditRecord) -> Result<AuditEntry, StoreError> {
        let mut entry = self.inner.append(record).await?;
        if self.flaw == Flaw::NumbersFromZero {
            entry.seq -= 1;
        }
        Ok(entry)
    }

    async fn post(
        &self,
        entry: &PostEntry,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError> {
        match self.flaw {
            Flaw::PostsWithoutRecord => self.ledger.post(entry).await,
            Flaw::RecordsWhatWasRefused => {
                let posted = self.inner.post(entry, record).await;
                if posted.is_err() {
                    self.inner.append(record).await?;
                }
                posted
            }
            Flaw::RecordsAgain => {
                let posted = self.ledger.post(entry).await?;
                self.inner.append(record).await?;
                Ok(posted)
            }
            _ => self.inner.post(entry, record).await,
        }
    }

    async fn refund(
        &self,
        refund: &Refund,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError> {
        self.inner.refund(refund, record).await
    }

    async fn entries(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError> {
        let mut entries = self.inner.entries(before, limit).await?;
        match self.flaw {
            Flaw::ListsOldestFirst => entries.reverse(),
            Flaw::ForgetsTheDetail => {
                let all = entries.iter_mut();
                all.for_each(|entry| entry.record.detail = serde_json::Value::Null);
            }
            _ => {}
        }
        Ok(entries)
    }

    async fn head(&self) -> Result<AuditHead, StoreError> {
        match self.flaw {
            Flaw::ForgetsTheEnd => Ok(AuditHead::genesis()),
            _ => self.inner.head().await,
        }
    }
}

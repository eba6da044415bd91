//! Broken books.

use std::sync::Arc;

use aperilex_ports::audit::{Books, Projection};
use aperilex_ports::{
    AuditRecord, AuditStore, ChainHead, LedgerRoot, StoreError, Stores, Timestamp, UserId,
};
use async_trait::async_trait;

use super::{failures, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ReadsHoldsLater,
    LeavesAccessOut,
    LeavesAnEndOut,
    ForgetsRoots,
    RebuildsBlindly,
    RebuildsUnseen,
    ProvesWithOthers,
    LeavesCallsOut,
    LeavesAnswersOut,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ReadsHoldsLater, "AU-1"),
    (Flaw::LeavesAccessOut, "AU-2"),
    (Flaw::LeavesAnEndOut, "AU-3"),
    (Flaw::ForgetsRoots, "AU-4"),
    (Flaw::RebuildsBlindly, "AU-5"),
    (Flaw::RebuildsUnseen, "AU-5"),
    (Flaw::ProvesWithOthers, "AU-6"),
    (Flaw::LeavesCallsOut, "AU-2"),
    (Flaw::LeavesAnswersOut, "AU-2"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.audit.clone(),
            flaw,
        };
        Stores {
            audit: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn AuditStore>,
    flaw: Flaw,
}

#[async_trait]
impl AuditStore for Broken {
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError> {
        let Some(mut books) = self.inner.books(user).await? else {
            return Ok(None);
        };
        match self.flaw {
            Flaw::LeavesAccessOut => books.access.clear(),
            Flaw::LeavesCallsOut => books.calls.clear(),
            Flaw::LeavesAnswersOut => books.answers.clear(),
            Flaw::ReadsHoldsLater => {
                pause().await;
                let later = self.inner.books(user).await?;
                books.holds = later.map(|books| books.holds).unwrap_or_default();
            }
            _ => {}
        }
        Ok(Some(books))
    }

    async fn heads(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<(UserId, Option<ChainHead>)>, StoreError> {
        let mut heads = self.inner.heads(after, limit).await?;
        if self.flaw == Flaw::LeavesAnEndOut && heads.len() > 1 {
            heads.remove(0);
        }
        Ok(heads)
    }

    async fn claim_proof(&self, not_since: Timestamp, now: Timestamp) -> Result<bool, StoreError> {
        let claimed = self.inner.claim_proof(not_since, now).await?;
        Ok(claimed || self.flaw == Flaw::ProvesWithOthers)
    }

    async fn keep_root(&self, root: &LedgerRoot) -> Result<(), StoreError> {
        if self.flaw == Flaw::ForgetsRoots && root.findings == 2 {
            return Ok(());
        }
        self.inner.keep_root(root).await
    }

    async fn roots(&self, limit: usize) -> Result<Vec<LedgerRoot>, StoreError> {
        self.inner.roots(limit).await
    }

    async fn rebuild(
        &self,
        user: UserId,
        projection: &Projection,
        audit: &AuditRecord,
    ) -> Result<(), StoreError> {
        if self.flaw == Flaw::RebuildsUnseen {
            return Ok(());
        }
        match (self.flaw, self.inner.rebuild(user, projection, audit).await) {
            (Flaw::RebuildsBlindly, Err(StoreError::Conflict)) => Ok(()),
            (_, rebuilt) => rebuilt,
        }
    }
}

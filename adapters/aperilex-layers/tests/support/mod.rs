//! A quota store that counts its calls and does not answer when told so.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use aperilex_memory::{Faults, MemoryStores};
use aperilex_ports::{QuotaOutcome, QuotaStore, QuotaWindow, StoreError, Timestamp, UserId};
use async_trait::async_trait;

#[derive(Debug)]
pub(crate) struct Behind {
    inner: Arc<dyn QuotaStore>,
    pub(crate) away: AtomicBool,
    pub(crate) calls: AtomicU32,
}

impl Behind {
    pub(crate) fn new(away: bool) -> Arc<Self> {
        Arc::new(Self {
            inner: MemoryStores::new(Faults::default()).stores().quota,
            away: AtomicBool::new(away),
            calls: AtomicU32::new(0),
        })
    }

    fn called(&self) -> Result<(), StoreError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        match self.away.load(Ordering::SeqCst) {
            true => Err(StoreError::Unavailable {
                source: "away".into(),
            }),
            false => Ok(()),
        }
    }
}

#[async_trait]
impl QuotaStore for Behind {
    async fn consume(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        self.called()?;
        self.inner.consume(user, windows, now).await
    }

    async fn reset(&self, user: UserId) -> Result<(), StoreError> {
        self.called()?;
        self.inner.reset(user).await
    }

    async fn forget(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.called()?;
        self.inner.forget(before, limit).await
    }

    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        self.called()?;
        self.inner.usage(user, windows, now).await
    }
}

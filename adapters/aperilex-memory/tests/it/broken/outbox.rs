//! Broken outboxes.

use std::sync::Arc;

use aperilex_ports::{Outbox, OutboxItem, OutboxMessage, StoreError, Stores, Timestamp};
use async_trait::async_trait;

use super::failures;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    LeasesNothing,
    SendsOnlyOnce,
    ForgetsWhatWasSent,
    HandsOutTheNewestFirst,
    MixesNoticesWithMessages,
    PutsNothingOff,
    CountsNoAttempts,
    LosesWhatIsPut,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::LeasesNothing, "OB-1"),
    (Flaw::SendsOnlyOnce, "OB-2"),
    (Flaw::ForgetsWhatWasSent, "OB-3"),
    (Flaw::HandsOutTheNewestFirst, "OB-4"),
    (Flaw::MixesNoticesWithMessages, "OB-5"),
    (Flaw::PutsNothingOff, "OB-6"),
    (Flaw::CountsNoAttempts, "OB-6"),
    (Flaw::LosesWhatIsPut, "OB-7"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let inner = stores.outbox.clone();
        Stores {
            outbox: Arc::new(Broken { inner, flaw }),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn Outbox>,
    flaw: Flaw,
}

#[async_trait]
impl Outbox for Broken {
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        let forgets = self.flaw == Flaw::LeasesNothing;
        let leased_until = if forgets { now } else { leased_until };
        let mut rows = self.inner.next_batch(limit, leased_until, now).await?;
        match self.flaw {
            Flaw::SendsOnlyOnce => {
                let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
                self.inner.mark_sent(&ids, now).await?;
            }
            Flaw::HandsOutTheNewestFirst => rows.reverse(),
            Flaw::MixesNoticesWithMessages => {
                let more = self.inner.next_notices(limit, leased_until, now).await?;
                rows.extend(more);
            }
            _ => {}
        }
        Ok(rows)
    }

    async fn next_notices(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError> {
        let mut rows = self.inner.next_notices(limit, leased_until, now).await?;
        if self.flaw == Flaw::CountsNoAttempts {
            rows.iter_mut().for_each(|row| row.attempts = 1);
        }
        Ok(rows)
    }

    async fn put_off(&self, id: i64, until: Timestamp) -> Result<(), StoreError> {
        if self.flaw == Flaw::PutsNothingOff {
            return Ok(());
        }
        self.inner.put_off(id, until).await
    }

    async fn put(&self, items: &[OutboxItem]) -> Result<(), StoreError> {
        let lost = usize::from(self.flaw == Flaw::LosesWhatIsPut && items.len() == 1);
        self.inner.put(items.get(lost..).unwrap_or_default()).await
    }

    async fn mark_sent(&self, ids: &[i64], now: Timestamp) -> Result<(), StoreError> {
        if self.flaw == Flaw::ForgetsWhatWasSent {
            return Ok(());
        }
        self.inner.mark_sent(ids, now).await
    }
}

//! Broken quota stores.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aperilex_ports::{
    QuotaOutcome, QuotaStore, QuotaWindow, StoreError, Stores, Timestamp, UserId,
};
use async_trait::async_trait;

use super::{failures, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    OffByOne,
    CountsRefusedOnes,
    ChecksBeforeItCounts,
    StandsStill,
    SharesWindows,
    NamesNoTime,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::OffByOne, "QS-1"),
    (Flaw::CountsRefusedOnes, "QS-2"),
    (Flaw::ChecksBeforeItCounts, "QS-3"),
    (Flaw::StandsStill, "QS-4"),
    (Flaw::SharesWindows, "QS-5"),
    (Flaw::NamesNoTime, "QS-6"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.quota.clone(),
            first: Mutex::default(),
            flaw,
        };
        Stores {
            quota: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn QuotaStore>,
    /// The first account and time that were asked for.
    first: Mutex<Option<(UserId, Timestamp)>>,
    flaw: Flaw,
}

impl Broken {
    fn asked(&self, user: UserId, now: Timestamp) -> (UserId, Timestamp) {
        let (first_user, first_now) = *self.first.lock().unwrap().get_or_insert((user, now));
        match self.flaw {
            Flaw::StandsStill => (user, first_now),
            Flaw::SharesWindows => (first_user, now),
            _ => (user, now),
        }
    }

    /// Takes a request whatever the limits say.
    async fn take(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
        more: u32,
    ) -> Result<QuotaOutcome, StoreError> {
        let wider = |window: &QuotaWindow| QuotaWindow {
            limit: window.limit.saturating_add(more),
            ..*window
        };
        let wide: Vec<_> = windows.iter().map(wider).collect();
        let mut outcome = self.inner.consume(user, &wide, now).await?;
        for (used, window) in outcome.windows.iter_mut().zip(windows) {
            used.window = *window;
        }
        Ok(outcome)
    }
}

#[async_trait]
impl QuotaStore for Broken {
    async fn consume(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        let (user, now) = self.asked(user, now);
        match self.flaw {
            Flaw::OffByOne => return self.take(user, windows, now, 1).await,
            Flaw::ChecksBeforeItCounts => {
                let seen = self.inner.usage(user, windows, now).await?;
                pause().await;
                if seen.allowed {
                    return self.take(user, windows, now, 1000).await;
                }
            }
            _ => {}
        }
        let mut outcome = self.inner.consume(user, windows, now).await?;
        if self.flaw == Flaw::CountsRefusedOnes && !outcome.allowed {
            self.take(user, windows, now, 1000).await?;
        }
        if self.flaw == Flaw::NamesNoTime {
            for used in &mut outcome.windows {
                used.retry_after = Duration::ZERO;
            }
        }
        Ok(outcome)
    }

    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        let (user, now) = self.asked(user, now);
        self.inner.usage(user, windows, now).await
    }
}

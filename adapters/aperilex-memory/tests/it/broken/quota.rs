//! Broken quota stores.

use std::collections::BTreeMap;
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
    LeavesLate,
    SpreadsThem,
    BelievesClocks,
    ResetsNothing,
    ForgetsTheLatest,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::OffByOne, "QS-1"),
    (Flaw::CountsRefusedOnes, "QS-2"),
    (Flaw::ChecksBeforeItCounts, "QS-3"),
    (Flaw::StandsStill, "QS-4"),
    (Flaw::SharesWindows, "QS-5"),
    (Flaw::NamesNoTime, "QS-6"),
    (Flaw::LeavesLate, "QS-4"),
    (Flaw::SpreadsThem, "QS-7"),
    (Flaw::BelievesClocks, "QS-8"),
    (Flaw::ResetsNothing, "QS-9"),
    (Flaw::ForgetsTheLatest, "QS-10"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.quota.clone(),
            first: Mutex::default(),
            latest: Mutex::default(),
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
    /// What each account was allowed last, and how far its clock is taken to be off.
    latest: Mutex<BTreeMap<UserId, (Timestamp, Duration)>>,
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

    /// A limit in parts: no two requests within a share of the window.
    fn is_too_soon(&self, user: UserId, windows: &[QuotaWindow], now: Timestamp) -> bool {
        let latest = self.latest.lock().unwrap().get(&user).copied();
        latest.is_some_and(|(latest, _)| {
            let share = |window: &QuotaWindow| window.length / window.limit.max(1) / 4;
            windows.iter().any(|window| now < latest + share(window))
        })
    }

    /// A clock that was set back begins anew: what came before is as if it were long ago.
    fn believed(&self, user: UserId, now: Timestamp) -> Timestamp {
        let mut latest = self.latest.lock().unwrap();
        let (seen, ahead) = latest.entry(user).or_insert((now, Duration::ZERO));
        if now < *seen {
            *ahead += Duration::from_secs(7200);
        }
        *seen = now;
        now + *ahead
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
            Flaw::LeavesLate => {
                let later = |window: &QuotaWindow| QuotaWindow {
                    length: window.length + window.length / 60,
                    ..*window
                };
                let longer: Vec<_> = windows.iter().map(later).collect();
                let mut outcome = self.inner.consume(user, &longer, now).await?;
                for (used, window) in outcome.windows.iter_mut().zip(windows) {
                    used.window = *window;
                }
                return Ok(outcome);
            }
            Flaw::SpreadsThem if self.is_too_soon(user, windows, now) => {
                let mut outcome = self.inner.usage(user, windows, now).await?;
                outcome.allowed = false;
                return Ok(outcome);
            }
            Flaw::BelievesClocks => {
                let believed = self.believed(user, now);
                return self.inner.consume(user, windows, believed).await;
            }
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
        if self.flaw == Flaw::SpreadsThem && outcome.allowed {
            let latest = (now, Duration::ZERO);
            self.latest.lock().unwrap().insert(user, latest);
        }
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

    async fn reset(&self, user: UserId) -> Result<(), StoreError> {
        match self.flaw {
            Flaw::ResetsNothing => Ok(()),
            _ => self.inner.reset(user).await,
        }
    }

    async fn forget(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        let before = match self.flaw {
            Flaw::ForgetsTheLatest => Timestamp::MAX,
            _ => before,
        };
        self.inner.forget(before, limit).await
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

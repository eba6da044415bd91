//! What stands before a quota store, and in for it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aperilex_ports::{QuotaOutcome, QuotaStore, QuotaWindow, StoreError, Timestamp, UserId};
use async_trait::async_trait;

use crate::refusals::Refusals;
use crate::windows::{Full, Windows};

/// How long a store that failed is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Answers refusals that still hold without asking the store, and counts by itself while the store does
/// not answer.
#[derive(Debug)]
pub struct FirstLine<Q: ?Sized> {
    store: Arc<Q>,
    refusals: Mutex<Refusals>,
    windows: Mutex<Windows>,
    /// When the store failed, if it has not answered since.
    failed: Mutex<Option<Timestamp>>,
    remembered: AtomicU64,
    fallbacks: AtomicU64,
}

/// How often the store was not what decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FirstLineCounts {
    /// Requests refused from memory.
    pub remembered: u64,
    /// Requests decided by the windows of this process, because the store did not answer.
    pub fallbacks: u64,
}

impl<Q: QuotaStore + ?Sized> FirstLine<Q> {
    /// The first line before `store`.
    #[must_use]
    pub fn new(store: Arc<Q>) -> Self {
        Self {
            store,
            refusals: Mutex::default(),
            windows: Mutex::default(),
            failed: Mutex::default(),
            remembered: AtomicU64::new(0),
            fallbacks: AtomicU64::new(0),
        }
    }

    /// Counts since this was made.
    #[must_use]
    pub fn counts(&self) -> FirstLineCounts {
        FirstLineCounts {
            remembered: self.remembered.load(Ordering::Relaxed),
            fallbacks: self.fallbacks.load(Ordering::Relaxed),
        }
    }

    /// Whether the store failed so lately that it is not asked.
    fn is_left_alone(&self, now: Timestamp) -> bool {
        let failed = *held(&self.failed);
        let since = |failed| Duration::try_from(now.duration_since(failed)).ok();
        failed.and_then(since).is_some_and(|since| since < PAUSE)
    }

    fn answered(&self) {
        if held(&self.failed).take().is_some() {
            tracing::info!("the quota store answers again");
        }
    }

    fn failed(&self, error: &StoreError, now: Timestamp) {
        if held(&self.failed).replace(now).is_none() {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            let cause = cause.unwrap_or_default();
            tracing::warn!(
                cause,
                "the quota store does not answer; requests are counted in this process"
            );
        }
    }

    fn count_here(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        self.fallbacks.fetch_add(1, Ordering::Relaxed);
        let counted = held(&self.windows).consume(user, windows, now);
        counted.map_err(|Full| StoreError::Unavailable {
            source: "the quota store does not answer, and this process counts as much as it can"
                .into(),
        })
    }
}

/// What is behind the lock; a panic elsewhere leaves it usable.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl<Q: QuotaStore + ?Sized> QuotaStore for FirstLine<Q> {
    async fn consume(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        let known = held(&self.refusals).holds(user, windows, now);
        if let Some(refused) = known {
            self.remembered.fetch_add(1, Ordering::Relaxed);
            return Ok(refused);
        }
        if self.is_left_alone(now) {
            return self.count_here(user, windows, now);
        }
        match self.store.consume(user, windows, now).await {
            Ok(outcome) => {
                self.answered();
                if !outcome.allowed {
                    held(&self.refusals).remember(user, &outcome, now);
                }
                Ok(outcome)
            }
            Err(error @ StoreError::Unavailable { .. }) => {
                self.failed(&error, now);
                self.count_here(user, windows, now)
            }
            Err(error) => Err(error),
        }
    }

    async fn reset(&self, user: UserId) -> Result<(), StoreError> {
        held(&self.refusals).forget(user);
        held(&self.windows).reset(user);
        match self.store.reset(user).await {
            // What it counted before stays until it leaves the windows: rather too strict than too lax.
            Err(StoreError::Unavailable { .. }) => Ok(()),
            reset => reset,
        }
    }

    async fn forget(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        match self.store.forget(before, limit).await {
            Err(StoreError::Unavailable { .. }) => Ok(held(&self.windows).forget(before, limit)),
            forgotten => forgotten,
        }
    }

    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        if self.is_left_alone(now) {
            return Ok(held(&self.windows).usage(user, windows, now));
        }
        match self.store.usage(user, windows, now).await {
            Err(error @ StoreError::Unavailable { .. }) => {
                self.failed(&error, now);
                Ok(held(&self.windows).usage(user, windows, now))
            }
            answer => {
                self.answered();
                answer
            }
        }
    }
}

//! Requests per window, by the times of the requests themselves.

use std::time::Duration;

use aperilex_ports::{
    MAX_PAGE, QuotaOutcome, QuotaStore, QuotaUse, QuotaWindow, StoreError, Timestamp, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl QuotaStore for MemoryStores {
    async fn consume(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        self.commit("quota.consume", |state| {
            let allowed = state.take_quota(user, windows, now);
            let outcome = state.quota_outcome(user, windows, now);
            Ok(QuotaOutcome { allowed, ..outcome })
        })
    }

    async fn reset(&self, user: UserId) -> Result<(), StoreError> {
        self.commit("quota.reset", |state| {
            state.quota.remove(&user);
            Ok(())
        })
    }

    async fn forget(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError> {
        self.commit("quota.forget", |state| {
            let mut left = limit.min(MAX_PAGE);
            state.quota.retain(|_, times| {
                let old = times.partition_point(|time| *time < before).min(left);
                times.drain(..old);
                left -= old;
                !times.is_empty()
            });
            Ok(limit.min(MAX_PAGE) - left)
        })
    }

    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError> {
        self.read("quota.usage", |state| {
            state.quota_outcome(user, windows, now)
        })
    }
}

impl State {
    /// Takes one request if it fits into all windows.
    pub(crate) fn take_quota(
        &mut self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> bool {
        let allowed = self.quota_outcome(user, windows, now).allowed;
        if allowed && !windows.is_empty() {
            let at = self.quota_time(user, now);
            let longest = windows.iter().map(|window| window.length).max();
            let times = self.quota.entry(user).or_default();
            times.retain(|time| elapsed(*time, at) < longest.unwrap_or_default());
            times.push(at);
        }
        allowed
    }

    /// The time that counts: of two clocks one may be behind, and must not get more for it.
    fn quota_time(&self, user: UserId, now: Timestamp) -> Timestamp {
        let newest = self.quota.get(&user).and_then(|times| times.last());
        newest.map_or(now, |newest| now.max(*newest))
    }

    /// How full the windows are, and whether one more request fits into all of them.
    fn quota_outcome(&self, user: UserId, windows: &[QuotaWindow], now: Timestamp) -> QuotaOutcome {
        let at = self.quota_time(user, now);
        let usage = |window: &QuotaWindow| {
            let times = self.quota.get(&user).into_iter().flatten();
            let inside: Vec<_> = times
                .copied()
                .filter(|time| elapsed(*time, at) < window.length)
                .collect();
            quota_use(*window, &inside, now)
        };
        let windows: Vec<QuotaUse> = windows.iter().map(usage).collect();
        QuotaOutcome {
            allowed: windows.iter().all(|it| it.used < it.window.limit),
            windows,
        }
    }
}

fn quota_use(window: QuotaWindow, inside: &[Timestamp], now: Timestamp) -> QuotaUse {
    let used = u32::try_from(inside.len()).unwrap_or(u32::MAX);
    // As many of the oldest as are too many must leave before one more fits.
    let too_many = used.checked_sub(window.limit);
    let leaves = too_many.and_then(|n| inside.get(n as usize).copied());
    let retry_after = match (too_many, leaves) {
        (None, _) => Duration::ZERO,
        (Some(_), Some(time)) => {
            let ahead = Duration::try_from(time.duration_since(now)).unwrap_or_default();
            (window.length + ahead).saturating_sub(elapsed(time, now))
        }
        // A window without room for anything.
        (Some(_), None) => window.length,
    };
    QuotaUse {
        window,
        used,
        retry_after,
    }
}

/// Zero if `time` is later.
fn elapsed(time: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(now.duration_since(time)).unwrap_or_default()
}

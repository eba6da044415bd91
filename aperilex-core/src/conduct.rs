//! How accounts take a refusal. One that is heeded costs nothing; one that is ignored makes the next wait
//! longer, and an account that ignores a great many is suspended.
//!
//! Only requests that come while a told `Retry-After` still runs count, and not those that may have been
//! on their way when it was told: clients with several connections are not taken for abusers. It is kept
//! in this process, so that a client that hammers costs no database.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aperilex_ports::{QuotaUse, QuotaWindow, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use crate::engine::{between, later};

/// Requests that come so soon after a refusal may have been sent before it.
const ON_THE_WAY: Duration = Duration::from_secs(5);
/// Most accounts remembered.
const REMEMBERED: usize = 10_000;

/// What ignoring refusals leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConductSettings {
    /// Ignored refusals within the window that suspend an account; 0: none do.
    pub suspend_after: u32,
    /// The window they are counted in.
    pub window_s: u64,
    /// Longest wait that ignoring alone leads to.
    pub backoff_max_s: u64,
}

impl Default for ConductSettings {
    fn default() -> Self {
        Self {
            suspend_after: 100,
            window_s: 24 * 60 * 60,
            backoff_max_s: 60 * 60,
        }
    }
}

impl ConductSettings {
    /// Whether so many ignored refusals, this one included, suspend an account.
    pub(crate) fn suspends(&self, ignored: Option<u32>) -> bool {
        self.suspend_after > 0 && ignored.is_some_and(|ignored| ignored >= self.suspend_after)
    }
}

/// The conduct of the accounts that were refused lately.
#[derive(Debug, Default)]
pub(crate) struct Conduct(Mutex<HashMap<UserId, Record>>);

#[derive(Debug)]
struct Record {
    /// The windows as refused, each with the time from which it has room.
    windows: Vec<(QuotaUse, Timestamp)>,
    told_at: Timestamp,
    wait: Duration,
    until: Timestamp,
    /// Ignored refusals since a time.
    ignored: u32,
    since: Timestamp,
}

/// A request that comes before the time told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TooEarly {
    /// When to come back.
    pub(crate) retry_after: Duration,
    /// The windows, as of now.
    pub(crate) windows: Vec<QuotaUse>,
    /// Ignored refusals, if this is one of them.
    pub(crate) ignored: Option<u32>,
}

impl Conduct {
    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a refused account was told; gives how long it is to wait.
    pub(crate) fn refused(
        &self,
        user: UserId,
        windows: &[QuotaUse],
        now: Timestamp,
        settings: &ConductSettings,
    ) -> Duration {
        let waits = windows.iter().map(|used| used.retry_after);
        let wait = waits.max().unwrap_or_default();
        let mut known = self.lock();
        if known.len() >= REMEMBERED && !known.contains_key(&user) {
            known.retain(|_, record| now < record.until || !record.is_old(now, settings));
            if known.len() >= REMEMBERED {
                return wait;
            }
        }
        let record = known.entry(user).or_insert_with(|| Record {
            windows: Vec::new(),
            told_at: now,
            wait,
            until: now,
            ignored: 0,
            since: now,
        });
        let free = |used: &QuotaUse| (*used, later(now, used.retry_after));
        record.windows = windows.iter().map(free).collect();
        (record.told_at, record.wait, record.until) = (now, wait, later(now, wait));
        wait
    }

    /// Whether a request comes before the time its account was told. Another plan ends what was told.
    pub(crate) fn too_early(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
        settings: &ConductSettings,
    ) -> Option<TooEarly> {
        let mut known = self.lock();
        let record = known.get_mut(&user)?;
        let told = record.windows.iter().map(|(used, _)| &used.window);
        if now >= record.until || !told.eq(windows) {
            return None;
        }
        let ignored = (now >= later(record.told_at, ON_THE_WAY)).then(|| {
            record.ignore(now, settings);
            record.ignored
        });
        let windows = record.windows.iter().map(|(used, free)| QuotaUse {
            retry_after: between(now, *free),
            ..*used
        });
        Some(TooEarly {
            retry_after: between(now, record.until),
            windows: windows.collect(),
            ignored,
        })
    }

    /// Begins anew with an account.
    pub(crate) fn forget(&self, user: UserId) {
        self.lock().remove(&user);
    }
}

impl Record {
    fn is_old(&self, now: Timestamp, settings: &ConductSettings) -> bool {
        now >= later(self.since, Duration::from_secs(settings.window_s))
    }

    fn ignore(&mut self, now: Timestamp, settings: &ConductSettings) {
        if self.is_old(now, settings) {
            (self.ignored, self.since) = (0, now);
        }
        self.ignored = self.ignored.saturating_add(1);
        let longest = Duration::from_secs(settings.backoff_max_s);
        self.wait = self.wait.saturating_mul(2).min(longest);
        self.until = self.until.max(later(now, self.wait));
        self.told_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: QuotaWindow = QuotaWindow {
        name: "hour",
        length: Duration::from_secs(3600),
        limit: 10,
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + second).unwrap()
    }

    fn user(n: u128) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(n))
    }

    fn told(conduct: &Conduct, n: u128, wait: u64, now: i64) {
        let wait = Duration::from_secs(wait);
        let used = QuotaUse {
            window: HOUR,
            used: 10,
            retry_after: wait,
        };
        let settings = ConductSettings::default();
        let told = conduct.refused(user(n), &[used], at(now), &settings);
        assert_eq!(told, wait);
    }

    /// Seconds to wait and the count of ignored refusals.
    fn asked(conduct: &Conduct, now: i64) -> Option<(u64, Option<u32>)> {
        let settings = ConductSettings::default();
        let early = conduct.too_early(user(1), &[HOUR], at(now), &settings)?;
        Some((early.retry_after.as_secs(), early.ignored))
    }

    #[test]
    fn ignoring_doubles_the_wait_up_to_an_hour() {
        let conduct = Conduct::default();
        assert_eq!(asked(&conduct, 0), None);
        told(&conduct, 1, 600, 0);
        assert_eq!(asked(&conduct, 4), Some((596, None)), "it was on its way");
        assert_eq!(asked(&conduct, 10), Some((1200, Some(1))));
        assert_eq!(asked(&conduct, 14), Some((1196, None)));
        assert_eq!(asked(&conduct, 20), Some((2400, Some(2))));
        assert_eq!(asked(&conduct, 30), Some((3600, Some(3))));
        assert_eq!(asked(&conduct, 40), Some((3600, Some(4))));
        assert_eq!(asked(&conduct, 3639), Some((3600, Some(5))));
        assert_eq!(asked(&conduct, 3639 + 3600), None, "heeded at last");
        // Told again, it begins with what is told then; what was ignored is not forgotten.
        told(&conduct, 1, 60, 8000);
        assert_eq!(asked(&conduct, 8010), Some((120, Some(6))));
    }

    #[test]
    fn a_wait_is_never_shortened() {
        let conduct = Conduct::default();
        told(&conduct, 1, 20 * 3600, 0);
        assert_eq!(asked(&conduct, 100), Some((20 * 3600 - 100, Some(1))));
    }

    #[test]
    fn what_was_ignored_is_forgotten_after_a_day() {
        let conduct = Conduct::default();
        told(&conduct, 1, 3600, 0);
        assert_eq!(asked(&conduct, 10), Some((3600, Some(1))));
        told(&conduct, 1, 3600, 86_390);
        assert_eq!(asked(&conduct, 86_399), Some((3600, Some(2))));
        assert_eq!(asked(&conduct, 86_410), Some((3600, Some(1))));
    }

    #[test]
    fn another_plan_ends_what_was_told() {
        let conduct = Conduct::default();
        told(&conduct, 1, 3600, 0);
        let wider = QuotaWindow { limit: 99, ..HOUR };
        let settings = ConductSettings::default();
        let early = conduct.too_early(user(1), &[wider], at(60), &settings);
        assert_eq!(early, None);
        conduct.forget(user(1));
        assert_eq!(asked(&conduct, 60), None);
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let conduct = Conduct::default();
        for n in 0..10_010 {
            told(&conduct, n, 60, 0);
        }
        assert_eq!(conduct.lock().len(), REMEMBERED);
        told(&conduct, 20_000, 60, 86_400);
        assert_eq!(conduct.lock().len(), 1);
    }
}

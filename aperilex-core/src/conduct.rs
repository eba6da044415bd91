//! How accounts take a refusal. One that is heeded costs nothing; one that is ignored makes the next wait
//! longer, and an account that ignores a great many is suspended.
//!
//! Only requests that come while a told `Retry-After` still runs count, and not those that may have been
//! on their way when it was told: clients with several connections are not taken for abusers. What an
//! account was told is kept in this process; what it ignored is counted in the store of quotas, where all
//! processes see it. So a client that hammers costs the database one count every five seconds.
//!
//! The first ignored refusal within the window holds an account out for `backoff_s` from then on, each
//! further one twice as long, and none longer than `backoff_max_s`; never shorter than until its quota has
//! room. Whoever stops asking is let in when that is over.

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
    /// How long the first of them holds an account out; each further one doubles it.
    pub backoff_s: u64,
    /// Longest time that ignoring alone holds an account out.
    pub backoff_max_s: u64,
}

impl Default for ConductSettings {
    fn default() -> Self {
        Self {
            suspend_after: 100,
            window_s: 24 * 60 * 60,
            backoff_s: 30,
            backoff_max_s: 15 * 60,
        }
    }
}

impl ConductSettings {
    /// Whether so many ignored refusals suspend an account.
    pub(crate) const fn suspends(&self, ignored: u32) -> bool {
        self.suspend_after > 0 && ignored >= self.suspend_after
    }

    /// How long the last of so many ignored refusals holds an account out.
    pub(crate) fn backoff(&self, ignored: u32) -> Duration {
        let doublings = ignored.saturating_sub(1).min(32);
        let wait = self.backoff_s.saturating_mul(1 << doublings);
        Duration::from_secs(wait.min(self.backoff_max_s))
    }

    /// The window in which what an account ignores is counted. Nothing is ever refused by it, so that it
    /// is counted to the last one.
    pub(crate) const fn window(&self) -> QuotaWindow {
        QuotaWindow {
            name: "ignored",
            length: Duration::from_secs(self.window_s),
            limit: u32::MAX,
        }
    }
}

/// What an account's ignored refusals are counted under.
pub(crate) fn counted(user: UserId) -> UserId {
    UserId::stand_in("ignored", &user.to_string())
}

/// What the accounts that were refused lately were told.
#[derive(Debug, Default)]
pub(crate) struct Conduct(Mutex<HashMap<UserId, Record>>);

#[derive(Debug)]
struct Record {
    /// The windows as refused, each with the time from which it has room.
    windows: Vec<(QuotaUse, Timestamp)>,
    told_at: Timestamp,
    until: Timestamp,
}

/// A request that comes before the time told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TooEarly {
    /// When to come back.
    pub(crate) retry_after: Duration,
    /// The windows, as of now.
    pub(crate) windows: Vec<QuotaUse>,
    /// Whether what was told is ignored.
    pub(crate) ignored: bool,
}

impl Conduct {
    fn lock(&self) -> MutexGuard<'_, HashMap<UserId, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a refused account was told; gives how long it is to wait.
    pub(crate) fn refused(&self, user: UserId, windows: &[QuotaUse], now: Timestamp) -> Duration {
        let waits = windows.iter().map(|used| used.retry_after);
        let wait = waits.max().unwrap_or_default();
        let mut known = self.lock();
        if known.len() >= REMEMBERED && !known.contains_key(&user) {
            known.retain(|_, record| now < record.until);
            if known.len() >= REMEMBERED {
                return wait;
            }
        }
        let free = |used: &QuotaUse| (*used, later(now, used.retry_after));
        let record = Record {
            windows: windows.iter().map(free).collect(),
            told_at: now,
            until: later(now, wait),
        };
        known.insert(user, record);
        wait
    }

    /// Whether a request comes before the time its account was told. Another plan ends what was told.
    pub(crate) fn too_early(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Option<TooEarly> {
        let mut known = self.lock();
        let record = known.get_mut(&user)?;
        let told = record.windows.iter().map(|(used, _)| &used.window);
        if now >= record.until || !told.eq(windows) {
            return None;
        }
        let ignored = now >= later(record.told_at, ON_THE_WAY);
        if ignored {
            // It is told anew: of many at once this one counts.
            record.told_at = now;
        }
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

    /// Holds an account out for at least so long; gives how long it is to wait.
    pub(crate) fn hold(&self, user: UserId, wait: Duration, now: Timestamp) -> Duration {
        let mut known = self.lock();
        let Some(record) = known.get_mut(&user) else {
            return wait;
        };
        record.until = record.until.max(later(now, wait));
        between(now, record.until)
    }

    /// Begins anew with an account.
    pub(crate) fn forget(&self, user: UserId) {
        self.lock().remove(&user);
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
        assert_eq!(conduct.refused(user(n), &[used], at(now)), wait);
    }

    /// Seconds to wait, and whether it is ignored.
    fn asked(conduct: &Conduct, now: i64) -> Option<(u64, bool)> {
        let early = conduct.too_early(user(1), &[HOUR], at(now))?;
        Some((early.retry_after.as_secs(), early.ignored))
    }

    #[test]
    fn what_was_on_its_way_ignores_nothing() {
        let conduct = Conduct::default();
        assert_eq!(asked(&conduct, 0), None);
        told(&conduct, 1, 600, 0);
        assert_eq!(asked(&conduct, 4), Some((596, false)));
        assert_eq!(asked(&conduct, 10), Some((590, true)));
        assert_eq!(asked(&conduct, 10), Some((590, false)), "told anew");
        assert_eq!(asked(&conduct, 15), Some((585, true)));
        assert_eq!(asked(&conduct, 600), None, "heeded");
    }

    #[test]
    fn a_wait_is_never_shortened() {
        let conduct = Conduct::default();
        told(&conduct, 1, 60, 0);
        let hold = |seconds, now| {
            let wait = Duration::from_secs(seconds);
            conduct.hold(user(1), wait, at(now)).as_secs()
        };
        assert_eq!(hold(30, 10), 50);
        assert_eq!(hold(120, 40), 120);
        assert_eq!(asked(&conduct, 159), Some((1, true)));
        assert_eq!(asked(&conduct, 160), None, "let in when it is over");
    }

    #[test]
    fn the_back_off_doubles_and_has_an_end() {
        let settings = ConductSettings::default();
        let waits = [0, 1, 2, 3, 5, 6, 99, u32::MAX].map(|n| settings.backoff(n).as_secs());
        assert_eq!(waits, [30, 30, 60, 120, 480, 900, 900, 900]);
        assert!(!settings.suspends(99) && settings.suspends(100));
    }

    #[test]
    fn another_plan_ends_what_was_told() {
        let conduct = Conduct::default();
        told(&conduct, 1, 3600, 0);
        let wider = QuotaWindow { limit: 99, ..HOUR };
        assert_eq!(conduct.too_early(user(1), &[wider], at(60)), None);
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
        told(&conduct, 20_000, 60, 60);
        assert_eq!(conduct.lock().len(), 1);
    }
}

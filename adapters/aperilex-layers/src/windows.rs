//! Exact sliding windows in memory.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use aperilex_ports::{QuotaOutcome, QuotaUse, QuotaWindow, Timestamp, UserId};

/// Most accounts that are counted.
const MAX_ACCOUNTS: usize = 10_000;
/// Most requests that are kept, of all accounts.
const MAX_REQUESTS: usize = 1_000_000;

/// There is no room to count more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// When each account was allowed a request: microseconds since 1970, never falling.
#[derive(Debug, Default)]
pub(crate) struct Windows {
    accounts: BTreeMap<UserId, Account>,
    requests: usize,
}

#[derive(Debug, Default)]
struct Account {
    times: VecDeque<i64>,
    /// The longest window that was asked for.
    longest: i64,
}

impl Windows {
    pub(crate) fn consume(
        &mut self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, Full> {
        let before = self.usage(user, windows, now);
        if !before.allowed || windows.is_empty() {
            return Ok(before);
        }
        let now_us = now.as_microsecond();
        self.make_room(user, now_us)?;
        let account = self.accounts.entry(user).or_default();
        let at = account
            .times
            .back()
            .map_or(now_us, |newest| now_us.max(*newest));
        account.longest = windows.iter().map(micros).fold(account.longest, i64::max);
        let kept = account.times.len();
        account.forget(at);
        account.times.push_back(at);
        self.requests = self.requests + 1 + account.times.len() - 1 - kept;
        let after = self.usage(user, windows, now);
        Ok(QuotaOutcome {
            allowed: true,
            ..after
        })
    }

    pub(crate) fn reset(&mut self, user: UserId) {
        let gone = self.accounts.remove(&user);
        self.requests -= gone.map_or(0, |account| account.times.len());
    }

    /// Removes requests of before a time, at most so many; says how many.
    pub(crate) fn forget(&mut self, before: Timestamp, limit: usize) -> usize {
        let (before, mut left) = (before.as_microsecond(), limit);
        self.accounts.retain(|_, account| {
            let old = account.times.partition_point(|time| *time < before);
            left -= account.times.drain(..old.min(left)).count();
            !account.times.is_empty()
        });
        self.requests -= limit - left;
        limit - left
    }

    pub(crate) fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> QuotaOutcome {
        let none = VecDeque::new();
        let times = self.accounts.get(&user).map_or(&none, |it| &it.times);
        let now = now.as_microsecond();
        let windows: Vec<_> = windows.iter().map(|it| used(it, times, now)).collect();
        QuotaOutcome {
            allowed: windows.iter().all(|it| it.retry_after.is_zero()),
            windows,
        }
    }

    /// Room for one more request of this account.
    fn make_room(&mut self, user: UserId, now: i64) -> Result<(), Full> {
        let accounts = self.accounts.len() + usize::from(!self.accounts.contains_key(&user));
        if accounts <= MAX_ACCOUNTS && self.requests < MAX_REQUESTS {
            return Ok(());
        }
        self.accounts.retain(|_, account| {
            account.forget(now);
            !account.times.is_empty()
        });
        self.requests = self.accounts.values().map(|it| it.times.len()).sum();
        let known = self.accounts.contains_key(&user);
        if self.requests >= MAX_REQUESTS || (!known && self.accounts.len() >= MAX_ACCOUNTS) {
            return Err(Full);
        }
        Ok(())
    }
}

impl Account {
    /// Forgets what has left all windows.
    fn forget(&mut self, now: i64) {
        let left = now.saturating_sub(self.longest);
        let inside = self.times.partition_point(|time| *time <= left);
        self.times.drain(..inside);
    }
}

fn used(window: &QuotaWindow, times: &VecDeque<i64>, now: i64) -> QuotaUse {
    // A clock that is behind sees what is inside as of the newest request.
    let at = times.back().map_or(now, |newest| now.max(*newest));
    let length = micros(window);
    let left = times.partition_point(|time| *time <= at.saturating_sub(length));
    let inside = times.len() - left;
    let limit = usize::try_from(window.limit).unwrap_or(usize::MAX);
    // The one that has to leave before one more fits.
    let last_in = inside.checked_sub(limit).and_then(|n| times.get(left + n));
    let retry_after = match last_in {
        _ if inside < limit => Duration::ZERO,
        Some(time) => Duration::from_micros(
            time.saturating_add(length)
                .saturating_sub(now)
                .unsigned_abs(),
        ),
        // Nothing ever fits.
        None => window.length.max(Duration::from_micros(1)),
    };
    QuotaUse {
        window: *window,
        used: u32::try_from(inside).unwrap_or(u32::MAX),
        retry_after,
    }
}

fn micros(window: &QuotaWindow) -> i64 {
    let length = i64::try_from(window.length.as_micros()).unwrap_or(i64::MAX);
    length.clamp(1, i64::MAX / 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: QuotaWindow = QuotaWindow {
        name: "minute",
        length: Duration::from_secs(60),
        limit: 2,
    };

    fn user(n: usize) -> UserId {
        UserId::from_uuid(uuid::Uuid::from_u128(n as u128))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn accounts_have_an_end_and_old_ones_make_room() {
        let mut windows = Windows::default();
        for n in 0..MAX_ACCOUNTS {
            assert!(windows.consume(user(n), &[MINUTE], at(0)).is_ok());
        }
        let one_more = user(MAX_ACCOUNTS);
        assert_eq!(windows.consume(one_more, &[MINUTE], at(59)), Err(Full));
        let known = windows.consume(user(3), &[MINUTE], at(59)).unwrap();
        assert!(known.allowed, "those that are counted go on being counted");
        let later = windows.consume(one_more, &[MINUTE], at(60)).unwrap();
        assert!(later.allowed);
        assert_eq!((windows.accounts.len(), windows.requests), (2, 2));
    }

    #[test]
    fn requests_are_counted_and_forgotten() {
        let mut windows = Windows::default();
        let wide = QuotaWindow {
            limit: u32::MAX,
            ..MINUTE
        };
        for n in 0..1000 {
            windows.consume(user(1), &[wide], at(n)).unwrap();
            windows.consume(user(2), &[wide], at(n)).unwrap();
        }
        assert_eq!(windows.requests, 120);
    }

    #[test]
    fn a_window_without_room_takes_nothing() {
        let closed = QuotaWindow { limit: 0, ..MINUTE };
        let outcome = Windows::default().consume(user(1), &[closed], at(0));
        let outcome = outcome.unwrap();
        assert_eq!(outcome.windows[0].retry_after, MINUTE.length);
        assert!(!outcome.allowed);
    }
}

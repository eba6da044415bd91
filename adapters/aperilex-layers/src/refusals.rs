//! Refusals that still hold.

use std::collections::BTreeMap;
use std::time::Duration;

use aperilex_ports::{QuotaOutcome, QuotaUse, QuotaWindow, Timestamp, UserId};

/// How long the store is not asked about a refusal: by then a `reset` in another process shows.
const ASKED_ANEW: Duration = Duration::from_secs(60);
/// Most accounts remembered.
const MAX_ACCOUNTS: usize = 10_000;

/// The latest refusal of each account.
#[derive(Debug, Default)]
pub(crate) struct Refusals(BTreeMap<UserId, Refusal>);

#[derive(Debug)]
struct Refusal {
    /// The windows, each with the time from which it has room.
    windows: Vec<(QuotaUse, Timestamp)>,
    until: Timestamp,
}

impl Refusals {
    /// The refusal that still holds for these windows. Only time ends one here, so it is the same answer.
    pub(crate) fn holds(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Option<QuotaOutcome> {
        let refusal = self.0.get(&user)?;
        let same = refusal.windows.iter().map(|(used, _)| &used.window);
        if now >= refusal.until || !same.eq(windows) {
            return None;
        }
        let windows = refusal
            .windows
            .iter()
            .map(|(used, free)| as_of(used, *free, now));
        Some(QuotaOutcome {
            allowed: false,
            windows: windows.collect(),
        })
    }

    pub(crate) fn forget(&mut self, user: UserId) {
        self.0.remove(&user);
    }

    pub(crate) fn remember(&mut self, user: UserId, refused: &QuotaOutcome, now: Timestamp) {
        if self.0.len() >= MAX_ACCOUNTS && !self.0.contains_key(&user) {
            self.0.retain(|_, refusal| now < refusal.until);
            if self.0.len() >= MAX_ACCOUNTS {
                return;
            }
        }
        let free = |used: &QuotaUse| now.checked_add(used.retry_after).unwrap_or(Timestamp::MAX);
        let windows: Vec<_> = refused
            .windows
            .iter()
            .map(|used| (*used, free(used)))
            .collect();
        let anew = now.checked_add(ASKED_ANEW).unwrap_or(Timestamp::MAX);
        let until = windows.iter().map(|(_, free)| *free).max().unwrap_or(now);
        let until = until.min(anew);
        self.0.insert(user, Refusal { windows, until });
    }
}

fn as_of(used: &QuotaUse, free: Timestamp, now: Timestamp) -> QuotaUse {
    let retry_after = Duration::try_from(free.duration_since(now)).unwrap_or_default();
    let most = match retry_after.is_zero() {
        true => used.window.limit.saturating_sub(1),
        false => u32::MAX,
    };
    QuotaUse {
        used: used.used.min(most),
        retry_after,
        ..*used
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_has_an_end() {
        let window = QuotaWindow {
            name: "minute",
            length: Duration::from_secs(60),
            limit: 1,
        };
        let refused = QuotaOutcome {
            allowed: false,
            windows: vec![QuotaUse {
                window,
                used: 1,
                retry_after: Duration::from_secs(60),
            }],
        };
        let user = |n: usize| UserId::from_uuid(uuid::Uuid::from_u128(n as u128));
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut refusals = Refusals::default();
        for n in 0..MAX_ACCOUNTS + 5 {
            refusals.remember(user(n), &refused, at(0));
        }
        assert_eq!(refusals.0.len(), MAX_ACCOUNTS);
        assert!(
            refusals
                .holds(user(MAX_ACCOUNTS), &[window], at(1))
                .is_none()
        );
        // Known ones are kept up to date, and old ones make room.
        refusals.remember(user(0), &refused, at(30));
        assert!(refusals.holds(user(0), &[window], at(89)).is_some());
        refusals.remember(user(MAX_ACCOUNTS), &refused, at(60));
        assert_eq!(refusals.0.len(), 2);
    }
}

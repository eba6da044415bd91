//! Usage in aggregate: what was asked for, done and earned in some days, and how things stand now.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::tier::{ParseWordError, words};
use super::{EntryKind, FilingId, Method, MicroUsd, Quality, TaskStatus, Tier};

words! {
    /// What is counted by day, and by nobody's name.
    CountName {
        /// A request was answered from the pool.
        Pooled = "pooled",
        /// A request began a run.
        Led = "led",
        /// A request followed another account's run.
        Followed = "followed",
        /// A request joined the account's own task.
        Joined = "joined",
        /// A request was answered as before, by its idempotency key.
        Replayed = "replayed",
        /// A request was refused.
        Refused = "refused",
        /// An analysis was read.
        Viewed = "viewed",
    }
}

/// Whole days of UTC: the first is part of it, the last is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Date,
    /// The day after the last.
    pub to: Date,
}

impl Days {
    /// When they begin.
    #[must_use]
    pub fn start(&self) -> Timestamp {
        midnight(self.from)
    }

    /// When they are over.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        midnight(self.to)
    }

    /// Whether a moment is in them.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        (self.start()..self.end()).contains(&at)
    }
}

/// 00:00 of UTC; beyond what can be counted, the end of time.
fn midnight(day: Date) -> Timestamp {
    let zoned = day.to_zoned(jiff::tz::TimeZone::UTC);
    zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}

/// How a count is spread over accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Quantiles {
    /// How many accounts have one.
    pub accounts: u64,
    /// All together.
    pub sum: u64,
    /// Half of them have at most this.
    pub median: u64,
    /// Nine of ten have at most this.
    pub p90: u64,
    /// The most that one has.
    pub max: u64,
}

impl Quantiles {
    /// Of these counts; none of fewer than `least`, because it would tell of each of them.
    #[must_use]
    pub fn of(mut counts: Vec<u64>, least: u64) -> Option<Self> {
        counts.sort_unstable();
        let accounts = u64::try_from(counts.len()).unwrap_or(u64::MAX);
        let max = *counts.last()?;
        if accounts < least {
            return None;
        }
        // The smallest that at least so many per cent are not above.
        let at = |percent: usize| {
            let rank = counts.len().saturating_mul(percent).div_ceil(100);
            counts.get(rank.saturating_sub(1)).copied().unwrap_or(max)
        };
        Some(Self {
            accounts,
            sum: counts
                .iter()
                .fold(0, |sum, count| sum.saturating_add(*count)),
            median: at(50),
            p90: at(90),
            max,
        })
    }
}

/// How often a filing was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PopularFiling {
    /// The filing.
    pub filing: FilingId,
    /// Tasks for it.
    pub requests: u64,
    /// Accounts that have access to it.
    pub readers: u64,
}

/// What the pool holds of one quality and method.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PoolShare {
    /// How good.
    pub quality: Quality,
    /// How drawn.
    pub method: Method,
    /// Analyses that are not retracted.
    pub analyses: u64,
    /// Bytes of their results.
    pub bytes: u64,
    /// Claims that were checked and hold.
    pub claims: u64,
    /// Of a thousand claims that were drawn, how many hold, on average of the analyses.
    pub score: u16,
    /// How often they were read.
    pub views: u64,
}

/// What a report is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageQuery {
    /// The days.
    pub days: Days,
    /// Filings with fewer readers are not named, and spreads over fewer accounts not told.
    pub least_readers: u64,
    /// Filings that are named at most.
    pub most_filings: usize,
}

/// What was asked for, done and earned. The pool and the accounts are told as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsageReport {
    /// Accounts by tier.
    pub accounts: BTreeMap<Tier, u64>,
    /// Filings to which each account got access in these days.
    pub filings_per_account: Option<Quantiles>,
    /// Requests and reads by what became of them.
    pub counts: BTreeMap<CountName, u64>,
    /// Tasks made in these days, by where they are.
    pub tasks: BTreeMap<TaskStatus, u64>,
    /// The filings most asked for in these days.
    pub popular: Vec<PopularFiling>,
    /// Tasks of filings that are not named.
    pub other_requests: u64,
    /// Sums of entries of these days by kind; charges are negative.
    pub entries: BTreeMap<EntryKind, MicroUsd>,
    /// The pool.
    pub pool: Vec<PoolShare>,
}

/// What one account did, for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AccountUsage {
    /// Filings to which it got access.
    pub filings: u64,
    /// Its tasks made in these days, by where they are.
    pub tasks: BTreeMap<TaskStatus, u64>,
    /// Sums of its entries by kind; charges are negative.
    pub entries: BTreeMap<EntryKind, MicroUsd>,
}

/// How things stand at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gauges {
    /// Tasks by where they are.
    pub tasks: BTreeMap<TaskStatus, u64>,
    /// When the oldest task was made that waits to be run.
    pub oldest_waiting: Option<Timestamp>,
    /// Holds that have not ended.
    pub open_holds: u64,
    /// What they hold.
    pub held: MicroUsd,
    /// What all accounts can spend.
    pub available: MicroUsd,
    /// What all accounts owe.
    pub owed: MicroUsd,
    /// Rows of the outbox that are to be sent.
    pub outbox: u64,
    /// Analyses of the pool that are not retracted.
    pub pooled: u64,
    /// Bytes of their results.
    pub pool_bytes: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_half_open() {
        let days = Days {
            from: "2026-11-02".parse().unwrap(),
            to: "2026-11-03".parse().unwrap(),
        };
        for (at, inside) in [
            ("2026-11-01T23:59:59.999999Z", false),
            ("2026-11-02T00:00:00Z", true),
            ("2026-11-02T23:59:59.999999Z", true),
            ("2026-11-03T00:00:00Z", false),
        ] {
            assert_eq!(days.contains(at.parse().unwrap()), inside, "{at}");
        }
    }

    #[test]
    fn quantiles_are_counts_that_occur() {
        let of = |counts: &[u64]| Quantiles::of(counts.to_vec(), 1).unwrap();
        let ten = of(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!((ten.median, ten.p90, ten.max, ten.sum), (5, 9, 10, 55));
        let one = of(&[7]);
        assert_eq!((one.median, one.p90, one.max, one.accounts), (7, 7, 7, 1));
        assert_eq!(
            Quantiles::of(vec![1, 2, 3, 4], 5),
            None,
            "too few to be told"
        );
        assert_eq!(Quantiles::of(Vec::new(), 0), None);
    }
}

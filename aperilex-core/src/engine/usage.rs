//! Usage: what is counted by day, and reports of it.
//!
//! Counts are kept in memory and written every few seconds, so that a request that only reads writes nothing.
//! A crash loses the last of them: they are for planning, never for billing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aperilex_ports::{
    AccountUsage, AnalysisId, CountName, Date, Days, FilingMeta, Gauges, PopularFiling, Submitted,
    Timestamp, UsageQuery, UsageReport, UserId,
};

use super::Engine;
use crate::error::EngineError;

/// Filings with fewer readers are not named, and spreads over fewer accounts not told.
const LEAST_READERS: u64 = 5;
/// Filings that are named.
const MOST_FILINGS: usize = 20;
/// Analyses whose reads are kept in memory; reads of more are not counted until these are written.
const MOST_VIEWED: usize = 10_000;

/// What was counted and is not written yet.
#[derive(Debug, Default)]
pub(super) struct Tally {
    unwritten: Mutex<Counts>,
    /// All that this process has counted.
    all: Mutex<BTreeMap<CountName, u64>>,
}

#[derive(Debug, Default)]
struct Counts {
    by_day: BTreeMap<(Date, CountName), u64>,
    views: BTreeMap<AnalysisId, u64>,
}

impl Tally {
    fn with<T>(&self, act: impl FnOnce(&mut Counts) -> T) -> T {
        act(&mut self
            .unwritten
            .lock()
            .unwrap_or_else(PoisonError::into_inner))
    }

    fn all<T>(&self, act: impl FnOnce(&mut BTreeMap<CountName, u64>) -> T) -> T {
        act(&mut self.all.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Counts {
    fn add(&mut self, day: Date, name: CountName, more: u64) {
        let count = self.by_day.entry((day, name)).or_default();
        *count = count.saturating_add(more);
    }

    fn view(&mut self, analysis: AnalysisId, more: u64) {
        if self.views.len() < MOST_VIEWED || self.views.contains_key(&analysis) {
            let views = self.views.entry(analysis).or_default();
            *views = views.saturating_add(more);
        }
    }
}

/// A report with the names of the filings in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsageOverview {
    /// The days.
    pub days: Days,
    /// What was asked for, done and earned.
    pub report: UsageReport,
    /// The filings most asked for, as far as they are known.
    pub popular: Vec<(PopularFiling, Option<FilingMeta>)>,
}

impl UsageOverview {
    /// Of a thousand requests that were answered, how many needed no run of their own; none without any.
    #[must_use]
    pub fn hits_per_thousand(&self) -> Option<u64> {
        let (hits, misses) = hits_and_misses(&self.report.counts);
        let all = hits.saturating_add(misses);
        hits.saturating_mul(1000).checked_div(all)
    }
}

/// Requests that needed no run of their own, and those that began one. The same asked again is neither: clients
/// that repeat themselves make no pool better.
#[must_use]
pub fn hits_and_misses(counts: &BTreeMap<CountName, u64>) -> (u64, u64) {
    let count = |name| counts.get(&name).copied().unwrap_or_default();
    let hits = count(CountName::Pooled).saturating_add(count(CountName::Followed));
    (hits, count(CountName::Led))
}

/// The day of a moment, in UTC.
#[must_use]
pub fn day_of(at: Timestamp) -> Date {
    at.to_zoned(jiff::tz::TimeZone::UTC).date()
}

impl Engine {
    /// The last whole days of UTC, as many as asked for.
    #[must_use]
    pub fn days_until_today(&self, count: u16) -> Days {
        let to = day_of(self.now());
        let span = jiff::Span::new().days(count);
        let from = to.saturating_sub(span);
        Days { from, to }
    }

    /// The same, with today so far.
    #[must_use]
    pub fn days_with_today(&self, count: u16) -> Days {
        let days = self.days_until_today(count.saturating_sub(1));
        let to = days.to.tomorrow().unwrap_or(days.to);
        Days { to, ..days }
    }

    /// Counts something.
    pub(super) fn counted(&self, name: CountName) {
        let day = day_of(self.now());
        self.tally.with(|counts| counts.add(day, name, 1));
        self.tally.all(|all| {
            let count = all.entry(name).or_default();
            *count = count.saturating_add(1);
        });
    }

    /// What this process has counted since it began, by what became of requests.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<CountName, u64> {
        self.tally.all(|all| all.clone())
    }

    /// Counts what became of a request.
    pub(super) fn counted_answer(&self, submitted: &Submitted) {
        self.counted(match submitted {
            Submitted::Pooled(_) => CountName::Pooled,
            Submitted::Joined(_) => CountName::Joined,
            Submitted::Replayed(_) => CountName::Replayed,
            Submitted::Accepted(task) if task.role == aperilex_ports::TaskRole::Leader => {
                CountName::Led
            }
            Submitted::Accepted(_) => CountName::Followed,
        });
    }

    /// An analysis was given to somebody.
    pub fn viewed(&self, analysis: AnalysisId) {
        self.counted(CountName::Viewed);
        self.tally.with(|counts| counts.view(analysis, 1));
    }

    /// Writes what was counted.
    ///
    /// # Errors
    /// A port's failure; what could not be written is kept for the next time.
    pub async fn write_counts(&self) -> Result<(), EngineError> {
        let Counts { by_day, views } = self.tally.with(std::mem::take);
        let stores = &self.ports.stores;
        let mut failed = None;
        for ((day, name), n) in by_day {
            if failed.is_none()
                && let Err(error) = stores.reports.count(day, name, n).await
            {
                failed = Some(error);
            }
            if failed.is_some() {
                self.tally.with(|counts| counts.add(day, name, n));
            }
        }
        for (analysis, n) in views {
            if failed.is_none()
                && let Err(error) = stores.pool.record_view(analysis, n).await
            {
                failed = Some(error);
            }
            if failed.is_some() {
                self.tally.with(|counts| counts.view(analysis, n));
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    /// What was asked for, done and earned in some days.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn usage_report(&self, days: Days) -> Result<UsageOverview, EngineError> {
        self.write_counts().await?;
        let query = UsageQuery {
            days,
            least_readers: LEAST_READERS,
            most_filings: MOST_FILINGS,
        };
        let report = self.ports.stores.reports.usage(&query).await?;
        let mut popular = Vec::new();
        for filing in &report.popular {
            let record = self.ports.stores.filings.get(filing.filing).await?;
            popular.push((filing.clone(), record.map(|record| record.meta)));
        }
        Ok(UsageOverview {
            days,
            report,
            popular,
        })
    }

    /// What one account did in some days.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn own_usage(&self, user: UserId, days: Days) -> Result<AccountUsage, EngineError> {
        Ok(self.ports.stores.reports.of_account(user, days).await?)
    }

    /// How things stand.
    ///
    /// # Errors
    /// A port's failure.
    pub async fn gauges(&self) -> Result<Gauges, EngineError> {
        Ok(self.ports.stores.reports.gauges().await?)
    }
}

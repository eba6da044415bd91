//! Broken reports.

use std::sync::Arc;

use aperilex_ports::{
    AccountUsage, CountName, Date, Days, Gauges, MicroUsd, ReportStore, StoreError, Stores,
    UsageQuery, UsageReport, UserId,
};
use async_trait::async_trait;

use super::{failures, pause};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    ForgetsTheHeld,
    ForgetsWhatIsOwed,
    TellsOfOthers,
    TakesTheLastDayToo,
    NamesFewReaders,
    TellsASpreadOfFew,
    CountsLate,
    CountsOnceADay,
    LooksBeforeItAdds,
}

pub(crate) const FLAWS: &[(Flaw, &str)] = &[
    (Flaw::ForgetsTheHeld, "RP-1"),
    (Flaw::ForgetsWhatIsOwed, "RP-1"),
    (Flaw::TellsOfOthers, "RP-1"),
    (Flaw::TakesTheLastDayToo, "RP-2"),
    (Flaw::NamesFewReaders, "RP-3"),
    (Flaw::TellsASpreadOfFew, "RP-3"),
    (Flaw::CountsLate, "RP-4"),
    (Flaw::CountsOnceADay, "RP-4"),
    (Flaw::LooksBeforeItAdds, "RP-4"),
];

pub(crate) fn caught(flaw: Flaw) -> Vec<&'static str> {
    failures(move |stores| {
        let broken = Broken {
            inner: stores.reports.clone(),
            flaw,
        };
        Stores {
            reports: Arc::new(broken),
            ..stores
        }
    })
}

#[derive(Debug)]
struct Broken {
    inner: Arc<dyn ReportStore>,
    flaw: Flaw,
}

impl Broken {
    fn days(&self, days: Days) -> Days {
        if self.flaw == Flaw::TakesTheLastDayToo {
            let to = days.to.tomorrow().unwrap();
            return Days { to, ..days };
        }
        days
    }

    /// What is counted of this on that day.
    async fn counted(&self, day: Date, name: CountName) -> Result<u64, StoreError> {
        let query = UsageQuery {
            days: Days {
                from: day,
                to: day.tomorrow().unwrap(),
            },
            least_readers: 1,
            most_filings: 1,
        };
        let report = self.inner.usage(&query).await?;
        Ok(report.counts.get(&name).copied().unwrap_or_default())
    }
}

#[async_trait]
impl ReportStore for Broken {
    async fn count(&self, day: Date, name: CountName, more: u64) -> Result<(), StoreError> {
        match self.flaw {
            Flaw::CountsLate => {
                let next = day.tomorrow().unwrap();
                return self.inner.count(next, name, more).await;
            }
            Flaw::CountsOnceADay if self.counted(day, name).await? > 0 => return Ok(()),
            Flaw::LooksBeforeItAdds => {
                let seen = self.counted(day, name).await?;
                pause().await;
                // Writes what it saw and its own, as if nobody had been there meanwhile.
                if self.counted(day, name).await? != seen {
                    return Ok(());
                }
            }
            _ => {}
        }
        self.inner.count(day, name, more).await
    }

    async fn usage(&self, query: &UsageQuery) -> Result<UsageReport, StoreError> {
        let wide = UsageQuery {
            days: self.days(query.days),
            ..*query
        };
        let all = UsageQuery {
            least_readers: 0,
            ..wide
        };
        let mut report = self.inner.usage(&wide).await?;
        match self.flaw {
            Flaw::NamesFewReaders => report.popular = self.inner.usage(&all).await?.popular,
            Flaw::TellsASpreadOfFew => {
                let all = self.inner.usage(&all).await?;
                report.filings_per_account = all.filings_per_account;
            }
            _ => {}
        }
        Ok(report)
    }

    async fn of_account(&self, user: UserId, days: Days) -> Result<AccountUsage, StoreError> {
        let days = self.days(days);
        if self.flaw == Flaw::TellsOfOthers {
            let query = UsageQuery {
                days,
                least_readers: 1,
                most_filings: 1,
            };
            let report = self.inner.usage(&query).await?;
            return Ok(AccountUsage {
                filings: report.filings_per_account.map_or(0, |it| it.sum),
                tasks: report.tasks,
                entries: report.entries,
            });
        }
        self.inner.of_account(user, days).await
    }

    async fn gauges(&self) -> Result<Gauges, StoreError> {
        let mut gauges = self.inner.gauges().await?;
        if self.flaw == Flaw::ForgetsTheHeld {
            gauges.open_holds = 0;
        }
        if self.flaw == Flaw::ForgetsWhatIsOwed {
            gauges.owed = MicroUsd::ZERO;
        }
        Ok(gauges)
    }
}

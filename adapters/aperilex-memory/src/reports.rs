//! Usage in aggregate.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use aperilex_ports::{
    AccountUsage, AnalysisRecord, CountName, Date, Days, EntryKind, FilingId, Gauges, HoldStatus,
    MicroUsd, PoolShare, PopularFiling, Quantiles, ReportStore, StoreError, TaskStatus, UsageQuery,
    UsageReport, UserId,
};
use async_trait::async_trait;

use crate::state::State;
use crate::stores::MemoryStores;

#[async_trait]
impl ReportStore for MemoryStores {
    async fn count(&self, day: Date, name: CountName, more: u64) -> Result<(), StoreError> {
        self.commit("reports.count", |state| {
            let count = state.counts.entry((day, name)).or_default();
            *count = count.saturating_add(more);
            Ok(())
        })
    }

    async fn usage(&self, query: &UsageQuery) -> Result<UsageReport, StoreError> {
        self.read("reports.usage", |state| state.usage(query))
    }

    async fn of_account(&self, user: UserId, days: Days) -> Result<AccountUsage, StoreError> {
        self.read("reports.of_account", |state| AccountUsage {
            filings: count(state.granted(days).filter(|(who, _)| *who == user)),
            tasks: state.tasks_of(days, Some(user)),
            entries: state.entries_of(days, Some(user)),
        })
    }

    async fn gauges(&self) -> Result<Gauges, StoreError> {
        self.read("reports.gauges", State::gauges)
    }
}

fn count(items: impl Iterator) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}

fn add(sum: &mut MicroUsd, amount: MicroUsd) {
    *sum = sum.checked_add(amount).unwrap_or(*sum);
}

impl State {
    /// Who got access to what in these days.
    fn granted(&self, days: Days) -> impl Iterator<Item = (UserId, FilingId)> {
        let granted = self.granted_at.iter();
        granted
            .filter(move |(_, at)| days.contains(**at))
            .map(|(key, _)| *key)
    }

    fn tasks_of(&self, days: Days, user: Option<UserId>) -> BTreeMap<TaskStatus, u64> {
        let mut tasks = BTreeMap::new();
        let own = self.tasks.values().filter(|task| {
            days.contains(task.created_at) && user.is_none_or(|user| task.user == user)
        });
        for task in own {
            *tasks.entry(task.status).or_default() += 1;
        }
        tasks
    }

    fn entries_of(&self, days: Days, user: Option<UserId>) -> BTreeMap<EntryKind, MicroUsd> {
        let mut sums = BTreeMap::new();
        let own =
            self.entries.values().flatten().filter(|entry| {
                days.contains(entry.at) && user.is_none_or(|user| entry.user == user)
            });
        for entry in own {
            add(
                sums.entry(entry.kind).or_insert(MicroUsd::ZERO),
                entry.amount,
            );
        }
        sums
    }

    fn usage(&self, query: &UsageQuery) -> UsageReport {
        let days = query.days;
        let mut accounts = BTreeMap::new();
        for account in self.accounts.values() {
            *accounts.entry(account.tier).or_default() += 1;
        }
        let mut filings: BTreeMap<UserId, u64> = BTreeMap::new();
        for (user, _) in self.granted(days) {
            *filings.entry(user).or_default() += 1;
        }
        let mut counts: BTreeMap<CountName, u64> = BTreeMap::new();
        for ((day, name), n) in &self.counts {
            if (days.from..days.to).contains(day) {
                *counts.entry(*name).or_default() += n;
            }
        }
        let (popular, other_requests) = self.popular(query);
        UsageReport {
            accounts,
            filings_per_account: Quantiles::of(
                filings.into_values().collect(),
                query.least_readers,
            ),
            counts,
            tasks: self.tasks_of(days, None),
            popular,
            other_requests,
            entries: self.entries_of(days, None),
            pool: self.shares(),
        }
    }

    /// The filings most asked for, and the requests for all others.
    fn popular(&self, query: &UsageQuery) -> (Vec<PopularFiling>, u64) {
        let mut requests: BTreeMap<FilingId, u64> = BTreeMap::new();
        for task in self.tasks.values() {
            if query.days.contains(task.created_at) {
                *requests.entry(task.key.filing).or_default() += 1;
            }
        }
        let all: u64 = requests.values().sum();
        let readers = |filing: FilingId| count(self.access.keys().filter(|(_, it)| *it == filing));
        let mut popular: Vec<_> = requests
            .into_iter()
            .map(|(filing, requests)| PopularFiling {
                filing,
                requests,
                readers: readers(filing),
            })
            .filter(|filing| filing.readers >= query.least_readers)
            .collect();
        popular.sort_by_key(|it| (Reverse((it.requests, it.readers)), it.filing));
        popular.truncate(query.most_filings);
        let named: u64 = popular.iter().map(|filing| filing.requests).sum();
        (popular, all.saturating_sub(named))
    }

    fn shares(&self) -> Vec<PoolShare> {
        let live = self.pooled();
        let kinds: BTreeSet<_> = live
            .clone()
            .map(|record| (record.key.quality, record.method.as_str()))
            .collect();
        let share = |(quality, method): (_, &str)| {
            let own = live
                .clone()
                .filter(|record| record.key.quality == quality && record.method.as_str() == method);
            let mut share: Option<PoolShare> = None;
            let mut scores = 0_u64;
            for record in own {
                let views = self.views.get(&record.id).copied().unwrap_or_default();
                let sum = share.get_or_insert(PoolShare {
                    quality,
                    method: record.method,
                    analyses: 0,
                    bytes: 0,
                    claims: 0,
                    score: 0,
                    views: 0,
                });
                sum.analyses += 1;
                sum.bytes += record.result_bytes;
                sum.claims += u64::from(record.claims);
                sum.views += views;
                scores += u64::from(record.score);
                sum.score = u16::try_from(scores / sum.analyses).unwrap_or(u16::MAX);
            }
            share
        };
        kinds.into_iter().filter_map(share).collect()
    }

    fn pooled(&self) -> impl Iterator<Item = &AnalysisRecord> + Clone {
        let all = self.analyses.values();
        all.filter(|it| it.retracted_at.is_none() && it.key.owner.is_none())
    }

    fn gauges(&self) -> Gauges {
        let mut gauges = Gauges {
            outbox: count(self.outbox.iter()),
            ..Gauges::default()
        };
        for task in self.tasks.values() {
            *gauges.tasks.entry(task.status).or_default() += 1;
        }
        let waiting = self.tasks.values().filter(|task| {
            let waits = [
                TaskStatus::Pending,
                TaskStatus::Queued,
                TaskStatus::Retrying,
            ];
            waits.contains(&task.status)
        });
        gauges.oldest_waiting = waiting.map(|task| task.created_at).min();
        let open = self.holds.values();
        gauges.open_holds = count(open.filter(|hold| hold.status == HoldStatus::Open));
        for wallet in self.wallets.values() {
            add(&mut gauges.held, wallet.balance.held);
            add(&mut gauges.available, wallet.balance.available());
            add(&mut gauges.owed, wallet.debt);
        }
        for record in self.pooled() {
            gauges.pooled += 1;
            gauges.pool_bytes += record.result_bytes;
        }
        gauges
    }
}

//! Usage in aggregate, and of an account for itself.

use std::collections::BTreeMap;

use aperilex_core::{
    AccountUsage, CountName, Days, EntryKind, FilingMeta, MicroUsd, PoolShare, PopularFiling,
    Quantiles, TaskStatus, UsageOverview,
};
use poem_openapi::Object;
use uuid::Uuid;

use super::text::{
    CountWord, Day, EntryKindWord, MethodWord, QualityWord, TaskStatusWord, TierWord, Usd,
};

/// How many tasks are where.
#[derive(Debug, Object)]
#[oai(rename = "TaskCount")]
struct TaskCountDocument {
    status: TaskStatusWord,
    count: u64,
}

/// The sum of the entries of a kind.
#[derive(Debug, Object)]
#[oai(rename = "EntrySum")]
struct EntrySumDocument {
    kind: EntryKindWord,
    /// Negative for charges.
    amount_usd: Usd,
}

/// How many requests or reads had which outcome.
#[derive(Debug, Object)]
#[oai(rename = "OutcomeCount")]
struct OutcomeDocument {
    outcome: CountWord,
    count: u64,
}

/// How many accounts have a tier.
#[derive(Debug, Object)]
#[oai(rename = "TierCount")]
struct TierCountDocument {
    tier: TierWord,
    count: u64,
}

/// How a count is spread over accounts.
#[derive(Debug, Object)]
#[oai(rename = "Spread")]
struct SpreadDocument {
    /// Accounts that have one.
    accounts: u64,
    /// All together.
    sum: u64,
    /// Half of them have at most this.
    median: u64,
    /// Nine of ten have at most this.
    p90: u64,
    max: u64,
}

/// A filing that was asked for often.
#[derive(Debug, Object)]
#[oai(rename = "PopularFiling", skip_serializing_if_is_none)]
struct PopularDocument {
    filing_id: Uuid,
    accession: Option<String>,
    company: Option<String>,
    form: Option<String>,
    /// Tasks for it.
    requests: u64,
    /// Accounts that have access to it.
    readers: u64,
}

/// What the pool holds of one quality and method.
#[derive(Debug, Object)]
#[oai(rename = "PoolShare")]
struct ShareDocument {
    quality: QualityWord,
    method: MethodWord,
    analyses: u64,
    /// Bytes of their results.
    bytes: u64,
    /// Claims that were checked and hold.
    claims: u64,
    /// Of a thousand claims that were drawn, how many hold.
    score: u16,
    /// How often they were read.
    views: u64,
}

/// What was asked for, done and earned in some days of UTC. Pool and accounts are told as they are now.
#[derive(Debug, Object)]
#[oai(rename = "UsageReport", skip_serializing_if_is_none)]
pub(crate) struct UsageReportDocument {
    /// The first day.
    from: Day,
    /// The day after the last.
    to: Day,
    accounts: Vec<TierCountDocument>,
    /// Filings to which each account got access; absent if fewer than five accounts did.
    filings_per_account: Option<SpreadDocument>,
    outcomes: Vec<OutcomeDocument>,
    /// Of a thousand answered requests, how many needed no new run; absent without requests.
    hits_per_thousand: Option<u64>,
    tasks: Vec<TaskCountDocument>,
    /// Filings with at least five readers, those most asked for first.
    popular: Vec<PopularDocument>,
    /// Tasks of all other filings.
    other_requests: u64,
    entries: Vec<EntrySumDocument>,
    pool: Vec<ShareDocument>,
}

/// What the account did in some days of UTC.
#[derive(Debug, Object)]
#[oai(rename = "Usage")]
pub(crate) struct UsageDocument {
    /// The first day.
    from: Day,
    /// The day after the last.
    to: Day,
    /// Filings to which it got access.
    filings: u64,
    tasks: Vec<TaskCountDocument>,
    entries: Vec<EntrySumDocument>,
}

fn tasks(counts: &BTreeMap<TaskStatus, u64>) -> Vec<TaskCountDocument> {
    let document = |(status, count): (&TaskStatus, &u64)| TaskCountDocument {
        status: (*status).into(),
        count: *count,
    };
    counts.iter().map(document).collect()
}

fn entries(sums: &BTreeMap<EntryKind, MicroUsd>) -> Vec<EntrySumDocument> {
    let document = |(kind, amount): (&EntryKind, &MicroUsd)| EntrySumDocument {
        kind: (*kind).into(),
        amount_usd: (*amount).into(),
    };
    sums.iter().map(document).collect()
}

impl From<Quantiles> for SpreadDocument {
    fn from(it: Quantiles) -> Self {
        Self {
            accounts: it.accounts,
            sum: it.sum,
            median: it.median,
            p90: it.p90,
            max: it.max,
        }
    }
}

impl From<&PoolShare> for ShareDocument {
    fn from(share: &PoolShare) -> Self {
        Self {
            quality: share.quality.into(),
            method: share.method.into(),
            analyses: share.analyses,
            bytes: share.bytes,
            claims: share.claims,
            score: share.score,
            views: share.views,
        }
    }
}

impl From<&(PopularFiling, Option<FilingMeta>)> for PopularDocument {
    fn from((filing, meta): &(PopularFiling, Option<FilingMeta>)) -> Self {
        let meta = meta.as_ref();
        Self {
            filing_id: filing.filing.as_uuid(),
            accession: meta.and_then(|meta| Some(meta.accession.as_ref()?.to_string())),
            company: meta.and_then(|meta| meta.company.clone()),
            form: meta.map(|meta| meta.form.to_string()),
            requests: filing.requests,
            readers: filing.readers,
        }
    }
}

impl From<&UsageOverview> for UsageReportDocument {
    fn from(overview: &UsageOverview) -> Self {
        let report = &overview.report;
        let outcome = |(name, count): (&CountName, &u64)| OutcomeDocument {
            outcome: (*name).into(),
            count: *count,
        };
        Self {
            from: overview.days.from.into(),
            to: overview.days.to.into(),
            accounts: report
                .accounts
                .iter()
                .map(|(tier, count)| TierCountDocument {
                    tier: (*tier).into(),
                    count: *count,
                })
                .collect(),
            filings_per_account: report.filings_per_account.map(Into::into),
            outcomes: report.counts.iter().map(outcome).collect(),
            hits_per_thousand: overview.hits_per_thousand(),
            tasks: tasks(&report.tasks),
            popular: overview.popular.iter().map(PopularDocument::from).collect(),
            other_requests: report.other_requests,
            entries: entries(&report.entries),
            pool: report.pool.iter().map(ShareDocument::from).collect(),
        }
    }
}

impl UsageDocument {
    pub(crate) fn new(days: Days, usage: &AccountUsage) -> Self {
        Self {
            from: days.from.into(),
            to: days.to.into(),
            filings: usage.filings,
            tasks: tasks(&usage.tasks),
            entries: entries(&usage.entries),
        }
    }
}

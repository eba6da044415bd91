//! The account: what it may do, what it has used, what it has.

use aperilex_core::ports::QuotaUse;
use aperilex_core::{Account, Companies, Funds, LedgerEntry, TierPlan, Usage};
use poem_openapi::{Enum, Object};
use uuid::Uuid;

use super::text::{EntryKindWord, Moment, TierWord, Usd};

/// Which companies a plan covers.
#[derive(Debug, Clone, Copy, Enum)]
#[oai(rename = "CompanySet", rename_all = "snake_case")]
pub(super) enum CompanySet {
    /// S&P 500.
    Small,
    /// Russell 1000 and the small set.
    Large,
    /// All.
    All,
}

/// What the plan allows, and its prices. What is absent is unlimited.
#[derive(Debug, Object)]
#[oai(rename = "Limits", skip_serializing_if_is_none)]
pub(super) struct LimitsDocument {
    /// Filings filed at most this many years ago.
    history_years: Option<u16>,
    companies: CompanySet,
    /// Form types; amendments go with them.
    forms: Option<Vec<String>>,
    /// Analyses at a time.
    analyses_at_a_time: Option<u32>,
    /// A month's price; absent if it is by contract.
    monthly_price_usd: Option<Usd>,
    /// Access to a filing, once for each.
    filing_access_usd: Usd,
    /// Bringing in a filing that is not known here yet, access included.
    filing_import_usd: Usd,
    /// A filing of a bulk import; absent if the plan has none.
    bulk_filing_usd: Option<Usd>,
    /// An analysis.
    analysis_usd: Usd,
}

/// How much of a window of requests is used.
#[derive(Debug, Object)]
#[oai(rename = "QuotaWindow")]
struct WindowDocument {
    /// `hour` or `day`.
    name: String,
    /// Its length in seconds; it slides.
    length_s: u64,
    limit: u32,
    used: u32,
    /// Seconds until one more request fits; zero while one does.
    retry_after_s: u64,
}

/// Credits.
#[derive(Debug, Object)]
#[oai(rename = "Balance")]
pub(crate) struct BalanceDocument {
    /// Sum of all entries.
    balance_usd: Usd,
    /// Set aside for what runs.
    held_usd: Usd,
    /// What can be spent.
    available_usd: Usd,
    /// Owed for payments that were taken back after their credits were spent. While it is not zero nothing
    /// can be spent; credits that come pay it first.
    owed_usd: Usd,
}

/// The account behind the key.
#[derive(Debug, Object)]
#[oai(rename = "Me")]
pub(crate) struct MeDocument {
    account_id: Uuid,
    email: String,
    tier: TierWord,
    limits: LimitsDocument,
    /// Windows of requests; empty if unlimited.
    usage: Vec<WindowDocument>,
    balance: BalanceDocument,
    created_at: Moment,
}

/// A change of the balance; never changed or removed.
#[derive(Debug, Object)]
#[oai(rename = "LedgerEntry", skip_serializing_if_is_none)]
pub(crate) struct EntryDocument {
    entry_id: Uuid,
    /// Its number, from 1 without gaps.
    seq: u64,
    kind: EntryKindWord,
    /// Negative for charges.
    amount_usd: Usd,
    balance_after_usd: Usd,
    filing_id: Option<Uuid>,
    task_id: Option<Uuid>,
    analysis_id: Option<Uuid>,
    description: String,
    at: Moment,
}

/// A page of entries, newest first.
#[derive(Debug, Object)]
#[oai(rename = "LedgerPage", skip_serializing_if_is_none)]
pub(crate) struct LedgerPage {
    pub(crate) items: Vec<EntryDocument>,
    /// Cursor of the next page; absent on the last.
    pub(crate) next: Option<String>,
}

impl From<Companies> for CompanySet {
    fn from(companies: Companies) -> Self {
        match companies {
            Companies::Small => Self::Small,
            Companies::Large => Self::Large,
            Companies::All => Self::All,
        }
    }
}

impl From<&TierPlan> for LimitsDocument {
    fn from(plan: &TierPlan) -> Self {
        Self {
            history_years: plan.history_years,
            companies: plan.companies.into(),
            forms: plan.forms.clone(),
            analyses_at_a_time: plan.running,
            monthly_price_usd: plan.monthly_price.map(Into::into),
            filing_access_usd: plan.filing_access.into(),
            filing_import_usd: plan.import_fee().into(),
            bulk_filing_usd: plan.bulk_unit.map(Into::into),
            analysis_usd: plan.analysis.into(),
        }
    }
}

impl From<&QuotaUse> for WindowDocument {
    fn from(used: &QuotaUse) -> Self {
        Self {
            name: used.window.name.to_owned(),
            length_s: used.window.length.as_secs(),
            limit: used.window.limit,
            used: used.used,
            retry_after_s: crate::problem::ceil(used.retry_after),
        }
    }
}

impl From<Funds> for BalanceDocument {
    fn from(Funds { balance, owed }: Funds) -> Self {
        Self {
            balance_usd: balance.posted.into(),
            held_usd: balance.held.into(),
            available_usd: balance.available().into(),
            owed_usd: owed.into(),
        }
    }
}

impl MeDocument {
    pub(crate) fn new(account: &Account, plan: &TierPlan, usage: &Usage) -> Self {
        Self {
            account_id: account.id.as_uuid(),
            email: account.email.as_str().to_owned(),
            tier: account.tier.into(),
            limits: plan.into(),
            usage: usage
                .quota
                .windows
                .iter()
                .map(WindowDocument::from)
                .collect(),
            balance: usage.funds.into(),
            created_at: account.created_at.into(),
        }
    }
}

impl From<&LedgerEntry> for EntryDocument {
    fn from(entry: &LedgerEntry) -> Self {
        Self {
            entry_id: entry.id.as_uuid(),
            seq: entry.seq,
            kind: entry.kind.into(),
            amount_usd: entry.amount.into(),
            balance_after_usd: entry.balance_after.into(),
            filing_id: entry.filing.map(|id| id.as_uuid()),
            task_id: entry.task.map(|id| id.as_uuid()),
            analysis_id: entry.analysis.map(|id| id.as_uuid()),
            description: entry.description.clone(),
            at: entry.at.into(),
        }
    }
}

//! The records of all stores, as plain maps.

use std::collections::BTreeMap;

use aperilex_ports::audit::Acknowledged;
use aperilex_ports::wallet::Wallet;
use aperilex_ports::{
    AccessSource, Account, AnalysisId, AnalysisRecord, ApiKey, AuditEntry, CallId, CountName, Date,
    Digest, ExternalIdentity, FilingId, FilingRecord, Hold, HoldId, ImportId, ImportItem,
    ImportJob, JournalTx, KeyId, LedgerEntry, LedgerRoot, ModelCall, NoticePreferences, OneTime,
    OutboxItem, PasswordHash, Payment, QuoteId, Session, SessionId, StoredEvent, StoredQuote, Task,
    TaskEvent, TaskId, TierChange, Timestamp, UserId, Waiver,
};

use crate::planted::Bug;

/// Everything that is stored.
#[derive(Debug, Clone, Default)]
pub(crate) struct State {
    /// The bug that is planted, if any.
    pub(crate) bug: Option<Bug>,
    pub(crate) accounts: BTreeMap<UserId, Account>,
    /// Changes of plan to come.
    pub(crate) arranged: BTreeMap<UserId, TierChange>,
    /// What accounts want to be told of, as far as they have chosen.
    pub(crate) preferences: BTreeMap<UserId, NoticePreferences>,
    pub(crate) keys: BTreeMap<KeyId, ApiKey>,
    pub(crate) identities: BTreeMap<ExternalIdentity, UserId>,
    pub(crate) passwords: BTreeMap<UserId, PasswordHash>,
    pub(crate) sessions: BTreeMap<SessionId, Session>,
    /// Refresh tokens by their hash: of which session, and when they were used.
    pub(crate) refresh: BTreeMap<Digest, (SessionId, Option<Timestamp>)>,
    pub(crate) one_time: BTreeMap<Digest, OneTime>,
    pub(crate) filings: BTreeMap<FilingId, FilingRecord>,
    /// Where all chains ended, oldest first.
    pub(crate) roots: Vec<LedgerRoot>,
    pub(crate) access: BTreeMap<(UserId, FilingId), (AccessSource, Option<Waiver>)>,
    /// When each access was given.
    pub(crate) granted_at: BTreeMap<(UserId, FilingId), Timestamp>,
    pub(crate) analyses: BTreeMap<AnalysisId, AnalysisRecord>,
    pub(crate) views: BTreeMap<AnalysisId, u64>,
    pub(crate) tasks: BTreeMap<TaskId, Task>,
    /// Events of each task, oldest first.
    pub(crate) events: BTreeMap<TaskId, Vec<TaskEvent>>,
    /// What each idempotency key of an account asked for, and was answered.
    pub(crate) requests: BTreeMap<(UserId, String), Asked>,
    /// Entries of each account, oldest first.
    pub(crate) entries: BTreeMap<UserId, Vec<LedgerEntry>>,
    pub(crate) holds: BTreeMap<HoldId, Hold>,
    pub(crate) wallets: BTreeMap<UserId, Wallet>,
    /// Transactions of each account, oldest first.
    pub(crate) journal: BTreeMap<UserId, Vec<JournalTx>>,
    pub(crate) imports: BTreeMap<ImportId, ImportJob>,
    /// Items of each import by place.
    pub(crate) import_items: BTreeMap<(ImportId, u32), ImportItem>,
    /// Where each import is in the line: lower ones are worked on first.
    pub(crate) import_turns: BTreeMap<ImportId, u64>,
    /// When the newest proof of all books was begun.
    pub(crate) proof_begun_at: Option<Timestamp>,
    /// What was done, oldest first.
    pub(crate) audit_log: Vec<AuditEntry>,
    /// Allowed requests of each account, oldest first.
    pub(crate) quota: BTreeMap<UserId, Vec<Timestamp>>,
    /// Counts by day.
    pub(crate) counts: BTreeMap<(Date, CountName), u64>,
    /// By the provider's ids.
    pub(crate) payments: BTreeMap<String, Payment>,
    pub(crate) payment_events: BTreeMap<String, StoredEvent>,
    pub(crate) quotes: BTreeMap<QuoteId, StoredQuote>,
    pub(crate) calls: BTreeMap<CallId, ModelCall>,
    /// Rows by number; sent ones are removed.
    pub(crate) outbox: BTreeMap<i64, OutboxRow>,
    /// The number of the newest row ever.
    pub(crate) last_row: i64,
}

/// A request that came with an idempotency key.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) request: Digest,
    pub(crate) answer: Made,
    pub(crate) expires_at: Timestamp,
}

/// What answered a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Made {
    Task(TaskId),
    Analysis(AnalysisId),
    Import(ImportId),
}

impl Made {
    pub(crate) const fn acknowledged(self) -> Acknowledged {
        match self {
            Self::Task(id) => Acknowledged::Task(id),
            Self::Analysis(id) => Acknowledged::Analysis(id),
            Self::Import(id) => Acknowledged::Import(id),
        }
    }
}

/// A row of the outbox.
#[derive(Debug, Clone)]
pub(crate) struct OutboxRow {
    pub(crate) item: OutboxItem,
    /// Nobody else gets it before this.
    pub(crate) leased_until: Option<Timestamp>,
    /// How often it was handed out.
    pub(crate) attempts: u32,
}

impl State {
    /// Whether this bug is planted.
    pub(crate) fn has(&self, bug: Bug) -> bool {
        self.bug == Some(bug)
    }

    /// What an account wants to be told of.
    pub(crate) fn wants(&self, user: UserId) -> NoticePreferences {
        self.preferences.get(&user).copied().unwrap_or_default()
    }

    /// Puts something into the outbox.
    pub(crate) fn announce(&mut self, item: OutboxItem) {
        self.last_row += 1;
        let row = OutboxRow {
            item,
            leased_until: None,
            attempts: 0,
        };
        self.outbox.insert(self.last_row, row);
    }
}

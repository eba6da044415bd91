//! The commits that span task, holds, access, pool and outbox.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{FindAnalysis, LedgerError, StoreError, TaskStoreError};
use crate::model::{
    AnalysisId, AnalysisRecord, AuditRecord, Digest, EntryId, Failure, FilingId, LeaseToken,
    LedgerEntry, MicroUsd, PendingAccess, PoolKey, Priority, QuoteId, Task, TaskCharges, TaskId,
    Timestamp, UserId, Waiver,
};

/// Why a commit was refused. Nothing of it has happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettlementError {
    /// Less is available than is needed.
    #[error("{needed} USD are needed, {available} USD are available")]
    InsufficientCredits {
        /// What is needed in all.
        needed: MicroUsd,
        /// What is available.
        available: MicroUsd,
    },
    /// The account is suspended.
    #[error("the account is not active")]
    AccountClosed,
    /// The account owes something, and spends nothing until that is paid.
    #[error("{debt} USD are owed")]
    PastDue {
        /// How much.
        debt: MicroUsd,
    },
    /// The account leads as many live runs as it may.
    #[error("{running} analyses are running, {limit} are allowed")]
    TooManyAnalyses {
        /// Live runs it leads.
        running: u32,
        /// How many it may lead.
        limit: u32,
    },
    /// It costs more than the request allows.
    #[error("the price is {price} USD, {max} USD are allowed")]
    OverMaxPrice {
        /// Access and analysis.
        price: MicroUsd,
        /// What the request allows.
        max: MicroUsd,
    },
    /// The quote was used for another task, or is there no more.
    #[error("the quote was used")]
    QuoteUsed,
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The task is not where the command expects it, or the lease is lost.
    #[error(transparent)]
    Task(#[from] TaskStoreError),
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LedgerError> for SettlementError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::InsufficientCredits { needed, available } => {
                Self::InsufficientCredits { needed, available }
            }
            LedgerError::AccountClosed => Self::AccountClosed,
            LedgerError::PastDue { debt } => Self::PastDue { debt },
            LedgerError::Store(store) => Self::Store(store),
            // Every other refusal means that what was decided on is no longer so.
            _ => Self::Store(StoreError::Conflict),
        }
    }
}

/// A client's own key for a request, so that it can be repeated safely.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotentRequest {
    /// The client's key, unique for the account.
    pub key: String,
    /// SHA-256 of what was asked.
    pub request: Digest,
    /// When the key is forgotten, if this request is the first with it.
    pub expires_at: Timestamp,
}

/// A request is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitTask {
    /// Id of the new task.
    pub task: TaskId,
    /// Who asks.
    pub user: UserId,
    /// What for.
    pub key: PoolKey,
    /// What in the pool would do instead; none to have it made in any case.
    pub pool: Option<FindAnalysis>,
    /// Urgency.
    pub priority: Priority,
    /// What it costs. Holds are placed for access now, and for the analysis if the task leads.
    pub charges: TaskCharges,
    /// The quote that the prices are from.
    pub quote: Option<QuoteId>,
    /// The most that access and analysis may cost.
    pub max_price: Option<MicroUsd>,
    /// Live runs the account may lead; none if unlimited.
    pub max_running: Option<u32>,
    /// Whether what the account's own key makes is shared.
    pub shares: bool,
    /// The client's key.
    pub idempotency: Option<IdempotentRequest>,
    /// When the holds are given back by themselves.
    pub holds_expire_at: Timestamp,
    /// The time.
    pub now: Timestamp,
}

impl SubmitTask {
    /// Refuses if access, and the analysis unless the pool has it, cost more than the request allows.
    ///
    /// # Errors
    /// [`SettlementError::OverMaxPrice`].
    pub fn check_price(&self, pooled: bool) -> Result<(), SettlementError> {
        let access = self.charges.access.as_ref().map(|access| access.price);
        let analysis = (!pooled).then_some(self.charges.analysis_price);
        let price = access.into_iter().chain(analysis).sum();
        match self.max_price {
            Some(max) if price > max => Err(SettlementError::OverMaxPrice { price, max }),
            _ => Ok(()),
        }
    }
}

/// What a request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A task that makes the analysis.
    Task(Task),
    /// An analysis of the pool.
    Analysis(AnalysisRecord),
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// A new task; it leads a new run, or follows a live one.
    Accepted(Task),
    /// The account's own live task for the same thing; nothing new was made.
    Joined(Task),
    /// The pool has it; only access was charged.
    Pooled(AnalysisRecord),
    /// What this idempotency key was answered with before.
    Replayed(Answer),
}

impl Submitted {
    /// The answer, whatever it came from.
    #[must_use]
    pub fn into_answer(self) -> Answer {
        match self {
            Self::Accepted(task) | Self::Joined(task) => Answer::Task(task),
            Self::Pooled(record) => Answer::Analysis(record),
            Self::Replayed(answer) => answer,
        }
    }
}

/// An account is given access to a stored filing, apart from any task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantAccess {
    /// Who.
    pub user: UserId,
    /// To what.
    pub filing: FilingId,
    /// At what price, and why.
    pub access: PendingAccess,
    /// The time.
    pub now: Timestamp,
}

/// Who may end a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The worker that holds this lease.
    Lease(LeaseToken),
    /// The sweeper: the task is still of this generation (else `Superseded`) and no live lease is
    /// on it (else `Conflict`).
    Unleased {
        /// The generation it saw.
        generation: u32,
    },
}

/// A run is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompleteTask {
    /// The leader.
    pub task: TaskId,
    /// Its lease.
    pub lease: LeaseToken,
    /// What it made; already in the document store.
    pub analysis: AnalysisRecord,
    /// Why the analysis is not charged; none if it is.
    pub free: Option<Waiver>,
    /// Until when credits can be spent that come for those that lapsed while they were held for what is not
    /// charged.
    pub goodwill_until: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// A run is ended without a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AbandonTask {
    /// The leader.
    pub task: TaskId,
    /// Who ends it.
    pub guard: Guard,
    /// Why.
    pub failure: Failure,
    /// Until when credits can be spent that come for those that lapsed while they were held for this.
    pub goodwill_until: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// A run is tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryTask {
    /// The run that ends.
    pub end: AbandonTask,
    /// When the next may begin.
    pub not_before: Timestamp,
    /// Whether the run that ends counts as an attempt. It does not if nothing was wrong with it: the
    /// source asked to wait, or the worker was stopped.
    pub counted: bool,
}

/// A task that does not run yet is withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelTask {
    /// Which.
    pub task: TaskId,
    /// When the hold of a follower ends that becomes the leader.
    pub holds_expire_at: Timestamp,
    /// Until when credits can be spent that come for those that lapsed while others' tasks held them, which
    /// end with this one.
    pub goodwill_until: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// An analysis is withdrawn.
#[derive(Debug, Clone, PartialEq)]
pub struct RetractAnalysis {
    /// Which.
    pub analysis: AnalysisId,
    /// Id of the entry that gives its payer the fee back.
    pub refund: EntryId,
    /// For the payer's statement.
    pub description: String,
    /// When credits lapse that come in the place of lapsed ones.
    pub fresh_until: Timestamp,
    /// Who withdraws it, and why; stored in the same commit.
    pub audit: AuditRecord,
    /// The time.
    pub now: Timestamp,
}

/// An analysis that was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retracted {
    /// The analysis, as it is now.
    pub record: AnalysisRecord,
    /// What its payer has back; none if nobody paid, or all was given back before.
    pub refund: Option<LedgerEntry>,
}

/// The commits that span several records: each happens wholly or not at all, and stores the events
/// and messages it causes in the outbox of the same transaction.
///
/// # Contract
/// - **SE-1** `submit` makes the task, its holds, its first event and, for a leader, its message in
///   one commit; refused, it leaves nothing.
/// - **SE-2** of many submits for one key one leads; the others follow, without an analysis hold
///   and without counting for `max_running`.
/// - **SE-3** the account's own live task for the same key is `Joined`; nothing new is made.
/// - **SE-4** the same idempotency key gives `Replayed`, also when the task was joined or has ended
///   since, or the pool answered; with another request `KeyReused`; the key is the account's own, and
///   new again once it has expired. `replayed` says the same and does nothing.
/// - **SE-5** racing submits never overdraw and never exceed `max_running`.
/// - **SE-6** `deliver_filing` grants access to every live task of the filing that waits for it, of
///   whatever key, and captures each access hold once; an account that has paid access meanwhile
///   gets its hold back, with goodwill for what lapsed: it would have paid. Repeated, it changes nothing.
/// - **SE-7** `complete` stores the analysis, captures the leader's hold (or voids it, uncharged, with goodwill),
///   completes leader and followers, each with its event, in one commit; those of them that still
///   wait for the filing get access as from `deliver_filing`.
/// - **SE-8** `deliver_filing`, `complete`, `retry` and `abandon` under a lost or expired lease are
///   `LeaseLost` and change nothing.
/// - **SE-9** `abandon` fails leader and followers, with the reason, and voids all their open
///   holds, with goodwill for what lapsed meanwhile; what was captured for access stays.
/// - **SE-10** `retry` leaves the leader `retrying`, its progress `queued`, with a new generation
///   and a new message; both wait until `not_before`; its holds stay open. An uncounted one takes
///   the attempt back.
/// - **SE-11** `cancel` of a leader that does not run yet voids its holds and makes the oldest
///   follower whose credits cover its quoted price, and whose account has a free place of its
///   `max_running`, the leader, with a message of its own, `queued` as
///   it was; if there is none all are cancelled, those others with goodwill for what lapsed. Of a running leader: `Conflict`. A follower leaves alone, at any
///   time.
/// - **SE-12** a finished task is finished: every command on it is `Conflict`.
/// - **SE-13** `grant_access` charges once per account and filing, and gives access in the same
///   commit; refused, it leaves nothing. `paid` access is never charged again nor replaced; access
///   from another source is no bar to paying, and becomes `paid`.
/// - **SE-14** holds of finished tasks are never open.
/// - **SE-15** `submit` looks into the pool in its own commit: what satisfies the request is `Pooled`,
///   access is charged as from `grant_access`, and there is no task. No run that has ended by then is
///   run again.
/// - **SE-16** a request whose access and analysis cost more than its `max_price` is refused.
/// - **SE-17** `forget` removes expired idempotency keys, at most `limit`, and no others.
/// - **SE-18** a hold that has ended otherwise keeps nobody from what was made: its price is charged
///   anew if the account has it, and is `absorbed` if not: then the journal has it as a loss of the house.
/// - **SE-19** what a completed task and an access of source `paid` cost was charged, or is waived with
///   the reason, in the same commit: a follower's analysis as `follower`, a price of nothing as
///   `no_fee`.
/// - **SE-20** a retracted analysis is found no more, and its payer has what is left of the fee back,
///   with its record in the audit log, in one commit; repeated, it gives the first outcome and notes
///   nothing. One that is not there is `None`.
/// - **SE-21** a follower that is more urgent makes its run as urgent: what waits in the queue is sent
///   again with its priority.
/// - **SE-22** `complete` and `abandon` leave a notice for each account of the run that wants to be told
///   of tasks, in the same commit, and for no other.
/// - **SE-23** a run whose key has an owner is led beside others' runs of the same thing: it follows none,
///   none follows it, and what it makes is found by its owner alone.
#[async_trait]
pub trait Settlement: Debug + Send + Sync + 'static {
    /// Accepts a request.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn submit(&self, task: &SubmitTask) -> Result<Submitted, SettlementError>;

    /// What the account's key was answered with, if it has one that has not expired.
    ///
    /// # Errors
    /// [`SettlementError::KeyReused`], [`SettlementError::Store`].
    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<Answer>, SettlementError>;

    /// Forgets expired idempotency keys. Returns how many.
    ///
    /// # Errors
    /// [`SettlementError::Store`].
    async fn forget(&self, now: Timestamp, limit: usize) -> Result<usize, SettlementError>;

    /// Gives access to a stored filing. Returns whether something was charged now.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn grant_access(&self, grant: &GrantAccess) -> Result<bool, SettlementError>;

    /// The filing of this run is stored and parsed: whoever waits for it gets access.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn deliver_filing(
        &self,
        task: TaskId,
        lease: LeaseToken,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), SettlementError>;

    /// Ends a run well.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn complete(&self, command: &CompleteTask) -> Result<(), SettlementError>;

    /// Ends a run badly.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn abandon(&self, command: &AbandonTask) -> Result<(), SettlementError>;

    /// Sends the task to the queue again.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn retry(&self, command: &RetryTask) -> Result<(), SettlementError>;

    /// Withdraws an analysis.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn retract(
        &self,
        command: &RetractAnalysis,
    ) -> Result<Option<Retracted>, SettlementError>;

    /// Withdraws a task that does not run yet.
    ///
    /// # Errors
    /// [`SettlementError`].
    async fn cancel(&self, command: &CancelTask) -> Result<Task, SettlementError>;
}

//! The commits of bulk imports.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{IdempotentRequest, LedgerError, SettlementError, StoreError};
use crate::model::{
    AccessSource, Failure, FilingId, FilingLocator, HoldId, ImportCounts, ImportId, ImportJob,
    ImportStatus, LeaseToken, MicroUsd, Timestamp, UserId,
};

/// Why a commit was refused. Nothing of it has happened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Less is available than is needed.
    #[error("{needed} USD are needed, {available} USD are available")]
    InsufficientCredits {
        /// What is needed in all.
        needed: MicroUsd,
        /// What is available.
        available: MicroUsd,
    },
    /// It may cost more than the request allows.
    #[error("the price is {price} USD, {max} USD are allowed")]
    OverMaxPrice {
        /// For all filings that the account does not have.
        price: MicroUsd,
        /// What the request allows.
        max: MicroUsd,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key was used for another request")]
    KeyReused,
    /// The account owes something, and spends nothing until that is paid.
    #[error("{debt} USD are owed")]
    PastDue {
        /// How much.
        debt: MicroUsd,
    },
    /// The account is not active.
    #[error("the account is not active")]
    AccountClosed,
    /// There is no such account or import.
    #[error("no such account or import")]
    Unknown,
    /// The lease is not the item's newest one, has run out, or the item has ended: write nothing.
    #[error("the lease is lost")]
    LeaseLost,
    /// The store itself.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LedgerError> for ImportError {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::InsufficientCredits { needed, available } => {
                Self::InsufficientCredits { needed, available }
            }
            LedgerError::AccountClosed => Self::AccountClosed,
            LedgerError::PastDue { debt } => Self::PastDue { debt },
            LedgerError::Unknown => Self::Unknown,
            LedgerError::Store(store) => Self::Store(store),
            // Every other refusal means that what was decided on is no longer so.
            _ => Self::Store(StoreError::Conflict),
        }
    }
}

impl From<SettlementError> for ImportError {
    fn from(error: SettlementError) -> Self {
        match error {
            SettlementError::KeyReused => Self::KeyReused,
            SettlementError::Store(store) => Self::Store(store),
            _ => Self::Store(StoreError::Conflict),
        }
    }
}

/// A filing to be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewImportItem {
    /// How it was named.
    pub locator: FilingLocator,
    /// The filing, if the name says so much.
    pub filing: Option<FilingId>,
}

/// A bulk import is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmitImport {
    /// Its id.
    pub import: ImportId,
    /// Who asks.
    pub user: UserId,
    /// What for; no filing twice.
    pub items: Vec<NewImportItem>,
    /// Filings that were named more than once.
    pub duplicates: u32,
    /// What a filing costs.
    pub unit_price: MicroUsd,
    /// Id of the hold for all that is not had already.
    pub hold: HoldId,
    /// The most that all may cost.
    pub max_price: Option<MicroUsd>,
    /// The client's key.
    pub idempotency: Option<IdempotentRequest>,
    /// When it is given up, unless something moves before.
    pub expires_at: Timestamp,
    /// The time.
    pub now: Timestamp,
}

impl SubmitImport {
    /// The import as it begins, with this of it set aside: one with nothing to wait for is done.
    #[must_use]
    pub const fn begun(&self, hold: Option<HoldId>, counts: ImportCounts) -> ImportJob {
        let status = match counts.waiting {
            0 => ImportStatus::Done,
            _ => ImportStatus::Running,
        };
        ImportJob {
            id: self.import,
            user: self.user,
            status,
            unit_price: self.unit_price,
            hold,
            counts,
            duplicates: self.duplicates,
            excused: 0,
            expires_at: self.expires_at,
            created_at: self.now,
            updated_at: self.now,
        }
    }
}

/// What became of a request for an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmittedImport {
    /// The import.
    pub job: ImportJob,
    /// Whether it is what this idempotency key was answered with before.
    pub replayed: bool,
}

/// How work on an item ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The filing is stored.
    Stored {
        /// The filing.
        filing: FilingId,
        /// Why the account will be able to read it.
        source: AccessSource,
    },
    /// It cannot be had.
    Failed {
        /// Why.
        failure: Failure,
        /// Whether that is no fault of who asked: then credits that lapsed while they were held for it
        /// come again.
        excused: bool,
    },
}

/// An item has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettleItem {
    /// The import.
    pub import: ImportId,
    /// The item.
    pub place: u32,
    /// The lease on it.
    pub lease: LeaseToken,
    /// How.
    pub outcome: ImportOutcome,
    /// When the import is given up now, unless more moves before.
    pub expires_at: Timestamp,
    /// Until when credits can be spent that come for those that lapsed while they were held for what
    /// failed by no fault of who asked.
    pub goodwill_until: Option<Timestamp>,
    /// The time.
    pub now: Timestamp,
}

/// An item is to be tried again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutBackItem {
    /// The import.
    pub import: ImportId,
    /// The item.
    pub place: u32,
    /// The lease on it.
    pub lease: LeaseToken,
    /// Why.
    pub failure: Failure,
    /// When work on it may begin again.
    pub not_before: Timestamp,
    /// Whether it counts as an attempt. It does not if nothing was wrong with it: the source asked to
    /// wait.
    pub counted: bool,
    /// The time.
    pub now: Timestamp,
}

/// The commits of bulk imports: each happens wholly or not at all.
///
/// # Contract
/// - **IS-1** `submit` makes the import with all its items and one hold: the unit price for each filing
///   that the account has not paid for. Those it has are `owned` at once; if that is all, the import is
///   done. Refused (`InsufficientCredits`, `OverMaxPrice`, `AccountClosed` unless the account is active), it
///   leaves nothing.
/// - **IS-2** the same idempotency key gives the first import again, as it is now; with another request
///   `KeyReused`. The key is the account's own, new again once it has expired, and no other than that of
///   its other requests. `replayed` says the same and does nothing.
/// - **IS-3** `settle` of a stored filing opens it to the account and charges one unit for it in the
///   same commit, each filing once; what the account has paid for meanwhile is `owned` and free.
/// - **IS-4** a failed item costs nothing. The item that ends last ends the import, and what was set
///   aside for the others goes back. Of what lapsed meanwhile as much comes again as was set aside for
///   those that failed by no fault of who asked, and no more.
/// - **IS-5** `settle` and `put_back` under a lost or expired lease are `LeaseLost` and change nothing.
/// - **IS-6** `cancel` ends what waits and gives back what was set aside for it, without goodwill; what was
///   imported stays, and stays paid. An import that has ended is left as it is.
/// - **IS-7** whatever races, every item ends once, what is charged is the unit price for each that is
///   `imported`, and of an import that has ended nothing is set aside.
/// - **IS-8** `put_back` leaves the item waiting until its time, with its reason; an uncounted one takes
///   the attempt back. What is set aside stays so.
/// - **IS-9** what a running import has set aside does not expire by itself. `expire` ends those whose
///   time has passed as `cancel` would, at most `limit`, and no others; every settled item prolongs it. What
///   lapsed for the items that still wait comes again if the account is active: then nobody came to them.
/// - **IS-10** where the hold has ended otherwise, `settle` of a stored filing that has a price opens
///   nothing and ends the import.
#[async_trait]
pub trait Imports: Debug + Send + Sync + 'static {
    /// Accepts an import.
    ///
    /// # Errors
    /// [`ImportError`].
    async fn submit(&self, import: &SubmitImport) -> Result<SubmittedImport, ImportError>;

    /// The import that the account's key was answered with, if it has one that has not expired.
    ///
    /// # Errors
    /// [`ImportError::KeyReused`], [`ImportError::Store`].
    async fn replayed(
        &self,
        user: UserId,
        request: &IdempotentRequest,
        now: Timestamp,
    ) -> Result<Option<ImportJob>, ImportError>;

    /// Ends an item; gives the import as it is then.
    ///
    /// # Errors
    /// [`ImportError`].
    async fn settle(&self, item: &SettleItem) -> Result<ImportJob, ImportError>;

    /// Leaves an item for later.
    ///
    /// # Errors
    /// [`ImportError`].
    async fn put_back(&self, item: &PutBackItem) -> Result<(), ImportError>;

    /// Withdraws an import; gives it as it is then. `goodwill_until` is for what has failed before.
    ///
    /// # Errors
    /// [`ImportError`].
    async fn cancel(
        &self,
        import: ImportId,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<ImportJob, ImportError>;

    /// Gives up imports in which nothing moves. For credits that lapsed meanwhile others come, as with
    /// [`Ledger::void`](super::Ledger::void).
    ///
    /// # Errors
    /// [`ImportError::Store`].
    async fn expire(
        &self,
        goodwill_until: Option<Timestamp>,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ImportJob>, ImportError>;
}

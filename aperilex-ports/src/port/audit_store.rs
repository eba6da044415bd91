//! All of an account's books at once, and where all chains end.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::audit::{Books, Projection};
use crate::model::{AuditRecord, ChainHead, LedgerRoot, Timestamp, UserId};

/// Shows books as one moment has them.
///
/// # Contract
/// - **AU-1** the books are those of one moment: what other commands do meanwhile is in them wholly or
///   not at all.
/// - **AU-2** all that the other ports report of the account is in them, and nothing of others; an
///   unknown account has none.
/// - **AU-3** `heads` gives where the chain of every account ends, in the order of their ids, without gaps
///   between pages; of an account whose end cannot be read it is none, and the others are there.
/// - **AU-4** roots are kept for ever, the newest first; one that is kept again is kept once.
/// - **AU-5** `rebuild` stores a projection if the chain still ends where it says, else it is `Conflict`
///   and changes nothing; what holds already stays as it is. Its record is in the audit log, in the same
///   commit.
/// - **AU-6** of all that ask at once for `claim_proof` one is told that the proof is its own, and nobody again
///   until it was begun before `not_since`.
#[async_trait]
pub trait AuditStore: Debug + Send + Sync + 'static {
    /// The books of an account.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn books(&self, user: UserId) -> Result<Option<Books>, StoreError>;

    /// Where chains end, of accounts with a higher id than `after`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn heads(
        &self,
        after: Option<UserId>,
        limit: usize,
    ) -> Result<Vec<(UserId, Option<ChainHead>)>, StoreError>;

    /// Whether the caller is the one to prove all books now: nobody has begun since `not_since`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn claim_proof(&self, not_since: Timestamp, now: Timestamp) -> Result<bool, StoreError>;

    /// Keeps where all chains end.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn keep_root(&self, root: &LedgerRoot) -> Result<(), StoreError>;

    /// The newest roots.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn roots(&self, limit: usize) -> Result<Vec<LedgerRoot>, StoreError>;

    /// Stores balance, lots and holds as the journal makes them.
    ///
    /// # Errors
    /// [`StoreError::Conflict`], [`StoreError`].
    async fn rebuild(
        &self,
        user: UserId,
        projection: &Projection,
        audit: &AuditRecord,
    ) -> Result<(), StoreError>;
}

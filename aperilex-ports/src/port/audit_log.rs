//! The log of what was done, and by whom.

use std::fmt::Debug;

use async_trait::async_trait;

use super::{LedgerError, PostEntry, Refund, StoreError};
use crate::model::{AuditEntry, AuditHead, AuditRecord, LedgerEntry};

/// Keeps what operators, administrators and the program itself did, for ever.
///
/// Changes of accounts bring their record with them ([`super::AccountStore::change`]).
///
/// # Contract
/// - **AL-1** entries are one chain: numbered from 1 without gaps, each with the hash of the one before, the
///   last at the head; also of racing ones.
/// - **AL-2** what is read is what was written: an entry that was changed, removed or put in is named by
///   [`crate::audit::LogCheck`].
/// - **AL-3** entries come newest first, without gaps between pages.
/// - **AL-4** `post` and `refund` do what the ledger does, and store their record in the same commit: refused,
///   they leave nothing; repeated, they give the first entry and no second record.
#[async_trait]
pub trait AuditLog: Debug + Send + Sync + 'static {
    /// Adds a record.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn append(&self, record: &AuditRecord) -> Result<AuditEntry, StoreError>;

    /// Credits or corrects an account.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn post(
        &self,
        entry: &PostEntry,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError>;

    /// Gives a charge back.
    ///
    /// # Errors
    /// [`LedgerError`].
    async fn refund(
        &self,
        refund: &Refund,
        record: &AuditRecord,
    ) -> Result<LedgerEntry, LedgerError>;

    /// Entries with a lower number than `before`, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn entries(
        &self,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<AuditEntry>, StoreError>;

    /// Where it ends.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn head(&self) -> Result<AuditHead, StoreError>;
}

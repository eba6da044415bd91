//! Bulk imports: reading them and taking their items.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{ImportId, ImportItem, ImportJob, Lease, Timestamp, UserId};

/// Takes the next item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimItem {
    /// The new lease.
    pub lease: Lease,
    /// Items of this import only; of any, if none.
    pub only: Option<ImportId>,
    /// The time.
    pub now: Timestamp,
}

/// Reads bulk imports, and hands their items out.
///
/// # Contract
/// - **IM-1** an item that was claimed is nobody else's until its lease has run out; then it is claimed
///   again with one attempt more. Of many claims at a time each gets another item, or none.
/// - **IM-2** the counts of an import are those of its items, at every moment.
/// - **IM-3** items come in their order, and an account's own imports newest first, without gaps
///   between pages; an import that is not there is `None`.
/// - **IM-4** only waiting items whose time has come are claimed, and of one import only if so asked. Imports
///   take turns: the next is the one whose turn was longest ago, its first item first; a new one joins behind
///   those that are there. So no import, long or short, keeps another waiting for longer than one round.
#[async_trait]
pub trait ImportStore: Debug + Send + Sync + 'static {
    /// One import.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, import: ImportId) -> Result<Option<ImportJob>, StoreError>;

    /// Imports of an account, newest first, older than `before`.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn list(
        &self,
        user: UserId,
        before: Option<ImportId>,
        limit: usize,
    ) -> Result<Vec<ImportJob>, StoreError>;

    /// Items of an import behind a place, in their order.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn items(
        &self,
        import: ImportId,
        after: u32,
        limit: usize,
    ) -> Result<Vec<ImportItem>, StoreError>;

    /// Takes an item to work on, with its import; none if nothing is to be done.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn claim(&self, claim: &ClaimItem)
    -> Result<Option<(ImportJob, ImportItem)>, StoreError>;
}

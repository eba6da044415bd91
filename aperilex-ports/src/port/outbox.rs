//! Messages and events stored with the change that caused them.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{PendingNotice, Priority, TaskEvent, TaskMessage, Timestamp};

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxItem {
    /// A message for the queue.
    Enqueue {
        /// The message.
        message: TaskMessage,
        /// Urgency.
        priority: Priority,
        /// Not before.
        not_before: Timestamp,
    },
    /// Something happened to a task.
    Event(TaskEvent),
    /// An account is to be told something.
    Notice(PendingNotice),
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its number: the order of sending.
    pub id: i64,
    /// What is to be sent.
    pub item: OutboxItem,
    /// How often it was handed out, this time included.
    pub attempts: u32,
}

/// Hands out what is to be sent, at least once.
///
/// # Contract
/// - **OB-1** a batch is leased: nobody else gets its rows until `leased_until`.
/// - **OB-2** rows that were not marked sent come again once the lease has run out.
/// - **OB-3** a sent row never comes again.
/// - **OB-4** rows come in the order of their numbers.
/// - **OB-5** notices come by `next_notices` and by nothing else, under the same rules: a receiver of
///   notices that is slow or away keeps no message back.
/// - **OB-6** a row that is put off does not come before its time; each time it comes is counted.
/// - **OB-7** what is put comes, in that order.
#[async_trait]
pub trait Outbox: Debug + Send + Sync + 'static {
    /// Leases up to `limit` unsent rows, other than notices.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Leases up to `limit` unsent notices.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn next_notices(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Leaves a row alone until then.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn put_off(&self, id: i64, until: Timestamp) -> Result<(), StoreError>;

    /// Stores what is to be sent, where no other change causes it.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn put(&self, items: &[OutboxItem]) -> Result<(), StoreError>;

    /// Marks rows as sent.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn mark_sent(&self, ids: &[i64], now: Timestamp) -> Result<(), StoreError>;
}

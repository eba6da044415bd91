//! Messages and events stored with the change that caused them.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{Priority, TaskEvent, TaskMessage, Timestamp};

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
}

/// A row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Its number: the order of sending.
    pub id: i64,
    /// What is to be sent.
    pub item: OutboxItem,
}

/// Hands out what is to be sent, at least once.
///
/// # Contract
/// - **OB-1** a batch is leased: nobody else gets its rows until `leased_until`.
/// - **OB-2** rows that were not marked sent come again once the lease has run out.
/// - **OB-3** a sent row never comes again.
/// - **OB-4** rows come in the order of their numbers.
#[async_trait]
pub trait Outbox: Debug + Send + Sync + 'static {
    /// Leases up to `limit` unsent rows.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn next_batch(
        &self,
        limit: usize,
        leased_until: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<OutboxMessage>, StoreError>;

    /// Marks rows as sent.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn mark_sent(&self, ids: &[i64], now: Timestamp) -> Result<(), StoreError>;
}

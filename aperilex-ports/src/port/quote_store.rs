//! Prices that were promised.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{QuoteId, StoredQuote, Timestamp, UserId};

/// Keeps quotes.
///
/// # Contract
/// - **QT-1** a quote reads back as it was kept, to its account alone.
/// - **QT-2** one task uses it: a [`SubmitTask`](super::SubmitTask) that names it marks it in the commit that
///   accepts the task, and a second one is refused with `QuoteUsed`, and nothing happens. What the pool
///   answers, or is joined or replayed, uses none.
/// - **QT-3** `forget` removes those that had expired by the time told, at most `limit`, and no others.
#[async_trait]
pub trait QuoteStore: Debug + Send + Sync + 'static {
    /// Keeps a new quote.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn keep(&self, quote: &StoredQuote) -> Result<(), StoreError>;

    /// A quote of this account.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn get(&self, user: UserId, quote: QuoteId) -> Result<Option<StoredQuote>, StoreError>;

    /// Removes quotes that had expired by then. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget(&self, by: Timestamp, limit: usize) -> Result<usize, StoreError>;
}

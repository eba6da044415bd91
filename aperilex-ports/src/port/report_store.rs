//! Usage in aggregate.

use std::fmt::Debug;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{AccountUsage, CountName, Date, Days, Gauges, UsageQuery, UsageReport, UserId};

/// Counts what the other ports hold, and by day what they do not.
///
/// # Contract
/// - **RP-1** reports, an account's own usage and gauges count what the other ports hold.
/// - **RP-2** days are those of UTC and half-open: what is at the first midnight is in them, what is at the
///   last is not.
/// - **RP-3** a filing with fewer readers than asked for is not named, nor is a spread over fewer accounts
///   told; the filings named are those most asked for.
///   What is one account's alone is no part of the pool.
/// - **RP-4** what is counted adds up by day and name, also of many at once.
#[async_trait]
pub trait ReportStore: Debug + Send + Sync + 'static {
    /// Counts more of something on a day. After loss of power the last counts may be gone.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn count(&self, day: Date, name: CountName, more: u64) -> Result<(), StoreError>;

    /// What was asked for, done and earned.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn usage(&self, query: &UsageQuery) -> Result<UsageReport, StoreError>;

    /// What one account did.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn of_account(&self, user: UserId, days: Days) -> Result<AccountUsage, StoreError>;

    /// How things stand.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn gauges(&self) -> Result<Gauges, StoreError>;
}

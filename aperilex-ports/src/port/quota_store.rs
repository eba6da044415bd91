//! Requests per window.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use super::StoreError;
use crate::model::{Timestamp, UserId};

/// A limit on requests in any stretch of time as long as the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaWindow {
    /// Its name, such as `hour`.
    pub name: &'static str,
    /// Its length; it slides.
    pub length: Duration,
    /// Most requests in it.
    pub limit: u32,
}

/// How much of a window is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaUse {
    /// The window.
    pub window: QuotaWindow,
    /// Requests in it, this one included if it was taken.
    pub used: u32,
    /// Time until at least one more fits; zero while one does.
    pub retry_after: Duration,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaOutcome {
    /// Whether it fits into every window; if not, it counts in none.
    pub allowed: bool,
    /// All windows, in the order asked for.
    pub windows: Vec<QuotaUse>,
}

/// Counts requests in sliding windows. What is counted need not be an account: guesses and letters are
/// counted under [`UserId::stand_in`].
///
/// # Contract
/// - **QS-1** in no stretch as long as a window are more than `limit` requests allowed.
/// - **QS-2** a refused request counts in no window.
/// - **QS-3** racing requests never exceed the limit.
/// - **QS-4** a request leaves a window at the very instant that the window's length has passed.
/// - **QS-5** accounts do not share windows.
/// - **QS-6** `retry_after` of a refused request is positive, and at that time one fits again.
/// - **QS-7** exactly `limit` requests fit into any stretch of the window, however they are spread:
///   one is refused only while as many are inside.
/// - **QS-8** a clock that is behind buys nothing: a request counts at the time of the newest one
///   that was allowed, if that is later.
/// - **QS-9** `reset` forgets what was counted of one account, and of no other.
/// - **QS-10** `forget` removes requests of before a time, at most so many, and no later one: windows that
///   do not reach back that far are as they were.
///
/// # Time
/// Kept to the microsecond. All windows of an account see the same requests, those that were allowed
/// whatever windows were asked for then, as far back as the longest of these; so a limit that changes
/// holds at once.
#[async_trait]
pub trait QuotaStore: Debug + Send + Sync + 'static {
    /// Takes one request if it fits into all windows.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn consume(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError>;

    /// Reads the windows without taking anything; `allowed` says whether one request would fit.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn usage(
        &self,
        user: UserId,
        windows: &[QuotaWindow],
        now: Timestamp,
    ) -> Result<QuotaOutcome, StoreError>;

    /// Forgets what was counted of an account.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn reset(&self, user: UserId) -> Result<(), StoreError>;

    /// Removes requests that were made before a time, and says how many.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn forget(&self, before: Timestamp, limit: usize) -> Result<usize, StoreError>;
}

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

/// Counts requests in sliding windows.
///
/// # Contract
/// - **QS-1** in no stretch as long as a window are more than `limit` requests allowed.
/// - **QS-2** a refused request counts in no window.
/// - **QS-3** racing requests never exceed the limit.
/// - **QS-4** requests leave the window as time passes, at the latest one sixtieth of its length
///   late.
/// - **QS-5** accounts do not share windows.
/// - **QS-6** `retry_after` of a refused request is positive, and at that time one fits again.
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
}
